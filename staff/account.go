package staff

import (
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Account is a member of staff as their administrator sees them.
type Account struct {
	Member
	Login     string // "" for whoever has none
	TOTP      bool
	Resting   bool // after too many wrong passwords
	CreatedAt time.Time
}

var (
	errNotYours = civic.E(civic.Denied, "staff.not_yours", "这位工作人员的单位或岗位在您的辖区以外，您不能管理。").
			Accepting("请找上一级的管理员")
	errSelf    = civic.E(civic.Denied, "staff.self", "自己的账号不能由自己调整或离岗。").Accepting("请另一位管理员来办")
	errNoLogin = civic.E(civic.Conflict, "staff.no_login", "这位工作人员没有登录账号，不能重发密码。")
	errWhat    = civic.E(civic.Invalid, "staff.reset_what", "请选要重发密码，还是重新绑定动态码。")
)

// AccountsEach is how many accounts a page of a list holds.
const AccountsEach = 50

// Accounts lists the staff in the offices of a division and below, the newest
// first; before is the last of the page before, or "". It needs staff.manage there.
// more says that another page follows.
func (s *Service) Accounts(ctx context.Context, actor civic.Actor, in civic.Division, before civic.StaffID) (out []Account, more bool, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: in, Look: true}); err != nil {
			return err
		}
		var ids []civic.StaffID
		var rows []struct{ ID civic.StaffID }
		if err := v.Select(&rows, `SELECT s.id FROM staff s JOIN office o ON o.id = s.office WHERE o.division >= $1 AND o.division < $2 AND s.state = 'active'
			AND (CAST($3 AS TEXT) = '' OR s.id < $3) ORDER BY s.id DESC LIMIT $4`, in, string(in)+"~", before, AccountsEach+1); err != nil {
			return err
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		if more = len(ids) > AccountsEach; more {
			ids = ids[:AccountsEach]
		}
		var err error
		out, err = accounts(v, v.Now, ids)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, nil
}

// accounts reads accounts in the order of their IDs.
func accounts(q db.Q, now time.Time, ids []civic.StaffID) ([]Account, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := db.Args(ids)
	var rows []struct {
		ID          civic.StaffID
		Name, State string
		Office      civic.OfficeID
		Division    civic.Division
		CreatedAt   time.Time
	}
	if err := q.Select(&rows, `SELECT s.id, s.name, s.state, s.office, o.division, s.created_at FROM staff s JOIN office o ON o.id = s.office WHERE s.id IN `+db.In(1, len(ids))+` ORDER BY s.id DESC`, args...); err != nil {
		return nil, err
	}
	var posts []struct {
		Staff    civic.StaffID
		Role     Role
		Division civic.Division
	}
	if err := q.Select(&posts, `SELECT staff, role, division FROM staff_role WHERE staff IN `+db.In(1, len(ids))+` ORDER BY role, division`, args...); err != nil {
		return nil, err
	}
	var logins []struct {
		Staff       civic.StaffID
		Login       string
		TOTP        []byte `db:"totp"`
		LockedUntil *time.Time
	}
	if err := q.Select(&logins, `SELECT staff, login, totp, locked_until FROM staff_login WHERE staff IN `+db.In(1, len(ids)), args...); err != nil {
		return nil, err
	}
	out := make([]Account, len(rows))
	at := map[civic.StaffID]*Account{}
	for i, r := range rows {
		out[i] = Account{Member: Member{ID: r.ID, Name: r.Name, Office: r.Office, Division: r.Division, State: r.State}, CreatedAt: r.CreatedAt}
		at[r.ID] = &out[i]
	}
	for _, p := range posts {
		at[p.Staff].Roles = append(at[p.Staff].Roles, Post{p.Role, p.Division})
	}
	for _, l := range logins {
		a := at[l.Staff]
		a.Login, a.TOTP, a.Resting = l.Login, l.TOTP != nil, l.LockedUntil != nil && l.LockedUntil.After(now)
	}
	return out, nil
}

// Account reads one account. It needs staff.manage over the office and every post.
func (s *Service) Account(ctx context.Context, actor civic.Actor, id civic.StaffID) (Account, error) {
	var a Account
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, _, err := managed(v.Authorise, v, id); err != nil {
			return err
		}
		all, err := accounts(v, v.Now, []civic.StaffID{id})
		if err == nil && len(all) == 0 {
			err = errNoStaff
		}
		if err == nil {
			a = all[0]
		}
		return err
	})
	return a, err
}

type authorise = func(civic.Need) (civic.Authority, error)

// managed reads a member whom the actor may manage: an administrator of the
// division of their office and of every post of theirs.
func managed(may authorise, q db.Q, id civic.StaffID) (Member, civic.Authority, error) {
	if _, err := may(civic.Need{Permission: civic.MayManageStaff}); err != nil {
		return Member{}, civic.Authority{}, err
	}
	m, err := Read(q, id)
	if err != nil {
		return m, civic.Authority{}, err
	}
	for _, p := range m.Roles {
		if _, err := manage(may, p.Division); err != nil {
			return Member{}, civic.Authority{}, err
		}
	}
	auth, err := manage(may, m.Division)
	return m, auth, err
}

// manage asks for staff.manage in a division, and says no in words about staff.
func manage(may authorise, d civic.Division) (civic.Authority, error) {
	auth, err := may(civic.Need{Permission: civic.MayManageStaff, Division: d})
	if err != nil && civic.As(err).Code == "grant.division" {
		err = errNotYours
	}
	return auth, err
}

// change runs one change of an account in a write, which nobody makes of their own.
func (s *Service) change(ctx context.Context, actor civic.Actor, id civic.StaffID, step func(tx *journal.Tx, m Member) (journal.Event, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		m, auth, err := managed(tx.Authorise, tx, id)
		if err != nil {
			return err
		}
		if actor.Staff() == id {
			return errSelf
		}
		// The owner's row first: two administrators take turns.
		n, err := tx.Exec(`UPDATE staff SET state = 'active' WHERE id = $1 AND state = 'active'`, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoStaff
		}
		ev, err := step(tx, m)
		if err != nil {
			return err
		}
		ev.About = append(ev.About, about(id)...)
		return tx.Record(auth, ev)
	})
}

// SetPosts gives a member these posts and no others.
func (s *Service) SetPosts(ctx context.Context, actor civic.Actor, id civic.StaffID, posts []Post) error {
	if err := checkPosts(posts); err != nil && !actor.Operator.None() {
		return err
	}
	return s.change(ctx, actor, id, func(tx *journal.Tx, _ Member) (journal.Event, error) {
		for _, p := range posts {
			if _, err := manage(tx.Authorise, p.Division); err != nil {
				return journal.Event{}, err
			}
		}
		if _, err := tx.Exec(`DELETE FROM staff_role WHERE staff = $1`, id); err != nil {
			return journal.Event{}, err
		}
		roles, err := insertPosts(tx, id, posts)
		roles["staff"] = string(id)
		return journal.Event{Act: ActPosts, Detail: roles}, err
	})
}

// Move puts a member into another office, of a division that the actor manages
// too. Their phones move along.
func (s *Service) Move(ctx context.Context, actor civic.Actor, id civic.StaffID, office civic.OfficeID) error {
	return s.change(ctx, actor, id, func(tx *journal.Tx, m Member) (journal.Event, error) {
		if m.Office == office {
			return journal.Event{}, journal.ErrUnchanged
		}
		var d civic.Division
		if err := tx.Get(&d, `SELECT division FROM office WHERE id = $1`, office); errors.Is(err, db.ErrNoRows) {
			return journal.Event{}, errNoOffice
		} else if err != nil {
			return journal.Event{}, err
		}
		if _, err := manage(tx.Authorise, d); err != nil {
			return journal.Event{}, err
		}
		if _, err := tx.Exec(`UPDATE staff SET office = $1 WHERE id = $2`, office, id); err != nil {
			return journal.Event{}, err
		}
		if _, err := tx.Exec(`UPDATE device SET office = $1 WHERE staff = $2`, office, id); err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActMoved, Detail: map[string]string{"staff": string(id)}, About: []journal.About{{ID: string(m.Office), Kind: "office", Role: "from"}, {ID: string(office), Kind: "office", Role: "to"}}}, nil
	})
}

// Reset is what of a sign-in is made anew.
type Reset string

// What can be made anew.
const (
	ResetPassword Reset = "password"
	ResetTOTP     Reset = "totp"
)

// Reset makes a member's password or authenticator anew and ends their sessions; it
// is shown once. A login that rests may be used again.
func (s *Service) Reset(ctx context.Context, actor civic.Actor, id civic.StaffID, what Reset) (Hired, error) {
	h := Hired{ID: id}
	err := s.change(ctx, actor, id, func(tx *journal.Tx, _ Member) (journal.Event, error) {
		var login string
		if err := tx.Get(&login, `SELECT login FROM staff_login WHERE staff = $1`, id); errors.Is(err, db.ErrNoRows) {
			return journal.Event{}, errNoLogin
		} else if err != nil {
			return journal.Event{}, err
		}
		var err error
		switch what {
		case ResetPassword:
			h.Password = newPassword()
			_, err = tx.Exec(`UPDATE staff_login SET password = $1, failures = 0, locked_until = NULL WHERE login = $2`, s.cost.hash(h.Password), login)
		case ResetTOTP:
			var sealed []byte
			if h.TOTPURL, sealed, err = s.newTOTP(login, id); err == nil {
				_, err = tx.Exec(`UPDATE staff_login SET totp = $1, totp_last = 0, failures = 0, locked_until = NULL WHERE login = $2`, sealed, login)
			}
		default:
			err = errWhat
		}
		if err != nil {
			return journal.Event{}, err
		}
		return journal.Event{Act: ActReset, Detail: map[string]string{"what": string(what)}}, endSessions(tx, id)
	})
	if err != nil {
		return Hired{}, err
	}
	return h, nil
}

func endSessions(tx *journal.Tx, id civic.StaffID) error {
	return EndSessions(tx, civic.Party{Kind: civic.PartyStaff, ID: string(id)})
}

// EndSessions signs a party out wherever they are signed in, in a write that says why.
func EndSessions(tx *journal.Tx, p civic.Party) error {
	_, err := tx.Exec(`DELETE FROM sign_session WHERE party = $1`, partyKey(p))
	return err
}
