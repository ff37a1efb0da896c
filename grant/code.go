package grant

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
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
func (s *Service) IssueCode(ctx context.Context, actor civic.Actor, person civic.PersonID) (string, error) {
	var code string
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if b := auth.Basis(); b == civic.BasisGrant || b == civic.BasisOwn || b == civic.BasisGuardian {
			return errStaffOnly // a code that a child holds would not be the elder's own sign-in
		}
		if auth.Basis() != civic.BasisPresented {
			return errCodeCard
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		if self.Died != "" {
			return errGone
		}
		if err := s.strongCard(tx, actor.Staff(), self); err != nil {
			return err
		}
		if code, err = s.newCode(tx, self.Root); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeIssued})
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// strongCard refuses a code when every card that the clerk saw is one that somebody
// at a window could have made for the purpose: printed here, or entered lately.
func (s *Service) strongCard(q db.Q, clerk civic.StaffID, self people.Self) error {
	cards, err := s.p.CardsShown(q, clerk, self, s.j.Now().Add(-OpenFor()-people.TypedFor()))
	if err != nil {
		return err
	}
	if len(cards) > 0 && !slices.ContainsFunc(cards, func(c people.ShownCard) bool { return !c.Weak }) {
		return errCodeWeak
	}
	if len(cards) == 0 {
		return errCodeCard // reported lost, or taken back, since the opening
	}
	return nil
}

var errCodeWeak = civic.E(civic.Denied, "access.card_new", "便民卡、刚添或刚换的卡，单凭它不能开登录口令。请老人再出示一张原来就登记过的证件，放到读卡器上或输入它的整个号码，重新打开资料。").
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

// newCode draws codes until one was never used before.
func (s *Service) newCode(tx *journal.Tx, person civic.PersonID) (string, error) {
	for range 20 {
		n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
		if err != nil {
			return "", err
		}
		code := fmt.Sprintf("%08d", n)
		got, err := tx.Exec(`INSERT INTO access_code (hash, person, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, s.v.Index("access", code), person, tx.Now.Add(codeFor()))
		if err != nil || got == 1 {
			return code, err
		}
	}
	return "", errors.New("grant: no free code in twenty draws")
}

// RedeemCode signs a person in by a code from the window. Denied if it is
// wrong, used or too old. Callers limit the rate of tries.
func (s *Service) RedeemCode(ctx context.Context, code string, channel civic.Channel) (civic.PersonID, error) {
	code = civic.Digits(code)
	if len(code) != 8 {
		return "", errCode
	}
	hash := s.v.Index("access", code)
	var person civic.PersonID
	sys := civic.System("sign-in")
	sys.Channel = channel
	err := s.j.Write(ctx, sys, func(tx *journal.Tx) error {
		n, err := tx.Exec(`UPDATE access_code SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires > $1`, tx.Now, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errCode
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
