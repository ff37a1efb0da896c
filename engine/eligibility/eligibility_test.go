package eligibility_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/staff"
)

var ctx = context.Background()

// scene is a district with an office that pays, and one who works there.
type scene struct {
	*apptest.World
	a       *apptest.District
	office  civic.OfficeID
	officer civic.Actor
}

func newScene(t *testing.T, d *db.DB) *scene {
	w := apptest.New(t, d)
	s := &scene{World: w, a: w.Taiyuan}
	s.office = w.Office(t, "social_security", s.a.Division)
	s.officer = w.Hire(t, "苗素兰", s.office, staff.Post{Role: staff.Clerk, Division: s.a.Division})
	return s
}

// bring brings a list of who draws a pension, or of when people were seen.
func (s *scene) bring(t *testing.T, source string, rows ...[2]string) eligibility.Result {
	t.Helper()
	out, err := s.Eligible.Bring(ctx, s.officer, s.batch(source, rows...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *scene) batch(source string, rows ...[2]string) eligibility.Batch {
	head := "身份证号,认证到期日"
	if source != "" {
		head = "身份证号,日期"
	}
	b := eligibility.Batch{Office: s.office, Benefit: "pension", Source: source}
	for _, r := range rows {
		head += "\n" + r[0] + "," + r[1]
	}
	b.Bytes = []byte(head)
	return b
}

func (s *scene) standing(t *testing.T, p civic.PersonID) eligibility.Standing {
	t.Helper()
	all, err := s.Eligible.Of(ctx, apptest.AsPerson(p), p)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// ask does the job of asking until there is nobody left.
func (s *scene) ask(t *testing.T) {
	t.Helper()
	for {
		err := s.Eligible.AskDue(ctx, eligibility.Ask{})
		if !errors.Is(err, jobs.ErrMore) {
			if err != nil && !errors.Is(err, journal.ErrUnchanged) {
				t.Fatal(err)
			}
			return
		}
	}
}

func (s *scene) day(months int) string {
	return s.Clock.Now().AddDate(0, months, 0).Format("2006-01-02")
}

func TestWhomTheDataFindDoesNothingAndWhomTheyDoNotIsVisitedAndAnOfficerDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		elder, other := s.a.Elder, s.a.Stranger
		soon := s.day(1)
		if r := s.bring(t, "", [2]string{s.Number(t, elder), soon}, [2]string{s.Number(t, other), soon}, [2]string{"140105193001010018", soon}, [2]string{s.Number(t, elder), "八月"}); r.Rows != 4 || r.Done != 2 || len(r.Unknown) != 1 || len(r.Wrong) != 1 {
			t.Fatalf("%+v", r)
		}
		if !s.standing(t, elder).Due {
			t.Error("she is not due")
		}
		// A bus ride is enough.
		if r := s.bring(t, "transit", [2]string{s.Number(t, elder), s.day(-1)}, [2]string{s.Number(t, s.a.Daughter), s.day(-1)}); r.Done != 1 || r.Off != 1 {
			t.Fatalf("%+v", r)
		}
		st := s.standing(t, elder)
		if st.Due || st.GoodUntil != s.day(11) || !strings.Contains(st.Words(), "不用做什么") || !strings.Contains(st.Words(), "坐车") {
			t.Errorf("%+v: %s", st, st.Words())
		}
		s.ask(t)
		s.ask(t)
		if n := s.Count(t, `SELECT COUNT(*) FROM request WHERE service = 'pension-check' AND person = $1`, elder); n != 0 {
			t.Errorf("she had to do %d things", n)
		}
		st = s.standing(t, other)
		if st.State != eligibility.Asked || s.Count(t, `SELECT COUNT(*) FROM request WHERE service = 'pension-check'`) != 1 {
			t.Fatalf("he is visited once: %+v", st)
		}
		f, err := s.Casework.Read(ctx, s.officer, st.Request)
		if err != nil || f.Office.ID != s.office {
			t.Fatalf("%+v, %v", f, err)
		}
		// The message says that somebody comes, and that is all that is sent.
		s.Tell(t)
		if n := s.Count(t, `SELECT COUNT(*) FROM message WHERE person = $1`, other); n != 1 {
			t.Errorf("%d messages", n)
		}
		ok(t, s.Casework.Take(ctx, s.officer, st.Request))
		ok(t, s.Casework.Resolve(ctx, s.officer, st.Request, "上门见到本人，认证好了"))
		st = s.standing(t, other)
		if st.State != eligibility.Good || st.Basis != eligibility.ByOfficer || st.GoodUntil != s.day(12) {
			t.Errorf("%+v", st)
		}
		s.ask(t)
		if n := s.Count(t, `SELECT COUNT(*) FROM request WHERE service = 'pension-check'`); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestWhomTheDataFindAfterAVisitWasArrangedNeedsNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		rows := [][2]string{{s.Number(t, s.a.Elder), s.day(1)}, {s.Number(t, s.a.Stranger), s.day(1)}}
		s.bring(t, "", rows...)
		s.ask(t)
		one, two := s.standing(t, s.a.Elder).Request, s.standing(t, s.a.Stranger).Request
		ok(t, s.Casework.Take(ctx, s.officer, two))
		ok(t, s.Casework.Reject(ctx, s.officer, two, "没有见到人", "再约一天"))
		for i := range rows {
			rows[i][1] = s.day(-1)
		}
		if r := s.bring(t, "vaccine", rows...); r.Done != 1 || len(r.Wrong) != 1 {
			t.Fatalf("%+v", r)
		}
		for id, want := range map[civic.RequestID]casework.State{one: casework.Withdrawn, two: casework.Rejected} {
			if f, err := s.Casework.Read(ctx, s.officer, id); err != nil || f.State != want {
				t.Errorf("%+v, %v", f, err)
			}
		}
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Good || st.Basis != eligibility.ByData {
			t.Errorf("%+v", st)
		}
		if st := s.standing(t, s.a.Stranger); st.State != eligibility.Refused {
			t.Errorf("a ride takes back what an officer refused: %+v", st)
		}
	})
}

func TestAVisitThatIsNotWantedIsAskedAgainLaterAndOneThatWasNotSolvedIsOpen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		elder := apptest.AsPerson(s.a.Elder)
		s.bring(t, "", [2]string{s.Number(t, s.a.Elder), s.day(1)})
		s.ask(t)
		first := s.standing(t, s.a.Elder).Request
		ok(t, s.Casework.Withdraw(ctx, elder, first))
		s.ask(t)
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Good || st.Request != "" || !st.Due {
			t.Fatalf("she is waited for, or asked again at once: %+v", st)
		}
		s.Clock.Add(31 * 24 * time.Hour)
		s.ask(t)
		again := s.standing(t, s.a.Elder).Request
		if again == "" || again == first {
			t.Fatal("nobody asks her any more")
		}
		ok(t, s.Casework.Take(ctx, s.officer, again))
		ok(t, s.Casework.Resolve(ctx, s.officer, again, "看过了"))
		ok(t, s.Casework.Confirm(ctx, elder, again, false))
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Asked {
			t.Errorf("she says that nobody came, and is certified: %+v", st)
		}
	})
}

func TestOnlyTheOfficeThatPaysDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.bring(t, "", [2]string{s.Number(t, s.a.Elder), s.day(1)})
		s.ask(t)
		id := s.standing(t, s.a.Elder).Request
		ok(t, s.Casework.Take(ctx, s.officer, id))
		ok(t, s.Casework.Transfer(ctx, s.officer, id, s.a.Market, "走错了"))
		ok(t, s.Casework.Take(ctx, s.a.MarketClerk, id))
		ok(t, s.Casework.Resolve(ctx, s.a.MarketClerk, id, "看到本人了"))
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Good || st.Basis == eligibility.ByOfficer || !st.Due {
			t.Fatalf("a market supervisor certifies a pension: %+v", st)
		}
		s.ask(t)
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Asked || st.Request == id {
			t.Errorf("it does not come back to the office that pays: %+v", st)
		}
	})
}

func TestOneWhoCanNotBeAskedKeepsNobodyElseFromBeingAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		other := s.Office(t, "social_security", s.Xihu.Division)
		officer := s.Hire(t, "裘爱珍", other, staff.Post{Role: staff.Clerk, Division: s.Xihu.Division})
		var there [][2]string
		for range 3 {
			there = append(there, [2]string{s.Number(t, s.Person(t, s.Xihu.Street)), s.day(0)})
		}
		far := s.batch("", there...)
		far.Office = other
		_, err := s.Eligible.Bring(ctx, officer, far)
		ok(t, err)
		dead := s.Person(t, s.a.Street)
		s.bring(t, "", [2]string{s.Number(t, dead), s.day(0)}, [2]string{s.Number(t, s.a.Elder), s.day(1)})
		ok(t, s.Grant.ReportDeath(ctx, s.a.Administrator, dead, s.day(0), "certificate"))
		ok(t, s.Catalog.Suspend(ctx, apptest.System(), "pension-check", s.Xihu.Division, "系统升级", nil))
		s.ask(t)
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Asked {
			t.Errorf("%+v", st)
		}
		if n := s.Count(t, `SELECT COUNT(*) FROM eligibility WHERE state = 'asked'`); n != 1 {
			t.Errorf("%d are asked", n)
		}
	})
}

func TestDataThatHelpNoMoreChangeNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		n := s.Number(t, s.a.Elder)
		s.bring(t, "", [2]string{n, "2020-01-01"})
		s.ask(t)
		id := s.standing(t, s.a.Elder).Request
		for _, on := range []string{"2019-06-01", s.day(-11)} {
			if r := s.bring(t, "transit", [2]string{n, on}); r.Early != 1 || r.Done != 0 {
				t.Errorf("%s: %+v", on, r)
			}
		}
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Asked || st.Request != id {
			t.Errorf("%+v", st)
		}
	})
}

func TestAListPutsItselfRightButTakesNobodyFromAnotherOffice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		n := s.Number(t, s.a.Elder)
		if r := s.bring(t, "", [2]string{n, "2126-01-01"}); len(r.Wrong) != 1 || r.Done != 0 {
			t.Errorf("%+v", r)
		}
		s.bring(t, "", [2]string{n, s.day(10)})
		if r := s.bring(t, "", [2]string{n, s.day(4)}); r.Done != 1 || s.standing(t, s.a.Elder).GoodUntil != s.day(4) {
			t.Errorf("a wrong date stays: %+v", r)
		}
		other := s.Office(t, "social_security", s.a.Division)
		officer := s.Hire(t, "薛桂花", other, staff.Post{Role: staff.Clerk, Division: s.a.Division})
		theirs := s.batch("", [2]string{n, s.day(9)})
		theirs.Office = other
		if r, err := s.Eligible.Bring(ctx, officer, theirs); err != nil || len(r.Wrong) != 1 || s.standing(t, s.a.Elder).Office != s.office {
			t.Errorf("%+v, %v", r, err)
		}
		if r := s.bring(t, eligibility.Leaving, [2]string{n, s.day(0)}); r.Done != 1 {
			t.Errorf("%+v", r)
		}
		if r, err := s.Eligible.Bring(ctx, officer, theirs); err != nil || r.Done != 1 || s.standing(t, s.a.Elder).Office != other {
			t.Errorf("%+v, %v", r, err)
		}
		// That numbers were tried is recorded, and those of another province are nobody's.
		far := s.batch("", [2]string{s.Number(t, s.Xihu.Elder), s.day(9)}, [2]string{n, s.day(9)})
		far.Try = true
		before := s.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, eligibility.ActTried)
		if r, err := s.Eligible.Bring(ctx, s.officer, far); err != nil || len(r.Unknown) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		if after := s.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, eligibility.ActTried); after != before+1 {
			t.Errorf("%d entries of tries", after-before)
		}
	})
}

func TestAVisitBesideOnesOwnRequestEndsWithIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		elder := apptest.AsPerson(s.a.Elder)
		v, err := s.Requests.Start(ctx, elder, "pension-check", s.a.Elder, "own")
		ok(t, err)
		v, err = s.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"notice": {"yearly"}, "how": {"desk"}, "phone": {"12600000001"}})
		ok(t, err)
		own, err := s.Requests.Submit(ctx, elder, v.ID, v.Rev)
		ok(t, err)
		s.bring(t, "", [2]string{s.Number(t, s.a.Elder), s.day(1)})
		s.ask(t)
		visit := s.standing(t, s.a.Elder).Request
		ok(t, s.Casework.Take(ctx, s.officer, own.Request))
		ok(t, s.Casework.Resolve(ctx, s.officer, own.Request, "来窗口认证了"))
		if f, err := s.Casework.Read(ctx, s.officer, visit); err != nil || f.State != casework.Withdrawn {
			t.Errorf("somebody still goes to her door: %+v, %v", f, err)
		}
		if st := s.standing(t, s.a.Elder); st.State != eligibility.Good || st.GoodUntil != s.day(12) {
			t.Errorf("%+v", st)
		}
	})
}

func TestARefusalStopsNothingAndAnAppealBeginsAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.bring(t, "", [2]string{s.Number(t, s.a.Elder), s.day(0)})
		s.ask(t)
		st := s.standing(t, s.a.Elder)
		ok(t, s.Casework.Take(ctx, s.officer, st.Request))
		ok(t, s.Casework.Reject(ctx, s.officer, st.Request, "上门没有见到人", "再约一天，或者家人带照片来"))
		st = s.standing(t, s.a.Elder)
		if st.State != eligibility.Refused || !strings.Contains(st.Words(), "申诉") {
			t.Errorf("%+v", st)
		}
		r, err := s.Eligible.Roll(ctx, s.officer, s.office, "pension", eligibility.Refused, "")
		if err != nil || r.Refused != 1 || len(r.Rows) != 1 || !strings.Contains(r.Rows[0].Name, "*") {
			t.Errorf("%+v, %v", r, err)
		}
		ok(t, s.Casework.Appeal(ctx, apptest.AsPerson(s.a.Elder), st.Request, "那天在医院"))
		if st = s.standing(t, s.a.Elder); st.State != eligibility.Asked {
			t.Errorf("%+v", st)
		}
	})
}

func TestOnlyTheOfficeThatPaysBringsListsAndTryingChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		list := s.batch("", [2]string{s.Number(t, s.a.Elder), s.day(1)})
		for who, actor := range map[string]civic.Actor{"a clerk of the community": s.a.Clerk, "the elder": apptest.AsPerson(s.a.Elder)} {
			if _, err := s.Eligible.Bring(ctx, actor, list); !civic.Is(err, civic.Denied) {
				t.Errorf("%s: %v", who, err)
			}
			if _, err := s.Eligible.Roll(ctx, actor, s.office, "pension", eligibility.Good, ""); !civic.Is(err, civic.Denied) {
				t.Errorf("%s: %v", who, err)
			}
		}
		wrong := list
		wrong.Office = s.a.Community
		if _, err := s.Eligible.Bring(ctx, s.a.Clerk, wrong); !civic.Is(err, civic.Denied) {
			t.Error(err)
		}
		list.Try = true
		if r, err := s.Eligible.Bring(ctx, s.officer, list); err != nil || r.Done != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		if n := s.Count(t, `SELECT COUNT(*) FROM eligibility`); n != 0 {
			t.Errorf("trying entered %d", n)
		}
		for _, bad := range []string{"", "姓名\n张三", "身份证号,认证到期日"} {
			list.Bytes = []byte(bad)
			if _, err := s.Eligible.Bring(ctx, s.officer, list); !civic.Is(err, civic.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		// Everybody in it is told nothing of others: a relative without a grant reads nothing.
		if _, err := s.Eligible.Of(ctx, apptest.AsPerson(s.a.Stranger), s.a.Elder); err == nil {
			t.Error("a stranger reads how she stands")
		}
	})
}

func TestTheSameListAgainAndOlderDataChangeNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		var rows, seen [][2]string
		for i := range 3 * 200 / 2 {
			p := s.Person(t, s.a.Street)
			n := s.Number(t, p)
			rows = append(rows, [2]string{n, s.day(1)})
			if i%2 == 0 {
				seen = append(seen, [2]string{n, s.day(-2)})
			}
		}
		if r := s.bring(t, "", rows...); r.Done != len(rows) {
			t.Fatalf("%+v", r)
		}
		if r := s.bring(t, "", rows...); r.Done != 0 || r.Same != len(rows) {
			t.Fatalf("%+v", r)
		}
		if r := s.bring(t, "hospital", seen...); r.Done != len(seen) {
			t.Fatalf("%+v", r)
		}
		for i := range seen {
			seen[i][1] = s.day(-3)
		}
		if r := s.bring(t, "vaccine", append(seen, [2]string{rows[1][0], s.day(1)})...); r.Done != 0 || r.Same != len(seen) || len(r.Wrong) != 1 {
			t.Fatalf("%+v", r)
		}
		r, err := s.Eligible.Roll(ctx, s.officer, s.office, "pension", eligibility.Due, "")
		if err != nil || r.Good != len(seen) || r.ByData != len(seen) || r.Due != len(rows)-len(seen) || len(r.Rows) != 50 || r.Next == "" {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func TestTheDialogueSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		elder := apptest.AsPerson(s.a.Elder)
		found := func(key string) string {
			v, err := s.Requests.Start(ctx, elder, "pension-check", s.a.Elder, key)
			ok(t, err)
			v, err = s.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"notice": {"yearly"}, "how": {"data"}})
			ok(t, err)
			for _, p := range v.Form {
				if p.Key == "found" && len(p.Options) == 1 {
					return p.Options[0].Code
				}
			}
			return fmt.Sprint(v.Form)
		}
		if c := found("one"); c != eligibility.CodeNone {
			t.Error(c)
		}
		s.bring(t, "", [2]string{s.Number(t, s.a.Elder), s.day(6)})
		if c := found("two"); c != eligibility.CodeGood {
			t.Error(c)
		}
	})
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
