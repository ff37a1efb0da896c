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
	EndedAt    *time.Time
}

var errTwice = civic.E(civic.Exhausted, "booking.twice", "这个时间您已经约了一个，不用再约。要看的话，点「我的事」。")

// within says which limit a further place in a session would break, or nil. not is a
// booking that is given up for it. The person's row is held by their authority, so
// that two bookings of theirs take turns.
func (s *Service) within(q db.Q, ch civic.Channel, who []civic.PersonID, def *catalog.Definition, x Session, not civic.RequestID, now time.Time) error {
	h, err := haveThey(q, who, counted([]*catalog.Definition{def}, x, now), now)
	if err != nil {
		return err
	}
	return h.fits(ch, who, def, x, not, now)
}

// have is what some people have booked that counts, and what they missed lately, the
// last first.
type have struct{ booked, missed []has }

// counted is the time over which limits count: what lies ahead where one of them asks
// for it, else the day of the session.
func counted(defs []*catalog.Definition, x Session, now time.Time) Span {
	if slices.ContainsFunc(defs, looksAhead) {
		return ahead(now)
	}
	day := x.StartsAt.In(civic.Shanghai)
	return Span{at(day, 0), at(day.AddDate(0, 0, 1), 0)}
}

// ahead is from today on, as far as anything can be booked.
func ahead(now time.Time) Span {
	today := now.In(civic.Shanghai)
	return Span{at(today, 0), at(today.AddDate(0, 0, 2*aheadMost), 0)}
}

// haveThey reads what limits may count over a time.
func haveThey(q db.Q, who []civic.PersonID, over Span, now time.Time) (have, error) {
	who = db.Filled(who)
	in, columns := db.In(5, len(who)), `SELECT id, person, office, session, department, resource, service, day, starts_at, state, ended_at FROM booking WHERE person IN `
	var rows []has
	if err := q.Select(&rows, columns+in+` AND starts_at >= $1 AND starts_at < $2 AND state IN ('booked', 'arrived')
		UNION ALL `+columns+in+` AND starts_at <= $3 AND state = 'missed' AND ended_at > $4 ORDER BY starts_at DESC LIMIT 10000`,
		append([]any{over.From, over.Until, now, now.AddDate(0, 0, -rules.Missed.WithinDays)}, db.Args(who)...)...); err != nil {
		return have{}, err
	}
	var h have
	for _, r := range rows {
		switch {
		case r.State != Missed:
			h.booked = append(h.booked, r)
		case r.EndedAt != nil:
			h.missed = append(h.missed, r)
		}
	}
	slices.SortStableFunc(h.missed, func(a, b has) int { return b.EndedAt.Compare(*a.EndedAt) })
	return h, nil
}

func looksAhead(d *catalog.Definition) bool {
	return d.Booking != nil && slices.ContainsFunc(d.Booking.Limits, func(l catalog.Limit) bool { return l.Per == "ahead" })
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

// codeLimit is the code of a limit that is reached.
const codeLimit = "booking.limit"

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
	return civic.E(civic.Exhausted, codeLimit, fmt.Sprintf("%s%s最多约%d个，您已经约了%d个。要换，请先取消一个，或者打电话、到窗口问一问。", when, ofWords[l.Of], l.Most, n))
}

// trusted refuses a while on some channels those who missed several times. Windows,
// phones and visits at home always book.
func (h have) trusted(ch civic.Channel, who []civic.PersonID, now time.Time) error {
	m := rules.Missed
	if !slices.Contains(m.Channels, ch) {
		return nil
	}
	var missed []has
	for _, x := range h.missed {
		if slices.Contains(who, x.Person) {
			missed = append(missed, x)
		}
	}
	if len(missed) < m.Most || missed[0].EndedAt.AddDate(0, 0, m.StopDays).Before(now) {
		return nil
	}
	until := missed[0].EndedAt.AddDate(0, 0, m.StopDays)
	return civic.E(civic.Exhausted, "booking.missed", fmt.Sprintf("您有%d次约了没有来，%s以前不能自己在这里约。打电话或者到窗口，随时都能约。", len(missed), sayDay(until)))
}
