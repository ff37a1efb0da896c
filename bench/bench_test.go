package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"yinqiao/people"
)

func TestALineIsOneJSONObjectWithItsExtraKeys(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := rates{ours: []float64{50, 60, 5}, peer: []float64{100, 100, 100}}
	(&printer{&out}).print(r.against("submit.sqlite", "acts/s", "bare", 0.5, extra{"batch": 7}))
	var got map[string]any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%v: %q", err, out.String())
	}
	for k, want := range map[string]any{"name": "submit.sqlite", "value": 50.0, "unit": "acts/s", "peer": "bare", "peer_value": 100.0,
		"ratio": 0.5, "want": ">= 0.5", "met": true, "batch": 7.0, "rounds": 3.0, "ratio_lowest": 0.05} {
		if got[k] != want {
			t.Errorf("%s is %v, not %v", k, got[k], want)
		}
	}
}

func TestTheRatioOfAPairIsTheMedianOfItsRounds(t *testing.T) {
	t.Parallel()
	// The machine was slow in the second round: both halves of it were.
	l := rates{ours: []float64{80, 8, 82}, peer: []float64{100, 10, 100}}.against("x", "", "", 0, extra{})
	if l.Ratio != 0.8 || l.Met != nil {
		t.Errorf("%+v", l)
	}
}

func TestALimitIsMetFromBelow(t *testing.T) {
	t.Parallel()
	if l := within("x", "s", []float64{2, 4, 2}, 3, nil); !*l.Met || l.Value != 2 {
		t.Errorf("%+v", l)
	}
	if l := within("x", "s", []float64{4}, 3, nil); *l.Met {
		t.Errorf("%+v", l)
	}
}

func TestFiguresHaveFourDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[float64]float64{1234567: 1235000, 0.0123456: 0.01235, 0: 0, 3: 3} {
		if got := round(in); got != want {
			t.Errorf("%v became %v", in, got)
		}
	}
}

func TestInventedPeopleHaveValidNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 40_000 {
		e := elder(i * 25) // over the whole million
		id, err := people.ParseResidentID(e.card(), time.Now())
		if err != nil || id.Birth != e.birth() || id.Sex != e.sex() {
			t.Fatalf("person %d, %s: %+v, %v", e, e.card(), id, err)
		}
		if seen[e.card()] || seen[e.phone()] {
			t.Fatalf("person %d has somebody else's number", e)
		}
		seen[e.card()], seen[e.phone()] = true, true
	}
	if _, err := people.CleanPhone(elder(0).phone()); err != nil {
		t.Error(err)
	}
}

func TestTheLongDialogueAsksAllItsQuestions(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	b := bench{lines: &printer{&out}}
	b.dialogue()
	if !strings.Contains(out.String(), `"steps":41`) {
		t.Errorf("walked %s", out.String())
	}
}

func TestAMeasurementIsChosenByItsName(t *testing.T) {
	t.Parallel()
	for only, want := range map[string]bool{"": true, "submit": true, "submit.sqlite": true, "submit.postgres": false, "seal": false, "submit.sqlite.find": true} {
		if b := (bench{only: only}); b.wants("submit.sqlite") != want {
			t.Errorf("-only %q measures submit.sqlite: %v", only, !want)
		}
	}
}

func TestPacketsAreLostOnlyOnceAndNotByTheThousand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seqs       []uint16
		gaps, lost int
	}{
		"in order":       {[]uint16{65534, 65535, 0, 1}, 3, 0},
		"two missing":    {[]uint16{65534, 1, 2}, 1, 2},
		"one overtaken":  {[]uint16{7, 9, 8, 10}, 1, 0},
		"one said twice": {[]uint16{7, 8, 8, 9}, 2, 0},
	} {
		var to caller
		for i, seq := range c.seqs {
			to.note(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}, Payload: []byte{0}}, time.Unix(0, int64(i)), true)
		}
		if len(to.gaps) != c.gaps || to.lost != c.lost {
			t.Errorf("%s: %d gaps and %d lost", name, len(to.gaps), to.lost)
		}
	}
}
