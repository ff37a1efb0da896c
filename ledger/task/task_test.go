package task_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/staff"
)

var ctx = context.Background()

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || civic.As(err).Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// desk is a world with a plan in its ledger: a province with its conference, the health
// commission and two governments.
type desk struct {
	*apptest.World
	keeper                  civic.Actor // of the province's ledger
	health, county, far     civic.Actor // who report for the commission, for 小店区 and for 迎泽区
	healthOffice, countyOff civic.OfficeID
	policy                  string
}

const plan = `XX省解决老年人智能技术困难工作方案
X政办发〔2026〕9号
一、主要任务
（一）出行
1.保留电话叫车。保留扬召和电话叫车，2026年12月底前电召接线率不低于90%，新建电子站牌200个。（责任单位：省交通厅、各市县政府）
2.保留人工窗口。车站不得取消人工售票窗口。（省卫健委牵头；省交通厅按职责分工负责，2026年11月底前完成）
二、保障措施
（一）加强督查。定期通报。（责任单位：省卫健委）
`

func picture() task.Upload {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		panic(err)
	}
	return task.Upload{Name: "站牌.png", Bytes: b.Bytes()}
}

func newDesk(t *testing.T, d *db.DB) desk {
	t.Helper()
	w := desk{World: apptest.New(t, d)}
	open := func(name string, div civic.Division) civic.OfficeID {
		id, err := w.Place.Open(ctx, apptest.System(), place.Office{Kind: "bureau", Name: name, Division: div, Address: "一号路1号"})
		must(t, err)
		return id
	}
	conference := open("省联席会议办公室", "14")
	w.healthOffice, w.countyOff = open("省卫生健康委员会", "14"), open("小店区政府办公室", "140105")
	w.keeper = w.Hire(t, "聂主任", conference, staff.Post{Role: staff.Supervisor, Division: "14"})
	w.health = w.Hire(t, "韩处长", w.healthOffice, staff.Post{Role: staff.Bureau, Division: "14"})
	w.county = w.Hire(t, "武科长", w.countyOff, staff.Post{Role: staff.Bureau, Division: "140105"})
	w.far = w.Hire(t, "梁科长", open("迎泽区政府办公室", "140106"), staff.Post{Role: staff.Bureau, Division: "140106"})
	var err error
	w.policy, err = w.Ledger.BringPolicy(ctx, w.keeper, task.PolicyFile{Name: "方案.txt", Bytes: []byte(plan), Division: "14"})
	must(t, err)
	return w
}

// adopted takes the plan into the ledger and names who is who.
func (w desk) adopted(t *testing.T) desk {
	t.Helper()
	p, err := w.Ledger.ShowPolicy(ctx, w.keeper, w.policy)
	must(t, err)
	must(t, w.Ledger.AdoptPolicy(ctx, w.keeper, w.policy, p.Rev, task.Adoption{Code: "XX", Governments: []civic.Division{"140105", "140106"}}))
	must(t, w.Ledger.NameUnit(ctx, w.keeper, "14", "省卫健委", w.healthOffice))
	must(t, w.Ledger.NameUnit(ctx, w.keeper, "140105", task.Government("140105"), w.countyOff))
	return w
}

func (w desk) tasks(t *testing.T, by civic.Actor, in task.Ask) []task.Task {
	t.Helper()
	ts, _, err := w.Ledger.Tasks(ctx, by, in)
	must(t, err)
	return ts
}

// mine is the first task of an office that a clause has.
func (w desk) mine(t *testing.T, by civic.Actor, office civic.OfficeID, clause string) task.Task {
	t.Helper()
	for _, x := range w.tasks(t, by, task.Ask{Office: office}) {
		if x.Clause() == clause {
			return x
		}
	}
	t.Fatalf("the office has no task of %s", clause)
	return task.Task{}
}

func TestADocumentBecomesTasksOfEveryUnitItNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		var got []string
		for _, x := range w.tasks(t, w.keeper, task.Ask{Division: "14"}) {
			lead := ""
			if x.Leads {
				lead = "*"
			}
			got = append(got, x.Clause()+" "+x.Unit+lead+" "+x.Due)
		}
		want := []string{"XX1 省交通厅 2026-12-31", "XX1 小店区政府 2026-12-31", "XX1 迎泽区政府 2026-12-31",
			"XX2 省卫健委* 2026-11-30", "XX2 省交通厅 2026-11-30", "XX二(一) 省卫健委 2026-12-31"}
		if len(got) != len(want) {
			t.Fatalf("got %d tasks: %q", len(got), got)
		}
		for i, x := range want[:5] {
			if got[i] != x {
				t.Errorf("task %d is %q, want %q", i, got[i], x)
			}
		}
		// Each office sees its own, and only a unit that was named is somebody's.
		if ts := w.tasks(t, w.health, task.Ask{Office: w.healthOffice}); len(ts) != 2 {
			t.Errorf("the commission has %d tasks, want 2", len(ts))
		}
		if _, _, err := w.Ledger.Tasks(ctx, w.county, task.Ask{Office: w.healthOffice}); !civic.Is(err, civic.Denied) {
			t.Errorf("the county reads the commission's list: %v", err)
		}
		m, err := w.Ledger.Board(ctx, w.keeper, w.policy, "14")
		must(t, err)
		if m.Total.All != int64(len(got)) || len(m.Rows) != 3 || m.ByColumn["1401"].All != 2 {
			t.Errorf("the matrix counts %+v by %+v", m.Total, m.ByColumn)
		}
	})
}

func TestAReadingIsCorrectedBesideItsTextAndCorrectionsAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		p, err := w.Ledger.ShowPolicy(ctx, w.keeper, w.policy)
		must(t, err)
		if len(p.Source) == 0 || !strings.Contains(strings.Join(p.Source, "\n"), "不得取消人工售票窗口") || len(p.Reading.Measures) != 3 {
			t.Fatalf("read %d lines, %d measures", len(p.Source), len(p.Reading.Measures))
		}
		m := p.Reading.Measures[0]
		edit := task.MeasureEdit{Ref: m.Ref, Heading: m.Heading, Kind: m.Kind, Force: m.Force}
		for _, a := range m.Actions {
			edit.Actions = append(edit.Actions, task.ActionEdit{Text: a.Text, Units: task.UnitsText(a.Units), OpenEnded: a.OpenEnded, Deadline: a.Deadline, Targets: task.TargetsText(a.Targets)})
		}
		must(t, w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, p.Rev, edit)) // as it is: no correction
		edit.Actions[0].Units = "省交通厅（牵头）、省公安厅、各市县政府"
		edit.Actions[0].Targets = "至少200个 电子站牌\n不低于90% 接线率"
		must(t, w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, p.Rev, edit))
		wantCode(t, w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, p.Rev, task.MeasureEdit{Ref: m.Ref, Drop: true}), "policy.moved")
		for units, code := range map[string]string{"省交通厅（牵头）、省公安厅（牵头）": "policy.units", "省交通厅、省交通厅": "policy.units"} {
			bad := edit
			bad.Actions = []task.ActionEdit{{Units: units}}
			wantCode(t, w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, p.Rev+1, bad), code)
		}
		p, err = w.Ledger.ShowPolicy(ctx, w.health, w.policy)
		must(t, err)
		if p.Rev != 2 || len(p.Corrections) == 0 || p.Corrections[0].Name != "聂主任" || p.Corrections[0].AtRef != m.Ref+"第1段" {
			t.Errorf("rev %d, corrections %+v", p.Rev, p.Corrections)
		}
		if us := p.Reading.Measures[0].Actions[0].Units; len(us) != 3 || !us[0].Lead {
			t.Errorf("the reading has the units %+v", us)
		}
		wantCode(t, w.Ledger.CorrectFacts(ctx, w.health, w.policy, 2, task.Facts{Title: "x", Status: ledger.InForce}), "grant.role")
		must(t, w.Ledger.CorrectFacts(ctx, w.keeper, w.policy, 2, task.Facts{Title: p.Title, Number: p.Number, Status: ledger.Draft}))
		wantCode(t, w.Ledger.AdoptPolicy(ctx, w.keeper, w.policy, 3, task.Adoption{Code: "XX"}), "policy.draft")
		must(t, w.Ledger.CorrectFacts(ctx, w.keeper, w.policy, 3, task.Facts{Title: p.Title, Number: p.Number, Status: ledger.InForce, Deadline: "2027-06-30"}))
		w.policyRev(t, 4).adopted(t)
		if ts := w.tasks(t, w.keeper, task.Ask{Division: "14"}); !slices.ContainsFunc(ts, func(x task.Task) bool { return x.Due == "2027-06-30" }) {
			t.Errorf("what has no day of its own has not the plan's")
		}
		wantCode(t, w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, 3, edit), "policy.adopted")
		again, err := w.Ledger.BringPolicy(ctx, w.keeper, task.PolicyFile{Name: "方案.txt", Bytes: []byte(plan), Division: "14"})
		must(t, err)
		wantCode(t, w.Ledger.AdoptPolicy(ctx, w.keeper, again, 1, task.Adoption{Code: "XX"}), "policy.code")
		must(t, w.Ledger.DropPolicy(ctx, w.keeper, again, 1))
	})
}

func (w desk) policyRev(t *testing.T, rev int64) desk {
	t.Helper()
	p, err := w.Ledger.ShowPolicy(ctx, w.keeper, w.policy)
	must(t, err)
	if p.Rev != rev {
		t.Fatalf("rev %d, want %d", p.Rev, rev)
	}
	return w
}

func TestOnlyTheUnitReportsAndASupervisorJudges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		x := w.mine(t, w.health, w.healthOffice, "XX2")
		for by, code := range map[civic.Actor]string{w.county: "task.unit", w.far: "task.unit", w.keeper: "grant.role", w.Taiyuan.Clerk: "grant.role"} {
			wantCode(t, w.Ledger.Report(ctx, by, x.ID, task.Reporting{State: task.Done, Words: "替他们报一个。"}), code)
		}
		nobodys := w.tasks(t, w.keeper, task.Ask{Division: "140106"})[0] // whose government no office is yet
		wantCode(t, w.Ledger.Report(ctx, w.far, nobodys.ID, task.Reporting{State: task.Done, Words: "我们做完了。"}), "task.unit")

		wantCode(t, w.Ledger.Judge(ctx, w.keeper, x.ID, true, "看过了。"), "task.unreported")
		must(t, w.Ledger.Report(ctx, w.health, x.ID, task.Reporting{State: task.UnderWay, Words: "正在查各个车站。"}))
		wantCode(t, w.Ledger.Judge(ctx, w.keeper, x.ID, true, "看过了。"), "task.unfinished")
		done := task.Reporting{State: task.Done, Words: "五个车站都有人工窗口了。", Files: []task.Upload{picture()}}
		must(t, w.Ledger.Report(ctx, w.health, x.ID, done))
		must(t, w.Ledger.Judge(ctx, w.keeper, x.ID, false, "照片看不清，请补拍。"))
		must(t, w.Ledger.Judge(ctx, w.keeper, x.ID, false, "照片看不清，请补拍。"))
		must(t, w.Ledger.Report(ctx, w.health, x.ID, task.Reporting{State: task.Done, Words: "补拍了。", Files: []task.Upload{picture()}}))
		must(t, w.Ledger.Judge(ctx, w.keeper, x.ID, true, "去看过，属实。"))
		wantCode(t, w.Ledger.Report(ctx, w.health, x.ID, task.Reporting{State: task.UnderWay, Words: "再改改。"}), "task.accepted")

		a, err := w.Ledger.Show(ctx, w.health, x.ID)
		must(t, err)
		var kinds []string
		for _, s := range a.Steps {
			kinds = append(kinds, s.Kind+" "+s.Who)
		}
		if got := strings.Join(kinds, ","); got != "verdict 聂主任,report 韩处长,verdict 聂主任,report 韩处长,report 韩处长" && len(a.Steps) != 5 {
			t.Errorf("the account says %s", got)
		}
		if a.State != task.Accepted || !a.Yours || a.Keeps {
			t.Errorf("%+v", a.Task)
		}
		// The evidence is for those who see the task.
		var file task.File
		for _, s := range a.Steps {
			if len(s.Files) > 0 {
				file = s.Files[0]
			}
		}
		if _, b, err := w.Ledger.File(ctx, w.keeper, file.ID); err != nil || !bytes.Equal(b, picture().Bytes) {
			t.Errorf("the supervisor reads the photograph: %v", err)
		}
		if _, _, err := w.Ledger.File(ctx, w.county, file.ID); !civic.Is(err, civic.Denied) {
			t.Errorf("the county reads the commission's photograph: %v", err)
		}
		// It was counted as done once, although it was said three times.
		if n := w.Acts(t, task.ActDone, x.ID); n != 1 {
			t.Errorf("done %d times", n)
		}
	})
}

func TestATaskGoesOverdueIsUrgedAndPutOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		x := w.mine(t, w.health, w.healthOffice, "XX2")
		must(t, w.Ledger.NoteLate(ctx, task.Overdue{}))
		if n := w.Acts(t, task.ActLate, x.ID); n != 0 {
			t.Fatalf("late before its day")
		}
		w.Clock.Set(time.Date(2026, 12, 3, 2, 0, 0, 0, time.UTC))
		for range 2 {
			must(t, w.Ledger.NoteLate(ctx, task.Overdue{}))
		}
		if n := w.Acts(t, task.ActLate, x.ID); n != 1 {
			t.Fatalf("entered as late %d times, want once", n)
		}
		late := w.tasks(t, w.keeper, task.Ask{Division: "14", State: task.IsLate})
		if len(late) != 2 || late[0].ID != x.ID || late[0].Late(w.Clock.Now()) != 3 {
			t.Fatalf("late: %+v", late)
		}
		must(t, w.Ledger.Urge(ctx, w.keeper, x.ID, "为什么还没有报？", "2026-12-08"))
		wantCode(t, w.Ledger.Urge(ctx, w.keeper, x.ID, "再问一次。", "2026-12-09"), "task.ordered")
		wantCode(t, w.Ledger.Reply(ctx, w.county, x.ID, "我们替他们答。"), "task.unit")
		if ts := w.tasks(t, w.keeper, task.Ask{Division: "14", State: task.IsUrged}); len(ts) != 1 {
			t.Errorf("%d are urged", len(ts))
		}
		must(t, w.Ledger.Reply(ctx, w.health, x.ID, "两个车站在装修，月底开。"))
		wantCode(t, w.Ledger.Reply(ctx, w.health, x.ID, "再答一次。"), "task.no_order")

		wantCode(t, w.Ledger.AskExtension(ctx, w.health, x.ID, "2026-11-30", "装修。"), "task.later")
		must(t, w.Ledger.AskExtension(ctx, w.health, x.ID, "2026-12-31", "两个车站在装修。"))
		wantCode(t, w.Ledger.AskExtension(ctx, w.health, x.ID, "2027-01-31", "还是不够。"), "task.extension_waits")
		wantCode(t, w.Ledger.DecideExtension(ctx, w.health, x.ID, true, "自己同意。"), "grant.role")
		must(t, w.Ledger.DecideExtension(ctx, w.keeper, x.ID, true, "同意，不再延。"))
		wantCode(t, w.Ledger.DecideExtension(ctx, w.keeper, x.ID, false, "又不同意了。"), "task.no_extension")
		a, err := w.Ledger.Show(ctx, w.keeper, x.ID)
		must(t, err)
		if a.Due != "2026-12-31" || a.Task.Late(w.Clock.Now()) != 0 || len(a.Steps) != 4 {
			t.Errorf("due %s, %d steps", a.Due, len(a.Steps))
		}
		// A second day that passes is a second time late.
		w.Clock.Set(time.Date(2027, 1, 2, 2, 0, 0, 0, time.UTC))
		must(t, w.Ledger.NoteLate(ctx, task.Overdue{}))
		if n := w.Acts(t, task.ActLate, x.ID); n != 2 {
			t.Errorf("late %d times", n)
		}
		must(t, w.Ledger.Report(ctx, w.health, x.ID, task.Reporting{State: task.Done, Words: "都开了。"}))
		if w.Acts(t, task.ActDoneLate, x.ID) != 1 || w.Acts(t, task.ActDone, x.ID) != 0 {
			t.Errorf("what was done after its day is counted as in time")
		}
	})
}

func TestATargetIsTheSumOfPhotographedThings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		x := w.mine(t, w.county, w.countyOff, "XX1")
		a, err := w.Ledger.Show(ctx, w.county, x.ID)
		must(t, err)
		i := slices.IndexFunc(a.Targets, func(x task.Target) bool { return x.Value == 200 })
		if i < 0 {
			t.Fatalf("targets: %+v", a.Targets)
		}
		board := task.Counting{Target: a.Targets[i].ID, Words: "学府街口站", Day: "2026-11-20", N: 1, Files: []task.Upload{picture()}}
		bare := board
		bare.Files = nil
		wantCode(t, w.Ledger.Enter(ctx, w.county, x.ID, bare), "target.photo")
		text := board
		text.Files = []task.Upload{{Name: "a.png", Bytes: []byte("not a picture")}}
		wantCode(t, w.Ledger.Enter(ctx, w.county, x.ID, text), "ledger.file")
		tomorrow := board
		tomorrow.Day = "2026-11-30"
		wantCode(t, w.Ledger.Enter(ctx, w.county, x.ID, tomorrow), "task.past")
		wantCode(t, w.Ledger.Enter(ctx, w.health, x.ID, board), "task.unit")
		for range 2 { // pressed twice
			must(t, w.Ledger.Enter(ctx, w.county, x.ID, board))
		}
		lot := board
		lot.Words, lot.N = "平阳路一批", 12
		must(t, w.Ledger.Enter(ctx, w.county, x.ID, lot))
		c, err := w.Ledger.Counted(ctx, w.keeper, board.Target, "14", false, "")
		must(t, err)
		if c.Sum != 13 || len(c.List) != 2 || len(c.List[1].Files) != 1 || c.List[1].Unit != task.Government("140105") || c.Clause != "XX1" {
			t.Fatalf("%+v", c)
		}
		// A number is put right beside the old one, by its own unit, once.
		right := lot
		right.N, right.Files, right.Replaces = 11, nil, c.List[0].ID
		must(t, w.Ledger.Enter(ctx, w.county, x.ID, right))
		wantCode(t, w.Ledger.Enter(ctx, w.county, x.ID, right), "target.replaced")
		c, err = w.Ledger.Counted(ctx, w.keeper, board.Target, "14", true, "")
		must(t, err)
		if c.Sum != 12 || len(c.List) != 3 {
			t.Errorf("sum %d of %d entries", c.Sum, len(c.List))
		}
		// What was put right keeps its photograph, however often, and its unit finds it on the task.
		right.N, right.Replaces = 10, c.List[0].ID
		must(t, w.Ledger.Enter(ctx, w.county, x.ID, right))
		a, err = w.Ledger.Show(ctx, w.county, x.ID)
		must(t, err)
		if len(a.Counts) != 2 || a.Counts[0].N != 10 || len(a.Counts[0].Files) != 1 || a.Counts[0].Who == "" {
			t.Errorf("%+v", a.Counts)
		}
		if a, err = w.Ledger.Show(ctx, w.keeper, x.ID); err != nil || a.Counts != nil {
			t.Errorf("a supervisor is offered to put numbers right: %+v, %v", a.Counts, err)
		}
	})
}

// TestATargetsSumEqualsARecountOfTheJournal enters and puts right in any order, by two governments.
func TestATargetsSumEqualsARecountOfTheJournal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		type unit struct {
			who  civic.Actor
			task string
		}
		units := []unit{{w.county, w.mine(t, w.county, w.countyOff, "XX1").ID}}
		a, err := w.Ledger.Show(ctx, w.county, units[0].task)
		must(t, err)
		target := a.Targets[slices.IndexFunc(a.Targets, func(x task.Target) bool { return x.Value == 200 })].ID
		step := 0
		rapid.Check(t, dbtest.Rounds(15, func(rt *rapid.T) {
			for range rapid.IntRange(1, 5).Draw(rt, "entries") {
				step++
				u := rapid.SampledFrom(units).Draw(rt, "unit")
				in := task.Counting{Target: target, Words: fmt.Sprint("第", step, "批"), Day: "2026-11-20", N: int64(rapid.IntRange(1, 40).Draw(rt, "n")), Files: []task.Upload{picture()}}
				a, err := w.Ledger.Show(ctx, u.who, u.task)
				if err != nil {
					rt.Fatal(err)
				}
				if len(a.Counts) > 0 && rapid.Bool().Draw(rt, "right") {
					in.Replaces, in.N = rapid.SampledFrom(a.Counts).Draw(rt, "which").ID, in.N-1
				}
				if err := w.Ledger.Enter(ctx, u.who, u.task, in); err != nil {
					rt.Fatal(err)
				}
			}
			for _, where := range []civic.Division{"14", "140105"} {
				c, err := w.Ledger.Counted(ctx, w.keeper, target, where, false, "")
				if err != nil {
					rt.Fatal(err)
				}
				if want := recounted(t, w, target, where); c.Sum != want {
					rt.Fatalf("the sum in %s is %d, and the journal has %d", where, c.Sum, want)
				}
			}
		}))
	})
}

// recounted sums a target by what the journal says of each entry.
func recounted(t *testing.T, w desk, target string, where civic.Division) int64 {
	t.Helper()
	var rows []struct{ Body string }
	must(t, w.Journal.Look(ctx, civic.System("test"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT d.body FROM journal_entry e JOIN journal_detail d ON d.entry = e.id JOIN journal_about a ON a.entry = e.id
			WHERE a.id = $1 AND e.act IN ('target.counted', 'target.recounted') AND e.division >= $2 AND e.division < $3 ORDER BY e.id`, target, where, string(where)+"~")
	}))
	stands := map[string]int64{}
	for _, r := range rows {
		var d map[string]string
		must(t, json.Unmarshal([]byte(r.Body), &d))
		n, err := strconv.ParseInt(d["n"], 10, 64)
		must(t, err)
		delete(stands, d["replaces"])
		stands[d["entry"]] = n
	}
	var sum int64
	for _, n := range stands {
		sum += n
	}
	return sum
}

func TestAMeetingDecidesTasksAndAPracticeIsPublishedAndAdopted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d).adopted(t)
		m, err := w.Ledger.Hold(ctx, w.keeper, task.Minutes{Division: "14", Title: "第三次联席会议", HeldOn: "2026-11-20", Minutes: "通报了车站窗口的情况。"})
		must(t, err)
		again, err := w.Ledger.Hold(ctx, w.keeper, task.Minutes{Division: "14", Title: "第三次联席会议", HeldOn: "2026-11-20", Minutes: "通报了车站窗口的情况。"})
		if must(t, err); again != m {
			t.Errorf("the same minutes twice make two meetings")
		}
		must(t, w.Ledger.Decide(ctx, w.keeper, m, task.Decision{Division: "140105", Unit: task.Government("140105"), Words: "把南站的窗口开到晚上九点。", Due: "2026-12-15"}))
		wantCode(t, w.Ledger.Decide(ctx, w.keeper, m, task.Decision{Division: "330106", Unit: "西湖区政府", Words: "也开。", Due: "2026-12-15"}), "meeting.unit")
		wantCode(t, w.Ledger.Decide(ctx, w.county, m, task.Decision{Division: "140105", Unit: "x", Words: "也开。", Due: "2026-12-15"}), "grant.role")
		got, err := w.Ledger.Meeting(ctx, w.county, m)
		must(t, err)
		if len(got.Decisions) != 1 || got.Decided != 1 {
			t.Fatalf("%+v", got)
		}
		must(t, w.Ledger.Report(ctx, w.county, got.Decisions[0].ID, task.Reporting{State: task.Done, Words: "开到九点了。"}))

		p, err := w.Ledger.Submit(ctx, w.county, task.Submission{Title: "站口有人带路", Words: "志愿者在站口等老人。", Files: []task.Upload{picture()}})
		must(t, err)
		wantCode(t, w.Ledger.TakeUp(ctx, w.far, p, "我们也学。"), "practice.waits")
		wantCode(t, w.Ledger.JudgePractice(ctx, w.county, p, true, "好。"), "grant.role")
		if _, err := w.Ledger.Practice(ctx, w.far, p); !civic.Is(err, civic.Denied) {
			t.Errorf("a neighbour reads what was not published: %v", err)
		}
		must(t, w.Ledger.JudgePractice(ctx, w.keeper, p, true, "做法简单，各地都能学。"))
		wantCode(t, w.Ledger.TakeUp(ctx, w.county, p, "学自己。"), "practice.own")
		for range 2 {
			must(t, w.Ledger.TakeUp(ctx, w.far, p, "五一广场站也安排了人。"))
		}
		shown, err := w.Ledger.Practice(ctx, w.far, p)
		must(t, err)
		if shown.Adopted != 1 || shown.Adoptions[0].Place != "迎泽区政府办公室" || len(shown.Files) != 1 {
			t.Errorf("%+v", shown)
		}
		list, err := w.Ledger.Practices(ctx, w.far, "140106")
		if must(t, err); len(list) != 1 {
			t.Errorf("the neighbour's list has %d", len(list))
		}
	})
}

func TestThePlansOfTheReleaseGoIntoTheLedgerWholeAndOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		plans, err := ledger.Plans()
		must(t, err)
		for _, p := range plans {
			in := map[string]civic.Division{"SX": "14", "ZJ": "33"}[p.Code]
			keeper := w.Hire(t, "主任"+p.Code, w.Office(t, "bureau", in), staff.Post{Role: staff.Supervisor, Division: in})
			for range 2 {
				must(t, w.Ledger.EnterPlan(ctx, apptest.System(), p, in, []civic.Division{in + "01", in + "0106"}))
			}
			list, err := w.Ledger.Policies(ctx, keeper, in)
			must(t, err)
			if len(list) != 1 || list[0].Code != p.Code {
				t.Fatalf("%s: %+v", p.Code, list)
			}
			m, err := w.Ledger.Board(ctx, keeper, list[0].ID, in)
			must(t, err)
			want := 0
			for _, x := range p.Measures {
				for _, a := range x.Actions {
					for _, u := range a.Units {
						want++
						if u == "各市县政府" { // a city's and a county's; 各设区市 are cities alone
							want++
						}
					}
					if len(a.Units) == 0 {
						want++
					}
				}
			}
			if len(m.Rows) != len(p.Measures) || m.Total.All != int64(want) {
				t.Errorf("%s: %d measures and %d tasks, want %d and %d", p.Code, len(m.Rows), m.Total.All, len(p.Measures), want)
			}
		}
	})
}

func TestWhatATargetIsTypedAsIsReadAsTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newDesk(t, d)
		p, err := w.Ledger.ShowPolicy(ctx, w.keeper, w.policy)
		must(t, err)
		rev := p.Rev
		rapid.Check(t, func(r *rapid.T) {
			want := ledger.Target{Text: rapid.StringMatching(`[一-龥]{1,12}`).Draw(r, "words"), Unit: rapid.SampledFrom([]string{"个", "条", "%", "万人"}).Draw(r, "unit"),
				Value: float64(rapid.IntRange(0, 999999).Draw(r, "value")) / 4, Direction: rapid.SampledFrom([]ledger.Direction{ledger.AtLeast, ledger.AtMost, ledger.Exactly}).Draw(r, "direction")}
			edit := task.MeasureEdit{Ref: "9", Heading: "试", Kind: ledger.Task, Force: ledger.Must, Actions: []task.ActionEdit{{Units: "省交通厅", Targets: task.TargetText(want)}}}
			if err := w.Ledger.CorrectMeasure(ctx, w.keeper, w.policy, rev, edit); err != nil {
				r.Fatal(err)
			}
			p, err := w.Ledger.ShowPolicy(ctx, w.keeper, w.policy)
			if err != nil {
				r.Fatal(err)
			}
			rev = p.Rev
			got := p.Reading.Measures[len(p.Reading.Measures)-1].Actions[0].Targets
			if len(got) != 1 || got[0] != want {
				r.Fatalf("%q is read as %+v, want %+v", edit.Actions[0].Targets, got, want)
			}
		})
	})
}
