package grant

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// IssueCode makes a code that signs the person in once within half an hour. It
// is printed on a slip at the window, for a person who came with their card: it was on
// the reader, or in the clerk's hand, which the journal keeps of the opening. Whoever
// signs in by it is the person, so that an opening by the role alone is Denied. The
// person is told, in their story and on their home page.
func (s *Service) IssueCode(ctx context.Context, actor civic.Actor, person civic.PersonID) (Code, error) {
	var code Code
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if b := auth.Basis(); b == civic.BasisGrant || b == civic.BasisOwn || b == civic.BasisGuardian {
			return errStaffOnly // a code that a child holds would not be the elder's own sign-in
		}
		self, err := s.mayDraw(tx, auth, actor, person)
		if err != nil {
			return err
		}
		if code, err = s.newCode(tx, self); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeIssued})
	})
	if err != nil {
		return Code{}, err
	}
	return code, nil
}

// mayDraw refuses a code to whoever did not see the person's card, or none that is proof
// enough, and for the dead. It returns whose code it is.
func (s *Service) mayDraw(q db.Q, auth civic.Authority, actor civic.Actor, person civic.PersonID) (people.Self, error) {
	if auth.Basis() != civic.BasisPresented {
		return people.Self{}, errCodeCard // before anything is read
	}
	self, err := people.Resolve(q, person)
	if err != nil {
		return self, err
	}
	if self.Died != "" {
		return self, errCodeDead
	}
	return self, s.inHand(q, auth, actor.Staff(), self, errCodeCard)
}

// Code is a code as it is shown or read out, and the ID by which it can be read out
// again while it is good.
type Code struct{ ID, Digits string }

// Grouped is the code as it is read and written: 4821 6037.
func (c Code) Grouped() string {
	if len(c.Digits) != codeDigits {
		return c.Digits
	}
	return inGroups(c.Digits)
}

// codeDigits is how many digits a code has.
const codeDigits = 8

// SendCode draws a code that signs the person in and has it told to them by their own
// phone, at their wish, by staff who have them open. Conflict if no phone is registered
// as theirs alone: a code that somebody else may hear is nobody's sign-in.
func (s *Service) SendCode(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
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
		if self.Died != "" {
			return errCodeDead
		}
		dials, err := s.p.Dials(tx, auth, person)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(dials, people.Dial.Trusted) {
			return errNoOwnPhone
		}
		code, err := s.newCode(tx, self)
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeSent, Detail: map[string]string{"code_id": code.ID, "minutes": strconv.Itoa(int(codeFor().Minutes()))}})
	})
}

var (
	errNoOwnPhone = civic.E(civic.Conflict, "access.phone", "老人没有一个早就登记、只归自己用的电话，口令不能打过去（新登记的电话要过几天；没有看着证件登记的，要老人带证件来，或在自己的网页上，说一声是自己的）。请老人带证件到窗口领。")
	errCodeMany   = civic.E(civic.Exhausted, "access.many", "这位老人今天开的口令太多了，今天不能再开。请明天再来；老人急着办的事，可以在窗口直接办。")
	errCodeDead   = civic.E(civic.Conflict, "access.died", "这位老人登记了去世，或登记已经撤销，不能开口令，也不能打口令过去。登记错了，请主管先撤销去世登记，马上就能开。")
	errCodeGone   = civic.E(civic.NotFound, "access.gone", "这个口令已经用过，或者过了时间。请再开一张。")
)

// SayCode returns a code of the window once more, to be read out slowly, for whoever may
// draw one, while it is good.
func (s *Service) SayCode(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) (string, error) {
	var out string
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if err != nil {
			return err
		}
		if _, err := s.mayDraw(v, auth, actor, person); err != nil {
			return err
		}
		out, err = s.spoken(v, auth, id, v.Now)
		return err
	})
	return out, err
}

// Spoken returns a code that is to be told to its person, for the room that tells it.
// NotFound when it was used or is too old.
func (s *Service) Spoken(tx *journal.Tx, auth civic.Authority, id string) (string, error) {
	code, err := s.spoken(tx, auth, id, tx.Now)
	if civic.Is(err, civic.NotFound) {
		code, err = s.spokenConsent(tx, auth, id)
	}
	return code, err
}

func (s *Service) spoken(q db.Q, auth civic.Authority, id string, now time.Time) (string, error) {
	ids := auth.Selves()
	if id == "" || len(ids) == 0 {
		return "", errCodeGone
	}
	// By the person, whose codes are few.
	var row struct{ Sealed []byte }
	err := q.Get(&row, `SELECT sealed FROM access_code WHERE id = $1 AND used_at IS NULL AND expires > $2 AND person IN `+db.In(3, len(ids)),
		append([]any{id, now}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) || err == nil && row.Sealed == nil {
		return "", errCodeGone
	}
	if err != nil {
		return "", err
	}
	b, err := s.v.Open(row.Sealed, "access/"+id)
	return Code{Digits: string(b)}.Grouped(), err
}

// Strong refuses what a presented opening is not enough for, when every card that the
// clerk saw is nameless, or one that somebody at a window could have made for the purpose:
// printed here, or entered lately. Denied also when none of them is good any more. Codes, copies,
// grants in person, wishes, settling and new cards all ask it.
func (s *Service) Strong(q db.Q, clerk civic.StaffID, self people.Self) error {
	cards, err := s.p.CardsShown(q, clerk, self, s.j.Now().Add(-OpenFor()-people.TypedFor()))
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		return errNotShown // reported lost, or taken back, since the opening
	}
	if !proof(cards) {
		return errCardWeak
	}
	return nil
}

// proof reports whether one of the cards bears a name, and is none that somebody at a window
// could have made.
func proof(cards []people.ShownCard) bool {
	return slices.ContainsFunc(cards, func(c people.ShownCard) bool { return !c.Weak })
}

// Proven is Strong for an act that is the person's own word: it asks nothing unless the act
// rests on their card having been shown to the member of staff at the controls.
func (s *Service) Proven(tx *journal.Tx, auth civic.Authority, self people.Self) error {
	return s.inHand(tx, auth, tx.Actor.Staff(), self, nil)
}

// inHand is Strong for an act that rests on a shown card, and otherwise for an act that rests
// on something else.
func (s *Service) inHand(q db.Q, auth civic.Authority, clerk civic.StaffID, self people.Self, otherwise error) error {
	if auth.Basis() != civic.BasisPresented {
		return otherwise
	}
	return s.Strong(q, clerk, self)
}

var errCardWeak = civic.E(civic.Denied, "access.card_new", "公交卡、公园卡、便民卡，和刚添、刚换的卡，单凭它还不能办这件事：上面没有名字，或者谁都可能刚在窗口办了一张。请老人再出示一张原来就登记过的证件，放到读卡器上或输入它的整个号码，重新打开资料。").
	Accepting("身份证、社保卡、老年卡里原来就登记过的一张")

// LastCode says when the window last drew a code for the person, within the days for
// which their home page tells of it; zero if it did not. It is told to them alone.
func (s *Service) LastCode(ctx context.Context, actor civic.Actor, person civic.PersonID) (time.Time, error) {
	var out time.Time
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Look: true})
		if err != nil {
			return err
		}
		if auth.Basis() != civic.BasisOwn {
			return errNotYours
		}
		ids := auth.Selves()
		var row struct{ At time.Time }
		err = v.Get(&row, `SELECT e.at FROM journal_entry e JOIN journal_about a ON a.entry = e.id WHERE e.act = $1 AND e.at > $2 AND a.role = 'subject'
			AND a.id IN `+db.In(3, len(ids))+` ORDER BY e.at DESC LIMIT 1`, append([]any{ActCodeIssued, v.Now.AddDate(0, 0, -glass.CodeNotice)}, db.Args(ids)...)...)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		out = row.At
		return err
	})
	return out, err
}

var errCodeCard = civic.E(civic.Denied, "access.card", "开登录口令要老人本人带证件来，当场看过证件才行。用口令登录的人，就当是老人自己。").
	Accepting("请老人把身份证、社保卡或老年卡放到读卡器上；没有读卡器的，输入证件的整个号码，重新打开资料")

// newCode draws codes until one was never used before. Exhausted when the person had
// as many as a day has. It is kept sealed while it
// may have to be read out, and by its hash.
func (s *Service) newCode(tx *journal.Tx, self people.Self) (Code, error) {
	// The draws of a day are those that have not been over for more than a day.
	var drawn int
	ids := self.Selves()
	if err := tx.Get(&drawn, `SELECT COUNT(*) FROM access_code WHERE expires > $1 AND person IN `+db.In(2, len(ids)),
		append([]any{tx.Now.Add(codeFor() - 24*time.Hour)}, db.Args(ids)...)...); err != nil {
		return Code{}, err
	}
	if drawn >= glass.CodesADay {
		return Code{}, errCodeMany
	}
	for range 20 {
		digits, err := drawDigits(codeDigits)
		if err != nil {
			return Code{}, err
		}
		code := Code{ID: db.NewID(), Digits: digits}
		sealed, err := s.v.Seal([]byte(code.Digits), "access/"+code.ID)
		if err != nil {
			return Code{}, err
		}
		got, err := tx.Exec(`INSERT INTO access_code (hash, id, person, sealed, expires) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			s.v.Index("access", code.Digits), code.ID, self.Root, sealed, tx.Now.Add(codeFor()))
		if err != nil || got == 1 {
			return code, err
		}
	}
	return Code{}, errors.New("grant: no free code in twenty draws")
}

// endedBy says why a code is no good: that of somebody who was registered as dead was good
// until then, and whoever holds it is told so, who may be that very person.
func endedBy(tx *journal.Tx, hash string) error {
	var who []civic.PersonID
	if err := tx.Select(&who, `SELECT person FROM access_code WHERE hash = $1 AND expires > $2`, hash, tx.Now); err != nil || len(who) == 0 {
		return cmp.Or[error](err, errCode)
	}
	self, err := people.Resolve(tx, who[0])
	if err == nil && self.Died != "" {
		return errSelfDead
	}
	return errCode
}

// RedeemCode signs a person in by a code from the window. Denied if it is
// wrong, used or too old. Callers limit the rate of tries.
func (s *Service) RedeemCode(ctx context.Context, code string, channel civic.Channel) (civic.PersonID, error) {
	code = civic.Digits(code)
	if len(code) != codeDigits {
		return "", errCode
	}
	hash := s.v.Index("access", code)
	var person civic.PersonID
	sys := civic.System("sign-in")
	sys.Channel = channel
	err := s.j.Write(ctx, sys, func(tx *journal.Tx) error {
		n, err := tx.Exec(`UPDATE access_code SET used_at = $1, sealed = NULL WHERE hash = $2 AND used_at IS NULL AND expires > $1`, tx.Now, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return endedBy(tx, hash)
		}
		if err := tx.Get(&person, `SELECT person FROM access_code WHERE hash = $1`, hash); err != nil {
			return err
		}
		self, err := people.Resolve(tx, person) // a slip may be older than a merge
		if err != nil {
			return err
		}
		if self.Died != "" {
			return errSelfDead
		}
		person = self.Root
		auth, err := tx.Authorise(civic.Need{Person: person, Division: self.Division})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeRedeemed, About: []journal.About{{ID: string(person), Kind: "person", Role: "subject"}}})
	})
	return person, err
}
