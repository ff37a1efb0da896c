package ledger

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Status says whether a document binds anybody yet.
type Status string

// The statuses of a document.
const (
	InForce Status = "in_force"
	Draft   Status = "draft" // sent out for comment
)

// Kind tells what a plan sets out to do from how it makes sure of it.
type Kind string

// The kinds of measure. A safeguard stands in a chapter such as 保障措施.
const (
	Task      Kind = "task"
	Safeguard Kind = "safeguard"
)

// Force tells duty from hope. Only a Must can be breached.
type Force string

// The forces, from weak to strong.
const (
	Explored   Force = "explored"   // 探索
	Encouraged Force = "encouraged" // 鼓励、引导、推动、支持
	Must       Force = "must"       // 应、不得、保留、提供, and every plain imperative
)

// Direction says on which side of its value a target is met.
type Direction string

// The directions. Exactly is a number that stands without any comparison.
const (
	AtLeast Direction = "at_least"
	AtMost  Direction = "at_most"
	Exactly Direction = "exactly"
)

// Policy is the reading of one document. Days are written 2006-01-02 and are
// empty where the document names none. Its texts are the document's own words
// with one form of punctuation and no line breaks from the page.
type Policy struct {
	Title     string    `json:"title"`
	Number    string    `json:"number"`
	Issuer    string    `json:"issuer"`
	IssuedOn  string    `json:"issued_on"`
	Status    Status    `json:"status"`
	Truncated bool      `json:"truncated"` // the text breaks off before the document ends
	Goals     []Goal    `json:"goals"`
	Measures  []Measure `json:"measures"`
	Warnings  []Warning `json:"warnings"`
}

// End is the last day by which the whole plan is to be carried out, that of every part which has
// none of its own; "" where the document names none.
func (p *Policy) End() string {
	end := ""
	for _, g := range p.Goals {
		end = max(end, g.Deadline)
	}
	return end
}

// Goal is what the whole plan is to reach by a day.
type Goal struct {
	Text     string `json:"text"`
	Deadline string `json:"deadline"`
}

// Measure is one numbered item of the plan. Ref is unique in the document: the
// number itself where numbers run on ("14"), otherwise with that of its section
// ("2.3", "三(一)"). Text is all that follows the heading, lists of units too.
type Measure struct {
	Ref     string   `json:"ref"`
	Section string   `json:"section"`
	Heading string   `json:"heading"`
	Kind    Kind     `json:"kind"`
	Force   Force    `json:"force"` // the strongest that any of its sentences has
	Text    string   `json:"text"`
	Actions []Action `json:"actions"`
}

// Action is a stretch of a measure that one group of units answers for. Deadline
// is the group's, or else the latest of the text.
type Action struct {
	Text      string   `json:"text"`
	Units     []Unit   `json:"units"`
	OpenEnded bool     `json:"open_ended"` // others answer too that are not named: 等相关部门
	Deadline  string   `json:"deadline"`
	Targets   []Target `json:"targets"`
}

// Unit is a body that answers for an action. Lead is true only where the
// document marks it.
type Unit struct {
	Name string `json:"name"`
	Lead bool   `json:"lead"`
}

// Target is a number that an action is to reach. Text is the clause it stands in.
type Target struct {
	Text      string    `json:"text"`
	Value     float64   `json:"value"`
	Unit      string    `json:"unit"`
	Direction Direction `json:"direction"`
}

// Warning is something that the importer could not read or is not sure of. At
// names the line, paragraph or table row and quotes its beginning.
type Warning struct {
	At   string `json:"at"`
	Text string `json:"text"`
}

// maxWarnings keeps a hopeless file from answering with a book.
const maxWarnings = 200

func (p *Policy) warn(at, format string, args ...any) {
	switch {
	case len(p.Warnings) < maxWarnings:
		p.Warnings = append(p.Warnings, Warning{at, fmt.Sprintf(format, args...)})
	case len(p.Warnings) == maxWarnings:
		p.Warnings = append(p.Warnings, Warning{"全文", "疑问太多，后面的不再列出。"})
	}
}

// fill makes every list a list, so that JSON never says null.
func (p *Policy) fill() {
	p.Goals, p.Measures, p.Warnings = some(p.Goals), some(p.Measures), some(p.Warnings)
	for i := range p.Measures {
		m := &p.Measures[i]
		m.Actions = some(m.Actions)
		for j := range m.Actions {
			a := &m.Actions[j]
			a.Units, a.Targets = some(a.Units), some(a.Targets)
		}
	}
}

func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// excerpt returns the first n characters of s.
func excerpt(s string, n int) string {
	s = strings.TrimSpace(s)
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

func runes(s string) int { return utf8.RuneCountInString(s) }
