package casework

import (
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// HandIn records a paper or a sum that the office takes in with a case, so that
// everybody knows who has it.
func (s *Service) HandIn(ctx context.Context, actor civic.Actor, id civic.RequestID, r Receipt) error {
	return s.takeIn(ctx, actor, id, r, Held, ActHandedIn)
}

// Bill asks the person for a sum. The clock stands until they have paid: they see
// what it is for, and may pay at the counter in cash as well as from home.
func (s *Service) Bill(ctx context.Context, actor civic.Actor, id civic.RequestID, r Receipt) error {
	return s.takeIn(ctx, actor, id, r, Due, ActBilled)
}

func (s *Service) takeIn(ctx context.Context, actor civic.Actor, id civic.RequestID, r Receipt, state Custody, act journal.Act) error {
	bad := r.check()
	if bad == nil && state == Due && r.Kind != Fee {
		bad = errThing
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if bad != nil {
			return journal.Event{}, bad
		}
		if c.State.Ended() || state == Due && c.State != Taken && c.State != Asked {
			return journal.Event{}, errMoved
		}
		if state == Due {
			if err := c.handsOf(tx, actor); err != nil {
				return journal.Event{}, err
			}
			if now := tx.Now; c.State == Taken {
				c.State, c.StoppedAt = Asked, &now
			}
		}
		thing := db.NewID()
		sealed, err := s.v.Seal([]byte(r.What), "case-thing/"+thing)
		if err != nil {
			return journal.Event{}, err
		}
		return thingEvent(act, thing), tx.InsertRows("casework_custody", []string{"person", "request", "id", "kind", "what", "fen", "office", "towards", "state", "at"},
			[][]any{{c.Person, c.Request, thing, r.Kind, sealed, r.Fen, c.Office, "", state, tx.Now}})
	})
}

func thingEvent(act journal.Act, thing string) journal.Event {
	return journal.Event{Act: act, About: []journal.About{{ID: thing, Kind: "thing", Role: "object"}}}
}

// Pay is the word of the person, or of whoever pays for them, that a bill is paid,
// and how. The office looks whether it has arrived. When nothing else is due, the
// clock goes on.
func (s *Service) Pay(ctx context.Context, actor civic.Actor, id civic.RequestID, thing, how string) error {
	how, wrong := words(how, civic.E(civic.Invalid, "case.paid_how", "请写明怎么付的，比如：银行转账，付款人李秀兰。最多500个字。").On("how"))
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if wrong != nil {
			return journal.Event{}, wrong
		}
		r, err := readThing(tx, *c, thing)
		if err != nil {
			return journal.Event{}, err
		}
		if r.State == Told {
			return journal.Event{}, journal.ErrUnchanged
		}
		if err := s.put(tx, c, r, Told, Due); err != nil {
			return journal.Event{}, err
		}
		ev := thingEvent(ActPaid, thing)
		ev.Detail = watched(c.Request, c.DueAt)
		return ev, s.note(tx, c, "answered", "已经付了钱："+how)
	})
}

// Receive records that the office has it: what was due or is said to be paid, or what
// another office sent on.
func (s *Service) Receive(ctx context.Context, actor civic.Actor, id civic.RequestID, thing string) error {
	return s.pass(ctx, actor, id, thing, Held, ActReceived, Due, Told, Sent)
}

// File records that a paper went into the file, or a sum into the books.
func (s *Service) File(ctx context.Context, actor civic.Actor, id civic.RequestID, thing string) error {
	return s.pass(ctx, actor, id, thing, Filed, ActFiled, Held)
}

// GiveBack records that a paper or a sum went back to the person, or takes back a
// bill.
func (s *Service) GiveBack(ctx context.Context, actor civic.Actor, id civic.RequestID, thing string) error {
	return s.pass(ctx, actor, id, thing, Returned, ActReturned, Held, Due, Told)
}

// Lose records that what was sent on has not arrived and can't be found. The office
// answers for it; the person reads it.
func (s *Service) Lose(ctx context.Context, actor civic.Actor, id civic.RequestID, thing string) error {
	return s.pass(ctx, actor, id, thing, Lost, ActLost, Sent)
}

// pass moves a thing on at the office that has it or that it is on its way to,
// wherever its case is by then.
func (s *Service) pass(ctx context.Context, actor civic.Actor, id civic.RequestID, thing string, to Custody, act journal.Act, from ...Custody) error {
	var r thingRow
	need := func(q db.Q, c Case) (n civic.Need, err error) {
		if n, err = officeNeed(q, c); err != nil {
			return n, err
		}
		if r, err = readThing(q, c, thing); err == nil {
			n.Office = r.at()
		} else if civic.Is(err, civic.NotFound) {
			err = nil // who may not work the case is not told which things there are
		}
		return n, err
	}
	return s.act(ctx, actor, id, need, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if r.ID == "" {
			return journal.Event{}, errNoThing
		}
		if r.State == to {
			return journal.Event{}, journal.ErrUnchanged
		}
		ev := thingEvent(act, thing)
		if err := s.put(tx, c, r, to, from...); err != nil {
			return journal.Event{}, err
		}
		ev.Detail = watched(c.Request, c.DueAt)
		return ev, nil
	})
}

// at is the office that answers for a thing now.
func (r thingRow) at() civic.OfficeID {
	return Thing{State: r.State, Office: r.Office, Towards: r.Towards}.Keeper()
}

// put moves a thing, guarded, and lets the clock go on when nothing is due any more.
func (s *Service) put(tx *journal.Tx, c *Case, r thingRow, to Custody, from ...Custody) error {
	if !slices.Contains(from, r.State) {
		return errMoved
	}
	n, err := tx.Exec(`UPDATE casework_custody SET state = $1, office = $2, towards = '', at = $3 WHERE person = $4 AND request = $5 AND id = $6 AND state = $7`,
		to, r.at(), tx.Now, c.Person, c.Request, r.ID, r.State)
	if err != nil {
		return err
	}
	if n == 0 {
		return errMoved
	}
	if r.State != Due || c.State != Asked {
		return nil
	}
	due, err := inState(tx, *c, Due)
	if err != nil || due > 0 {
		return err
	}
	return s.goOn(tx, c)
}

// Keeping is a thing that an office answers for, with its case.
type Keeping struct {
	Thing
	Item Item
}

// Keepings lists what one's office holds, waits for or has said to be paid, whatever
// became of the case: nothing that was handed in may vanish either.
func (s *Service) Keepings(ctx context.Context, actor civic.Actor) ([]Keeping, error) {
	var out []Keeping
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		out, err = s.keptAt(v, []civic.OfficeID{auth.Office()})
		return err
	})
	return out, err
}

// keptAt reads what offices answer for, the oldest first.
func (s *Service) keptAt(q db.Q, offices []civic.OfficeID) ([]Keeping, error) {
	var rows []struct {
		thingRow
		Request civic.RequestID
	}
	in := db.In(1, len(offices))
	if err := q.Select(&rows, `SELECT request, `+thingColumns+` FROM casework_custody WHERE office IN `+in+` AND state IN ('told', 'held') OR towards IN `+in+` AND state = 'sent'
		ORDER BY at, id LIMIT 200`, db.Args(offices)...); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]civic.RequestID, len(rows))
	for i, r := range rows {
		ids[i] = r.Request
	}
	var cs []Case
	if err := q.Select(&cs, `SELECT `+columns+` FROM casework WHERE request IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	items, err := s.items(q, cs)
	if err != nil {
		return nil, err
	}
	of := map[civic.RequestID]Item{}
	for _, it := range items {
		of[it.Request] = it
	}
	out := make([]Keeping, len(rows))
	for i, r := range rows {
		t, err := s.thing(r.thingRow)
		if err != nil {
			return nil, err
		}
		out[i] = Keeping{t, of[r.Request]}
	}
	return out, nil
}
