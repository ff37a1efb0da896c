package booking

import (
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

// Order asks for a place in one go, without a dialogue: at a counter, by a nurse, or
// from another system.
type Order struct {
	Service string
	Person  civic.PersonID
	Session string
	Gives   civic.RequestID // what is given up for an offered place, as it was told
	Key     string          // of the form or call that asks for an extra place: twice the same makes one

	actor civic.Actor
	auth  civic.Authority
	def   *catalog.Definition
}

var errNobody = civic.E(civic.Invalid, "booking.who", "请先选为谁约。").On("person")

// enter makes the request of an order, and reads its session.
func (s *Service) enter(tx *journal.Tx, o *Order) (atDoor, *request.Request, error) {
	x, e, err := s.known(tx, o)
	if err != nil {
		return atDoor{}, nil, err
	}
	return s.enterKnown(tx, *o, x, e)
}

// enterKnown makes the request of an order that was judged.
func (s *Service) enterKnown(tx *journal.Tx, o Order, x Session, e request.Entry) (atDoor, *request.Request, error) {
	at, err := whereOf(tx, x)
	if err != nil {
		return at, nil, err
	}
	e.Answers = at.answers(o)
	rs, err := s.requests.Enter(tx, []request.Entry{e})
	if err != nil {
		return at, nil, err
	}
	return at, rs[0], nil
}

// known judges an order and reads its session and service.
func (s *Service) known(tx *journal.Tx, o *Order) (x Session, e request.Entry, err error) {
	need, err := s.requests.Need(tx, o.Person, o.Service)
	if err != nil {
		return x, e, err
	}
	if o.auth, err = tx.AuthoriseBy(o.actor, need); err != nil {
		return x, e, err
	}
	if x, err = readSession(tx, o.Session); err != nil {
		return x, e, err
	}
	if err := x.bookable(tx.Now); err != nil {
		return x, e, err
	}
	e = request.Entry{Service: o.Service, Person: o.Person, Auth: o.auth, Actor: o.actor}
	if err := s.requests.Known(tx, &e); err != nil {
		return x, e, err
	}
	if o.def = e.Def; !books(o.def, x) {
		return x, e, errNoSession
	}
	return x, e, nil
}

// books reports whether places of a session are booked by a service.
func books(def *catalog.Definition, x Session) bool {
	return def.Booking != nil && def.Booking.Kind == x.Kind
}

// entry is the request of an order, with the answers that a dialogue would have had: what
// is asked for "as last time" is found again.
func (o Order) entry(self people.Self, at atDoor) request.Entry {
	return request.Entry{Service: o.Service, Person: o.Person, Auth: o.auth, Actor: o.actor, Self: &self, Def: o.def, Answers: at.answers(o)}
}

// atDoor is a session with its place and whom it is with.
type atDoor struct {
	Session
	office   place.Office
	resource Resource
}

func whereOf(q db.Q, x Session) (at atDoor, err error) {
	at.Session = x
	if at.office, err = place.Read(q, x.Office); err == nil {
		at.resource, err = readResource(q, x.Office, x.Resource)
	}
	return at, err
}

// answers say where and with whom; when it is, the booking itself says.
func (at atDoor) answers(o Order) request.Answers {
	out, def := request.Answers{}, o.def
	say := func(code, shown string) []request.Value {
		return []request.Value{{Code: code, Shown: shown, Via: o.actor.Channel, By: o.actor.Operator}}
	}
	q := def.Question(def.Booking.Session)
	if q == nil {
		return out
	}
	for i, key := range q.Needs {
		source := ""
		if n := def.Question(key); n != nil {
			source, _, _ = strings.Cut(n.Source, ":")
		}
		switch {
		case i == 0:
			out[key] = say(string(at.Office), at.office.Name)
		case source == SourceDepartments && at.Department != "":
			out[key] = say(department+at.Department, at.Department)
		case source == SourceResources:
			out[key] = say(at.resource.ID, at.resource.Name)
		}
	}
	return out
}
