package notify

import (
	"slices"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
)

func TestForLifeAndLimbHoursWishesAndRefusalsGiveWay(t *testing.T) {
	t.Parallel()
	b, err := open(data)
	if err != nil {
		t.Fatal(err)
	}
	s := Situation{Phones: []people.Dial{{ID: "shared", Number: "13800000000", Own: true, Mobile: true, Shared: true}}, Kin: []Relative{{"daughter", "13900000000"}},
		Worker: "tian", Lives: true, Wishes: map[string]string{"reading": "none", "hearing": "deaf"}, Refused: map[string]bool{},
		Ready: map[string]bool{CarrierSMS: true, CarrierFamily: true}}
	for _, c := range Carriers {
		s.Refused[c] = true
	}
	private := func(u Urgency) *Template {
		return &Template{templateData: templateData{To: Elder, Urgency: u, Private: true}}
	}
	night := time.Date(2026, 11, 23, 3, 0, 0, 0, civic.Shanghai)
	var got []string
	for _, r := range b.ladder(private(Life), s) {
		got = append(got, r.Carrier)
		if r.Discreet != (r.Carrier == CarrierFamily) { // relatives are asked to pass it on, at any urgency
			t.Errorf("%s is discreet: %v", r.Carrier, r.Discreet)
		}
		if at := b.decent(Life, r.Carrier, night); !at.Equal(night) {
			t.Errorf("%s waits until %v", r.Carrier, at)
		}
	}
	// What reaches a deaf person goes first all the same; nothing is left out.
	if want := []string{CarrierSMS, CarrierVoice, CarrierFamily, CarrierDoor}; !slices.Equal(got, want) {
		t.Errorf("the chain is %v, want %v", got, want)
	}
	if rungs := b.ladder(private("notice"), s); len(rungs) != 0 {
		t.Errorf("what only informs goes ahead all the same: %+v", rungs)
	}
	if at := b.decent("notice", CarrierVoice, night); !at.After(night) {
		t.Errorf("and at night: %v", at)
	}
}
