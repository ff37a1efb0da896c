package indicator

import (
	"embed"
	"fmt"
	"slices"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

//go:embed data/*.yaml
var data embed.FS

// Definition is one indicator: a share (Count of Of), a number, or a wait.
type Definition struct {
	Code    string
	Words   string
	Say     string   // what is counted, in one sentence
	Clauses []string // of the plans, as services cite them
	Count   *Counted // with Of: a share
	Of      *Counted
	Number  *Counted
	Wait    *Counted // how long it took: acts that measure seconds
	Better  string   // more, less, or "" where neither is
	Target  *Target
	Equity  bool   // a share that is to be no worse without a smartphone
	List    string // what the entries behind it are called
}

// Counted is which acts count, and by which channels.
type Counted struct {
	Acts []journal.Act
	By   string // offline or people, or "" for all channels
}

// Target is a value to reach, in per cent, with its source.
type Target struct {
	Value  float64
	Source string
}

// book is all that the data say.
type book struct {
	Version int
	Source  string
	Offline []civic.Channel // need no smartphone
	People  []civic.Channel // by which people do things
	Alarm   struct {
		Points float64
		Least  int64
		Source string
	}
	Overview   []string // codes of those that are shown first
	Indicators []*Definition
}

// check says what is wrong with the data. By then all rooms have defined their acts.
func (b *book) check() error {
	if b.Version < 1 || b.Source == "" || len(b.Offline) == 0 || len(b.People) == 0 || b.Alarm.Points <= 0 || b.Alarm.Source == "" {
		return fmt.Errorf("indicators.yaml: version, source, offline and alarm are needed")
	}
	seen := map[string]bool{}
	for _, d := range b.Indicators {
		kinds := 0
		for _, c := range []*Counted{d.Count, d.Number, d.Wait} {
			if c != nil {
				kinds++
			}
		}
		if d.Code == "" || seen[d.Code] || d.Words == "" || d.Say == "" || d.List == "" || len(d.Clauses) == 0 || kinds != 1 || (d.Count == nil) != (d.Of == nil) {
			return fmt.Errorf("indicators.yaml: %q: needs a code of its own, words, say, list, clauses, and one of count with of, number and wait", d.Code)
		}
		if !slices.Contains([]string{"", "more", "less"}, d.Better) || d.Target != nil && (d.Better == "" || d.Target.Source == "" || d.Count == nil) || d.Equity && d.Count == nil {
			return fmt.Errorf("indicators.yaml: %s: a target is of a share, has a source and a better side", d.Code)
		}
		for _, act := range d.acts() {
			if act.Words() == "" {
				return fmt.Errorf("indicators.yaml: %s: there is no act %s", d.Code, act)
			}
		}
		for _, c := range d.counted() {
			if len(c.Acts) == 0 || !slices.Contains([]string{"", "offline", "people"}, c.By) {
				return fmt.Errorf("indicators.yaml: %s: what is counted needs acts, by all channels, offline or people", d.Code)
			}
		}
		seen[d.Code] = true
	}
	for _, code := range b.Overview {
		if !seen[code] {
			return fmt.Errorf("indicators.yaml: overview: there is no %s", code)
		}
	}
	return nil
}

// counted are the parts of the definition that count acts.
func (d *Definition) counted() []*Counted {
	return slices.DeleteFunc([]*Counted{d.Count, d.Of, d.Number, d.Wait}, func(c *Counted) bool { return c == nil })
}

// acts are all acts that the definition counts.
func (d *Definition) acts() []journal.Act {
	var out []journal.Act
	for _, c := range d.counted() {
		out = append(out, c.Acts...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var rules = ruledata.Must[book](data, "data/indicators.yaml")

// channels are those that count; none for all.
func (c *Counted) channels() []civic.Channel {
	switch c.By {
	case "offline":
		return rules.Offline
	case "people":
		return rules.People
	}
	return nil
}

// has reports whether a sum counts.
func (c *Counted) has(s journal.Sum) bool {
	return c != nil && slices.Contains(c.Acts, s.Act) && (c.By == "" || slices.Contains(c.channels(), s.Channel))
}
