package casework

import (
	"embed"

	"yinqiao/ruledata"
)

//go:embed data/rules.yaml
var data embed.FS

// theRules are the figures by which cases are worked.
var theRules = ruledata.Must[struct {
	Version              int             `yaml:"version"`
	NearWorkingDays      ruledata.Figure `yaml:"near_working_days"`
	Attempts             ruledata.Figure `yaml:"attempts"`
	AttemptHoursApart    ruledata.Figure `yaml:"attempt_hours_apart"`
	WordWorkingDays      ruledata.Figure `yaml:"word_working_days"`
	AppealDays           ruledata.Figure `yaml:"appeal_days"`
	Extensions           ruledata.Figure `yaml:"extensions"`
	ExtensionWorkingDays ruledata.Figure `yaml:"extension_working_days"`
	SumMostYuan          ruledata.Figure `yaml:"sum_most_yuan"`
}](data, "data/rules.yaml")
