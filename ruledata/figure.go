package ruledata

import "time"

// Figure is a number of the rules with where it comes from.
type Figure struct {
	Value  int    `yaml:"value"`
	Source string `yaml:"source"`
}

// Seconds is the figure as so many seconds.
func (f Figure) Seconds() time.Duration { return time.Duration(f.Value) * time.Second }

// Minutes is the figure as so many minutes.
func (f Figure) Minutes() time.Duration { return time.Duration(f.Value) * time.Minute }

// Hours is the figure as so many hours.
func (f Figure) Hours() time.Duration { return time.Duration(f.Value) * time.Hour }

// Days is the figure as so many times 24 hours.
func (f Figure) Days() time.Duration { return time.Duration(f.Value) * 24 * time.Hour }
