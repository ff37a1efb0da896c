package people

import (
	"context"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// NameUse says what sort of second name it is.
type NameUse string

// The uses of a second name.
const (
	FormerName NameUse = "former" // 曾用名, as the household register has it
	PetName    NameUse = "pet"    // 小名, by which the neighbours know them
	EthnicName NameUse = "ethnic" // 民族名, where the card has a Chinese one
	AnyName    NameUse = "other"
)

// NameUses lists the uses in the order in which they are offered.
var NameUses = []NameUse{FormerName, PetName, EthnicName, AnyName}

var useWords = map[NameUse]string{FormerName: "曾用名", PetName: "小名", EthnicName: "民族名", AnyName: "别的名字"}

// Words names the use.
func (u NameUse) Words() string {
	if w, ok := useWords[u]; ok {
		return w
	}
	return useWords[AnyName]
}

// SecondName is another name by which a person is known.
type SecondName struct {
	ID      string
	Name    string
	Use     NameUse
	Reading string // syllables between blanks, or ""
}

// namesMost is how many second names a person may have at once.
const namesMost = 10

var (
	errUse       = civic.E(civic.Invalid, "name.use", "请选择这是曾用名、小名还是民族名。").On("use")
	errNameKnown = civic.E(civic.Conflict, "name.known", "这个名字已经登记过了，不用再登记。").On("name")
	errNamesMany = civic.E(civic.Exhausted, "name.many", "别的名字最多登记10个，请先停用一个。").On("name")
	errNoName    = civic.E(civic.NotFound, "name.unknown", "没有这个名字，可能已经停用了。请刷新页面再看。")
)

// mayName says what changing a person's names needs: the person themselves, whoever
// they let act in everything, or staff who have opened them.
func mayName(person civic.PersonID) civic.Need {
	return civic.Need{Person: person, Permission: civic.MayRegisterPeople, Service: "*"}
}

// AddName adds another name by which a person is found, and returns its ID.
// Conflict if the person has it already, Exhausted after ten.
func (s *Service) AddName(ctx context.Context, actor civic.Actor, person civic.PersonID, in SecondName) (string, error) {
	id := db.NewID()
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(mayName(person))
		if err != nil {
			return err
		}
		if _, ok := useWords[in.Use]; !ok {
			return errUse
		}
		name, err := CleanName(in.Name)
		if err != nil {
			return err
		}
		reading, err := CleanReading(name, in.Reading)
		if err != nil {
			return err
		}
		self, err := Resolve(tx, person)
		if err != nil {
			return err
		}
		// The person's row first: of two clerks at once, the second sees the first's name.
		if _, err := tx.Exec(`UPDATE person SET keyed = keyed WHERE id = $1`, self.Root); err != nil {
			return err
		}
		var main string
		if err := tx.Get(&main, `SELECT name FROM person WHERE id = $1`, self.Root); err != nil {
			return err
		}
		known, err := secondNames(tx, auth.Selves())
		if err != nil {
			return err
		}
		if len(known) >= namesMost {
			return errNamesMany
		}
		for _, k := range append(known, SecondName{Name: main}) {
			if nameKey(k.Name) == nameKey(name) {
				return errNameKnown
			}
		}
		if err := tx.InsertRows("other_name", []string{"person", "id", "name", "use", "reading", "created_at"},
			[][]any{{self.Root, id, name, in.Use, reading, tx.Now}}); err != nil {
			return err
		}
		if err := reindex(tx, auth, self.Root); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActNamed, Detail: map[string]string{"use": in.Use.Words()}})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// EndName takes back a second name, which finds nobody from then on. NotFound if
// the person has no such name, or not any more.
func (s *Service) EndName(ctx context.Context, actor civic.Actor, person civic.PersonID, name string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(mayName(person))
		if err != nil {
			return err
		}
		if utf8.RuneCountInString(name) > 64 {
			return errNoName
		}
		selves := auth.Selves()
		var of []civic.PersonID
		if err := tx.Select(&of, `SELECT person FROM other_name WHERE ended_at IS NULL AND id = $1 AND person IN `+db.In(2, len(selves)),
			append([]any{name}, db.Args(selves)...)...); err != nil {
			return err
		}
		if len(of) == 0 {
			return errNoName
		}
		n, err := tx.Exec(`UPDATE other_name SET ended_at = $1 WHERE ended_at IS NULL AND person = $2 AND id = $3`, tx.Now, of[0], name)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoName
		}
		if err := reindex(tx, auth, of[0]); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActUnnamed})
	})
}

// Names returns the second names of a person, with how their own name is read, ""
// if nobody said. It needs an authority over the person.
func (s *Service) Names(ctx context.Context, actor civic.Actor, person civic.PersonID) (reading string, names []SecondName, err error) {
	err = s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*", Look: true})
		if err != nil {
			return err
		}
		self, err := Resolve(v, person)
		if err != nil {
			return err
		}
		if err := v.Get(&reading, `SELECT reading FROM person WHERE id = $1`, self.Root); err != nil {
			return err
		}
		names, err = secondNames(v, auth.Selves())
		return err
	})
	return reading, names, err
}

func secondNames(q db.Q, ids []civic.PersonID) ([]SecondName, error) {
	var out []SecondName
	err := q.Select(&out, `SELECT id, name, use, reading FROM other_name WHERE ended_at IS NULL AND person IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...)
	return out, err
}
