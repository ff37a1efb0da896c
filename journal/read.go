package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
)

// Line is an entry with its detail, for a timeline.
type Line struct {
	Entry
	Detail map[string]string // nil when it was erased
}

// Page bounds of a timeline.
const (
	pageDefault = 50
	pageMost    = 200
)

// Timeline returns what happened about one thing, newest first. before is the ID
// of the last entry of the page before, or "". The authority must have been
// minted for reading this.
func Timeline(q db.Q, auth civic.Authority, id, before string, limit int) ([]Line, error) {
	return TimelineOf(q, auth, []string{id}, before, limit)
}

// TimelineOf is Timeline for one thing that has several IDs, such as a person who
// was registered twice. What is about two of them is listed once.
func TimelineOf[ID ~string](q db.Q, auth civic.Authority, ids []ID, before string, limit int) ([]Line, error) {
	if !auth.Valid() {
		return nil, fmt.Errorf("journal: a timeline needs an authority")
	}
	if limit <= 0 {
		limit = pageDefault
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var refs []string
	// A UUIDv7 sorts by time, so that entry order is time order.
	err := q.Select(&refs, `SELECT DISTINCT entry FROM journal_about WHERE (CAST($1 AS TEXT) = '' OR entry < $1) AND id IN `+db.In(2, len(ids))+`
		ORDER BY entry DESC LIMIT `+strconv.Itoa(min(limit, pageMost)), append([]any{before}, db.Args(ids)...)...)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	return lines(q, refs)
}

// DoneBy returns what one operator did about one thing from one moment to another, newest first; as many
// as a page holds at most. The moments are those of the entries: the time in an ID is the machine's that
// made it, which need not be the room's.
func DoneBy(q db.Q, auth civic.Authority, id, operator string, from, to time.Time) ([]Line, error) {
	if !auth.Valid() {
		return nil, fmt.Errorf("journal: what somebody did needs an authority")
	}
	var refs []string
	err := q.Select(&refs, `SELECT DISTINCT e.id FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE a.id = $1 AND e.operator_id = $2 AND e.at >= $3 AND e.at <= $4 ORDER BY e.id DESC LIMIT `+strconv.Itoa(pageMost), id, operator, from, to)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	return lines(q, refs)
}

func lines(q db.Q, refs []string) ([]Line, error) {
	args := db.Args(refs)
	var entries []Entry
	if err := q.Select(&entries, `SELECT `+entryColumns+` FROM journal_entry WHERE id IN `+db.In(1, len(args))+` ORDER BY id DESC`, args...); err != nil {
		return nil, err
	}
	var details []struct{ Entry, Body string }
	if err := q.Select(&details, `SELECT entry, body FROM journal_detail WHERE entry IN `+db.In(1, len(args)), args...); err != nil {
		return nil, err
	}
	body := map[string]string{}
	for _, d := range details {
		body[d.Entry] = d.Body
	}
	out := make([]Line, len(entries))
	for i, e := range entries {
		out[i].Entry = e
		if b, ok := body[e.ID]; ok {
			if err := json.Unmarshal([]byte(b), &out[i].Detail); err != nil {
				return nil, fmt.Errorf("journal: detail of %s: %w", e.ID, err)
			}
		}
	}
	return out, nil
}

// One reads an entry with what it is about, for a flow that it woke. ErrNoRows of db if
// there is none.
func One(q db.Q, auth civic.Authority, id string) (Line, []About, error) {
	if !auth.Valid() {
		return Line{}, nil, fmt.Errorf("journal: an entry needs an authority")
	}
	ls, err := lines(q, []string{id})
	if err != nil {
		return Line{}, nil, err
	}
	if len(ls) == 0 {
		return Line{}, nil, db.ErrNoRows
	}
	var about []About
	err = q.Select(&about, `SELECT id, kind, role FROM journal_about WHERE entry = $1 ORDER BY id, role`, id)
	return ls[0], about, err
}

// Since returns what was done after an entry by one of the acts, about one of these IDs in a
// role, newest first; as many as a page holds at most.
func Since[ID ~string](q db.Q, auth civic.Authority, entry string, ids []ID, role string, acts []Act) ([]Line, error) {
	if !auth.Valid() {
		return nil, fmt.Errorf("journal: what followed needs an authority")
	}
	if len(ids) == 0 || len(acts) == 0 {
		return nil, nil
	}
	args := append([]any{entry, role}, db.Args(ids)...)
	var refs []string
	err := q.Select(&refs, `SELECT DISTINCT e.id FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE a.entry > $1 AND a.role = $2 AND a.id IN `+db.In(3, len(ids))+` AND e.act IN `+db.In(len(args)+1, len(acts))+`
		ORDER BY e.id DESC LIMIT `+strconv.Itoa(pageMost), append(args, db.Args(acts)...)...)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	return lines(q, refs)
}

// From returns what was done from a moment on, after an entry ("" for the first), by one of the acts, about one
// of these IDs in a role, oldest first; as many as a page holds at most: whoever wants the rest asks again
// after the last of them.
func From[ID ~string](q db.Q, auth civic.Authority, from time.Time, entry string, ids []ID, role string, acts []Act) ([]Line, error) {
	if !auth.Valid() {
		return nil, fmt.Errorf("journal: what followed needs an authority")
	}
	if len(ids) == 0 || len(acts) == 0 {
		return nil, nil
	}
	args := append([]any{entry, role, from}, db.Args(ids)...)
	var refs []string
	err := q.Select(&refs, `SELECT DISTINCT e.id FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE a.entry > $1 AND a.role = $2 AND e.at >= $3 AND a.id IN `+db.In(4, len(ids))+` AND e.act IN `+db.In(len(args)+1, len(acts))+`
		ORDER BY e.id LIMIT `+strconv.Itoa(pageMost), append(args, db.Args(acts)...)...)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	out, err := lines(q, refs)
	slices.Reverse(out)
	return out, err
}

// Objects returns which thing of one kind each of the lines is about, by the
// line's ID: of a matter's acts, the request.
func Objects(q db.Q, auth civic.Authority, lines []Line, kind string) (map[string]string, error) {
	if !auth.Valid() {
		return nil, fmt.Errorf("journal: what a line is about needs an authority")
	}
	out := map[string]string{}
	if len(lines) == 0 {
		return out, nil
	}
	args := []any{kind}
	for _, l := range lines {
		args = append(args, l.ID)
	}
	var rows []struct{ Entry, ID string }
	if err := q.Select(&rows, `SELECT entry, id FROM journal_about WHERE kind = $1 AND entry IN `+db.In(2, len(lines)), args...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.Entry] = r.ID
	}
	return out, nil
}
