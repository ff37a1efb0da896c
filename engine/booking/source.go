package booking

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/staff"
)

// The sources of options, each with a kind behind a colon. What was answered before
// comes in any order but the office first: a department, a resource or Any, a day.
var (
	SourceDepartments = catalog.DefineSource("booking-departments:", "departments with free sessions of a kind at an office")
	SourceResources   = catalog.DefineSource("booking-resources:", "doctors, halls or classes of a kind with free sessions, and any of them")
	SourceDays        = catalog.DefineSource("booking-days:", "days with free sessions of a kind")
	SourceSessions    = catalog.DefineSource("booking-sessions:", "free sessions of a kind; the one chosen is held")
)

// Any is the code of whichever doctor is free.
const Any = "any"

const (
	sessionsEach = 500 // sessions read at once
	firstEach    = 50  // and where the first that is free will do
	offersMost   = 40  // times offered for one question
)

// want is what was answered before a question about sessions.
type want struct {
	kind       string
	office     civic.OfficeID
	department string
	resource   string
	day        string
	from, to   string // days, included
}

func wantOf(kind string, q request.Query) want {
	w := want{kind: kind}
	for i, g := range q.Given {
		switch _, err := time.Parse(time.DateOnly, g); {
		case i == 0:
			w.office = civic.OfficeID(g)
		case g == "" || g == Any:
		case err == nil:
			w.day = g
		case strings.HasPrefix(g, department):
			w.department = strings.TrimPrefix(g, department)
		default:
			w.resource = g
		}
	}
	return w
}

// department begins the code of a department.
const department = "d:"

// slot is a session with what the asker can get in it.
type slot struct {
	Session
	Resource Resource
	Free     int
	mine     bool // the asker's own place is in it
}

// lister offers of what is free to the asker, in time order.
type lister func(k *request.Asking, w want) ([]catalog.Option, error)

// source offers what is free to whoever asks, and holds it.
type source struct {
	s    *Service
	list lister
}

// Options implements request.Source.
func (o source) Options(k *request.Asking, kind string, q request.Query) ([]catalog.Option, error) {
	return o.list(k, wantOf(kind, q))
}

// drawer is who asks, as pools see them.
func drawer(q db.Q, actor civic.Actor, now time.Time, p people.Person, tags []string) (Drawer, error) {
	d, err := atDesk(q, actor.Staff())
	d.Channel, d.Age, d.Tags, d.Now = actor.Channel, p.Age(now), tags, now
	return d, err
}

// atDesk is what a member of staff adds to who draws by them; nothing where there is none.
func atDesk(q db.Q, id civic.StaffID) (d Drawer, err error) {
	if id == "" {
		return d, nil
	}
	m, err := staff.Read(q, id)
	if err != nil {
		return d, err
	}
	o, err := place.Read(q, m.Office)
	if err != nil {
		return d, err
	}
	for _, post := range m.Roles {
		d.Roles = append(d.Roles, string(post.Role))
	}
	d.Office, d.AtKind = m.Office, o.Kind
	return d, nil
}

func (s *Service) asker(k *request.Asking) (Drawer, error) {
	p, err := k.Who()
	if err != nil {
		return Drawer{}, err
	}
	tags, err := k.Tags(dayOf(k.Now))
	if err != nil {
		return Drawer{}, err
	}
	return drawer(k.Q, k.Actor, k.Now, p, tags)
}

// seeker is who asks for what is free: as pools see them, with the places that are theirs already.
type seeker struct {
	Drawer
	mine []hold // held in their draft, or offered to them
}

func (s *Service) seeker(k *request.Asking) (who seeker, err error) {
	if who.Drawer, err = s.asker(k); err != nil {
		return who, err
	}
	ids := k.Auth.Selves()
	err = k.Q.Select(&who.mine, `SELECT `+holdColumns+` FROM booking_hold WHERE draft = $1 OR draft = '' AND person IN `+db.In(2, len(ids)), append([]any{k.Draft}, db.Args(ids)...)...)
	return who, err
}

// slots lists what is free to the asker, by time.
func (s *Service) slots(k *request.Asking, w want) ([]slot, error) {
	who, err := s.seeker(k)
	if err != nil {
		return nil, err
	}
	return s.slotsUntil(k, who, w, sessionsEach, func([]slot, int) bool { return false })
}

// slotsUntil is slots up to where there are enough, reading so many at once. It tells which it
// has, and in how many sessions that it has not seen the asker has a place.
func (s *Service) slotsUntil(k *request.Asking, who seeker, w want, each int, enough func(has []slot, unseen int) bool) (out []slot, err error) {
	unseen := map[string]bool{}
	for _, h := range who.mine {
		unseen[h.Session] = true
	}
	err = s.eachOpen(k.Q, w, k.Now, each, func(some []slot, pools map[string][]state) (bool, error) {
		for _, x := range some {
			delete(unseen, x.ID)
			if err := s.seen(k, who, &x, pools[x.ID]); err != nil {
				return false, err
			}
			if x.Free > 0 {
				out = append(out, x)
			}
		}
		return enough(out, len(unseen)), nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// seen counts what the asker can get in a session.
func (s *Service) seen(k *request.Asking, who seeker, x *slot, pools []state) (err error) {
	if x.Free, err = s.freeTo(k.Q, who.Drawer, x.Session, pools); err != nil {
		return err
	}
	for _, h := range who.mine {
		if h.Session == x.ID && !x.mine && (h.Until.After(k.Now) || h.Draft != "" && x.Free == 0) {
			x.mine = true
			x.Free++
		}
	}
	return nil
}

// open reads all sessions that may be booked now, by time, with their pools.
func (s *Service) open(q db.Q, w want, now time.Time) (out []slot, pools map[string][]state, err error) {
	pools = map[string][]state{}
	err = s.eachOpen(q, w, now, sessionsEach, func(some []slot, of map[string][]state) (bool, error) {
		out = append(out, some...)
		maps.Copy(pools, of)
		return false, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return out, pools, nil
}

// eachOpen reads the sessions that may be booked now, by time, with their pools, so many at once,
// until there are enough or no more.
func (s *Service) eachOpen(q db.Q, w want, now time.Time, each int, do func(some []slot, pools map[string][]state) (enough bool, err error)) error {
	for last := (Session{}); ; {
		some, pools, err := s.openAfter(q, w, now, last, each)
		if err != nil {
			return err
		}
		if enough, err := do(some, pools); err != nil || enough || len(some) < each {
			return err
		}
		last = some[len(some)-1].Session
	}
}

// opened narrows to the sessions that may be booked now.
func (w want) opened(now time.Time) (c where) {
	c.and(`office = ? AND day >= ? AND ends_at > ? AND opens_at <= ? AND state = 'open'`, w.office, dayOf(now), now, now)
	for _, f := range []struct{ is, value string }{{`kind = ?`, w.kind}, {`department = ?`, w.department}, {`resource = ?`, w.resource}, {`day = ?`, w.day}, {`day >= ?`, w.from}, {`day <= ?`, w.to}} {
		if f.value != "" {
			c.and(f.is, f.value)
		}
	}
	return c
}

// openAfter reads the next sessions that may be booked now, so many at most.
func (s *Service) openAfter(q db.Q, w want, now time.Time, last Session, most int) ([]slot, map[string][]state, error) {
	c := w.opened(now)
	if last.ID != "" {
		c.and(`starts_at >= ? AND (starts_at > ? OR resource > ?)`, last.StartsAt, last.StartsAt, last.Resource)
	}
	var rows []Session
	if err := q.Select(&rows, `SELECT `+sessionColumns+` FROM booking_session`+c.text()+` ORDER BY starts_at, resource LIMIT `+fmt.Sprint(most), c.args...); err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	ids, keys := make([]string, len(rows)), make([]key, len(rows))
	for i, r := range rows {
		ids[i], keys[i] = r.ID, key{r.Office, r.Resource}
	}
	pools, err := standing(q, w.office, ids, now)
	if err != nil {
		return nil, nil, err
	}
	named, err := readResources(q, keys)
	if err != nil {
		return nil, nil, err
	}
	out := make([]slot, len(rows))
	for i, r := range rows {
		out[i] = slot{Session: r, Resource: named[r.Resource]}
	}
	return out, pools, nil
}

// group is the sessions with one thing in common, in the order of the first.
type group struct {
	key   string
	slots []slot
}

func by(slots []slot, key func(slot) string) []group {
	var out []group
	at := map[string]int{}
	for _, x := range slots {
		k := key(x)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, group{key: k})
		}
		out[i].slots = append(out[i].slots, x)
	}
	return out
}

func (g group) free() (n int) {
	for _, x := range g.slots {
		n += x.Free
	}
	return n
}

// first says when the first of them is.
func (g group) first() string { return "最早" + sayDay(g.slots[0].StartsAt) }

// departments asks the database which there are, and of each for the first time that is free:
// a large hospital has more sessions than one question reads.
func (s *Service) departments(k *request.Asking, w want) ([]catalog.Option, error) {
	c := w.opened(k.Now)
	var ds []string
	if err := k.Q.Select(&ds, `SELECT DISTINCT department FROM booking_session`+c.text()+` AND department <> '' ORDER BY department`, c.args...); err != nil {
		return nil, err
	}
	who, err := s.seeker(k)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Option, 0, len(ds))
	for _, d := range ds {
		w.department = d
		some, err := s.slotsUntil(k, who, w, firstEach, func(has []slot, _ int) bool { return len(has) > 0 })
		if err != nil {
			return nil, err
		}
		if len(some) > 0 {
			out = append(out, catalog.Option{Code: department + d, Text: d, Hint: group{slots: some}.first() + "有号"})
		}
	}
	return out, nil
}

func (s *Service) resources(k *request.Asking, w want) ([]catalog.Option, error) {
	slots, err := s.slots(k, w)
	if err != nil {
		return nil, err
	}
	gs := by(slots, func(x slot) string { return x.Resource.ID })
	var out []catalog.Option
	if len(gs) > 1 {
		text := "哪个都行"
		if w.department != "" {
			text = "哪位都行"
		}
		out = append(out, catalog.Option{Code: Any, Text: text, Hint: group{slots: slots}.first() + "有号"})
	}
	for _, g := range gs {
		r := g.slots[0].Resource
		hint := g.first() + "有号"
		if r.About != "" {
			hint = r.About + "，" + hint
		}
		out = append(out, catalog.Option{Code: r.ID, Text: r.Name, Hint: hint})
	}
	return out, nil
}

func (s *Service) days(k *request.Asking, w want) ([]catalog.Option, error) {
	slots, err := s.slots(k, w)
	if err != nil {
		return nil, err
	}
	var out []catalog.Option
	for _, g := range by(slots, func(x slot) string { return x.Day }) {
		text := sayDay(g.slots[0].StartsAt)
		if g.key == dayOf(k.Now) {
			text += "（今天）"
		}
		out = append(out, catalog.Option{Code: g.key, Text: text, Hint: fmt.Sprintf("还有%d个号", g.free())})
	}
	return out, nil
}

func (s *Service) sessions(k *request.Asking, w want) ([]catalog.Option, error) {
	who, err := s.seeker(k)
	if err != nil {
		return nil, err
	}
	slots, err := s.slotsUntil(k, who, w, sessionsEach, func(has []slot, unseen int) bool { return len(has) >= offersMost && unseen == 0 })
	if err != nil {
		return nil, err
	}
	var out []catalog.Option
	for _, x := range slots {
		if len(out) == offersMost && !x.mine {
			continue
		}
		out = append(out, catalog.Option{Code: x.ID, Text: x.says(w), Hint: fmt.Sprintf("还有%d个号", x.Free)})
	}
	return out, nil
}

// says is a slot in words, without what was answered already.
func (x slot) says(w want) string {
	text := x.Session.Words()
	if w.resource == "" && x.Resource.Name != "" {
		text += "，" + x.Resource.Name
	}
	return text
}
