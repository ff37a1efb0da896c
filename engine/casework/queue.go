package casework

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
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

// The views. Every case that has not ended is in one of the first six of its
// office, so that nothing can vanish from all of them.
const (
	ToDo    View = "todo"  // open or in hand, by deadline
	Free    View = "free"  // in nobody's hands
	Mine    View = "mine"  // in one's own
	Late    View = "late"  // past its deadline
	Waiting View = "asked" // for the applicant to say more
	Said    View = "said"  // for the person's word
	Ended   View = "ended" // the newest first
)

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
func (f Filter) where(me civic.StaffID, now time.Time, args *[]any) (cond, order string, err error) {
	arg := func(v any) string { *args = append(*args, v); return "$" + strconv.Itoa(len(*args)) }
	order = "due_at"
	switch f.View {
	case ToDo, "":
		cond = `state IN ('open', 'taken')`
	case Free:
		cond = `state IN ('open', 'asked') AND assignee = ''`
	case Mine:
		cond = `state IN ('taken', 'asked') AND assignee = ` + arg(me)
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
		cond, order, err := f.where(actor.Staff(), v.Now, &args)
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

// File is a case with everything that the one who reads it may know.
type File struct {
	Case
	Title   string
	Who     people.Person
	Office  place.Office
	Lines   []request.Line
	Outcome string
	Notes   []Note
	Story   []request.StoryLine
	Done    string // what the clerk is asked to write at the end
	Now     time.Time
	MayWork bool // the reader is at the office that works on it
	MaySay  bool // the reader speaks for the person
}

// Read reads a case with its request and story: for the office that works on it,
// or for whoever may speak for its person.
func (s *Service) Read(ctx context.Context, actor civic.Actor, id civic.RequestID) (*File, error) {
	var f *File
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := signedIn(v.Authorise, actor); err != nil {
			return err
		}
		c, err := read(v, id)
		if err != nil {
			return err
		}
		f = &File{Case: c, Now: v.Now}
		auth, err := s.mayRead(v, f)
		if err != nil {
			return err
		}
		st, err := s.requests.Read(v, auth, c.Person, c.Request)
		if err != nil {
			return err
		}
		f.Lines, f.Title, f.Done = st.Lines, st.Def.Title, st.Def.Casework.Done
		p, err := s.people.Profile(v, auth, c.Person)
		if err != nil {
			return err
		}
		f.Who = p.Person
		if f.Office, err = place.Read(v, c.Office); err != nil {
			return err
		}
		if c.Outcome != nil {
			b, err := s.v.Open(c.Outcome, "outcome/"+string(c.Request))
			if err != nil {
				return err
			}
			f.Outcome = string(b)
		}
		if f.Notes, err = s.notes(v, c, f.MayWork); err != nil {
			return err
		}
		lines, err := journal.Timeline(v, auth, string(c.Request), "", 200)
		if err != nil {
			return err
		}
		f.Story, err = s.requests.Tell(v, auth, lines)
		return err
	})
	if err != nil {
		return nil, err // what was read before the refusal is nobody's business
	}
	if f.MayWork && !f.MaySay && actor.Staff() != "" {
		if err := s.seen(ctx, actor, f.Case); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// seen records that somebody at the office looked at a case, once a day for each:
// the person can ask who looked at their data.
func (s *Service) seen(ctx context.Context, actor civic.Actor, c Case) error {
	day := s.j.Now().In(civic.Shanghai).Format(time.DateOnly)
	var n int
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM casework_seen WHERE person = $1 AND request = $2 AND staff = $3 AND day = $4`, c.Person, c.Request, actor.Staff(), day)
	})
	if err != nil || n > 0 {
		return err
	}
	return s.j.Write(ctx, actor.For(c.Person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(officeNeed(c))
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO casework_seen (person, request, staff, day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, c.Person, c.Request, actor.Staff(), day)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActSeen, About: about(c.Request, c.Office)})
	})
}

// mayRead tries both ways in: as the office, and as or for the person.
func (s *Service) mayRead(v *journal.View, f *File) (civic.Authority, error) {
	person, errP := v.Authorise(personNeed(f.Case))
	f.MaySay = errP == nil
	office, errO := v.Authorise(officeNeed(f.Case))
	f.MayWork = errO == nil
	switch {
	case f.MayWork:
		return office, nil
	case f.MaySay:
		return person, nil
	case civic.Is(errP, civic.Unavailable):
		return person, errP
	case v.Actor.Operator.Kind == civic.PartyPerson:
		return person, errNoCase // whoever has no right is not told that it exists
	}
	return office, errO
}

// Waiting lists what waits for a person's own word: cases that an office says are
// solved, the oldest first. An agent sees those that their grant covers.
func (s *Service) Waiting(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Item, error) {
	var out []Item
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true}); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		ids := self.Selves()
		var cs, mine []Case
		if err := v.Select(&cs, `SELECT `+columns+` FROM casework WHERE state = 'resolved' AND person IN `+db.In(1, len(ids))+` ORDER BY resolved_at, request LIMIT `+strconv.Itoa(QueueMost), db.Args(ids)...); err != nil {
			return err
		}
		for _, c := range cs {
			_, err := v.Authorise(personNeed(c))
			if err == nil {
				mine = append(mine, c)
			} else if !civic.Is(err, civic.Denied) {
				return err
			}
		}
		out, err = s.items(v, mine)
		return err
	})
	return out, err
}
