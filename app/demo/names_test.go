package demo

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// surnameOf finds which of the surnames a name begins with.
func surnameOf(name string, among []string) bool {
	return slices.ContainsFunc(among, func(s string) bool { return strings.HasPrefix(name, s) })
}

func TestEvenASmallDemonstrationShowsEveryDifficultName(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		var two, read, rare, dot bool
		for _, p := range People(seed, 120, streets) {
			two = two || surnameOf(p.Name, compound)
			read = read || surnameOf(p.Name, reading)
			rare = rare || strings.ContainsAny(p.Name, "堃喆㛃𠅤垚祎")
			dot = dot || strings.Contains(p.Name, "·")
		}
		if !two || !read || !rare || !dot {
			t.Errorf("seed %d: compound %v, special reading %v, rare %v, middle dot %v", seed, two, read, rare, dot)
		}
	}
}

func TestBothCharactersBeyondTheCommonSetsComeUp(t *testing.T) {
	t.Parallel()
	for _, c := range "喆堃淼㛃𠅤" {
		if !slices.ContainsFunc(crowd, func(p Person) bool { return strings.ContainsRune(p.Name, c) }) {
			t.Errorf("nobody has %c (U+%04X) in the name", c, c)
		}
	}
}

func TestNamesAreReadableAndVaried(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, p := range crowd {
		runes := utf8.RuneCountInString(p.Name)
		if !utf8.ValidString(p.Name) || strings.ContainsAny(p.Name, "?\uFFFD ") || runes < 2 || runes > 4 && !strings.Contains(p.Name, "·") {
			t.Errorf("name %q", p.Name)
		}
		if slices.Contains(wellKnown, p.Name) {
			t.Errorf("%s is known from the news", p.Name)
		}
		seen[p.Name]++
	}
	between(t, "different names", len(seen), len(crowd), 75, 100)
	for name, n := range seen {
		if n > 20 {
			t.Errorf("%d people are called %s", n, name)
		}
	}
}

func TestAChildHasTheFathersSurname(t *testing.T) {
	t.Parallel()
	for _, p := range crowd {
		if p.Relation != "daughter" && p.Relation != "son" {
			continue
		}
		elder := crowd[p.AgentOf]
		if elder.Sex != Male {
			continue
		}
		if father, child := []rune(elder.Name)[0], []rune(p.Name)[0]; !strings.Contains(p.Name, "·") && father != child {
			t.Errorf("%s is the %s of %s", p.Name, p.Relation, elder.Name)
		}
		if own, _, dot := strings.Cut(elder.Name, "·"); dot && !strings.HasSuffix(p.Name, "·"+own) {
			t.Errorf("%s is the %s of %s", p.Name, p.Relation, elder.Name)
		}
	}
}

func TestAddressesAreWordsThatFitTheStreet(t *testing.T) {
	t.Parallel()
	for _, p := range crowd {
		if !slices.Contains(streets, p.Street) {
			t.Errorf("%s lives in %s", p.Name, p.Street)
		}
		if village := strings.Contains(p.Address, "村"); village != (p.Street[6] == '1') || !strings.ContainsAny(p.Address, "号室") {
			t.Errorf("%s in %s: address %q", p.Name, p.Street, p.Address)
		}
	}
}
