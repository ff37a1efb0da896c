package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
)

// Definition is one version of one service.
type Definition struct {
	Service   string           `yaml:"service" json:"service"` // stable name, for example report-post
	Version   int              `yaml:"version" json:"version"`
	Title     string           `yaml:"title" json:"title"`               // for a page: verb and noun, ≤ 12 characters
	English   string           `yaml:"english" json:"english,omitempty"` // the title in English, ≤ 20 characters; none: the Chinese one is told
	Say       string           `yaml:"say" json:"say"`                   // for the ear and the hint line
	Clauses   []string         `yaml:"clauses" json:"clauses"`           // ZJ3.1: the sentence of the plan that it serves
	Divisions []civic.Division `yaml:"divisions" json:"divisions"`
	Channels  []civic.Channel  `yaml:"channels" json:"channels"`
	Proxy     bool             `yaml:"proxy" json:"proxy"` // may a grant holder act for the person
	// Group is the kind of service, which a grant may name as a whole; AfterDeath is
	// for what relatives still have to do when the person has died.
	Group      string `yaml:"group" json:"group,omitempty"`
	AfterDeath bool   `yaml:"after_death" json:"after_death,omitempty"`
	// Front puts the service on a first page that has room for few.
	Front bool `yaml:"front" json:"front,omitempty"`
	// Menu is the place of the service in the telephone's menu, 1 for the first; 0 for one that a
	// human is asked for.
	Menu int `yaml:"menu" json:"menu,omitempty"`

	Who       string     `yaml:"who" json:"who,omitempty"` // who may come, and with whose papers
	Bring     string     `yaml:"bring" json:"bring"`
	Takes     string     `yaml:"takes" json:"takes"`       // how long, in words
	Fee       string     `yaml:"fee" json:"fee"`           // what it costs and how to pay, cash included
	Pay       []Pay      `yaml:"pay" json:"pay,omitempty"` // how one may pay; none for what is free
	Casework  *Casework  `yaml:"casework" json:"casework,omitempty"`
	Booking   *Booking   `yaml:"booking" json:"booking,omitempty"`
	Questions []Question `yaml:"questions" json:"questions"`
	// Makes are the other requests that one of this service makes.
	Makes []Make `yaml:"makes" json:"makes,omitempty"`
	// Hash identifies this version's content; drafts refer to it.
	Hash string `yaml:"-" json:"hash,omitempty"`
}

// Casework says how a request becomes a case of an office.
type Casework struct {
	// OfficeFrom is the question whose answer is the office; else OfficeKind is
	// looked for where the person lives, and then in the wider division.
	OfficeFrom string `yaml:"office_from" json:"office_from,omitempty"`
	OfficeKind string `yaml:"office_kind" json:"office_kind,omitempty"`
	// OfficeElse are kinds of office that take the case where there is none of
	// OfficeKind, the first that there is: a community station hands it on.
	OfficeElse []string `yaml:"office_else" json:"office_else,omitempty"`
	// DueDays is the number of days until the case is overdue, DueWorkingDays the
	// number of days on which offices work. One of them is set, with its source.
	DueDays        int    `yaml:"due_days" json:"due_days"`
	DueWorkingDays int    `yaml:"due_working_days" json:"due_working_days,omitempty"`
	DueSource      string `yaml:"due_source" json:"due_source"`
	// Skill is what whoever works the case must know, for queues; "" for anybody.
	Skill string `yaml:"skill" json:"skill,omitempty"`
	// AppealKind is the kind of office that hears an appeal; "" for the same office.
	AppealKind string `yaml:"appeal_kind" json:"appeal_kind,omitempty"`
	// Done asks the clerk what to write for the person when the case is resolved.
	Done string `yaml:"done" json:"done"`
}

// Pay is a way to pay.
type Pay string

// The ways to pay.
const (
	Cash     Pay = "cash"
	BankCard Pay = "bank_card"
	Transfer Pay = "transfer"
	Scan     Pay = "scan"    // with a phone
	Account  Pay = "account" // taken off an account of the insurance
)

var payWords = map[Pay]string{Cash: "现金", BankCard: "刷银行卡", Transfer: "转账", Scan: "手机付", Account: "医保个人账户"}

// Words names the way to pay.
func (p Pay) Words() string { return payWords[p] }

// Kind is the kind of a question.
type Kind string

// The kinds of question.
const (
	Choice   Kind = "choice"   // one of the options
	YesNo    Kind = "yes_no"   // yes or no
	Text     Kind = "text"     // some words
	Phone    Kind = "phone"    // a phone number
	Address  Kind = "address"  // an offered address, or another in words
	Amount   Kind = "amount"   // yuan, with at most two decimals
	Number   Kind = "number"   // a whole number within Least and Most
	When     Kind = "when"     // a day, a half-day or a time, within Ahead
	Place    Kind = "place"    // an offered place, or another in words
	Session  Kind = "session"  // one of the sessions or slots that a source offers; held while the draft is open
	Person   Kind = "person"   // somebody whom a source offers, or another in words
	Document Kind = "document" // a paper: brought, to follow, or a file sent along
	Group    Kind = "group"    // Items, asked again for each one there is
)

// Kinds lists all kinds.
var Kinds = []Kind{Choice, YesNo, Text, Phone, Address, Amount, Number, When, Place, Session, Person, Document, Group}

// Closed reports whether only what is offered can be answered. To the other kinds
// people may answer in words or figures of their own.
func (k Kind) Closed() bool { return k == Choice || k == YesNo || k == Session }

// Offers reports whether questions of the kind have options or a source of them.
func (k Kind) Offers() bool {
	return k == Choice || k == Address || k == Place || k == Session || k == Person
}

// Question is one question of a service.
type Question struct {
	Key      string     `yaml:"key" json:"key"`
	Kind     Kind       `yaml:"kind" json:"kind"`
	Ask      string     `yaml:"ask" json:"ask"`     // to read
	Say      string     `yaml:"say" json:"say"`     // to speak; Ask if empty
	Label    string     `yaml:"label" json:"label"` // short, for the read-back and lists
	Hint     string     `yaml:"hint" json:"hint"`
	Help     string     `yaml:"help" json:"help,omitempty"`       // more, for whoever asks
	Example  string     `yaml:"example" json:"example,omitempty"` // of a good answer
	Options  []Option   `yaml:"options" json:"options,omitempty"`
	Source   string     `yaml:"source" json:"source,omitempty"` // where options come from, for example offices:hospital
	When     *Cond      `yaml:"when" json:"when,omitempty"`
	Needs    []string   `yaml:"needs" json:"needs,omitempty"` // answers that this one depends on
	Optional bool       `yaml:"optional" json:"optional"`
	Default  string     `yaml:"default" json:"default,omitempty"` // what is offered first: last, or a code; never answered by itself
	Yes      string     `yaml:"yes" json:"yes,omitempty"`         // words for a yes_no, if 是 and 不是 do not fit
	No       string     `yaml:"no" json:"no,omitempty"`
	Max      int        `yaml:"max" json:"max"`               // longest text, in characters; 0 means 200
	Least    int        `yaml:"least" json:"least,omitempty"` // of a number; of a group, how many at least
	Most     int        `yaml:"most" json:"most,omitempty"`   // of a number; of a group, how many at most
	Unit     string     `yaml:"unit" json:"unit,omitempty"`   // of a number: 人, 天
	Ahead    *Ahead     `yaml:"ahead" json:"ahead,omitempty"` // of a when
	Items    []Question `yaml:"items" json:"items,omitempty"` // of a group
	More     string     `yaml:"more" json:"more,omitempty"`   // of a group: asks whether there is another
}

// Ahead bounds a when: in days from today, and how fine it is.
type Ahead struct {
	From int    `yaml:"from" json:"from"` // 0 is today, -30 a month back
	To   int    `yaml:"to" json:"to"`
	By   string `yaml:"by" json:"by"` // day, half or time
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

// Question returns the question with the key, or nil. An item of a group is named
// with its number: meds.2.name; whether there is a third, meds.2.more.
func (d *Definition) Question(key string) *Question {
	group, rest, inside := strings.Cut(key, ".")
	for i := range d.Questions {
		q := &d.Questions[i]
		switch {
		case q.Key != group || inside != (q.Kind == Group):
		case !inside:
			return q
		default:
			return q.item(rest)
		}
	}
	return nil
}

// item returns an item of a group by what follows the group's key: 2.name.
func (q *Question) item(rest string) *Question {
	number, key, ok := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 || n > q.Most || number != strconv.Itoa(n) {
		return nil
	}
	if key == MoreKey {
		more := q.MoreAfter(n)
		return &more
	}
	for i := range q.Items {
		if q.Items[i].Key == key && n > 0 {
			return &q.Items[i]
		}
	}
	return nil
}

// MoreKey ends the key of the question whether there is another: meds.2.more.
const MoreKey = "more"

// MoreAfter is the question that a group asks after its nth round: whether there is
// another one. After 0 rounds it asks whether there is any.
func (q *Question) MoreAfter(n int) Question {
	m := Question{Key: fmt.Sprintf("%s.%d.%s", q.Key, n, MoreKey), Kind: YesNo, Ask: q.More, Say: q.More, Label: q.Label, Yes: "有", No: "没有了"}
	if n == 0 {
		m.Ask, m.Say, m.No, m.Hint = q.Ask, q.Say, "没有", q.Hint
	}
	return m
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
func (d *Definition) In(div civic.Division) bool { return civic.Covered(d.Divisions, div) }

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

// PayWords says how one may pay, "" for what is free.
func (d *Definition) PayWords() string {
	var words []string
	for _, p := range d.Pay {
		words = append(words, p.Words())
	}
	return strings.Join(words, "、")
}
