package calls

import (
	"context"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// putCall keeps how a call stands.
func putCall(tx *db.Tx, c Call) error {
	_, err := tx.Exec(`INSERT INTO call (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (id) DO UPDATE SET person = $2, division = $5, service = $6, draft = $7, request = $8, skill = $9, language = $10, state = $11, how = $12,
		keys = $13, human_first = $14, staff = $15, waits_at = $18, taken_at = $19, ended_at = $20`,
		c.ID, c.Person, c.NumberHash, c.Sealed, c.Division, c.Service, c.Draft, c.Request, c.Skill, c.Language, c.State, c.How, c.Keys, c.HumanFirst, c.Staff, c.Node,
		c.BeganAt, c.WaitsAt, c.TakenAt, c.EndedAt)
	return err
}

// Sweep is the job that ends the calls of processes that do not live any more.
type Sweep struct{}

// Kind implements jobs.Args.
func (Sweep) Kind() string { return "calls.sweep" }

// Clear is the job of each day that forgets numbers that are kept long enough, and processes that have gone.
type Clear struct{}

// Kind implements jobs.Args.
func (Clear) Kind() string { return "calls.clear" }

// Beat says that the line of this process lives. The wiring calls it more often than the
// minutes of the rules.
func (s *Service) Beat(ctx context.Context) error {
	return s.j.Scratch(ctx, system(), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`INSERT INTO call_node (node, at) VALUES ($1, $2) ON CONFLICT (node) DO UPDATE SET at = excluded.at`, s.node, tx.Now)
		return err
	})
}

// rowsMost bounds what is read or written at once; what is more is next.
const rowsMost = 500

// ClearAll does a Clear.
func (s *Service) ClearAll(ctx context.Context, _ Clear) error {
	before := s.j.Now().Add(-rules.NumberDays.Days())
	for _, q := range []struct{ table, when string }{{"call", "began_at < $1 AND state = 'ended'"}, {"call_back", "made_at < $1 AND state <> 'open'"}} {
		for n := rowsMost; n == rowsMost; {
			if err := s.j.Write(ctx, system(), func(tx *journal.Tx) (err error) {
				n, err = forgetNumbers(tx, q.table, q.when, before)
				return err
			}); err != nil {
				return err
			}
		}
	}
	// Whoever was not heard of for so long is gone; a process that was only cut off comes back by its next beat.
	return s.j.Scratch(ctx, system(), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`DELETE FROM call_node WHERE at < $1`, tx.Now.Add(-rules.LostMinutes.Minutes()))
		return err
	})
}

// forgetNumbers forgets some of the numbers of a table, and returns how many.
func forgetNumbers(tx *journal.Tx, table, when string, before time.Time) (int, error) {
	auth, err := tx.Authorise(civic.Need{})
	if err != nil {
		return 0, err
	}
	var ids []string
	if err := tx.Select(&ids, `SELECT id FROM `+table+` WHERE `+when+` AND number_hash <> '' LIMIT `+strconv.Itoa(rowsMost), before); err != nil {
		return 0, err
	}
	if len(ids) == 0 {
		return 0, journal.ErrUnchanged
	}
	if _, err := tx.Exec(`UPDATE `+table+` SET number_hash = '', sealed = NULL WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return 0, err
	}
	forgotten := int64(len(ids))
	return len(ids), tx.Record(auth, journal.Event{Act: ActForgotten, Measure: &forgotten})
}

// SweepAll does a Sweep. Whoever waited when a process fell, or was being led, is promised to be called back.
func (s *Service) SweepAll(ctx context.Context, _ Sweep) error {
	var ids []string
	err := s.j.Look(ctx, system(), func(v *journal.View) error {
		since := v.Now.Add(-rules.LostMinutes.Minutes())
		return v.Select(&ids, `SELECT c.id FROM call c WHERE c.state <> 'ended' AND c.node <> $1 AND c.began_at < $2
			AND NOT EXISTS (SELECT 1 FROM call_node n WHERE n.node = c.node AND n.at >= $2) ORDER BY c.id LIMIT $3`, s.node, since, rowsMost)
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.lose(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// lose ends a call that fell with its process.
func (s *Service) lose(ctx context.Context, id string) error {
	return s.j.Write(ctx, system(), func(tx *journal.Tx) error {
		var c Call
		if err := tx.Get(&c, `SELECT `+columns+` FROM call WHERE id = $1`, id); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE call SET state = 'ended', how = 'lost', ended_at = $1 WHERE id = $2 AND state <> 'ended'`, tx.Now, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		auth, err := tx.Authorise(civic.Need{Division: c.Division})
		if err != nil {
			return err
		}
		object := journal.About{ID: id, Kind: "call", Role: "object"}
		if err := recordFor(tx, auth, c.Person, journal.Event{Act: ActEnded, About: []journal.About{object}, Detail: map[string]string{"how": HowLost}}); err != nil {
			return err
		}
		if c.NumberHash == "" || c.Request != "" && c.Draft == "" { // what they called for is done, and nothing else was begun
			return nil
		}
		number, err := s.v.Open(c.Sealed, sealOfCall(c.ID))
		if err != nil {
			return err
		}
		p := promise{due(tx.Now), HowLost}
		back, act, err := s.enterPromise(tx, c, string(number), p)
		if err != nil || back == "" {
			return err
		}
		ev := p.event()
		ev.Act = act
		ev.About = []journal.About{object, {ID: back, Kind: "call_back", Role: "object"}}
		return recordFor(tx, auth, c.Person, ev)
	})
}

// Told implements rights.Cases: calls are told in the story.
func (s *Service) Told(db.Q, civic.Authority) (map[civic.RequestID][2]string, error) { return nil, nil }

// Unfinished counts the call-backs that a person was promised and did not get yet.
func (s *Service) Unfinished(q db.Q, ids []civic.PersonID) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM call_back WHERE state = 'open' AND person IN `+db.In(1, len(ids)), db.Args(ids)...)
	return n, err
}

// Forget takes from a person's calls whose they were and from where they came. The rows stay for
// figures.
func (s *Service) Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error {
	if !auth.Valid() || len(ids) == 0 {
		return errNobody
	}
	for _, table := range []string{"call", "call_back"} {
		if _, err := tx.Exec(`UPDATE `+table+` SET person = '', number_hash = '', sealed = NULL, draft = '' WHERE person IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
	}
	return nil
}
