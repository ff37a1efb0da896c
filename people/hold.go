package people

import (
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Writer is a transaction that may lock the rows which its acts rest on.
type Writer interface {
	db.Q
	Exec(query string, args ...any) (int64, error)
	Locks() bool
}

// holdsMost bounds how often a person is read again who was merged or parted just
// while a write began.
const holdsMost = 5

// holdsAtOnce is how many people are held by one statement.
const holdsAtOnce = 128

// ErrErased refuses whatever is done for somebody who has had everything erased.
var ErrErased = civic.E(civic.Conflict, "person.erased", "这份资料已经按本人的要求删除了，不能再用。要再办事，请当场重新登记。")

// HoldSelf is Resolve for a write that acts for a person: it holds the root's row,
// so that whoever merges, parts, erases or withdraws the person, enters a death or
// closes an opening waits until the write is over, and one that came first is seen
// here. Who is not active is returned as they are, and not held. For whoever was
// never merged it is one statement more than Resolve.
func HoldSelf(w Writer, id civic.PersonID) (Self, error) {
	for range holdsMost {
		self, err := Resolve(w, id)
		if err != nil || self.State != "active" {
			return self, err
		}
		// Under READ COMMITTED an update that waited looks at the row again.
		n, err := w.Exec(`UPDATE person SET aliases = aliases WHERE id = $1 AND state = 'active' AND alias_of = '' AND aliases = $2 AND died_on = $3`,
			self.Root, self.aliases, self.Died)
		if err != nil {
			return Self{}, err
		}
		if n == 0 {
			continue
		}
		if self.aliases == 0 {
			return self, nil
		}
		now, err := Resolve(w, id) // an identity further down may have been parted
		if err != nil || now.Root == self.Root {
			return now, err
		}
	}
	return Self{}, errCardMoved
}

// HoldAll is HoldSelf for a write that many wait for: in one statement it holds those
// who are active and were never merged, in the order of the IDs given. The others are
// missing from what it returns, and are HoldSelf's.
func HoldAll(w Writer, ids []civic.PersonID) (map[civic.PersonID]Self, error) {
	out := make(map[civic.PersonID]Self, len(ids))
	for part := range slices.Chunk(ids, holdsAtOnce) {
		part = db.Filled(part)
		var rows []struct {
			ID       civic.PersonID
			Division civic.Division
			DiedOn   string
		}
		if err := w.Select(&rows, `UPDATE person SET aliases = aliases WHERE state = 'active' AND alias_of = '' AND aliases = 0 AND id IN `+db.In(1, len(part))+` RETURNING id, division, died_on`, db.Args(part)...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = Self{Root: r.ID, Division: r.Division, Died: r.DiedOn, State: "active"}
		}
	}
	return out, nil
}

// LockSelf makes all who act for these people wait until this write is over, and
// returns the first as they are then. Conflict if one was merged just now, or has
// had everything erased.
func LockSelf(tx *journal.Tx, ids ...civic.PersonID) (Self, error) {
	all, err := LockAll(tx, ids...)
	if err != nil {
		return Self{}, err
	}
	for _, self := range all {
		if self.State != "active" {
			return Self{}, ErrErased
		}
	}
	return all[0], nil
}

// LockErased is LockSelf for whoever erases: it takes one who was erased before too,
// since something may have been left.
func LockErased(tx *journal.Tx, id civic.PersonID) (Self, error) {
	all, err := LockAll(tx, id)
	if err != nil {
		return Self{}, err
	}
	return all[0], nil
}

// LockAll is LockSelf for whoever judges for themselves how these people stand: it
// returns them all, also those who are not active.
func LockAll(tx *journal.Tx, ids ...civic.PersonID) ([]Self, error) {
	var roots []civic.PersonID
	for _, id := range ids {
		self, err := Resolve(tx, id)
		if err != nil {
			return nil, err
		}
		roots = append(roots, self.Root)
	}
	order := slices.Clone(roots)
	slices.Sort(order) // in one order, so that two who lock the same can't deadlock
	for _, id := range slices.Compact(order) {
		if _, err := tx.Exec(`UPDATE person SET aliases = aliases WHERE id = $1`, id); err != nil {
			return nil, err
		}
	}
	var all []Self
	for i, id := range ids {
		self, err := Resolve(tx, id)
		if err != nil {
			return nil, err
		}
		if self.Root != roots[i] {
			return nil, errCardMoved // merged since, while this waited
		}
		all = append(all, self)
	}
	return all, nil
}
