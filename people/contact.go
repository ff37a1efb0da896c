package people

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
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
	ActContactEnded = journal.Define("contact.ended", "停用了电话").Carries("whose")
	ActContactOwned = journal.Define("contact.owned", "核实了是老人自己的电话")

	errNoContact   = civic.E(civic.NotFound, "contact.unknown", "没有这个电话，或者已经停用了。请回到老人资料看一看。")
	errContactMany = civic.E(civic.Exhausted, "contact.many", "最多登记10个电话。请先停用不用的，再登记新的。").On("phone")
	errContactOwn  = civic.E(civic.Denied, "contact.own", "老人自己的电话，只有老人自己能登记、更换或者排在后面：请老人登录自己的网页，或者带证件到窗口。您可以添上您的电话，让我们也能找到您。").
			Accepting("添上自己的电话，写明是老人的什么人").On("phone")
	errContactProof = civic.E(civic.Denied, "contact.proof", "老人自己的电话，要老人本人在场才能登记、更换、停用或者排在后面：请让老人出示证件，放到读卡器上或输入它的整个号码，重新打开资料。").
			Accepting("老人本人带证件来，或自己登录网页；监护人带证件来；家里人的电话可以照样登记").On("phone")
	errAnswers = civic.E(civic.Invalid, "contact.answers", "接电话的人请写姓名，最多50个字，不要写号码。").On("answers")
)

// AddContact registers a phone. The same number again changes whose it is and who
// answers. Exhausted when there are ten; Denied to an agent, and to staff to whom no card
// was shown, whose change is of the person's own phone, or would be called before it. Such
// staff may register the first one of somebody who has none: people are registered by
// phone. It is claimed then, and no code goes to it, until the person confirms it.
func (s *Service) AddContact(ctx context.Context, actor civic.Actor, person civic.PersonID, c NewContact) (string, error) {
	number, err := CleanPhone(c.Number)
	if err != nil {
		return "", civic.As(err).On("phone")
	}
	c.Whose = foldWhose(c.Whose)
	if utf8.RuneCountInString(c.Whose) > 20 || civic.HoldsNumber(c.Whose) {
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
		theirs := slices.ContainsFunc(rows, contactRow.own)
		there := s.atHand(tx, auth, person)
		if there != nil && !civic.Is(there, civic.Denied) {
			return there
		}
		claimed := there != nil && c.Whose == own
		if there != nil && (old.own() || claimed && (theirs || auth.Basis() == civic.BasisGrant) || c.First && ownFirst(rows)) {
			return there
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
		if err := tx.InsertRows("contact", []string{"person", "id", "kind", "sealed", "tail", "whose", "place", "answers", "emergency", "added_at", "claimed"},
			[][]any{{root, id, kind, sn.sealed, sn.tail, c.Whose, place, answers, c.Emergency, tx.Now, claimed}}); err != nil {
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
// who act for them goes there, and codes by which they sign in, so that whoever is not
// proved to be them leaves it as it is.
const own = "own"

// foldWhose brings the words that mean the person themselves to own, so that none of them
// looks like it and is judged as another's.
func foldWhose(whose string) string {
	whose = civic.FoldWords(whose)
	if said := strings.ToLower(strings.Join(strings.Fields(whose), "")); said == "" || rules.Whose[said] == own {
		return own
	}
	return whose
}

func (r contactRow) own() bool { return r.ID != "" && foldWhose(r.Whose) == own }

func ownFirst(rows []contactRow) bool { return len(rows) > 0 && rows[0].own() }

// atHand refuses whoever is not proved to be the person, or their guardian: signed in, or by
// a card that was shown and that nobody could have made for the purpose.
func (s *Service) atHand(tx *journal.Tx, auth civic.Authority, person civic.PersonID) error {
	switch auth.Basis() {
	case civic.BasisOwn, civic.BasisGuardian, civic.BasisSystem:
		return nil
	case civic.BasisGrant:
		return errContactOwn
	case civic.BasisPresented:
		self, err := Resolve(tx, person)
		if err != nil {
			return err
		}
		return s.shown(tx, self)
	}
	return errContactProof
}

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

// ConfirmContact says that a phone is the person's own which staff to whom no card was shown
// had entered as that: by the person, on their own page or with their card shown, or by their
// guardian.
func (s *Service) ConfirmContact(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.changeContact(ctx, actor, person, id, ActContactOwned, func(tx *journal.Tx, c contactRow, _ []contactRow) error {
		switch {
		case !c.own():
			return errNoContact
		case !c.Claimed:
			return journal.ErrUnchanged
		}
		_, err := tx.Exec(`UPDATE contact SET claimed = FALSE WHERE person = $1 AND id = $2`, c.Person, c.ID)
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
			if r.own() || act == ActContactFirst && ownFirst(rows) {
				if err := s.atHand(tx, auth, person); err != nil {
					return err
				}
			}
			if err := do(tx, r, rows); err != nil {
				return err
			}
			whose := "other"
			if r.own() {
				whose = own
			}
			return tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"what": "尾号" + r.Tail, "whose": whose},
				About: []journal.About{{ID: r.ID, Kind: "contact", Role: "object"}}})
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
	Claimed           bool
	AddedAt           *time.Time
	number, whoPickup string
}

// contactRows reads the phones in use, the one to be called first in front, with
// their numbers opened.
func (s *Service) contactRows(q db.Q, ids []civic.PersonID) ([]contactRow, error) {
	return s.phoneRows(q, ids, "active")
}

// phonesMost bounds how many phones are read: those in use are fewer, of ended ones the
// oldest are left out.
const phonesMost = 100

// phoneRows reads the phones in a state: those in use in their order, ended ones the
// newest first.
func (s *Service) phoneRows(q db.Q, ids []civic.PersonID, state string) ([]contactRow, error) {
	order := "place, id"
	if state != "active" {
		order = "id DESC"
	}
	if len(ids) == 0 {
		return nil, errors.New("people: nobody's phones")
	}
	var rows []contactRow
	if err := q.Select(&rows, `SELECT person, id, kind, tail, whose, place, sealed, answers, emergency, added_at, claimed FROM contact
		WHERE state = $1 AND person IN `+db.In(2, len(ids))+` ORDER BY `+order+` LIMIT `+strconv.Itoa(phonesMost), append([]any{state}, db.Args(ids)...)...); err != nil {
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
		out[i] = Contact{ID: r.ID, Kind: r.Kind, Tail: r.Tail, Whose: r.Whose, Answers: r.whoPickup, Emergency: r.Emergency, Claimed: r.Claimed}
	}
	return out, nil
}
