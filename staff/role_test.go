package staff_test

import (
	"testing"

	"yinqiao/civic"
	"yinqiao/staff"
)

func TestARoleMayWhatItsTableSays(t *testing.T) {
	t.Parallel()
	permissions := []civic.Permission{civic.MayFindPeople, civic.MayServePeople, civic.MayRegisterPeople, civic.MayWorkCases, civic.MaySeeFigures, civic.MayManageStaff, civic.MayPublish}
	for role, want := range map[staff.Role]string{
		staff.Clerk:         "++++---",
		staff.Supervisor:    "----+--",
		staff.Administrator: "+---+++",
		"":                  "-------",
		"root":              "-------",
	} {
		got := ""
		for _, p := range permissions {
			if role.May(p) {
				got += "+"
			} else {
				got += "-"
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
		if role.May("") {
			t.Errorf("%s may what has no name", role)
		}
	}
}

func TestAMemberMayInTheDivisionsOfTheirPosts(t *testing.T) {
	t.Parallel()
	m := staff.Member{Roles: []staff.Post{{Role: staff.Clerk, Division: "140105"}, {Role: staff.Administrator, Division: "14"}}}
	for _, c := range []struct {
		p    civic.Permission
		d    civic.Division
		want bool
	}{
		{civic.MayServePeople, "140105", true}, {civic.MayServePeople, "140105001", true}, {civic.MayServePeople, "1401", false}, {civic.MayServePeople, "140106", false},
		{civic.MayPublish, "140106", true}, {civic.MayPublish, "14", true}, {civic.MayPublish, "33", false}, {civic.MayPublish, "", false},
	} {
		if post, ok := m.MayIn(c.p, c.d); ok != c.want || ok && !post.Role.May(c.p) {
			t.Errorf("%s in %q: %v", c.p, c.d, ok)
		}
	}
	if post, ok := m.May(civic.MayPublish); !ok || post.Role != staff.Administrator {
		t.Errorf("%+v", post)
	}
	if _, ok := (staff.Member{}).May(civic.MayFindPeople); ok {
		t.Error("a member without a role may something")
	}
}

func TestEveryRoleHasWords(t *testing.T) {
	t.Parallel()
	for _, r := range []staff.Role{staff.Clerk, staff.Supervisor, staff.Administrator} {
		if r.Words() == string(r) {
			t.Errorf("%s has none", r)
		}
	}
}
