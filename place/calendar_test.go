package place

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
)

func TestTheAnnouncedDaysOffAreKept(t *testing.T) {
	t.Parallel()
	off := func(year int) (days, moved int) {
		for d := time.Date(year, 1, 1, 12, 0, 0, 0, civic.Shanghai); d.Year() == year; d = d.AddDate(0, 0, 1) {
			switch DayOf(d).Kind {
			case Holiday:
				days++
			case MovedDay:
				moved++
			}
			if !DayOf(d).Announced {
				t.Fatalf("%s is not announced", d)
			}
		}
		return days, moved
	}
	// 2025: 1+8+3+5+3+8; 2026: 3+9+3+5+3+3+7.
	if days, moved := off(2025); days != 28 || moved != 5 {
		t.Errorf("2025: %d days off, %d moved", days, moved)
	}
	if days, moved := off(2026); days != 33 || moved != 6 {
		t.Errorf("2026: %d days off, %d moved", days, moved)
	}
	for day, want := range map[string]Day{
		"2026-02-14": {MovedDay, "春节", true}, "2026-02-23": {Holiday, "春节", true}, "2026-02-24": {Workday, "", true},
		"2025-10-08": {Holiday, "国庆节、中秋节", true}, "2026-11-22": {Weekend, "", true},
		"2027-10-01": {Holiday, "国庆节", false}, "2027-10-04": {Workday, "", false}, "2027-05-02": {Holiday, "劳动节", false}, "2027-05-08": {Weekend, "", false},
	} {
		if got := DayOf(at(day + " 23:59")); got != want {
			t.Errorf("%s: %+v, want %+v", day, got, want)
		}
	}
}

func TestAYearThatIsNotAnnouncedSaysSo(t *testing.T) {
	t.Parallel()
	if got := NotAnnounced(at("2027-03-01 08:00")); got != "2027年的放假安排还没有公布，先按周末和法定节日算。" {
		t.Error(got)
	}
	if got := NotAnnounced(at("2026-03-01 08:00")); got != "" || Announced(2026) == "" {
		t.Error(got)
	}
}

func TestWorkingDaysAreCountedPastHolidays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-23 09:05", 0, "2026-11-23 09:05"}, {"2026-11-23 09:05", 1, "2026-11-24 09:05"}, {"2026-11-20 17:00", 1, "2026-11-23 17:00"},
		{"2026-09-30 10:00", 3, "2026-10-10 10:00"}, // Thursday the 8th, Friday, and the Saturday that is worked
		{"2026-02-13 10:00", 1, "2026-02-14 10:00"}, {"2026-02-14 10:00", 1, "2026-02-24 10:00"}, {"2026-10-08 10:00", -1, "2026-09-30 10:00"},
	} {
		if got := AddWorkingDays(at(c.from), c.n); !got.Equal(at(c.want)) {
			t.Errorf("%s + %d is %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestWorkingDaysAddedAreWorkingDaysBetween(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(1735660800, 1830268800).Draw(t, "at"), 0) // 2025 to 2027
		n := rapid.IntRange(-90, 90).Draw(t, "n")
		to := AddWorkingDays(from, n)
		if got := WorkingDaysBetween(from, to); got != n {
			t.Fatalf("%s + %d working days is %s: %d between", from, n, to, got)
		}
		if n != 0 && !DayOf(to).Works() {
			t.Fatalf("%s is no working day", to)
		}
		if h, m := to.Hour(), to.Minute(); h != from.In(civic.Shanghai).Hour() || m != from.In(civic.Shanghai).Minute() {
			t.Fatalf("the time of day has moved: %s", to)
		}
		k := rapid.IntRange(0, 40).Draw(t, "k")
		if n > 0 && !AddWorkingDays(AddWorkingDays(from, n), k).Equal(AddWorkingDays(from, n+k)) {
			t.Fatalf("%s + %d + %d", from, n, k)
		}
		if WorkingDaysBetween(to, from) != -WorkingDaysBetween(from, to) && DayOf(from).Works() && DayOf(to).Works() {
			t.Fatalf("%s and %s", from, to)
		}
	})
}

func TestABrokenHolidayListIsRefused(t *testing.T) {
	t.Parallel()
	head := "version: 1\nsource: x\nlaw: {source: x, days: []}\nyears:\n"
	for name, text := range map[string]string{
		"an empty file":                 "",
		"no source":                     "version: 1\nlaw: {source: x}\n",
		"a year twice":                  head + "  - {year: 2026, source: x, days: []}\n  - {year: 2026, source: x, days: []}\n",
		"a day twice":                   head + `  - {year: 2026, source: x, days: [{name: a, from: "01-01", to: "01-02"}, {name: b, from: "01-02", to: "01-02"}]}`,
		"an end before its beginning":   head + `  - {year: 2026, source: x, days: [{name: a, from: "01-02", to: "01-01"}]}`,
		"a weekday that is worked":      head + `  - {year: 2026, source: x, days: [{name: a, from: "01-01", to: "01-01", work: ["01-05"]}]}`,
		"a day that there is not":       head + `  - {year: 2026, source: x, days: [{name: a, from: "02-30", to: "03-01"}]}`,
		"a word that nobody knows":      head + `  - {year: 2026, source: x, nonsense: 1, days: []}`,
		"a law's day that there is not": "version: 1\nsource: x\nlaw: {source: x, days: [{name: a, on: [\"13-01\"]}]}\n",
	} {
		if _, err := parseHolidays([]byte(text)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestEveryKindOfPlaceHasWordsAndIsFoundByThem(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		if !k.Hidden && (len(Asked(k.Words)) == 0 || Asked(k.Words)[0].Code != k.Code) {
			t.Errorf("%s is not found by %s", k.Code, k.Words)
		}
	}
	for words, want := range map[string]string{"社保": "social_security", "养老金": "social_security", "办身份证": "police_station", "取钱": "bank", "哪里能办老年卡": "civil_affairs", "交电费": "utility", "厕所": "", "": ""} {
		got := ""
		if ks := Asked(words); len(ks) > 0 {
			got = ks[0].Code
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", words, got, want)
		}
	}
	if k, ok := KindOf("none"); ok || k.Words != "none" {
		t.Errorf("%+v", k)
	}
}
