package calls

import (
	"embed"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/ruledata"
	"yinqiao/staff"
)

//go:embed data/rules.yaml
var data embed.FS

// Skill is something that an operator must know to help a caller.
type Skill struct {
	Code   string           `yaml:"code"`
	Words  string           `yaml:"words"`
	Roles  []staff.Role     `yaml:"roles"`  // who may sign on for it
	Groups []string         `yaml:"groups"` // of the services that need it
	Speaks string           `yaml:"speaks"` // the language that it is, of a person's preferences
	Spoken []civic.Division `yaml:"spoken"` // where the language is that of the place
}

// General is the skill of calls that ask for no other.
const General = "general"

type rulesData struct {
	Version           int             `yaml:"version"`
	SoonSeconds       ruledata.Figure `yaml:"soon_seconds"`
	PositionSeconds   ruledata.Figure `yaml:"position_seconds"`
	PromiseSeconds    ruledata.Figure `yaml:"promise_seconds"`
	BackMinutes       ruledata.Figure `yaml:"back_minutes"`
	DayFrom           ruledata.Figure `yaml:"day_from"`
	DayUntil          ruledata.Figure `yaml:"day_until"`
	BackTries         ruledata.Figure `yaml:"back_tries"`
	BackAgainMinutes  ruledata.Figure `yaml:"back_again_minutes"`
	HumanFirstAge     ruledata.Figure `yaml:"human_first_age"`
	HumanFirstPercent ruledata.Figure `yaml:"human_first_percent"`
	HumanFirstFrom    ruledata.Figure `yaml:"human_first_from"`
	HumanFirstUntil   ruledata.Figure `yaml:"human_first_until"`
	HumanFirstFree    ruledata.Figure `yaml:"human_first_free_percent"`
	HumanFirstSeconds ruledata.Figure `yaml:"human_first_seconds"`
	WidenSeconds      ruledata.Figure `yaml:"widen_seconds"`
	AgainDays         ruledata.Figure `yaml:"again_days"`
	NumberDays        ruledata.Figure `yaml:"number_days"`
	ConnectSeconds    ruledata.Figure `yaml:"connect_seconds"`
	LostMinutes       ruledata.Figure `yaml:"lost_minutes"`
	ListMost          ruledata.Figure `yaml:"list_most"`
	TurnHours         ruledata.Figure `yaml:"turn_hours"`
	TurnWarnMinutes   ruledata.Figure `yaml:"turn_warn_minutes"`
	FiguresSeconds    ruledata.Figure `yaml:"figures_seconds"`
	Skills            []Skill
}

// Validate refuses what no queue could be kept by.
func (r *rulesData) Validate() error {
	switch {
	case r.DayFrom.Value < 0 || r.DayUntil.Value > 24 || r.DayFrom.Value >= r.DayUntil.Value:
		return errors.New("rules.yaml: the day ends after it begins")
	case r.HumanFirstFrom.Value < 0 || r.HumanFirstUntil.Value > 24 || r.HumanFirstFrom.Value > r.HumanFirstUntil.Value:
		return errors.New("rules.yaml: the hours of a human first are those of one day")
	case r.TurnWarnMinutes.Value < 1 || r.TurnWarnMinutes.Minutes() >= r.TurnHours.Hours():
		return errors.New("rules.yaml: who takes calls is told that their turn ends before it does, and after it began")
	case min(r.SoonSeconds.Value, r.PositionSeconds.Value, r.PromiseSeconds.Value, r.BackMinutes.Value, r.BackTries.Value, r.ConnectSeconds.Value, r.LostMinutes.Value, r.ListMost.Value, r.TurnHours.Value, r.FiguresSeconds.Value) < 1:
		return errors.New("rules.yaml: a figure is less than one")
	case len(r.Skills) == 0 || r.Skills[0].Code != General:
		return errors.New("rules.yaml: the first skill is general")
	}
	return nil
}

var rules = ruledata.Must[rulesData](data, "data/rules.yaml")

// Waits are what a caller hears after how long.
type Waits struct {
	Position   time.Duration // how often a caller who waits hears their place
	Promise    time.Duration // after which a caller who waits is promised a call
	HumanFirst time.Duration // how long a known elder rings before the menu
}

// RuledWaits are those of the rules.
func RuledWaits() Waits {
	return Waits{rules.PositionSeconds.Seconds(), rules.PromiseSeconds.Seconds(), rules.HumanFirstSeconds.Seconds()}
}

// Skills lists what operators may sign on for.
func Skills() []Skill { return slices.Clone(rules.Skills) }

func skillWords(code string) string {
	for _, s := range rules.Skills {
		if s.Code == code {
			return s.Words
		}
	}
	return code
}

// skillOf is what an operator must know for a service of a group.
func skillOf(group string) string {
	for _, s := range rules.Skills {
		if group != "" && slices.Contains(s.Groups, group) {
			return s.Code
		}
	}
	return General
}

// tongue is the skill of a language; "" for one that everybody speaks.
func tongue(speaks string) string {
	for _, s := range rules.Skills {
		if speaks != "" && s.Speaks == speaks {
			return s.Code
		}
	}
	return ""
}

// Dialect is the skill of how people speak at a place; "" where no skill is that.
func Dialect(in civic.Division) string {
	for _, s := range rules.Skills {
		if civic.Covered(s.Spoken, in) {
			return s.Code
		}
	}
	return ""
}

// day reports whether people are called at a time.
func day(at time.Time) bool {
	h := at.In(civic.Shanghai).Hour()
	return h >= rules.DayFrom.Value && h < rules.DayUntil.Value
}

// due is when somebody who called at a time is called back at the latest.
func due(at time.Time) time.Time {
	if day(at) {
		return at.Add(rules.BackMinutes.Minutes())
	}
	local := at.In(civic.Shanghai)
	morning := time.Date(local.Year(), local.Month(), local.Day(), rules.DayFrom.Value, 0, 0, 0, civic.Shanghai)
	if !morning.After(at) {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning.UTC()
}
