package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
)

// Two streets and a town in each city, so that both kinds of address come up.
var streets = []civic.Division{"140105001", "140105006", "140105100", "330106005", "330106007", "330106109"}

const many = 4000

// crowd is made once and only read.
var crowd = People(7, many, streets)

func older(people []Person) (list []Person) {
	for _, p := range people {
		if p.Older() {
			list = append(list, p)
		}
	}
	return list
}

// between fails the test unless got of all is within the two shares in percent.
func between(t *testing.T, what string, got, all int, low, high float64) {
	t.Helper()
	if share := 100 * float64(got) / float64(all); share < low || share > high {
		t.Errorf("%s: %d of %d is %.1f %%, want %.0f to %.0f", what, got, all, share, low, high)
	}
}

// ageOn counts whole years on Day.
func ageOn(t *testing.T, p Person) int {
	t.Helper()
	b, err := time.ParseInLocation(time.DateOnly, p.Birth, civic.Shanghai)
	if err != nil {
		t.Fatalf("%s: birth %q: %v", p.Name, p.Birth, err)
	}
	age := day.Year() - b.Year()
	if b.AddDate(age, 0, 0).After(day) {
		age--
	}
	return age
}

func TestTheSameSeedGivesTheSamePeople(t *testing.T) {
	t.Parallel()
	if !slices.Equal(crowd, People(7, many, streets)) {
		t.Error("the same seed gave other people")
	}
	if slices.Equal(crowd, People(8, many, streets)) {
		t.Error("another seed gave the same people")
	}
}

func TestTheFirstPersonStaysWhoTheyAre(t *testing.T) {
	t.Parallel()
	// Handbooks and screenshots name people; this fails when a change of the lists or
	// of the order of draws has renamed all of them.
	got := People(1, 1, []civic.Division{"140105001"})[0]
	if want := "李利华 140199195401132444"; got.Name+" "+got.ResidentID != want {
		t.Errorf("got %s %s, want %s", got.Name, got.ResidentID, want)
	}
}

func TestThereAreExactlyAsManyPeopleAsAskedFor(t *testing.T) {
	t.Parallel()
	for n := range 60 {
		if got := len(People(3, n, streets)); got != n {
			t.Errorf("asked for %d, got %d", n, got)
		}
	}
	if got := People(3, 10, nil); got != nil {
		t.Errorf("without a street there were %d people", len(got))
	}
}

func TestEveryDemonstrationIDIsValidAndImpossible(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range crowd {
		id := p.ResidentID
		if len(id) != 18 {
			t.Fatalf("%s: ID %q", p.Name, id)
		}
		// MOD 11-2 by its definition: the digits weighed with powers of two leave 1.
		sum := 0
		for i := range 18 {
			digit := int(id[i] - '0')
			if id[i] == 'X' && i == 17 {
				digit = 10
			}
			if digit < 0 || digit > 10 {
				t.Fatalf("%s: ID %q", p.Name, id)
			}
			sum += digit * (1 << (17 - i))
		}
		if sum%11 != 1 {
			t.Errorf("%s: the check character of %s is wrong", p.Name, id)
		}
		if county := id[:6]; county != "140199" && county != "330199" || county[:4] != string(p.Street[:4]) {
			t.Errorf("%s in %s: county %s could be a real one", p.Name, p.Street, county)
		}
		if id[6:14] != strings.ReplaceAll(p.Birth, "-", "") {
			t.Errorf("%s: ID %s, born %s", p.Name, id, p.Birth)
		}
		if odd := (id[16]-'0')%2 == 1; odd != (p.Sex == Male) {
			t.Errorf("%s: %s, but sequence %s", p.Name, p.Sex, id[14:17])
		}
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
	}
}

func TestTheCheckCharacterAgreesWithTheStandardsExamples(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"11010519491231002X", "440524188001010014", "34052419800101001X", "330102194002290017"} {
		if got := checkCharacter(id[:17]); got != id[17] {
			t.Errorf("%s: check character %c", id, got)
		}
	}
}

func TestCardsAreUniqueAndWellFormed(t *testing.T) {
	t.Parallel()
	senior, social := regexp.MustCompile(`^SN\d{10}$`), regexp.MustCompile(`^[A-Z0-9]{9,12}$`)
	seen := map[string]bool{}
	for _, p := range crowd {
		if p.Older() != (p.SeniorCard != "") || p.Older() && !senior.MatchString(p.SeniorCard) {
			t.Errorf("%s born %s: senior card %q", p.Name, p.Birth, p.SeniorCard)
		}
		if !social.MatchString(p.SocialSecurityCard) {
			t.Errorf("%s: social-security card %q", p.Name, p.SocialSecurityCard)
		}
		for _, card := range []string{p.SeniorCard, p.SocialSecurityCard} {
			if card != "" && seen[card] {
				t.Errorf("card %s is there twice", card)
			}
			seen[card] = true
		}
	}
}

func TestThreeInFourAreOlderPeopleOfARealisticAge(t *testing.T) {
	t.Parallel()
	elders := older(crowd)
	between(t, "older people", len(elders), len(crowd), 72, 78)
	var under70, over80, over90, women int
	for _, p := range elders {
		age := ageOn(t, p)
		switch {
		case age < 60 || age > 97:
			t.Errorf("%s is %d", p.Name, age)
		case age < 70:
			under70++
		case age >= 90:
			over90++
			fallthrough
		case age >= 80:
			over80++
		}
		if p.Sex == Female {
			women++
		}
	}
	between(t, "under 70", under70, len(elders), 45, 62)
	between(t, "80 and over", over80, len(elders), 10, 20)
	between(t, "90 and over", over90, len(elders), 0.5, 4)
	between(t, "women among the older", women, len(elders), 50, 62)
}

func TestEveryFamilyMemberActsForAnOlderPersonWithinReach(t *testing.T) {
	t.Parallel()
	relations := map[string]int{}
	for i, p := range crowd {
		if p.Older() {
			if p.AgentOf != -1 || p.Relation != "" {
				t.Errorf("%s acts for %d as %q", p.Name, p.AgentOf, p.Relation)
			}
			continue
		}
		if p.AgentOf >= i {
			t.Fatalf("%s acts for %d, who isn't there yet", p.Name, p.AgentOf)
		}
		elder := crowd[p.AgentOf]
		if age := ageOn(t, p); age < 30 || age > 60 {
			t.Errorf("%s is %d", p.Name, age)
		}
		gap := ageOn(t, elder) - ageOn(t, p)
		if !elder.Older() || elder.Street[:4] != p.Street[:4] || p.Relation != "neighbour" && gap < 18 {
			t.Errorf("%s, %s, acts for %s, %d years older", p.Name, p.Relation, elder.Name, gap)
		}
		relations[p.Relation]++
	}
	for _, k := range kinds {
		if relations[k.relation] == 0 {
			t.Errorf("nobody is a %s", k.relation)
		}
	}
}
