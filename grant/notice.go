package grant

import (
	"context"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// The answers of a person who is told of a grant that somebody else entered, or
// that a relative asks for.
const (
	Agreed    = "agreed"      // it is their wish
	Read      = "agreed_read" // it is: staff read it to them, and they said yes
	Refused   = "refused"     // it is not
	Unreached = "unreached"   // staff could not reach them
)

// Answer records what the person says of a grant that waits for their word: on
// their own page, or to staff who have opened them and speak with them alone. A
// grant asked for begins or is refused; one that stands is confirmed, or frozen at
// once until it is settled. Conflict if they were asked already; Denied to staff whom the
// person can't have told that they agree (wordOf).
func (s *Service) Answer(ctx context.Context, actor civic.Actor, person civic.PersonID, id, outcome string) error {
	if !slices.Contains([]string{Agreed, Read, Refused, Unreached}, outcome) {
		return errOutcome
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours // nobody answers for her about themselves
		}
		if outcome == Unreached && actor.Staff() == "" {
			return errOutcome
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		if actor.Staff() != "" && outcome != Unreached {
			if err := s.another(tx, g); err != nil {
				return err
			}
			if g.State == "asked" && outcome == Agreed {
				return errReadBack
			}
			if outcome != Refused {
				if err := s.wordOf(tx, auth, self); err != nil {
					return err
				}
			}
		}
		if outcome == Read {
			outcome = Agreed
		}
		switch {
		case g.Notice == "told" && outcome == Agreed, g.Notice == "refused" && outcome == Refused:
			return journal.ErrUnchanged
		case g.Notice != pending || g.State == "revoked":
			return errToldDone
		case outcome == Unreached:
			return tx.Record(auth, s.event(ActUnreached, g, agent))
		case g.State == "asked" && outcome == Agreed:
			return s.begin(tx, auth, g)
		case g.State == "asked":
			return s.end(tx, auth, self.Selves(), id, "agent")
		}
		return s.told(tx, auth, g, agent, outcome)
	})
}

// another checks that the member of staff at the controls is not the one who entered
// the grant: one person alone does not say both what was given and that it was meant.
func (s *Service) another(tx *journal.Tx, g Grant) error {
	own, err := did(tx, g.ID, ActGiven, ActAsked)
	if err == nil && own {
		err = errOwnEntry
	}
	return err
}

// wordOf refuses the word of staff for a person's agreement whom they neither saw, by a card
// that is proof, nor can have called on a phone of the person's own: of one that was entered
// lately, or by somebody to whom no card was shown, nobody knows who answers it.
func (s *Service) wordOf(tx *journal.Tx, auth civic.Authority, self people.Self) error {
	switch auth.Basis() {
	case civic.BasisGuardian:
		return nil
	case civic.BasisPresented:
		if err := s.Strong(tx, tx.Actor.Staff(), self); !civic.Is(err, civic.Denied) {
			return err
		}
	}
	phones, err := s.p.Dials(tx, auth, self.Root)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(phones, func(d people.Dial) bool { return d.Own && !d.Young }) {
		return errUnspoken
	}
	return nil
}

// did reports whether the member of staff at the controls did one of these acts about a grant.
func did(tx *journal.Tx, grant string, acts ...journal.Act) (bool, error) {
	var n int
	err := tx.Get(&n, `SELECT COUNT(*) FROM journal_entry e JOIN journal_about a ON a.entry = e.id WHERE a.id = $1 AND a.kind = 'grant'
		AND e.operator_kind = 'staff' AND e.operator_id = $2 AND e.act IN `+db.In(3, len(acts)), append([]any{grant, tx.Actor.Operator.ID}, db.Args(acts)...)...)
	return n > 0, err
}

// begin makes an asked grant one that the person gives now, within all limits. By a
// clerk's word alone it waits until another colleague has asked the person too.
func (s *Service) begin(tx *journal.Tx, auth civic.Authority, g Grant) error {
	if g.Starts.Before(tx.Now) {
		g.Starts = tx.Now
	}
	if g.Ends != nil && !g.Ends.After(tx.Now) {
		return errToldDone
	}
	self, err := people.Resolve(tx, g.Person)
	if err != nil {
		return err
	}
	g.GivenHow, g.Notice = "phone", "told"
	if auth.Basis() == civic.BasisPresented {
		switch err := s.Strong(tx, tx.Actor.Staff(), self); {
		case err == nil:
			g.GivenHow = "in_person"
		case !civic.Is(err, civic.Denied):
			return err
		}
	}
	name, err := s.agentName(tx, g)
	if err != nil {
		return err
	}
	if g.Evidence.ReadBack, err = s.readBack(tx, g, name); err != nil {
		return err
	}
	row := g.Person // an alias of theirs, when they were merged since
	agent, err := s.prepare(tx, auth, &g)
	if err != nil {
		return err
	}
	g.Person = row
	n, err := tx.Exec(`UPDATE proxy_grant SET state = 'active', notice = $1, given_how = $2, starts = $3, given_at = $4
		WHERE person = $5 AND id = $6 AND state = 'asked'`, g.Notice, g.GivenHow, g.Starts, tx.Now, g.Person, g.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errToldDone
	}
	if err := s.keepEvidence(tx, auth, g); err != nil {
		return err
	}
	g.State = "active"
	return tx.Record(auth, s.event(ActGiven, g, agent))
}

// told records the answer about a grant that stands.
func (s *Service) told(tx *journal.Tx, auth civic.Authority, g Grant, agent, outcome string) error {
	act, query, args := ActAgreed, `UPDATE proxy_grant SET notice = 'told'`, []any{}
	if outcome == Refused {
		act, query, args = ActUnwanted, hold+`, notice = 'refused'`, []any{heldUnwanted}
	}
	n := len(args)
	ev := s.event(act, g, agent)
	if outcome == agreedByCode {
		ev.Detail["word"] = WordByCode
	}
	changed, err := tx.Exec(query+` WHERE state = 'active' AND notice = 'pending' AND `+"person = "+param(n+1)+" AND id = "+param(n+2), append(args, g.Person, g.ID)...)
	if err != nil {
		return err
	}
	if changed == 0 {
		return errToldDone
	}
	return tx.Record(auth, ev)
}

// agreedByCode is Agreed by a code that the person read back; WordByCode says so in the
// details of the entry, by whoever it was asked.
const (
	agreedByCode = "agreed_by_code"
	WordByCode   = "code"
)

func param(n int) string { return strings.Trim(db.In(n, 1), "()") }

// Waiting is one grant that is to be settled, in a list of staff.
type Waiting struct {
	Agent
	Elder    string // masked
	Division civic.Division
	May      string
	Lasts    string
}

// waitMost bounds a list of staff.
const waitMost = 200

// unsettled is what of the grants somebody has to settle: those that are held by a
// dispute, or since the person did not wish them, and the guardianships that another has to
// confirm. The index of held ones is of those that are not empty.
var unsettled = []string{
	`g.state = 'active' AND g.held <> '' AND (g.held LIKE '%` + heldDispute + `%' OR g.held LIKE '%` + heldUnwanted + `%')`,
	`g.kind = 'guardian' AND g.state = 'asked'`,
}

// Unsettled lists the grants that are held since relatives do not agree, or since
// the person did not wish them, and the guardianships that another has to confirm, where the
// member of staff at the controls settles matters.
func (s *Service) Unsettled(ctx context.Context, actor civic.Actor) ([]Waiting, error) {
	var out []Waiting
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySettlePeople, Look: true}); err != nil {
			return err
		}
		ds, err := divisions(v, actor, civic.MaySettlePeople)
		if err != nil {
			return err
		}
		for _, where := range unsettled {
			for _, d := range ds {
				ws, err := s.waiting(v, where, d)
				if err != nil {
					return err
				}
				out = append(out, ws...)
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) waiting(v *journal.View, where string, in civic.Division) ([]Waiting, error) {
	var rows []struct {
		Grant
		Elder    string
		Division civic.Division
	}
	if err := v.Select(&rows, `SELECT `+prefixed+`, p.name AS elder, p.division FROM proxy_grant g JOIN person p ON p.id = g.person
		WHERE `+where+` AND p.division >= $1 AND p.division < $2 AND (g.ends IS NULL OR g.ends > $3) ORDER BY g.id LIMIT $4`, in, string(in)+"~", v.Now, waitMost); err != nil {
		return nil, err
	}
	out := make([]Waiting, len(rows))
	for i, r := range rows {
		w := Waiting{Agent: Agent{Grant: r.Grant}, Elder: people.Masked(r.Elder), Division: r.Division, Lasts: lasts(r.Grant)}
		var err error
		if w.Name, err = s.agentName(v, r.Grant); err != nil {
			return nil, err
		}
		if w.May, err = s.may(v, r.Services); err != nil {
			return nil, err
		}
		out[i] = w
	}
	return out, nil
}

var prefixed = "g." + strings.ReplaceAll(grantColumns, ", ", ", g.")

// divisions lists where a member of staff has the permission, none inside another.
func divisions(q db.Q, actor civic.Actor, p civic.Permission) ([]civic.Division, error) {
	m, err := staff.Read(q, actor.Staff())
	if err != nil {
		return nil, err
	}
	return m.Where(p), nil
}
