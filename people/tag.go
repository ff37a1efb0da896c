package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

// TagKind is one kind of fact about people, as people/data/tags.yaml has it.
type TagKind struct {
	Kind      string   `yaml:"kind"`
	Words     string   `yaml:"words"`
	FromAge   int      `yaml:"from_age"` // computed from the age; such a tag is never stored
	Sensitive bool     `yaml:"sensitive"`
	Months    int      `yaml:"months"` // until somebody looks again; 0 is never
	Scales    []string `yaml:"scales"` // by which it must have been assessed
	Levels    []int    `yaml:"levels"` // that count as having it
	Variants  []Coded  `yaml:"variants"`
	Source    string   `yaml:"source"`
}

// Scale is a way of assessing; the index of a level is its number.
type Scale struct {
	Scale  string   `yaml:"scale"`
	Words  string   `yaml:"words"`
	Months int      `yaml:"months"`
	Levels []string `yaml:"levels"`
}

var tagData = ruledata.Must[struct {
	Version int
	Source  string
	Kinds   []TagKind
	Scales  []Scale
}](data, "data/tags.yaml")

// TagKinds lists the kinds that can be stored, in the order in which they are
// offered.
func TagKinds() []TagKind {
	return slices.DeleteFunc(slices.Clone(tagData.Kinds), func(k TagKind) bool { return k.FromAge > 0 })
}

// TagScales lists the scales.
func TagScales() []Scale { return tagData.Scales }

func tagKind(kind string) (TagKind, bool) {
	i := slices.IndexFunc(tagData.Kinds, func(k TagKind) bool { return k.Kind == kind })
	if i < 0 {
		return TagKind{}, false
	}
	return tagData.Kinds[i], true
}

func scaleOf(id string) (Scale, bool) {
	i := slices.IndexFunc(tagData.Scales, func(s Scale) bool { return s.Scale == id })
	if i < 0 {
		return Scale{}, false
	}
	return tagData.Scales[i], true
}

// Tag is one fact about a person. Level is -1 without a scale. From and To are
// days, To the last one, "" while it holds.
type Tag struct {
	ID, Kind, Variant, Scale, Source string
	Level                            int
	From, To, Reassess               string
}

// Words says the tag: 失能（能力重度受损）.
func (t Tag) Words() string {
	k, _ := tagKind(t.Kind)
	more := wordsOf(k.Variants, t.Variant)
	if s, ok := scaleOf(t.Scale); ok && t.Level >= 0 && t.Level < len(s.Levels) {
		more = s.Levels[t.Level]
	}
	if more == "" {
		return k.Words
	}
	return k.Words + "（" + more + "）"
}

// Sensitive reports a tag that only the person and who has them open may see.
func (t Tag) Sensitive() bool { k, _ := tagKind(t.Kind); return k.Sensitive }

// Computed reports a tag that follows from the age and is not stored.
func (t Tag) Computed() bool { return t.ID == "" }

// Due reports whether somebody should have looked again by the given day.
func (t Tag) Due(day string) bool { return t.Reassess != "" && t.Reassess <= day }

const forEver = "9999-12-31"

var (
	// ActTagged and ActUntagged say that a fact began and ended.
	ActTagged   = journal.Define("tag.set", "登记了人员标签")
	ActUntagged = journal.Define("tag.ended", "结束了人员标签")

	errTagKind  = civic.E(civic.Invalid, "tag.kind", "请从表里选一种标签。年龄类的标签由系统按出生日期算，不用登记。").On("kind")
	errTagScale = civic.E(civic.Invalid, "tag.scale", "这种标签要写明按哪种标准评的、评成几级，而且要达到等级。请对照评估报告再填。").On("scale")
	errTagOrder = civic.E(civic.Invalid, "tag.order", "结束日期不能早于开始日期，请再看一遍。").On("from")
	errNoTag    = civic.E(civic.NotFound, "tag.unknown", "没有这个标签，或者已经结束了。请回到老人资料看一看。")
)

// Tag registers a fact about a person who is open at the desk. The same fact that
// holds already is the one that there is; an assessment on another level ends the
// one before it. Invalid if the kind, scale or level does not fit.
func (s *Service) Tag(ctx context.Context, actor civic.Actor, person civic.PersonID, t Tag) (string, error) {
	k, err := s.checkTag(&t)
	if err != nil {
		return "", err
	}
	err = s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, root, err := staffOnly(tx, person, civic.MayServePeople)
		if err != nil {
			return err
		}
		old, err := readTags(tx, auth.Selves(), dayOf(tx.Now))
		if err != nil {
			return err
		}
		for _, o := range old {
			if o.Kind != t.Kind || t.To != "" && o.To == "" && t.To < dayOf(tx.Now) {
				continue
			}
			if o.Variant == t.Variant && o.Scale == t.Scale && o.Level == t.Level && o.From <= t.From && o.To == t.To && o.Reassess >= t.Reassess {
				t.ID = o.ID
				return journal.ErrUnchanged
			}
			if err := endTag(tx, auth, o.ID, dayBefore(t.From)); err != nil {
				return err
			}
		}
		home, err := Home(tx, root)
		if err != nil {
			return err
		}
		t.ID = db.NewID()
		ends := t.To
		if ends == "" {
			ends = forEver
		}
		if err := tx.InsertRows("person_tag", []string{"person", "id", "kind", "variant", "scale", "level", "source", "starts", "ends", "reassess", "division", "recorded_at"},
			[][]any{{root, t.ID, t.Kind, t.Variant, t.Scale, t.Level, t.Source, t.From, ends, t.Reassess, home, tx.Now}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActTagged, Detail: tagDetail(k)})
	})
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

// tagDetail names a fact for the story, which an agent reads too: never a
// sensitive one.
func tagDetail(k TagKind) map[string]string {
	if k.Sensitive {
		return nil
	}
	return map[string]string{"what": k.Words}
}

func (s *Service) checkTag(t *Tag) (TagKind, error) {
	today := dayOf(s.j.Now())
	k, ok := tagKind(t.Kind)
	if !ok || k.FromAge > 0 || (len(k.Variants) > 0) != (t.Variant != "") || t.Variant != "" && wordsOf(k.Variants, t.Variant) == "" {
		return k, errTagKind
	}
	months := k.Months
	if len(k.Scales) == 0 {
		if t.Scale != "" {
			return k, errTagScale
		}
		t.Level = -1
	} else {
		sc, known := scaleOf(t.Scale)
		if !known || !slices.Contains(k.Scales, t.Scale) || !slices.Contains(k.Levels, t.Level) || t.Level >= len(sc.Levels) {
			return k, errTagScale
		}
		months = sc.Months
	}
	var err error
	if t.Source, err = clean(t.Source, errSource); err != nil {
		return k, err
	}
	if t.From, err = asDay(t.From, today); err != nil {
		return k, err
	}
	if t.To, err = asDay(t.To, ""); err != nil {
		return k, err
	}
	if t.From > today || t.To != "" && t.To < t.From {
		return k, errTagOrder
	}
	t.Reassess = ""
	if months > 0 {
		from, _ := time.Parse(time.DateOnly, t.From)
		t.Reassess = from.AddDate(0, months, 0).Format(time.DateOnly)
	}
	return k, nil
}

func dayBefore(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.AddDate(0, 0, -1).Format(time.DateOnly)
}

// endTag sets the last day of a fact. One that began later held on no day: it was
// entered by mistake, or put right at once.
func endTag(tx *journal.Tx, auth civic.Authority, id, last string) error {
	ids := auth.Selves()
	_, err := tx.Exec(`UPDATE person_tag SET ends = $1 WHERE id = $2 AND ends > $1 AND person IN `+db.In(3, len(ids)),
		append([]any{last, id}, db.Args(ids)...)...)
	return err
}

// Untag ends a fact; it stays in the history. NotFound if it does not hold.
func (s *Service) Untag(ctx context.Context, actor civic.Actor, person civic.PersonID, id, reason string) error {
	reason, err := clean(reason, errReason)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, _, err := staffOnly(tx, person, civic.MayServePeople)
		if err != nil {
			return err
		}
		tags, err := readTags(tx, auth.Selves(), dayOf(tx.Now))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(tags, func(t Tag) bool { return t.ID == id })
		if i < 0 {
			return errNoTag
		}
		if err := endTag(tx, auth, id, dayBefore(dayOf(tx.Now))); err != nil {
			return err
		}
		k, _ := tagKind(tags[i].Kind)
		detail := tagDetail(k)
		if !k.Sensitive { // why a sensitive fact ended would tell of it
			detail["reason"] = reason
		}
		return tx.Record(auth, journal.Event{Act: ActUntagged, Detail: detail})
	})
}

// TagsOn lists the facts that hold on a day (YYYY-MM-DD), those computed from the
// age first. Sensitive ones are left out unless the authority is the person's own
// or that of who has the person open.
func (s *Service) TagsOn(q db.Q, auth civic.Authority, person civic.PersonID, day string) ([]Tag, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	row, err := readPerson(q, person)
	if err != nil {
		return nil, err
	}
	at, err := time.ParseInLocation(time.DateOnly, day, civic.Shanghai)
	if err != nil {
		return nil, fmt.Errorf("people: tags on %q: %w", day, err)
	}
	var out []Tag
	for _, k := range tagData.Kinds {
		if k.FromAge > 0 && row.Person().Age(at) >= k.FromAge {
			out = append(out, Tag{Kind: k.Kind, Level: -1, Source: k.Source})
		}
	}
	stored, err := readTags(q, auth.Selves(), day)
	if err != nil {
		return nil, err
	}
	all := seesSensitive(auth)
	for _, t := range stored {
		if all || !t.Sensitive() {
			out = append(out, t)
		}
	}
	return out, nil
}

func seesSensitive(auth civic.Authority) bool {
	switch auth.Basis() {
	case civic.BasisOwn, civic.BasisGuardian, civic.BasisRole, civic.BasisPresented, civic.BasisGlass, civic.BasisSystem:
		return true
	}
	return false
}

func readTags(q db.Q, ids []civic.PersonID, day string) ([]Tag, error) {
	if len(ids) == 0 {
		return nil, errAuthority
	}
	var rows []struct {
		ID, Kind, Variant, Scale, Source, Starts, Ends, Reassess string
		Level                                                    int
	}
	err := q.Select(&rows, `SELECT id, kind, variant, scale, source, starts, ends, reassess, level FROM person_tag
		WHERE starts <= $1 AND ends >= $1 AND person IN `+db.In(2, len(ids))+` ORDER BY kind, id`, append([]any{day}, db.Args(ids)...)...)
	out := make([]Tag, len(rows))
	for i, r := range rows {
		if r.Ends == forEver {
			r.Ends = ""
		}
		out[i] = Tag{ID: r.ID, Kind: r.Kind, Variant: r.Variant, Scale: r.Scale, Source: r.Source, Level: r.Level, From: r.Starts, To: r.Ends, Reassess: r.Reassess}
	}
	return out, err
}

// Tagged lists up to limit people with a fact of the kind today in a division,
// after the person given, for another room's list. It needs the authority by
// which that list was opened.
func Tagged(q db.Q, auth civic.Authority, kind string, in civic.Division, day string, after civic.PersonID, limit int) ([]civic.PersonID, error) {
	if !auth.Valid() {
		return nil, errors.New("people: a list by tag needs an authority")
	}
	var out []civic.PersonID
	err := q.Select(&out, `SELECT DISTINCT person FROM person_tag WHERE kind = $1 AND division >= $2 AND division < $3 AND starts <= $4 AND ends >= $4
		AND person > $5 ORDER BY person LIMIT $6`, kind, in, in+"~", day, after, limit)
	return out, err
}
