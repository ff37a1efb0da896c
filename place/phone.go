package place

import (
	"embed"

	"yinqiao/civic"
	"yinqiao/ruledata"
)

//go:embed data/phones.yaml
var phoneFile embed.FS

var phones = ruledata.Must[helpPhones](phoneFile, "data/phones.yaml")

type helpPhones struct {
	Version   int
	Source    string
	Elsewhere string
	Divisions map[civic.Division]string
}

// HelpPhone is the number at which a human helps whoever lives in the division; for ""
// and for places that have none of their own, the one for everybody.
func HelpPhone(at civic.Division) string { return phones.at(at) }

func (h helpPhones) at(d civic.Division) string {
	phone, longest := h.Elsewhere, civic.Division("")
	for in, p := range h.Divisions {
		if in.Covers(d) && len(in) > len(longest) {
			phone, longest = p, in
		}
	}
	return phone
}
