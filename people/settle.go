package people

import (
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

// settling is the data by which disputes and merges go.
var settling = func() settlingData {
	r := ruledata.Must[settlingData](data, "data/settle.yaml")
	if r.UndoDays < 1 || r.Source == "" {
		panic("people: data/settle.yaml: no days or no source")
	}
	return r
}()

type settlingData struct {
	Version  int
	Source   string
	UndoDays int `yaml:"undo_days"`
}

// UndoFor is how long a merge may be undone.
func UndoFor() time.Duration { return time.Duration(settling.UndoDays) * 24 * time.Hour }

var errWhy = civic.E(civic.Invalid, "settle.reason", "请写明为什么这样定，最多100个字，不要写证件号和电话。").On("reason")

// cleanReason checks why somebody decided as they did.
func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(civic.FoldWords(s))
	if s == "" || utf8.RuneCountInString(s) > 100 || civic.HoldsNumber(s) {
		return "", errWhy
	}
	return s, nil
}

// settleNeed is what deciding about somebody who lives in a division takes.
func settleNeed(in civic.Division) civic.Need {
	return civic.Need{Permission: civic.MaySettlePeople, Division: in}
}
