package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
)

// sender is the platform when it speaks to a hospital.
var sender = civic.System("booking.hospital")

// SendAll asks registers for places, or gives them up, as far as that is due. It may be
// repeated, and run by several at once: who sends what is claimed first.
func (s *Service) SendAll(ctx context.Context, job Send) error {
	for _, key := range job.Keys {
		if err := s.send(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// Chase is the job that sends again what failed, and ends the waiting for answers that
// did not come.
type Chase struct{}

// Kind implements jobs.Args.
func (Chase) Kind() string { return "booking.chase" }

// chaseEach bounds each part of one chase; the next goes on.
const chaseEach = 200

// ChaseAll does what is due about asks. It may be repeated, and run by several at once.
func (s *Service) ChaseAll(ctx context.Context, _ Chase) error {
	late, err := s.dueKeys(ctx, `due_at`, nil)
	if err != nil {
		return err
	}
	for _, key := range late {
		if err := s.overdue(ctx, key); err != nil {
			return err
		}
	}
	next, err := s.dueKeys(ctx, `next_at`, s.outside.resting(s.j.Now()))
	if err != nil {
		return err
	}
	return s.SendAll(ctx, Send{next})
}

// dueKeys lists what is due by a column, but of some systems.
func (s *Service) dueKeys(ctx context.Context, column string, but []string) ([]string, error) {
	var rows []struct{ ID string }
	err := s.j.Look(ctx, sender, func(v *journal.View) error {
		var w where
		w.and(column+` <= ?`, v.Now)
		if len(but) > 0 {
			w.in(`system NOT`, db.Args(but))
		}
		return v.Select(&rows, `SELECT id FROM booking_ask`+w.text()+` ORDER BY `+column+`, id LIMIT `+fmt.Sprint(chaseEach), w.args...)
	})
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.ID
	}
	return keys, err
}

// send asks one register for one place, or gives it up. The call is in no transaction:
// what is sent is read before it, and what is answered is written after it.
func (s *Service) send(ctx context.Context, key string) error {
	var k ask
	var body external.Ask
	err := s.j.Look(ctx, sender, func(v *journal.View) error {
		var err error
		if k, err = readAsk(v, key); err != nil || k.NextAt == nil || k.NextAt.After(v.Now) || k.Want == freed {
			return err
		}
		body, err = s.parcel(v, k)
		return err
	})
	if civic.Is(err, civic.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	system := s.outside.systems[k.System]
	if k.NextAt == nil || k.NextAt.After(s.j.Now()) || s.outside.rests(k.System, s.j.Now()) {
		return nil
	}
	mine, err := s.claim(ctx, k)
	if err != nil || !mine {
		return err
	}
	a, err := call(ctx, system, k, body)
	s.outside.did(k.System, err == nil, s.j.Now())
	if err == nil && a.State != external.Pending {
		return s.hear(ctx, k.System, a)
	}
	return s.noted(ctx, k, a, err)
}

var errNoConnection = errors.New("no connection of this name")

func call(ctx context.Context, system External, k ask, body external.Ask) (external.Answer, error) {
	if system == nil {
		return external.Answer{}, errNoConnection
	}
	ctx, cancel := context.WithTimeout(ctx, seconds(hospitalRules.Ask.CallSeconds))
	defer cancel()
	if k.Want == freed {
		return system.Cancel(ctx, k.ID)
	}
	return system.Confirm(ctx, body)
}

// claim sets when a key is sent next, so that only one sends it now. What was never sent
// and is not wanted any more is free without a word. False if another was faster.
func (s *Service) claim(ctx context.Context, k ask) (bool, error) {
	mine := false
	err := s.j.Scratch(ctx, sender, func(tx *journal.Scratch) error {
		if k.Want == freed && k.Tried == 0 && k.Has == unknown {
			_, err := tx.Exec(`UPDATE booking_ask SET has = 'free', next_at = NULL WHERE office = $1 AND id = $2 AND tried = 0 AND want = 'free' AND has = 'unknown'`, k.Office, k.ID)
			return err
		}
		again := hospitalRules.Ask.AgainSeconds
		n, err := tx.Exec(`UPDATE booking_ask SET tried = tried + 1, next_at = $1 WHERE office = $2 AND id = $3 AND tried = $4 AND want = $5 AND next_at <= $6`,
			tx.Now.Add(seconds(again[min(k.Tried, len(again)-1)])), k.Office, k.ID, k.Tried, k.Want, tx.Now)
		mine = n == 1
		return err
	})
	return mine, err
}

// noted keeps what came of a call that settled nothing, for the board.
func (s *Service) noted(ctx context.Context, k ask, a external.Answer, failed error) error {
	word, wait := "医院在查："+shortly(a.Words), seconds(hospitalRules.Ask.PollSeconds)
	if shortly(a.Words) == "" {
		word = "医院在查"
	}
	if failed != nil {
		word = failWords(failed)
	}
	return s.j.Scratch(ctx, sender, func(tx *journal.Scratch) error {
		if failed != nil {
			_, err := tx.Exec(`UPDATE booking_ask SET word = $1 WHERE office = $2 AND id = $3 AND has = $4`, word, k.Office, k.ID, k.Has)
			return err
		}
		_, err := tx.Exec(`UPDATE booking_ask SET word = $1, ref = CASE WHEN CAST($2 AS TEXT) = '' THEN ref ELSE CAST($2 AS TEXT) END, next_at = $3 WHERE office = $4 AND id = $5 AND has = $6 AND next_at IS NOT NULL AND want = $7`,
			word, a.Ref, tx.Now.Add(wait), k.Office, k.ID, k.Has, k.Want)
		return err
	})
}

func failWords(err error) string {
	if errors.Is(err, errNoConnection) {
		return "没有连接这家医院的系统"
	}
	if u, ok := errors.AsType[external.Unfit](err); ok {
		return fmt.Sprintf("医院的系统没有照约定回答（HTTP %d），请医院的信息科看一看", u.Status)
	}
	return "医院的系统没有回答"
}

// parcel is what a register is told of a place that it is asked for: the time, the doctor,
// and the one who comes.
func (s *Service) parcel(v *journal.View, k ask) (external.Ask, error) {
	out := external.Ask{Key: k.ID}
	b, err := readBooking(v, k.Request)
	if err != nil {
		return out, err
	}
	x, err := readSession(v, k.Session)
	if err != nil {
		return out, err
	}
	r, err := readResource(v, x.Office, x.Resource)
	if err != nil {
		return out, err
	}
	o, err := owner(v, x)
	if err != nil {
		return out, err
	}
	auth, err := v.Authorise(civic.Need{Person: b.Person, Look: true})
	if err != nil {
		return out, err
	}
	name, card, err := s.people.Identity(v, auth, b.Person)
	if err != nil {
		return out, err
	}
	out.Number, out.Service, out.Department, out.Resource, out.Code = string(b.Number), b.Service, x.Department, r.Name, o.Code
	out.StartsAt, out.EndsAt = x.StartsAt.In(civic.Shanghai), x.EndsAt.In(civic.Shanghai)
	out.Person = external.Person{Name: name, Kind: string(card.Kind), Number: card.Number}
	return out, nil
}

// overdue is what follows when no answer came in time: somebody at the office follows it
// up and the person is told; when that did not help either, the place is given back.
func (s *Service) overdue(ctx context.Context, key string) error {
	return s.j.Write(ctx, sender, func(tx *journal.Tx) error {
		k, b, err := askLocked(tx, key)
		if civic.Is(err, civic.NotFound) || err == nil && (k.DueAt == nil || k.DueAt.After(tx.Now) || k.Want == freed || k.Has != unknown) {
			return journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		auth, err := ofPerson(tx, b.Person)
		if err != nil {
			return err
		}
		if k.Kind == kindMove {
			if err := s.drop(tx, k); err != nil {
				return err
			}
			return s.notMoved(tx, auth, k, b, "医院到时间没有答复")
		}
		last := b.StartsAt.Add(-minutes(hospitalRules.Answer.LeastMinutes))
		if until := tx.Now.Add(minutes(hospitalRules.Answer.LateMinutes)); b.Theirs == Asked && last.After(tx.Now) {
			if until.After(last) {
				until = last
			}
			return s.late(tx, auth, k, b, until)
		}
		return s.lose(tx, auth, b, ActUnanswered, "医院一直没有答复")
	})
}

func (s *Service) late(tx *journal.Tx, auth civic.Authority, k ask, b Booking, until time.Time) error {
	if _, err := tx.Exec(`UPDATE booking_ask SET due_at = $1 WHERE office = $2 AND id = $3`, until, k.Office, k.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking SET theirs = 'late', rev = rev + 1 WHERE office = $1 AND id = $2`, b.Office, b.ID); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActLate, Detail: b.said(), About: b.about()})
}

// drop ends one ask: the register is told that it need not keep the place.
func (s *Service) drop(tx *journal.Tx, k ask) error {
	if _, err := tx.Exec(`UPDATE booking_ask SET want = 'free', due_at = NULL, next_at = $1 WHERE office = $2 AND id = $3 AND has <> 'free'`, tx.Now, k.Office, k.ID); err != nil {
		return err
	}
	return tx.Enqueue(Send{[]string{k.ID}}, time.Time{})
}

// ofPerson is the authority of the platform over one whom it does something for by itself.
func ofPerson(tx *journal.Tx, person civic.PersonID) (civic.Authority, error) {
	tx.Actor.Subject = person
	return tx.Authorise(civic.Need{Person: person})
}
