package booking

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// hold is a place that stays with a draft, or is offered to one who waited.
type hold struct {
	Office  civic.OfficeID
	ID      string
	Session string
	Pool    string
	DrewAs  string
	Cause   Cause
	Person  civic.PersonID
	Draft   civic.DraftID // "" for an offer
	Since   time.Time
	Until   time.Time
}

const holdColumns = `office, id, session, pool, drew_as, cause, person, draft, since, until`

func insertHold(tx *db.Tx, h hold) error {
	return tx.InsertRows("booking_hold", []string{"office", "id", "session", "pool", "drew_as", "cause", "person", "draft", "since", "until"},
		[][]any{{h.Office, h.ID, h.Session, h.Pool, h.DrewAs, h.Cause, h.Person, h.Draft, h.Since, h.Until}})
}

// redeem makes a booked place of a held one. ok is false when the hold is no more.
func redeem(tx *db.Tx, id, session string, who []civic.PersonID) (w Way, ok bool, err error) {
	if id == "" || len(who) == 0 {
		return w, false, nil
	}
	var h hold
	err = tx.Get(&h, `DELETE FROM booking_hold WHERE id = $1 AND session = $2 AND person IN `+db.In(3, len(who))+` RETURNING `+holdColumns, append([]any{id, session}, db.Args(who)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return w, false, nil
	}
	if err != nil {
		return w, false, err
	}
	n, err := tx.Exec(`UPDATE booking_pool SET held = held - 1, used = used + 1 WHERE office = $1 AND session = $2 AND pool = $3 AND NOT shut`, h.Office, h.Session, h.Pool)
	if err == nil && n != 1 {
		err = errStopped
	}
	return Way{Pool: h.Pool, As: h.DrewAs, Cause: h.Cause}, err == nil, err
}

// dropHold lets go of a held place. One that is gone already is no fault.
func dropHold(tx *db.Tx, id string) error {
	_, err := dropHolds(tx, `id = $1`, id)
	return err
}

// dropHolds lets go of the held places of which something holds, and returns how many they were.
func dropHolds(tx *db.Tx, those string, args ...any) (int, error) {
	var hs []hold
	if err := tx.Select(&hs, `DELETE FROM booking_hold WHERE `+those+` RETURNING `+holdColumns, args...); err != nil {
		return 0, err
	}
	// Those of one pool together, and the pools in one order: two that let go never wait for each other.
	slices.SortFunc(hs, func(a, b hold) int {
		return cmp.Or(cmp.Compare(a.Office, b.Office), cmp.Compare(a.Session, b.Session), cmp.Compare(a.Pool, b.Pool))
	})
	for i := 0; i < len(hs); {
		h, n := hs[i], 0
		for ; i < len(hs) && hs[i].Office == h.Office && hs[i].Session == h.Session && hs[i].Pool == h.Pool; i++ {
			n++
		}
		if err := give(tx, h.Office, h.Session, h.Pool, held, n); err != nil {
			return 0, err
		}
	}
	return len(hs), nil
}

// lapse lets go of the holds of a session whose time is over. A place that was
// offered to one who waited has an act at its end, and is left to the sweep.
func lapse(tx *db.Tx, office civic.OfficeID, session string, now time.Time) (int, error) {
	return dropHolds(tx, `office = $1 AND session = $2 AND until <= $3 AND draft <> ''`, office, session, now)
}
