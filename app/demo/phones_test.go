package demo

import (
	"regexp"
	"testing"
)

func TestNoTelephoneOfTheDemonstrationCanRing(t *testing.T) {
	t.Parallel()
	// 12 was never assigned to an operator; the third digit keeps the number from
	// beginning like 120, 122 or 12345.
	mobile := regexp.MustCompile(`^12[46789]\d{8}$`)
	for _, p := range crowd {
		if p.Mobile != "" && !mobile.MatchString(p.Mobile) {
			t.Errorf("%s: mobile %q", p.Name, p.Mobile)
		}
		if (p.Mobile == "") != (p.MobileOwner == "") {
			t.Errorf("%s: mobile %q of %q", p.Name, p.Mobile, p.MobileOwner)
		}
		if !p.Older() && p.MobileOwner != OwnPhone {
			t.Errorf("%s acts for somebody, but has no phone of their own", p.Name)
		}
	}
	landline := regexp.MustCompile(`^(0351|0571)-0\d{6}$`)
	for _, o := range Offices() {
		if !landline.MatchString(o.Phone) {
			t.Errorf("%s: phone %q", o.Name, o.Phone)
		}
	}
	for _, p := range Places() {
		if !landline.MatchString(p.Phone) {
			t.Errorf("%s: phone %q", p.Name, p.Phone)
		}
	}
}

func TestOneOlderPersonInEightSharesAPhoneAndOneInTenHasNone(t *testing.T) {
	t.Parallel()
	elders := older(crowd)
	owners := map[string]int{}
	for _, p := range elders {
		owners[p.MobileOwner]++
	}
	between(t, "no phone", owners[""], len(elders), 8, 12)
	between(t, "a shared phone", len(elders)-owners[""]-owners[OwnPhone], len(elders), 10.5, 14.5)
	for _, whose := range []string{"spouse", "daughter", "son", "neighbour"} {
		if owners[whose] == 0 {
			t.Errorf("nobody uses the phone of a %s", whose)
		}
	}
}

func TestASharedPhoneBelongsToExactlyOnePersonWhoIsThere(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5, 37, 100, many} {
		people := People(7, n, streets)
		own := map[string]int{}
		for _, p := range people {
			if p.MobileOwner == OwnPhone {
				own[p.Mobile]++
			}
		}
		for _, p := range people {
			if p.Mobile != "" && own[p.Mobile] != 1 {
				t.Errorf("of %d people, %s uses %s of a %s, which %d people own", n, p.Name, p.Mobile, p.MobileOwner, own[p.Mobile])
			}
		}
	}
}

func TestAPhoneIsNamedAfterTheOneWhoOwnsIt(t *testing.T) {
	t.Parallel()
	owner := map[string]Person{}
	for _, p := range crowd {
		if p.MobileOwner == OwnPhone {
			owner[p.Mobile] = p
		}
	}
	for _, p := range crowd {
		if p.Mobile == "" || p.MobileOwner == OwnPhone {
			continue
		}
		o := owner[p.Mobile]
		switch {
		case p.MobileOwner == "spouse":
			if !o.Older() || o.Address != p.Address || o.Sex == p.Sex {
				t.Errorf("%s uses the phone of %s as of a spouse", p.Name, o.Name)
			}
		case p.MobileOwner == "neighbour":
			if o.Street != p.Street {
				t.Errorf("%s uses the phone of %s, who lives in another street", p.Name, o.Name)
			}
		case o.Relation != p.MobileOwner:
			t.Errorf("%s uses the phone of %s, a %q, as of a %s", p.Name, o.Name, o.Relation, p.MobileOwner)
		}
	}
}
