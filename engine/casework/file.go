package casework

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/staff"
)

// File is a case with everything that the one who reads it may know.
type File struct {
	Case
	Title    string
	Who      people.Person
	Office   place.Office
	Lines    []request.Line
	Outcome  string
	Notes    []Note
	Parent   *Related  // the matter that made this one
	Made     []Related // the matters that this one made
	Unasked  []string  // labels of what was not asked yet, since another matter made this one
	Things   []Thing
	Pay      []catalog.Pay // how a bill may be paid
	Story    []request.StoryLine
	Done     string // what the clerk is asked to write at the end
	Now      time.Time
	Assigned string // the colleague's name, for the office
	InHand   bool   // in the reader's hands, or in those of whom they stand in for
	MayWork  bool   // the reader is at the office that works on it
	MaySay   bool   // the reader speaks for the person
}

// Related is a matter that was told at once with another, and where it is.
type Related struct {
	request.Kin
	State State
}

// Read reads a case with its request and story: for the office that works on it,
// or for whoever may speak for its person.
func (s *Service) Read(ctx context.Context, actor civic.Actor, id civic.RequestID) (*File, error) {
	var f *File
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
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
		f.Unasked = st.Unasked
		if err := s.family(v, auth, f, st.Parent); err != nil {
			return err
		}
		f.Lines, f.Title, f.Done, f.Pay = st.Lines, st.Def.Title, st.Def.Casework.Done, st.Def.Pay
		p, err := s.people.Profile(v, auth, c.Person)
		if err != nil {
			return err
		}
		f.Who = p.Person
		if f.Office, err = place.Read(v, c.Office); err != nil {
			return err
		}
		if f.Outcome, err = s.outcome(&c); err != nil {
			return err
		}
		if f.Notes, err = s.notes(v, c, f.MayWork); err != nil {
			return err
		}
		if f.MayWork {
			if err := s.hands(v, f); err != nil {
				return err
			}
			if err := s.doubt(v, auth, f, st); err != nil {
				return err
			}
		}
		if f.Things, err = s.things(v, c); err != nil {
			return err
		}
		lines, err := journal.Timeline(v, auth, string(c.Request), "", 200)
		if err != nil {
			return err
		}
		f.Story, err = s.requests.Tell(v, auth, lines)
		f.Story = request.Shown(f.Story)
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

// family reads what was told at once with a case.
func (s *Service) family(v *journal.View, auth civic.Authority, f *File, up civic.RequestID) error {
	parent, made, err := s.requests.Family(v, auth, f.Person, f.Request, up)
	if err != nil {
		return err
	}
	for _, k := range made {
		c, err := read(v, k.ID)
		if err != nil {
			return err
		}
		f.Made = append(f.Made, Related{k, c.State})
	}
	if parent == nil {
		return nil
	}
	c, err := read(v, parent.ID)
	if err == nil {
		f.Parent = &Related{*parent, c.State}
	}
	return err
}

// doubt marks the phones that somebody else than the person wrote into the request and that
// are not registered as theirs: whoever calls there to make sure does not speak with them.
func (s *Service) doubt(v *journal.View, auth civic.Authority, f *File, st *request.Stored) error {
	var phones []int // of the lines
	for i, l := range f.Lines {
		if q := st.Def.Question(l.Key); q != nil && q.Kind == catalog.Phone {
			phones = append(phones, i)
		}
	}
	if len(phones) == 0 {
		return nil // nobody's numbers need be opened
	}
	self, err := people.Resolve(v, f.Person)
	if err != nil {
		return err
	}
	dials, err := s.people.Dials(v, auth, f.Person)
	if err != nil {
		return err
	}
	for _, i := range phones {
		for _, a := range st.Answers[f.Lines[i].Key] {
			theirs := slices.ContainsFunc(dials, func(d people.Dial) bool { return d.Own && d.Number == a.Code })
			if !theirs && !slices.Contains(self.Selves(), civic.PersonID(a.By.ID)) {
				f.Lines[i].Note = "不是老人自己填的，也没有登记成老人自己的电话。要和老人本人核对，请打登记的电话。"
			}
		}
	}
	return nil
}

// hands says in whose hands a case is, for the office.
func (s *Service) hands(v *journal.View, f *File) error {
	if f.Assignee == "" {
		return nil
	}
	away, err := coveredBy(v, v.Now, f.Case.Office, v.Actor.Staff())
	if err != nil {
		return err
	}
	f.InHand = f.Assignee == v.Actor.Staff() || slices.Contains(away, f.Assignee)
	f.Assigned, err = staff.Name(v, f.Assignee)
	if civic.Is(err, civic.NotFound) {
		err = nil
	}
	return err
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
		need, err := officeNeed(tx, c)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(need)
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
	n, err := s.personNeed(v, f.Case)
	if err != nil {
		return civic.Authority{}, err
	}
	person, errP := v.Authorise(n)
	f.MaySay = errP == nil
	if !f.MaySay {
		n.Look = true // who may not speak for the person any more may still read
		person, errP = v.Authorise(n)
	}
	work, _ := officeNeed(v, f.Case)
	office, errO := v.Authorise(work)
	f.MayWork = errO == nil
	switch {
	case f.MayWork:
		return office, nil
	case errP == nil:
		return person, nil
	case civic.Is(errP, civic.Unavailable):
		return person, errP
	case v.Actor.Operator.Kind == civic.PartyPerson:
		return person, errNoCase // whoever has no right is not told that it exists
	}
	return office, errO
}

// Waiting lists what waits for a person's own word: cases in which an office asks for
// more, or that it says are solved, the oldest first. An agent sees those that their grant covers.
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
		if err := v.Select(&cs, `SELECT `+columns+` FROM casework WHERE state IN ('asked', 'resolved') AND person IN `+db.In(1, len(ids))+` ORDER BY COALESCE(resolved_at, stopped_at), request LIMIT `+strconv.Itoa(QueueMost), db.Args(ids)...); err != nil {
			return err
		}
		for _, c := range cs {
			n, err := s.personNeed(v, c)
			if err != nil {
				return err
			}
			_, err = v.Authorise(n)
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
