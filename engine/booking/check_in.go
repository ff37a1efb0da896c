package booking

import (
	"context"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// CheckedIn is what somebody is told who has come: their number, who is before them, and
// where to wait.
type CheckedIn struct {
	Ticket
	What       string // the doctor, hall or class
	Department string
	Where      string // the office
	When       string // in words
}

var errNoneToday = civic.E(civic.NotFound, "booking.none_today", "今天在这里没有查到您的预约。请到窗口问一问，没有约的也能办。").On("card")

// CheckIn gives numbers to whoever comes to a self-service machine, by any card of theirs
// or by the number on a slip, for all that they booked today at its office. Who has
// numbers already is told them again. NotFound when nothing is booked; a card that does not
// count is refused with what else will do.
func (s *Service) CheckIn(ctx context.Context, actor civic.Actor, text string) ([]CheckedIn, error) {
	var out []CheckedIn
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		out = nil
		here, err := tx.Authorise(civic.Need{Permission: civic.MayCheckIn})
		if err != nil {
			return err
		}
		bs, err := s.cameFor(tx, here.Office(), text)
		if err != nil {
			return err
		}
		came := 0
		for _, b := range bs {
			if b.State == Booked {
				tx.Actor.Subject = b.Person
				auth, err := tx.Authorise(civic.Need{Person: b.Person, Permission: civic.MayCheckIn})
				if err != nil {
					return err
				}
				ev, err := s.arrived(tx, auth, &b)
				if err != nil {
					return err
				}
				ev.About = b.about()
				if err := tx.Record(auth, ev); err != nil {
					return err
				}
				came++
			}
		}
		if out, err = s.checkedIn(tx, bs); err == nil && came == 0 {
			err = journal.ErrUnchanged
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// cameFor finds what somebody booked today at an office, by their card or their number.
func (s *Service) cameFor(tx *journal.Tx, office civic.OfficeID, text string) ([]Booking, error) {
	var bs []Booking
	const those = `SELECT ` + bookingColumns + ` FROM booking WHERE office = $1 AND day = $2 AND state IN ('booked', 'arrived') AND `
	today := dayOf(tx.Now)
	if n, err := civic.ParseNumber(text); err == nil {
		if err := tx.Select(&bs, those+`number = $3 ORDER BY starts_at, id`, office, today, n); err != nil || len(bs) > 0 {
			return bs, err
		}
	}
	m, err := s.people.ByCard(tx, text)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Invalid) {
		return nil, errNoneToday
	}
	if err == nil {
		err = m.Refuse()
	}
	if err != nil {
		return nil, err
	}
	self, err := people.Resolve(tx, m.Person)
	if err != nil {
		return nil, err
	}
	ids := self.Selves()
	if err := tx.Select(&bs, those+`person IN `+db.In(3, len(ids))+` ORDER BY starts_at, id LIMIT 20`, append([]any{office, today}, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	if len(bs) == 0 {
		return nil, errNoneToday
	}
	return bs, nil
}

func (s *Service) checkedIn(q db.Q, bs []Booking) ([]CheckedIn, error) {
	items, err := s.items(q, bs)
	if err != nil {
		return nil, err
	}
	out := make([]CheckedIn, len(items))
	for i, it := range items {
		t, err := readTicket(q, it.Booking)
		if err != nil {
			return nil, err
		}
		if t != nil {
			out[i].Ticket = *t
		}
		out[i].What, out[i].Department, out[i].Where, out[i].When, out[i].Who = it.What, it.Department, it.Where, it.When, it.Who
	}
	return out, nil
}
