package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/calls"
)

// talks has the operator of a story speak with somebody who calls from the elder's number.
func (s *site) talks(t *testing.T) *calls.Ongoing {
	t.Helper()
	o := s.waits(t)
	if _, err := s.Calls.Take(t.Context(), s.operator(), o.ID(), receiver{make(chan struct{})}); err != nil {
		t.Fatal(err)
	}
	return o
}

// waits is a call from the elder's number, for which nobody is there yet.
func (s *site) waits(t *testing.T) *calls.Ongoing {
	t.Helper()
	for id := range map[string]bool{s.made["call to Hangup"]: true, s.made["call to Pass"]: true} { // the story's own
		s.must(t, s.Calls.Pass(t.Context(), s.operator(), id, "general"))
	}
	o := s.Calls.Begin(s.Taiyuan.ElderPhone, s.Taiyuan.Division, func() {})
	t.Cleanup(o.End)
	all, err := s.People.Callers(t.Context(), s.Taiyuan.ElderPhone)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	o.Known(all[0])
	o.Wait(false)
	return o
}

// get and post are what the operator sees of a page and of an act.
func (s *site) get(t *testing.T, token, path string, headers ...string) *answer {
	t.Helper()
	return s.send(t, route{method: http.MethodGet}, path, token, headers...)
}

func (s *site) post(t *testing.T, token, path string, form url.Values) *answer {
	t.Helper()
	return s.send(t, route{method: http.MethodPost, form: form}, path, token)
}

// What somebody typed is kept where it can't be saved, and the caller is still there to be asked.
func TestHangingUpOnAFormLosesNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		call := s.talks(t).ID()
		token := s.session(t, s.operator())
		s.must(t, s.Grant.Open(t.Context(), s.operator(), s.Taiyuan.Elder, false, "老人打来电话办事", ""))
		v, err := s.Requests.Start(t.Context(), s.operator(), "report-post", s.Taiyuan.Elder, "")
		s.must(t, err)
		path := "/desk/drafts/" + string(v.ID)
		typed := func(rev int64, phone, to string) url.Values {
			return url.Values{"rev": {fmt.Sprint(rev)}, "hangup": {call}, "asked": {"phone", "to"}, "a-phone": {phone}, "a-to": {to}}
		}
		for what, form := range map[string]url.Values{"a wrong answer": typed(v.Rev, "没有电话", "汾河边8号"), "a form that is old": typed(v.Rev+7, "没有电话", "汾河边8号")} {
			a := s.post(t, token, path, form)
			if a.Code != http.StatusUnprocessableEntity && a.Code != http.StatusConflict {
				t.Fatalf("%s: %d %s", what, a.Code, a.say())
			}
			if !strings.Contains(a.body, "没有电话") {
				t.Errorf("%s: what was typed is gone", what)
			}
			if !strings.Contains(a.say(), "电话没有挂") || a.doc.Find(".oncall button[name=hangup]").Length() != 1 {
				t.Errorf("%s: it says %q", what, a.say())
			}
			if _, on := s.Calls.Talking(s.operator().Staff()); !on {
				t.Fatalf("%s: the caller was hung up on", what)
			}
		}
		now, err := s.Requests.Look(t.Context(), s.operator(), v.ID)
		s.must(t, err)
		if a := s.post(t, token, path, typed(now.Rev, "13800001111", "汾河边8号")); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/desk/calls" {
			t.Errorf("%d to %q: %s", a.Code, a.Header().Get("Location"), a.say())
		}
	})
}

func TestNoDeskPhoneRingsForACallThatIsTaken(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		call := s.waits(t).ID()
		token := s.session(t, s.operator())
		if a := s.post(t, token, "/desk/calls/on", url.Values{"skills": {"general"}, "extension": {"801"}}); a.Code != http.StatusSeeOther {
			t.Fatal(a.Code, a.say())
		}
		// No line is open here: that a phone was to ring is known by what is said of that.
		if a := s.post(t, token, "/desk/calls/"+call+"/desk", url.Values{}); a.Code != http.StatusServiceUnavailable {
			t.Errorf("a call that waits: %d %s", a.Code, a.say())
		}
		_, err := s.Calls.Take(t.Context(), s.operator(), call, receiver{make(chan struct{})})
		s.must(t, err)
		for _, act := range []string{"desk", "browser"} {
			if a := s.post(t, token, "/desk/calls/"+call+"/"+act, url.Values{"offer": {"v=0"}}); a.Code != http.StatusConflict || !strings.Contains(a.say(), "已经有人在接") {
				t.Errorf("a call that is taken, %s: %d %s", act, a.Code, a.say())
			}
		}
	})
}

// A page that is open on a call asks again whenever anybody calls anybody: nobody is looked up for that.
func TestAPageThatAsksHowACallStandsLooksNobodyUp(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		path := "/desk/calls/" + s.waits(t).ID()
		token := s.session(t, s.operator())
		if a := s.get(t, token, path); a.Code != http.StatusOK || !strings.Contains(a.body, "可能是") {
			t.Fatalf("%d %s", a.Code, a.body)
		}
		a := s.get(t, token, path, "X-Live", "1")
		if a.Code != http.StatusOK || a.doc.Find("#live .card").Length() != 1 || strings.Contains(a.body, "可能是") || strings.Contains(a.body, "没有登记过") {
			t.Errorf("%d %s", a.Code, a.doc.Find("main").Text())
		}
		boss := s.session(t, s.Taiyuan.Supervisor)
		if a := s.get(t, boss, "/desk/calls/watch"); a.doc.Find("#today").Length() != 1 || a.doc.Find("#live #today").Length() != 0 {
			t.Error("the figures of the day change with every call")
		}
	})
}

func TestACallRingsForWhomeverItIsForUntilTheyTurnItOff(t *testing.T) {
	t.Parallel()
	eachSite(t, func(t *testing.T, s *site) {
		token := s.session(t, s.operator())
		rings := func(path, bell string) (heard, seen bool) {
			t.Helper()
			a := s.get(t, token, path, "Cookie", s.Sessions.Cookie.Name+"="+token+"; bell="+bell)
			if a.Code != http.StatusOK {
				t.Fatal(a.Code, a.say())
			}
			return a.doc.Find("#live [data-rings]").Length() > 0, a.doc.Find(`link[rel=icon][href*=rings]`).Length() > 0
		}
		wants := func(what, path, bell string, heard, seen bool) {
			t.Helper()
			if h, i := rings(path, bell); h != heard || i != seen {
				t.Errorf("%s: heard %v, seen %v", what, h, i)
			}
		}
		call := s.waits(t).ID()
		wants("who is not signed on", "/desk/calls", "on", false, false)
		if a := s.post(t, token, "/desk/calls/on", url.Values{"skills": {"general"}, "extension": {""}}); a.Code != http.StatusSeeOther {
			t.Fatal(a.Code, a.say())
		}
		for _, path := range []string{"/desk/calls", "/desk/calls/" + call} {
			wants("who is signed on, "+path, path, "on", true, true)
			wants("who has turned it off, "+path, path, "off", false, true)
		}
		_, err := s.Calls.Take(t.Context(), s.operator(), call, receiver{make(chan struct{})})
		s.must(t, err)
		wants("who speaks", "/desk/calls", "on", false, false)
	})
}

// Many calls in one moment are one piece of news: the first at once, the rest together.
func TestNewsOfManyCallsIsToldAsOne(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	ctx, err := s.Sessions.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Staff.SignIn(t.Context(), "tycall", "yinqiao-demo", "")
	if err == nil {
		err = s.Sessions.Enter(ctx, civic.Party{Kind: civic.PartyStaff, ID: string(m.ID)})
	}
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Sessions.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/desk/calls/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.AddCookie(&http.Cookie{Name: s.Sessions.Cookie.Name, Value: token})
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	defer res.Body.Close()
	news := make(chan time.Time, 1000)
	go func() {
		defer close(news)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data:") {
				news <- time.Now()
			}
		}
	}()
	<-news // whatever it was before
	began := time.Now()
	for i := 0; time.Since(began) < 300*time.Millisecond; i++ {
		s.Calls.Begin(fmt.Sprintf("0351%07d", i), "140105", func() {}).End()
	}
	if next := <-news; next.Sub(began) > 5*time.Second {
		t.Errorf("it was told %v later", next.Sub(began))
	}
	if n := len(news); n > 1 {
		t.Errorf("and %d times more", n)
	}
}
