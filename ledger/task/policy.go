package task

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ledger"
	"yinqiao/staff"
)

// States of a policy document.
const (
	PolicyRead    = "read"    // being corrected
	PolicyAdopted = "adopted" // in the ledger
	PolicyDropped = "dropped" // not to be used; kept for the record
)

// Policy is a document that was read.
type Policy struct {
	ID        string
	Division  civic.Division // whose plan it is
	Code      string         // names its clauses: SX; "" until it is adopted
	Title     string
	Number    string
	IssuedOn  string `db:"issued_on"`
	State     string
	Rev       int64
	File      string
	ReadBy    civic.StaffID `db:"read_by"`
	ReadAt    time.Time     `db:"read_at"`
	AdoptedBy civic.StaffID `db:"adopted_by"`
	AdoptedAt *time.Time    `db:"adopted_at"`

	Reading     *ledger.Policy `db:"-"` // as it was corrected; nil in a list
	Source      []string       `db:"-"` // the document, line by line
	Corrections []Correction   `db:"-"`
	Reader      string         `db:"-"` // who read it, and who adopted it, by name
	Adopter     string         `db:"-"`
}

// Correction is one field that a person changed in the reading.
type Correction struct {
	Rev   int64
	AtRef string `db:"at_ref"` // the measure's number, "" for the document's own facts
	Field string
	Was   string
	Now   string
	By    civic.StaffID
	At    time.Time
	Name  string `db:"-"` // who, by name
}

const policyColumns = `id, division, code, title, number, issued_on, state, rev, file, read_by, read_at, adopted_by, adopted_at`

// PolicyFile is a document as somebody brings it.
type PolicyFile struct {
	Name     string
	Bytes    []byte
	Division civic.Division // whose plan it is
}

var (
	errWhose   = civic.E(civic.Invalid, "policy.division", "请选这是哪个地方的方案。").On("division")
	errAdopted = civic.E(civic.Conflict, "policy.adopted", "这份方案已经进了台账，不能再改读入的内容。")
	errMoved   = civic.E(civic.Conflict, "policy.moved", "别人刚改过这份方案。请看看最新的，再改一次。")
)

// BringPolicy reads a document and keeps the reading beside its text, for a person to
// correct. It needs ledger.keep in the division. The errors are those of ledger.Read.
func (s *Service) BringPolicy(ctx context.Context, actor civic.Actor, in PolicyFile) (string, error) {
	if in.Division == "" {
		return "", errWhose
	}
	// Whoever may not keep the ledger is refused before their file is opened.
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { _, err := v.Authorise(keeping(in.Division)); return err }); err != nil {
		return "", err
	}
	p, lines, err := ledger.ReadWithText(ctx, in.Name, in.Bytes)
	if err != nil {
		return "", err
	}
	id := db.NewID()
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(keeping(in.Division))
		if err != nil {
			return err
		}
		if err := enterPolicy(tx, Policy{ID: id, Division: in.Division, File: fileName(in.Name), ReadBy: actor.Staff(), Reading: p, Source: lines}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActRead, Detail: map[string]string{"title": short(p.Title)}, About: about("policy", id)})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// enterPolicy keeps a document that was read, with its reading and its text.
func enterPolicy(tx *journal.Tx, p Policy) error {
	reading, err := json.Marshal(p.Reading)
	if err != nil {
		return err
	}
	var source strings.Builder
	for _, l := range p.Source {
		source.WriteString(l + "\n")
	}
	return tx.InsertRows("ledger_policy", []string{"id", "division", "code", "title", "number", "issued_on", "state", "rev", "was_read", "reading", "source", "file", "read_by", "read_at", "adopted_by"},
		[][]any{{p.ID, p.Division, "", p.Reading.Title, p.Reading.Number, p.Reading.IssuedOn, PolicyRead, 1, reading, reading, []byte(source.String()), p.File, p.ReadBy, tx.Now, ""}})
}

// fileName is what a file was called, without the folders of somebody's machine.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "?"), `\`, "/"))
	if n := []rune(name); len(n) > 100 {
		name = string(n[:100])
	}
	return name
}

// short is the beginning of a text, for an entry.
func short(s string) string { return civic.Cut(s, 60) }

// Policies lists the documents of a division, of what is round it and of what lies in it,
// the newest first; dropped ones come last. It needs figures.see there.
func (s *Service) Policies(ctx context.Context, actor civic.Actor, in civic.Division) ([]Policy, error) {
	var out []Policy
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		where, args := around(in)
		if err := v.Select(&out, `SELECT `+policyColumns+` FROM ledger_policy WHERE `+where+` ORDER BY CASE state WHEN 'dropped' THEN 1 ELSE 0 END, id DESC`, args...); err != nil {
			return err
		}
		return namePolicies(v, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// around finds what is of a division, in it, or of one round it: a county reads the plan of
// its province.
func around(in civic.Division) (string, []any) {
	var upward []civic.Division
	for n := 2; n < len(in); n += 2 {
		upward = append(upward, in[:n])
	}
	where, args := `division >= $1 AND division < $2`, []any{in, string(in) + "~"}
	if len(upward) > 0 {
		where = `(` + where + ` OR division IN ` + db.In(3, len(upward)) + `)`
		args = append(args, db.Args(upward)...)
	}
	return where, args
}

func namePolicies(q db.Q, ps []Policy) error {
	var ids []civic.StaffID
	for _, p := range ps {
		ids = append(ids, p.ReadBy, p.AdoptedBy)
		for _, c := range p.Corrections {
			ids = append(ids, c.By)
		}
	}
	names, err := staff.Names(q, known(ids))
	if err != nil {
		return err
	}
	for i := range ps {
		p := &ps[i]
		p.Reader, p.Adopter = names[p.ReadBy], names[p.AdoptedBy]
		for j := range p.Corrections {
			p.Corrections[j].Name = names[p.Corrections[j].By]
		}
	}
	return nil
}

// ShowPolicy reads a document with its text, the reading and what was corrected in it. It
// needs figures.see in its division, or in one that lies in it.
func (s *Service) ShowPolicy(ctx context.Context, actor civic.Actor, id string) (Policy, error) {
	var p Policy
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		if p, err = readPolicy(v, id); err != nil {
			return hide(v, err)
		}
		if err := seesFrom(v, p.Division); err != nil {
			return err
		}
		if err := p.withTexts(v); err != nil {
			return err
		}
		if err := v.Select(&p.Corrections, `SELECT rev, at_ref, field, was, now, by, at FROM ledger_correction WHERE policy = $1 ORDER BY rev, seq`, id); err != nil {
			return err
		}
		one := []Policy{p}
		err = namePolicies(v, one)
		p = one[0]
		return err
	})
	if err != nil {
		return Policy{}, err
	}
	return p, nil
}

// seesFrom lets those read what is of a division who see figures there or in some
// division within it: a plan is public among those who carry it out.
func seesFrom(v *journal.View, in civic.Division) error {
	_, err := v.Authorise(seeing(in))
	if err == nil || !civic.Is(err, civic.Denied) {
		return err
	}
	m, readErr := staff.Read(v, v.Actor.Staff())
	if readErr != nil {
		return err
	}
	for _, d := range m.Where(civic.MaySeeFigures) {
		if in.Covers(d) {
			_, err = v.Authorise(seeing(d))
			return err
		}
	}
	return err
}

func readPolicy(q db.Q, id string) (p Policy, err error) {
	err = only(q, &p, `SELECT `+policyColumns+` FROM ledger_policy WHERE id = $1`, id)
	return p, err
}

// withTexts adds the reading and the document's text.
func (p *Policy) withTexts(q db.Q) error {
	var texts struct{ Reading, Source []byte }
	if err := q.Get(&texts, `SELECT reading, source FROM ledger_policy WHERE id = $1`, p.ID); err != nil {
		return err
	}
	if len(texts.Source) > 0 {
		p.Source = strings.Split(strings.TrimSuffix(string(texts.Source), "\n"), "\n")
	}
	p.Reading = &ledger.Policy{}
	return json.Unmarshal(texts.Reading, p.Reading)
}

// changePolicy holds a document that is still being corrected, and does something to it.
func (s *Service) changePolicy(ctx context.Context, actor civic.Actor, id string, rev int64, fn func(*journal.Tx, civic.Authority, Policy) error) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_policy SET rev = rev WHERE id = $1`, id); err != nil {
			return err
		}
		p, err := readPolicy(tx, id)
		if err != nil {
			return hide(tx, err)
		}
		auth, err := tx.Authorise(keeping(p.Division))
		if err != nil {
			return err
		}
		switch {
		case p.State != PolicyRead:
			return errAdopted
		case rev != p.Rev:
			return errMoved
		}
		if err := p.withTexts(tx); err != nil {
			return err
		}
		return fn(tx, auth, p)
	})
}

// DropPolicy puts a reading aside that is not to be used. It needs ledger.keep in the
// division. Conflict when it is in the ledger, or was corrected since rev.
func (s *Service) DropPolicy(ctx context.Context, actor civic.Actor, id string, rev int64) error {
	return s.changePolicy(ctx, actor, id, rev, func(tx *journal.Tx, auth civic.Authority, p Policy) error {
		if _, err := tx.Exec(`UPDATE ledger_policy SET state = $1 WHERE id = $2`, PolicyDropped, id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDropped, Detail: map[string]string{"title": short(p.Title)}, About: about("policy", id)})
	})
}

// known drops what is empty and what comes twice.
func known[S ~string](ids []S) []S {
	seen, out := map[S]bool{"": true}, []S(nil)
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
