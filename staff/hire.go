package staff

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pquerna/otp/totp"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

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
	errRole      = civic.E(civic.Invalid, "staff.role", "请至少选一个岗位；没有列出来的岗位不能用。").On("role")
	errRolesMix  = civic.E(civic.Invalid, "staff.roles_mix", "监督人员不能兼任打开老人资料的岗位，请分给两个人。").On("role")
	errNoOffice  = civic.E(civic.Invalid, "staff.office", "没有这个单位，请先建立单位。").On("office")
	errElsewhere = civic.E(civic.Denied, "grant.division", "这个单位或岗位不在您管的辖区，您不能在那里建账号。请换一个您辖区里的。").
			Accepting("请管那个辖区的管理员来建账号")
	errHasAdmins = civic.E(civic.Conflict, "staff.has_admin", "已经有管理员了，首个管理员只能建立一次。(an administrator exists already)")
)

// passwordMost bounds a password, in bytes.
const passwordMost = 200

// Hire enters a member of staff. It needs staff.manage in every division of
// their posts and in their office's, since who sits in an office works its cases.
func (s *Service) Hire(ctx context.Context, actor civic.Actor, in Hire) (Hired, error) {
	h, row, err := s.prepare(in)
	if err != nil {
		return Hired{}, err
	}
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		manage := func(d civic.Division) (civic.Authority, error) {
			auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: d})
			if err != nil && civic.As(err).Code == errElsewhere.Code {
				err = errElsewhere // what is advised there is for opening a person
			}
			return auth, err
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
	if err := checkPosts(in.Posts); err != nil {
		return h, row, err
	}
	if h.Password == "" {
		h.Password = newPassword()
	}
	if utf8.RuneCountInString(h.Password) < 12 || len(h.Password) > passwordMost {
		return h, row, errPassword
	}
	row.hash = s.cost.hash(h.Password)
	if in.WithoutTOTP {
		return h, row, nil
	}
	var err error
	h.TOTPURL, row.totp, err = s.newTOTP(in.Login, h.ID)
	return h, row, err
}

// newPassword draws a password of 24 letters and digits.
func newPassword() string {
	b := make([]byte, 15)
	_, _ = rand.Read(b) // never fails on a supported system
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// newTOTP draws the secret of an authenticator: its link, and sealed.
func (s *Service) newTOTP(login string, id civic.StaffID) (string, []byte, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Yinqiao", AccountName: login})
	if err != nil {
		return "", nil, err
	}
	sealed, err := s.v.Seal([]byte(key.Secret()), "staff.totp/"+string(id))
	return key.URL(), sealed, err
}

// checkPosts refuses unknown roles, and a supervisor who could open people: whoever
// judges afterwards whether an opening was right never opens anybody.
func checkPosts(posts []Post) error {
	if len(posts) == 0 {
		return errRole
	}
	var judges, opens bool
	for _, p := range posts {
		if _, ok := allowed[p.Role]; !ok {
			return errRole
		}
		judges = judges || p.Role.May(civic.MayReviewAccess)
		opens = opens || p.Role.May(civic.MayServePeople) || p.Role.May(civic.MayBreakGlass)
	}
	if judges && opens {
		return errRolesMix
	}
	return nil
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
	roles, err := insertPosts(tx, id, in.Posts)
	if err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActHired, Detail: roles,
		About: []journal.About{{ID: string(id), Kind: "staff", Role: "object"}, {ID: string(in.Office), Kind: "office", Role: "object"}}})
}

// insertPosts stores posts and returns them as the detail of an act.
func insertPosts(tx *journal.Tx, id civic.StaffID, posts []Post) (map[string]string, error) {
	var rows [][]any
	roles := map[string]string{}
	for i, p := range posts {
		if slices.Contains(posts[:i], p) {
			continue
		}
		rows = append(rows, []any{id, p.Role, p.Division})
		key := "role." + string(p.Role)
		roles[key] = strings.TrimSpace(roles[key] + " " + string(p.Division))
	}
	return roles, tx.InsertRows("staff_role", []string{"staff", "role", "division"}, rows)
}
