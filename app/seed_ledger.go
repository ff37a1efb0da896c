package app

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/staff"
)

// seedLedger takes both plans into the ledger as it was in their year, with what units
// reported since: most in time, some late, some put off until this year, some never.
func (a *App) seedLedger(ctx context.Context) error {
	plans, err := ledger.Plans()
	if err != nil {
		return err
	}
	past, clock, err := a.yesterday()
	if err != nil {
		return err
	}
	sys, crew := civic.System("demo"), reporters{}
	for _, p := range plans {
		in := map[string]civic.Division{"SX": "14", "ZJ": "33"}[p.Code]
		if in == "" {
			continue
		}
		clock.at = time.Date(2021, 7, 1, 9, 0, 0, 0, civic.Shanghai)
		if err := past.Ledger.EnterPlan(ctx, sys, p, in, demoGovernments(in)); err != nil {
			return err
		}
		if err := past.seedUnits(ctx, in, crew); err != nil {
			return err
		}
		if err := past.seedReports(ctx, clock, in, crew, longTerm(a.Journal.Now())); err != nil {
			return err
		}
	}
	// Then what happened this year: boards, a meeting, a practice that neighbours have taken up.
	clock.at = a.Journal.Now().AddDate(0, 0, -1)
	if err := past.Ledger.NoteLate(ctx, task.Overdue{}); err != nil {
		return err
	}
	if err := past.seedBoards(ctx); err != nil {
		return err
	}
	return past.seedConference(ctx, crew)
}

// reporters are who reports for a unit, and with "" for the unit who keeps the ledger.
type reporters map[string]civic.Actor

// of is who acts for a unit in a division: the platform where nobody was hired.
func (r reporters) of(in civic.Division, unit string) civic.Actor {
	if a, ok := r[string(in)+unit]; ok {
		return a
	}
	return civic.System("demo")
}

// demoGovernments are all cities of a province, and the counties of its capital.
func demoGovernments(in civic.Division) []civic.Division {
	var out []civic.Division
	for _, d := range place.Divisions() {
		if d.Level == place.LevelCity && in.Covers(d.Code) || d.Level == place.LevelCounty && (in+"01").Covers(d.Code) {
			out = append(out, d.Code)
		}
	}
	return out
}

// seedUnits opens an office for every unit of a province's ledger, and hires who reports.
func (a *App) seedUnits(ctx context.Context, in civic.Division, crew reporters) error {
	sys := civic.System("demo")
	open := func(name string, d civic.Division) (civic.OfficeID, error) {
		return a.Place.Open(ctx, sys, place.Office{Kind: demo.KindBureau, Name: name, Division: d, Address: "演示"})
	}
	conference, err := open(demo.Conferences[in], in)
	if err != nil {
		return err
	}
	homes := map[string]civic.OfficeID{string(in): conference}
	for _, d := range append([]civic.Division{in}, demoGovernments(in)...) {
		units, _, err := a.Ledger.Units(ctx, sys, d)
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.Unit == task.NoUnit {
				continue
			}
			id, err := open(u.Unit+"（演示）", d)
			if err != nil {
				return err
			}
			if err := a.Ledger.NameUnit(ctx, sys, d, u.Unit, id); err != nil {
				return err
			}
			homes[string(d)+u.Unit] = id
		}
	}
	for _, m := range demo.LedgerStaff() {
		if !in.Covers(m.Division) {
			continue
		}
		h := staff.Hire{Login: m.Login, Name: m.Name, Password: DemoPassword, WithoutTOTP: true, Office: homes[string(m.Division)+m.OfficeKind]}
		for _, r := range m.Roles {
			h.Posts = append(h.Posts, staff.Post{Role: staff.Role(r), Division: m.Division})
		}
		hired, err := a.Staff.Hire(ctx, sys, h)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Login, err)
		}
		crew[string(m.Division)+m.OfficeKind] = civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(hired.ID)}, Channel: civic.ChannelDesk}
	}
	return nil
}

// said is something that happens to a task on a day.
type said struct {
	at   time.Time
	what func() error
}

// seedReports lets the units of a province report, in the order of time.
func (a *App) seedReports(ctx context.Context, clock *seedClock, in civic.Division, crew reporters, later string) error {
	sys := civic.System("demo")
	var all []said
	for _, year := range []int{2022, 2023} { // both plans end with a year
		all = append(all, said{time.Date(year, 1, 2, 1, 0, 0, 0, civic.Shanghai), func() error { return a.Ledger.NoteLate(ctx, task.Overdue{}) }})
	}
	counted := map[string]bool{} // whether a part of a measure has a number to reach
	err := a.eachTask(ctx, task.Ask{Division: in}, func(t task.Task) error {
		if t.Office == "" || t.Due == "" {
			return nil
		}
		part := t.Measure + fmt.Sprint(t.Action)
		if _, known := counted[part]; !known {
			account, err := a.Ledger.Show(ctx, sys, t.ID)
			if err != nil {
				return err
			}
			counted[part] = len(account.Targets) > 0
		}
		all = append(all, a.story(ctx, t, counted[part], crew.of(t.Division, t.Unit), crew.of(in, ""), later)...)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y said) int { return x.at.Compare(y.at) })
	for _, s := range all {
		clock.at = s.at
		if err := s.what(); err != nil {
			return err
		}
	}
	return nil
}

// story is what happens to one task of the demonstration, always the same.
func (a *App) story(ctx context.Context, t task.Task, counts bool, unit, keeper civic.Actor, later string) []said {
	h := fnv.New32a()
	_, _ = h.Write([]byte(t.Clause() + t.Unit + string(t.Division) + fmt.Sprint(t.Action)))
	n := int(h.Sum32() % 1000)
	due := dayAt(t.Due)
	pick := func(words []string) string { return words[n%len(words)] }
	report := func(at time.Time, state task.State, words string) said {
		return said{at, func() error { return a.Ledger.Report(ctx, unit, t.ID, task.Reporting{State: state, Words: words}) }}
	}
	judge := func(at time.Time) said {
		return said{at, func() error { return a.Ledger.Judge(ctx, keeper, t.ID, true, pick(demo.SeenWords)) }}
	}
	before, after := due.AddDate(0, 0, -10-n%90), due.AddDate(0, 0, 5+n%60)
	kind := n % 20
	if counts {
		kind = 17 // it goes on until its number is reached
	}
	switch {
	case kind < 12:
		return []said{report(before.AddDate(0, 0, -20), task.UnderWay, pick(demo.OnWords)), report(before, task.Done, pick(demo.DoneWords)), judge(before.AddDate(0, 0, 9))}
	case kind < 14:
		return []said{report(before, task.Done, pick(demo.DoneWords))}
	case kind < 16:
		return []said{report(after, task.Done, pick(demo.DoneWords)), judge(after.AddDate(0, 0, 9))}
	case kind < 18:
		return []said{
			{before, func() error { return a.Ledger.AskExtension(ctx, unit, t.ID, later, pick(demo.OnWords)) }},
			{before.AddDate(0, 0, 5), func() error {
				return a.Ledger.DecideExtension(ctx, keeper, t.ID, true, "同意，每季度报一次。")
			}},
			report(after, task.UnderWay, pick(demo.OnWords))}
	case kind < 19:
		return []said{report(before, task.Stuck, pick(demo.StuckWords))}
	}
	return nil
}

func dayAt(day string) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, day, civic.Shanghai)
	if err != nil {
		panic("app: a plan's day is " + day)
	}
	return d.Add(10 * time.Hour)
}

// longTerm is the end of the month after next, until when some tasks go on.
func longTerm(now time.Time) string {
	y, m, _ := now.In(civic.Shanghai).Date()
	return time.Date(y, m+2, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// eachTask does something with each of some tasks, in the order of the plan.
func (a *App) eachTask(ctx context.Context, ask task.Ask, do func(task.Task) error) error {
	for {
		ts, more, err := a.Ledger.Tasks(ctx, civic.System("demo"), ask)
		if err != nil {
			return err
		}
		for _, t := range ts {
			if err := do(t); err != nil {
				return err
			}
			ask.Before = t.ID
		}
		if !more {
			return nil
		}
	}
}

// seedBoards enters 163 of the 200 stop boards, each with its photograph, and the lines.
func (a *App) seedBoards(ctx context.Context) error {
	return a.eachTask(ctx, task.Ask{Division: "33", Unit: "省交通运输厅"}, func(t task.Task) error {
		account, err := a.Ledger.Show(ctx, civic.System("demo"), t.ID)
		if err != nil {
			return err
		}
		for _, of := range account.Targets {
			if err := a.seedCounts(ctx, t, of); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *App) seedCounts(ctx context.Context, t task.Task, of task.Target) error {
	day := func(n int) string {
		return a.Journal.Now().AddDate(0, 0, -2-n).In(civic.Shanghai).Format(time.DateOnly)
	}
	enter := func(words string, n int64, picture int, on string) error {
		return a.Ledger.Enter(ctx, civic.System("demo"), t.ID, task.Counting{Target: of.ID, Words: words, Day: on, N: n, Files: []task.Upload{{Name: fmt.Sprintf("照片%d.png", picture), Bytes: demo.Photograph(picture)}}})
	}
	switch {
	case strings.Contains(of.Words, "站牌"):
		for i := range 163 {
			if err := enter(fmt.Sprintf("%s%d号站，%s侧", demo.Roads[i%len(demo.Roads)], i/len(demo.Roads)*4+1, []string{"东", "西"}[i%2]), 1, i+1, day(163-i)); err != nil {
				return err
			}
		}
	case strings.Contains(of.Words, "小公交"):
		for i, n := range []int64{31, 28, 22} {
			if err := enter(fmt.Sprintf("第%d批社区小公交，线路名单在后面", i+1), n, 200+i, day(90-30*i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// seedConference holds a meeting of each province with a decision, presses the longest
// silence, and publishes a practice that a neighbour takes up.
func (a *App) seedConference(ctx context.Context, crew reporters) error {
	today := a.Journal.Now().In(civic.Shanghai)
	due := today.AddDate(0, 0, 20).Format(time.DateOnly)
	for _, c := range []struct{ in, first, second civic.Division }{{"14", "140105", "140106"}, {"33", "3301", "3302"}} {
		keeper := crew.of(c.in, "")
		id, err := a.Ledger.Hold(ctx, keeper, task.Minutes{Division: c.in, Title: "今年第三次联席会议", HeldOn: today.AddDate(0, 0, -6).Format(time.DateOnly),
			Minutes: "听了各单位的进展。\n过期还没有报的任务由办公室逐项督办。\n车站的人工窗口不能再减，月底以前各地自查一遍。"})
		if err != nil {
			return err
		}
		if err := a.Ledger.Decide(ctx, keeper, id, task.Decision{Division: c.first, Unit: task.Government(c.first), Words: "把辖区里车站的人工窗口查一遍，少一个报一个。", Due: due}); err != nil {
			return err
		}
		late, _, err := a.Ledger.Tasks(ctx, keeper, task.Ask{Division: c.in, State: task.IsLate})
		if err != nil {
			return err
		}
		slices.SortStableFunc(late, func(x, y task.Task) int { return cmp.Compare(len(x.Division), len(y.Division)) })
		if len(late) > 0 {
			if err := a.Ledger.Urge(ctx, keeper, late[0].ID, "这一项过期以后一直没有说法。请说明原因，写明哪天做完。", due); err != nil {
				return err
			}
		}
		first, second := crew.of(c.first, task.Government(c.first)), crew.of(c.second, task.Government(c.second))
		practice, err := a.Ledger.Submit(ctx, first, task.Submission{Title: "站口有人带路", Words: "每个车站出口早晚各站两名志愿者，穿红马甲，看到老人就问去哪里，带到窗口或公交站。一个月用了四十人次，没有花钱。"})
		if err != nil {
			return err
		}
		if err := a.Ledger.JudgePractice(ctx, keeper, practice, true, "做法简单，不花钱，各地都能学。"); err != nil {
			return err
		}
		if err := a.Ledger.TakeUp(ctx, second, practice, "先在两个站试，下个月铺开。"); err != nil {
			return err
		}
	}
	return nil
}
