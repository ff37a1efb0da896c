package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/notify"
)

// A demonstration has a day behind it: who opens its pages first finds calls to make, doors
// to knock at, sheets to print, a line on the administrator's desk, and an elder with letters.
func TestTheDemonstrationBeginsWithADayOfMessagesBehindIt(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	shown, err := notify.Outbox(t.Context(), s.Notify, "")
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, x := range shown {
		states[x.Carrier+"，"+x.State]++
		if !x.At.Before(s.Journal.Now()) || strings.ContainsAny(x.Words, "{}") || x.Words == "" {
			t.Errorf("%+v", x)
		}
	}
	for _, want := range []string{"打电话，等人去办", "发短信，送到了", "打印寄送，等人去办", "网格员上门，等人去办", "网格员上门，告诉了", "工作台上提醒，等人去办"} {
		if states[want] == 0 {
			t.Errorf("nothing is 「%s」: %v", want, states)
		}
	}
	for login, carriers := range map[string][]string{"tycall": {notify.CarrierVoice, notify.CarrierDoor, notify.CarrierPaper}, "hzclerk": {notify.CarrierVoice, notify.CarrierDoor, notify.CarrierPaper}} {
		for _, c := range carriers {
			if list, err := s.Notify.Tasks(t.Context(), s.staffOf(t, login), c); err != nil || len(list) == 0 {
				t.Errorf("%s has nothing to do by %s: %v", login, c, err)
			}
		}
	}
	// Each city has two administrators, and a line goes to one of them.
	for _, pair := range [][2]string{{"tyadmin", "tysettle"}, {"hzadmin", "hzsettle"}} {
		lines := 0
		for _, login := range pair {
			list, err := s.Notify.Tasks(t.Context(), s.staffOf(t, login), notify.CarrierDesk)
			if err != nil {
				t.Fatal(err)
			}
			lines += len(list)
		}
		if lines == 0 {
			t.Errorf("%v have nothing to do by desk", pair)
		}
	}
	letters := 0
	for _, e := range s.demoElders(t) {
		list, err := s.Notify.Inbox(t.Context(), person(e), e)
		if err != nil {
			t.Fatal(err)
		}
		letters += len(list)
	}
	if letters < 4 {
		t.Errorf("those who can be chosen at the sign-in have %d letters", letters)
	}
}

// demoElders are the people whom a visitor may be.
func (s *server) demoElders(t *testing.T) []civic.PersonID {
	t.Helper()
	res, err := http.Get(s.URL + "/elder/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out []civic.PersonID
	for _, part := range strings.Split(string(page), `name="demo" value="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		out = append(out, civic.PersonID(id))
	}
	if len(out) == 0 {
		t.Fatal("nobody can be chosen")
	}
	return out
}
