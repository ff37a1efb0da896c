package casework

import (
	"embed"

	"yinqiao/ruledata"
)

//go:embed data/rules.yaml
var data embed.FS

// figure is a number of the rules with where it comes from.
type figure struct {
	Value  int    `yaml:"value"`
	Source string `yaml:"source"`
}

// theRules are the figures by which cases are worked.
var theRules = ruledata.Must[struct {
	Version              int    `yaml:"version"`
	NearWorkingDays      figure `yaml:"near_working_days"`
	Attempts             figure `yaml:"attempts"`
	AttemptHoursApart    figure `yaml:"attempt_hours_apart"`
	WordWorkingDays      figure `yaml:"word_working_days"`
	AppealDays           figure `yaml:"appeal_days"`
	Extensions           figure `yaml:"extensions"`
	ExtensionWorkingDays figure `yaml:"extension_working_days"`
	SumMostYuan          figure `yaml:"sum_most_yuan"`
}](data, "data/rules.yaml")
