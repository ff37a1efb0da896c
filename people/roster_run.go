package people

import (
	"context"
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/sheet"
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

// turnParts is how many parts a job works off before others get their turn: some
// seconds' work, so that no job is cut off for the time it takes.
const turnParts = 20

// undoEach is how many people are withdrawn in one transaction.
const undoEach = 100

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
			err = s.checkParts(ctx, r)
		case RosterEntering:
			err = s.enterParts(ctx, r)
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

// entryPart is a part of a list that is ready to be entered.
type entryPart struct {
	partRow
	people []*prepared
	rows   map[civic.PersonID]int
}

// enterParts enters the next parts of a list that have rows to enter, each in one
// transaction, and finishes the list when there is none left. jobs.ErrMore if its
// turn is over.
func (s *Service) enterParts(ctx context.Context, r rosterRecord) error {
	begun, after := r, r.Done // what reads ahead has them to itself
	err := inStep(func() (p entryPart, err error) {
		err = s.j.Look(ctx, civic.System("roster"), func(v *journal.View) error {
			p, err = s.nextEntry(v, begun, after)
			return err
		})
		after = p.Last
		return p, err
	}, func(p entryPart) (bool, error) {
		moved, err := s.enterPart(ctx, r, p)
		r.Done = p.Last
		return moved, err
	})
	if errors.Is(err, db.ErrNoRows) {
		return s.j.Write(ctx, r.inTheNameOf(), func(tx *journal.Tx) error {
			return s.finish(tx, r, ActRosterEntered, RosterEntered, RowEntered, RowAlike, RowKnown, RowBad)
		})
	}
	return err
}

// nextEntry makes the next part ready that has rows to enter; ErrNoRows when there
// is none.
func (s *Service) nextEntry(q db.Q, r rosterRecord, after int) (out entryPart, err error) {
	rd, err := s.rosterReader(q, r)
	if err != nil {
		return out, err
	}
	for ; ; after = out.Last {
		var lines []sheet.Line
		if out.partRow, lines, err = s.nextPart(q, r.ID, after); err != nil {
			return out, err
		}
		rows, err := rowsBetween(q, r.ID, out.N, out.Last, r.enterStates()...)
		if err != nil {
			return out, err
		}
		if len(rows) > 0 {
			out.rows = make(map[civic.PersonID]int, len(rows))
			for _, w := range rows {
				out.rows[w.Person] = w.N
			}
			out.people, err = s.prepareRows(rd, lines, rows)
			return out, err
		}
	}
}

// enterPart enters a part in one transaction. It tells whether the list had come
// to just there: if not, nothing is entered.
func (s *Service) enterPart(ctx context.Context, r rosterRecord, p entryPart) (moved bool, err error) {
	err = s.j.Write(ctx, r.inTheNameOf(), func(tx *journal.Tx) error {
		moved = false
		auth, err := s.pass(tx, r, p.Last)
		if err != nil {
			return err
		}
		moved = true
		taken, err := insertPeople(tx, auth, p.people)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE roster_row SET state = $1 WHERE roster = $2 AND n >= $3 AND n <= $4 AND state IN `+db.In(5, len(r.enterStates())),
			append([]any{RowEntered, r.ID, p.N, p.Last}, db.Args(r.enterStates())...)...); err != nil {
			return err
		}
		for _, n := range p.people {
			if taken[n.ID] {
				// Somebody was entered with the number since the check.
				if _, err := tx.Exec(`UPDATE roster_row SET state = $1, person = '', said = $2 WHERE roster = $3 AND n = $4`,
					RowBad, said([]Finding{{"", errTaken.Say}}), r.ID, p.rows[n.ID]); err != nil {
					return err
				}
				continue
			}
			if err := tx.RecordFor(auth, n.ID, journal.Event{Act: ActRegistered, Detail: map[string]string{"name": Masked(n.Name), "list": r.File}}); err != nil {
				return err
			}
		}
		if len(taken) == len(p.people) {
			return tx.Record(auth, rosterEvent(ActRosterPassed, r.ID, r.File))
		}
		return nil
	})
	return moved, err
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
func (s *Service) prepareRows(rd *rosterReader, lines []sheet.Line, rows []rowRecord) ([]*prepared, error) {
	at := map[int]sheet.Line{}
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
		rows, err = rosterRows(v, r.ID, r.Done, undoEach, RowEntered)
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
