package people_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/people"
)

// today bounds the birth dates of these tests.
var today = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func TestAResidentIDOfEverySortIsRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]people.ResidentID{
		// GB 11643-1999: the standard's own examples, and a leap day.
		"11010519491231002X": {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		"440524188001010014": {Number: "440524188001010014", Birth: day(1880, 1, 1), Sex: people.Male, Area: "440524"},
		"34052419800101001X": {Number: "34052419800101001X", Birth: day(1980, 1, 1), Sex: people.Male, Area: "340524"},
		"330102194002290017": {Number: "330102194002290017", Birth: day(1940, 2, 29), Sex: people.Male, Area: "330102"},
		"140105193610050120": {Number: "140105193610050120", Birth: day(1936, 10, 5), Sex: people.Female, Area: "140105"},
		"110105194508150028": {Number: "110105194508150028", Birth: day(1945, 8, 15), Sex: people.Female, Area: "110105"},
		"330106194311200041": {Number: "330106194311200041", Birth: day(1943, 11, 20), Sex: people.Female, Area: "330106"},
		// Residents from Hong Kong, Macao and Taiwan.
		"810000195001010010": {Number: "810000195001010010", Birth: day(1950, 1, 1), Sex: people.Male, Area: "810000"},
		"820000195001010020": {Number: "820000195001010020", Birth: day(1950, 1, 1), Sex: people.Female, Area: "820000"},
		"830000195001010030": {Number: "830000195001010030", Birth: day(1950, 1, 1), Sex: people.Male, Area: "830000"},
		// The foreign permanent resident card of 2023.
		"911124198103030025": {Number: "911124198103030025", Birth: day(1981, 3, 3), Sex: people.Female, Area: "11"},
		// As people write it, and as old files have it.
		"11010519491231002x":       {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		" 110105 19491231 002X ":   {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		"110105-19491231-002X":     {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		full("11010519491231002X"): {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		full("11010519491231002x"): {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		"110105491231002":          {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		"　110105 491231 002　":      {Number: "11010519491231002X", Birth: day(1949, 12, 31), Sex: people.Female, Area: "110105"},
		// A county that GB/T 2260 does not know, in a province that it does.
		"149999194508150025": {Number: "149999194508150025", Birth: day(1945, 8, 15), Sex: people.Female, Area: "149999"},
	} {
		got, err := people.ParseResidentID(in, today)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// full writes ASCII in full-width forms.
func full(s string) string {
	return strings.Map(func(r rune) rune { return r + 0xFEE0 }, s)
}

func TestAWrongResidentIDIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                     "id.length",
		"11010519491231002":    "id.length",
		"11010519491231002X0":  "id.length",
		"11010549123100":       "id.length",
		"1101054912310021":     "id.length",
		"一二三四五六":               "id.characters", // 18 bytes, not 18 characters
		"110105194912310021":   "id.check",
		"110105194912310020":   "id.check",
		"11010519491231003X":   "id.check",
		"1101051949123100 2Y":  "id.characters",
		"X10105194912310021":   "id.characters",
		"11010519411229002A":   "id.characters",
		"110105194102290022":   "id.birth", // 29 February 1941
		"110105194113010021":   "id.birth", // month 13
		"110105202611240020":   "id.birth", // tomorrow
		"110105187912310028":   "id.birth", // before anybody alive
		"110105410229002":      "id.birth", // 29 February 1941, in 15 digits
		"990105194508150020":   "id.area",
		"000105194508150020":   "id.area",
		"990000198103030020":   "id.area", // a foreigner's card of no province
		"USA110175010112":      "id.length",
		"11010519491231002Ⅹ":   "id.length",
		strings.Repeat("1", 9): "id.length",
	} {
		in = withCheck(in, want)
		_, err := people.ParseResidentID(in, today)
		if e := civic.As(err); e.Kind != civic.Invalid || e.Code != want && !(want == "id.length" && e.Code == "id.characters") {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

// withCheck mends the last character, where the reason is to be another one.
func withCheck(s, reason string) string {
	if len(s) != 18 || reason != "id.birth" && reason != "id.area" {
		return s
	}
	for _, c := range "0123456789X" {
		_, err := people.ParseResidentID(s[:17]+string(c), today)
		if civic.As(err).Code != "id.check" {
			return s[:17] + string(c)
		}
	}
	return s
}

func TestABirthIsBoundedByTheDayInShanghai(t *testing.T) {
	t.Parallel()
	born := "110105202611230020"
	born = withCheck(born, "id.birth")
	midnight := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC) // 23 November, 0:00 in Shanghai
	if _, err := people.ParseResidentID(born, midnight); err != nil {
		t.Errorf("on the day of birth: %v", err)
	}
	if _, err := people.ParseResidentID(born, midnight.Add(-time.Second)); civic.As(err).Code != "id.birth" {
		t.Errorf("on the day before: %v", err)
	}
}

func TestFifteenDigitsOfACentenarianAreNotOfThisCentury(t *testing.T) {
	t.Parallel()
	for in, year := range map[string]int{"110105851231995": 1985, "110105851231996": 1885, "110105851231997": 1885, "110105851231998": 1885, "110105851231999": 1885, "110105000101996": 1800} {
		id, err := people.ParseResidentID(in, today)
		if year == 1800 {
			if civic.As(err).Code != "id.birth" {
				t.Errorf("%s: %v", in, err)
			}
			continue
		}
		if err != nil || id.Birth.Year() != year || len(id.Number) != 18 {
			t.Errorf("%s: %+v, %v; want %d", in, id, err, year)
		}
	}
}

func TestEveryWrongDigitAndEverySwapOfAResidentIDIsFound(t *testing.T) {
	t.Parallel()
	// ISO 7064 MOD 11-2 finds all of both.
	for _, n := range []string{"11010519491231002X", "440524188001010014", "330102194002290017", "911124198103030025"} {
		for i := range n {
			for c := byte('0'); c <= '9'; c++ {
				if m := n[:i] + string(c) + n[i+1:]; m != n {
					if _, err := people.ParseResidentID(m, today); err == nil {
						t.Errorf("%s passes for %s", m, n)
					}
				}
			}
			if i > 0 && n[i] != n[i-1] {
				if m := n[:i-1] + string(n[i]) + string(n[i-1]) + n[i+1:]; m != n {
					if _, err := people.ParseResidentID(m, today); err == nil {
						t.Errorf("%s passes for %s", m, n)
					}
				}
			}
		}
	}
}

func FuzzAResidentIDIsCanonicalOrRefused(f *testing.F) {
	for _, s := range []string{"11010519491231002x", "110105491231002", full("440524188001010014"), "911124198103030025", "一二三四五六", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := people.ParseResidentID(s, today)
		if err != nil {
			if civic.KindOf(err) != civic.Invalid || civic.As(err).Say == "" || id != (people.ResidentID{}) {
				t.Errorf("%q: %+v, %v", s, id, err)
			}
			return
		}
		if again, err := people.ParseResidentID(id.Number, today); err != nil || again != id || len(id.Number) != 18 || !utf8.ValidString(id.Number) {
			t.Errorf("%q → %+v → %+v, %v", s, id, again, err)
		}
		if id.Birth.After(today) || id.Birth.Year() < 1880 {
			t.Errorf("%q was born on %v", s, id.Birth)
		}
	})
}
