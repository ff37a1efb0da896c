package people

import (
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/speech/pinyin"
)

// The grades of a name's keys: how near a key is to the name, the best first.
const (
	gradeName      = iota // the name itself
	gradeInitials         // first letters of the preferred reading
	gradePinyin           // the preferred reading in full
	gradeSpelling         // another spelling of its ü
	gradeSurname          // the first character
	gradeReading          // first letters of another reading
	gradeOther            // another name of the person
	gradeOtherRead        // pinyin of another name
)

// keysVersion is raised when names are to get other keys, and everybody's keys are
// made anew at the next start.
const keysVersion = 1

// named is what the keys of a person are made of.
type named struct {
	ID       civic.PersonID
	Name     string
	Reading  string // confirmed syllables between blanks, or ""
	Birth    string
	Division civic.Division
}

// otherName is a second name that is in use.
type otherName struct {
	Person             civic.PersonID
	Name, Use, Reading string
}

var keyColumns = []string{"person", "text", "grade", "via", "county", "division", "born"}

// keyRows are the rows of name_key for one person.
func keyRows(p named, others []otherName) [][]any {
	var rows [][]any
	seen := map[string]bool{}
	add := func(text string, grade int, via string) {
		if text != "" && !seen[text] {
			seen[text] = true
			rows = append(rows, []any{p.ID, text, grade, via, p.Division.County(), p.Division, p.Birth})
		}
	}
	add(nameKey(p.Name), gradeName, "")
	for i, k := range pinyin.NameKeys(p.Name, strings.Fields(p.Reading)...) {
		switch {
		case i == 0:
			add(k.Text, gradeInitials, "")
		case k.Rank == 0:
			add(k.Text, gradePinyin, "")
		case k.Rank == 1:
			add(k.Text, gradeSpelling, "")
		default:
			add(k.Text, gradeReading, "")
		}
	}
	add(surname(p.Name), gradeSurname, "")
	for _, o := range others {
		add(nameKey(o.Name), gradeOther, o.Use)
		for _, k := range pinyin.NameKeys(o.Name, strings.Fields(o.Reading)...) {
			add(k.Text, gradeOtherRead, o.Use)
		}
	}
	return rows
}

// NameKeyColumns are the columns of the rows that NameKeys returns.
var NameKeyColumns = keyColumns

// NameKeys returns the rows by which the name of an active person without second
// names is found, and the version of the keys that their row is to have: for whoever
// loads many people at once.
func NameKeys(p Person) (rows [][]any, version int) {
	return keyRows(named{ID: p.ID, Name: p.Name, Birth: p.Birth, Division: p.Division}, nil), keysVersion
}

// nameKey is a name as it is compared: its characters without what joins them, in
// small letters.
func nameKey(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if isJoint(r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, name))
}

// surname is the first character of a name that is written in Chinese.
func surname(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	if unicode.Is(unicode.Han, r) || r == '〇' || r >= 0x20000 && r <= 0x3FFFD {
		return string(r)
	}
	return ""
}

// reindex makes the keys of people anew, by the rows as the transaction has them.
// Whoever changes a name, a reading, a home, a date of birth or a person's state
// calls it afterwards. Who is not active has no keys.
func reindex(tx *journal.Tx, auth civic.Authority, ids ...civic.PersonID) error {
	if !auth.Valid() {
		return errAuthority
	}
	for len(ids) > 0 {
		n := min(len(ids), 200)
		if err := reindexSome(tx, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func reindexSome(tx *journal.Tx, ids []civic.PersonID) error {
	in, args := db.In(1, len(ids)), db.Args(ids)
	var ps []struct {
		named
		State string
	}
	if err := tx.Select(&ps, `SELECT id, name, reading, birth, division, state FROM person WHERE id IN `+in, args...); err != nil {
		return err
	}
	var others []otherName
	if err := tx.Select(&others, `SELECT person, name, use, reading FROM other_name WHERE ended_at IS NULL AND person IN `+in+` ORDER BY person, id`, args...); err != nil {
		return err
	}
	by := map[civic.PersonID][]otherName{}
	for _, o := range others {
		by[o.Person] = append(by[o.Person], o)
	}
	if _, err := tx.Exec(`DELETE FROM name_key WHERE person IN `+in, args...); err != nil {
		return err
	}
	var rows [][]any
	for _, p := range ps {
		if p.State == "active" {
			rows = append(rows, keyRows(p.named, by[p.ID])...)
		}
	}
	if err := tx.InsertRows("name_key", keyColumns, rows); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE person SET keyed = $1 WHERE id IN `+db.In(2, len(ids)), append([]any{keysVersion}, args...)...)
	return err
}

// keyedEach is how many people get their keys in one transaction.
const keyedEach = 1000

// KeyNames makes the keys of some people who have none, or those of an older
// version, and returns how many. At start it is called until it returns 0.
func (s *Service) KeyNames(ctx context.Context) (int, error) {
	var ids []civic.PersonID
	actor := civic.System("names")
	read := func(q db.Q) error {
		ids = nil
		return q.Select(&ids, `SELECT id FROM person WHERE keyed < $1 ORDER BY keyed, id LIMIT $2`, keysVersion, keyedEach)
	}
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { return read(v) }); err != nil || len(ids) == 0 {
		return 0, err
	}
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		if len(ids) == 0 {
			return journal.ErrUnchanged // another process was faster
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayRegisterPeople})
		if err != nil {
			return err
		}
		if err := reindex(tx, auth, ids...); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActKeyed, Detail: map[string]string{"people": strconv.Itoa(len(ids))}})
	})
	return len(ids), err
}
