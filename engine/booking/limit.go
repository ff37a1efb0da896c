package booking

import (
	"fmt"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
)

// has is one place that a person has, as limits count it.
type has struct {
	ID         civic.RequestID
	Person     civic.PersonID
	Office     civic.OfficeID
	Session    string
	Department string
	Resource   string
	Service    string
	Day        string
	StartsAt   time.Time
	State      State
}

var errTwice = civic.E(civic.Exhausted, "booking.twice", "这个时间您已经约了一个，不用再约。要看的话，点「我的事」。")

// within says which limit a further place in a session would break, or nil. not is a
// booking that is given up for it. The person's row is held by their authority, so
// that two bookings of theirs take turns.
func (s *Service) within(q db.Q, ch civic.Channel, who []civic.PersonID, def *catalog.Definition, x Session, not civic.RequestID, now time.Time) error {
	h, err := haveThey(q, who, now)
	if err != nil {
		return err
	}
	return h.fits(ch, who, def, x, not, now)
}

// have is what some people have booked, and what they missed lately.
type have struct {
	booked []has
	missed []miss
}

type miss struct {
	Person  civic.PersonID
	EndedAt *time.Time
}

func haveThey(q db.Q, who []civic.PersonID, now time.Time) (have, error) {
	var h have
	in, args := db.In(2, len(who)), db.Args(who)
	if err := q.Select(&h.booked, `SELECT id, person, office, session, department, resource, service, day, starts_at, state FROM booking
		WHERE day >= $1 AND state IN ('booked', 'arrived') AND person IN `+in+` ORDER BY starts_at LIMIT 5000`, append([]any{dayOf(now)}, args...)...); err != nil {
		return h, err
	}
	err := q.Select(&h.missed, `SELECT person, ended_at FROM booking WHERE state = 'missed' AND ended_at > $1 AND person IN `+in+` ORDER BY ended_at DESC LIMIT 5000`,
		append([]any{now.AddDate(0, 0, -rules.Missed.WithinDays)}, args...)...)
	return h, err
}

// fits holds one person's further place to the limits.
func (h have) fits(ch civic.Channel, who []civic.PersonID, def *catalog.Definition, x Session, not civic.RequestID, now time.Time) error {
	var hs []has
	for _, b := range h.booked {
		if b.ID != not && slices.Contains(who, b.Person) {
			hs = append(hs, b)
		}
	}
	if slices.ContainsFunc(hs, func(h has) bool { return h.Session == x.ID }) {
		return errTwice
	}
	if def.Booking != nil {
		for _, l := range def.Booking.Limits {
			if err := reached(l, hs, def.Service, x, now); err != nil {
				return err
			}
		}
	}
	return h.trusted(ch, who, now)
}

var ofWords = map[string]string{"session": "这个时间", "resource": "这位医生或这个项目", "department": "这个科", "office": "这个地方", "service": "这件事"}

func reached(l catalog.Limit, hs []has, service string, x Session, now time.Time) error {
	n := 0
	for _, h := range hs {
		same := map[string]bool{"session": h.Session == x.ID, "resource": h.Resource == x.Resource, "department": h.Office == x.Office && h.Department == x.Department,
			"office": h.Office == x.Office, "service": h.Service == service}[l.Of]
		if same && (l.Per == "day" && h.Day == x.Day || l.Per == "ahead" && h.State == Booked && h.StartsAt.After(now)) {
			n++
		}
	}
	if n < l.Most {
		return nil
	}
	when := "还没去的"
	if l.Per == "day" {
		when = "同一天"
	}
	return civic.E(civic.Exhausted, "booking.limit", fmt.Sprintf("%s%s最多约%d个，您已经约了%d个。要换，请先取消一个，或者打电话、到窗口问一问。", when, ofWords[l.Of], l.Most, n))
}

// trusted refuses a while on some channels those who missed several times. Windows,
// phones and visits at home always book.
func (h have) trusted(ch civic.Channel, who []civic.PersonID, now time.Time) error {
	m := rules.Missed
	if !slices.Contains(m.Channels, ch) {
		return nil
	}
	var missed []miss
	for _, x := range h.missed {
		if slices.Contains(who, x.Person) {
			missed = append(missed, x)
		}
	}
	if len(missed) < m.Most || missed[0].EndedAt == nil || missed[0].EndedAt.AddDate(0, 0, m.StopDays).Before(now) {
		return nil
	}
	until := missed[0].EndedAt.AddDate(0, 0, m.StopDays)
	return civic.E(civic.Exhausted, "booking.missed", fmt.Sprintf("您有%d次约了没有来，%s以前不能自己在这里约。打电话或者到窗口，随时都能约。", len(missed), sayDay(until)))
}
