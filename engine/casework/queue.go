package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// Item is one case in a queue: what it is, for whom (masked) and until when.
type Item struct {
	Case
	Title    string
	Who      string // masked
	Assigned string // the colleague's name
}

// QueueMost bounds a page of a queue.
const QueueMost = 100

// View is one way to look at an office's queue.
type View string

// The views. Every case that has not ended is in ToDo, Waiting or Said of its office,
// so that nothing can vanish from all of them.
const (
	ToDo    View = "todo"  // open or in hand, by deadline
	Nobodys View = "free"  // in nobody's hands
	Mine    View = "mine"  // in one's own, or in those of whom one stands in for
	Near    View = "near"  // near its deadline
	Late    View = "late"  // past its deadline
	Waiting View = "asked" // for the applicant to say more
	Said    View = "said"  // for the person's word
	Ended   View = "ended" // the newest first
)

// Views are the views in the order in which they are offered.
var Views = []View{ToDo, Mine, Nobodys, Near, Late, Waiting, Said, Ended}

var viewWords = map[View]string{ToDo: "要办的", Mine: "我手上的", Nobodys: "没人接的", Near: "快到期的", Late: "超时的", Waiting: "等老人补充", Said: "等老人确认", Ended: "办完的"}

// Words names a view.
func (v View) Words() string { return viewWords[v] }

// Filter narrows a queue. After is the cursor of the page before, or "".
type Filter struct {
	View    View
	Service string
	Skill   string
	After   string
	Limit   int // 0 is QueueMost
}

// Page is a page of a queue. Next is the cursor of the next one, "" at the end.
type Page struct {
	Items []Item
	Next  string
}

var errView = civic.E(civic.Invalid, "case.view", "没有这样的列表，请从页面上选一个。")

// where is the condition of a view on an office's cases, with what it is ordered by.
// mine are the hands that count as one's own.
func (f Filter) where(mine []civic.StaffID, now time.Time, args *[]any) (cond, order string, err error) {
	arg := func(v any) string { *args = append(*args, v); return "$" + strconv.Itoa(len(*args)) }
	order = "due_at"
	switch f.View {
	case ToDo, "":
		cond = `state IN ('open', 'taken')`
	case Nobodys:
		cond = `state IN ('open', 'asked') AND assignee = ''`
	case Mine:
		cond = `state IN ('taken', 'asked') AND assignee IN ` + db.In(len(*args)+1, len(mine))
		*args = append(*args, db.Args(mine)...)
	case Near:
		t := arg(now)
		cond = `state IN ('open', 'taken') AND near_at <= ` + t + ` AND due_at > ` + t
	case Late:
		cond = `state IN ('open', 'taken') AND due_at <= ` + arg(now)
	case Waiting:
		cond = `state = 'asked'`
	case Said:
		cond = `state = 'resolved'`
	case Ended:
		cond, order = `state IN ('confirmed', 'unconfirmed', 'rejected', 'withdrawn')`, "opened_at"
	default:
		return "", "", errView
	}
	if f.Service != "" {
		cond += ` AND service = ` + arg(f.Service)
	}
	if f.Skill != "" {
		cond += ` AND skill = ` + arg(f.Skill)
	}
	if f.After != "" {
		at, id, ok := strings.Cut(f.After, "_")
		micros, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return "", "", errView
		}
		op, t := ">", time.UnixMicro(micros)
		if order == "opened_at" {
			op = "<"
		}
		x, y := arg(t), arg(id)
		cond += ` AND (` + order + ` ` + op + ` ` + x + ` OR ` + order + ` = ` + x + ` AND request ` + op + ` ` + y + `)`
	}
	return cond, order, nil
}

// List is a page of the queue of the office of the member of staff at the controls.
func (s *Service) List(ctx context.Context, actor civic.Actor, f Filter) (Page, error) {
	var out Page
	if f.Limit <= 0 || f.Limit > QueueMost {
		f.Limit = QueueMost
	}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		args := []any{auth.Office()}
		away, err := coveredBy(v, v.Now, auth.Office(), actor.Staff())
		if err != nil {
			return err
		}
		cond, order, err := f.where(append(away, actor.Staff()), v.Now, &args)
		if err != nil {
			return err
		}
		sort := order + `, request`
		if order == "opened_at" {
			sort = order + ` DESC, request DESC`
		}
		var cs []Case
		if err := v.Select(&cs, `SELECT `+columns+` FROM casework WHERE office = $1 AND `+cond+` ORDER BY `+sort+` LIMIT `+strconv.Itoa(f.Limit+1), args...); err != nil {
			return err
		}
		if len(cs) > f.Limit {
			cs = cs[:f.Limit]
			last := cs[f.Limit-1]
			at := last.DueAt
			if order == "opened_at" {
				at = last.OpenedAt
			}
			out.Next = strconv.FormatInt(at.UnixMicro(), 10) + "_" + string(last.Request)
		}
		out.Items, err = s.items(v, cs)
		return err
	})
	return out, err
}

// Queue lists the cases of the office of the member of staff at the controls: the
// first page of those still to be done, or with done, of those that wait for the
// person's word or are finished.
func (s *Service) Queue(ctx context.Context, actor civic.Actor, done bool) ([]Item, error) {
	if !done {
		p, err := s.List(ctx, actor, Filter{View: ToDo})
		return p.Items, err
	}
	said, err := s.List(ctx, actor, Filter{View: Said})
	if err != nil {
		return nil, err
	}
	ended, err := s.List(ctx, actor, Filter{View: Ended})
	return append(said.Items, ended.Items...), err
}

// Standing is how one's office stands: how many cases are in each view, up to a
// bound, and which services and skills its cases to do are of.
type Standing struct {
	Count    map[View]int
	Services map[string]string // titles by name
	Skills   []string
}

// StandingMost bounds a count: more are that many.
const StandingMost = 999

// Stands counts the cases of one's office.
func (s *Service) Stands(ctx context.Context, actor civic.Actor) (Standing, error) {
	var out Standing
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		away, err := coveredBy(v, v.Now, auth.Office(), actor.Staff())
		if err != nil {
			return err
		}
		out.Count, out.Services = map[View]int{}, map[string]string{}
		for _, view := range Views[:len(Views)-1] {
			args := []any{auth.Office()}
			cond, _, err := Filter{View: view}.where(append(away, actor.Staff()), v.Now, &args)
			if err != nil {
				return err
			}
			var n int
			if err := v.Get(&n, `SELECT COUNT(*) FROM (SELECT 1 FROM casework WHERE office = $1 AND `+cond+` LIMIT `+strconv.Itoa(StandingMost)+`) AS counted`, args...); err != nil {
				return err
			}
			out.Count[view] = n
		}
		var kinds []struct {
			Service, Skill string
			Request        civic.RequestID
		}
		if err := v.Select(&kinds, `SELECT service, skill, MAX(request) AS request FROM casework WHERE office = $1 AND `+notEnded+` GROUP BY service, skill ORDER BY service, skill LIMIT 200`, auth.Office()); err != nil {
			return err
		}
		var ids []civic.RequestID
		for _, k := range kinds {
			ids = append(ids, k.Request)
			if k.Skill != "" && !slices.Contains(out.Skills, k.Skill) {
				out.Skills = append(out.Skills, k.Skill)
			}
		}
		titles, err := s.requests.Titles(v, ids)
		for _, k := range kinds {
			out.Services[k.Service] = titles[k.Request]
		}
		return err
	})
	return out, err
}

// items adds to cases what a list shows, with one query for each kind of thing
// and not for each case.
func (s *Service) items(q db.Q, cs []Case) ([]Item, error) {
	var persons []civic.PersonID
	var clerks []civic.StaffID
	var requests []civic.RequestID
	for _, c := range cs {
		persons, requests = append(persons, c.Person), append(requests, c.Request)
		if c.Assignee != "" {
			clerks = append(clerks, c.Assignee)
		}
	}
	who, err := people.MaskedNames(q, persons)
	if err != nil {
		return nil, err
	}
	titles, err := s.requests.Titles(q, requests)
	if err != nil {
		return nil, err
	}
	assigned, err := staff.Names(q, clerks)
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(cs))
	for i, c := range cs {
		out[i] = Item{c, titles[c.Request], who[c.Person], assigned[c.Assignee]}
	}
	return out, nil
}
