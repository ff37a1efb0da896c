package grant

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/ruledata"
)

// consentCodes are the rules of data/consent_code.yaml.
var consentCodes = ruledata.Must[struct {
	Version int    `yaml:"version"`
	Source  string `yaml:"source"`
	Digits  int    `yaml:"digits"`
	Minutes int    `yaml:"minutes"`
	Tries   int    `yaml:"tries"`
	ADay    int    `yaml:"a_day"`
}](data, "data/consent_code.yaml")

// ConsentCodeMinutes is how long a consent code is good.
func ConsentCodeMinutes() int { return consentCodes.Minutes }

// Matter is the one thing that a consent code is good for.
type Matter struct {
	Kind string // grant, consent
	ID   string // the grant's; of a consent, the purpose and the version of its words
}

func (m Matter) key() string { return m.Kind + "/" + m.ID }

// The acts of consent codes.
var (
	ActGrantCode   = journal.Define("access.grant_code", "把确认口令发到老人自己的电话上，问委托是不是自己的意思").Carries("code_id", "minutes", "relation", "agent")
	ActConsentCode = journal.Define("access.consent_code", "把确认口令发到老人自己的电话上，问同不同意").Carries("code_id", "minutes", "what")
	ActReadBack    = journal.Define("access.read_back", "老人在电话里念对了确认口令")
	ActMisread     = journal.Define("access.misread", "确认口令念错了")
	ActCodeDead    = journal.Define("access.code_dead", "确认口令念错的次数太多，作废了")
)

var (
	errConsentPhone = civic.E(civic.Conflict, "consent_code.phone", "老人没有一个早就登记、只归自己用的电话，确认口令不能发过去（新登记的电话要过几天）。请另一位同事打电话问老人，或请老人带证件到窗口说。")
	errConsentMany  = civic.E(civic.Exhausted, "consent_code.many", "今天给这位老人发的确认口令太多了，不能再发。请老人带证件到窗口说，或明天再办。")
	errConsentNone  = civic.E(civic.NotFound, "consent_code.none", "没有等着老人念的确认口令：用过了、过了时间、念错的次数太多，或者不是您要的。请再发一个。").On("code")
	errConsentForm  = civic.E(civic.Invalid, "consent_code.form", fmt.Sprintf("确认口令是%d位数字，请再听老人念一遍，照着输入。", consentCodes.Digits)).On("code")
	errConsentWrong = civic.E(civic.Denied, "consent_code.wrong", "念的口令不对。请老人照着短信，或照着电话里听到的，再慢慢念一遍。").On("code")
	errConsentDead  = civic.E(civic.Denied, "consent_code.dead", "念错的次数太多，这个口令作废了。请再发一个；还是不行，请老人带证件到窗口说。").On("code")
	errConsentOwn   = civic.E(civic.Denied, "consent_code.own", "这个口令是您替老人要的，不能由您来念。请另一位同事打电话，念给老人听。").
			Accepting("请另一位同事打这个电话")
	errConsentWard = civic.E(civic.Denied, "consent_code.ward", "老人有监护人，这件事由监护人来说。").Accepting("请监护人带证件和文书来办")
)

// DrawConsentCode draws a code for one matter, within the write of whose matter it is, and
// records that it is to be told to a phone of the person's own that nobody else uses. What was drawn for the matter before is dead. Only
// staff draw one, who have the person open and do not act for somebody else. Conflict without such a phone,
// Exhausted when the person had as many as a day has. The event's detail are the values of the words.
func (s *Service) DrawConsentCode(tx *journal.Tx, auth civic.Authority, person civic.PersonID, m Matter, ev journal.Event) error {
	self, err := s.mayAsk(tx, auth, person)
	if err != nil {
		return err
	}
	// The person's row is held: draws and tries of one person take turns.
	ids := self.Selves()
	if _, err := tx.Exec(`UPDATE consent_code SET state = 'void', sealed = NULL WHERE state = 'open' AND matter = $1 AND person IN `+db.In(2, len(ids)),
		append([]any{m.key()}, db.Args(ids)...)...); err != nil {
		return err
	}
	var drawn int
	if err := tx.Get(&drawn, `SELECT COUNT(*) FROM consent_code WHERE drawn_at > $1 AND person IN `+db.In(2, len(ids)),
		append([]any{tx.Now.Add(-24 * time.Hour)}, db.Args(ids)...)...); err != nil {
		return err
	}
	if drawn >= consentCodes.ADay {
		return errConsentMany
	}
	id := db.NewID()
	digits, err := drawDigits(consentCodes.Digits)
	if err != nil {
		return err
	}
	sealed, err := s.v.Seal([]byte(digits), "consent_code/"+id)
	if err != nil {
		return err
	}
	if err := tx.InsertRows("consent_code", []string{"person", "id", "matter", "drawn_by", "sealed", "tries", "state", "drawn_at", "expires"},
		[][]any{{self.Root, id, m.key(), tx.Actor.Staff(), sealed, 0, "open", tx.Now, tx.Now.Add(time.Duration(consentCodes.Minutes) * time.Minute)}}); err != nil {
		return err
	}
	ev.Detail["code_id"], ev.Detail["minutes"] = id, strconv.Itoa(consentCodes.Minutes)
	return tx.Record(auth, ev)
}

// mayAsk checks that a code may be sent, and holds the person's row.
func (s *Service) mayAsk(tx *journal.Tx, auth civic.Authority, person civic.PersonID) (people.Self, error) {
	if err := byStaff(tx.Actor, auth); err != nil {
		return people.Self{}, err
	}
	self, err := s.speaks(tx, person)
	if err != nil {
		return self, err
	}
	dials, err := s.p.Dials(tx, auth, person)
	if err == nil && !slices.ContainsFunc(dials, people.Dial.Trusted) {
		err = errConsentPhone
	}
	return self, err
}

// speaks holds the row of a person who may say something by a code: they live, and have
// no guardian who speaks for them.
func (s *Service) speaks(tx *journal.Tx, person civic.PersonID) (people.Self, error) {
	self, err := people.HoldSelf(tx, person)
	if err != nil {
		return self, err
	}
	if self.Died != "" || self.State != "active" {
		return self, errCodeDead
	}
	if ward, err := s.isWard(tx, self); err != nil || ward {
		return self, cmp.Or(err, error(errConsentWard))
	}
	return self, nil
}

// byStaff refuses whoever is no member of staff, or has the person open for somebody else.
func byStaff(actor civic.Actor, auth civic.Authority) error {
	if actor.Staff() == "" || auth.Basis() == civic.BasisGrant || auth.Basis() == civic.BasisGuardian {
		return errStaffOnly
	}
	return nil
}

func drawDigits(n int) (string, error) {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x, err := rand.Int(rand.Reader, most)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, x), nil
}

// Heard is what became of a code that a person read back.
type Heard struct {
	ID    string
	Wrong error // the code was not right; that it was tried is recorded, and nothing else may be done
}

// TakeConsentCode uses a code that the person read back, for one matter, in the write that rests
// on it. It is good once, for the member of staff who had it sent. A wrong one counts: the caller
// commits what was recorded of it, does nothing else and returns Heard.Wrong. NotFound when none waits,
// Invalid when it is no code at all, which counts as no try. The person's row is held.
func (s *Service) TakeConsentCode(tx *journal.Tx, auth civic.Authority, person civic.PersonID, m Matter, typed string) (Heard, error) {
	typed = civic.Digits(typed)
	if len(typed) != consentCodes.Digits {
		return Heard{}, errConsentForm
	}
	self, err := s.speaks(tx, person)
	if err != nil {
		return Heard{}, err
	}
	ids := self.Selves()
	var row struct {
		Person civic.PersonID
		ID     string
		Sealed []byte
		Tries  int
	}
	err = tx.Get(&row, `SELECT person, id, sealed, tries FROM consent_code WHERE state = 'open' AND expires > $1 AND matter = $2 AND drawn_by = $3 AND person IN `+db.In(4, len(ids)),
		append([]any{tx.Now, m.key(), tx.Actor.Staff()}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return Heard{}, errConsentNone
	}
	if err != nil {
		return Heard{}, err
	}
	code, err := s.v.Open(row.Sealed, "consent_code/"+row.ID)
	if err != nil {
		return Heard{}, err
	}
	out, state, act, sealed := Heard{ID: row.ID}, "used", ActReadBack, []byte(nil)
	if subtle.ConstantTimeCompare(code, []byte(typed)) != 1 {
		out.Wrong, state, act, sealed = errConsentWrong, "open", ActMisread, row.Sealed
		if row.Tries+1 >= consentCodes.Tries {
			out.Wrong, state, act, sealed = errConsentDead, "dead", ActCodeDead, nil
		}
	}
	n, err := tx.Exec(`UPDATE consent_code SET tries = tries + 1, state = $1, sealed = $2 WHERE person = $3 AND id = $4 AND state = 'open'`, state, sealed, row.Person, row.ID)
	if err == nil && n == 0 {
		err = errConsentNone
	}
	if err != nil {
		return Heard{}, err
	}
	return out, tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"kind": m.Kind}})
}

// spokenConsent returns a consent code that is to be told to its person: to the machine
// that sends it, or to a member of staff who reads it to them and did not ask for it.
func (s *Service) spokenConsent(tx *journal.Tx, auth civic.Authority, id string) (string, error) {
	var row struct {
		DrawnBy civic.StaffID
		Sealed  []byte
	}
	ids := auth.Selves()
	if len(ids) == 0 {
		return "", errCodeGone
	}
	err := tx.Get(&row, `SELECT drawn_by, sealed FROM consent_code WHERE id = $1 AND state = 'open' AND expires > $2 AND person IN `+db.In(3, len(ids)),
		append([]any{id, tx.Now}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return "", errCodeGone
	}
	if err != nil {
		return "", err
	}
	if tx.Actor.Staff() == row.DrawnBy {
		return "", errConsentOwn
	}
	b, err := s.v.Open(row.Sealed, "consent_code/"+id)
	return inGroups(string(b)), err
}

// inGroups writes digits as they are read: 482 160.
func inGroups(digits string) string {
	half := (len(digits) + 1) / 2
	return digits[:half] + " " + digits[half:]
}

// SendGrantCode has a code sent to the person's own phone, by which they say to the member of staff at
// the controls that one grant is their wish. Conflict if they were asked already.
func (s *Service) SendGrantCode(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		if g.Notice != pending || g.State == "revoked" {
			return errToldDone
		}
		agent, err := s.agentName(tx, g)
		if err != nil {
			return err
		}
		ev := s.event(ActGrantCode, g, agent)
		ev.Detail = map[string]string{"relation": g.Relation, "agent": agent}
		return s.DrawConsentCode(tx, auth, person, Matter{"grant", id}, ev)
	})
}

// AnswerByCode records that a grant which waits for the person's word is their wish, by the
// code that was sent to their own phone and that they read back. It stands for a second colleague's call: the
// limits of the grant, and whoever may give one, are as they are for one taken down by phone.
func (s *Service) AnswerByCode(ctx context.Context, actor civic.Actor, person civic.PersonID, id, code string) error {
	var wrong error
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if err := byStaff(actor, auth); err != nil {
			return err
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		g, err := one(tx, self, id)
		if err != nil {
			return err
		}
		if _, err := s.locked(tx, &g); err != nil { // both in one order, before the code's holder
			return err
		}
		heard, err := s.TakeConsentCode(tx, auth, person, Matter{"grant", id}, code)
		if err != nil || heard.Wrong != nil {
			wrong = heard.Wrong
			return err
		}
		return s.byCode(tx, auth, self, id)
	})
	if err == nil {
		err = wrong
	}
	return err
}

// byCode lets a grant begin, or stand, on the person's word.
func (s *Service) byCode(tx *journal.Tx, auth civic.Authority, self people.Self, id string) error {
	g, err := one(tx, self, id) // again: it was not held before
	if err != nil {
		return err
	}
	if g.Notice != pending || g.State == "revoked" {
		return errToldDone
	}
	if g.State == "asked" {
		if err := s.begin(tx, auth, g); err != nil {
			return err
		}
		if g, err = one(tx, self, id); err != nil || g.Notice != pending {
			return err
		}
	}
	agent, err := s.agentName(tx, g)
	if err != nil {
		return err
	}
	return s.told(tx, auth, g, agent, agreedByCode)
}
