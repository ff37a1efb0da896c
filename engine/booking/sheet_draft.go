package booking

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/sheet"
)

// WeekDraft is what publishing a sheet would do.
type WeekDraft struct {
	Office  place.Office
	Since   string
	Once    bool
	Changes []WeekChange
	Same    int     // of how many the week stays as it is
	Wrong   []Wrong // with any of these nothing is published
	Seen    string  // names what is to be done and what is there now
	Text    string  // the rows as a text of columns, to be brought again
}

// WeekChange is one doctor, hall or class whose week changes.
type WeekChange struct {
	Resource  Resource // without an ID when it is new
	PlanWords string
	Before    []Template
	After     []Template
	Stay      int // sessions to come that somebody has booked or waits for: they stay as they are
}

// New reports whether it is not entered yet.
func (c WeekChange) New() bool { return c.Resource.ID == "" }

// Gone and Come are what is taken away and what is added.
func (c WeekChange) Gone() []Template { return without(c.Before, c.After) }

// Come is what is added.
func (c WeekChange) Come() []Template { return without(c.After, c.Before) }

// Kept counts what stays.
func (c WeekChange) Kept() int { return len(c.Before) - len(c.Gone()) }

func without(a, b []Template) []Template {
	return slices.DeleteFunc(slices.Clone(a), func(t Template) bool { return slices.Contains(b, t) })
}

// CheckWeek says what publishing a sheet would do, and what is wrong with it, and does
// nothing. It needs booking.keep at the office.
func (s *Service) CheckWeek(ctx context.Context, actor civic.Actor, in WeekFile) (*WeekDraft, error) {
	var d *WeekDraft
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		_, o, err := s.keeper(v, in.Office)
		if err != nil {
			return err
		}
		d, err = s.weekDraft(v, o, in, v.Now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (s *Service) weekDraft(q db.Q, o place.Office, in WeekFile, now time.Time) (*WeekDraft, error) {
	since, err := parseDay(in.Since)
	if err != nil {
		return nil, err.(*civic.Error).On("since")
	}
	if in.Since < dayOf(now) || since.Sub(now) > aheadMost*24*time.Hour {
		return nil, civic.E(civic.Invalid, errDay.Code, "从哪一天起，最早是今天，最晚是一年以后。请改一下日期。").On("since")
	}
	rows, wrong, err := readSheet(in.Bytes)
	if err != nil {
		return nil, err
	}
	there, err := thereNow(q, o, in.Since)
	if err != nil {
		return nil, err
	}
	d := &WeekDraft{Office: o, Since: in.Since, Once: in.Once, Wrong: wrong}
	for _, g := range together(rows) {
		c, wrong, err := s.weekChange(q, there, g, in)
		if err != nil {
			return nil, err
		}
		switch d.Wrong = append(d.Wrong, wrong...); {
		case len(wrong) > 0:
		case !c.New() && slices.Equal(c.Before, c.After):
			d.Same++
		default:
			d.Changes = append(d.Changes, c)
		}
	}
	slices.SortStableFunc(d.Wrong, func(a, b Wrong) int { return cmp.Compare(a.Row, b.Row) })
	if err := d.stays(q, in); err != nil {
		return nil, err
	}
	return d, d.seal(rows)
}

// officeWeek is what can be booked at an office, and its weekly sessions.
type officeWeek struct {
	place.Office
	named map[[2]string][]Resource // by department and name
	weeks map[string][]Template
}

// thereNow reads what a sheet that holds from a day on would change.
func thereNow(q db.Q, o place.Office, since string) (officeWeek, error) {
	w := officeWeek{Office: o, named: map[[2]string][]Resource{}}
	rs, err := activeOf(q, o.ID)
	if err != nil {
		return w, err
	}
	for _, r := range rs {
		k := [2]string{r.Department, r.Name}
		w.named[k] = append(w.named[k], r)
	}
	w.weeks, err = weeksOn(q, o.ID, since)
	return w, err
}

// stays counts the sessions that the new weeks leave as they are.
func (d *WeekDraft) stays(q db.Q, in WeekFile) error {
	if !slices.ContainsFunc(d.Changes, func(c WeekChange) bool { return !c.New() }) {
		return nil
	}
	var rows []struct {
		Resource string
		N        int
	}
	if err := q.Select(&rows, `SELECT s.resource, COUNT(*) AS n FROM booking_session s WHERE s.office = $1 AND s.day >= $2 AND s.day < $3 AND s.state = 'open' AND `+someones+` GROUP BY s.resource`,
		in.Office, in.Since, in.until()); err != nil {
		return err
	}
	n := map[string]int{}
	for _, r := range rows {
		n[r.Resource] = r.N
	}
	for i := range d.Changes {
		d.Changes[i].Stay = n[d.Changes[i].Resource.ID] // nothing of what is new: it has no ID
	}
	return nil
}

// seal names the draft by what it does and what it found.
func (d *WeekDraft) seal(rows []sheetRow) error {
	b, err := json.Marshal([]any{d.Office.ID, d.Since, d.Once, d.Changes})
	if err != nil {
		return err
	}
	h := sha256.Sum256(b)
	d.Seen = hex.EncodeToString(h[:16])
	text := [][]string{weekHeads}
	for _, r := range rows {
		text = weekRows(text, r.department, r.name, r.week(), r.tail())
	}
	out, err := sheet.Columns(text)
	d.Text = strings.TrimPrefix(string(out), "\uFEFF")
	return err
}

// together gathers the rows of each doctor, hall or class, in the order of the first.
func together(rows []sheetRow) [][]sheetRow {
	at, out := map[[2]string]int{}, [][]sheetRow{}
	for _, r := range rows {
		k := [2]string{r.department, r.name}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k], out = i, append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// weekChange is what the rows of one doctor, hall or class ask for.
func (s *Service) weekChange(q db.Q, o officeWeek, rows []sheetRow, in WeekFile) (WeekChange, []Wrong, error) {
	var c WeekChange
	var wrong []Wrong
	bad := func(n int, col, say string) { wrong = append(wrong, Wrong{n, col, say}) }
	first := rows[0]
	if first.name == "" {
		return c, nil, nil // said already
	}
	named := o.named[[2]string{first.department, first.name}]
	var p *Plan
	switch len(named) {
	case 1:
		var err error
		if c.Resource, c.Before = named[0], o.weeks[named[0].ID]; c.Before == nil {
			c.Before = []Template{}
		}
		if p, err = s.plan(q, c.Resource.Plan); err != nil {
			return c, nil, err
		}
		if first.plan != "" && first.plan != p.Name {
			bad(first.n, colPlan, "这里改不了号源方案，现在用的是「"+p.Name+"」。请写回去，要换方案请找管理员。")
		}
	case 0:
		c.Resource, p = first.fresh(o.ID, bad)
	default:
		bad(first.n, colName, "有"+strconv.Itoa(len(named))+"个「"+first.name+"」，分不清是哪一个。请找管理员改成不一样的名称。")
		return c, wrong, nil
	}
	c.After = []Template{}
	for _, r := range rows {
		for _, t := range r.week() {
			for _, x := range c.After {
				if x.Weekday == t.Weekday && x.From < t.To && t.From < x.To {
					bad(r.n, colFrom, "和同一天的另一行（"+sayClock(x.From)+"到"+sayClock(x.To)+"）时间重叠了，请改开。")
				}
			}
			if p != nil && r.places > 0 {
				if err := lawful(p, c.Resource.Kind, o.Division, in.Since, r.places); err != nil {
					bad(r.n, colPlaces, civic.As(err).Say)
				}
			}
			c.After = append(c.After, t)
		}
	}
	sortWeek(c.After)
	if len(c.After) > weekMost {
		bad(first.n, colName, "一个医生、馆或课一周最多"+strconv.Itoa(weekMost)+"次。请分成几个。")
	}
	if p != nil {
		c.PlanWords = p.Words
	}
	return c, wrong, nil
}

// fresh is something that the rows enter for the first time.
func (r sheetRow) fresh(office civic.OfficeID, bad func(int, string, string)) (Resource, *Plan) {
	out := Resource{Office: office, Kind: r.kind, Department: r.department, Name: r.name, About: r.about, Plan: r.plan, Opens: 7 * 60, State: "active"}
	p := planNamed(r.plan)
	switch {
	case r.kind == "" || r.plan == "":
		bad(r.n, colName, "本单位没有「"+r.name+"」。名称写错了请改过来；是新添的，请写明「种类」「号源方案」和「提前几天放号」。")
		return out, nil
	case p == nil:
		bad(r.n, colPlan, "没有「"+short(r.plan)+"」这个号源方案，可以写："+planNames()+"。")
	}
	n, err := strconv.Atoi(civic.Fold(r.ahead))
	if err != nil || n < 0 || n > aheadMost {
		bad(r.n, colAhead, "请写提前几天放号，0到366的整数。")
	}
	if out.Ahead = n; err == nil && out.check() != nil {
		bad(r.n, colName, errResource.Say)
	}
	var ok bool
	if out.Individual, ok = yesCell(r.one); !ok {
		bad(r.n, colOne, "「"+short(r.one)+"」看不明白，是一位医生的写「是」，几位轮流的、场馆和课写「否」。")
	}
	return out, p
}

func planNames() string {
	var out []string
	for _, p := range plans {
		out = append(out, p.Name+"（"+p.Words+"）")
	}
	return strings.Join(out, "、")
}
