package notify

import (
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// situation reads how the receiver of a message can be reached now. The authority is
// over the receiver, where that is a person.
func (s *Service) situation(tx *journal.Tx, m Message, t *Template, self people.Self, auth civic.Authority, stops []stop) (Situation, error) {
	stopped := stoppedIn(stops, m.Division)
	sit := Situation{Wishes: map[string]string{}, Refused: map[string]bool{}, Stopped: stopped, Ready: map[string]bool{}}
	for name := range s.carriers {
		sit.Ready[name] = true
	}
	sit.Ready[CarrierFamily] = sit.Ready[CarrierSMS] && !stopped[CarrierSMS] // it is a text to a relative
	if m.Audience == Staff {
		sit.Desk = civic.StaffID(m.Receiver)
		n := 0
		err := tx.Get(&n, `SELECT COUNT(*) FROM message_mail WHERE staff = $1`, m.Receiver)
		sit.Mail = n > 0
		return sit, err
	}
	wishes, err := s.people.Preferences(tx, auth, self.Root)
	if err != nil {
		return sit, err
	}
	for _, w := range wishes {
		sit.Wishes[w.Kind] = w.Value
	}
	if !t.insists() {
		no, err := refusals(tx, self.Selves())
		if err != nil {
			return sit, err
		}
		for _, c := range no {
			sit.Refused[c] = true
		}
	}
	not, err := s.barred(tx, auth, m, t)
	if err != nil {
		return sit, err
	}
	if sit.Phones, err = s.phones(tx, auth, self.Root, t, not); err != nil {
		return sit, err
	}
	if t.To != Elder {
		return sit, nil
	}
	kin, err := grant.KinOf(tx, auth, tx.Now, self.Root)
	if err != nil {
		return sit, err
	}
	for _, k := range kin {
		if who, err := people.Resolve(tx, k.Agent); err == nil && not.roots[who.Root] {
			continue
		}
		if d, _, err := s.mobileOf(tx, k.Agent); err != nil {
			return sit, err
		} else if d.ID != "" {
			sit.Kin = append(sit.Kin, Relative{k.Agent, d.Number})
		}
	}
	home, address, err := s.people.Lives(tx, auth, self.Root)
	if err != nil {
		return sit, err
	}
	sit.Lives = address != ""
	maker, err := s.maker(tx, m)
	if err != nil {
		return sit, err
	}
	sit.Worker, err = named(tx, self.Root, home, []staff.Role{staff.GridWorker}, maker)
	return sit, err
}

// phones are those of a receiver, in the order of the calls, with what was ended lately in
// front where it is told too.
func (s *Service) phones(q db.Q, auth civic.Authority, person civic.PersonID, t *Template, not barred) ([]people.Dial, error) {
	dials, err := s.people.Dials(q, auth, person)
	if err != nil {
		return nil, err
	}
	if t.tellsFormer() {
		former, err := s.people.Formers(q, auth, person)
		if err != nil {
			return nil, err
		}
		dials = append(former, dials...)
	}
	return slices.DeleteFunc(dials, func(d people.Dial) bool { return !d.Own && not.numbers[d.Number] }), nil
}

// barred are those through whom a message about them is not told, with the numbers of
// their phones.
type barred struct {
	roots   map[civic.PersonID]bool
	numbers map[string]bool
}

// barred finds, for what is told of a change, the agent whom it is about and whoever made it.
func (s *Service) barred(tx *journal.Tx, auth civic.Authority, m Message, t *Template) (barred, error) {
	out := barred{map[civic.PersonID]bool{}, map[string]bool{}}
	if !t.guarded || t.To != Elder {
		return out, nil
	}
	line, about, err := journal.One(tx, auth, m.Entry)
	if errors.Is(err, db.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	var who []civic.PersonID
	for _, p := range []civic.Party{{Kind: line.OperatorKind, ID: line.OperatorID}, {Kind: line.AgentKind, ID: line.AgentID}} {
		if p.Kind == civic.PartyPerson {
			who = append(who, civic.PersonID(p.ID))
		}
	}
	for _, a := range about {
		if a.Kind == "person" && a.Role == "agent" {
			who = append(who, civic.PersonID(a.ID))
		}
	}
	for _, id := range who {
		if auth.Over(id) {
			continue // the elder themselves
		}
		self, err := people.Resolve(tx, id)
		if civic.Is(err, civic.NotFound) || err == nil && self.State != "active" {
			continue
		}
		if err != nil {
			return out, err
		}
		out.roots[self.Root] = true
		theirs, err := over(tx, self.Root, self.Division, self.Selves())
		if err != nil {
			return out, err
		}
		dials, err := s.people.Dials(tx, theirs, self.Root)
		if err != nil {
			return out, err
		}
		for _, d := range dials {
			out.numbers[d.Number] = out.numbers[d.Number] || d.Own
		}
	}
	return out, nil
}

// mobileOf finds the first mobile phone of somebody's own; the zero one if they have
// none, or are no more.
func (s *Service) mobileOf(tx *journal.Tx, person civic.PersonID) (people.Dial, people.Self, error) {
	self, err := people.Resolve(tx, person)
	if civic.Is(err, civic.NotFound) || err == nil && (self.State != "active" || self.Died != "") {
		return people.Dial{}, self, nil
	}
	if err != nil {
		return people.Dial{}, self, err
	}
	auth, err := over(tx, self.Root, self.Division, self.Selves())
	if err != nil {
		return people.Dial{}, self, err
	}
	dials, err := s.people.Dials(tx, auth, self.Root)
	if err != nil {
		return people.Dial{}, self, err
	}
	for _, d := range dials {
		if d.Own && d.Mobile {
			return d, self, nil
		}
	}
	return people.Dial{}, self, nil
}

// stop is a carrier that somebody has stopped in a division.
type stop struct {
	Carrier  string
	Division civic.Division
	Reason   string
}

func readStops(q db.Q) ([]stop, error) {
	var out []stop
	err := q.Select(&out, `SELECT carrier, division, reason FROM message_stop ORDER BY carrier, division`)
	return out, err
}

// stoppedIn says which carriers are stopped where somebody lives.
func stoppedIn(stops []stop, home civic.Division) map[string]bool {
	out := map[string]bool{}
	for _, s := range stops {
		if s.Division.Covers(home) {
			out[s.Carrier] = true
		}
	}
	return out
}
