package staff_test

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/staff"
)

var ctx = context.Background()

func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// member hires one who signs in with a password and a code.
type member struct {
	w      *apptest.World
	hired  staff.Hired
	secret string
}

const login = "clerk01"

func hire(t testing.TB, w *apptest.World) *member {
	t.Helper()
	a := w.Taiyuan
	h, err := w.Staff.Hire(ctx, a.Administrator, staff.Hire{Login: login, Name: "某人", Office: a.Community, Posts: []staff.Post{{Role: staff.Clerk, Division: a.Division}}})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(h.TOTPURL)
	if err != nil || u.Scheme != "otpauth" || len(h.Password) < 20 {
		t.Fatalf("%+v, %v", h, err)
	}
	cheapen(t, w, h)
	return &member{w, h, u.Query().Get("secret")}
}

// cheapen puts the hash of a lower cost in place, which counts as well, so that
// many tries take little time.
func cheapen(t testing.TB, w *apptest.World, h staff.Hired) {
	t.Helper()
	salt := []byte("sixteen bytes...")
	b64 := base64.RawStdEncoding.EncodeToString
	hash := "$argon2id$v=19$m=64,t=1,p=1$" + b64(salt) + "$" + b64(argon2.IDKey([]byte(h.Password), salt, 1, 64, 1, 32))
	if _, err := w.DB.Pool().Exec(`UPDATE staff_login SET password = $1 WHERE staff = $2`, hash, string(h.ID)); err != nil {
		t.Fatal(err)
	}
}

// code is what the authenticator shows, so many steps from now.
func (m *member) code(t testing.TB, steps int) string {
	t.Helper()
	c, err := totp.GenerateCode(m.secret, m.w.Clock.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAOneTimeCodeWorksOnceAndWithinOneStep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		m := hire(t, w)
		try := func(steps int) error {
			got, err := w.Staff.SignIn(ctx, " CLERK01 ", m.hired.Password, m.code(t, steps))
			if err == nil && (got.ID != m.hired.ID || got.Office != w.Taiyuan.Community || len(got.Roles) != 1) {
				t.Errorf("%+v", got)
			}
			return err
		}
		for _, steps := range []int{-2, 2} {
			wantKind(t, try(steps), civic.Denied, "staff.sign_in")
		}
		if err := try(-1); err != nil {
			t.Errorf("a clock that is slow by a step: %v", err)
		}
		wantKind(t, try(-1), civic.Denied, "staff.sign_in")
		if err := try(0); err != nil {
			t.Errorf("the next code: %v", err)
		}
		w.Clock.Add(30 * time.Second)
		wantKind(t, try(-1), civic.Denied, "staff.sign_in") // used already, still within a step
		w.Clock.Add(time.Minute)
		code := m.code(t, 0)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := w.Staff.SignIn(ctx, login, m.hired.Password, code); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("one code let %d in at once", won.Load())
		}
		if n := w.Acts(t, staff.ActSignedIn, string(m.hired.ID)); n != 3 {
			t.Errorf("%d sign-ins in the journal, want 3", n)
		}
		if n := w.Acts(t, staff.ActSignInFailed, string(m.hired.ID)); n != 5 {
			t.Errorf("%d failures in the journal, want 5", n)
		}
		dump := w.Dump(t)
		if strings.Contains(dump, m.hired.Password) || strings.Contains(dump, m.secret) {
			t.Error("a secret is in the database in clear")
		}
	})
}

func TestNothingTellsWhichPartWasWrong(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	m := hire(t, w)
	_, want := w.Staff.SignIn(ctx, "nobody", m.hired.Password, m.code(t, 0))
	for name, in := range map[string][3]string{
		"the password":      {login, "wrong", m.code(t, 0)},
		"the code":          {login, m.hired.Password, "000000x"},
		"no code":           {login, m.hired.Password, ""},
		"all":               {"", "", ""},
		"a long login":      {strings.Repeat("x", 61), "", ""},
		"a long password":   {login, strings.Repeat("x", 201), ""},
		"an injected login": {"' OR 1=1 --", "x", "1"},
	} {
		got, err := w.Staff.SignIn(ctx, in[0], in[1], in[2])
		wantKind(t, err, civic.Denied, "staff.sign_in")
		if civic.As(err).Say != civic.As(want).Say || got.ID != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestALoginRestsAfterFiveWrongTries(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		m := hire(t, w)
		right := func() error {
			_, err := w.Staff.SignIn(ctx, login, m.hired.Password, m.code(t, 0))
			return err
		}
		wrong := func() error {
			_, err := w.Staff.SignIn(ctx, login, m.hired.Password, "wrong") // fails by the code
			return err
		}
		for range 4 {
			wantKind(t, wrong(), civic.Denied, "staff.sign_in")
		}
		if err := right(); err != nil {
			t.Fatalf("after four: %v", err)
		}
		w.Clock.Add(time.Minute)
		for range 5 {
			wantKind(t, wrong(), civic.Denied, "staff.sign_in")
		}
		wantKind(t, right(), civic.Denied, "staff.sign_in")
		w.Clock.Add(15*time.Minute - time.Microsecond)
		wantKind(t, right(), civic.Denied, "staff.sign_in")
		w.Clock.Add(time.Microsecond)
		if err := right(); err != nil {
			t.Errorf("after fifteen minutes: %v", err)
		}
		if _, err := w.DB.Pool().Exec(`UPDATE staff SET state = 'left' WHERE id = $1`, string(m.hired.ID)); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Minute)
		wantKind(t, right(), civic.Denied, "staff.sign_in")
		if _, err := w.Staff.Find(ctx, m.hired.ID); !civic.Is(err, civic.NotFound) {
			t.Errorf("who left is found: %v", err)
		}
	})
}
