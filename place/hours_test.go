package place

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
)

func TestHoursAreReadAsTheyStandOnDoors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"周一至周五 8:30–12:00,14:00–17:30":               "周一至周五 8:30–12:00，14:00–17:30；周六、周日休息",
		"周一到周五：8：30-12：00，14：00-17：30；周六 9:00-12:00": "周一至周五 8:30–12:00，14:00–17:30；周六 9:00–12:00；周日休息",
		"每天 8:00-22:00；法定节假日照常":                      "每天 8:00–22:00；法定节假日照常",
		"每天24小时": "每天24小时",
		"工作日 9点-17点半；节假日休息。":                     "周一至周五 9:00–17:30；周六、周日休息；法定节假日休息",
		"星期二至星期日 9:00—16:30；周一闭馆；节假日 9:00-18:00": "周一休息；周二至周日 9:00–16:30；法定节假日 9:00–18:00",
		"每天 18:00-次日2:00":                        "每天 18:00–次日2:00",
		"周一、周三、周五 8:00-11:00":                    "周一、周三、周五 8:00–11:00；周二、周四、周六、周日休息",
		"周五至周一 10:00-12:00":                      "周一、周五至周日 10:00–12:00；周二至周四休息",
		"周末 10:00至12:00，13:00至15:00":             "周一至周五休息；周六、周日 10:00–12:00，13:00–15:00",
	} {
		h, err := ParseHours(text)
		if err != nil || h.String() != want {
			t.Errorf("%s\n got %s, %v\nwant %s", text, h, err, want)
		}
	}
}

func TestHoursThatCannotBeReckonedWithAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "。", "急诊24小时", "每天 8:00–12:00,14:00–17:30，急诊24小时", "每天24小时，电话有人接听", "周一至周五", "周八 8:00-9:00",
		"每天 9:00-8:00", "每天 8:00-25:00", "每天 8:00-12:00，11:00-13:00", "每天 8:60-9:00", "每天休息", "每天 0:00-次日1:00", "每天 18:00-次日9:00，8:00-10:00",
		"每天照常", strings.Repeat("每天 8:00-9:00；", 60), "每天 20:00-次日4:00；周三 3:00-9:00"} {
		if h, err := ParseHours(text); !civic.Is(err, civic.Invalid) {
			t.Errorf("%q was read as %s, %v", text, h, err)
		}
	}
}

// anyHours draws hours such as a place may have.
func anyHours(t *rapid.T) Hours {
	var h Hours
	spans := func(label string) []Span {
		var out []Span
		at := rapid.IntRange(0, 900).Draw(t, label)
		for range rapid.IntRange(0, 3).Draw(t, label+" n") {
			from := at + rapid.IntRange(0, 200).Draw(t, label+" from")
			to := from + rapid.IntRange(1, 500).Draw(t, label+" to")
			if from >= dayMinutes || to-from > dayMinutes {
				break
			}
			out = append(out, Span{from, to})
			at = to
		}
		return out
	}
	for d := range h.Days {
		h.Days[d] = spans("day")
	}
	if h.Holidays = rapid.SampledFrom([]HolidayRule{ByKind, AsUsual, IsClosed, OffHours}).Draw(t, "holidays"); h.Holidays == OffHours {
		h.Off = spans("off")
	}
	return h
}

func TestHoursThatAreWrittenAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		if !h.fits() { // runs into the next day, or has none
			h.Days = [7][]Span{1: {{540, 720}}, 5: {{1080, 1560}}}
		}
		if h.Holidays == OffHours && len(h.Off) == 0 {
			h.Holidays = IsClosed
		}
		got, err := ParseHours(h.String())
		if err != nil || got.String() != h.String() {
			t.Fatalf("%s came back as %s, %v", h, got, err)
		}
	})
}

func FuzzHoursAreReadOrRefused(f *testing.F) {
	for _, s := range []string{"周一至周五 8:30–12:00，14:00–17:30；法定节假日休息", "每天24小时", "周五至周一 18:00-次日2:00", "每天 8点半-9点", "；", "周、"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHours(text)
		if err != nil {
			if !civic.Is(err, civic.Invalid) {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseHours(h.String())
		if err != nil || again.String() != h.String() {
			t.Fatalf("%q: %s came back as %s, %v", text, h, again, err)
		}
	})
}

// open is the slow answer: is any interval of today, or of yesterday beyond
// midnight, running?
func openSlowly(p Timetable, at time.Time) bool {
	today := midnight(at)
	for back := range 2 {
		d := today.AddDate(0, 0, -back)
		spans, _ := p.on(d)
		minute := int(at.Sub(today).Minutes()) + back*dayMinutes
		for _, s := range spans {
			if s.From <= minute && minute < s.To {
				return true
			}
		}
	}
	return false
}

func TestOpenAtAndNextOpenAgreeMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Timetable{Known: true, Hours: anyHours(t), Closed: rapid.Bool().Draw(t, "closed on holidays"), Other: map[string]OtherDay{}}
		start := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, civic.Shanghai)
		for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
			d := start.AddDate(0, 0, rapid.IntRange(-1, 5).Draw(t, "on")).Format(time.DateOnly)
			p.Other[d] = OtherDay{Day: d, Hours: rapid.SampledFrom([][]Span{nil, {{540, 720}}, {{0, 1440}}, {{1200, 1560}}}).Draw(t, "other")}
		}
		minutes := 3 * dayMinutes
		open := make([]bool, minutes)
		for m := range minutes {
			open[m] = openSlowly(p, start.Add(time.Duration(m)*time.Minute))
		}
		step := rapid.IntRange(11, 47).Draw(t, "step")
		for m := 0; m < minutes; m += step {
			at := start.Add(time.Duration(m) * time.Minute)
			s := OpenAt(p, at)
			if s.Open != open[m] {
				t.Fatalf("%s at %s: open %v, want %v", p.Hours, at, s.Open, open[m])
			}
			next, ok := NextOpen(p, at)
			if s.Open && (!ok || !next.Equal(at)) {
				t.Fatalf("open at %s, and opens next at %s", at, next)
			}
			change, want := s.Until, false
			if !s.Open {
				change, want = next, true
			}
			// Until then nothing changes, and then it does.
			for k := m; k < minutes; k++ {
				if x := start.Add(time.Duration(k) * time.Minute); !change.IsZero() && !x.Before(change) {
					if open[k] != want {
						t.Fatalf("%s at %s: %v changes at %s, where open is %v", p.Hours, at, s, change, open[k])
					}
					break
				}
				if open[k] == want {
					t.Fatalf("%s at %s: it changes before %s", p.Hours, at, change)
				}
			}
			if s.Words(at) == "" || s.Open && !s.Today {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, civic.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPeopleAreToldWhenAPlaceOpensAndCloses(t *testing.T) {
	t.Parallel()
	bureau, err := ParseHours("周一至周五 8:30-12:00，14:00-17:30")
	if err != nil {
		t.Fatal(err)
	}
	p := Timetable{Known: true, Hours: bureau, Closed: true, Other: map[string]OtherDay{
		"2026-11-25": {Day: "2026-11-25", Reason: "停电检修"}, "2026-11-26": {Day: "2026-11-26", Hours: []Span{{600, 660}}, Reason: "开会"}}}
	for when, want := range map[string]string{
		"2026-11-23 09:05": "现在开着，中午12点关门。",
		"2026-11-23 15:00": "现在开着，下午5点30分关门。",
		"2026-11-23 12:00": "现在关着，下午2点开门。",
		"2026-11-23 17:30": "现在关着，明天上午8点30分开门。",
		"2026-11-25 09:00": "今天不开门（停电检修），明天上午10点开门。",
		"2026-11-26 09:00": "现在关着，上午10点开门。",
		"2026-10-03 09:00": "今天不开门（国庆节），10月8日星期四上午8点30分开门。",
		"2026-10-10 09:00": "现在开着，中午12点关门。", // a Saturday that is worked
		"2026-11-21 09:00": "今天不开门，11月23日星期一上午8点30分开门。",
		"2027-05-01 09:00": "今天不开门（劳动节），5月3日星期一上午8点30分开门。", // not announced: the law alone
	} {
		if got := OpenAt(p, at(when)).Words(at(when)); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	if got := OpenAt(Timetable{}, at("2026-11-23 09:05")).Words(at("2026-11-23 09:05")); !strings.Contains(got, "打电话") {
		t.Error(got)
	}
	night, _ := ParseHours("每天24小时")
	if got := OpenAt(Timetable{Known: true, Hours: night}, at("2026-11-23 03:00")).Words(at("2026-11-23 03:00")); got != "现在开着，昼夜都有人。" {
		t.Error(got)
	}
	// On holidays: what its own hours say goes before what its kind says.
	usual, _ := ParseHours("每天 9:00-17:00；法定节假日照常")
	if !OpenAt(Timetable{Known: true, Hours: usual, Closed: true}, at("2026-10-01 10:00")).Open {
		t.Error("open as usual on National Day, and shut")
	}
	own, _ := ParseHours("每天 9:00-17:00；法定节假日 10:00-12:00")
	if s := OpenAt(Timetable{Known: true, Hours: own}, at("2026-10-01 09:30")); s.Open || s.Words(at("2026-10-01 09:30")) != "现在关着，上午10点开门。" {
		t.Errorf("%+v", s)
	}
}
