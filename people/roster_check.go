package people

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/sheet"
)

// checkedRow is a row on its way through the check.
type checkedRow struct {
	sheet.Line
	in           Registration
	wrong, notes []Finding
	hashes       []string // of the cards of in, in their order
	like         Likeness
	state        string
	person       civic.PersonID
}

func (c *checkedRow) bad(field, say string) { c.wrong = append(c.wrong, Finding{field, say}) }

// inParallel runs do for 0 to n-1 on all processors.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	k := runtime.GOMAXPROCS(0)
	for w := range k {
		wg.Go(func() {
			for i := w; i < n; i += k {
				do(i)
			}
		})
	}
	wg.Wait()
}

// inStep reads one part after the other, each while the one before is written. It
// ends when write says that somebody was first, with what read failed with, or
// after the parts of a turn with jobs.ErrMore.
func inStep[T any](read func() (T, error), write func(T) (more bool, err error)) error {
	type part struct {
		v   T
		err error
	}
	next := func() <-chan part {
		c := make(chan part, 1)
		go func() {
			v, err := read()
			c <- part{v, err}
		}()
		return c
	}
	c := next()
	for n := 1; ; n++ {
		p := <-c
		if p.err != nil {
			return p.err
		}
		last := n == turnParts
		if !last {
			c = next()
		}
		more, err := write(p.v)
		if (err != nil || !more) && !last {
			<-c // nothing is left behind that still reads
		}
		switch {
		case err != nil || !more:
			return err
		case last:
			return jobs.ErrMore
		}
	}
}

// readRows reads the rows of a part as registrations, with the very checks of
// registration.
func (s *Service) readRows(rd *rosterReader, lines []sheet.Line) []checkedRow {
	out := make([]checkedRow, len(lines))
	inParallel(len(lines), func(i int) {
		c := &out[i]
		c.Line = lines[i]
		c.in, c.wrong, c.notes = rd.row(lines[i])
		if len(c.wrong) > 0 {
			return
		}
		c.person = civic.PersonID(db.NewID())
		n, err := s.examine(c.person, c.in)
		if err != nil { // what only registration knows
			e := civic.As(err)
			c.bad(fieldOf(e.Field), e.Say)
			return
		}
		c.like = n.likeness()
		for _, sn := range n.credentials {
			c.hashes = append(c.hashes, sn.hash)
		}
	})
	return out
}

// fieldOf is the column that a field of the form is in a list.
func fieldOf(field string) string {
	switch field {
	case "card":
		return string(KindResidentID)
	case "division":
		return "street"
	}
	return field
}

// checkedPart is a part of a list whose rows are looked at.
type checkedPart struct {
	after  int // the last row that was checked before
	rows   []checkedRow
	looked chan error // when the rows were looked up among the registered
}

// checkParts checks the next parts, and ends with the list checked when there is
// none left; jobs.ErrMore if its turn is over. A part is read while the one before
// is still looked up, so that both have a processor. What is found in a part is kept
// at once: broken off, the check goes on with the part after.
func (s *Service) checkParts(ctx context.Context, r rosterRecord) error {
	sys := civic.System("roster")
	var after int
	first := map[string]int{} // hash of a card to the row that has it first
	err := s.j.Look(ctx, sys, func(v *journal.View) error {
		var err error
		if after, err = lastChecked(v, r.ID); err != nil || after == 0 {
			return err
		}
		return s.cardsUpTo(v, r, after, first)
	})
	if err != nil {
		return err
	}
	var looking sync.WaitGroup
	defer looking.Wait() // nothing is left behind that still reads
	err = inStep(func() (checkedPart, error) {
		part := checkedPart{after: after, looked: make(chan error, 1)}
		err := s.j.Look(ctx, sys, func(v *journal.View) error {
			rd, err := s.rosterReader(v, r)
			if err != nil {
				return err
			}
			p, lines, err := s.nextPart(v, r.ID, after)
			if err != nil {
				return err
			}
			after = p.Last
			part.rows = s.readRows(rd, lines)
			markTwins(part.rows, first)
			return nil
		})
		if err == nil {
			looking.Go(func() { part.looked <- s.lookUp(ctx, r, part.rows) })
		}
		return part, err
	}, func(p checkedPart) (bool, error) {
		if err := <-p.looked; err != nil {
			return false, err
		}
		return s.keepRows(ctx, r, p)
	})
	if errors.Is(err, db.ErrNoRows) {
		return s.checked(ctx, r)
	}
	return err
}

// lastChecked is the row up to which a list is checked: a part is kept whole.
func lastChecked(q db.Q, id string) (int, error) {
	var n int
	err := q.Get(&n, `SELECT COALESCE(MAX(n), 0) FROM roster_row WHERE roster = $1`, id)
	return n, err
}

// cardsUpTo reads again which cards the rows have that were checked before.
func (s *Service) cardsUpTo(q db.Q, r rosterRecord, last int, first map[string]int) error {
	rd, err := s.rosterReader(q, r)
	if err != nil {
		return err
	}
	for after := 0; after < last; {
		p, lines, err := s.nextPart(q, r.ID, after)
		if err != nil {
			return err
		}
		after = p.Last
		markTwins(s.readRows(rd, lines), first)
	}
	return nil
}

// markTwins finds cards that the list has twice: the first row stands.
func markTwins(rows []checkedRow, first map[string]int) {
	for i := range rows {
		c := &rows[i]
		for k, h := range c.hashes {
			if at, ok := first[h]; ok && at != c.N {
				c.bad(string(c.in.Credentials[k].Kind), fmt.Sprintf("这个号码和第%d行的一样。请核对两行，留下对的一行。", at))
				continue
			}
			first[h] = c.N
		}
	}
}

// lookUp looks the rows of a part up among those who are registered, in the name of
// the platform.
func (s *Service) lookUp(ctx context.Context, r rosterRecord, rows []checkedRow) error {
	return s.j.Look(ctx, civic.System("roster"), func(v *journal.View) error {
		if _, err := v.Authorise(importing(r.Division, true)); err != nil {
			return err
		}
		return against(v, rows)
	})
}

// against looks the rows up among those who are registered.
func against(q db.Q, rows []checkedRow) error {
	var hashes []string
	for i := range rows {
		hashes = append(hashes, rows[i].hashes...)
	}
	owners, err := holders(q, hashes)
	if err != nil {
		return err
	}
	names, err := namesOf(q, owners)
	if err != nil {
		return err
	}
	for i := range rows {
		if c := &rows[i]; len(c.wrong) == 0 {
			c.meet(owners, names)
		}
	}
	return alike(q, rows)
}

// meet says what it means for a row that somebody holds one of its cards.
func (c *checkedRow) meet(owners map[string]civic.PersonID, names map[civic.PersonID]string) {
	c.state = RowGood
	for k, h := range c.hashes {
		owner, held := owners[h]
		kind := c.in.Credentials[k].Kind
		switch {
		case !held:
		case names[owner] != c.in.Name:
			c.bad(string(kind), "这个号码已经登记在另一个姓名的人名下。请核对号码和姓名，或交给主管处理。")
		case c.state == RowKnown && c.person != owner:
			c.bad(string(kind), "这几张证件登记在不同的人名下。请核对号码，或交给主管处理。")
		default:
			c.state, c.person = RowKnown, owner
		}
	}
}

func namesOf(q db.Q, owners map[string]civic.PersonID) (map[civic.PersonID]string, error) {
	var ids []civic.PersonID
	for _, p := range owners {
		ids = append(ids, p)
	}
	slices.Sort(ids)
	out := map[civic.PersonID]string{}
	for part := range slices.Chunk(slices.Compact(ids), hashesMost) {
		var rows []struct {
			ID   civic.PersonID
			Name string
		}
		if err := q.Select(&rows, `SELECT id, name FROM person WHERE id IN `+db.In(1, len(part)), db.Args(part)...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = r.Name
		}
	}
	return out, nil
}

// alike marks rows for which somebody is registered who may be the same person.
func alike(q db.Q, rows []checkedRow) error {
	var at []int
	var ns []Likeness
	for i, c := range rows {
		if c.state == RowGood && len(c.wrong) == 0 {
			at, ns = append(at, i), append(ns, c.like)
		}
	}
	found, err := lookalikes(q, ns)
	if err != nil {
		return err
	}
	for k, ts := range found {
		if len(ts) > 0 {
			c := &rows[at[k]]
			c.state = RowAlike
			c.notes = append(c.notes, Finding{"name", "可能已经登记过：" + ts[0].why() + "。请先核对是不是同一位。"})
		}
	}
	return nil
}

// keepRows keeps what was found in the rows of a part, unless another job was
// first or the list is no longer to be checked so.
func (s *Service) keepRows(ctx context.Context, r rosterRecord, p checkedPart) (kept bool, err error) {
	out := make([][]any, len(p.rows))
	for i, c := range p.rows {
		if len(c.wrong) > 0 {
			c.state, c.person = RowBad, ""
		}
		out[i] = []any{r.ID, c.N, c.state, c.person, said(append(c.wrong, c.notes...))}
	}
	err = s.j.Scratch(ctx, civic.System("roster"), func(tx *journal.Scratch) error {
		kept = false
		now, err := readRosterRecord(tx, r.ID)
		if err != nil {
			return err
		}
		last, err := lastChecked(tx, r.ID)
		if err != nil || last != p.after || now.State != r.State || now.Columns != r.Columns {
			return err
		}
		kept = true
		return tx.InsertRows("roster_row", []string{"roster", "n", "state", "person", "said"}, out)
	})
	return kept, err
}

// checked ends the check, with its counts in the journal.
func (s *Service) checked(ctx context.Context, r rosterRecord) error {
	return s.j.Write(ctx, civic.System("roster"), func(tx *journal.Tx) error {
		return s.finish(tx, r, ActRosterChecked, RosterChecked, RowGood, RowAlike, RowKnown, RowBad)
	})
}

// finish ends a step, once, and records how many rows are in which state.
func (s *Service) finish(tx *journal.Tx, r rosterRecord, act journal.Act, to string, states ...string) error {
	n, err := tx.Exec(`UPDATE roster SET state = $1 WHERE id = $2 AND state = $3`, to, r.ID, r.State)
	if err != nil {
		return err
	}
	if n == 0 {
		return journal.ErrUnchanged
	}
	counts, err := rosterCounts(tx, r.ID)
	if err != nil {
		return err
	}
	var more []string
	for _, st := range states {
		more = append(more, st, strconv.Itoa(counts[st]))
	}
	auth, err := tx.Authorise(importing(r.Division, false))
	if err != nil {
		return err
	}
	return tx.Record(auth, rosterEvent(act, r.ID, r.File, more...))
}
