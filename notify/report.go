package notify

import (
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Report is what a gateway says later of a parcel: by our name for it, or by its own.
type Report struct {
	ID        string // of the attempt
	Ref       string
	Delivered bool
	Heard     bool   // the person said that they heard it, as by a key on the telephone
	Code      string // the gateway's word for why, for staff
}

// reportsMost bounds how many reports come at once.
const reportsMost = 500

// keepEarly is how long a report is kept that came before what it reports on.
const keepEarly = 48 * time.Hour

// Reported takes the reports of a gateway, which may come late, twice, in any order, and
// before what they report on is noted. The caller has checked that it is the gateway.
func (s *Service) Reported(ctx context.Context, gateway string, all []Report) error {
	if len(all) > reportsMost {
		return civic.E(civic.Invalid, "report.many", "一次最多500条回执，请分几次送。")
	}
	for _, r := range all {
		if err := s.reported(ctx, gateway, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) reported(ctx context.Context, gateway string, r Report) error {
	if r.ID == "" && r.Ref == "" || len(r.ID) > 100 || len(r.Ref) > 100 {
		return nil
	}
	found := true
	err := s.j.Write(ctx, civic.System("notify"), func(tx *journal.Tx) error {
		var a Attempt
		where, arg := `id = $1`, r.ID
		if r.ID == "" {
			where, arg = `ref = $1`, r.Ref
		}
		// Our own name for it is enough: it is drawn at random, and each gateway has its own secret.
		err := tx.Get(&a, `SELECT `+attemptColumns+` FROM message_attempt WHERE `+where+` AND gateway IN ($2, '') ORDER BY made_at LIMIT 1`, arg, gateway)
		if errors.Is(err, db.ErrNoRows) {
			found = false
			return journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		m, err := readMessage(tx, a.Person, a.Message)
		if err != nil {
			return err
		}
		auth, _, err := s.authOf(tx, Message{Person: m.Person})
		if err != nil {
			return err
		}
		return s.apply(tx, auth, m, a, r)
	})
	if err != nil || found {
		return err
	}
	return s.keepForLater(ctx, gateway, r)
}

// apply notes a report. What has arrived has arrived, whatever is said later; the same
// report again changes nothing. What the person said that they heard, they were told.
func (s *Service) apply(tx *journal.Tx, auth civic.Authority, m Message, a Attempt, r Report) error {
	if r.Heard {
		n, err := tx.Exec(`UPDATE message_attempt SET state = 'done', settled_at = $1 WHERE person = $2 AND id = $3 AND state IN ('due', 'sent', 'unsure', 'failed')`, tx.Now, a.Person, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		tx.Actor.Subject = m.Person
		return s.tickTold(tx, auth, a, m)
	}
	delivered := r.Delivered
	state, act, from := "failed", ActFailed, `'due', 'sent', 'unsure'`
	if delivered {
		state, act, from = "delivered", ActDelivered, `'due', 'sent', 'unsure', 'failed', 'dropped'`
	}
	n, err := tx.Exec(`UPDATE message_attempt SET state = $1, settled_at = $2 WHERE person = $3 AND id = $4 AND state IN (`+from+`)`, state, tx.Now, a.Person, a.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return journal.ErrUnchanged
	}
	if err := tx.RecordFor(auth, m.Person, journal.Event{Act: act, About: s.about(m), Detail: map[string]string{"carrier": a.Carrier, "gateway": a.Gateway}}); err != nil {
		return err
	}
	if err := s.after(tx, auth, m, a, state); err != nil || delivered {
		return err
	}
	return s.part(tx, a, false)
}

// keepForLater keeps a report by the gateway's own name for a parcel that is not noted
// yet.
func (s *Service) keepForLater(ctx context.Context, gateway string, r Report) error {
	if r.Ref == "" {
		return nil
	}
	status := "failed"
	if r.Delivered {
		status = "delivered"
	}
	return s.j.Scratch(ctx, civic.System("notify"), func(tx *journal.Scratch) error {
		if _, err := tx.Exec(`DELETE FROM message_report WHERE at < $1`, tx.Now.Add(-keepEarly)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO message_report (ref, gateway, status, at) VALUES ($1, $2, $3, $4) ON CONFLICT (ref, gateway) DO UPDATE SET status =
			CASE WHEN message_report.status = 'delivered' THEN 'delivered' ELSE excluded.status END`, r.Ref, gateway, status, tx.Now)
		return err
	})
}

// early applies a report that came before its parcel was noted.
func (s *Service) early(tx *journal.Tx, auth civic.Authority, m Message, a Attempt, sent Sent) error {
	if sent.Ref == "" {
		return nil
	}
	var status string
	err := tx.Get(&status, `SELECT status FROM message_report WHERE ref = $1 AND gateway = $2`, sent.Ref, sent.Gateway)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM message_report WHERE ref = $1 AND gateway = $2`, sent.Ref, sent.Gateway); err != nil {
		return err
	}
	if err := s.apply(tx, auth, m, a, Report{Delivered: status == "delivered"}); !errors.Is(err, journal.ErrUnchanged) {
		return err
	}
	return nil
}
