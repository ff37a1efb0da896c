package casework

import (
	_ "embed"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed data/rules.yaml
var rulesYAML []byte

// figure is a number of the rules with where it comes from.
type figure struct {
	Value  int    `yaml:"value"`
	Source string `yaml:"source"`
}

// rules are the figures by which cases are worked.
type rules struct {
	Version              int    `yaml:"version"`
	NearWorkingDays      figure `yaml:"near_working_days"`
	Attempts             figure `yaml:"attempts"`
	AttemptHoursApart    figure `yaml:"attempt_hours_apart"`
	WordWorkingDays      figure `yaml:"word_working_days"`
	AppealDays           figure `yaml:"appeal_days"`
	Extensions           figure `yaml:"extensions"`
	ExtensionWorkingDays figure `yaml:"extension_working_days"`
}

// theRules are read once. A file that can't be read is a broken build, not a state
// to run in; a test reads it first.
var theRules = sync.OnceValue(func() rules {
	var r rules
	if err := yaml.UnmarshalWithOptions(rulesYAML, &r, yaml.DisallowUnknownField()); err != nil {
		panic("casework: data/rules.yaml: " + err.Error())
	}
	return r
})
