package people

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/speech/pinyin"
)

var errAlike = civic.E(civic.Conflict, "register.alike", "这位老人可能已经登记过了。请和下面的人对一对：是同一位就打开那一位，都不是再登记新人。")

// Twins are the people who may be the one about to be registered, the likeliest
// first, ten at most, masked, with the reason. It needs people.register where the
// new person lives.
func (s *Service) Twins(ctx context.Context, actor civic.Actor, in Registration) ([]Match, error) {
	n, err := s.examine(civic.PersonID(db.NewID()), in)
	if err != nil {
		return nil, err
	}
	need := civic.Need{Permission: civic.MayRegisterPeople, Division: n.Division}
	var out []Match
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(need)
		if err != nil {
			return err
		}
		all, err := Alike(v, auth, []Likeness{n.likeness()})
		if err == nil {
			out = all[0]
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		return recordList(tx, auth, actor, "登记前核对", len(out))
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (n *prepared) likeness() Likeness {
	l := Likeness{Name: n.Name, Reading: n.reading, Sex: n.Sex, Birth: n.Birth, Division: n.Division}
	for _, c := range n.credentials {
		l.Number = l.Number || c.kind == string(KindResidentID)
	}
	for _, p := range n.phones {
		l.Phones = append(l.Phones, p.hash)
	}
	return l
}

// Bounds of a comparison: how many are compared in one round of reads, how many
// people one read of an index gives for one of them, and how many are shown.
const (
	alikeRound = 16
	alikeEach  = 100
)

// Alike finds for each of several new people who may be the same, by the rules of
// data/alike.yaml, ten at most, the likeliest first: out[i] belongs to ns[i]. It
// asks a few questions of the database for every sixteen.
func Alike(q db.Q, auth civic.Authority, ns []Likeness) ([][]Match, error) {
	if !auth.Valid() {
		return nil, errAuthority
	}
	ts, err := lookalikes(q, ns)
	if err != nil {
		return nil, err
	}
	out := make([][]Match, len(ns))
	for i := range ts {
		for _, t := range ts[i] {
			m := t.row.match()
			m.Why = t.why()
			out[i] = append(out[i], m)
		}
	}
	return out, addTails(q, out...)
}

// lookalike is somebody who may be the same person, by one of the rules.
type lookalike struct {
	rule int
	row  shown
}

// why says by what they are alike.
func (t lookalike) why() string { return alikeData().Rules[t.rule].Say }

// lookalikes finds for each of several people who may be the same.
func lookalikes(q db.Q, ns []Likeness) ([][]lookalike, error) {
	out := make([][]lookalike, 0, len(ns))
	for part := range slices.Chunk(ns, alikeRound) {
		ts, err := lookalikesOf(q, part)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}

// suspect is somebody who shares a name, a sound or a phone with a new person.
type suspect struct {
	At     int `db:"n"`
	Person civic.PersonID
}

// lookalikesOf is one round of lookalikes.
func lookalikesOf(q db.Q, ns []Likeness) ([][]lookalike, error) {
	rules := alikeData()
	sounds := make([]string, len(ns))
	for i, n := range ns {
		sounds[i] = soundOf(n.Name, n.Reading)
	}
	byName, err := suspects(q, ns, sounds, rules.Years)
	if err != nil {
		return nil, err
	}
	phone, err := sharers(q, ns)
	if err != nil {
		return nil, err
	}
	both := byName
	for s := range phone {
		both = append(both, s)
	}
	slices.SortFunc(both, func(a, b suspect) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Person, b.Person)) })
	both = slices.Compact(both)
	var ids []civic.PersonID
	for _, s := range both {
		ids = append(ids, s.Person)
	}
	rows, err := readShown(q, ids)
	if err != nil {
		return nil, err
	}
	numbered, err := haveNumbers(q, ids)
	if err != nil {
		return nil, err
	}
	out := make([][]lookalike, len(ns))
	for _, s := range both {
		r, ok := rows[s.Person]
		if !ok || slices.ContainsFunc(out[s.At], func(t lookalike) bool { return t.row.ID == r.ID }) {
			continue
		}
		other := Likeness{Name: r.was, Sex: r.Sex, Birth: r.Birth, Division: r.Division, Number: numbered[s.Person]}
		if rule, ok := rules.alike(ns[s.At], other, [2]string{sounds[s.At], soundOf(r.was, r.Reading)}, phone[s]); ok {
			out[s.At] = append(out[s.At], lookalike{rule, r})
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i], func(a, b lookalike) int { return cmp.Compare(a.rule, b.rule) })
		out[i] = out[i][:min(len(out[i]), matchMost)]
	}
	return out, nil
}

// soundOf is the pinyin of a name as most people read it, "" if it has none.
func soundOf(name, reading string) string {
	for i, k := range pinyin.NameKeys(name, strings.Fields(reading)...) {
		if i == 1 && k.Rank == 0 {
			return k.Text
		}
	}
	return ""
}

// suspects reads the indexes of names: of each new person, who has the name and
// the birthday anywhere, and who has the name or its sound in the county and about
// the age.
func suspects(q db.Q, ns []Likeness, sounds []string, years int) ([]suspect, error) {
	var parts []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		// Not the bare parameter: SQLite would plan the statement anew for each value that a range is bound to, which
		// takes longer than to run it.
		return "($" + strconv.Itoa(len(args)) + " || '')"
	}
	read := func(i int, conds ...string) {
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT %d AS n, person FROM name_key WHERE %s LIMIT %d) AS s%d`,
			i, strings.Join(conds, " AND "), alikeEach, len(parts)))
	}
	for i, n := range ns {
		name, county := nameKey(n.Name), n.Division.County()
		inCounty := func(text string, grade int) []string {
			return []string{"county = " + arg(county), "text = " + arg(text), "grade = " + strconv.Itoa(grade)}
		}
		if n.Birth == "" {
			read(i, inCounty(name, gradeName)...)
			continue
		}
		read(i, "text = "+arg(name), "grade = "+strconv.Itoa(gradeName), "born = "+arg(n.Birth))
		read(i, append(inCounty(name, gradeName), "born = ''")...)
		from, to := around(n.Birth, years)
		for _, k := range []struct {
			text  string
			grade int
		}{{name, gradeName}, {sounds[i], gradePinyin}} {
			if k.text != "" {
				read(i, append(inCounty(k.text, k.grade), "born >= "+arg(from), "born < "+arg(to))...)
			}
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var out []suspect
	err := q.Select(&out, strings.Join(parts, " UNION ALL "), args...)
	return out, err
}

// around is the range of births within some years of one.
func around(birth string, years int) (from, to string) {
	y, err := strconv.Atoi(year(birth))
	if err != nil {
		return birth, birth
	}
	return fmt.Sprintf("%04d", y-years), fmt.Sprintf("%04d", y+years+1)
}

// sharers finds who shares a phone with a new person.
func sharers(q db.Q, ns []Likeness) (map[suspect]bool, error) {
	var hashes []string
	for _, n := range ns {
		hashes = append(hashes, n.Phones...)
	}
	out := map[suspect]bool{}
	if len(hashes) == 0 {
		return out, nil
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	var rows []struct {
		Hash   string
		Person civic.PersonID
	}
	if err := q.Select(&rows, `SELECT hash, person FROM contact_index WHERE hash IN `+db.In(1, len(hashes))+` ORDER BY hash, person LIMIT `+strconv.Itoa(alikeEach*alikeRound),
		db.Args(hashes)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		for i, n := range ns {
			if slices.Contains(n.Phones, r.Hash) {
				out[suspect{i, r.Person}] = true
			}
		}
	}
	return out, nil
}

// haveNumbers tells which people have a resident ID number.
func haveNumbers(q db.Q, ids []civic.PersonID) (map[civic.PersonID]bool, error) {
	out := map[civic.PersonID]bool{}
	for part := range slices.Chunk(ids, readEach) {
		var have []civic.PersonID
		if err := q.Select(&have, `SELECT DISTINCT person FROM credential WHERE kind = 'resident_id' AND state NOT IN ('disputed', 'withdrawn') AND person IN `+db.In(1, len(part)),
			db.Args(part)...); err != nil {
			return nil, err
		}
		for _, p := range have {
			out[p] = true
		}
	}
	return out, nil
}
