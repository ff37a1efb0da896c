package place

import (
	"testing"

	"yinqiao/civic"
)

func TestTheNumberToCallIsThatOfTheNarrowestDivision(t *testing.T) {
	t.Parallel()
	h := helpPhones{Elsewhere: "12345", Divisions: map[civic.Division]string{"14": "95128", "1401": "0351-1", "140105": "0351-2"}}
	for at, want := range map[civic.Division]string{"": "12345", "33": "12345", "14": "95128", "1402": "95128", "140106": "0351-1", "140105001": "0351-2", "1": "12345"} {
		if got := h.at(at); got != want {
			t.Errorf("%q: %s, want %s", at, got, want)
		}
	}
}

func TestEveryNumberToCallIsOneThatCanBeDialled(t *testing.T) {
	t.Parallel()
	if phones.Version < 1 || phones.Source == "" {
		t.Error("no version or source")
	}
	for _, p := range append([]string{phones.Elsewhere}, HelpPhone("14"), HelpPhone("33")) {
		if len(p) < 3 || len(p) > 13 {
			t.Errorf("%q", p)
		}
	}
}
