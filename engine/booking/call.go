package booking

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
)

// TicketState is where somebody is who has come.
type TicketState string

// The states of a ticket.
const (
	Waiting TicketState = "waiting"
	Called  TicketState = "called"
	Passed  TicketState = "passed" // was called and not there
	Done    TicketState = "done"   // the next one was called
)

var ticketWords = map[TicketState]string{Waiting: "在等", Called: "叫到了", Passed: "过号了", Done: "看过了"}

// Words says a state to a person.
func (s TicketState) Words() string { return ticketWords[s] }

// Ticket is a place in the line before a door.
type Ticket struct {
	Office   civic.OfficeID
	ID       civic.RequestID // the booking's
	Resource string
	Day      string
	Number   int // counted from one, each day before each door
	Class    string
	ReadyAt  time.Time // came, and their session had begun
	RankAt   time.Time // by which they are called, the earliest first
	State    TicketState
	Room     string
	Calls    int
	CalledAt *time.Time

	Who   string `db:"-"` // masked
	Ahead int    `db:"-"` // who is called before, of those waiting
}

const ticketColumns = `office, id, resource, day, number, class, ready_at, rank_at, state, room, calls, called_at`

// First says why somebody goes first, "" for all others.
func (t Ticket) First() string { return firstOf(t.Class).Words }

func firstOf(code string) first {
	i := slices.IndexFunc(rules.Calling.First, func(f first) bool { return f.Code == code })
	if i < 0 {
		return first{}
	}
	return rules.Calling.First[i]
}

// back is the class of those whom the doctor sent away and who come back.
const back = "back"

// goesFirst finds by what somebody goes before others: the most that holds.
func goesFirst(age int, tags []string) first {
	var best first
	for _, f := range rules.Calling.First {
		holds := f.FromAge > 0 && age >= f.FromAge || slices.ContainsFunc(f.Tags, func(t string) bool { return slices.Contains(tags, t) })
		if holds && f.Minutes > best.Minutes {
			best = f
		}
	}
	return best
}

// rank is when somebody would have been ready had they not to be spared waiting.
func (f first) rank(ready time.Time) time.Time { return ready.Add(-minutes(f.Minutes)) }

var (
	errNobodyWaits = civic.E(civic.Conflict, "booking.nobody_waits", "现在没有人在等。有人来了，请先在预约里点「人来了」。")
	errNoTicket    = civic.E(civic.Conflict, "booking.no_ticket", "这个人今天还没有取号，请先点「人来了」。")
	errTicketMoved = civic.E(civic.Conflict, "booking.ticket_moved", "这个号刚刚有人叫过或者办过了，请刷新看看现在的情况。")
	errRoom        = civic.E(civic.Invalid, "booking.room", "请写清到哪里去，比如「3诊室」，最多20个字。").On("room")
)

// roomMost is how long the name of a room may be, in characters.
const roomMost = 20

// arrived ends a booking as used and gives its person a number.
func (s *Service) arrived(tx *journal.Tx, auth civic.Authority, b *Booking) (journal.Event, error) {
	p, err := s.people.Known(tx, auth, b.Person)
	if err != nil {
		return journal.Event{}, err
	}
	tags, err := s.tags(tx, true, auth, b.Person, tx.Now)
	if err != nil {
		return journal.Event{}, err
	}
	if err := s.end(tx, b, Arrived, b.Reason); err != nil {
		return journal.Event{}, err
	}
	var line struct{ Last int }
	if err := tx.Get(&line, `INSERT INTO booking_line (office, resource, day, last) VALUES ($1, $2, $3, 1)
		ON CONFLICT (office, resource, day) DO UPDATE SET last = booking_line.last + 1 RETURNING last`, b.Office, b.Resource, b.Day); err != nil {
		return journal.Event{}, err
	}
	ready, f := tx.Now, goesFirst(p.Age(tx.Now), tags)
	if b.StartsAt.After(ready) {
		ready = b.StartsAt
	}
	err = tx.InsertRows("booking_ticket", []string{"office", "id", "resource", "day", "number", "class", "ready_at", "rank_at", "state", "room", "calls"},
		[][]any{{b.Office, b.ID, b.Resource, b.Day, line.Last, f.Code, ready, f.rank(ready), Waiting, "", 0}})
	return journal.Event{Act: ActArrived, Detail: map[string]string{"what": sayNumber(line.Last)}}, err
}

func sayNumber(n int) string { return strconv.Itoa(n) + "号" }

// readTicket finds the ticket of a booking, nil if its person has not come.
func readTicket(q db.Q, b Booking) (*Ticket, error) {
	t := new(Ticket)
	err := q.Get(t, `SELECT `+ticketColumns+` FROM booking_ticket WHERE office = $1 AND id = $2`, b.Office, b.ID)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err == nil && t.State == Waiting {
		err = q.Get(&t.Ahead, `SELECT COUNT(*) FROM booking_ticket WHERE office = $1 AND resource = $2 AND day = $3 AND state = 'waiting' AND (rank_at < $4 OR rank_at = $4 AND number < $5)`,
			t.Office, t.Resource, t.Day, t.RankAt, t.Number)
	}
	return t, err
}

// CallNext calls who is next before a door of one's own office into a room; whoever was
// called into that room before is done. Two rooms never call the same person. Conflict
// when nobody waits. It needs case.work.
func (s *Service) CallNext(ctx context.Context, actor civic.Actor, resource, room string) error {
	if room = strings.TrimSpace(room); room == "" || utf8.RuneCountInString(room) > roomMost {
		return errRoom
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		office, day := auth.Office(), dayOf(tx.Now)
		if _, err := readResource(tx, office, resource); err != nil {
			return err
		}
		if auth, err = tx.Authorise(civic.Need{Permission: civic.MayWorkCases, Office: office}); err != nil {
			return err
		}
		// The line is locked first, so that two rooms take turns.
		if _, err := tx.Exec(`UPDATE booking_line SET last = last WHERE office = $1 AND resource = $2 AND day = $3`, office, resource, day); err != nil {
			return err
		}
		var t Ticket
		err = tx.Get(&t, `SELECT `+ticketColumns+` FROM booking_ticket WHERE office = $1 AND resource = $2 AND day = $3 AND state = 'waiting' ORDER BY rank_at, number LIMIT 1`, office, resource, day)
		if errors.Is(err, db.ErrNoRows) {
			return errNobodyWaits
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE booking_ticket SET state = 'done' WHERE office = $1 AND resource = $2 AND day = $3 AND state = 'called' AND room = $4`, office, resource, day, room); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE booking_ticket SET state = 'called', room = $1, calls = calls + 1, called_at = $2, first_at = COALESCE(first_at, $2) WHERE office = $3 AND id = $4 AND state = 'waiting'`, room, tx.Now, office, t.ID)
		if err == nil && n != 1 {
			err = errTicketMoved
		}
		if err != nil {
			return err
		}
		b, err := readBooking(tx, t.ID)
		if err != nil {
			return err
		}
		ev := journal.Event{Act: ActCalled, Detail: map[string]string{"what": sayNumber(t.Number) + "，请到" + room}, About: b.about()}
		if t.Calls == 0 { // how long people wait is counted to their first call
			waited := max(0, int64(tx.Now.Sub(t.ReadyAt).Seconds()))
			ev.Measure = &waited
		}
		return tx.RecordFor(auth, b.Person, ev)
	})
}

// CallAgain calls once more who was called and has not come in. It needs case.work at
// the office, as all that follows.
func (s *Service) CallAgain(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.onTicket(ctx, actor, id, func(tx *journal.Tx, t Ticket) (journal.Event, error) {
		ev := journal.Event{Act: ActCalled, Detail: map[string]string{"what": sayNumber(t.Number) + "，请到" + t.Room, "again": "yes"}}
		return ev, t.move(tx, Called, `calls = calls + 1, called_at = $1`, tx.Now)
	})
}

// Pass lets the number of somebody who was called and is not there go by; nothing is
// lost, Return brings them back.
func (s *Service) Pass(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.onTicket(ctx, actor, id, func(tx *journal.Tx, t Ticket) (journal.Event, error) {
		if t.State == Passed {
			return journal.Event{}, journal.ErrUnchanged
		}
		return journal.Event{Act: ActPassed}, t.move(tx, Called, `state = $1`, Passed)
	})
}

// Return puts somebody back in the line: whose number went by as if they came now, and
// whoever was sent to be examined before those who came meanwhile.
func (s *Service) Return(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.onTicket(ctx, actor, id, func(tx *journal.Tx, t Ticket) (journal.Event, error) {
		if t.State == Waiting {
			return journal.Event{}, journal.ErrUnchanged
		}
		f := firstOf(t.Class)
		if t.State != Passed {
			f = firstOf(back)
		}
		return journal.Event{Act: ActReturned}, t.move(tx, t.State, `state = 'waiting', class = $1, rank_at = $2`, f.Code, f.rank(tx.Now))
	})
}

// move changes a ticket that still is as it was read.
func (t Ticket) move(tx *journal.Tx, from TicketState, set string, args ...any) error {
	if t.State != from {
		return errTicketMoved
	}
	n := len(args)
	got, err := tx.Exec(`UPDATE booking_ticket SET `+set+` WHERE office = $`+strconv.Itoa(n+1)+` AND id = $`+strconv.Itoa(n+2)+` AND state = $`+strconv.Itoa(n+3)+` AND calls = $`+strconv.Itoa(n+4),
		append(args, t.Office, t.ID, t.State, t.Calls)...)
	if err == nil && got != 1 {
		err = errTicketMoved
	}
	return err
}

// onTicket is one act on a ticket of today.
func (s *Service) onTicket(ctx context.Context, actor civic.Actor, id civic.RequestID, do func(*journal.Tx, Ticket) (journal.Event, error)) error {
	return s.step(ctx, actor, id, officeNeed, func(tx *journal.Tx, _ civic.Authority, b *Booking) (journal.Event, error) {
		t, err := readTicket(tx, *b)
		if err != nil {
			return journal.Event{}, err
		}
		if t == nil || t.Day != dayOf(tx.Now) {
			return journal.Event{}, errNoTicket
		}
		return do(tx, *t)
	})
}

// Line is who waits before one door.
type Line struct {
	Resource string
	What     string // the doctor, hall or class
	Room     string // where the last one was called to
	Called   []Ticket
	Passed   []Ticket
	Waiting  []Ticket
}

// linesMost bounds who is shown of an office.
const linesMost = 1000

// Lines lists today's lines of the office of the member of staff at the controls, and who
// waits in them as they will be called, by number and masked name. It needs case.work.
func (s *Service) Lines(ctx context.Context, actor civic.Actor) ([]Line, error) {
	var out []Line
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err == nil {
			out, err = linesAt(v, auth.Office(), v.Now)
		}
		return err
	})
	return out, err
}

// Hall is what the screen of a hall shows.
type Hall struct {
	Where string    // the office
	At    time.Time // as of when
	Lines []Line
}

// Hall shows, to a screen that was enrolled at an office, who is called there and who waits.
func (s *Service) Hall(ctx context.Context, actor civic.Actor) (Hall, error) {
	var h Hall
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MaySeeHall})
		if err != nil {
			return err
		}
		o, err := place.Read(v, auth.Office())
		if err != nil {
			return err
		}
		h = Hall{Where: o.Name, At: v.Now}
		h.Lines, err = linesAt(v, o.ID, v.Now)
		return err
	})
	return h, err
}

func linesAt(q db.Q, office civic.OfficeID, now time.Time) ([]Line, error) {
	var rows []struct {
		Ticket
		Person civic.PersonID
		What   string
	}
	if err := q.Select(&rows, `SELECT t.office, t.id, t.resource, t.day, t.number, t.class, t.ready_at, t.rank_at, t.state, t.room, t.calls, t.called_at, b.person, r.name AS what
		FROM booking_ticket t JOIN booking b ON b.office = t.office AND b.id = t.id JOIN booking_resource r ON r.office = t.office AND r.id = t.resource
		WHERE t.office = $1 AND t.day = $2 AND t.state IN ('waiting', 'called', 'passed') ORDER BY t.rank_at, t.number LIMIT $3`, office, dayOf(now), linesMost); err != nil {
		return nil, err
	}
	var persons []civic.PersonID
	for _, r := range rows {
		persons = append(persons, r.Person)
	}
	who, err := people.MaskedNames(q, persons)
	if err != nil {
		return nil, err
	}
	var out []Line
	at := map[string]int{}
	for _, r := range rows {
		i, ok := at[r.Resource]
		if !ok {
			i = len(out)
			at[r.Resource], out = i, append(out, Line{Resource: r.Resource, What: r.What})
		}
		r.Who = who[r.Person]
		out[i].add(r.Ticket)
	}
	slices.SortFunc(out, func(a, b Line) int { return strings.Compare(a.What+a.Resource, b.What+b.Resource) })
	return out, nil
}

func (l *Line) add(t Ticket) {
	if t.Room != "" && t.State == Called {
		l.Room = t.Room
	}
	switch t.State {
	case Called:
		l.Called = append(l.Called, t)
	case Passed:
		l.Passed = append(l.Passed, t)
	default:
		t.Ahead = len(l.Waiting)
		l.Waiting = append(l.Waiting, t)
	}
}
