package staff

import (
	"embed"
	"time"

	"yinqiao/ruledata"
)

//go:embed data/limits.yaml
var data embed.FS

// bounds are the limits of this room; data/limits.yaml says where they come from.
type bounds struct {
	Version         int    `yaml:"version"`
	Source          string `yaml:"source"`
	PasswordTries   int    `yaml:"password_tries"`
	PasswordMinutes int    `yaml:"password_rest_minutes"`
	EnrolMinutes    int    `yaml:"enrol_minutes"`
	PINTries        int    `yaml:"pin_tries"`
	ReadsPerMinute  int    `yaml:"reads_per_minute"`
	SeenSeconds     int    `yaml:"seen_seconds"`
	DutyMostHours   int    `yaml:"duty_most_hours"`
	StaffHours      int    `yaml:"staff_hours"`
	PersonDays      int    `yaml:"person_days"`
	PhoneIdle       int    `yaml:"phone_idle_minutes"`
}

// limits are read once. A file that can't be read is a broken build.
var limits = ruledata.Must[bounds](data, "data/limits.yaml")

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
