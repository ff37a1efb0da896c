package phone

import (
	"embed"
	"errors"
	"time"

	"yinqiao/ruledata"
)

//go:embed data/*.yaml
var data embed.FS

// led is how a call is led, of data/rules.yaml.
type led struct {
	Version         int
	Source          string
	WaitSeconds     int    `yaml:"wait_seconds"`
	RestSeconds     int    `yaml:"rest_seconds"`
	AgainMost       int    `yaml:"again_most"`
	CallersMost     int    `yaml:"callers_most"`
	PauseMS         int    `yaml:"pause_ms"`
	OptionPauseMS   int    `yaml:"option_pause_ms"`
	PatienceSeconds int    `yaml:"patience_seconds"`
	RetrySeconds    int    `yaml:"retry_seconds"`
	RingSeconds     int    `yaml:"ring_seconds"`
	OutMost         int    `yaml:"out_most"`
	Most            int    `yaml:"most"`
	EachHour        int    `yaml:"each_hour"`
	WithheldHour    int    `yaml:"withheld_hour"`
	AtOnce          int    `yaml:"at_once"`
	AnswersMost     int    `yaml:"answers_most"`
	RemindHours     int    `yaml:"remind_hours"`
	DialectKey      string `yaml:"dialect_key"`
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// Validate refuses what no call could be led by.
func (r *led) Validate() error {
	switch {
	case r.WaitSeconds < 3 || r.RestSeconds < 1 || r.AgainMost < 1 || r.CallersMost < 1 || r.CallersMost > 3:
		return errors.New("rules.yaml: a wait of three seconds or more, and at most three who share a number")
	case r.Most < 1 || r.EachHour < 1 || r.WithheldHour < 1 || r.AtOnce < 1 || r.AnswersMost < 1:
		return errors.New("rules.yaml: one call at once and in an hour, and one answer at a time, or more")
	case r.PauseMS < 0 || r.OptionPauseMS < 0 || r.PatienceSeconds < 1 || r.RetrySeconds < r.PatienceSeconds || r.RingSeconds < 5 || r.OutMost < 1 || r.RemindHours < 1:
		return errors.New("rules.yaml: pauses, and patience that is shorter than what is tried again")
	}
	if len(r.DialectKey) != 1 || r.DialectKey < "4" || r.DialectKey > "9" {
		return errors.New("rules.yaml: the key for whoever speaks a dialect is one that no choice has, 4 to 9")
	}
	return nil
}

var rules = ruledata.Must[led](data, "data/rules.yaml")
