package civic_test

import (
	"testing"
	"time"

	"yinqiao/civic"
)

func TestADivisionCoversWhatLiesInIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outer, inner civic.Division
		want         bool
	}{
		{"14", "14", true}, {"14", "1401", true}, {"14", "140105001", true}, {"140105", "140105", true}, {"140105", "140105001", true},
		{"140105", "1401", false}, {"1401", "140205", false}, {"14", "33", false}, {"14", "1", false}, {"", "14", false}, {"", "", false}, {"14", "", false},
	} {
		if got := c.outer.Covers(c.inner); got != c.want {
			t.Errorf("%q covers %q: %v", c.outer, c.inner, got)
		}
		if got := civic.Covered([]civic.Division{"6101", c.outer}, c.inner); got != c.want || civic.Covered(nil, c.inner) {
			t.Errorf("%q is covered by %q and another: %v", c.inner, c.outer, got)
		}
	}
}

func TestACountyIsTheFirstSixDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[civic.Division]civic.Division{"140105001": "140105", "140105": "140105", "1401": "1401", "": ""} {
		if got := in.County(); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestAnActorIsAPersonOrStaffOrNeither(t *testing.T) {
	t.Parallel()
	p := civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: "p"}}
	s := civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: "s"}}
	sys := civic.System("job")
	if p.Person() != "p" || p.Staff() != "" || s.Staff() != "s" || s.Person() != "" || sys.Person() != "" || sys.Staff() != "" || sys.Channel != civic.ChannelSystem {
		t.Error("an actor is taken for another sort")
	}
	if q := p.For("q"); q.Subject != "q" || p.Subject != "" {
		t.Error("For changed the actor")
	}
	if !(civic.Party{}).None() || p.Operator.None() {
		t.Error("None")
	}
}

func TestAnAuthorityThatWasNotMintedReachesNobody(t *testing.T) {
	t.Parallel()
	var none civic.Authority
	if none.Valid() || none.Over("") || none.Over("p") {
		t.Error("the zero authority is good for something")
	}
	a := civic.Mint(civic.BasisGrant, "ref", "p", "140105", "o")
	if !a.Valid() || !a.Over("p") || a.Over("q") || a.Over("") || a.Basis() != civic.BasisGrant || a.Ref() != "ref" || a.Division() != "140105" || a.Office() != "o" {
		t.Errorf("%+v", a)
	}
	if nobody := civic.Mint(civic.BasisRole, "", "", "140105", ""); nobody.Over("") || nobody.Over("p") {
		t.Error("an authority over nobody reaches somebody")
	}
}

func TestADayIsADayInShanghai(t *testing.T) {
	t.Parallel()
	if got := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC).In(civic.Shanghai).Format("2006-01-02 15:04 -0700"); got != "2026-11-23 00:00 +0800" {
		t.Errorf("%s", got)
	}
}
