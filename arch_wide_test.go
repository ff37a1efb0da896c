package yinqiao_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryWalkThatTheRaceDetectorLeavesOutRunsWithoutIt(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(b), "\nWIDE ")
	if !ok {
		t.Fatal("the Makefile has no WIDE")
	}
	line, _, _ := strings.Cut(after, "\n")
	wide, found := strings.Fields(line), 0
	err = filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || path == "arch_wide_test.go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(src), "dbtest.Wide(") {
			return err
		}
		found++
		room := "./" + filepath.ToSlash(filepath.Dir(path))
		for _, w := range wide {
			if w == room {
				return nil
			}
		}
		t.Errorf("%s calls dbtest.Wide, and %s is not in the Makefile's WIDE: nothing would run it", path, room)
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d walks, %v", found, err)
	}
}
