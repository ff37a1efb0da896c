package booking

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

// File is a booking with everything that the one who reads it may know.
type File struct {
	Booking
	Title    string
	Who      people.Person
	Office   place.Office
	Resource Resource
	Session  Session
	When     string // in words
	Lines    []request.Line
	Story    []request.StoryLine
	Now      time.Time
	MayWork  bool       // the reader is at the office
	MaySay   bool       // the reader speaks for the person
	Ticket   *Ticket    // their number in the line, once they have come
	AnswerBy string     // until when the hospital's answer is waited for, in words
	MovesTo  string     // where it is to move to once the hospital has agreed, in words
	Restore  *time.Time // until when what was cancelled can be had again; nil if it can't
}

// Read reads a booking with its story: for its office, or for whoever may speak for
// its person.
func (s *Service) Read(ctx context.Context, actor civic.Actor, id civic.RequestID) (*File, error) {
	var f *File
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		b, err := readBooking(v, id)
		if err != nil {
			return err
		}
		f = &File{Booking: b, Now: v.Now}
		auth, err := s.mayRead(v, f)
		if err != nil {
			return err
		}
		return s.fill(v, auth, f)
	})
	if err != nil {
		return nil, err // what was read before the refusal is nobody's business
	}
	return f, nil
}

func (s *Service) fill(v *journal.View, auth civic.Authority, f *File) error {
	b := f.Booking
	st, err := s.requests.Read(v, auth, b.Person, b.ID)
	if err != nil {
		return err
	}
	f.Lines, f.Title = st.Lines, st.Def.Title
	p, err := s.people.Profile(v, auth, b.Person)
	if err != nil {
		return err
	}
	f.Who = p.Person
	if f.Office, err = place.Read(v, b.Office); err != nil {
		return err
	}
	if f.Resource, err = readResource(v, b.Office, b.Resource); err != nil {
		return err
	}
	if f.Session, err = readSession(v, b.Session); err != nil {
		return err
	}
	f.When = f.Session.Words()
	if f.Ticket, err = readTicket(v, b); err != nil {
		return err
	}
	if f.Restore, err = s.restorable(v, f); err != nil {
		return err
	}
	if err := readAsked(v, f); err != nil {
		return err
	}
	lines, err := journal.Timeline(v, auth, string(b.ID), "", 200)
	if err != nil {
		return err
	}
	f.Story, err = s.requests.Tell(v, auth, lines)
	f.Story = request.Shown(f.Story)
	return err
}

// mayRead tries both ways in: as or for the person, and as the office.
func (s *Service) mayRead(v *journal.View, f *File) (civic.Authority, error) {
	n, err := s.personNeed(v, f.Booking)
	if err != nil {
		return civic.Authority{}, err
	}
	person, errP := v.Authorise(n)
	f.MaySay = errP == nil
	if !f.MaySay {
		n.Look = true
		person, errP = v.Authorise(n)
	}
	work, _ := officeNeed(v, f.Booking)
	work.Look = true
	office, errO := v.Authorise(work)
	f.MayWork = errO == nil
	switch {
	case errP == nil:
		return person, nil
	case f.MayWork:
		return office, nil
	case civic.Is(errP, civic.Unavailable):
		return person, errP
	case v.Actor.Operator.Kind == civic.PartyPerson:
		return person, errNoBooking // whoever has no right is not told that it exists
	}
	return person, errP
}

// Item is one booking in a list.
type Item struct {
	Booking
	Title      string // of the service
	What       string // the doctor, hall or class
	Individual bool   // What is one person, by name
	Where      string // the office
	Who        string // masked; on an office's list
	When       string // in words
}

// listMost bounds lists of bookings.
const listMost = 200

// Coming lists what a person has booked that is still to come, the nearest first. An
// agent sees those that their grant covers.
func (s *Service) Coming(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Item, error) {
	var out []Item
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		var w where
		w.and(`state = 'booked'`)
		w.and(`day >= ?`, dayOf(v.Now))
		may, err := s.mine(v, person, &w)
		if err != nil || !may {
			return err
		}
		out, err = s.found(v, w, Find{}.order(), listMost)
		return err
	})
	return out, err
}

// mine narrows to what the one who looks may see of a person's bookings; false when
// there is nothing.
func (s *Service) mine(v *journal.View, person civic.PersonID, w *where) (bool, error) {
	return s.mineIn(v, person, "booking", w)
}

// mineIn is mine for a table of this room that names persons and services.
func (s *Service) mineIn(v *journal.View, person civic.PersonID, table string, w *where) (bool, error) {
	if _, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true}); err != nil {
		return false, err
	}
	self, err := people.Resolve(v, person)
	if err != nil {
		return false, err
	}
	w.in(`person`, db.Args(self.Selves()))
	var services, may []string
	if err := v.Select(&services, `SELECT DISTINCT service FROM `+table+w.text()+` ORDER BY service`, w.args...); err != nil {
		return false, err
	}
	for _, service := range services { // before the list is cut
		n, err := s.requests.Need(v, person, service)
		if err != nil {
			return false, err
		}
		n.Look = true
		if _, err = v.Authorise(n); err == nil {
			may = append(may, service)
		} else if !civic.Is(err, civic.Denied) {
			return false, err
		}
	}
	if len(may) > 0 {
		w.in(`service`, db.Args(may))
	}
	return len(may) > 0, nil
}

// Roll lists all who have booked a day at the office of the member of staff at the
// controls, by time. It needs case.work.
func (s *Service) Roll(ctx context.Context, actor civic.Actor, day string) ([]Item, error) {
	var out []Item
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		if day == "" {
			day = dayOf(v.Now)
		}
		if _, err := parseDay(day); err != nil {
			return err
		}
		out, err = s.ofDay(v, auth.Office(), day)
		return err
	})
	return out, err
}

// ofDay lists all who have booked a day at an office, by time.
func (s *Service) ofDay(q db.Q, office civic.OfficeID, day string) ([]Item, error) {
	var bs []Booking
	if err := q.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE office = $1 AND day = $2 AND state IN ('booked', 'arrived', 'missed') ORDER BY starts_at, made_at, id`, office, day); err != nil {
		return nil, err
	}
	return s.items(q, bs)
}

// itemsEach is for how many bookings names are read at once.
const itemsEach = 300

func (s *Service) items(q db.Q, bs []Booking) ([]Item, error) {
	out := make([]Item, 0, len(bs))
	for part := range slices.Chunk(bs, itemsEach) {
		some, err := s.itemsOf(q, part)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func (s *Service) itemsOf(q db.Q, bs []Booking) ([]Item, error) {
	var persons []civic.PersonID
	var requests []civic.RequestID
	var offices []civic.OfficeID
	var resources []key
	for _, b := range bs {
		persons, requests, offices, resources = append(persons, b.Person), append(requests, b.ID), append(offices, b.Office), append(resources, key{b.Office, b.Resource})
	}
	where, err := place.Names(q, offices)
	if err != nil {
		return nil, err
	}
	who, err := people.MaskedNames(q, persons)
	if err != nil {
		return nil, err
	}
	titles, err := s.requests.Titles(q, requests)
	if err != nil {
		return nil, err
	}
	what, err := readResources(q, resources)
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(bs))
	for i, b := range bs {
		out[i] = Item{b, titles[b.ID], what[b.Resource].Name, what[b.Resource].Individual, where[b.Office], who[b.Person], sayWhen(b.StartsAt)}
	}
	return out, nil
}
