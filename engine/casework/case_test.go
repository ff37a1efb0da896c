package casework_test

import (
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
)

func TestDueIsSaidInDaysOfTheCalendar(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		d, err := time.ParseInLocation("01-02 15:04", s, civic.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return d.UTC()
	}
	for _, c := range []struct {
		state              casework.State
		now, words, colour string
	}{
		{casework.Open, "11-23 09:00", "还有3天", "fine"},
		{casework.Taken, "11-24 23:59", "还有2天", "fine"},
		{casework.Open, "11-25 00:00", "还有1天", "soon"},
		{casework.Open, "11-25 23:59", "还有1天", "soon"}, // less than a day, and still tomorrow
		{casework.Open, "11-26 00:00", "今天到期", "soon"},
		{casework.Open, "11-26 08:59", "今天到期", "soon"},
		{casework.Open, "11-26 09:00", "今天已经超时", "late"},
		{casework.Taken, "11-26 23:59", "今天已经超时", "late"},
		{casework.Open, "11-27 00:00", "超时1天", "late"},
		{casework.Open, "12-06 09:00", "超时10天", "late"},
		{casework.Resolved, "12-06 09:00", "等老人确认", "fine"},
		{casework.Confirmed, "12-06 09:00", "已办结", "fine"},
	} {
		words, colour := casework.Case{State: c.state, NearAt: at("11-25 00:00"), DueAt: at("11-26 09:00")}.Due(at(c.now))
		if words != c.words || colour != c.colour {
			t.Errorf("%s on %s: %s, %s; want %s, %s", c.state, c.now, words, colour, c.words, c.colour)
		}
	}
}

func TestEveryStateHasWordsForThePerson(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range []casework.State{casework.Open, casework.Taken, casework.Resolved, casework.Confirmed, casework.Asked, casework.Unconfirmed, casework.Rejected, casework.Withdrawn} {
		if w := s.Words(); w == string(s) || seen[w] {
			t.Errorf("%s: %q", s, w)
		}
		seen[s.Words()] = true
	}
}
