package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"yinqiao/civic"
)

// Definition is one version of one service.
type Definition struct {
	Service   string           `yaml:"service" json:"service"` // stable name, for example report-post
	Version   int              `yaml:"version" json:"version"`
	Title     string           `yaml:"title" json:"title"`     // for a page: verb and noun, ≤ 12 characters
	Say       string           `yaml:"say" json:"say"`         // for the ear and the hint line
	Clauses   []string         `yaml:"clauses" json:"clauses"` // ZJ3.1: the sentence of the plan that it serves
	Divisions []civic.Division `yaml:"divisions" json:"divisions"`
	Channels  []civic.Channel  `yaml:"channels" json:"channels"`
	Proxy     bool             `yaml:"proxy" json:"proxy"` // may a grant holder act for the person
	// Group is the kind of service, which a grant may name as a whole; AfterDeath is
	// for what relatives still have to do when the person has died.
	Group      string `yaml:"group" json:"group,omitempty"`
	AfterDeath bool   `yaml:"after_death" json:"after_death,omitempty"`

	Bring     string     `yaml:"bring" json:"bring"`
	Takes     string     `yaml:"takes" json:"takes"` // how long, in words
	Fee       string     `yaml:"fee" json:"fee"`     // what it costs and how to pay, cash included
	Casework  *Casework  `yaml:"casework" json:"casework,omitempty"`
	Questions []Question `yaml:"questions" json:"questions"`
	// Hash identifies this version's content; drafts refer to it.
	Hash string `yaml:"-" json:"hash,omitempty"`
}

// Casework says how a request becomes a case of an office.
type Casework struct {
	// OfficeFrom is the question whose answer is the office; else OfficeKind is
	// looked for where the person lives, and then in the wider division.
	OfficeFrom string `yaml:"office_from" json:"office_from,omitempty"`
	OfficeKind string `yaml:"office_kind" json:"office_kind,omitempty"`
	// DueDays is the number of days until the case is overdue, with its source.
	DueDays   int    `yaml:"due_days" json:"due_days"`
	DueSource string `yaml:"due_source" json:"due_source"`
	// Done asks the clerk what to write for the person when the case is resolved.
	Done string `yaml:"done" json:"done"`
}

// Kind is the kind of a question.
type Kind string

// The kinds of question.
const (
	Choice  Kind = "choice"  // one of the options
	YesNo   Kind = "yes_no"  // yes or no
	Text    Kind = "text"    // some words
	Phone   Kind = "phone"   // a phone number
	Address Kind = "address" // an offered address, or another in words
	Amount  Kind = "amount"  // yuan, with at most two decimals
)

// Kinds lists all kinds.
var Kinds = []Kind{Choice, YesNo, Text, Phone, Address, Amount}

// Question is one question of a service.
type Question struct {
	Key      string   `yaml:"key" json:"key"`
	Kind     Kind     `yaml:"kind" json:"kind"`
	Ask      string   `yaml:"ask" json:"ask"`     // to read
	Say      string   `yaml:"say" json:"say"`     // to speak; Ask if empty
	Label    string   `yaml:"label" json:"label"` // short, for the read-back and lists
	Hint     string   `yaml:"hint" json:"hint"`
	Options  []Option `yaml:"options" json:"options,omitempty"`
	Source   string   `yaml:"source" json:"source,omitempty"` // where options come from, for example offices:hospital
	When     *Cond    `yaml:"when" json:"when,omitempty"`
	Needs    []string `yaml:"needs" json:"needs,omitempty"` // answers that this one depends on
	Optional bool     `yaml:"optional" json:"optional"`
	Yes      string   `yaml:"yes" json:"yes,omitempty"` // words for a yes_no, if 是 and 不是 do not fit
	No       string   `yaml:"no" json:"no,omitempty"`
	Max      int      `yaml:"max" json:"max"` // longest text, in characters; 0 means 200
}

// Option is one possible answer.
type Option struct {
	Code string `yaml:"code" json:"code"`
	Text string `yaml:"text" json:"text"`
	Hint string `yaml:"hint" json:"hint,omitempty"`
}

// Cond is a condition on other answers: there is no expression language. Exactly
// one of Key with In, All or Any is set; Not turns it round.
type Cond struct {
	Key string   `yaml:"key" json:"key,omitempty"`
	In  []string `yaml:"in" json:"in,omitempty"`
	All []Cond   `yaml:"all" json:"all,omitempty"`
	Any []Cond   `yaml:"any" json:"any,omitempty"`
	Not bool     `yaml:"not" json:"not,omitempty"`
}

// Holds reports whether the condition is met by the codes answered so far. A nil
// condition is.
func (c *Cond) Holds(codes func(key string) []string) bool {
	if c == nil {
		return true
	}
	ok := false
	switch {
	case c.Key != "":
		for _, code := range codes(c.Key) {
			ok = ok || slices.Contains(c.In, code)
		}
	case len(c.All) > 0:
		ok = true
		for i := range c.All {
			ok = ok && c.All[i].Holds(codes)
		}
	default:
		for i := range c.Any {
			ok = ok || c.Any[i].Holds(codes)
		}
	}
	return ok != c.Not
}

// Keys lists the questions that the condition looks at.
func (c *Cond) Keys() []string {
	if c == nil {
		return nil
	}
	var ks []string
	if c.Key != "" {
		ks = append(ks, c.Key)
	}
	for i := range c.All {
		ks = append(ks, c.All[i].Keys()...)
	}
	for i := range c.Any {
		ks = append(ks, c.Any[i].Keys()...)
	}
	return ks
}

// Question returns the question with the key, or nil.
func (d *Definition) Question(key string) *Question {
	for i := range d.Questions {
		if d.Questions[i].Key == key {
			return &d.Questions[i]
		}
	}
	return nil
}

// On reports whether the service is offered on the channel.
func (d *Definition) On(c civic.Channel) bool {
	// Relatives, machines and the platform's own jobs use what the elder may use.
	switch c {
	case civic.ChannelFamily:
		return d.Proxy && slices.Contains(d.Channels, civic.ChannelElder)
	case civic.ChannelSystem:
		return true
	}
	return slices.Contains(d.Channels, c)
}

// In reports whether the service is offered in the division.
func (d *Definition) In(div civic.Division) bool {
	for _, x := range d.Divisions {
		if x.Covers(div) {
			return true
		}
	}
	return false
}

// seal computes the content hash.
func (d *Definition) seal() (body string) {
	d.Hash = ""
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // plain data always marshals
	}
	h := sha256.Sum256(b)
	d.Hash = hex.EncodeToString(h[:16])
	return string(b)
}

// decode reads a stored body back.
func decode(body string) (*Definition, error) {
	var d Definition
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return nil, err
	}
	d.seal()
	return &d, nil
}
