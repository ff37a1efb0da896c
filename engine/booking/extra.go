package booking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/request"
)

// Extra makes room in a session for somebody, by the doctor who is named with it, or
// by whoever keeps the office's sessions, with a reason that people read. With the same key
// again it is the same place.
func (s *Service) Extra(ctx context.Context, actor civic.Actor, o Order, reason string) (request.Receipt, error) {
	var rc request.Receipt
	reason, err := checkReason(reason)
	if err == nil && o.Person == "" {
		err = errNobody
	}
	if err != nil {
		return rc, err
	}
	err = s.j.Write(ctx, actor.For(o.Person), func(tx *journal.Tx) error {
		rc = request.Receipt{}
		o.actor = tx.Actor
		x, e, err := s.known(tx, &o)
		if err != nil {
			return err
		}
		at, err := whereOf(tx, x)
		if err != nil {
			return err
		}
		if err := mayAdd(tx, tx.Actor, at.resource); err != nil {
			return err
		}
		if rc, err = madeBefore(tx, o); err != nil {
			return err
		}
		if rc.Request != "" {
			rc.Def = e.Def
			return journal.ErrUnchanged
		}
		_, r, err := s.enterKnown(tx, o, x, e)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO booking_pool (office, session, pool, ord, kept, quota, used, held, shut) VALUES ($1, $2, $3, 99, FALSE, 1, 1, 0, FALSE)
			ON CONFLICT (office, session, pool) DO UPDATE SET quota = booking_pool.quota + 1, used = booking_pool.used + 1 WHERE NOT booking_pool.shut`, x.Office, x.ID, extraPool)
		if err == nil && n == 0 {
			err = errStopped
		}
		if err != nil {
			return err
		}
		b := of(r, x, Way{Pool: extraPool, As: extraPool, Cause: Extra}, tx.Now)
		b.Reason = reason
		if err := s.bookOne(tx, o.auth, x, b); err != nil {
			return err
		}
		rc = r.Receipt()
		if o.Key != "" {
			if _, err := tx.Exec(`UPDATE idempotency SET result = $1 WHERE hash = $2`, r.ID, o.keyHash()); err != nil {
				return err
			}
		}
		return tx.Record(o.auth, journal.Event{Act: ActExtra, Detail: map[string]string{"reason": reason, "doctor": at.resource.Name, "what": x.Words()}, About: b.about()})
	})
	return rc, err
}

// keyHash names the key of an order, of one operator.
func (o Order) keyHash() string {
	h := sha256.Sum256([]byte("booking.extra/" + string(o.actor.Operator.Kind) + "/" + o.actor.Operator.ID + "/" + o.Key))
	return hex.EncodeToString(h[:])
}

var errKey = civic.E(civic.Conflict, "booking.key", "这张单子已经用来加过另一个号了，请重新打开这一页再加。")

// madeBefore claims the key of an order, or finds what was made of it: who presses at the same
// moment waits for the row. Nothing where it has no key.
func madeBefore(tx *journal.Tx, o Order) (rc request.Receipt, err error) {
	if o.Key == "" {
		return rc, nil
	}
	n, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, '', $2) ON CONFLICT DO NOTHING`, o.keyHash(), tx.Now)
	if err != nil || n == 1 {
		return rc, err
	}
	var first civic.RequestID
	if err := tx.Get(&first, `SELECT result FROM idempotency WHERE hash = $1`, o.keyHash()); err != nil {
		return rc, err
	}
	b, err := readBooking(tx, first)
	if err != nil {
		return rc, err
	}
	if !slices.Contains(o.auth.Selves(), b.Person) || b.Session != o.Session || b.Service != o.Service {
		return rc, errKey
	}
	return request.Receipt{Person: b.Person, Request: b.ID, Number: b.Number}, nil
}

// mayAdd asks for the doctor's own account, or the keeper of the sessions.
func mayAdd(tx authoriser, actor civic.Actor, r Resource) error {
	need := civic.Need{Permission: civic.MayKeepSessions, Office: r.Office}
	if r.Staff != "" && r.Staff == actor.Staff() {
		need.Permission = civic.MayServePeople
	}
	_, err := tx.Authorise(need)
	return err
}

// A doctor is shown their own sessions of so many days from today; who keeps the sessions of
// an office, all of hers of fewer.
const (
	addableDays = 14
	addableKept = 1
)

// Addable lists, by time, the sessions in which whoever is at the controls may make an extra
// place now: those that bear the doctor's own account, and those of the office whose
// sessions they keep. Denied to whoever has neither.
func (s *Service) Addable(ctx context.Context, actor civic.Actor) ([]Choice, error) {
	var out []Choice
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		rs, last, err := s.addsTo(v)
		if err != nil {
			return err
		}
		named := map[string]Resource{}
		var w where
		var of []string
		for _, r := range rs {
			named[r.ID] = r
			if !slices.Contains(of, string(r.Office)) {
				of = append(of, string(r.Office))
			}
		}
		w.in(`office`, db.Args(of))
		w.and(`day >= ? AND day <= ? AND ends_at > ? AND opens_at <= ? AND state = 'open'`, dayOf(v.Now), dayOf(v.Now.AddDate(0, 0, addableDays)), v.Now, v.Now)
		var xs []Session
		if err := v.Select(&xs, `SELECT `+sessionColumns+` FROM booking_session`+w.text()+` ORDER BY starts_at, id`, w.args...); err != nil {
			return err
		}
		for _, x := range xs {
			if x.Day <= last[x.Resource] {
				out = append(out, Choice{Session: x, What: named[x.Resource].Named(), When: x.Words()})
			}
		}
		return nil
	})
	return out, err
}

// Adds reports whether whoever is at the controls has sessions in which they may make an extra
// place; Denied to whoever has none.
func (s *Service) Adds(ctx context.Context, actor civic.Actor) error {
	return s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		_, _, err := s.addsTo(v)
		return err
	})
}

var errNotAdder = civic.E(civic.Denied, "booking.extra", "加号要用这位医生自己的账号，或者由排号的负责人来加。").Accepting("请医生本人或者排号的负责人来加")

// addsTo are the resources in whose sessions whoever looks may make an extra place, at least
// one, and until which day of each they are shown.
func (s *Service) addsTo(v *journal.View) (rs []Resource, last map[string]string, err error) {
	me := v.Actor.Staff()
	if me == "" {
		return nil, nil, errNotAdder
	}
	var own []Resource
	if err := v.Select(&own, `SELECT `+resourceColumns+` FROM booking_resource WHERE staff = $1 AND state = 'active' ORDER BY office, id`, me); err != nil {
		return nil, nil, err
	}
	last = map[string]string{}
	for _, r := range own {
		if err := mayAdd(v, v.Actor, r); civic.Is(err, civic.Denied) {
			continue
		} else if err != nil {
			return nil, nil, err
		}
		rs, last[r.ID] = append(rs, r), dayOf(v.Now.AddDate(0, 0, addableDays))
	}
	auth, err := v.Authorise(civic.Need{Permission: civic.MayKeepSessions, Look: true})
	switch {
	case civic.Is(err, civic.Denied) && len(rs) > 0:
		return rs, last, nil
	case civic.Is(err, civic.Denied):
		return nil, nil, errNotAdder
	case err != nil:
		return nil, nil, err
	}
	all, err := activeOf(v, auth.Office())
	for _, r := range all {
		if last[r.ID] == "" {
			rs, last[r.ID] = append(rs, r), dayOf(v.Now.AddDate(0, 0, addableKept))
		}
	}
	if err == nil && len(rs) == 0 {
		err = errNoResource
	}
	return rs, last, err
}
