package people

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/sheet"
)

// rosterRecord is the row of a list.
type rosterRecord struct {
	ID, File, State, Columns string
	Division                 civic.Division
	Staff                    civic.StaffID
	Channel                  civic.Channel
	Heads                    []byte
	Lines, Last, Done        int
	Alike, Forgotten         int
	CreatedAt, ForgetAt      time.Time
}

const rosterColumns = `id, file, division, staff, channel, state, heads, columns, lines, last, done, alike, created_at, forget_at, forgotten`

func readRosterRecord(q db.Q, id string) (rosterRecord, error) {
	var r rosterRecord
	err := q.Get(&r, `SELECT `+rosterColumns+` FROM roster WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoRoster
	}
	return r, err
}

// rosterFor reads a list for somebody who may import where its people live. To
// others it is not there.
func rosterFor(q db.Q, authorise func(civic.Need) (civic.Authority, error), id string, look bool) (rosterRecord, civic.Authority, error) {
	// Who may import nowhere is told so, whether or not there is such a list.
	if _, err := authorise(importing("", look)); err != nil {
		return rosterRecord{}, civic.Authority{}, err
	}
	r, err := readRosterRecord(q, id)
	if err != nil {
		return rosterRecord{}, civic.Authority{}, err
	}
	auth, err := authorise(importing(r.Division, look))
	if civic.Is(err, civic.Denied) {
		err = errNoRoster
	}
	if err != nil {
		return rosterRecord{}, civic.Authority{}, err
	}
	return r, auth, nil
}

// rosterPart is how many rows are sealed, checked and entered together, each part in
// one transaction.
const rosterPart = 500

// sealRoster seals the headings and the rows, part by part.
func (s *Service) sealRoster(id string, t rosterTable) (heads []byte, parts [][]any, err error) {
	b, err := json.Marshal(t.Heads)
	if err != nil {
		return nil, nil, err
	}
	if heads, err = s.v.Seal(b, "roster.heads/"+id); err != nil {
		return nil, nil, err
	}
	for part := range slices.Chunk(t.Lines, s.part) {
		if b, err = json.Marshal(part); err != nil {
			return nil, nil, err
		}
		n := part[0].N
		sealed, err := s.v.Seal(b, partPlace(id, n))
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, []any{id, n, part[len(part)-1].N, sealed})
	}
	return heads, parts, nil
}

func partPlace(id string, n int) string { return "roster.part/" + id + "/" + strconv.Itoa(n) }

func (s *Service) openHeads(r rosterRecord) ([]string, error) {
	if r.Heads == nil {
		return nil, nil
	}
	b, err := s.v.Open(r.Heads, "roster.heads/"+r.ID)
	if err != nil {
		return nil, err
	}
	var heads []string
	return heads, json.Unmarshal(b, &heads)
}

type partRow struct {
	N, Last int
	Sealed  []byte
}

// nextPart reads the first part after a row; ErrNoRows when there is none.
func (s *Service) nextPart(q db.Q, id string, after int) (p partRow, lines []sheet.Line, err error) {
	if err = q.Get(&p, `SELECT n, last, sealed FROM roster_part WHERE roster = $1 AND n > $2 ORDER BY n LIMIT 1`, id, after); err != nil {
		return p, nil, err
	}
	b, err := s.v.Open(p.Sealed, partPlace(id, p.N))
	if err != nil {
		return p, nil, err
	}
	return p, lines, json.Unmarshal(b, &lines)
}

type rowRecord struct {
	N      int
	State  string
	Person civic.PersonID
	Said   string
}

func (r rowRecord) found() []Finding {
	var out []Finding
	_ = json.Unmarshal([]byte(r.Said), &out) // an empty list is none
	return out
}

func said(fs []Finding) string {
	if len(fs) == 0 {
		return ""
	}
	b, err := json.Marshal(fs)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}

// rosterRows reads rows of some states, after a row, in order.
func rosterRows(q db.Q, id string, after, most int, states ...string) ([]rowRecord, error) {
	var out []rowRecord
	args := append([]any{id, after}, db.Args(states)...)
	err := q.Select(&out, `SELECT n, state, person, said FROM roster_row WHERE roster = $1 AND n > $2 AND state IN `+db.In(3, len(states))+
		` ORDER BY n LIMIT $`+strconv.Itoa(3+len(states)), append(args, most)...)
	return out, err
}

// rowsBetween reads the rows of some states from a row to another.
func rowsBetween(q db.Q, id string, from, to int, states ...string) ([]rowRecord, error) {
	var out []rowRecord
	err := q.Select(&out, `SELECT n, state, person, said FROM roster_row WHERE roster = $1 AND n >= $2 AND n <= $3 AND state IN `+db.In(4, len(states))+` ORDER BY n`,
		append([]any{id, from, to}, db.Args(states)...)...)
	return out, err
}

// rosterCounts counts the rows of a list by state.
func rosterCounts(q db.Q, id string) (map[string]int, error) {
	var rows []struct {
		State string
		N     int
	}
	err := q.Select(&rows, `SELECT state, COUNT(*) AS n FROM roster_row WHERE roster = $1 GROUP BY state`, id)
	out := map[string]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, err
}

// streetsOf lists the streets within a division by their folded names. Of twins
// none is kept: it would be a guess.
func streetsOf(q db.Q, d civic.Division) (map[string]civic.Division, error) {
	var rows []struct {
		Code civic.Division
		Name string
	}
	if err := q.Select(&rows, `SELECT code, name FROM division WHERE code >= $1 AND code < $2 ORDER BY code`, d, string(d)+"~"); err != nil {
		return nil, err
	}
	out, twice := map[string]civic.Division{}, map[string]bool{}
	for _, r := range rows {
		if len(r.Code) < 9 {
			continue
		}
		k := foldStreet(r.Name)
		twice[k] = twice[k] || out[k] != ""
		out[k] = r.Code
	}
	for k := range twice {
		if twice[k] {
			delete(out, k)
		}
	}
	delete(out, "")
	return out, nil
}

func (s *Service) rosterReader(q db.Q, r rosterRecord) (*rosterReader, error) {
	streets, err := streetsOf(q, r.Division)
	return &rosterReader{columns: strings.Split(r.Columns, ","), division: r.Division, streets: streets, now: s.j.Now()}, err
}
