package notify

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
)

// settle ends the messages whose matter the act settles. After a death, all that was
// for the person alone.
func (h *heeding) settle() error {
	// A report that is taken back may come to be heeded after that.
	if h.line.Act == grant.ActDied && h.self.Died != "" {
		if err := h.endOpen(nil, "", died); err != nil {
			return err
		}
	}
	if h.line.Act == grant.ActAlive && h.self.Died == "" {
		if err := h.revive(); err != nil {
			return err
		}
	}
	for _, t := range h.s.book.ends[h.line.Act] {
		about := ""
		if t.About != "" {
			if about = h.object(t.About); about == "" {
				continue
			}
		}
		if err := h.endOpen(t, about, "settled"); err != nil {
			return err
		}
	}
	return nil
}

// endOpen ends open messages of a template, or for the elder at all. Where the person
// themselves settled the matter, they know of it.
func (h *heeding) endOpen(t *Template, about, why string) error {
	ids := h.self.Selves()
	args := db.Args(ids)
	where := `audience = 'elder'`
	if t != nil {
		args = append(args, t.Name, about)
		where = `template = $` + strconv.Itoa(len(ids)+1) + ` AND about = $` + strconv.Itoa(len(ids)+2)
	}
	return h.each(`state = 'open' AND person IN `+db.In(1, len(ids))+` AND `+where, args, func(m Message) error {
		if t != nil && t.needsWord() { // else whose act it was says nothing
			maker, err := h.s.maker(h.tx, m)
			if err != nil {
				return err
			}
			if !t.settles(h.line, maker) {
				return nil
			}
		}
		to, how := Cancelled, why
		if t != nil && t.To == Elder && h.byThem() {
			to, how = Confirmed, CarrierPage
		}
		_, err := h.s.end(h.tx, h.auth, m, to, how)
		return err
	})
}

// eachMost is how many messages are read at once.
const eachMost = 200

// each goes through the messages that a condition holds for, some at a time.
func (h *heeding) each(where string, args []any, do func(m Message) error) error {
	n := len(args)
	for last := (Message{}); ; {
		var some []Message
		if err := h.tx.Select(&some, fmt.Sprintf(`SELECT `+messageColumns+` FROM message WHERE %s AND (person > $%d OR person = $%d AND id > $%d) ORDER BY person, id LIMIT %d`,
			where, n+1, n+1, n+2, eachMost), append(slices.Clone(args), last.Person, last.ID)...); err != nil {
			return err
		}
		for _, m := range some {
			if err := do(m); err != nil {
				return err
			}
		}
		if len(some) < eachMost {
			return nil
		}
		last = some[len(some)-1]
	}
}

// needsWord reports whether a message asks the person, or tells them, of a grant.
func (t *Template) needsWord() bool { return t.To == Elder && t.About == "grant" }

// settles reports whether an act settles the matter of a message whose own act was maker's, a
// member of staff or "". What needs the person's word is not settled by the very member of staff who entered it: typing a card's number is no word of the
// person's. To stop the grant they may, and so does a code that the person read back.
func (t *Template) settles(by journal.Line, maker civic.StaffID) bool {
	entered := t.needsWord() && by.OperatorKind == civic.PartyStaff && by.OperatorID == string(maker)
	return !entered || by.Act == grant.ActRevoked || by.Detail["word"] == grant.WordByCode
}

// settledSince reports whether the matter of a message of this template, about what the
// entry is about, was settled after it.
func (h *heeding) settledSince(t *Template, entry, about string, maker civic.StaffID) (bool, error) {
	ids, role := h.self.Selves(), "subject"
	if t.About != "" {
		ids, role = []civic.PersonID{civic.PersonID(about)}, "object"
	}
	later, err := journal.Since(h.tx, h.auth, entry, ids, role, t.Ends)
	return slices.ContainsFunc(later, func(by journal.Line) bool {
		theirs := by.Subject == "" || slices.Contains(h.self.Selves(), by.Subject) // several are offered one session
		return theirs && t.settles(by, maker)
	}), err
}

// isOver reports whether the matter of a message was settled before the act came to be
// heeded: the acts of one person wake jobs that may run in any order.
func (h *heeding) isOver(t *Template) (bool, error) {
	about, maker := "", civic.StaffID("")
	if t.About != "" {
		if about = h.object(t.About); about == "" {
			return false, nil
		}
	}
	if h.line.OperatorKind == civic.PartyStaff {
		maker = civic.StaffID(h.line.OperatorID)
	}
	return h.settledSince(t, h.line.ID, about, maker)
}

// Why a message was cancelled by a death: of whom it was for, or of the relative who was to
// be told.
const (
	died         = "died"
	receiverGone = "receiver_gone"
)

// revive opens the messages again that a death cancelled which was none, theirs and those that
// they were to get as a relative, each with its chain and its time anew; not codes, what only
// informs and is late, nor what was settled meanwhile. What went out before is not sent again.
func (h *heeding) revive() error {
	ids := h.self.Selves()
	for _, by := range []struct{ why, where string }{{died, `audience = 'elder' AND person IN `}, {receiverGone, `audience = 'family' AND receiver IN `}} {
		if err := h.each(`state = 'cancelled' AND how = $1 AND `+by.where+db.In(2, len(ids)), append([]any{by.why}, db.Args(ids)...), func(m Message) error {
			of, err := h.of(m)
			if err == nil && of.self.Root != "" {
				err = of.reopen(m)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return h.catchUp()
}

// of is the same act as it bears on whom a message is about; whose self is none if that person
// is not to be found any more.
func (h *heeding) of(m Message) (*heeding, error) {
	if slices.Contains(h.self.Selves(), m.Person) {
		return h, nil
	}
	of := &heeding{s: h.s, tx: h.tx, line: h.line}
	self, err := people.Resolve(h.tx, m.Person)
	if civic.Is(err, civic.NotFound) {
		return of, nil
	}
	if err != nil {
		return of, err
	}
	of.self = self
	of.auth, err = over(h.tx, self.Root, self.Division, append(self.Selves(), m.Person))
	return of, err
}

// reopen opens one message again.
func (h *heeding) reopen(m Message) error {
	t := h.s.book.byName[m.Template]
	if t == nil || t.Urgency == Code {
		return nil
	}
	u := h.s.book.chains.Urgencies[t.Urgency]
	maker, err := h.s.maker(h.tx, m)
	if err != nil {
		return err
	}
	over, err := h.settledSince(t, m.Entry, m.About, maker)
	if err != nil || over || u.Quiet && !h.tx.Now.Before(m.OverAt) {
		return err
	}
	// Of one that was being handed over it is not known whether it came: it is not sent again.
	if _, err := h.tx.Exec(`DELETE FROM message_attempt WHERE person = $1 AND message = $2 AND state = 'dropped'
		AND NOT EXISTS (SELECT 1 FROM message_sending s WHERE s.attempt = message_attempt.id AND s.busy)`, m.Person, m.ID); err != nil {
		return err
	}
	n, err := h.tx.Exec(`UPDATE message SET state = 'open', how = '', ended_at = NULL, next_at = $1, over_at = $2 WHERE person = $3 AND id = $4 AND state = 'cancelled'`,
		h.tx.Now, h.tx.Now.Add(time.Duration(u.Over)*time.Minute), m.Person, m.ID)
	if err != nil || n == 0 {
		return err
	}
	return h.tx.RecordFor(h.auth, m.Person, journal.Event{Act: ActQueued, Detail: map[string]string{"what": t.Act.Words()}, About: h.s.about(m)})
}

// catchUp has the acts heeded again of which the person was told nothing while they counted as
// dead, as revive keeps it: what concerns them, what they have to know as an agent, and what as a
// relative. Who was told is not told twice, and nobody else is told again.
func (h *heeding) catchUp() error {
	ids := h.self.Selves()
	deaths, err := journal.Since(h.tx, h.auth, "", ids, "subject", []journal.Act{grant.ActDied})
	if err != nil || len(deaths) == 0 {
		return err
	}
	// An act of the hours before may have come to be heeded only when they counted as dead.
	from := deaths[0].At.Add(-time.Duration(h.s.book.chains.CatchUp.Before) * time.Hour)
	of, err := grant.KinTo(h.tx, h.auth, h.self.Root)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		to             Audience
		receiver, role string
		ids            []civic.PersonID
	}{{Elder, "", "subject", ids}, {Family, "agent", "agent", ids}, {Family, "kin", "subject", of}} {
		acts := h.s.book.lasting(x.to, x.receiver)
		for last := ""; ; {
			missed, err := journal.From(h.tx, h.auth, from, last, x.ids, x.role, acts)
			if err != nil {
				return err
			}
			if len(missed) == 0 {
				break
			}
			for _, l := range missed {
				if err := h.tx.Enqueue(Heed{Entry: l.ID, Only: x.to}, time.Time{}); err != nil {
					return err
				}
			}
			last = missed[len(missed)-1].ID
		}
	}
	return nil
}

// lasting lists the acts with a message to some that is worth telling days later.
func (b *book) lasting(to Audience, receiver string) []journal.Act {
	var out []journal.Act
	for act, ts := range b.byAct {
		if slices.ContainsFunc(ts, func(t *Template) bool {
			return t.To == to && t.Receiver == receiver && t.Urgency != Code && !b.chains.Urgencies[t.Urgency].Quiet
		}) {
			out = append(out, act)
		}
	}
	slices.Sort(out)
	return out
}

// byThem reports whether the person was at the controls, or said it with their card in
// hand. What staff say who opened them by role alone is not the person's word.
func (h *heeding) byThem() bool {
	if h.line.Basis == civic.BasisOwn || h.line.Basis == civic.BasisPresented {
		return true
	}
	return h.line.OperatorKind == civic.PartySystem && h.line.Subject == "" // a code was redeemed by them
}
