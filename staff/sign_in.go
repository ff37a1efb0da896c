package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// errSignIn answers everything that does not fit: it tells neither which part was
// wrong, nor whether there is such a login, nor whether it rests.
var errSignIn = civic.E(civic.Denied, "staff.sign_in", "登录名、密码或动态码不对；连续输错太多次的账号会先停用一会儿。请核对后再试，忘记密码请找本单位管理员。")

// SignIn checks a login, its password and its one-time code, and returns who it
// is. A code works once. Denied tells nothing of which part was wrong; a login that
// rests after too many wrong tries is refused in the same words, so that nobody
// learns from them which logins exist.
func (s *Service) SignIn(ctx context.Context, login, password, code string) (Member, error) {
	login = strings.ToLower(civic.Fold(login))
	if len(login) > 60 || len(password) > passwordMost {
		return Member{}, errSignIn
	}
	row, err := s.readLogin(ctx, login)
	if errors.Is(err, db.ErrNoRows) {
		passwordMatches(s.decoy, password)
		return Member{}, errSignIn
	}
	if err != nil {
		return Member{}, err
	}
	ok := passwordMatches(row.Password, password) // also while it rests: the answer must take as long
	if row.LockedUntil != nil && row.LockedUntil.After(s.j.Now()) {
		return Member{}, errSignIn
	}
	step, totpOK := s.checkTOTP(row, civic.Digits(code))
	ok = ok && totpOK

	var m Member
	err = s.j.Write(ctx, civic.System("sign-in"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		if ok {
			// The guarded update makes a code work once, also for two at the same moment,
			// and lets nobody in who was locked out since the row was read.
			n, err := tx.Exec(`UPDATE staff_login SET failures = 0, locked_until = NULL, totp_last = $1 WHERE login = $2 AND (totp IS NULL OR totp_last < $1)
				AND (locked_until IS NULL OR locked_until <= $3)`, step, login, tx.Now)
			if err != nil {
				return err
			}
			ok = n == 1
		}
		if ok {
			if m, err = Read(tx, row.Staff); err == nil {
				return tx.Record(auth, journal.Event{Act: ActSignedIn, About: about(row.Staff)})
			} else if !civic.Is(err, civic.NotFound) {
				return err
			}
			ok = false
		}
		if _, err := tx.Exec(`UPDATE staff_login SET failures = failures + 1 WHERE login = $1`, login); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE staff_login SET failures = 0, locked_until = $1 WHERE login = $2 AND failures >= $3`,
			tx.Now.Add(minutes(limits.PasswordMinutes)), login, limits.PasswordTries); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActSignInFailed, About: about(row.Staff)})
	})
	if err != nil {
		return Member{}, err
	}
	if !ok {
		return Member{}, errSignIn
	}
	return m, nil
}

type login struct {
	Staff       civic.StaffID
	Password    string
	TOTP        []byte `db:"totp"`
	TOTPLast    int64  `db:"totp_last"`
	LockedUntil *time.Time
}

func (s *Service) readLogin(ctx context.Context, name string) (login, error) {
	var l login
	err := s.j.Look(ctx, civic.System("sign-in"), func(v *journal.View) error {
		return v.Get(&l, `SELECT staff, password, totp, totp_last, locked_until FROM staff_login WHERE login = $1`, name)
	})
	return l, err
}

// totpPeriod is the length of a time step (RFC 6238).
const totpPeriod = 30

// checkTOTP returns the time step that the code belongs to. One step before and
// after are accepted, for clocks that differ.
func (s *Service) checkTOTP(l login, code string) (int64, bool) {
	if l.TOTP == nil {
		return 0, true
	}
	secret, err := s.v.Open(l.TOTP, "staff.totp/"+string(l.Staff))
	if err != nil {
		return 0, false
	}
	now := s.j.Now()
	for d := int64(-1); d <= 1; d++ {
		at := now.Add(time.Duration(d) * totpPeriod * time.Second)
		want, err := totp.GenerateCode(string(secret), at)
		if err == nil && want == code {
			return at.Unix() / totpPeriod, true
		}
	}
	return 0, false
}

// Find reads a member of staff who is signed in.
func (s *Service) Find(ctx context.Context, id civic.StaffID) (Member, error) {
	var m Member
	err := s.j.Look(ctx, civic.System("session"), func(v *journal.View) error {
		var err error
		m, err = Read(v, id)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("staff %s: %w", id, err)
	}
	return m, nil
}
