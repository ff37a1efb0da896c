package people

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

// Correction is what was wrong about a person. A nil field stays as it is.
type Correction struct {
	Name, Birth, Village, Address *string
	Sex                           *Sex
	Division                      *civic.Division
	Reason                        string
	Evidence                      string // a kind of people/data/evidence.yaml
}

// Evidence is a kind of paper that a correction rests on.
type Evidence struct {
	Kind   string   `yaml:"kind"`
	Words  string   `yaml:"words"`
	Proves []string `yaml:"proves"` // which facts
}

var evidenceData = ruledata.Must[struct {
	Version int
	Source  string
	Kinds   []Evidence
}](data, "data/evidence.yaml")

// EvidenceKinds lists the kinds of evidence, in the order in which they are
// offered.
func EvidenceKinds() []Evidence { return evidenceData.Kinds }

var fieldWords = map[string]string{"name": "姓名", "sex": "性别", "birth": "出生日期", "division": "住在哪里", "village": "村（社区）", "address": "住址"}

var (
	// ActCorrected says which facts about a person were corrected; what they were
	// before is nowhere kept.
	ActCorrected = journal.Define("person.corrected", "更正了资料")

	errEvidence    = civic.E(civic.Invalid, "correct.evidence", "请选凭什么更正。姓名、性别、出生日期要凭身份证、户口簿或公安机关的证明。").On("evidence")
	errAgainstID   = civic.E(civic.Invalid, "correct.id", "和身份证号码里的出生日期、性别对不上。身份证本身有误的，请先换身份证；档案上的年龄不同，请登记「档案出生日期」。").On("birth")
	errVillageText = civic.E(civic.Invalid, "correct.village", "村或社区的名字太长了，或者写了号码。最多50个字。").On("village")
	errCorrectCard = civic.E(civic.Denied, "correct.proof", "姓名、性别、出生日期，或者搬到别的县（市、区），要老人本人在场才能更正：请让老人出示证件，放到读卡器上或输入它的整个号码，重新打开资料。").
			Accepting("老人本人带证件来；监护人带证件来；来不了的，请主管核对材料后更正")
	errSame      = civic.E(civic.Invalid, "correct.same", "没有要改的地方，和现在登记的一样。请看一看要改哪一项。").On("name")
	errCorrectAt = civic.E(civic.Invalid, "correct.reason", "请写明为什么更正，最多50个字，不要写证件号和电话。").On("reason")
)

// Correct changes what is registered of a person who is open at the desk, with the
// reason and what it rests on. Name, sex, birth date and a move to another county need the
// person by a card, their guardian, or whoever settles disputes where they live. The journal says which facts were changed, and of a
// name its masked form; the values before are kept nowhere.
func (s *Service) Correct(ctx context.Context, actor civic.Actor, person civic.PersonID, c Correction) error {
	if err := s.checkCorrection(&c); err != nil {
		return err
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, root, err := staffOnly(tx, person, civic.MayRegisterPeople)
		if err != nil {
			return err
		}
		var was correctable
		if err := tx.Get(&was, `SELECT id, name, sex, birth, division, village, address FROM person WHERE id = $1`, root); err != nil {
			return err
		}
		next, fields, err := s.corrected(was, c)
		if err != nil {
			return err
		}
		if len(fields) == 0 {
			return errSame
		}
		if err := proves(c.Evidence, fields); err != nil {
			return err
		}
		if err := s.mayCorrect(tx, auth, was, next); err != nil {
			return err
		}
		if slices.Contains(fields, "birth") || slices.Contains(fields, "sex") {
			if err := s.agreesWithID(tx, auth, next); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE person SET name = $1, sex = $2, birth = $3, division = $4, village = $5, address = $6 WHERE id = $7`,
			next.Name, next.Sex, next.Birth, next.Division, next.Village, next.Address, root); err != nil {
			return err
		}
		if next.Division != was.Division {
			if err := moved(tx, auth, next.Division); err != nil {
				return err
			}
		}
		if err := renamed(tx, auth, was, next); err != nil {
			return err
		}
		words := make([]string, len(fields))
		for i, f := range fields {
			words[i] = fieldWords[f]
		}
		detail := map[string]string{"what": strings.Join(words, "、"), "reason": c.Reason, "evidence": c.Evidence}
		if next.Name != was.Name {
			detail["name"] = Masked(next.Name)
		}
		return tx.Record(auth, journal.Event{Act: ActCorrected, Detail: detail})
	})
}

// mayCorrect refuses to make somebody another, or to take them out of the county whose
// staff know them, for whoever is not proved to be there.
func (s *Service) mayCorrect(tx *journal.Tx, auth civic.Authority, was, next correctable) error {
	if was.Name == next.Name && was.Sex == next.Sex && was.Birth == next.Birth && was.Division.County() == next.Division.County() {
		return nil
	}
	there := s.atHand(tx, auth, was.ID)
	if !civic.Is(there, civic.Denied) {
		return there
	}
	_, err := tx.Authorise(settleNeed(was.Division))
	if !civic.Is(err, civic.Denied) {
		return err
	}
	if auth.Basis() == civic.BasisPresented {
		return there // which card will do
	}
	return errCorrectCard
}

// moved takes what is listed by a person's home to their new one: tags, open disputes
// about cards and merges, which whoever settles there is to find.
func moved(tx *journal.Tx, auth civic.Authority, home civic.Division) error {
	ids := auth.Selves()
	for _, statement := range []string{
		`UPDATE person_tag SET division = $1 WHERE person IN `,
		`UPDATE credential_dispute SET holder_division = $1 WHERE state = 'open' AND holder IN `,
		`UPDATE credential_dispute SET claimant_division = $1 WHERE state = 'open' AND claimant IN `,
		`UPDATE person_merge SET division = $1 WHERE undone_at IS NULL AND kept IN `,
	} {
		if _, err := tx.Exec(statement+db.In(2, len(ids)), append([]any{home}, db.Args(ids)...)...); err != nil {
			return err
		}
	}
	return nil
}

type correctable struct {
	ID                   civic.PersonID
	Name, Birth, Village string
	Sex                  Sex
	Division             civic.Division
	Address              []byte
}

func (s *Service) checkCorrection(c *Correction) error {
	var err error
	if c.Reason, err = clean(c.Reason, errCorrectAt); err != nil {
		return err
	}
	if c.Name != nil {
		name, err := CleanName(*c.Name)
		if err != nil {
			return err
		}
		c.Name = &name
	}
	if c.Birth != nil {
		birth := civic.Fold(*c.Birth)
		if birth != "" && !birthFits(birth, s.j.Now()) {
			return errBirth
		}
		c.Birth = &birth
	}
	if c.Sex != nil && *c.Sex != Male && *c.Sex != Female && *c.Sex != Unknown {
		return errSex
	}
	if c.Division != nil && !divisionFits(*c.Division) {
		return errNoHome.On("division")
	}
	if c.Village != nil {
		v := civic.FoldWords(*c.Village)
		if utf8.RuneCountInString(v) > 50 || civic.HoldsNumber(v) {
			return errVillageText
		}
		c.Village = &v
	}
	if c.Address != nil {
		a := strings.TrimSpace(*c.Address)
		if utf8.RuneCountInString(a) > 200 {
			return errAddress
		}
		c.Address = &a
	}
	return nil
}

// corrected puts the correction over what was, and names what differs.
func (s *Service) corrected(was correctable, c Correction) (correctable, []string, error) {
	next := was
	var fields []string
	put := func(field string, to *string, at *string) {
		if to != nil && *to != *at {
			*at = *to
			fields = append(fields, field)
		}
	}
	put("name", c.Name, &next.Name)
	if c.Sex != nil && *c.Sex != next.Sex {
		next.Sex = *c.Sex
		fields = append(fields, "sex")
	}
	put("birth", c.Birth, &next.Birth)
	if c.Division != nil && *c.Division != next.Division {
		next.Division = *c.Division
		fields = append(fields, "division")
	}
	put("village", c.Village, &next.Village)
	if c.Address == nil {
		return next, fields, nil
	}
	old, err := s.openAddress(personRow{ID: was.ID, Address: was.Address})
	if err != nil || old == *c.Address {
		return next, fields, err
	}
	fields, next.Address = append(fields, "address"), nil
	if *c.Address != "" {
		next.Address, err = s.v.Seal([]byte(*c.Address), "person.address/"+string(was.ID))
	}
	return next, fields, err
}

func proves(evidence string, fields []string) error {
	i := slices.IndexFunc(evidenceData.Kinds, func(e Evidence) bool { return e.Kind == evidence })
	if i < 0 {
		return errEvidence
	}
	for _, f := range fields {
		if !slices.Contains(evidenceData.Kinds[i].Proves, f) {
			return errEvidence
		}
	}
	return nil
}

// agreesWithID refuses a birth date or sex that an ID number of the person
// contradicts: the number would be somebody else's.
func (s *Service) agreesWithID(q db.Q, auth civic.Authority, next correctable) error {
	ids := auth.Selves()
	var rows []struct {
		Person civic.PersonID
		ID     string
		Sealed []byte
	}
	if err := q.Select(&rows, `SELECT person, id, sealed FROM credential WHERE kind = $1 AND state = 'active' AND person IN `+db.In(2, len(ids)),
		append([]any{KindResidentID}, db.Args(ids)...)...); err != nil {
		return err
	}
	for _, r := range rows {
		b, err := s.v.Open(r.Sealed, "number/"+string(r.Person)+"/"+r.ID)
		if err != nil {
			return err
		}
		id, err := ParseResidentID(string(b), s.j.Now())
		if err != nil {
			continue // a number of before today's rules proves nothing
		}
		if next.Birth != dayOf(id.Birth) || next.Sex != id.Sex {
			return errAgainstID
		}
	}
	return nil
}

// renamed makes the keys by which somebody is found by name anew. A reading that
// was confirmed for the name before says nothing of the new one.
func renamed(tx *journal.Tx, auth civic.Authority, was, next correctable) error {
	if next.Name != was.Name {
		if _, err := tx.Exec(`UPDATE person SET reading = '' WHERE id = $1`, next.ID); err != nil {
			return err
		}
	}
	return reindex(tx, auth, next.ID)
}
