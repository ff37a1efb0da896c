package booking

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

// shareRule is what part of the places must be kept.
type shareRule struct {
	Kind     string         `yaml:"kind"`
	Clause   string         `yaml:"clause"`
	Division civic.Division `yaml:"division"`
	Least    int            `yaml:"least"` // percent
	From     string         `yaml:"from"`  // YYYY-MM-DD
	Force    string         `yaml:"force"`
	Source   string         `yaml:"source"`
	Say      string         `yaml:"say"`
}

// first is who is called before others, and by how much.
type first struct {
	Code    string   `yaml:"code"`
	Words   string   `yaml:"words"`
	FromAge int      `yaml:"from_age"`
	Tags    []string `yaml:"tags"`
	Minutes int      `yaml:"minutes"`
}

var rules = ruledata.Must[struct {
	Version int         `yaml:"version"`
	Shares  []shareRule `yaml:"shares"`
	Hold    struct {
		Minutes     int    `yaml:"minutes"`
		MostMinutes int    `yaml:"most_minutes"`
		Each        int    `yaml:"each"` // held for one person at once
		Source      string `yaml:"source"`
	} `yaml:"hold"`
	Offer struct {
		Minutes int    `yaml:"minutes"`
		Source  string `yaml:"source"`
	} `yaml:"offer"`
	Undo struct {
		Minutes int    `yaml:"minutes"`
		Source  string `yaml:"source"`
	} `yaml:"undo"`
	Remind struct {
		From   int    `yaml:"from"` // minutes of the day before
		To     int    `yaml:"to"`
		Source string `yaml:"source"`
	} `yaml:"remind"`
	Missed struct {
		Most       int             `yaml:"most"`
		WithinDays int             `yaml:"within_days"`
		StopDays   int             `yaml:"stop_days"`
		Channels   []civic.Channel `yaml:"channels"`
		Source     string          `yaml:"source"`
	} `yaml:"missed"`
	Calling struct {
		First  []first `yaml:"first"`
		Source string  `yaml:"source"`
	} `yaml:"calling"`
	Sheet struct {
		sheet.Limits `yaml:",inline"`
		Source       string `yaml:"source"`
	} `yaml:"sheet"`
	Findings []struct {
		civic.Rule `yaml:",inline"`
		Kind       string `yaml:"kind"`
	} `yaml:"findings"`
}](files, "data/rules.yaml")

var plans = ruledata.Must[struct {
	Version int    `yaml:"version"`
	Plans   []Plan `yaml:"plans"`
}](files, "data/plans.yaml").Plans

// Plans are the plans of this release, that offices may name.
func Plans() []Plan { return plans }

func planNamed(name string) *Plan {
	i := slices.IndexFunc(plans, func(p Plan) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &plans[i]
}

// shareFor is the rule for a kind in a division on a day: the most local word, and
// of one division's the latest.
func shareFor(kind string, div civic.Division, day string) (shareRule, bool) {
	var best shareRule
	for _, r := range rules.Shares {
		if r.Kind != kind || r.From > day || !r.Division.Covers(div) {
			continue
		}
		if best.Kind == "" || len(r.Division) > len(best.Division) || len(r.Division) == len(best.Division) && r.From > best.From {
			best = r
		}
	}
	return best, best.Kind != ""
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
