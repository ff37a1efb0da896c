package people

import (
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/speech/pinyin"
)

// Dial is a phone with its number, for what calls or writes to it. It gets into no
// page, log or entry.
type Dial struct {
	ID      string
	Number  string
	Tail    string
	Whose   string
	Answers string
	Mobile  bool
	Own     bool // registered as the person's own
	Shared  bool // registered for somebody else too: whoever answers need not be the person
	Young   bool // entered lately, or under another identity, or theirs by the word of staff alone: no code goes to it
	Former  bool // ended lately, see Formers: it is told of changes too, and never counts as told
}

// Private reports whether nobody else answers, as far as is known.
func (d Dial) Private() bool { return d.Own && !d.Shared }

// Trusted reports whether what signs the person in may be told to the phone: one that
// somebody entered lately may be that somebody's.
func (d Dial) Trusted() bool { return d.Private() && !d.Young }

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
	rows, err := s.contactRows(q, self.Selves())
	if err != nil {
		return nil, err
	}
	out := make([]Dial, len(rows))
	for i, r := range rows {
		if out[i], err = s.dial(q, self, r, s.j.Now()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dial is a phone as it stood at a moment.
func (s *Service) dial(q db.Q, self Self, r contactRow, at time.Time) (Dial, error) {
	d := Dial{ID: r.ID, Number: r.number, Tail: r.Tail, Whose: r.Whose, Answers: r.whoPickup, Mobile: r.Kind == "mobile", Own: r.Whose == own}
	// What came with the registration is as old as the person is here.
	since := at.AddDate(0, 0, -showing.Young)
	d.Young = r.Claimed || r.AddedAt != nil && r.AddedAt.After(since) || r.AddedAt == nil && r.Person != self.Root
	ids := self.Selves()
	var others int
	err := q.Get(&others, `SELECT COUNT(*) FROM contact_index WHERE hash = $1 AND person NOT IN `+db.In(2, len(ids)),
		append([]any{s.phoneHash(r.number)}, db.Args(ids)...)...)
	d.Shared = others > 0
	return d, err
}

// Formers lists the mobile phones of a person's own that were ended within the days of
// people/data/shown.yaml and were not young by then: a change of phones, cards or agents is
// told to them too. The authority is over the person.
func (s *Service) Formers(q db.Q, auth civic.Authority, person civic.PersonID) ([]Dial, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	self, err := Resolve(q, person)
	if err != nil {
		return nil, err
	}
	rows, err := s.phoneRows(q, self.Selves(), "ended")
	rows = slices.DeleteFunc(rows, func(r contactRow) bool { return r.Whose != own || r.Kind != "mobile" })
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	inUse, err := s.contactRows(q, self.Selves())
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var ended []struct {
		ID string
		At time.Time
	}
	if err := q.Select(&ended, `SELECT a.id, e.at FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE e.act = $1 AND e.at > $2 AND a.kind = 'contact' AND a.id IN `+db.In(3, len(ids)),
		append([]any{ActContactEnded, s.j.Now().AddDate(0, 0, -showing.Ended)}, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	var out []Dial
	for _, r := range rows {
		i := slices.IndexFunc(ended, func(e struct {
			ID string
			At time.Time
		}) bool {
			return e.ID == r.ID
		})
		if i < 0 || slices.ContainsFunc(inUse, func(now contactRow) bool { return now.number == r.number }) {
			continue
		}
		d, err := s.dial(q, self, r, ended[i].At)
		if err != nil {
			return nil, err
		}
		if d.Former = true; !d.Young {
			out = append(out, d)
		}
	}
	return out, nil
}

// PhoneInUse reports whether a phone of whom the authority reaches is in use.
func PhoneInUse(q db.Q, auth civic.Authority, phone string) (bool, error) {
	ids := auth.Selves()
	if len(ids) == 0 {
		return false, errAuthority
	}
	n := 0
	err := q.Get(&n, `SELECT COUNT(*) FROM contact WHERE id = $1 AND state = 'active' AND person IN `+db.In(2, len(ids)), append([]any{phone}, db.Args(ids)...)...)
	return n > 0, err
}

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
