package staff_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/staff"
)

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d, apptest.Bare())
		office := w.Office(t, "civil_affairs", "140105")
		_, err := w.Staff.First(ctx, staff.Hire{Login: "admin", Name: "某人", Office: office})
		wantKind(t, err, civic.Invalid, "staff.role")
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				h, err := w.Staff.First(ctx, staff.Hire{Login: "admin" + string(rune('0'+i)), Name: "某人", Office: office, WithoutTOTP: true,
					Posts: []staff.Post{{Role: staff.Clerk, Division: "14"}}})
				if err != nil {
					wantKind(t, err, civic.Conflict, "staff.has_admin")
					return
				}
				won.Add(1)
				m, err := w.Staff.Find(ctx, h.ID)
				if err != nil || len(m.Roles) != 1 || m.Roles[0] != (staff.Post{Role: staff.Administrator, Division: "14"}) {
					t.Errorf("%+v, %v", m, err)
				}
			})
		}
		wg.Wait()
		if n := w.Count(t, `SELECT COUNT(*) FROM staff_role`); won.Load() != 1 || n != 1 {
			t.Errorf("%d first administrators, %d roles", won.Load(), n)
		}
		// Nor again when nobody has the role any more.
		if _, err := w.DB.Pool().Exec(`DELETE FROM staff_role`); err != nil {
			t.Fatal(err)
		}
		_, err = w.Staff.First(ctx, staff.Hire{Login: "again", Name: "某人", Office: office, WithoutTOTP: true, Posts: []staff.Post{{Role: staff.Administrator, Division: "14"}}})
		wantKind(t, err, civic.Conflict, "staff.has_admin")
	})
}

func TestAHireThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		fine := staff.Hire{Login: "new01", Name: "某人", Office: a.Community, Password: "twelve chars", WithoutTOTP: true,
			Posts: []staff.Post{{Role: staff.Clerk, Division: a.Division}, {Role: staff.Clerk, Division: a.Division}}}
		for _, c := range []struct {
			code   string
			kind   civic.Kind
			change func(*staff.Hire)
		}{
			{"staff.login", civic.Invalid, func(h *staff.Hire) { h.Login = "ab" }},
			{"staff.login", civic.Invalid, func(h *staff.Hire) { h.Login = "New01" }},
			{"staff.login", civic.Invalid, func(h *staff.Hire) { h.Login = "员工01" }},
			{"staff.login", civic.Invalid, func(h *staff.Hire) { h.Login = strings.Repeat("x", 31) }},
			{"staff.name", civic.Invalid, func(h *staff.Hire) { h.Name = "" }},
			{"staff.password", civic.Invalid, func(h *staff.Hire) { h.Password = "eleven char" }},
			{"staff.password", civic.Invalid, func(h *staff.Hire) { h.Password = "四个字的" }}, // twelve bytes
			{"staff.password", civic.Invalid, func(h *staff.Hire) { h.Password = strings.Repeat("x", 201) }},
			{"staff.role", civic.Invalid, func(h *staff.Hire) { h.Posts = nil }},
			{"staff.role", civic.Invalid, func(h *staff.Hire) { h.Posts = []staff.Post{{Role: "root", Division: a.Division}} }},
			{"staff.office", civic.Invalid, func(h *staff.Hire) { h.Office = "none" }},
			{"grant.division", civic.Denied, func(h *staff.Hire) { h.Office = w.Xihu.Hospital }}, // whose cases the new one would work
			{"grant.division", civic.Denied, func(h *staff.Hire) { h.Posts[0].Division = "1401" }},
		} {
			h := fine
			h.Posts = append([]staff.Post(nil), fine.Posts...)
			c.change(&h)
			got, err := w.Staff.Hire(ctx, a.Administrator, h)
			wantKind(t, err, c.kind, c.code)
			if e := civic.As(err); c.code == "grant.division" && (strings.Contains(e.Say+e.Accept, "老人") || !strings.Contains(e.Accept, "管理员")) {
				t.Errorf("outside the division it says %s %s", e.Say, e.Accept)
			}
			if got != (staff.Hired{}) && c.kind == civic.Denied {
				t.Errorf("%s: a password was given out", c.code)
			}
		}
		for code, actor := range map[string]civic.Actor{"grant.role": a.Clerk, "grant.staff_only": apptest.AsPerson(a.Elder), "sign_in": {}} {
			_, err := w.Staff.Hire(ctx, actor, fine)
			wantKind(t, err, civic.Denied, code)
		}
		h, err := w.Staff.Hire(ctx, a.Administrator, fine)
		if err != nil || h.Password != "twelve chars" || h.TOTPURL != "" {
			t.Fatalf("%+v, %v", h, err)
		}
		if _, err := w.Staff.SignIn(ctx, "new01", "twelve chars", ""); err != nil {
			t.Errorf("signing in: %v", err)
		}
		before := w.Count(t, `SELECT COUNT(*) FROM staff`)
		_, err = w.Staff.Hire(ctx, a.Administrator, fine)
		wantKind(t, err, civic.Conflict, "staff.taken")
		if w.Count(t, `SELECT COUNT(*) FROM staff`) != before {
			t.Error("a refused hire left a row")
		}
	})
}
