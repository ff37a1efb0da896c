package booking

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// FindMost bounds a page of what is found here.
const FindMost = 200

// FindResources asks for resources that can be booked, by office and ID. What is empty
// does not narrow.
type FindResources struct {
	Office     civic.OfficeID
	IDs        []string
	Kinds      []string
	OtherThan  bool     // of any kind but Kinds
	Individual *bool    // one person by name, or not
	After      Resource // the last of the page before; only Office and ID are looked at
	Most       int
}

// Resources lists resources by office and ID. What can be booked is public.
func (s *Service) Resources(ctx context.Context, f FindResources) ([]Resource, error) {
	var out []Resource
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) error {
		var w where
		w.and(`state = 'active'`)
		if f.Office != "" {
			w.and(`office = ?`, f.Office)
		}
		if len(f.IDs) > 0 {
			w.in(`id`, db.Args(f.IDs))
		}
		if len(f.Kinds) > 0 && f.OtherThan {
			w.in(`kind NOT`, db.Args(f.Kinds))
		} else if len(f.Kinds) > 0 {
			w.in(`kind`, db.Args(f.Kinds))
		}
		if f.Individual != nil {
			w.and(`individual = ?`, *f.Individual)
		}
		if f.After.ID != "" {
			w.and(`office >= ? AND (office > ? OR id > ?)`, f.After.Office, f.After.Office, f.After.ID)
		}
		return v.Select(&out, `SELECT `+resourceColumns+` FROM booking_resource`+w.text()+` ORDER BY office, id LIMIT `+fmt.Sprint(page(f.Most)), w.args...)
	})
	return out, err
}

// Span is a stretch of time, From included and Until not; a zero end is open.
type Span struct{ From, Until time.Time }

func (s Span) narrow(w *where, column string) {
	if !s.From.IsZero() {
		w.and(column+` >= ?`, s.From)
	}
	if !s.Until.IsZero() {
		w.and(column+` < ?`, s.Until)
	}
}

// butNot leaves out what is in any of some spans.
func butNot(w *where, column string, spans []Span) {
	for _, s := range spans {
		w.and(`(`+column+` < ? OR `+column+` >= ?)`, s.From, s.Until)
	}
}

// FindTimes asks for sessions, of resources or by ID, that start in a span.
type FindTimes struct {
	Resources []Resource
	IDs       []string
	Starts    Span
	Except    []Span  // and not in these
	After     Session // the last of the page before; only StartsAt and ID are looked at
	Most      int
}

// Times lists sessions by their start, past and stopped ones too, with what is left of
// them. What times there are is public.
func (s *Service) Times(ctx context.Context, f FindTimes) ([]Free, error) {
	if len(f.Resources) == 0 && len(f.IDs) == 0 {
		return nil, nil
	}
	var out []Free
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) error {
		var w where
		if len(f.Resources) > 0 {
			var offices, ids []any
			for _, r := range f.Resources {
				offices, ids = append(offices, r.Office), append(ids, r.ID)
			}
			w.in(`office`, offices)
			w.in(`resource`, ids)
		}
		if len(f.IDs) > 0 {
			w.in(`id`, db.Args(f.IDs))
		}
		f.Starts.narrow(&w, `starts_at`)
		butNot(&w, `starts_at`, f.Except)
		if f.After.ID != "" {
			w.and(`starts_at >= ? AND (starts_at > ? OR id > ?)`, f.After.StartsAt, f.After.StartsAt, f.After.ID)
		}
		var xs []Session
		if err := v.Select(&xs, `SELECT `+sessionColumns+` FROM booking_session`+w.text()+` ORDER BY starts_at, id LIMIT `+fmt.Sprint(page(f.Most)), w.args...); err != nil {
			return err
		}
		var err error
		out, err = s.told(v, xs)
		return err
	})
	return out, err
}

// Sessions reads sessions by their IDs, at most FindMost, past and stopped ones too. One
// that there is not is left out. What times there are is public.
func (s *Service) Sessions(ctx context.Context, ids []string) (map[string]Session, error) {
	var out map[string]Session
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) (err error) {
		out, err = readSessions(v, ids[:min(len(ids), FindMost)])
		return err
	})
	return out, err
}

// told says of sessions, in their order, what the public is told of them.
func (s *Service) told(v *journal.View, xs []Session) ([]Free, error) {
	of := map[civic.OfficeID][]string{}
	for _, x := range xs {
		of[x.Office] = append(of[x.Office], x.ID)
	}
	pools, keys := map[string][]state{}, make([]key, len(xs))
	for office, ids := range of {
		ps, err := standing(v, office, ids, v.Now)
		if err != nil {
			return nil, err
		}
		for id, p := range ps {
			pools[id] = p
		}
	}
	for i, x := range xs {
		keys[i] = key{x.Office, x.Resource}
	}
	names, err := readResources(v, keys)
	if err != nil {
		return nil, err
	}
	out := make([]Free, len(xs))
	for i, x := range xs {
		f, err := s.tell(v, slot{Session: x, Resource: names[x.Resource]}, pools[x.ID])
		if err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}

// tell counts what is left of a session: for anybody online, and kept.
func (s *Service) tell(v *journal.View, x slot, pools []state) (Free, error) {
	f := Free{Session: x.Session, What: x.Resource.Name, About: x.Resource.About, When: x.Words()}
	if x.bookable(v.Now) != nil {
		return f, nil
	}
	var err error
	f.Open, err = s.freeTo(v, Drawer{Channel: civic.ChannelElder, Age: -1, Now: v.Now}, x.Session, pools)
	f.Kept = keptOf(pools, v.Now)
	return f, err
}

// Find asks for bookings. What is empty does not narrow.
type Find struct {
	Office   civic.OfficeID
	Resource string
	States   []State
	Awaits   *bool // of those booked, the ones that a hospital still has to confirm, or the others
	Starts   Span
	Except   []Span  // and not in these
	Latest   bool    // the last comes first
	After    Booking // the last of the page before; only StartsAt and ID are looked at
	Most     int
}

func (f Find) narrow(w *where) {
	if f.Office != "" {
		w.and(`office = ?`, f.Office)
	}
	if f.Resource != "" {
		w.and(`resource = ?`, f.Resource)
	}
	if len(f.States) > 0 {
		w.in(`state`, db.Args(f.States))
	}
	if f.Awaits != nil && *f.Awaits {
		w.and(`(state <> 'booked' OR theirs IN ('asked', 'late'))`)
	} else if f.Awaits != nil {
		w.and(`(state <> 'booked' OR theirs IN ('', 'confirmed'))`)
	}
	f.Starts.narrow(w, `starts_at`)
	butNot(w, `starts_at`, f.Except)
	switch after := f.After; {
	case after.ID == "":
	case f.Latest:
		w.and(`starts_at <= ? AND (starts_at < ? OR id < ?)`, after.StartsAt, after.StartsAt, after.ID)
	default:
		w.and(`starts_at >= ? AND (starts_at > ? OR id > ?)`, after.StartsAt, after.StartsAt, after.ID)
	}
}

func (f Find) order() string {
	if f.Latest {
		return ` ORDER BY starts_at DESC, id DESC`
	}
	return ` ORDER BY starts_at, id`
}

// FindOf lists what a person has booked, past and cancelled too, by its start. An agent
// sees those that their grant covers.
func (s *Service) FindOf(ctx context.Context, actor civic.Actor, person civic.PersonID, f Find) ([]Item, error) {
	var out []Item
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		var w where
		may, err := s.mine(v, person, &w)
		if err != nil || !may {
			return err
		}
		f.narrow(&w)
		out, err = s.found(v, w, f.order(), f.Most)
		return err
	})
	return out, err
}

// FindAt lists the bookings of the office of the member of staff at the controls, by
// their start, with masked names. It needs case.work.
func (s *Service) FindAt(ctx context.Context, actor civic.Actor, f Find) ([]Item, error) {
	var out []Item
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		if f.Office != "" && f.Office != auth.Office() {
			return nil // what another office has is not listed
		}
		f.Office = auth.Office()
		var w where
		f.narrow(&w)
		out, err = s.found(v, w, f.order(), f.Most)
		return err
	})
	return out, err
}

func (s *Service) found(v *journal.View, w where, order string, most int) ([]Item, error) {
	var bs []Booking
	if err := v.Select(&bs, `SELECT `+bookingColumns+` FROM booking`+w.text()+order+` LIMIT `+fmt.Sprint(page(most)), w.args...); err != nil {
		return nil, err
	}
	return s.items(v, bs)
}

func page(most int) int {
	if most < 1 || most > FindMost {
		return FindMost
	}
	return most
}

// where gathers conditions; each ? becomes the next parameter.
type where struct {
	conds []string
	args  []any
}

func (w *where) and(cond string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.conds = append(w.conds, cond)
}

func (w *where) in(column string, args []any) {
	w.conds = append(w.conds, column+` IN `+db.In(len(w.args)+1, len(args)))
	w.args = append(w.args, args...)
}

func (w *where) text() string {
	if len(w.conds) == 0 {
		return ""
	}
	return ` WHERE ` + strings.Join(w.conds, " AND ")
}
