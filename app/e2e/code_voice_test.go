package e2e

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"testing"
)

func TestACodeThatIsReadOutAtTheWindowIsKeptInNoFile(t *testing.T) {
	t.Parallel()
	s := &site{story: newStoryOn(t)}
	s.handler = s.Handler()
	r := s.route(t, "GET /desk/people/{person}/codes/{code}/voice")
	s.Open(t, s.Taiyuan.Clerk, s.Taiyuan.Elder)
	a := s.send(t, r, s.path(t, r), s.session(t, s.who(r)))
	if a.Code != http.StatusOK || a.Body.Len() < 10_000 {
		t.Fatalf("%d: %s", a.Code, a.say())
	}
	n := 0
	_ = filepath.WalkDir(filepath.Join(s.Config.Dir, "speech"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return nil
	})
	if n != 0 {
		t.Errorf("the code lies in %d files", n)
	}
}
