package journal

import (
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// ActErased says that the details of earlier entries were erased by right. The
// entry names each of them, and is sealed like any other: a detail that is not
// there and that no such entry names was removed by somebody who had no right to.
var ActErased = Define("journal.erased", "删除了记录里的细节")

// roleErased is the role in which the erased entries are named.
const roleErased = "erased"

// Erase removes the details of all entries whose subject is the person, by any of
// their identities, and records which. The entries themselves stay, with who did
// what when: they hold opaque IDs only. It returns how many details were erased.
func (t *Tx) Erase(auth civic.Authority, ids []civic.PersonID) (int, error) {
	if !auth.Valid() || len(ids) == 0 {
		return 0, errors.New("journal: erasing needs an authority, and somebody")
	}
	var entries []string
	if err := t.Select(&entries, `SELECT DISTINCT entry FROM journal_about WHERE kind = 'person' AND role = 'subject' AND id IN `+db.In(1, len(ids))+` ORDER BY entry`,
		db.Args(ids)...); err != nil {
		return 0, err
	}
	var gone []About
	for part := range slices.Chunk(entries, 200) {
		var has []string
		in, args := db.In(1, len(part)), db.Args(part)
		if err := t.Select(&has, `SELECT entry FROM journal_detail WHERE entry IN `+in+` ORDER BY entry`, args...); err != nil {
			return 0, err
		}
		if _, err := t.Exec(`DELETE FROM journal_detail WHERE entry IN `+in, args...); err != nil {
			return 0, err
		}
		for _, id := range has {
			gone = append(gone, About{ID: id, Kind: "entry", Role: roleErased})
		}
	}
	if len(gone) == 0 {
		return 0, nil
	}
	return len(gone), t.Record(auth, Event{Act: ActErased, About: gone})
}

// excused lists the entries whose details were erased by right. An entry that says
// so counts only as it was written: one that was changed excuses nothing.
func excused(q db.Q) (map[string]bool, error) {
	var es []Entry
	if err := q.Select(&es, `SELECT `+entryColumns+` FROM journal_entry WHERE act = $1`, ActErased); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := range es {
		var about []About
		if err := q.Select(&about, `SELECT id, kind, role FROM journal_about WHERE entry = $1`, es[i].ID); err != nil {
			return nil, err
		}
		if es[i].sum(about) != es[i].Hash {
			continue
		}
		for _, a := range about {
			if a.Role == roleErased {
				out[a.ID] = true
			}
		}
	}
	return out, nil
}
