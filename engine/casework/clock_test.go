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
		left, was := place.WorkingDaysBetween(onWorkingDay(now), got), place.WorkingDaysBetween(onWorkingDay(stopped), due)
		if due.After(stopped) && !got.After(now) {
			t.Fatalf("due %v, stood from %v to %v, due %v: late by standing", due, stopped, now, got)
		}
		if !place.AddWorkingDays(got, -1).After(now) && was == 0 && left == 1 {
			was = 1 // there were hours left of a day that is over: they are had on the next
		}
		if left != was {
			t.Fatalf("due %v with %d working days left, stood from %v to %v, due %v with %d left", due, was, stopped, now, got, left)
		}
		if !place.DayOf(got).Works() {
			t.Fatalf("due on %v, on which nobody works", got)
		}
	})
}

func TestAClockThatStoodOverAWeekendGoesOnOnMonday(t *testing.T) {
	t.Parallel()
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct{ due, stopped, now, want string }{
		{"2026-01-23T00:00:00Z", "2026-01-22T16:00:00Z", "2026-01-23T16:00:00Z", "2026-01-26T00:00:00Z"}, // due on the Friday on which it stopped, answered on Saturday
		{"2026-01-27T00:00:00Z", "2026-01-23T02:00:00Z", "2026-01-24T02:00:00Z", "2026-01-28T00:00:00Z"}, // Friday to Saturday is
		{"2026-01-27T00:00:00Z", "2026-01-23T02:00:00Z", "2026-01-26T02:00:00Z", "2026-01-28T00:00:00Z"}, // as Friday to Monday
		{"2026-01-27T00:00:00Z", "2026-01-24T02:00:00Z", "2026-01-25T02:00:00Z", "2026-01-27T00:00:00Z"}, // a weekend alone takes nothing
	} {
		got := resumed(&catalog.Casework{DueWorkingDays: 5}, utc(c.due), utc(c.stopped), utc(c.now))
		if !got.Equal(utc(c.want)) {
			t.Errorf("due %s, stood from %s to %s: due %v, want %s", c.due, c.stopped, c.now, got, c.want)
		}
	}
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
