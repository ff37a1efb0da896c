package staff

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pquerna/otp/totp"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActHired        = journal.Define("staff.hired", "开通了工作人员账号")
	ActSignedIn     = journal.Define("staff.signed_in", "工作人员登录")
	ActSignInFailed = journal.Define("staff.sign_in_failed", "工作人员登录失败")
)

// Service manages staff and signs them in.
type Service struct {
	j *journal.Journal
	v *vault.Vault
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault) *Service { return &Service{j, v} }

// Hire is a new member of staff. Without Password one is drawn. WithoutTOTP is
// for the demonstration alone.
type Hire struct {
	Login       string
	Name        string
	Office      civic.OfficeID
	Posts       []Post
	Password    string
	WithoutTOTP bool
}

// Hired is what the new member needs to sign in; it is shown once.
type Hired struct {
	ID       civic.StaffID
	Password string
	TOTPURL  string // otpauth://…, for an authenticator; empty without TOTP
}

var (
	errLogin     = civic.E(civic.Invalid, "staff.login", "登录名要3到30个小写字母或数字。").On("login")
	errTaken     = civic.E(civic.Conflict, "staff.taken", "这个登录名已经有人用了，请换一个。").On("login")
	errName      = civic.E(civic.Invalid, "staff.name", "请填写工作人员的姓名，最多50个字。").On("name")
	errPassword  = civic.E(civic.Invalid, "staff.password", "密码要12到200个字符。").On("password")
	errRole      = civic.E(civic.Invalid, "staff.role", "没有这个岗位，可选：clerk、supervisor、administrator。").On("role")
	errNoOffice  = civic.E(civic.Invalid, "staff.office", "没有这个单位，请先建立单位。").On("office")
	errSignIn    = civic.E(civic.Denied, "staff.sign_in", "登录名、密码或动态码不对。请再试一次；忘记密码请找本单位管理员。")
	errLocked    = civic.E(civic.Exhausted, "staff.locked", "连续输错太多次，这个账号先锁定15分钟。急用请找本单位管理员。")
	errHasAdmins = civic.E(civic.Conflict, "staff.has_admin", "已经有管理员了，首个管理员只能建立一次。(an administrator exists already)")
)

// Sign-in limits: after failMost wrong tries the login rests for lockFor.
const (
	failMost     = 5
	lockFor      = 15 * time.Minute
	passwordMost = 200 // bytes
)

// Hire enters a member of staff. It needs staff.manage in every division of
// their posts and in their office's, since who sits in an office works its cases.
func (s *Service) Hire(ctx context.Context, actor civic.Actor, in Hire) (Hired, error) {
	h, row, err := s.prepare(in)
	if err != nil {
		return Hired{}, err
	}
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		manage := func(d civic.Division) (civic.Authority, error) {
			return tx.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: d})
		}
		for _, p := range in.Posts {
			if _, err := manage(p.Division); err != nil {
				return err
			}
		}
		var office civic.Division
		if err := tx.Get(&office, `SELECT division FROM office WHERE id = $1`, in.Office); err != nil {
			if errors.Is(err, db.ErrNoRows) {
				return errNoOffice
			}
			return err
		}
		auth, err := manage(office)
		if err != nil {
			return err
		}
		return s.insert(tx, auth, h.ID, in, row)
	})
	if err != nil {
		return Hired{}, err
	}
	return h, nil
}

// First makes the first administrator, once, from the command line.
func (s *Service) First(ctx context.Context, in Hire) (Hired, error) {
	if len(in.Posts) == 0 {
		return Hired{}, errRole
	}
	in.Posts = []Post{{Administrator, in.Posts[0].Division}}
	h, row, err := s.prepare(in)
	if err != nil {
		return Hired{}, err
	}
	err = s.j.Write(ctx, civic.System("admin-first"), func(tx *journal.Tx) error {
		// The key makes two at the same moment take turns.
		first, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, "staff.first", h.ID, tx.Now)
		if err != nil {
			return err
		}
		if first == 0 {
			return errHasAdmins
		}
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM staff_role WHERE role = $1`, Administrator); err != nil {
			return err
		}
		if n > 0 {
			return errHasAdmins
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff})
		if err != nil {
			return err
		}
		return s.insert(tx, auth, h.ID, in, row)
	})
	if err != nil {
		return Hired{}, err
	}
	return h, nil
}

type loginRow struct {
	hash string
	totp []byte
}

func (s *Service) prepare(in Hire) (Hired, loginRow, error) {
	h := Hired{ID: civic.StaffID(db.NewID()), Password: in.Password}
	var row loginRow
	if n := len(in.Login); n < 3 || n > 30 || strings.Trim(in.Login, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return h, row, errLogin
	}
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > 50 {
		return h, row, errName
	}
	if len(in.Posts) == 0 {
		return h, row, errRole
	}
	for _, p := range in.Posts {
		if _, ok := allowed[p.Role]; !ok {
			return h, row, errRole
		}
	}
	if h.Password == "" {
		b := make([]byte, 15)
		_, _ = rand.Read(b) // never fails on a supported system
		h.Password = strings.ToLower(base32.StdEncoding.EncodeToString(b))
	}
	if utf8.RuneCountInString(h.Password) < 12 || len(h.Password) > passwordMost {
		return h, row, errPassword
	}
	row.hash = hashPassword(h.Password)
	if in.WithoutTOTP {
		return h, row, nil
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Yinqiao", AccountName: in.Login})
	if err != nil {
		return h, row, err
	}
	h.TOTPURL = key.URL()
	row.totp, err = s.v.Seal([]byte(key.Secret()), "staff.totp/"+string(h.ID))
	return h, row, err
}

func (s *Service) insert(tx *journal.Tx, auth civic.Authority, id civic.StaffID, in Hire, row loginRow) error {
	if _, err := tx.Exec(`INSERT INTO staff (id, name, office, state, created_at) VALUES ($1, $2, $3, 'active', $4)`, id, in.Name, in.Office, tx.Now); err != nil {
		if db.IsForeignKey(err) {
			return errNoOffice
		}
		return err
	}
	n, err := tx.Exec(`INSERT INTO staff_login (login, staff, password, totp, totp_last, failures) VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT DO NOTHING`,
		in.Login, id, row.hash, row.totp)
	if err != nil {
		return err
	}
	if n == 0 {
		return errTaken
	}
	var rows [][]any
	roles := map[string]string{}
	for i, p := range in.Posts {
		if slices.Contains(in.Posts[:i], p) {
			continue
		}
		rows = append(rows, []any{id, p.Role, p.Division})
		roles["role."+string(p.Role)] = string(p.Division)
	}
	if err := tx.InsertRows("staff_role", []string{"staff", "role", "division"}, rows); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActHired, Detail: roles,
		About: []journal.About{{ID: string(id), Kind: "staff", Role: "object"}, {ID: string(in.Office), Kind: "office", Role: "object"}}})
}

// SignIn checks a login, its password and its one-time code, and returns who it
// is. A code works once. Denied tells nothing of which part was wrong; Exhausted
// when the login rests after too many tries.
func (s *Service) SignIn(ctx context.Context, login, password, code string) (Member, error) {
	login = strings.ToLower(civic.Fold(login))
	if len(login) > 60 || len(password) > passwordMost {
		return Member{}, errSignIn
	}
	row, err := s.readLogin(ctx, login)
	if errors.Is(err, db.ErrNoRows) {
		passwordMatches(decoy, password)
		return Member{}, errSignIn
	}
	if err != nil {
		return Member{}, err
	}
	if row.LockedUntil != nil && row.LockedUntil.After(s.j.Now()) {
		return Member{}, errLocked
	}
	ok := passwordMatches(row.Password, password)
	step, totpOK := s.checkTOTP(row, civic.Digits(code))
	ok = ok && totpOK

	var m Member
	err = s.j.Write(ctx, civic.System("sign-in"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		about := []journal.About{{ID: string(row.Staff), Kind: "staff", Role: "object"}}
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
				return tx.Record(auth, journal.Event{Act: ActSignedIn, About: about})
			} else if !civic.Is(err, civic.NotFound) {
				return err
			}
			ok = false
		}
		if _, err := tx.Exec(`UPDATE staff_login SET failures = failures + 1 WHERE login = $1`, login); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE staff_login SET failures = 0, locked_until = $1 WHERE login = $2 AND failures >= $3`,
			tx.Now.Add(lockFor), login, failMost); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActSignInFailed, About: about})
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
