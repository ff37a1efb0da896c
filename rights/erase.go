package rights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// Plan says what happens when a person has everything erased.
type Plan struct {
	Name   string // masked
	Open   int    // matters that must be finished first; nothing can be erased before
	Gone   []string
	Stays  []Staying
	Wished bool      // the person, or their guardian, has asked for it
	From   time.Time // when it may be done, if they have
	Waits  bool      // it may not be done yet
	Erased string    // the day on which it was done, "" while it was not
}

// Staying is something that stays, why, and until when; a zero time is for good.
type Staying struct {
	Words, Why, Source string
	Until              time.Time
}

// gone is what is erased, in words.
var gone = []string{"姓名、性别、生日、住址、村（社区）", "证件号码、卡号", "电话、接电话的人", "别的名字",
	"标签、和谁住在一起、服务习惯、档案出生日期", "没办完的事和办过的事里填的内容、单位的答复", "给别人的委托、替别人办事的委托都停掉", "所有的同意都收回",
	"记录里的姓名、原因这些细节", "登录口令、打开过的资料、告诉过您的消息"}

var (
	// ActWished says that the person, or their guardian, asked for it.
	ActWished = journal.Define("rights.erase_wished", "请求删除个人资料").Carries("until")
	// ActUnwished says that they do not ask for it any more.
	ActUnwished = journal.Define("rights.erase_unwished", "不要删除个人资料了")
	// ActForgotten says that a person's data were erased.
	ActForgotten = journal.Define("rights.erased", "删除了个人资料")

	errOpenMatters = civic.E(civic.Conflict, "erase.open", "还有没办完的事，现在不能删。请先办完，或请承办单位结掉，再来删除。")
	errEraseReason = civic.E(civic.Invalid, "erase.reason", "请写明为什么删除，最多50个字，不要写证件号和电话，也不要写姓名。").On("reason")
	errWishOwn     = civic.E(civic.Denied, "erase.wish", "删除资料要本人说：本人登录自己的网页，或带证件到窗口。有监护人的，由监护人说。").
			Accepting("请本人带证件到窗口，或请监护人来办")
	errNoWish = civic.E(civic.Conflict, "erase.no_wish", "还没有本人的请求，不能删。请本人在自己的网页上请求，或带证件到窗口请求，再由另一位主管删除。")
	errWait   = civic.E(civic.Conflict, "erase.wait", fmt.Sprintf("本人请求删除还没有满%d天，先不能删：要留时间让老人知道，不是老人的意思还来得及停下。到了日子再删。", retentionData.WaitDays))
	errStop   = civic.E(civic.Denied, "erase.stop", "不要删了，请老人自己在网页上点，或打服务电话、到窗口说一声，由工作人员登记。").
			Accepting("老人自己点，或由工作人员登记")
	errErased = civic.E(civic.Conflict, "erase.done", "这份资料已经删除过了。")
)

// Plan says what can be erased of a person now and what must stay, for the person,
// and for staff who may erase where the person lives.
func (s *Service) Plan(ctx context.Context, actor civic.Actor, person civic.PersonID) (Plan, error) {
	var p Plan
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		if _, err := s.mayErase(v, actor, person, v.Authorise); err != nil {
			return err
		}
		var err error
		p, err = s.plan(v, person, v.Now)
		return err
	})
	return p, err
}

// mayErase judges before anything is read, so that who exists is not told.
func (s *Service) mayErase(q db.Q, actor civic.Actor, person civic.PersonID, authorise func(civic.Need) (civic.Authority, error)) (civic.Authority, error) {
	if actor.Person() != "" {
		auth, err := authorise(civic.Need{Person: person, Look: true})
		if err == nil && auth.Basis() != civic.BasisOwn {
			err = errOwnOnly
		}
		return auth, err
	}
	need := civic.Need{Permission: civic.MayErasePeople}
	if auth, err := authorise(need); err != nil {
		return auth, err
	}
	var err error
	if need.Division, err = people.Home(q, person); err != nil {
		return civic.Authority{}, err
	}
	need.Person = person
	return authorise(need)
}

func (s *Service) plan(q db.Q, person civic.PersonID, now time.Time) (Plan, error) {
	p := Plan{Gone: gone}
	self, err := people.Resolve(q, person)
	if err != nil {
		return p, err
	}
	if self.State == "erased" {
		err := q.Get(&p.Erased, `SELECT erased_on FROM person WHERE id = $1`, self.Root)
		return p, err
	}
	names, err := people.MaskedNames(q, []civic.PersonID{self.Root})
	if err != nil {
		return p, err
	}
	p.Name = names[self.Root]
	if p.Open, err = s.cases.Unfinished(q, self.Selves()); err != nil {
		return p, err
	}
	at, err := s.wished(q, now, self, "")
	if err != nil {
		return p, err
	}
	if p.Wished = !at.IsZero(); p.Wished {
		p.From = at.Add(EraseAfter())
		p.Waits = now.Before(p.From)
	}
	for _, e := range retentionData.Erased {
		p.Stays = append(p.Stays, Staying{e.Words, e.Why, e.Source, now.AddDate(0, 0, e.Days)})
	}
	for _, e := range retentionData.Stays {
		st := Staying{Words: e.Words, Why: e.Why, Source: e.Source}
		switch {
		case e.What == "backups":
			st.Until = now.AddDate(0, 0, retentionData.BackupDays)
		case e.Days > 0:
			st.Until = now.AddDate(0, 0, e.Days)
		}
		p.Stays = append(p.Stays, st)
	}
	return p, nil
}

// Wish records that a person asks to have everything erased: on their own page, or
// at the window with their card in hand; whoever has a guardian, by the guardian's word
// alone. It holds for the days of the data, and nothing is erased before some of them are
// over: the person is told of it, and whoever did not mean it stops it (Unwish).
func (s *Service) Wish(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		self, err := people.LockSelf(tx, person)
		if err != nil {
			return err
		}
		ward, err := s.grants.Ward(tx, self)
		if err != nil {
			return err
		}
		switch b := auth.Basis(); {
		case b == civic.BasisGuardian, !ward && (b == civic.BasisOwn || b == civic.BasisPresented):
		default:
			return errWishOwn
		}
		if err := s.grants.Proven(tx, auth, self); err != nil {
			return err
		}
		tx.Actor.Subject = self.Root
		until := tx.Now.Add(EraseAfter()).In(civic.Shanghai).Format("1月2日")
		return tx.Record(auth, journal.Event{Act: ActWished, Detail: map[string]string{"until": until}})
	})
}

// EraseAfter is how long after the wish nothing is erased.
func EraseAfter() time.Duration { return time.Duration(retentionData.WaitDays) * 24 * time.Hour }

// Unwish takes a wish to be erased back: by the person, their guardian, or any member of staff
// who has them open, since nothing is lost by it. Denied to an agent.
func (s *Service) Unwish(ctx context.Context, actor civic.Actor, person civic.PersonID) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err == nil && auth.Basis() == civic.BasisGrant {
			err = errStop
		}
		if err != nil {
			return err
		}
		self, err := people.LockSelf(tx, person) // an erasing takes its turn
		if err != nil {
			return err
		}
		at, err := s.wished(tx, tx.Now, self, "")
		if err == nil && at.IsZero() {
			err = journal.ErrUnchanged
		}
		if err != nil {
			return err
		}
		tx.Actor.Subject = self.Root
		return tx.Record(auth, journal.Event{Act: ActUnwished})
	})
}

// wished returns when the first wish that holds was taken down, by somebody other than the
// one named; zero if none does.
func (s *Service) wished(q db.Q, now time.Time, self people.Self, but string) (time.Time, error) {
	ward, err := s.grants.Ward(q, self)
	if err != nil {
		return time.Time{}, err
	}
	ids := self.Selves()
	var row struct{ At time.Time }
	err = q.Get(&row, `SELECT e.at FROM journal_entry e JOIN journal_about a ON a.entry = e.id WHERE a.role = 'subject' AND e.act = $1 AND e.at > $2
		AND e.operator_id <> $3 AND (e.basis = $4 OR NOT $5) AND a.id IN `+db.In(6, len(ids))+` AND NOT EXISTS (
			SELECT 1 FROM person_merge m WHERE (m.kept = a.id OR m.dropped = a.id) AND (m.merged_at > e.at OR m.undone_at > e.at))
		AND NOT EXISTS (SELECT 1 FROM journal_entry u JOIN journal_about b ON b.entry = u.id WHERE b.id = a.id AND b.role = 'subject' AND u.act = $`+strconv.Itoa(6+len(ids))+` AND u.id > e.id)
		ORDER BY e.at LIMIT 1`,
		append(append([]any{ActWished, now.AddDate(0, 0, -retentionData.WishDays), but, civic.BasisGuardian, ward}, db.Args(ids)...), ActUnwished)...)
	if errors.Is(err, db.ErrNoRows) {
		return time.Time{}, nil
	}
	return row.At, err
}

// Erase takes everything that says who a person is out of the platform, at the
// person's wish; the journal stays sealed and says that it was done. It needs
// people.erase where the person lives, and their wish; see Wish. Conflict before the days of
// waiting after the wish are over, while matters
// are open, while a grant is disputed or an emergency opening is unjudged, and while
// they are somebody's guardian.
func (s *Service) Erase(ctx context.Context, actor civic.Actor, person civic.PersonID, reason string) error {
	reason = civic.FoldWords(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > 50 || civic.HoldsNumber(reason) {
		return errEraseReason
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		if actor.Person() != "" { // who erases is never the one who asks for it
			if _, err := tx.Authorise(civic.Need{Permission: civic.MayErasePeople}); err != nil {
				return err
			}
		}
		if _, err := s.mayErase(tx, actor, person, tx.Authorise); err != nil {
			return err
		}
		self, err := people.LockErased(tx, person)
		if err != nil {
			return err
		}
		// Once more: while this waited, the person may have become somebody of elsewhere.
		auth, err := s.mayErase(tx, actor, person, tx.Authorise)
		if err != nil {
			return err
		}
		if err := s.ready(tx, self); err != nil {
			return err
		}
		if self.State != "erased" { // what was left of them may go without asking again
			if said, err := s.wished(tx, tx.Now, self, tx.Actor.Operator.ID); err != nil {
				return err
			} else if said.IsZero() {
				return errNoWish
			} else if tx.Now.Before(said.Add(EraseAfter())) {
				return errWait
			}
		}
		return s.erase(tx, auth, self, reason)
	})
}

// ready refuses to erase somebody of whom something is open, or is evidence.
func (s *Service) ready(tx *journal.Tx, self people.Self) error {
	open, err := s.cases.Unfinished(tx, self.Selves())
	if err == nil && open > 0 {
		err = errOpenMatters
	}
	if err != nil {
		return err
	}
	return grant.Evident(tx, tx.Now, self)
}

// erase takes away everything of a person whose row is locked.
func (s *Service) erase(tx *journal.Tx, auth civic.Authority, self people.Self, reason string) error {
	ids := self.Selves()
	if self.State == "erased" {
		if left, err := people.Left(tx, ids); err != nil || !left {
			return cmp.Or(err, error(errErased))
		}
	}
	if err := s.cases.Forget(tx, auth, ids); err != nil {
		return err
	}
	if err := s.messages.Forget(tx, auth, ids); err != nil {
		return err
	}
	if err := request.Forget(tx, auth, ids); err != nil {
		return err
	}
	if err := grant.Forget(tx, auth, ids); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE consent SET witness = NULL, by_person = '', withdrawn_at = COALESCE(withdrawn_at, $1) WHERE person IN `+db.In(2, len(ids)),
		append([]any{tx.Now}, db.Args(ids)...)...); err != nil {
		return err
	}
	if err := s.people.Forget(tx, auth, ids, tx.Now.In(civic.Shanghai).Format(time.DateOnly)); err != nil {
		return err
	}
	// The entries of before lose their details; this one tells of it and has the reason.
	if _, err := tx.Erase(auth, ids); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActForgotten, Detail: map[string]string{"reason": reason}})
}
