package notify

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Receiver is one to be told of an act.
type Receiver struct {
	Person   civic.PersonID // whom it is about
	ID       string         // who is told: that person, a relative, a member of staff
	About    string
	Division civic.Division
	content
}

// NewReceiver makes a receiver who is told about themselves, with the values of the
// words.
func NewReceiver(p civic.PersonID, home civic.Division, lang string, v Values) Receiver {
	return Receiver{Person: p, ID: string(p), Division: home, content: content{Lang: lang, Values: v}}
}

// queueAtOnce bounds how many receivers are looked up in one statement.
const queueAtOnce = 400

// Queue puts one message to each receiver into the write of the act that makes it, or
// of the job that the act woke. One act tells nobody the same twice: what is there already
// is passed over, and what is about the same thing, or joins others that were not told yet, is folded into
// that. It returns how many were put in, and records one entry a person, or one for all where
// there are many.
func (s *Service) Queue(tx *journal.Tx, auth civic.Authority, template, entry string, to []Receiver) (int, error) {
	t := s.book.byName[template]
	if t == nil {
		return 0, fmt.Errorf("notify: there is no message %s", template)
	}
	u := s.book.chains.Urgencies[t.Urgency]
	made := 0
	for part := range slices.Chunk(to, queueAtOnce) {
		there, err := s.there(tx, t, part)
		if err != nil {
			return made, err
		}
		var rows [][]any
		for _, r := range part {
			m := Message{Person: r.Person, ID: db.NewID(), Template: t.Name, Audience: t.To, Receiver: r.ID, Entry: entry, About: r.About, Urgency: t.Urgency,
				Division: r.Division, State: Open, MadeAt: tx.Now, NextAt: tx.Now, OverAt: tx.Now.Add(time.Duration(u.Over) * time.Minute)}
			if err := s.fold(tx, t, u, &m, there[r.ID], r); err != nil {
				return made, err
			}
			if m.Sealed, err = s.seal(m.ID, r.content); err != nil {
				return made, err
			}
			var ended any
			if m.State != Open {
				ended = tx.Now
			}
			rows = append(rows, []any{m.ID, m.Person, m.Template, m.Audience, m.Receiver, m.Entry, m.About, m.Urgency, m.Division, m.Sealed, m.State, m.How, m.Folded,
				m.MadeAt, m.NextAt, m.OverAt, ended})
		}
		slices.SortFunc(rows, func(a, b []any) int { return compare(a[1], b[1]) })
		got, err := tx.InsertNew("message", []string{"id", "person", "template", "audience", "receiver", "entry", "about", "urgency", "division", "sealed", "state", "how", "folded",
			"made_at", "next_at", "over_at", "ended_at"}, rows)
		if err != nil {
			return made, err
		}
		made += len(got)
		if len(to) == 1 && len(got) == 1 {
			if err := tx.RecordFor(auth, to[0].Person, journal.Event{Act: ActQueued, Detail: map[string]string{"what": t.Act.Words()},
				About: []journal.About{{ID: got[0], Kind: "message", Role: "object"}}}); err != nil {
				return made, err
			}
		}
	}
	if len(to) > 1 && made > 0 {
		return made, tx.Record(auth, journal.Event{Act: ActQueued, Detail: map[string]string{"what": t.Act.Words(), "count": strconv.Itoa(made)}})
	}
	return made, nil
}

func compare(a, b any) int {
	x, y := a.(civic.PersonID), b.(civic.PersonID)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// waiting is what a receiver has been told, or waits to be told, lately.
type waiting struct {
	Person              civic.PersonID
	ID, Template, About string
	Receiver, State     string
	Entry               string
	MadeAt              time.Time
	Tried               int
	Sealed              []byte
	Folded              string
}

// there reads what the receivers have open of the template, and how much was made for
// them lately.
func (s *Service) there(q db.Q, t *Template, to []Receiver) (map[string][]waiting, error) {
	args := []any{s.j.Now().Add(-time.Duration(s.book.chains.Storm.Within) * time.Minute), t.Name}
	for _, r := range to {
		args = append(args, r.ID)
	}
	var rows []waiting
	if err := q.Select(&rows, `SELECT m.person, m.id, m.template, m.about, m.receiver, m.state, m.entry, m.made_at, m.sealed, m.folded,
			(SELECT COUNT(*) FROM message_attempt a WHERE a.person = m.person AND a.message = m.id) AS tried
		FROM message m WHERE (m.made_at > $1 OR m.template = $2 AND m.state = 'open') AND m.receiver IN `+db.In(3, len(to))+` ORDER BY m.id`, args...); err != nil {
		return nil, err
	}
	out := map[string][]waiting{}
	for _, r := range rows {
		out[r.Receiver] = append(out[r.Receiver], r)
	}
	return out, nil
}

// fold decides whether a new message joins one that is there, or comes later because
// there were many.
func (s *Service) fold(tx *journal.Tx, t *Template, u urgencyData, m *Message, there []waiting, r Receiver) error {
	recent := 0
	for _, w := range there {
		if w.Folded == "" && w.Entry != m.Entry {
			recent++
		}
		if w.Template != m.Template || w.State != string(Open) || w.Entry == m.Entry || w.Person != m.Person {
			continue
		}
		same := m.About != "" && w.About == m.About
		// What somebody has to answer is never told as one of several.
		joins := w.Tried == 0 && len(t.Ends) == 0 && !u.Override
		if !same && !joins {
			continue
		}
		m.State, m.How, m.Folded = Cancelled, "folded", w.ID
		if same {
			return nil
		}
		return s.countIn(tx, w)
	}
	if st := s.book.chains.Storm; recent >= st.Many && !u.Override && t.Urgency != Code {
		m.NextAt = tx.Now.Add(time.Duration(st.Later) * time.Minute)
		if m.NextAt.After(m.OverAt) {
			m.OverAt = m.NextAt.Add(time.Hour)
		}
	}
	return nil
}

// countIn adds one to how many matters a message stands for.
func (s *Service) countIn(tx *journal.Tx, w waiting) error {
	m := Message{Person: w.Person, ID: w.ID, Sealed: w.Sealed}
	c, err := s.content(m)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.Values["times"]) // none is one
	c.Values["times"] = strconv.Itoa(min(999, max(1, n)+1))
	sealed, err := s.seal(w.ID, c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE message SET sealed = $1 WHERE person = $2 AND id = $3 AND state = 'open'`, sealed, w.Person, w.ID)
	return err
}

// named finds the member of staff whose matter a person is: of the first role that
// somebody has whose post covers the home, by the nearest post; among several always the same one for
// a person. It is never one of not, and "" when nobody else has any.
func named(q db.Q, person civic.PersonID, home civic.Division, roles []staff.Role, not ...civic.StaffID) (civic.StaffID, error) {
	for _, role := range roles {
		found, err := staff.Covering(q, role, home, not...)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			h := fnv.New32a()
			_, _ = h.Write([]byte(person))
			return found[h.Sum32()%uint32(len(found))], nil
		}
	}
	return "", nil
}

// maker is the member of staff whose act a message is about, or what nobody looked at was
// about; "" where nobody's or not known any more.
func (s *Service) maker(tx *journal.Tx, m Message) (civic.StaffID, error) {
	first, _, err := s.origin(tx, m)
	if err != nil {
		return "", err
	}
	return madeBy(tx, first)
}

// madeBy is the member of staff whose act made a message, or "".
func madeBy(tx *journal.Tx, m Message) (civic.StaffID, error) {
	var who []struct{ Kind, ID string }
	err := tx.Select(&who, `SELECT operator_kind AS kind, operator_id AS id FROM journal_entry WHERE id = $1`, m.Entry)
	if err != nil || len(who) == 0 || who[0].Kind != string(civic.PartyStaff) {
		return "", err
	}
	return civic.StaffID(who[0].ID), nil
}

// origin is the message of which it was told that nobody was reached or had looked, and m
// itself where it tells of none; the zero one if it was erased since. above reports whether m
// tells a second colleague that a first had not looked.
func (s *Service) origin(tx *journal.Tx, m Message) (first Message, above bool, err error) {
	for first = m; first.Template == string(ActExpired)+"/"+string(Staff); {
		before, err := readMessage(tx, m.Person, first.Entry)
		if civic.Is(err, civic.NotFound) {
			return Message{}, above, nil
		}
		if err != nil {
			return Message{}, above, err
		}
		above = above || before.Audience == Staff
		first = before
	}
	return first, above, nil
}
