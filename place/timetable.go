package place

import (
	"cmp"
	"context"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

var (
	errDay    = civic.E(civic.Invalid, "place.day", "日期要写成 2026-12-31 这样，从今天起两年以内。").On("day")
	errReason = civic.E(civic.Invalid, "place.reason", "请写一句为什么，最多60字，不要写人名和号码，老人要看得懂。").On("reason")
	errTimes  = civic.E(civic.Invalid, "place.times", "时间要写成 9:00-12:00，14:00-17:00 这样；全天不开就空着。").On("times")
)

// timetables reads when the places are open, from the day before at on.
func timetables(q db.Q, ids []civic.OfficeID, at time.Time) (map[civic.OfficeID]Timetable, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		ID                 civic.OfficeID
		Kind, Weekly, Shut string
		Day, Hours, Reason *string // of one day, null where all are as usual
	}
	from := midnight(at).AddDate(0, 0, -1)
	args := []any{from.Format(time.DateOnly), from.AddDate(0, 0, aheadMost+2).Format(time.DateOnly)}
	if err := q.Select(&rows, `SELECT o.id, o.kind, o.hours AS weekly, o.shut, d.day, d.hours, d.reason FROM office o
		LEFT JOIN place_day d ON d.office = o.id AND d.day >= $1 AND d.day <= $2 WHERE o.id IN `+db.In(3, len(ids))+` ORDER BY o.id, d.day NULLS FIRST`,
		append(args, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	out := make(map[civic.OfficeID]Timetable, len(ids))
	read := map[string]Timetable{} // many keep the same hours
	for _, r := range rows {
		t, known := out[r.ID]
		if !known {
			if t, known = read[r.Weekly]; !known {
				h, err := ParseHours(r.Weekly)
				t = Timetable{Known: err == nil, Hours: h}
				read[r.Weekly] = t
			}
			k, _ := KindOf(r.Kind)
			t.Known, t.Closed, t.Shut = t.Known || r.Shut != "", k.Holidays == "closed", r.Shut
		}
		if r.Day != nil {
			if t.Other == nil {
				t.Other = map[string]OtherDay{}
			}
			spans, _ := parseTimes(*r.Hours)
			t.Other[*r.Day] = OtherDay{*r.Day, spans, *r.Reason}
		}
		out[r.ID] = t
	}
	return out, nil
}

// parseTimes reads the times of one day; empty is closed.
func parseTimes(text string) ([]Span, error) {
	text = strings.TrimSpace(normal.Replace(civic.FoldWords(text)))
	if text == "" {
		return nil, nil
	}
	spans, ok := parseSpans(text)
	if !ok || len([]rune(text)) > hoursMost {
		return nil, errTimes
	}
	return spans, nil
}

// SetHours changes the weekly hours of a place, in words that ParseHours reads.
func (s *Service) SetHours(ctx context.Context, actor civic.Actor, id civic.OfficeID, hours string) error {
	h, err := ParseHours(hours)
	if err != nil {
		return err
	}
	words := h.String()
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		if n, err := tx.Exec(`UPDATE office SET hours = $1 WHERE id = $2 AND hours <> $1`, words, id); err != nil || n == 0 {
			return cmp.Or(err, journal.ErrUnchanged)
		}
		return tx.Record(auth, journal.Event{Act: ActHoursChanged, Detail: map[string]string{"name": o.Name, "hours": words, "before": o.Hours}, About: about(id)})
	})
}

// SetDay says that on one date other times hold, or with empty times that the
// place is closed, and why.
func (s *Service) SetDay(ctx context.Context, actor civic.Actor, id civic.OfficeID, day, times, reason string) error {
	spans, err := parseTimes(times)
	if err != nil {
		return err
	}
	if len(spans) == 0 {
		times = ""
	} else {
		times = strings.TrimSpace(saySpans(spans))
	}
	reason, err = reasonOf(reason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		d, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(day), civic.Shanghai)
		if err != nil || d.Before(midnight(tx.Now)) || d.After(tx.Now.AddDate(2, 0, 0)) {
			return errDay
		}
		day := d.Format(time.DateOnly)
		n, err := tx.Exec(`INSERT INTO place_day (office, day, hours, reason) VALUES ($1, $2, $3, $4)
			ON CONFLICT (office, day) DO UPDATE SET hours = excluded.hours, reason = excluded.reason WHERE place_day.hours <> excluded.hours OR place_day.reason <> excluded.reason`,
			id, day, times, reason)
		if err != nil || n == 0 {
			return cmp.Or(err, journal.ErrUnchanged)
		}
		return tx.Record(auth, journal.Event{Act: ActDaySet, Detail: map[string]string{"name": o.Name, "day": day, "hours": times, "reason": reason}, About: about(id)})
	})
}

// DropDay lets the usual hours hold again on a date.
func (s *Service) DropDay(ctx context.Context, actor civic.Actor, id civic.OfficeID, day string) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := keep(tx, tx, id)
		if err != nil {
			return err
		}
		if n, err := tx.Exec(`DELETE FROM place_day WHERE office = $1 AND day = $2`, id, day); err != nil || n == 0 {
			return cmp.Or(err, journal.ErrUnchanged)
		}
		return tx.Record(auth, journal.Event{Act: ActDayDropped, Detail: map[string]string{"name": o.Name, "day": day}, About: about(id)})
	})
}

// reasonOf checks a reason that the public will read.
func reasonOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > 60 || civic.HoldsNumber(text) {
		return "", errReason
	}
	return text, nil
}
