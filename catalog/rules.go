package catalog

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/ruledata"
)

//go:embed rules.yaml
var ruleFile embed.FS

// rule is one line of rules.yaml.
type rule struct {
	civic.Rule `yaml:",inline"`
	Check      string `yaml:"check"`
}

var ruled = ruledata.Must[struct {
	Version int    `yaml:"version"`
	Source  string `yaml:"source"`
	Rules   []rule `yaml:"rules"`
}](ruleFile, "rules.yaml").Rules

// offer is a service as a rule sees it in a division: what its row says, or for a county
// what counts there.
type offer struct {
	*Definition
	state, reason string
	own           bool            // the division's own word, not that of a wider one
	kinds         map[string]bool // of place that the people of the county can go to; nil where nobody can tell
}

// judges say what is wrong with an offer, "" if nothing is.
var judges = map[string]func(offer) string{
	"suspended": func(o offer) string {
		if !o.own || o.state != Suspended {
			return ""
		}
		return fmt.Sprintf("「%s」停办了：%s。", o.Title, strings.TrimRight(o.reason, "。"))
	},
	"offline": offline,
	"proxy": func(o offer) string {
		if !o.own || o.Proxy || !slices.Contains(o.Channels, civic.ChannelElder) {
			return ""
		}
		return fmt.Sprintf("「%s」网上能办，却不能由家里人代办。", o.Title)
	},
	"cash": func(o offer) string {
		if !o.own || len(o.Pay) == 0 || slices.Contains(o.Pay, Cash) {
			return ""
		}
		return fmt.Sprintf("「%s」要收钱，却不能付现金。", o.Title)
	},
}

// offline is a service that cannot be had face to face: not offered at the desk, or no
// place of the kinds that do it is left.
func offline(o offer) string {
	switch {
	case o.state == Suspended:
		return "" // that is a finding of its own
	case o.own && !slices.Contains(o.Channels, civic.ChannelDesk):
		return fmt.Sprintf("「%s」没有窗口办。", o.Title)
	case o.kinds == nil || o.Casework == nil:
		return ""
	}
	kinds := append([]string{o.Casework.OfficeKind}, o.Casework.OfficeElse...)
	if q := o.Question(o.Casework.OfficeFrom); q != nil {
		kinds = []string{strings.TrimPrefix(q.Source, "offices:")}
	}
	if slices.ContainsFunc(kinds, func(k string) bool { return o.kinds[k] }) {
		return ""
	}
	var words []string
	for _, k := range kinds {
		words = append(words, place.KindWords(k))
	}
	return fmt.Sprintf("「%s」在本地没有地方能当面办：没有%s。", o.Title, strings.Join(words, "，也没有"))
}

// Rules lists the rules by which services are judged.
func (s *Service) Rules() []civic.Rule {
	out := make([]civic.Rule, len(ruled))
	for i, r := range ruled {
		out[i] = r.Rule
	}
	return out
}

// StateActs lists the acts after which a service may keep or break a rule that it kept
// or broke before.
func StateActs() []journal.Act {
	return []journal.Act{ActPublished, ActPiloted, ActSuspended, ActResumed}
}

// Check lists what the rules find of the services of a division: of those that it has a
// word of its own on, and in a county that has joined of all that are offered there.
// What a single office offers is the place room's.
func (s *Service) Check(q db.Q, _ time.Time, in civic.Scope) ([]civic.Finding, error) {
	if in.Division == "" {
		return nil, nil
	}
	offers, err := s.offers(q, in.Division)
	if err != nil {
		return nil, err
	}
	var out []civic.Finding
	for _, o := range offers {
		for _, r := range ruled {
			if say := judges[r.Check](o); say != "" {
				out = append(out, civic.Finding{Rule: r.Code, Subject: civic.Subject{Kind: civic.SubjectService, ID: o.Service + "@" + string(in.Division)},
					Division: in.Division, Say: say})
			}
		}
	}
	return out, nil
}

// offers reads what a division offers, by name.
func (s *Service) offers(q db.Q, in civic.Division) ([]offer, error) {
	var rows []struct {
		Service, State, Hash, Reason string
		Division                     civic.Division
		Until                        *time.Time
	}
	if err := q.Select(&rows, `SELECT service, state, hash, reason, division, until FROM service_state ORDER BY service, division`); err != nil {
		return nil, err
	}
	kinds, err := place.Counters(q, in)
	if err != nil {
		return nil, err
	}
	var out []offer
	for _, r := range rows {
		own := r.Division == in
		if !own && (kinds == nil || !r.Division.Covers(in)) || r.State == Pilot && !own {
			continue
		}
		d, err := s.Version(q, r.Hash)
		if err != nil {
			return nil, err
		}
		o := offer{d, r.State, Why(r.Reason, r.Until), own, kinds}
		if n := len(out); n > 0 && out[n-1].Service == r.Service {
			out[n-1] = o // the most local word counts: rows come in that order
			continue
		}
		out = append(out, o)
	}
	return out, nil
}
