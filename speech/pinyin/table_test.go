package pinyin

import (
	"strings"
	"testing"
)

func TestTheTablesParseAndAreLargeEnough(t *testing.T) {
	t.Parallel()
	tab, err := parse(phraseData, surnameData)
	if err != nil {
		t.Fatal(err)
	}
	if tab.words < 400 {
		t.Errorf("%d phrases", tab.words)
	}
	two := 0
	for s := range tab.surnames {
		if len([]rune(s)) > 1 {
			two++
		}
	}
	if len(tab.surnames) < 100 || two < 20 {
		t.Errorf("%d surnames, %d of them of several characters", len(tab.surnames), two)
	}
}

func TestATableWithAnErrorIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for bad, want := range map[string]string{
		"银行 yin2":                      "line 1: 银行 has 2 characters and 1 syllables",
		"# x\n银行 yin2 hong9":           `line 2: "hong9" is no syllable`,
		"银行 yin2 hang2\n银行 yin2 hang2": "line 2: 银行 is listed twice",
	} {
		if _, err := parse(bad, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v", bad, err)
		}
	}
}
