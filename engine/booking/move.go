package booking

import (
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
)

// askMove keeps the place that a booking is to move to, and asks its register for it. The
// old place stays until the hospital has agreed: nobody loses a place by changing it.
func (s *Service) askMove(tx *journal.Tx, b *Booking, o Owner, x Session, w Way) (journal.Event, error) {
	main, err := mainKey(tx, *b)
	if err == nil {
		err = s.giveUp(tx, *b, main) // an earlier wish to move
	}
	if err != nil {
		return journal.Event{}, err
	}
	n, err := tx.Exec(`UPDATE booking SET rev = rev + 1 WHERE office = $1 AND id = $2 AND rev = $3`, b.Office, b.ID, b.Rev)
	if err == nil && n != 1 {
		err = errMoved
	}
	if err != nil {
		return journal.Event{}, err
	}
	b.Rev++
	// As long as an answer is waited for, and a while more: a sweep ends the wish first.
	h := hold{x.Office, db.NewID(), x.ID, w.Pool, w.As, w.Cause, b.Person, civic.DraftID(moveOf + string(b.ID)), tx.Now, dueAt(x.StartsAt, tx.Now).Add(time.Hour)}
	if err := insertHold(tx.Tx, h); err != nil {
		return journal.Event{}, err
	}
	if err := s.askFor(tx, o, x, []Booking{*b}, kindMove, h.ID); err != nil {
		return journal.Event{}, err
	}
	return journal.Event{Act: ActMoveAsked, Detail: map[string]string{"before": b.said()["what"], "what": sayWhen(x.StartsAt)},
		About: []journal.About{{ID: x.ID, Kind: "session", Role: "after"}}}, nil
}

// notMoving is ErrUnchanged where a booking is about to move to a session already.
func notMoving(q db.Q, b Booking, x Session) error {
	var n int
	if err := q.Get(&n, `SELECT COUNT(*) FROM booking_ask WHERE office = $1 AND request = $2 AND kind = 'move' AND want = 'held' AND session = $3`, b.Office, b.ID, x.ID); err != nil || n == 0 {
		return err
	}
	return journal.ErrUnchanged
}

// moveOf begins what stands for the draft of a hold on a place to move to.
const moveOf = "move:"

// mainKey is the key under which a register has a booking's own place; "" if none has.
func mainKey(q db.Q, b Booking) (string, error) {
	var ks []struct{ ID string }
	err := q.Select(&ks, `SELECT id FROM booking_ask WHERE office = $1 AND request = $2 AND kind = 'place' AND want = 'held'`, b.Office, b.ID)
	if err != nil || len(ks) == 0 {
		return "", err
	}
	return ks[0].ID, nil
}

// moved moves a booking to the place that the hospital has agreed to, and gives up the old.
func (s *Service) moved(tx *journal.Tx, auth civic.Authority, k ask, b Booking, a external.Answer) error {
	x, err := readSession(tx, k.Session)
	if err != nil {
		return err
	}
	why, w, ok := "这个时间停了", Way{}, false
	if x.State == "open" {
		why = "等得太久，留的号过了时间"
		if w, ok, err = redeem(tx.Tx, k.Hold, k.Session, auth.Selves()); err != nil {
			return err
		}
	}
	if !ok { // what they have is nobody's
		if err := k.mark(tx, taken, freed, a); err != nil {
			return err
		}
		return s.notMoved(tx, auth, k, b, why)
	}
	if err := s.giveUp(tx, b, k.ID); err != nil {
		return err
	}
	if err := k.mark(tx, taken, taken, a); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking_ask SET kind = 'place', hold = '' WHERE office = $1 AND id = $2`, k.Office, k.ID); err != nil {
		return err
	}
	was := b
	if err := b.moveTo(tx, x, w, Agreed); err != nil {
		return err
	}
	return tx.Record(auth, was.changedTo(b))
}

// notMoved leaves a booking where it is: the place that it was to move to is let go.
func (s *Service) notMoved(tx *journal.Tx, auth civic.Authority, k ask, b Booking, reason string) error {
	if err := dropHold(tx.Tx, k.Hold); err != nil {
		return err
	}
	x, err := readSession(tx, k.Session)
	if err != nil {
		return err
	}
	detail := b.said()
	detail["reason"], detail["session"] = reason, x.ID
	return tx.Record(auth, journal.Event{Act: ActMoveRefused, Detail: detail, About: append(b.about(), journal.About{ID: x.ID, Kind: "session", Role: "after"})})
}

// moveTo gives a booking's place back and puts it into another session, where its place is
// taken already.
func (b *Booking) moveTo(tx *journal.Tx, x Session, w Way, theirs Theirs) error {
	if err := b.giveBack(tx); err != nil {
		return err
	}
	b.Session, b.Pool, b.DrewAs, b.Cause, b.Theirs = x.ID, w.Pool, w.As, w.Cause, theirs
	b.Department, b.Resource, b.Day, b.StartsAt = x.Department, x.Resource, x.Day, x.StartsAt
	n, err := tx.Exec(`UPDATE booking SET session = $1, pool = $2, drew_as = $3, cause = $4, department = $5, resource = $6, day = $7, starts_at = $8, theirs = $9, reminded = FALSE, rev = rev + 1
		WHERE office = $10 AND id = $11 AND rev = $12`, b.Session, b.Pool, b.DrewAs, b.Cause, b.Department, b.Resource, b.Day, b.StartsAt, b.Theirs, b.Office, b.ID, b.Rev)
	if err == nil && n != 1 {
		err = errMoved
	}
	b.Rev++
	return err
}

// changedTo tells of a move from where the booking was.
func (b Booking) changedTo(now Booking) journal.Event {
	detail := b.freed()
	detail["before"], detail["what"] = detail["what"], now.said()["what"]
	return journal.Event{Act: ActChanged, Detail: detail, About: append(now.about(), journal.About{ID: b.Session, Kind: "session", Role: "before"})}
}
