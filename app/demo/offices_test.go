package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"yinqiao/civic"
)

func TestEachDistrictHasOneOfficeOfEachKind(t *testing.T) {
	t.Parallel()
	kinds := []string{KindHospital, KindCommunity, KindCivilAffairs, KindMarketSupervision, KindCallCentre}
	count := map[civic.Division]map[string]int{xiaodian: {}, xihu: {}}
	names := map[string]bool{}
	for _, o := range Offices() {
		if !slices.Contains(kinds, o.Kind) || count[o.Division] == nil {
			t.Errorf("%s is a %q in %q", o.Name, o.Kind, o.Division)
			continue
		}
		count[o.Division][o.Kind]++
		if names[o.Name] || !strings.HasSuffix(o.Name, "（演示）") || o.Address == "" || o.Hours == "" {
			t.Errorf("office %+v", o)
		}
		names[o.Name] = true
	}
	for d, kindsThere := range count {
		for _, k := range kinds {
			if kindsThere[k] != 1 {
				t.Errorf("%s has %d of %s", d, kindsThere[k], k)
			}
		}
	}
}

func TestEveryMemberOfStaffHasExactlyOneOffice(t *testing.T) {
	t.Parallel()
	for _, m := range Staff() {
		found := 0
		for _, o := range Offices() {
			if o.Kind == m.OfficeKind && m.Division.Covers(o.Division) {
				found++
			}
		}
		for _, p := range Places() {
			if found == 0 && p.Kind == m.OfficeKind && m.Division.Covers(p.Division) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s of %s in %s has %d offices", m.Login, m.OfficeKind, m.Division, found)
		}
	}
}

func TestEachDistrictHasItsClerksASupervisorAndTwoAdministrators(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	logins := map[string]bool{}
	short := regexp.MustCompile(`^(ty|hz)[a-z]{4,8}$`)
	for _, m := range Staff() {
		if logins[m.Login] || !short.MatchString(m.Login) || m.Name == "" || len(m.Roles) == 0 {
			t.Errorf("member of staff %+v", m)
			continue
		}
		logins[m.Login] = true
		what := m.Roles[0]
		if what == RoleClerk {
			what = m.OfficeKind
		}
		got[string(m.Division)+" "+what]++
	}
	want := []string{"1401 administrator", "3301 administrator", "140105 " + RoleOperator, "140105 " + RoleGridWorker, "140105 " + RoleFamilyDoctor, "140105 " + RoleGate,
		"330106 " + RoleOperator, "330106 " + RoleGridWorker}
	for _, d := range []civic.Division{xiaodian, xihu} {
		for _, what := range []string{RoleSupervisor, KindCommunity, KindHospital, KindCivilAffairs, KindMarketSupervision, KindSocialSecurity, KindPolice, KindTelecom, KindMuseum, KindCultureHouse, RoleHospitalManager} {
			want = append(want, string(d)+" "+what)
		}
	}
	for _, w := range want {
		n := 1
		if strings.HasSuffix(w, RoleAdministrator) {
			n = 2 // a guardian takes two
		}
		if got[w] != n {
			t.Errorf("%d × %s, want %d", got[w], w, n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("staff are %v", got)
	}
}
