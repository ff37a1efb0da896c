package booking

import (
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/request"
)

// State is where a booking is.
type State string

// The states.
const (
	Booked    State = "booked"
	Arrived   State = "arrived"
	Missed    State = "missed"
	Cancelled State = "cancelled"
	CalledOff State = "called_off" // by the office
)

var stateWords = map[State]string{Booked: "约好了", Arrived: "来过了", Missed: "没有来", Cancelled: "取消了", CalledOff: "停了，要另约"}

// Words says a state to a person.
func (s State) Words() string { return stateWords[s] }

// Booking is one place of a session that is somebody's. Its ID is its request's.
type Booking struct {
	Office     civic.OfficeID
	ID         civic.RequestID
	Session    string
	Pool       string // whose place it is
	DrewAs     string // on the right of which pool
	Cause      Cause
	Person     civic.PersonID
	Number     civic.Number
	Service    string
	Kind       string
	Department string
	Resource   string
	Day        string
	StartsAt   time.Time
	State      State
	Reason     string // why it ended, or why there is an extra place
	Channel    civic.Channel
	MadeAt     time.Time
	EndedAt    *time.Time
	Rev        int64
	Theirs     Theirs // what the hospital's own register says
}

const bookingColumns = `office, id, session, pool, drew_as, cause, person, number, service, kind, department, resource, day, starts_at, state, reason, channel, made_at, ended_at, rev, theirs`

func (b Booking) about() []journal.About {
	return []journal.About{{ID: string(b.ID), Kind: "request", Role: "object"}, {ID: b.Session, Kind: "session", Role: "object"}, {ID: string(b.Office), Kind: "office", Role: "office"}}
}

func (b Booking) row() []any {
	return []any{b.Office, b.ID, b.Session, b.Pool, b.DrewAs, b.Cause, b.Person, b.Number, b.Service, b.Kind, b.Department, b.Resource, b.Day, b.StartsAt,
		b.State, b.Reason, b.Channel, b.MadeAt, b.Rev, b.Theirs}
}

var bookingRow = []string{"office", "id", "session", "pool", "drew_as", "cause", "person", "number", "service", "kind", "department", "resource", "day", "starts_at",
	"state", "reason", "channel", "made_at", "rev", "theirs"}

// of makes the booking of a request in a session, by the way its place came.
func of(r *request.Request, x Session, w Way, now time.Time) Booking {
	return Booking{Office: x.Office, ID: r.ID, Session: x.ID, Pool: w.Pool, DrewAs: w.As, Cause: w.Cause, Person: r.Person, Number: r.Number, Service: r.Service,
		Kind: x.Kind, Department: x.Department, Resource: x.Resource, Day: x.Day, StartsAt: x.StartsAt, State: Booked, Channel: r.Channel, MadeAt: now, Rev: 1}
}

// Accept implements request.Engine: the place that the draft holds becomes the
// request's, or one is taken now. When there is none, the request is Conflict, and the
// question is asked again.
func (s *Service) Accept(tx *journal.Tx, auth civic.Authority, r *request.Request) error {
	def := r.Def.Booking
	if def == nil {
		return errors.New("booking: service " + r.Service + " has no booking")
	}
	vs := r.Answers[def.Session]
	if len(vs) != 1 {
		return errors.New("booking: the session was not answered")
	}
	x, err := readSession(tx, vs[0].Code)
	if err != nil {
		return again(err, def.Session)
	}
	if err := x.bookable(tx.Now); err != nil {
		return again(err, def.Session)
	}
	if err := s.within(tx, tx.Actor.Channel, auth.Selves(), r.Def, x, "", tx.Now); err != nil {
		return again(err, def.Session)
	}
	w, ok, err := redeem(tx.Tx, vs[0].Hold, x.ID, auth.Selves())
	if err == nil && !ok {
		w, err = s.drawOwn(tx, auth, r.Person, x, used)
	}
	if err != nil {
		return again(err, def.Session)
	}
	return s.bookOne(tx, auth, x, of(r, x, w, tx.Now))
}

// again turns what can be mended by another choice into a Conflict on the question.
func again(err error, key string) error {
	if e := civic.As(err); e.Kind == civic.Exhausted || e.Kind == civic.NotFound {
		c := *e
		c.Kind = civic.Conflict
		return c.On(key)
	}
	return err
}

// draw takes a place of a session for a person, by whoever is at the controls.
func (s *Service) draw(tx *journal.Tx, actor civic.Actor, auth civic.Authority, person civic.PersonID, x Session, what string) (Way, error) {
	ways, err := s.ways(tx, actor, auth, person, x, tx.Now)
	if err != nil {
		return Way{}, err
	}
	return take(tx.Tx, x.Office, x.ID, ways, what, 1, tx.Now)
}

// drawOwn is draw for whoever may have a place offered to them in the session: theirs comes first.
func (s *Service) drawOwn(tx *journal.Tx, auth civic.Authority, person civic.PersonID, x Session, what string) (Way, error) {
	w, err := offered(tx, x, auth.Selves(), what)
	if err == errOfferGone {
		return s.draw(tx, tx.Actor, auth, person, x, what)
	}
	return w, err
}

func (s *Service) ways(q db.Q, actor civic.Actor, auth civic.Authority, person civic.PersonID, x Session, now time.Time) ([]Way, error) {
	plan, err := s.plan(q, x.Plan)
	if err != nil {
		return nil, err
	}
	d, err := s.drawerFor(q, actor, auth, person, plan.asksTags(), now)
	if err != nil {
		return nil, err
	}
	return plan.Ways(d, x.Office, x.StartsAt), nil
}

// drawerFor is a person as pools see them, by whoever is at the controls.
func (s *Service) drawerFor(q db.Q, actor civic.Actor, auth civic.Authority, person civic.PersonID, tagged bool, now time.Time) (Drawer, error) {
	p, err := s.people.Known(q, auth, person)
	if err != nil {
		return Drawer{}, err
	}
	tags, err := s.tags(q, tagged, auth, person, now)
	if err != nil {
		return Drawer{}, err
	}
	return drawer(q, actor, now, p, tags)
}

// tags are a person's tags, where they are asked for.
func (s *Service) tags(q db.Q, asked bool, auth civic.Authority, person civic.PersonID, now time.Time) ([]string, error) {
	if !asked {
		return nil, nil
	}
	ts, err := s.people.TagsOn(q, auth, person, dayOf(now))
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Kind
	}
	return out, err
}

// bookOne stores one booking whose place is taken, and records it.
func (s *Service) bookOne(tx *journal.Tx, auth civic.Authority, x Session, b Booking) error {
	own, err := owner(tx, x)
	if err != nil {
		return err
	}
	// Who has a place needs none that is offered as well.
	if err := dropOffers(tx, x, auth.Selves()); err != nil {
		return err
	}
	return s.book(tx, auth, x, own, []Booking{b}, nil)
}

// book stores bookings of one session whose places are taken, and records them. by
// names who asked for each, where that is not the write's own actor. It only writes, and
// later: a read here would send early what waits for the end.
func (s *Service) book(tx *journal.Tx, auth civic.Authority, x Session, own Owner, bs []Booking, by []Order) error {
	p, err := s.plan(tx, x.Plan)
	if err != nil {
		return err
	}
	rows, who := make([][]any, len(bs)), make([]civic.PersonID, len(bs))
	for i := range bs {
		if own.asks() {
			bs[i].Theirs = Asked
		}
		rows[i], who[i] = bs[i].row(), bs[i].Person
	}
	who = db.Filled(who)
	if err := tx.InsertLater("booking", bookingRow, rows); err != nil {
		return err
	}
	if own.asks() {
		if err := s.askFor(tx, own, x, bs, kindPlace, ""); err != nil {
			return err
		}
	}
	if err := tx.ExecLater(served+db.In(3, len(who)), append([]any{x.Office, x.ID}, db.Args(who)...)...); err != nil {
		return err
	}
	for i, b := range bs {
		actor, a := tx.Actor.For(b.Person), auth
		if by != nil {
			actor, a = by[i].actor.For(b.Person), by[i].auth
		}
		if err := s.record(tx, a, actor, b, p); err != nil {
			return err
		}
	}
	return nil
}

// served ends the waiting of those who have a place in a session.
const served = `UPDATE booking_wait SET state = 'served' WHERE office = $1 AND session = $2 AND state IN ('waiting', 'offered') AND person IN `

// record tells of a booking, and why its place was not of the drawer's own pool.
func (s *Service) record(tx *journal.Tx, auth civic.Authority, actor civic.Actor, b Booking, p *Plan) error {
	act := ActBooked
	if b.Cause == Own && p.pool(b.Pool).Kept {
		act = ActBookedKept
	}
	ev := journal.Event{Act: act, Detail: map[string]string{"what": sayWhen(b.StartsAt)}, About: b.about()}
	if b.Theirs == Asked {
		ev = asked(b, tx.Now)
	}
	ev.Detail["pool"], ev.Detail["cause"] = b.Pool, string(b.Cause)
	if err := tx.RecordBy(auth, actor, ev); err != nil {
		return err
	}
	lent := map[Cause]journal.Act{Released: ActLent, Borrowed: ActBorrowed}[b.Cause]
	if lent == "" {
		return nil
	}
	return tx.RecordBy(auth, actor, journal.Event{Act: lent, Detail: map[string]string{"from": b.Pool, "to": b.DrewAs, "reason": p.why(b)}, About: b.about()})
}

// why says in words why a place went to another pool's drawer.
func (p *Plan) why(b Booking) string {
	if b.Cause == Released && p.pool(b.Pool).Release != nil {
		return p.pool(b.Pool).Release.Why
	}
	for _, l := range p.pool(b.DrewAs).Borrow {
		if l.From == b.Pool {
			return l.Why
		}
	}
	return ""
}

func (p *Plan) asksTags() bool {
	for _, x := range p.Pools {
		if len(x.Who.Tags) > 0 {
			return true
		}
	}
	return false
}

// readBooking finds a booking by its request.
func readBooking(q db.Q, id civic.RequestID) (Booking, error) {
	var b Booking
	err := q.Get(&b, `SELECT `+bookingColumns+` FROM booking WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoBooking
	}
	return b, err
}

// readBookings reads bookings in one go, by their requests. One that there is not is left
// out.
func readBookings(q db.Q, ids []civic.RequestID) (map[civic.RequestID]Booking, error) {
	out := map[civic.RequestID]Booking{}
	for part := range slices.Chunk(ids, 300) {
		var bs []Booking
		if err := q.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE id IN `+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, b := range bs {
			out[b.ID] = b
		}
	}
	return out, nil
}

// end closes a booking and gives its place back, but for one that was used.
func (s *Service) end(tx *journal.Tx, b *Booking, to State, reason string) error {
	n, err := tx.Exec(`UPDATE booking SET state = $1, reason = $2, ended_at = $3, rev = rev + 1 WHERE office = $4 AND id = $5 AND rev = $6 AND state = 'booked'`,
		to, reason, tx.Now, b.Office, b.ID, b.Rev)
	if err == nil && n != 1 {
		err = errMoved
	}
	if err != nil {
		return err
	}
	if to == Arrived || to == Missed {
		return s.settled(tx, *b)
	}
	if err := s.giveUp(tx, *b, ""); err != nil {
		return err
	}
	return b.giveBack(tx)
}

// giveBack frees the place; an extra one goes with whom it was made for.
func (b Booking) giveBack(tx *journal.Tx) error {
	if b.Pool == extraPool {
		_, err := tx.Exec(`UPDATE booking_pool SET used = used - 1, quota = quota - 1 WHERE office = $1 AND session = $2 AND pool = $3`, b.Office, b.Session, b.Pool)
		return err
	}
	return give(tx.Tx, b.Office, b.Session, b.Pool, used, 1)
}
