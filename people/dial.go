package people

import (
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/speech/pinyin"
)

// Dial is a phone with its number, for what calls or writes to it. It gets into no
// page, log or entry.
type Dial struct {
	ID        string
	Number    string
	Tail      string
	Whose     string
	Answers   string
	Mobile    bool
	Own       bool // registered as the person's own
	Shared    bool // registered for somebody else too: whoever answers need not be the person
	Emergency bool
	Young     bool // entered lately, or under another identity: no code goes to it
}

// Dials lists the phones of a person in the order in which to call, with their
// numbers, for whoever has an authority over them.
func (s *Service) Dials(q db.Q, auth civic.Authority, person civic.PersonID) ([]Dial, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	self, err := Resolve(q, person)
	if err != nil {
		return nil, err
	}
	ids := self.Selves()
	rows, err := s.contactRows(q, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Dial, len(rows))
	for i, r := range rows {
		out[i] = Dial{ID: r.ID, Number: r.number, Tail: r.Tail, Whose: r.Whose, Answers: r.whoPickup, Mobile: r.Kind == "mobile", Own: r.Whose == ownPhone, Emergency: r.Emergency}
		// What came with the registration is as old as the person is here.
		since := s.j.Now().AddDate(0, 0, -showing.Young)
		out[i].Young = r.AddedAt != nil && r.AddedAt.After(since) || r.AddedAt == nil && r.Person != self.Root
		var others int
		if err := q.Get(&others, `SELECT COUNT(*) FROM contact_index WHERE hash = $1 AND person NOT IN `+db.In(2, len(ids)),
			append([]any{s.phoneHash(r.number)}, db.Args(ids)...)...); err != nil {
			return nil, err
		}
		out[i].Shared = others > 0
	}
	return out, nil
}

// ownPhone is whose a phone of the person's own is.
const ownPhone = "own"

// Polite addresses a person as people do: 王奶奶, 李先生, 王阿姨; the whole name where
// the sex is not known.
func (p Person) Polite(now time.Time) string {
	age, surname := p.Age(now), pinyin.Surname(p.Name)
	switch {
	case p.Sex == Female && age >= 60:
		return surname + "奶奶"
	case p.Sex == Male && age >= 60:
		return surname + "爷爷"
	case p.Sex == Female:
		return surname + "女士"
	case p.Sex == Male:
		return surname + "先生"
	}
	return p.Name
}

// Brief reads who somebody is, for whoever has an authority over them.
func Brief(q db.Q, auth civic.Authority, person civic.PersonID) (Person, error) {
	if !auth.Over(person) {
		return Person{}, errAuthority
	}
	row, err := readPerson(q, person)
	return row.Person(), err
}
