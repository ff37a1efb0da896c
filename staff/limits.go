package staff

import (
	_ "embed"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed data/limits.yaml
var limitsYAML []byte

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
	PhoneIdle       int    `yaml:"phone_idle_minutes"`
}

// limits are read once. A file that can't be read is a broken build.
var limits = func() bounds {
	var b bounds
	if err := yaml.UnmarshalWithOptions(limitsYAML, &b, yaml.Strict()); err != nil {
		panic("staff: data/limits.yaml: " + err.Error())
	}
	return b
}()

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
