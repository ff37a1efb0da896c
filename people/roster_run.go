package people

import (
	"context"
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
)

// RosterWork is the job that checks, enters or withdraws the people of a list,
// whichever its state asks for.
type RosterWork struct {
	Roster string `json:"roster"`
}

// Kind implements jobs.Args.
func (RosterWork) Kind() string { return "people.roster" }

// RosterForget is the job that deletes the rows of a list when its time is over.
type RosterForget struct {
	Roster string `json:"roster"`
}

// Kind implements jobs.Args.
func (RosterForget) Kind() string { return "people.roster_forget" }

// turnParts is how many parts a job works off before others get their turn.
const turnParts = 50

// WorkRoster does what a list's state asks for. It may run any number of times,
// and break off between any two parts: each row is guarded by its own state, and
// each part by how far the list has come. jobs.ErrMore if its turn is over.
func (s *Service) WorkRoster(ctx context.Context, w RosterWork) error {
	for range turnParts {
		var r rosterRecord
		err := s.j.Look(ctx, civic.System("roster"), func(v *journal.View) error {
			var err error
			r, err = readRosterRecord(v, w.Roster)
			return err
		})
		if civic.Is(err, civic.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		switch r.State {
		case RosterChecking:
			err = s.checkRoster(ctx, r)
		case RosterEntering:
			err = s.enterPart(ctx, r)
		case RosterUndoing:
			err = s.undoPart(ctx, r)
		default:
			return nil
		}
		if civic.Is(err, civic.Denied) {
			err = s.halt(ctx, r) // whoever began may no longer
		}
		if err != nil {
			return err
		}
	}
	return jobs.ErrMore
}

// inTheNameOf is who answers for what the job does.
func (r rosterRecord) inTheNameOf() civic.Actor {
	if r.Channel == civic.ChannelSystem {
		return civic.System(string(r.Staff))
	}
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(r.Staff)}, Channel: r.Channel}
}

// halt stops a list in the name of the platform.
func (s *Service) halt(ctx context.Context, r rosterRecord) error {
	return s.j.Write(ctx, civic.System("roster"), func(tx *journal.Tx) error {
		return s.finish(tx, r, ActRosterStopped, RosterStopped)
	})
}

// enterStates are the states of rows that are to be entered.
func (r rosterRecord) enterStates() []string {
	if r.Alike != 0 {
		return []string{RowGood, RowAlike}
	}
	return []string{RowGood}
}

// enterPart enters the next part of a list that has rows to enter, in one
// transaction, or finishes the list.
func (s *Service) enterPart(ctx context.Context, r rosterRecord) error {
	var p partRow
	var ns []*prepared
	rowOf := map[civic.PersonID]int{}
	err := s.j.Look(ctx, civic.System("roster"), func(v *journal.View) error {
		rd, err := s.rosterReader(v, r)
		if err != nil {
			return err
		}
		for after := r.Done; ; after = p.Last {
			var lines []rosterLine
			if p, lines, err = s.nextPart(v, r.ID, after); err != nil {
				return err
			}
			rows, err := rowsBetween(v, r.ID, p.N, p.Last, r.enterStates()...)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				ns, err = s.prepareRows(rd, lines, rows)
				for _, w := range rows {
					rowOf[w.Person] = w.N
				}
				return err
			}
		}
	})
	if errors.Is(err, db.ErrNoRows) {
		return s.j.Write(ctx, r.inTheNameOf(), func(tx *journal.Tx) error {
			return s.finish(tx, r, ActRosterEntered, RosterEntered, RowEntered, RowAlike, RowKnown, RowBad)
		})
	}
	if err != nil {
		return err
	}
	return s.j.Write(ctx, r.inTheNameOf(), func(tx *journal.Tx) error {
		auth, err := s.pass(tx, r, p.Last)
		if err != nil {
			return err
		}
		taken, err := insertPeople(tx, auth, ns)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE roster_row SET state = $1 WHERE roster = $2 AND n >= $3 AND n <= $4 AND state IN `+db.In(5, len(r.enterStates())),
			append([]any{RowEntered, r.ID, p.N, p.Last}, db.Args(r.enterStates())...)...); err != nil {
			return err
		}
		for _, n := range ns {
			if taken[n.ID] {
				// Somebody was entered with the number since the check.
				if _, err := tx.Exec(`UPDATE roster_row SET state = $1, person = '', said = $2 WHERE roster = $3 AND n = $4`,
					RowBad, said([]Finding{{"", errTaken.Say}}), r.ID, rowOf[n.ID]); err != nil {
					return err
				}
				continue
			}
			if err := tx.RecordFor(auth, n.ID, journal.Event{Act: ActRegistered, Detail: map[string]string{"name": Masked(n.Name), "list": r.File}}); err != nil {
				return err
			}
		}
		if len(taken) == len(ns) {
			return tx.Record(auth, rosterEvent(ActRosterPassed, r.ID, r.File))
		}
		return nil
	})
}

// pass moves a list on to a row, unless somebody stopped it or was first, and
// asks whether whoever answers for it still may.
func (s *Service) pass(tx *journal.Tx, r rosterRecord, to int) (civic.Authority, error) {
	n, err := tx.Exec(`UPDATE roster SET done = $1 WHERE id = $2 AND state = $3 AND done = $4`, to, r.ID, r.State, r.Done)
	if err != nil {
		return civic.Authority{}, err
	}
	if n == 0 {
		return civic.Authority{}, journal.ErrUnchanged
	}
	return tx.Authorise(importing(r.Division, false))
}

// prepareRows checks and seals the rows to be entered, before the transaction.
func (s *Service) prepareRows(rd *rosterReader, lines []rosterLine, rows []rowRecord) ([]*prepared, error) {
	at := map[int]rosterLine{}
	for _, l := range lines {
		at[l.N] = l
	}
	ns, errs := make([]*prepared, len(rows)), make([]error, len(rows))
	inParallel(len(rows), func(i int) {
		in, _, _ := rd.row(at[rows[i].N])
		if ns[i], errs[i] = s.prepare(rows[i].Person, in); errs[i] == nil {
			ns[i].nameKeys()
		}
	})
	return ns, errors.Join(errs...)
}

// undoPart withdraws the next people whom the list entered, or finishes.
func (s *Service) undoPart(ctx context.Context, r rosterRecord) error {
	var rows []rowRecord
	err := s.j.Look(ctx, civic.System("roster"), func(v *journal.View) error {
		var err error
		rows, err = rosterRows(v, r.ID, r.Done, rosterPart/2, RowEntered)
		return err
	})
	if err != nil {
		return err
	}
	return s.j.Write(ctx, r.inTheNameOf(), func(tx *journal.Tx) error {
		if len(rows) == 0 {
			return s.finish(tx, r, ActRosterUndone, RosterUndone, RowUndone, RowUsed)
		}
		auth, err := s.pass(tx, r, rows[len(rows)-1].N)
		if err != nil {
			return err
		}
		ids := make([]civic.PersonID, len(rows))
		for i, w := range rows {
			ids[i] = w.Person
		}
		gone, err := s.withdraw(tx, auth, ids)
		if err != nil {
			return err
		}
		for _, w := range rows {
			state := RowUsed
			if slices.Contains(gone, w.Person) {
				state = RowUndone
				if err := tx.RecordFor(auth, w.Person, journal.Event{Act: ActWithdrawn, Detail: map[string]string{"list": r.File}}); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(`UPDATE roster_row SET state = $1 WHERE roster = $2 AND n = $3`, state, r.ID, w.N); err != nil {
				return err
			}
		}
		if len(gone) == 0 {
			return tx.Record(auth, rosterEvent(ActRosterPassed, r.ID, r.File))
		}
		return nil
	})
}

// ForgetRoster deletes the rows of a list whose time is over. What became of
// them stays: it holds nothing of anybody but who was entered.
func (s *Service) ForgetRoster(ctx context.Context, w RosterForget) error {
	return s.j.Write(ctx, civic.System("roster"), func(tx *journal.Tx) error {
		r, err := readRosterRecord(tx, w.Roster)
		if err != nil {
			return err
		}
		if r.Forgotten != 0 || tx.Now.Before(r.ForgetAt) {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`UPDATE roster SET forgotten = 1, heads = NULL WHERE id = $1`, r.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM roster_part WHERE roster = $1`, r.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM roster_row WHERE roster = $1 AND state IN ($2, $3, $4)`, r.ID, RowGood, RowAlike, RowBad); err != nil {
			return err
		}
		auth, err := tx.Authorise(importing(r.Division, false))
		if err != nil {
			return err
		}
		return tx.Record(auth, rosterEvent(ActRosterForgotten, r.ID, r.File))
	})
}
