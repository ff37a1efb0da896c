package eligibility

import (
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
)

// React follows what an office answers to a case by which somebody's standing is
// decided; as says what each act makes of it. Good lasts as long as the benefit says.
// Refused is shown to the office and the person as such, and stops nothing.
func (s *Service) React(tx *journal.Tx, done []journal.Done, as map[journal.Act]State) error {
	for _, d := range done {
		var of matter
		for _, a := range d.About {
			switch a.Kind {
			case "request":
				of.request = civic.RequestID(a.ID)
			case "office":
				of.office = civic.OfficeID(a.ID)
			}
		}
		if d.Subject == "" || of.request == "" || of.office == "" {
			continue
		}
		if err := s.decide(tx, d.Subject, of, as[d.Act]); err != nil {
			return err
		}
	}
	return nil
}

// matter is a case and the office that answered it.
type matter struct {
	request civic.RequestID
	office  civic.OfficeID
}

func (m matter) about() []journal.About {
	return []journal.About{{ID: string(m.request), Kind: "request", Role: "object"}, {ID: string(m.office), Kind: "office", Role: "office"}}
}

// decide changes how the person of a matter stands with the benefit that it is about,
// if they draw one.
func (s *Service) decide(tx *journal.Tx, person civic.PersonID, of matter, to State) error {
	self, err := people.Resolve(tx, person)
	if err != nil {
		return err
	}
	mine, err := all(tx, self.Selves())
	if err != nil || len(mine) == 0 {
		return err
	}
	service, err := s.requests.ServiceOf(tx, of.request)
	if err != nil {
		return err
	}
	for _, st := range mine {
		b, ok := benefit(st.Benefit)
		if !ok || b.Service != service {
			continue
		}
		if to == Asked { // the person's word, by which the office begins anew
			err = tx.As(civic.System("eligibility").For(self.Root), func() error { return s.stands(tx, self, b, st, of, to) })
		} else {
			err = s.stands(tx, self, b, st, of, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stands(tx *journal.Tx, self people.Self, b Benefit, st Standing, of matter, to State) error {
	o, err := place.Read(tx, of.office)
	if err != nil {
		return err
	}
	need, act := civic.Need{Person: self.Root, Office: o.ID, Division: o.Division, Permission: civic.MayWorkCases}, ActDecided
	st.State, st.Request = to, of.request
	switch to {
	case Good:
		st.GoodUntil, st.Basis, st.Source, st.SeenOn, st.Request = b.until(day(tx.Now)), ByOfficer, "", "", ""
	case Refused:
		act = ActRefused
	case Asked:
		need, act = civic.Need{Person: self.Root, Division: self.Division}, ActVisit
	}
	auth, err := tx.Authorise(need)
	if err != nil {
		return err
	}
	auth = auth.Reaching(self.Selves())
	if err := put(tx, auth, st); err != nil {
		return err
	}
	return tx.RecordFor(auth, self.Root, journal.Event{Act: act, Detail: map[string]string{"what": b.Words, "until": sayDay(st.GoodUntil)}, About: of.about()})
}

// Told implements rights.Cases: how somebody stands is in their story.
func (s *Service) Told(db.Q, civic.Authority) (map[civic.RequestID][2]string, error) {
	return nil, nil
}

// Unfinished implements rights.Cases: a visit that is still to come is a case.
func (s *Service) Unfinished(db.Q, []civic.PersonID) (int, error) { return 0, nil }

// Forget implements rights.Cases.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errNobody
	}
	_, err := tx.Exec(`DELETE FROM eligibility WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...)
	return err
}
