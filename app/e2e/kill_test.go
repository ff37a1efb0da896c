package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/app"
	"yinqiao/app/demo"
	"yinqiao/civic"
)

// How hard the server is worked before it is killed.
const (
	draftsPerRound = 40
	submitters     = 5
	workers        = 2
)

func rounds() int {
	if os.Getenv("YINQIAO_SLOW") == "1" {
		return 12
	}
	return 3
}

// matter is one draft and what the server said of it.
type matter struct {
	draft, number, person string

	mu                         sync.Mutex
	submitted, taken, resolved bool // acknowledged
	outcome                    string
}

func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		k := &killing{in: in}
		for round := range rounds() {
			k.begin(t)
			k.prepare(t)
			k.work()
			if err := k.srv.ended(t); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("round %d: the server was not killed but ended: %v\n%s", round, err, k.srv.log)
			}
			k.in.quiet(t)
			k.verify(t)
			k.begin(t)
			k.check(t)
			k.repeat(t)
			k.srv.stop(t)
			k.verify(t)
			if t.Failed() {
				t.Fatalf("round %d", round)
			}
			t.Logf("round %d: %d of %d submits were acknowledged, of the others %d were there", round, k.acked, draftsPerRound, k.landed)
		}
	})
}

// killing is an installation whose server is killed again and again.
type killing struct {
	in              install
	srv             *process
	clerk, hospital client
	people          []string
	old, now        []*matter // of the rounds before, and of this
	acked, landed   int       // of this round
	seeded          int       // matters that the demonstration begins with
}

// begin starts the server. Sessions outlive it.
func (k *killing) begin(t *testing.T) {
	t.Helper()
	k.srv = k.in.serve(t, "--demo")
	if k.clerk.token == "" {
		k.clerk = signIn(t, k.srv.base, "tyclerk", app.DemoPassword, "")
		k.hospital = signIn(t, k.srv.base, "tyhospital", app.DemoPassword, "")
		k.seeded = len(k.in.census(t))
	}
	k.clerk.base, k.hospital.base = k.srv.base, k.srv.base
}

// prepare fills in drafts that are ready to be submitted.
func (k *killing) prepare(t *testing.T) {
	t.Helper()
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if len(k.people) < 5 && p.SeniorCard != "" && civic.Division("1401").Covers(p.Street) {
			var found struct{ Matches []struct{ Person string } }
			k.clerk.call("POST", "/people/search", object{"text": p.SeniorCard}).into(t, http.StatusOK, &found)
			k.people = append(k.people, found.Matches[0].Person)
		}
	}
	for _, p := range k.people {
		k.clerk.call("POST", "/people/"+p+"/open", object{"reason": "本人来窗口代寄报告"}).into(t, http.StatusOK, &object{})
	}
	k.old, k.now = append(k.old, k.now...), make([]*matter, draftsPerRound)
	var wg sync.WaitGroup
	for i := range k.now {
		wg.Go(func() { k.now[i] = k.draft(t, k.people[i%len(k.people)]) })
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// draft makes one. It runs beside others, so that it fails by Errorf alone.
func (k *killing) draft(t *testing.T, person string) *matter {
	r := k.clerk.call("POST", "/drafts", object{"service": "report-post", "person": person})
	_, rest, ok := strings.Cut(r.raw, `"options":[{"code":"`) // the first question asks which hospital
	hospital, _, _ := strings.Cut(rest, `"`)
	m := &matter{draft: r.text("id"), number: r.text("number"), person: person}
	if r.status != http.StatusCreated || !ok {
		t.Errorf("a draft: %d %.300s", r.status, r.raw)
		return m
	}
	r = k.clerk.call("PATCH", "/drafts/"+m.draft, object{"rev": 1, "answers": object{"hospital": []string{hospital}, "report": []string{"lab"},
		"to": []string{"家里"}, "phone": []string{"12612345678"}, "note": []string{}}})
	if r.status != http.StatusOK || r.text("step") != "review" {
		t.Errorf("answers: %d %.300s", r.status, r.raw)
	}
	return m
}

// work submits the drafts while the hospital takes and resolves what arrives,
// and kills the server when some number of requests were sent or answered.
func (k *killing) work() {
	var steps atomic.Int64
	at := 5 + rand.Int64N(draftsPerRound*3/2)
	step := func() {
		if steps.Add(1) == at {
			k.srv.kill()
		}
	}
	call := func(c client, path string, body any) reply {
		step()
		r := c.call("POST", path, body)
		step()
		return r
	}
	todo, arrived := make(chan *matter, draftsPerRound), make(chan *matter, draftsPerRound)
	for _, m := range k.now {
		todo <- m
	}
	close(todo)
	var submits, works sync.WaitGroup
	for range submitters {
		submits.Go(func() {
			for m := range todo {
				if call(k.clerk, "/drafts/"+m.draft+"/submit", nil).status == http.StatusOK {
					m.set(func() { m.submitted = true })
					arrived <- m
				}
			}
		})
	}
	for range workers {
		works.Go(func() {
			for m := range arrived {
				if call(k.hospital, "/cases/"+m.draft+"/take", nil).status != http.StatusNoContent {
					continue
				}
				m.set(func() { m.taken = true })
				outcome := "寄了，单号 SF" + m.number
				if call(k.hospital, "/cases/"+m.draft+"/resolve", object{"outcome": outcome}).status == http.StatusNoContent {
					m.set(func() { m.resolved, m.outcome = true, outcome })
				}
			}
		})
	}
	submits.Wait()
	close(arrived)
	works.Wait()
	k.srv.kill() // if the moment never came
}

func (m *matter) set(fn func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fn()
}

// verify holds the stopped data to the journal's seals.
func (k *killing) verify(t *testing.T) {
	t.Helper()
	if out, errOut, code := k.in.run(t, "journal", "verify"); code != 0 || !strings.Contains(out, " 0 problems") {
		t.Errorf("journal verify: exit %d\n%s%s", code, out, errOut)
	}
}

// check finds everything that was acknowledged, and nothing by halves.
func (k *killing) check(t *testing.T) {
	t.Helper()
	c := k.in.census(t)
	k.acked, k.landed = 0, 0
	for _, m := range k.now {
		r := c.of(m.draft)
		switch {
		case m.submitted:
			k.acked++
			if r.whole() != 1 {
				t.Errorf("number %s was acknowledged, and there is %+v", m.number, r)
			}
			k.found(t, m)
		case r.whole() == 1:
			k.landed++
		case r.whole() != 0:
			t.Errorf("number %s was not acknowledged and is there by halves: %+v", m.number, r)
		}
		if m.taken && r.acts["case.taken"] != 1 || m.resolved && r.acts["case.resolved"] != 1 {
			t.Errorf("number %s: a step was acknowledged, and there is %+v", m.number, r)
		}
	}
	for _, m := range k.old {
		if r := c.of(m.draft); r.whole() != 1 {
			t.Errorf("number %s of an earlier round: there is %+v", m.number, r)
		}
	}
	if n := k.seeded + len(k.old) + len(k.now); len(c) > n {
		t.Errorf("there are %d matters of %d drafts and %d that were there", len(c), n-k.seeded, k.seeded)
	}
	for id, r := range c {
		if state := r.state; r.acts["case.taken"] != count(state == "taken" || state == "resolved") || r.acts["case.resolved"] != count(state == "resolved") {
			t.Errorf("%s: the case is %q by its row, and its entries are %v", id, state, r.acts)
		}
	}
}

// found looks an acknowledged matter up over the API, by its number.
func (k *killing) found(t *testing.T, m *matter) {
	t.Helper()
	var f struct{ Kind, ID, Person string }
	k.clerk.call("POST", "/numbers/find", object{"number": m.number}).into(t, http.StatusOK, &f)
	if f.Kind != "request" || f.ID != m.draft || f.Person != m.person {
		t.Errorf("number %s finds %+v, want %s", m.number, f, m.draft)
	}
	var file struct {
		Number, State, Outcome string
		Story                  []struct{ What string }
	}
	k.hospital.call("GET", "/cases/"+m.draft, nil).into(t, http.StatusOK, &file)
	story := fmt.Sprint(file.Story)
	if file.Number != m.number || !strings.Contains(story, "提交了申请") || !strings.Contains(story, "交给单位办理") {
		t.Errorf("number %s has the file %+v", m.number, file)
	}
	if m.resolved && (file.State != "resolved" || file.Outcome != m.outcome) {
		t.Errorf("number %s was resolved with %q, and has %s %q", m.number, m.outcome, file.State, file.Outcome)
	}
}

// repeat submits what was not acknowledged again: each becomes one request.
func (k *killing) repeat(t *testing.T) {
	t.Helper()
	for _, m := range k.now {
		var twice [2]reply
		var wg sync.WaitGroup
		for i := range twice {
			wg.Go(func() { twice[i] = k.clerk.call("POST", "/drafts/"+m.draft+"/submit", nil) })
		}
		wg.Wait()
		for _, r := range twice {
			if r.status != http.StatusOK || r.text("number") != m.number || r.text("request") != m.draft {
				t.Errorf("number %s submitted again: %d %.200s", m.number, r.status, r.raw)
			}
		}
	}
	c := k.in.census(t)
	for _, m := range slices.Concat(k.old, k.now) {
		if r := c.of(m.draft); r.whole() != 1 {
			t.Errorf("number %s submitted again: there is %+v", m.number, r)
		}
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
