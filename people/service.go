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
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActRegistered = journal.Define("person.registered", "登记了个人信息")
	ActListed     = journal.Define("people.listed", "按姓名或电话查找了人员")
	ActSeen       = journal.Define("person.seen", "受委托的人看了资料")
)

// Service registers and finds people.
type Service struct {
	j *journal.Journal
	v *vault.Vault
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault) *Service { return &Service{j, v} }

// Registration is what is known of a new person. A name and one credential are
// enough; sex and birth date are read from an ID number.
type Registration struct {
	Name        string
	Sex         Sex
	Birth       string
	Division    civic.Division
	Address     string
	Credentials []Card
	Phones      []Phone
}

// Card is a credential's number as it was read or typed.
type Card struct {
	Kind   CredentialKind
	Number string
}

// Phone is a number and whose phone it is: "own", or a relation.
type Phone struct{ Number, Whose string }

var (
	errNoCard    = civic.E(civic.Invalid, "register.no_card", "请至少登记一种证件：身份证、社保卡或老年卡。").On("card")
	errTaken     = civic.E(civic.Conflict, "card.taken", "这张卡已经登记在另一位老人名下。请核对卡号；如果确实重号，请交给主管处理。").On("card")
	errNoPerson  = civic.E(civic.NotFound, "person.unknown", "没有找到这个人。请换一种证件再试，或当场登记。")
	errAddress   = civic.E(civic.Invalid, "address.long", "住址太长了，最多200个字。").On("address")
	errBirth     = civic.E(civic.Invalid, "register.birth", "出生日期不对，请写成1945-08-15这样。").On("birth")
	errSex       = civic.E(civic.Invalid, "register.sex", "性别请选男、女或不清楚。").On("sex")
	errMany      = civic.E(civic.Invalid, "register.many", "证件和电话各最多登记10个。")
	errWhose     = civic.E(civic.Invalid, "register.whose", "请用几个字写明是谁的电话，比如：女儿。").On("phone")
	errNoText    = civic.E(civic.Invalid, "find.empty", "请刷卡，或输入证件号、电话、姓名。")
	errTextLong  = civic.E(civic.Invalid, "find.long", "输入的内容太长了，请只输入一个证件号、电话或姓名。")
	errNoHome    = civic.E(civic.Invalid, "register.no_home", "请选择老人住在哪个街道。").On("division")
	errAuthority = errors.New("people: reading a person needs an authority over them")
)

// Register enters a new person. It needs people.register in the person's home
// division. Conflict if a credential belongs to somebody already.
func (s *Service) Register(ctx context.Context, actor civic.Actor, in Registration) (civic.PersonID, error) {
	n, err := s.prepare(in)
	if err != nil {
		return "", err
	}
	err = s.j.Write(ctx, actor.For(n.ID), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayRegisterPeople, Division: n.Division})
		if err != nil {
			return err
		}
		if err := insertPerson(tx, auth, n); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActRegistered, Detail: map[string]string{"name": Masked(n.Name)}})
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
	credentials []sealedNumber
	phones      []sealedNumber
	at          time.Time
}

type sealedNumber struct {
	id, kind, hash, tail, whose string
	sealed                      []byte
}

func (s *Service) prepare(in Registration) (*prepared, error) {
	now := s.j.Now()
	n := &prepared{at: now, Person: Person{ID: civic.PersonID(db.NewID()), Sex: in.Sex, Birth: in.Birth, Division: in.Division}}
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
		sn, err := s.seal(n.ID, string(c.Kind), number, s.CredentialHash(number))
		if err != nil {
			return nil, err
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
		if utf8.RuneCountInString(p.Whose) > 20 || civic.HoldsNumber(p.Whose) {
			return nil, errWhose
		}
		kind := "landline"
		if number[0] == '1' {
			kind = "mobile"
		}
		sn, err := s.seal(n.ID, kind, number, s.phoneHash(number))
		if err != nil {
			return nil, err
		}
		sn.whose = p.Whose
		n.phones = append(n.phones, sn)
	}
	// In one order, so that two registrations of the same cards can't deadlock.
	slices.SortFunc(n.credentials, func(a, b sealedNumber) int { return strings.Compare(a.hash, b.hash) })
	if in.Address != "" {
		if n.address, err = s.v.Seal([]byte(in.Address), "person.address/"+string(n.ID)); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (s *Service) seal(p civic.PersonID, kind, number, hash string) (sealedNumber, error) {
	sn := sealedNumber{id: db.NewID(), kind: kind, hash: hash, tail: tail(number)}
	var err error
	sn.sealed, err = s.v.Seal([]byte(number), "number/"+string(p)+"/"+sn.id)
	return sn, err
}

// CredentialHash is the blind index of a card's number, whatever its kind: a
// reader does not always say what sort of card it read.
func (s *Service) CredentialHash(number string) string { return s.v.Index("credential", number) }

func (s *Service) phoneHash(number string) string { return s.v.Index("phone", number) }

// Match is one person found: the masked minimum by which a clerk can ask
// "are you …?", and why they matched.
type Match struct {
	Person   civic.PersonID
	Name     string // masked
	Sex      Sex
	Birth    string // the year only
	Division civic.Division
	Why      string
	State    string // of the credential that matched: active, lost …
	Card     bool   // found by a card, which is one person's
}

// matchMost bounds a search: who is not among ten needs a better question.
const matchMost = 10

// Find finds people by anything typed, swiped or said: the number of a card, a
// phone or a name. It returns the masked minimum and needs people.find; opening
// a person is another act.
func (s *Service) Find(ctx context.Context, actor civic.Actor, text string) ([]Match, error) {
	text = civic.Fold(text)
	switch {
	case text == "":
		return nil, errNoText
	case len([]rune(text)) > 60:
		return nil, errTextLong
	}
	var out []Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		var err error
		out, err = s.find(v, text)
		return err
	})
	if err != nil || len(out) == 1 && out[0].Card {
		return out, err // one card is one person, whose opening is recorded
	}
	// A list is recorded once, with what it was found by.
	return out, s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayFindPeople})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActListed, Detail: map[string]string{"by": out[0].Why, "found": strconv.Itoa(len(out))},
			About: []journal.About{{ID: actor.Operator.ID, Kind: string(actor.Operator.Kind), Role: "operator"}}})
	})
}

func (s *Service) find(q db.Q, text string) ([]Match, error) {
	var why error // the reason why a number can't be one, if that is what it looks like
	number := strings.ToUpper(civic.Digits(text))
	if looksLikeCard(number) {
		id, err := ParseResidentID(number, s.j.Now())
		if err == nil {
			number = id.Number
		} else if len(number) == 18 || len(number) == 15 {
			why = err
		}
		m, err := s.byCredential(q, number)
		if err == nil {
			return []Match{m}, nil
		}
		if !civic.Is(err, civic.NotFound) {
			return nil, err
		}
	}
	if phone, err := CleanPhone(text); err == nil {
		ms, err := byPhone(q, s.phoneHash(phone))
		if err != nil || len(ms) > 0 {
			return ms, err
		}
		why = nil
	}
	if why != nil {
		return nil, why
	}
	name, err := CleanName(text)
	if err != nil {
		return nil, errNoPerson
	}
	ms, err := byName(q, name)
	if err == nil && len(ms) == 0 {
		err = errNoPerson
	}
	return ms, err
}

func looksLikeCard(s string) bool {
	digits := strings.Count(s, "") - 1 - len(strings.Trim(s, "0123456789"))
	return len(s) >= 8 && len(s) <= 20 && digits > 0 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// FindCard finds the one person whose card has the number, and nobody by name or
// phone: for matters in which the wrong person would be harmed.
func (s *Service) FindCard(ctx context.Context, actor civic.Actor, number string) (Match, error) {
	var m Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		var err error
		m, err = s.ByCard(v, number)
		return err
	})
	return m, err
}

// ByCard finds the one person whose card has this number, in any form that
// people write it. NotFound if there is none.
func (s *Service) ByCard(q db.Q, number string) (Match, error) {
	number = strings.ToUpper(civic.Digits(number))
	if id, err := ParseResidentID(number, s.j.Now()); err == nil {
		number = id.Number
	}
	return s.byCredential(q, number)
}

func (s *Service) byCredential(q db.Q, number string) (Match, error) {
	return byCredentialHash(q, s.CredentialHash(number))
}

// Profile is a person as they are shown to somebody with authority over them.
type Profile struct {
	Person
	Address     string
	Credentials []Credential
	Contacts    []Contact
}

// Profile reads a person for somebody with authority over them.
func (s *Service) Profile(q db.Q, auth civic.Authority, id civic.PersonID) (Profile, error) {
	var p Profile
	if !auth.Over(id) {
		return p, errAuthority
	}
	row, err := readPerson(q, id)
	if err != nil {
		return p, err
	}
	p.Person = row.Person()
	if p.Address, err = s.openAddress(row); err != nil {
		return p, err
	}
	if p.Credentials, err = readCredentials(q, id); err != nil {
		return p, err
	}
	p.Contacts, err = readContacts(q, id)
	return p, err
}

// Lives reads where a person lives, for somebody with authority over them: the
// division, and the address, "" if none is registered.
func (s *Service) Lives(q db.Q, auth civic.Authority, id civic.PersonID) (civic.Division, string, error) {
	if !auth.Over(id) {
		return "", "", errAuthority
	}
	row, err := readPerson(q, id)
	if err != nil {
		return "", "", err
	}
	address, err := s.openAddress(row)
	return row.Division, address, err
}

func (s *Service) openAddress(row personRow) (string, error) {
	if row.Address == nil {
		return "", nil
	}
	b, err := s.v.Open(row.Address, "person.address/"+string(row.ID))
	return string(b), err
}

// Name returns a person's name for a timeline or list, masked unless the
// authority reaches them.
func (s *Service) Name(q db.Q, auth civic.Authority, id civic.PersonID) (string, error) {
	row, err := readPerson(q, id)
	if err != nil {
		return "", err
	}
	if auth.Over(id) {
		return row.Name, nil
	}
	return Masked(row.Name), nil
}

// Home returns where a person lives, as a division. It is no personal data by
// itself and is needed to judge authority.
func Home(q db.Q, id civic.PersonID) (civic.Division, error) {
	var d civic.Division
	err := q.Get(&d, `SELECT division FROM person WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return "", errNoPerson
	}
	return d, err
}
