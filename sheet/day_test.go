package sheet_test

import (
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/sheet"
)

func FuzzADateIsADayOrRefused(f *testing.F) {
	for _, s := range []string{"1945-08-15", "1945年8月15日", "一九四五年八月十五", "19450815", "16664", "16664.5", "1945/8/15 00:00:00", "农历八月十五", "45.8.15", "1945", "二〇〇〇年十二月三十一日", "2026-02-30", "1945.8.15.", "９９９９-１２-３１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := sheet.Day(s)
		switch {
		case err != nil:
			if d != "" || civic.As(err).Say == "" {
				t.Fatalf("%q: %q, %v", s, d, err)
			}
		case d != "":
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				t.Fatalf("%q is %q", s, d)
			}
			if again, err := sheet.Day(d); err != nil || again != d {
				t.Fatalf("%q is %q, and that is %q, %v", s, d, again, err)
			}
		}
	})
}
