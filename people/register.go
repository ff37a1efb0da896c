package people

import (
	"context"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Registration is what is known of a new person. A name and one credential are
// enough; sex and birth date are read from an ID number.
type Registration struct {
	Name        string
	Sex         Sex
	Birth       string
	Division    civic.Division
	Address     string
	Village     string // village or residents' community, by name
	Reading     string // how the name is read, if the person said so: syllables between blanks
	Credentials []Card
	Phones      []Phone
	// Distinct says that whoever looks like this person was looked at, and is another.
	Distinct bool
	// Dispute enters the person also when a number is somebody else's: that card is
	// then disputed (重号) until it is settled.
	Dispute bool
}

// Card is a credential's number as it was read or typed.
type Card struct {
	Kind   CredentialKind
	Number string
}

// Phone is a number and whose phone it is: "own", or a relation.
type Phone struct{ Number, Whose string }

// Register enters a new person. It needs people.register in the person's home
// division. Conflict if a credential belongs to somebody already, or, without
// Distinct, if somebody is alike: Twins tells who. Exhausted when the member of staff has typed
// too many whole numbers (charge).
func (s *Service) Register(ctx context.Context, actor civic.Actor, in Registration) (civic.PersonID, error) {
	n, err := s.prepare(civic.PersonID(db.NewID()), in)
	if err != nil {
		return "", err
	}
	may := civic.Need{Permission: civic.MayRegisterPeople, Division: n.Division}
	if err := s.charge(ctx, actor, may, n.hashes()...); err != nil {
		return "", err
	}
	err = s.j.Write(ctx, actor.For(n.ID), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(may)
		if err != nil {
			return err
		}
		n, theirs := n, []Card(nil)
		if in.Dispute {
			if n, theirs, err = s.setApart(tx, n); err != nil {
				return err
			}
		}
		var twins [][]Match
		if !in.Distinct {
			if twins, err = Alike(tx, auth, []Likeness{n.likeness()}); err != nil {
				return err
			}
		}
		taken, err := insertPeople(tx, auth, []*prepared{n})
		if err != nil {
			return err
		}
		if taken[n.ID] {
			return errTaken
		}
		if len(twins) > 0 && len(twins[0]) > 0 {
			return errAlike
		}
		if err := tx.Record(auth, journal.Event{Act: ActRegistered, Detail: map[string]string{"name": Masked(n.Name)}, About: n.cardsTyped()}); err != nil {
			return err
		}
		t := &cards{tx, s, auth, Self{Root: n.ID, Division: n.Division}}
		for _, c := range theirs {
			if _, err := t.raise(n.ID, n.Division, c.Kind, c.Number); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return n.ID, nil
}

// mostEach bounds the cards and phones of one registration.
const mostEach = 10

// prepared is a registration that was checked and sealed.
type prepared struct {
	Person
	address     []byte
	village     string
	reading     string
	keys        [][]any // what the name is found by
	credentials []sealedNumber
	phones      []sealedNumber
	at          time.Time
}

// hashes are those of the cards.
func (n *prepared) hashes() []string {
	out := make([]string, len(n.credentials))
	for i, c := range n.credentials {
		out[i] = c.hash
	}
	return out
}

type sealedNumber struct {
	id, kind, hash, tail, whose string
	last6                       string // index of the last six, of an ID number
	plain                       string // until it is sealed
	sealed                      []byte
}

// prepare checks and seals what is to be entered under the ID.
func (s *Service) prepare(id civic.PersonID, in Registration) (*prepared, error) {
	n, err := s.examine(id, in)
	if err != nil {
		return nil, err
	}
	for _, numbers := range [][]sealedNumber{n.credentials, n.phones} {
		for i := range numbers {
			if err := s.seal(n.ID, &numbers[i]); err != nil {
				return nil, err
			}
		}
	}
	if in.Address != "" {
		if n.address, err = s.v.Seal([]byte(in.Address), "person.address/"+string(n.ID)); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// examine checks what is to be entered, without sealing anything: enough to look
// for others who have it.
func (s *Service) examine(id civic.PersonID, in Registration) (*prepared, error) {
	now := s.j.Now()
	n := &prepared{at: now, Person: Person{ID: id, Sex: in.Sex, Birth: in.Birth, Division: in.Division}}
	var err error
	if n.Name, err = CleanName(in.Name); err != nil {
		return nil, err
	}
	if len(in.Credentials) == 0 {
		return nil, errNoCard
	}
	if !divisionFits(in.Division) {
		return nil, errNoHome
	}
	if len([]rune(in.Address)) > 200 {
		return nil, errAddress
	}
	if n.village, err = cleanVillage(in.Village); err != nil {
		return nil, err
	}
	if n.reading, err = CleanReading(n.Name, in.Reading); err != nil {
		return nil, err
	}
	if in.Birth != "" && !birthFits(in.Birth, now) {
		return nil, errBirth
	}
	if in.Sex != "" && in.Sex != Male && in.Sex != Female && in.Sex != Unknown {
		return nil, errSex
	}
	if len(in.Credentials) > mostEach || len(in.Phones) > mostEach {
		return nil, errMany
	}
	for _, c := range in.Credentials {
		number, err := normalise(c.Kind, c.Number, now)
		if err != nil {
			return nil, err
		}
		if c.Kind == KindResidentID {
			id, _ := ParseResidentID(number, now)
			n.Birth, n.Sex = id.Birth.Format(time.DateOnly), id.Sex
		}
		sn := newNumber(string(c.Kind), number, s.CredentialHash(number))
		if c.Kind == KindResidentID {
			sn.last6 = s.lastSixHash(number[len(number)-6:])
		}
		n.credentials = append(n.credentials, sn)
	}
	if n.Sex == "" {
		n.Sex = Unknown
	}
	for _, p := range in.Phones {
		number, err := CleanPhone(p.Number)
		if err != nil {
			return nil, err
		}
		if p.Whose = foldWhose(p.Whose); utf8.RuneCountInString(p.Whose) > 20 || civic.HoldsNumber(p.Whose) {
			return nil, errWhose
		}
		kind := "landline"
		if number[0] == '1' {
			kind = "mobile"
		}
		sn := newNumber(kind, number, s.phoneHash(number))
		sn.whose = p.Whose
		n.phones = append(n.phones, sn)
	}
	return n, nil
}

func newNumber(kind, number, hash string) sealedNumber {
	return sealedNumber{id: db.NewID(), kind: kind, hash: hash, tail: Tail(number), plain: number}
}

// seal seals a number, which is then no more to be had in clear.
func (s *Service) seal(p civic.PersonID, sn *sealedNumber) error {
	var err error
	sn.sealed, err = s.v.Seal([]byte(sn.plain), "number/"+string(p)+"/"+sn.id)
	sn.plain = ""
	return err
}

// CredentialHash is the blind index of a card's number, whatever its kind: a
// reader does not always say what sort of card it read.
func (s *Service) CredentialHash(number string) string { return s.v.Index("credential", number) }

// lastSixHash is the blind index of the last six characters of an ID number.
func (s *Service) lastSixHash(six string) string { return s.v.Index("last6", six) }

func (s *Service) phoneHash(number string) string { return s.v.Index("phone", number) }
