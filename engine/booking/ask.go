package booking

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Theirs is what a hospital's own register has said of a booking.
type Theirs string

// What it has said.
const (
	NotAsked Theirs = "" // the place is ours to give
	Asked    Theirs = "asked"
	Late     Theirs = "late" // no answer in time: a member of staff follows it up
	Agreed   Theirs = "confirmed"
)

// Awaits reports whether a booking still has to be confirmed by the hospital.
func (b Booking) Awaits() bool { return b.State == Booked && (b.Theirs == Asked || b.Theirs == Late) }

// Words says to a person how a booking stands.
func (b Booking) Words() string {
	switch {
	case b.Awaits() && b.Theirs == Late:
		return "医院还没有答复，正在催"
	case b.Awaits():
		return "待医院确认"
	}
	return b.State.Words()
}

// What we want a register to have, and what it said that it has.
const (
	unknown = "unknown"
	taken   = "held"
	freed   = "free"
)

// The kinds of asks: for a booking's place, and for the one that it is to move to.
const (
	kindPlace = "place"
	kindMove  = "move"
)

// ask is one place that a register is asked for, under a key that is never used again.
// want and has only ever go one way, to free: that makes answers good in any order.
type ask struct {
	Office  civic.OfficeID
	ID      string
	Request civic.RequestID
	Session string
	System  string
	Kind    string
	Hold    string // a move: the hold on the new place
	Want    string
	Has     string
	Ref     string
	Word    string
	Tried   int
	AskedAt time.Time
	DueAt   *time.Time
	NextAt  *time.Time
}

const askColumns = `office, id, request, session, system, kind, hold, want, has, ref, word, tried, asked_at, due_at, next_at`

// outside is what the engine knows of registers beside its rows: which there are, and
// which of them is left alone for a while because it fails.
type outside struct {
	systems map[string]External

	mu    sync.Mutex
	fails map[string]int // in a row
	rest  map[string]time.Time
}

// rests reports whether a register is left alone now.
func (o *outside) rests(system string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return now.Before(o.rest[system])
}

// resting lists the registers that are left alone now: what waits for them must not keep
// others waiting.
func (o *outside) resting(now time.Time) (out []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for system, until := range o.rest {
		if now.Before(until) {
			out = append(out, system)
		}
	}
	return out
}

func (o *outside) did(system string, well bool, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.rest == nil {
		o.rest, o.fails = map[string]time.Time{}, map[string]int{}
	}
	if well {
		delete(o.rest, system)
		delete(o.fails, system)
		return
	}
	if o.fails[system]++; o.fails[system] >= hospitalRules.Ask.RestAfter {
		o.rest[system] = now.Add(seconds(hospitalRules.Ask.RestSeconds))
	}
}

// Send is the job that asks a register for places, or gives them up.
type Send struct {
	Keys []string `json:"keys"`
}

// Kind implements jobs.Args.
func (Send) Kind() string { return "booking.send" }

// askFor stores that a register is to be asked for the places of bookings of one session,
// and has it asked once the write is durable. Each booking has just been written, so that
// its revision makes the key one that was never used.
func (s *Service) askFor(tx *journal.Tx, o Owner, x Session, bs []Booking, kind, hold string) error {
	rows, keys := make([][]any, len(bs)), make([]string, len(bs))
	for i, b := range bs {
		keys[i] = fmt.Sprintf("%s.%d", b.ID, b.Rev)
		rows[i] = []any{x.Office, keys[i], b.ID, x.ID, o.System, kind, hold, taken, unknown, "", "", 0, tx.Now, dueAt(x.StartsAt, tx.Now), tx.Now}
	}
	if err := tx.InsertRows("booking_ask", []string{"office", "id", "request", "session", "system", "kind", "hold", "want", "has", "ref", "word", "tried", "asked_at", "due_at", "next_at"}, rows); err != nil {
		return err
	}
	return tx.Enqueue(Send{keys}, time.Time{})
}

// dueAt is until when the answer for a session is waited for: never so late that the
// person can't go elsewhere.
func dueAt(starts, now time.Time) time.Time {
	r := hospitalRules.Answer
	due, last := now.Add(minutes(r.Minutes)), starts.Add(-minutes(r.BeforeMinutes))
	if due.After(last) {
		due = last
	}
	if least := now.Add(minutes(r.LeastMinutes)); due.Before(least) {
		due = least
	}
	return due
}

// giveUp lets a register know that it need not keep what a booking asked it for, but for
// one key. Holds on places to move to are let go.
func (s *Service) giveUp(tx *journal.Tx, b Booking, but string) error {
	var all []ask
	if err := tx.Select(&all, `UPDATE booking_ask SET want = 'free', due_at = NULL, next_at = $1
		WHERE office = $2 AND request = $3 AND want = 'held' AND id <> $4 RETURNING `+askColumns, tx.Now, b.Office, b.ID, but); err != nil || len(all) == 0 {
		return err
	}
	var keys []string
	for _, k := range all {
		if k.Kind == kindMove {
			if err := dropHold(tx.Tx, k.Hold); err != nil {
				return err
			}
		}
		keys = append(keys, k.ID)
	}
	return tx.Enqueue(Send{keys}, time.Time{})
}

// settled ends the waiting for an answer, and any wish to move: the person has come, or
// did not.
func (s *Service) settled(tx *journal.Tx, b Booking) error {
	if _, err := tx.Exec(`UPDATE booking_ask SET due_at = NULL WHERE office = $1 AND request = $2 AND due_at IS NOT NULL`, b.Office, b.ID); err != nil {
		return err
	}
	main, err := mainKey(tx, b)
	if err != nil {
		return err
	}
	return s.giveUp(tx, b, main)
}

// asked tells that a place is taken here and the hospital is asked for it.
func asked(b Booking, now time.Time) journal.Event {
	until := dueAt(b.StartsAt, now)
	return journal.Event{Act: ActAsked, Detail: map[string]string{"what": b.said()["what"], "until": sayWhen(until)}, About: b.about()}
}

// lockBooking reads a booking and keeps it from others until the write is over: whatever
// is done about its asks is done under this lock.
func lockBooking(tx *journal.Tx, office civic.OfficeID, id civic.RequestID) (Booking, error) {
	var b Booking
	err := tx.Get(&b, `UPDATE booking SET rev = rev WHERE office = $1 AND id = $2 RETURNING `+bookingColumns, office, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoBooking
	}
	return b, err
}

var errNoAsk = civic.E(civic.NotFound, "booking.no_ask", "没有找到这个待医院确认的号，请刷新看看现在的情况。")

func readAsk(q db.Q, key string) (ask, error) {
	var k ask
	err := q.Get(&k, `SELECT `+askColumns+` FROM booking_ask WHERE id = $1`, key)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoAsk
	}
	return k, err
}

// askLocked reads an ask with its booking, both as they stand under the booking's lock.
func askLocked(tx *journal.Tx, key string) (ask, Booking, error) {
	k, err := readAsk(tx, key)
	if err != nil {
		return k, Booking{}, err
	}
	b, err := lockBooking(tx, k.Office, k.Request)
	if err == nil {
		k, err = readAsk(tx, key)
	}
	return k, b, err
}

// shortly is what is kept of what a hospital said: it must hold no number of a person.
func shortly(words string) string {
	words = strings.TrimRight(strings.TrimSpace(words), "。.")
	if words == "" || civic.HoldsNumber(words) {
		return ""
	}
	if r := []rune(words); len(r) > wordsMost {
		return string(r[:wordsMost])
	}
	return words
}

// readAsked adds what a booking's person is told of what the hospital has not answered yet.
func readAsked(q db.Q, f *File) error {
	var ks []ask
	if err := q.Select(&ks, `SELECT `+askColumns+` FROM booking_ask WHERE office = $1 AND request = $2 AND want = 'held' AND has = 'unknown'`, f.Booking.Office, f.ID); err != nil {
		return err
	}
	for _, k := range ks {
		switch {
		case k.Kind == kindMove:
			x, err := readSession(q, k.Session)
			if err != nil {
				return err
			}
			f.MovesTo = sayWhen(x.StartsAt)
		case k.DueAt != nil:
			f.AnswerBy = sayWhen(*k.DueAt)
		}
	}
	return nil
}
