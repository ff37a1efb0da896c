package casework

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/place"
)

// However long the clock of a case stands, as much of its term is left afterwards.
func TestAStandingClockTakesNothingOfTheTerm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		opened := begin.Add(time.Duration(rapid.IntRange(0, 700*24*60).Draw(t, "opened")) * time.Minute)
		stopped := opened.Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "stopped")) * time.Hour)
		now := stopped.Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "stood")) * time.Hour)
		days := rapid.IntRange(1, 60).Draw(t, "days")

		due := opened.AddDate(0, 0, days)
		if got := resumed(&catalog.Casework{DueDays: days}, due, stopped, now); got.Sub(now) != due.Sub(stopped) {
			t.Fatalf("due %v, stood from %v to %v, due %v", due, stopped, now, got)
		}
		due = place.AddWorkingDays(opened, days).UTC()
		if stopped.After(due) {
			return // late before it was asked, and late after
		}
		got := resumed(&catalog.Casework{DueWorkingDays: days}, due, stopped, now)
		if left, was := place.WorkingDaysBetween(now, got), place.WorkingDaysBetween(stopped, due); left != was {
			t.Fatalf("due %v with %d working days left, stood from %v to %v, due %v with %d left", due, was, stopped, now, got, left)
		}
		if !place.DayOf(got).Works() {
			t.Fatalf("due on %v, on which nobody works", got)
		}
	})
}

func TestACaseIsNearItsDeadlineFromTheWorkingDayBefore(t *testing.T) {
	t.Parallel()
	for due, want := range map[string]string{
		"2026-11-26T01:00:00Z": "2026-11-24T16:00:00Z", // a Thursday: from Wednesday on
		"2026-11-23T01:00:00Z": "2026-11-19T16:00:00Z", // a Monday: from Friday on
	} {
		at, err := time.Parse(time.RFC3339, due)
		if err != nil {
			t.Fatal(err)
		}
		if got := near(at).Format(time.RFC3339); got != want {
			t.Errorf("due %s is near from %s, want %s", due, got, want)
		}
	}
}
