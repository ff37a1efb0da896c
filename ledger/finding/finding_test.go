package finding_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/ledger/finding"
	"yinqiao/place"
	"yinqiao/staff"
)

var ctx = context.Background()

// station is a coach station with two ticket windows, and its manager.
type station struct {
	*apptest.World
	id      civic.OfficeID
	manager civic.Actor
	windows []string
}

func newStation(t *testing.T, d *db.DB) station {
	t.Helper()
	s := station{World: apptest.New(t, d)}
	var err error
	s.id, err = s.Place.Open(ctx, apptest.System(), place.Office{Kind: "coach_station", Name: "小店客运站", Division: s.Taiyuan.Division, Address: "立交桥西南角", Phone: "0351-0660120"})
	must(t, err)
	s.manager = s.Hire(t, "乔站长", s.id, staff.Post{Role: staff.VenueManager, Division: s.Taiyuan.Division})
	for _, name := range []string{"1号售票窗口", "2号售票窗口"} {
		id, err := s.Place.AddWindow(ctx, s.manager, s.id, place.Window{Name: name, Serves: "售票", Kind: place.Manned})
		must(t, err)
		s.windows = append(s.windows, id)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open lists the codes of the rules that are open at the station.
func (s station) open(t *testing.T) []finding.Finding {
	t.Helper()
	fs, err := s.Findings.OfPlace(ctx, s.manager, s.id)
	must(t, err)
	return fs
}

func (s station) the(t *testing.T, rule string) finding.Finding {
	t.Helper()
	for _, f := range s.open(t) {
		if f.Rule == rule {
			return f
		}
	}
	t.Fatalf("%s is not found: %+v", rule, s.open(t))
	return finding.Finding{}
}

func TestTheLastMannedWindowOfAStationThatClosesIsFoundWithItsClauseAndManager(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		must(t, s.Place.CloseWindow(ctx, s.manager, s.id, s.windows[0], "人手不够", nil))
		if fs := s.open(t); len(fs) != 0 {
			t.Fatalf("one of two windows is shut: %+v", fs)
		}
		must(t, s.Place.CloseWindow(ctx, s.manager, s.id, s.windows[1], "系统停了", nil))
		f := s.the(t, "station-manned")
		if strings.Join(f.Clauses(), " ") != "ZJ2.3 SX6" || f.Force != civic.Must || f.Place != "小店客运站" || len(f.Owners) != 1 || f.Owners[0].Name != "乔站长" || f.Owners[0].Role != "场馆负责人" {
			t.Errorf("%+v", f)
		}
		if !strings.Contains(f.Say, "小店客运站") || !strings.Contains(f.Say, "2号售票窗口（系统停了）") || f.Of.Clears == "" {
			t.Errorf("%q, %q", f.Say, f.Of.Clears)
		}
		for clause, want := range map[string]int{"SX6": 1, "ZJ2.3": 1, "SX7": 0, "SX600": 0} {
			fs, _, err := s.Findings.List(ctx, apptest.System(), finding.Ask{Clause: clause})
			must(t, err)
			fs = slices.DeleteFunc(fs, func(x finding.Finding) bool { return x.ID != f.ID })
			if len(fs) != want {
				t.Errorf("of %s: %+v", clause, fs)
			}
		}
		if want := place.AddWorkingDays(s.Clock.Now(), 1); !f.Due.Equal(want) {
			t.Errorf("due %v, want %v", f.Due, want)
		}
		// The same transaction: who is at the controls of the finding is the platform.
		s.Look(t, apptest.System(), func(v *journal.View) error {
			auth, err := v.Authorise(civic.Need{})
			must(t, err)
			lines, err := journal.Timeline(v, auth, string(s.id), "", 2)
			must(t, err)
			if len(lines) != 2 || !lines[0].At.Equal(lines[1].At) {
				t.Fatalf("%+v", lines)
			}
			acts := map[journal.Act]string{lines[0].Act: lines[0].OperatorID, lines[1].Act: lines[1].OperatorID}
			if acts[finding.ActFound] != "rules" || acts[place.ActWindowClosed] != s.manager.Operator.ID {
				t.Errorf("%v", acts)
			}
			return nil
		})
		// Closing it again for another reason tells it anew, and finds nothing twice.
		must(t, s.Place.CloseWindow(ctx, s.manager, s.id, s.windows[1], "设备坏了", nil))
		if again := s.the(t, "station-manned"); again.ID != f.ID || !strings.Contains(again.Say, "设备坏了") || !again.Since.Equal(f.Since) {
			t.Errorf("%+v", again)
		}
		must(t, s.Place.OpenWindow(ctx, s.manager, s.id, s.windows[0]))
		if fs := s.open(t); len(fs) != 0 {
			t.Errorf("it opened again, and there is still %+v", fs)
		}
		was, err := s.Findings.Show(ctx, s.manager, f.ID)
		if err != nil || was.ClearedAt == nil || s.Acts(t, finding.ActCleared, f.ID) != 1 {
			t.Errorf("%+v, %v", was, err)
		}
	})
}

func TestOfTwoWhoCloseTheLastTwoWindowsAtOnceTheLaterIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		for range 5 {
			for _, do := range []func(string) error{
				func(w string) error { return s.Place.CloseWindow(ctx, s.manager, s.id, w, "人手不够", nil) },
				func(w string) error { return s.Place.OpenWindow(ctx, s.manager, s.id, w) },
			} {
				var wg sync.WaitGroup
				errs := make([]error, 2)
				for i, w := range s.windows {
					wg.Go(func() { errs[i] = do(w) })
				}
				wg.Wait()
				must(t, errs[0])
				must(t, errs[1])
				consistent(t, s.World)
			}
		}
		if n := s.Count(t, `SELECT COUNT(*) FROM finding WHERE rule = 'station-manned'`); n != 5 {
			t.Errorf("found %d times", n)
		}
	})
}

func TestAWindowShutUntilAnHourClearsItselfThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		until := s.Clock.Now().Add(2 * time.Hour)
		for _, w := range s.windows {
			must(t, s.Place.CloseWindow(ctx, s.manager, s.id, w, "中午休息", &until))
		}
		f := s.the(t, "station-manned")
		if n := s.JobCount(t, finding.Recheck{}.Kind()); n != 2 {
			t.Errorf("%d jobs", n)
		}
		s.Clock.Add(2*time.Hour + time.Second)
		must(t, s.Findings.Again(ctx, finding.Recheck{Office: s.id}))
		must(t, s.Findings.Again(ctx, finding.Recheck{Office: s.id})) // a job may run twice
		if n := s.Acts(t, finding.ActCleared, f.ID); n != 1 {
			t.Errorf("cleared %d times", n)
		}
	})
}

func TestTheSweepFindsWhatTimeAloneChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		until := s.Clock.Now().Add(time.Hour)
		for _, w := range s.windows {
			must(t, s.Place.CloseWindow(ctx, s.manager, s.id, w, "中午休息", &until))
		}
		f := s.the(t, "station-manned")
		s.Clock.Add(24 * time.Hour)
		must(t, s.Findings.SweepAll(ctx, finding.Sweep{}))
		if n := s.Acts(t, finding.ActCleared, f.ID); n != 1 {
			t.Errorf("cleared %d times", n)
		}
		consistent(t, s.World)
		if n := s.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'finding.swept'`); n != 1 {
			t.Errorf("swept %d times", n)
		}
	})
}

func TestTheOwnerAnswersASupervisorAsksAndNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		a := s.Taiyuan
		for _, w := range s.windows {
			must(t, s.Place.CloseWindow(ctx, s.manager, s.id, w, "人手不够", nil))
		}
		f := s.the(t, "station-manned")
		for who, x := range map[string]civic.Actor{"a clerk elsewhere": a.Clerk, "another province": s.Xihu.Administrator, "the elder": apptest.AsPerson(a.Elder), "a supervisor": a.Supervisor, "nobody": {}} {
			if err := s.Findings.Answer(ctx, x, f.ID, "马上开。"); !civic.Is(err, civic.Denied) {
				t.Errorf("answer by %s: %v", who, err)
			}
		}
		for who, x := range map[string]civic.Actor{"the manager": s.manager, "an administrator": a.Administrator, "another province": s.Xihu.Supervisor} {
			if err := s.Findings.RequireAnswer(ctx, x, f.ID, "为什么关？"); !civic.Is(err, civic.Denied) {
				t.Errorf("asked by %s: %v", who, err)
			}
		}
		must(t, s.Findings.Answer(ctx, s.manager, f.ID, "下午两点前补上人。"))
		must(t, s.Findings.Answer(ctx, s.manager, f.ID, "下午两点前补上人。"))
		if f = s.the(t, "station-manned"); f.Wanted() || f.Answer == "" || f.AnsweredBy != s.manager.Staff() || s.Acts(t, finding.ActAnswered, f.ID) != 1 {
			t.Errorf("%+v", f)
		}
		s.Clock.Add(time.Hour)
		must(t, s.Findings.RequireAnswer(ctx, a.Supervisor, f.ID, "还没开，为什么？"))
		if f = s.the(t, "station-manned"); !f.Wanted() || f.Late(s.Clock.Now()) {
			t.Errorf("%+v", f)
		}
		s.Clock.Add(14 * 24 * time.Hour)
		late, _, err := s.Findings.List(ctx, a.Supervisor, finding.Ask{Division: a.Division, State: finding.StateLate, Rule: f.Rule})
		if err != nil || len(late) != 1 || !late[0].Late(s.Clock.Now()) {
			t.Errorf("%+v, %v", late, err)
		}
		for _, words := range []string{"", "打我电话13800138000", strings.Repeat("长", 201)} {
			if err := s.Findings.Answer(ctx, s.manager, f.ID, words); !civic.Is(err, civic.Invalid) {
				t.Errorf("%q: %v", words, err)
			}
		}
		must(t, s.Place.OpenWindow(ctx, s.manager, s.id, s.windows[0]))
		if err := s.Findings.Answer(ctx, s.manager, f.ID, "开了。"); !civic.Is(err, civic.Conflict) {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsFoundIsListedByDivisionToWhoeverSeesItsFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStation(t, d)
		a := s.Taiyuan
		all, more, err := s.Findings.List(ctx, a.Supervisor, finding.Ask{Division: a.Division})
		if err != nil || more || len(all) == 0 {
			t.Fatalf("%v %v %v", all, more, err)
		}
		for _, f := range all {
			if !a.Division.Covers(f.Division) || f.Of.Code != f.Rule || !f.Open() {
				t.Errorf("%+v", f)
			}
		}
		open, late, err := s.Findings.Count(ctx, a.Supervisor, a.Division)
		if err != nil || open == 0 || late != 0 {
			t.Error(open, late, err)
		}
		if _, _, err := s.Findings.List(ctx, s.Xihu.Supervisor, finding.Ask{Division: a.Division}); !civic.Is(err, civic.Denied) {
			t.Error(err)
		}
		if _, _, err := s.Findings.List(ctx, a.Clerk, finding.Ask{Division: a.Division}); !civic.Is(err, civic.Denied) {
			t.Error(err)
		}
	})
}

func TestAPlaceThatServesNobodyMoreBreaksItsCountysDutiesInsteadOfItsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		county := func(rule string) int {
			return w.Count(t, `SELECT COUNT(*) FROM finding WHERE rule = $1 AND subject = $2 AND cleared_at IS NULL`, rule, a.Division)
		}
		if county("county-civil") != 0 || county("county-bank") != 1 {
			t.Fatal(county("county-civil"), county("county-bank"))
		}
		bank := w.Office(t, "bank", a.Street)
		if county("county-bank") != 0 {
			t.Error("a bank opened")
		}
		must(t, w.Place.Shut(ctx, a.Administrator, bank, "搬到区里去了"))
		if county("county-bank") != 1 {
			t.Error("the only bank is gone")
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM finding WHERE scope = $1 AND cleared_at IS NULL`, bank); n != 0 {
			t.Errorf("%d findings about a place that is gone", n)
		}
		c, err := w.Place.Show(ctx, bank)
		must(t, err)
		if c.Status.Open || !strings.Contains(c.Status.Words(w.Clock.Now()), "搬到区里去了") {
			t.Errorf("%q", c.Status.Words(w.Clock.Now()))
		}
		must(t, w.Place.Reopen(ctx, a.Administrator, bank))
		if county("county-bank") != 0 {
			t.Error("it is back")
		}
		consistent(t, w)
	})
}

func TestAServiceThatIsSuspendedOrLosesItsLastOfficeIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		n := func(rule, subject string) int {
			return w.Count(t, `SELECT COUNT(*) FROM finding WHERE rule = $1 AND subject = $2 AND cleared_at IS NULL`, rule, subject)
		}
		must(t, w.Catalog.Suspend(ctx, a.Administrator, "petition", a.Division, "这几天系统检修", nil))
		if n("service-suspended", "petition@140105") != 1 {
			t.Error("a suspension is not found")
		}
		must(t, w.Catalog.Resume(ctx, a.Administrator, "petition", a.Division))
		if n("service-suspended", "petition@140105") != 0 {
			t.Error("it goes on")
		}
		must(t, w.Place.Shut(ctx, a.Administrator, a.Hospital, "装修，请去中心医院"))
		if n("service-offline", "report-post@140105") != 1 {
			t.Error("no hospital is left to post a report")
		}
		must(t, w.Place.Reopen(ctx, a.Administrator, a.Hospital))
		if n("service-offline", "report-post@140105") != 0 {
			t.Error("the hospital is back")
		}
		consistent(t, w)
	})
}

func TestTheSweepSaysWhatStaysOpenInTheWordsOfNow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		by := w.Taiyuan.Administrator
		gates := []string{}
		for _, name := range []string{"东门扫码", "西门只认码"} {
			id, err := w.Place.AddWindow(ctx, by, w.Taiyuan.Hospital, place.Window{Name: name, Kind: "gate"})
			must(t, err)
			gates = append(gates, id)
		}
		until := w.Clock.Now().Add(time.Hour)
		must(t, w.Place.CloseWindow(ctx, by, w.Taiyuan.Hospital, gates[1], "中午休息", &until))
		say := func() (out string) {
			w.Look(t, by, func(v *journal.View) error {
				return v.Get(&out, `SELECT say FROM finding WHERE rule = 'code-only' AND subject = $1 AND cleared_at IS NULL`, w.Taiyuan.Hospital)
			})
			return out
		}
		if was := say(); !strings.Contains(was, "东门") || strings.Contains(was, "西门") {
			t.Fatalf("found: %s", was)
		}
		w.Clock.Add(3 * time.Hour) // the gate is open again, and nobody did anything
		must(t, w.Findings.SweepAll(ctx, finding.Sweep{}))
		if now := say(); !strings.Contains(now, "西门") {
			t.Errorf("kept as it was: %s", now)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = 'finding.reworded'`); n == 0 {
			t.Error("no entry says so")
		}
		consistent(t, w)
	})
}

// consistent holds the account to a fresh check of everything.
func consistent(t interface {
	Helper()
	Fatalf(string, ...interface{})
}, w *apptest.World) {
	t.Helper()
	type found struct{ Rule, Kind, Subject, Say string }
	kept, fresh := map[found]bool{}, map[found]bool{}
	w.Look(t, apptest.System(), func(v *journal.View) error {
		var rows []struct{ Rule, Kind, Subject, Say string }
		if err := v.Select(&rows, `SELECT rule, subject_kind AS kind, subject, say FROM finding WHERE cleared_at IS NULL`); err != nil {
			return err
		}
		for _, r := range rows {
			kept[found(r)] = true
		}
		var offices []civic.OfficeID
		if err := v.Select(&offices, `SELECT id FROM office`); err != nil {
			return err
		}
		scopes := []civic.Scope{{Offices: offices}}
		for _, d := range place.Divisions() {
			scopes = append(scopes, civic.Scope{Division: d.Code})
		}
		for _, in := range scopes {
			for _, c := range []finding.Checker{w.Place, w.Catalog} {
				fs, err := c.Check(v, v.Now, in)
				if err != nil {
					return err
				}
				for _, f := range fs {
					fresh[found{f.Rule, f.Subject.Kind, f.Subject.ID, f.Say}] = true
				}
			}
		}
		return nil
	})
	for f := range fresh {
		if !kept[f] {
			t.Fatalf("not kept: %+v", f)
		}
	}
	for f := range kept {
		if !fresh[f] {
			t.Fatalf("kept, and not so: %+v", f)
		}
	}
}
