package eligibility

import (
	"embed"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/ruledata"
	"yinqiao/sheet"
)

//go:embed data
var files embed.FS

// Benefit is something that is paid for as long as somebody is there to draw it.
type Benefit struct {
	Code       string   `yaml:"code"`
	Words      string   `yaml:"words"`
	Service    string   `yaml:"service"`     // by which it is asked for, and decided
	OfficeKind string   `yaml:"office_kind"` // that pays it
	Months     int      `yaml:"months"`      // how long having been seen is good
	AskDays    int      `yaml:"ask_days"`    // before its end
	AgainDays  int      `yaml:"again_days"`  // before somebody who did not want the visit is asked again
	SlackDays  int      `yaml:"slack_days"`  // by which a list may go beyond the months
	Decides    []string `yaml:"decides"`     // kinds of office whose answer decides
	// Visit is what the platform answers when it asks for the visit, and what is read of it.
	Visit map[string]struct {
		Code string `yaml:"code"`
		Text string `yaml:"text"`
	} `yaml:"visit"`
	Sources []string `yaml:"sources"` // of data that it trusts
}

// Source is where data come from.
type Source struct {
	Code  string `yaml:"code"`
	Words string `yaml:"words"`
	From  string `yaml:"from"` // who has them
}

var rules = ruledata.Must[struct {
	Version  int          `yaml:"version"`
	Source   string       `yaml:"source"`
	Limits   sheet.Limits `yaml:"limits"`
	Benefits []Benefit    `yaml:"benefits"`
	Sources  []Source     `yaml:"sources"`
	Heads    struct {
		Number []string `yaml:"number"`
		Until  []string `yaml:"until"`
		Seen   []string `yaml:"seen"`
	} `yaml:"heads"`
}](files, "data/rules.yaml")

// BatchBytes is the size of the largest list that is accepted, in bytes.
func BatchBytes() int64 { return rules.Limits.Bytes }

// Benefits lists what a kind of office pays and looks after.
func Benefits(officeKind string) []Benefit {
	var out []Benefit
	for _, b := range rules.Benefits {
		if b.OfficeKind == officeKind {
			out = append(out, b)
		}
	}
	return out
}

// benefit finds one by its code.
func benefit(code string) (Benefit, bool) {
	i := slices.IndexFunc(rules.Benefits, func(b Benefit) bool { return b.Code == code })
	if i < 0 {
		return Benefit{}, false
	}
	return rules.Benefits[i], true
}

// Trusts lists the sources of data that the benefit trusts.
func (b Benefit) Trusts() []Source {
	var out []Source
	for _, s := range rules.Sources {
		if slices.Contains(b.Sources, s.Code) {
			out = append(out, s)
		}
	}
	return out
}

// sourceWords names a source of data.
func sourceWords(code string) string {
	for _, s := range rules.Sources {
		if s.Code == code {
			return s.Words
		}
	}
	return ""
}

// until is the last day for which having been seen on a day, YYYY-MM-DD, is good.
func (b Benefit) until(seen string) string {
	t, err := time.Parse(time.DateOnly, seen)
	if err != nil {
		return ""
	}
	return t.AddDate(0, b.Months, 0).Format(time.DateOnly)
}

func day(t time.Time) string { return t.In(civic.Shanghai).Format(time.DateOnly) }

// latest is the last day up to which a list may say that somebody is certified.
func (b Benefit) latest(now time.Time) string { return day(now.AddDate(0, b.Months, b.SlackDays)) }
