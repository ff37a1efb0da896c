package grant

import (
	"time"

	"yinqiao/ruledata"
)

// Emergency is one kind of emergency in which the glass may be broken.
type Emergency struct {
	Code  string `yaml:"code"`
	Words string `yaml:"words"`
}

type glassRules struct {
	Version     int         `yaml:"version"`
	Source      string      `yaml:"source"`
	OpenMinutes int         `yaml:"open_minutes"`
	ReviewDays  int         `yaml:"review_days"`
	ReadMinutes int         `yaml:"read_minutes"`
	Opening     int         `yaml:"opening_minutes"`
	Code        int         `yaml:"code_minutes"`
	CodesADay   int         `yaml:"codes_a_day"`
	CodeNotice  int         `yaml:"code_notice_days"`
	Emergencies []Emergency `yaml:"emergencies"`
}

// glass are the rules of data/glass.yaml. A file that can't be read is a broken build.
var glass = ruledata.Must[glassRules](data, "data/glass.yaml")

// Emergencies lists the kinds of emergency, in the order in which they are offered.
func Emergencies() []Emergency { return append([]Emergency(nil), glass.Emergencies...) }

// EmergencyWords says a kind of emergency; "" if there is none of that code.
func EmergencyWords(code string) string {
	for _, e := range glass.Emergencies {
		if e.Code == code {
			return e.Words
		}
	}
	return ""
}

// ReadFor is how long a card on the reader counts as presented.
func ReadFor() time.Duration { return time.Duration(glass.ReadMinutes) * time.Minute }

// OpenFor is how long an opening at a desk lasts.
func OpenFor() time.Duration { return time.Duration(glass.Opening) * time.Minute }

// codeFor is how long a code from the window signs in.
func codeFor() time.Duration { return time.Duration(glass.Code) * time.Minute }
