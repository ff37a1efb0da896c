package people

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// NewContact is a phone by which a person can be reached. A phone may be that of
// many people.
type NewContact struct {
	Number    string
	Whose     string // "own", or a relation
	Answers   string // the name of who answers, "" if it is the person or not known
	Emergency bool   // to be called in an emergency
	First     bool   // to be called before all others
}

var (
	// ActContactAdded and the others say what happened to a person's phones.
	ActContactAdded = journal.Define("contact.added", "登记了电话")
	ActContactFirst = journal.Define("contact.first", "改了先打哪个电话")
	ActContactEnded = journal.Define("contact.ended", "停用了电话")

	errNoContact   = civic.E(civic.NotFound, "contact.unknown", "没有这个电话，或者已经停用了。请回到老人资料看一看。")
	errContactMany = civic.E(civic.Exhausted, "contact.many", "最多登记10个电话。请先停用不用的，再登记新的。").On("phone")
	errContactOwn  = civic.E(civic.Denied, "contact.own", "老人自己的电话，只有老人自己能登记、更换或者排在后面：请老人登录自己的网页，或者带证件到窗口。您可以添上您的电话，让我们也能找到您。").
			Accepting("添上自己的电话，写明是老人的什么人").On("phone")
	errAnswers = civic.E(civic.Invalid, "contact.answers", "接电话的人请写姓名，最多50个字，不要写号码。").On("answers")
)

// AddContact registers a phone. The same number again changes whose it is and who
// answers. Exhausted when there are ten; Denied to an agent whose change is of the
// person's own phone, or would be called before it.
func (s *Service) AddContact(ctx context.Context, actor civic.Actor, person civic.PersonID, c NewContact) (string, error) {
	number, err := CleanPhone(c.Number)
	if err != nil {
		return "", civic.As(err).On("phone")
	}
	c.Whose = civic.FoldWords(c.Whose)
	if c.Whose == "" || utf8.RuneCountInString(c.Whose) > 20 || civic.HoldsNumber(c.Whose) {
		return "", civic.As(errWhose).On("whose")
	}
	if c.Answers != "" {
		if c.Answers, err = CleanName(c.Answers); err != nil {
			return "", errAnswers
		}
	}
	var id string
	err = s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, root, err := whoever(tx, person)
		if err != nil {
			return err
		}
		rows, err := s.contactRows(tx, auth.Selves())
		if err != nil {
			return err
		}
		place := int64(0)
		old := contactRow{}
		for _, r := range rows {
			place = max(place, r.Place)
			if r.number == number {
				old = r
			}
		}
		if auth.Basis() == civic.BasisGrant && (old.Whose == own || c.Whose == own || c.First && ownFirst(rows)) {
			return errContactOwn
		}
		if old.ID == "" && len(rows) >= mostEach {
			return errContactMany
		}
		place++
		if old.ID != "" {
			place = old.Place
			root = old.Person // it stays with whose it was, should a merge be undone
			if _, err := tx.Exec(`DELETE FROM contact WHERE person = $1 AND id = $2`, old.Person, old.ID); err != nil {
				return err
			}
		}
		if c.First {
			place = firstPlace(rows)
		}
		kind := "landline"
		if number[0] == '1' {
			kind = "mobile"
		}
		sn := newNumber(kind, number, s.phoneHash(number))
		err = s.seal(root, &sn)
		if err != nil {
			return err
		}
		id = sn.id
		var answers []byte
		if c.Answers != "" {
			if answers, err = s.v.Seal([]byte(c.Answers), "contact.answers/"+id); err != nil {
				return err
			}
		}
		if err := tx.InsertRows("contact", []string{"person", "id", "kind", "sealed", "tail", "whose", "place", "answers", "emergency", "added_at"},
			[][]any{{root, id, kind, sn.sealed, sn.tail, c.Whose, place, answers, c.Emergency, tx.Now}}); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO contact_index (hash, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, sn.hash, root); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActContactAdded, Detail: map[string]string{"what": "尾号" + sn.tail}})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// own says of a phone that it is the person's. What is to be told to them about those
// who act for them goes there, so that an agent leaves it as it is.
const own = "own"

func ownFirst(rows []contactRow) bool { return len(rows) > 0 && rows[0].Whose == own }

func firstPlace(rows []contactRow) int64 {
	first := int64(0)
	for _, r := range rows {
		first = min(first, r.Place)
	}
	return first - 1
}

// CallFirst puts a phone before all others of the person.
func (s *Service) CallFirst(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.changeContact(ctx, actor, person, id, ActContactFirst, func(tx *journal.Tx, c contactRow, all []contactRow) error {
		if all[0].ID == id {
			return journal.ErrUnchanged
		}
		_, err := tx.Exec(`UPDATE contact SET place = $1 WHERE person = $2 AND id = $3`, firstPlace(all), c.Person, id)
		return err
	})
}

// EndContact stops the use of a phone: it is no longer shown, called, or found by.
func (s *Service) EndContact(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.changeContact(ctx, actor, person, id, ActContactEnded, func(tx *journal.Tx, c contactRow, _ []contactRow) error {
		if _, err := tx.Exec(`UPDATE contact SET state = 'ended', emergency = FALSE, answers = NULL WHERE person = $1 AND id = $2`, c.Person, id); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM contact_index WHERE hash = $1 AND person = $2`, s.phoneHash(c.number), c.Person)
		return err
	})
}

func (s *Service) changeContact(ctx context.Context, actor civic.Actor, person civic.PersonID, id string, act journal.Act, do func(*journal.Tx, contactRow, []contactRow) error) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, _, err := whoever(tx, person)
		if err != nil {
			return err
		}
		rows, err := s.contactRows(tx, auth.Selves())
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.ID != id {
				continue
			}
			if auth.Basis() == civic.BasisGrant && (r.Whose == own || act == ActContactFirst && ownFirst(rows)) {
				return errContactOwn
			}
			if err := do(tx, r, rows); err != nil {
				return err
			}
			return tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"what": "尾号" + r.Tail}})
		}
		return errNoContact
	})
}

type contactRow struct {
	Person            civic.PersonID
	ID, Kind, Tail    string
	Whose             string
	Place             int64
	Sealed, Answers   []byte
	Emergency         bool
	AddedAt           *time.Time
	number, whoPickup string
}

// contactRows reads the phones in use, the one to be called first in front, with
// their numbers opened.
func (s *Service) contactRows(q db.Q, ids []civic.PersonID) ([]contactRow, error) {
	if len(ids) == 0 {
		return nil, errors.New("people: nobody's phones")
	}
	var rows []contactRow
	if err := q.Select(&rows, `SELECT person, id, kind, tail, whose, place, sealed, answers, emergency, added_at FROM contact
		WHERE state = 'active' AND person IN `+db.In(1, len(ids))+` ORDER BY place, id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	for i := range rows {
		r := &rows[i]
		b, err := s.v.Open(r.Sealed, "number/"+string(r.Person)+"/"+r.ID)
		if err != nil {
			return nil, err
		}
		r.number = string(b)
		if r.Answers != nil {
			if b, err = s.v.Open(r.Answers, "contact.answers/"+r.ID); err != nil {
				return nil, err
			}
			r.whoPickup = string(b)
		}
	}
	return rows, nil
}

// Contacts lists the phones of a person in the order in which to call, for whoever
// has an authority over them.
func (s *Service) Contacts(q db.Q, auth civic.Authority, person civic.PersonID) ([]Contact, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	return s.contacts(q, auth.Selves())
}

func (s *Service) contacts(q db.Q, selves []civic.PersonID) ([]Contact, error) {
	rows, err := s.contactRows(q, selves)
	if err != nil {
		return nil, err
	}
	out := make([]Contact, len(rows))
	for i, r := range rows {
		out[i] = Contact{ID: r.ID, Kind: r.Kind, Tail: r.Tail, Whose: r.Whose, Answers: r.whoPickup, Emergency: r.Emergency}
	}
	return out, nil
}
