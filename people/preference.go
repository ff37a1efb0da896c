package people

import (
	"context"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

// PreferenceKind is one question of how a person wants to be served, as
// people/data/preferences.yaml has it.
type PreferenceKind struct {
	Kind   string  `yaml:"kind"`
	Words  string  `yaml:"words"`
	Values []Coded `yaml:"values"`
}

var preferenceData = ruledata.Must[struct {
	Version int
	Source  string
	Kinds   []PreferenceKind
}](data, "data/preferences.yaml")

// PreferenceKinds lists the questions, in the order in which they are asked.
func PreferenceKinds() []PreferenceKind { return preferenceData.Kinds }

// Preference is a person's answer to one of them.
type Preference struct{ Kind, Value string }

func (p Preference) found() (PreferenceKind, Coded) {
	for _, k := range preferenceData.Kinds {
		if k.Kind != p.Kind {
			continue
		}
		for _, v := range k.Values {
			if v.Code == p.Value {
				return k, v
			}
		}
	}
	return PreferenceKind{}, Coded{}
}

// Question and Words say what was asked and answered.
func (p Preference) Question() string { k, _ := p.found(); return k.Words }

// Words says the answer.
func (p Preference) Words() string { _, v := p.found(); return v.Words }

// Badge is what a clerk must not miss, "" if there is nothing.
func (p Preference) Badge() string { _, v := p.found(); return v.Badge }

var (
	// ActPreferred says that somebody said how a person wants to be served.
	ActPreferred = journal.Define("preference.set", "登记了服务习惯")

	errReachAgent = civic.E(civic.Denied, "preference.reach", "怎么联系老人，要老人自己说，代办的人不能改。请老人登录自己的网页改，或打服务电话、到窗口说一声。").
			Accepting("老人自己改，或由工作人员照老人说的改").On("preference")
	errPreference = civic.E(civic.Invalid, "preference.unknown", "请从表里选，没有的就不选。").On("preference")
)

// kindReach is the question of how a person wants to be reached. What is to be told to them about
// those who act for them goes by it, so that these leave it as it is.
const kindReach = "reach"

// Prefer keeps how a person wants to be served: by kind, the code of the value; an
// empty one takes an answer back. Kinds that are not named stay as they are. Denied to an
// agent who changes how the person is reached.
func (s *Service) Prefer(ctx context.Context, actor civic.Actor, person civic.PersonID, want map[string]string) error {
	kinds := make([]string, 0, len(want))
	for k, v := range want {
		if v != "" && (Preference{k, v}).Words() == "" || !slices.ContainsFunc(preferenceData.Kinds, func(p PreferenceKind) bool { return p.Kind == k }) {
			return errPreference
		}
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, root, err := whoever(tx, person)
		if err != nil {
			return err
		}
		had, err := readPreferences(tx, auth.Selves())
		if err != nil {
			return err
		}
		ids, changed := auth.Selves(), false
		for _, k := range kinds {
			if had[k] == want[k] {
				continue
			}
			if changed = true; k == kindReach && auth.Basis() == civic.BasisGrant {
				return errReachAgent
			}
			if _, err := tx.Exec(`DELETE FROM person_preference WHERE kind = $1 AND person IN `+db.In(2, len(ids)), append([]any{k}, db.Args(ids)...)...); err != nil {
				return err
			}
			if want[k] == "" {
				continue
			}
			if err := tx.InsertRows("person_preference", []string{"person", "kind", "value", "set_at"}, [][]any{{root, k, want[k], tx.Now}}); err != nil {
				return err
			}
		}
		if !changed {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActPreferred})
	})
}

// Preferences lists how a person wants to be served, in the order of the
// questions, for whoever has an authority over them.
func (s *Service) Preferences(q db.Q, auth civic.Authority, person civic.PersonID) ([]Preference, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	had, err := readPreferences(q, auth.Selves())
	if err != nil {
		return nil, err
	}
	var out []Preference
	for _, k := range preferenceData.Kinds {
		if v := had[k.Kind]; v != "" {
			out = append(out, Preference{k.Kind, v})
		}
	}
	return out, nil
}

func readPreferences(q db.Q, ids []civic.PersonID) (map[string]string, error) {
	var rows []Preference
	err := q.Select(&rows, `SELECT kind, value FROM person_preference WHERE person IN `+db.In(1, len(ids))+` ORDER BY set_at`, db.Args(ids)...)
	out := map[string]string{}
	for _, r := range rows {
		out[r.Kind] = r.Value
	}
	return out, err
}
