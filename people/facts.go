package people

import (
	"context"
	"embed"
	"slices"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

//go:embed data/*.yaml
var data embed.FS

// Coded is a value as it is stored and as people read it.
type Coded struct {
	Code  string `yaml:"code"`
	Words string `yaml:"words"`
	Badge string `yaml:"badge"` // what a clerk must not miss, "" if nothing
}

func wordsOf(list []Coded, code string) string {
	if i := slices.IndexFunc(list, func(c Coded) bool { return c.Code == code }); i >= 0 {
		return list[i].Words
	}
	return ""
}

var (
	errSource   = civic.E(civic.Invalid, "fact.source", "请写明从哪里知道的，比如：民政名单、评估报告、入户走访；最多50个字，不要写号码。").On("source")
	errReason   = civic.E(civic.Invalid, "fact.reason", "请写明原因，最多50个字，不要写证件号和电话。").On("reason")
	errDay      = civic.E(civic.Invalid, "fact.day", "日期要写成2026-11-23这样。").On("from")
	errNotAgent = civic.E(civic.Denied, "fact.agent", "这一项要本人来，或由工作人员对着证件改，代办的人不能改。").Accepting("请老人本人来，或请工作人员办理")
	errOnlyDesk = civic.E(civic.Denied, "fact.desk", "这一项由工作人员对着材料登记。").Accepting("请带材料到窗口，或打电话请人上门")
)

// clean folds a short text for the journal and refuses one that is empty, too
// long, or holds a number.
func clean(text string, wrong *civic.Error) (string, error) {
	text = civic.FoldWords(text)
	if text == "" || utf8.RuneCountInString(text) > 50 || civic.HoldsNumber(text) {
		return "", wrong
	}
	return text, nil
}

// asDay checks a day as YYYY-MM-DD; an empty one is the day given.
func asDay(text, otherwise string) (string, error) {
	text = civic.Fold(text)
	if text == "" {
		return otherwise, nil
	}
	if t, err := time.Parse(time.DateOnly, text); err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return "", errDay
	}
	return text, nil
}

func dayOf(t time.Time) string { return t.In(civic.Shanghai).Format(time.DateOnly) }

// whoever lets the person, staff who have them open and an agent for every
// service change a fact, and returns the identity that it is written under.
func whoever(tx *journal.Tx, person civic.PersonID) (civic.Authority, civic.PersonID, error) {
	auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*"})
	if err != nil {
		return auth, "", err
	}
	return rooted(tx, auth, person)
}

// staffOnly lets staff who have the person open change a fact, at the person's
// own word, and the platform itself.
func staffOnly(tx *journal.Tx, person civic.PersonID, may civic.Permission) (civic.Authority, civic.PersonID, error) {
	auth, err := staffMay(tx, person, may)
	if err != nil {
		return auth, "", err
	}
	return rooted(tx, auth, person)
}

func staffMay(tx *journal.Tx, person civic.PersonID, may civic.Permission) (civic.Authority, error) {
	auth, err := tx.Authorise(civic.Need{Person: person, Permission: may})
	switch {
	case err != nil:
		return auth, err
	case auth.Basis() == civic.BasisOwn:
		return auth, errOnlyDesk
	case auth.Basis() == civic.BasisGrant:
		return auth, errNotAgent
	}
	return auth, nil
}

// rooted locks the row of the person, so that two changes take turns.
func rooted(tx *journal.Tx, auth civic.Authority, person civic.PersonID) (civic.Authority, civic.PersonID, error) {
	self, err := Resolve(tx, person)
	if err != nil {
		return auth, "", err
	}
	_, err = tx.Exec(`UPDATE person SET division = division WHERE id = $1`, self.Root)
	return auth, self.Root, err
}

// Facts are what is known of a person beyond their profile.
type Facts struct {
	Tags        []Tag
	Household   []Housemate
	Preferences []Preference
	Births      []ServiceBirth
	Village     string
}

// Badges are what nobody who serves the person may miss.
func (f Facts) Badges() []string {
	var out []string
	for _, p := range f.Preferences {
		if b := p.Badge(); b != "" {
			out = append(out, b)
		}
	}
	return out
}

// Facts reads them for the person, for staff who have them open, and for an agent
// for every service, who does not see the sensitive tags.
func (s *Service) Facts(ctx context.Context, actor civic.Actor, person civic.PersonID) (Facts, error) {
	var f Facts
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.WholeOf(actor, person))
		if err != nil {
			return err
		}
		f, err = s.FactsOf(v, auth, person)
		return err
	})
	return f, err
}

// FactsOf is Facts inside another room's transaction.
func (s *Service) FactsOf(q db.Q, auth civic.Authority, person civic.PersonID) (f Facts, err error) {
	if f.Tags, err = s.TagsOn(q, auth, person, dayOf(s.j.Now())); err != nil {
		return Facts{}, err
	}
	if f.Household, err = s.Household(q, auth, person); err != nil {
		return Facts{}, err
	}
	if f.Preferences, err = s.Preferences(q, auth, person); err != nil {
		return Facts{}, err
	}
	if f.Births, err = s.ServiceBirths(q, auth, person); err != nil {
		return Facts{}, err
	}
	row, err := readPerson(q, person)
	if err != nil {
		return Facts{}, err
	}
	f.Village = row.Village
	return f, nil
}
