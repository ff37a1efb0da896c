package eligibility

import (
	"slices"
	"time"

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

// matter is a case, "" for none, and the office that has it or answered it.
type matter struct {
	request civic.RequestID
	office  civic.OfficeID
}

func (m matter) about() []journal.About {
	out := []journal.About{{ID: string(m.office), Kind: "office", Role: "office"}}
	if m.request != "" {
		out = append(out, journal.About{ID: string(m.request), Kind: "request", Role: "object"})
	}
	return out
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
	def, err := s.requests.Definition(tx, of.request)
	if err != nil {
		return err
	}
	o, err := place.Read(tx, of.office)
	if err != nil {
		return err
	}
	for _, st := range mine {
		b, ok := benefit(st.Benefit)
		if !ok || b.Service != def.Service {
			continue
		}
		next, act := b.after(st, of, o.Kind, to, tx.Now)
		if act == "" {
			continue
		}
		need := civic.Need{Person: self.Root, Office: o.ID, Division: o.Division, Permission: civic.MayWorkCases}
		// A visit that was arranged beside the matter is named with it.
		about, beside := of.about(), st.Request != "" && st.Request != of.request
		if beside {
			about = append(about, journal.About{ID: string(st.Request), Kind: "request", Role: "object"})
		}
		stands := func() error { return s.stands(tx, self, need, b, next, about, act) }
		if act != ActDecided && act != ActRefused { // at the person's word, or nobody's
			need = civic.Need{Person: self.Root, Division: self.Division}
			err = tx.As(civic.System("eligibility").For(self.Root), stands)
		} else {
			err = stands()
		}
		if err != nil {
			return err
		}
		if beside && act == ActDecided { // the visit is not needed any more
			if err := s.ends(tx, self.Root, st.Request); err != nil {
				return err
			}
		}
	}
	return nil
}

// after says how somebody stands once a matter has come to a state, and by which act;
// "" when nothing follows. Only the office that pays decides, and the one that hears
// appeals: what another answered leaves it open, and the person is asked again. So is,
// after a while, who did not want the visit.
func (b Benefit) after(st Standing, of matter, kind string, to State, now time.Time) (Standing, journal.Act) {
	mine, decides := st.Request == of.request, slices.Contains(b.Decides, kind)
	switch {
	case to == Good && decides:
		st.State, st.GoodUntil, st.Basis, st.Source, st.SeenOn, st.Request = Good, b.until(day(now)), ByOfficer, "", "", ""
		return st, ActDecided
	case to == Refused && decides && (mine || st.Request == ""):
		st.State, st.Request = Refused, of.request
		return st, ActRefused
	case to == Asked && (mine || st.Request == ""):
		st.State, st.Request, st.AskedAt = Asked, of.request, &now
		return st, ActVisit
	case mine && st.State == Asked && to == Withdrawn:
		st.State, st.Request = Good, ""
		return st, ActOpen
	case mine && st.State == Asked && (to == Good || to == Refused):
		st.State, st.Request, st.AskedAt = Good, "", nil
		return st, ActOpen
	}
	return st, ""
}

// stands stores and records how somebody stands.
func (s *Service) stands(tx *journal.Tx, self people.Self, need civic.Need, b Benefit, st Standing, about []journal.About, act journal.Act) error {
	auth, err := tx.Authorise(need)
	if err != nil {
		return err
	}
	auth = auth.Reaching(self.Selves())
	if err := put(tx, auth, st); err != nil {
		return err
	}
	return tx.RecordFor(auth, self.Root, journal.Event{Act: act, Detail: map[string]string{"what": b.Words, "until": sayDay(st.GoodUntil)}, About: about})
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
