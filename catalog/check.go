package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/place"
)

// check is faults as one error, for a definition that comes from no file.
func (d *Definition) check() error {
	var errs []error
	for _, f := range d.faults() {
		errs = append(errs, fmt.Errorf("%s: %s", strings.TrimPrefix(f.path, "$."), f.say))
	}
	return errors.Join(errs...)
}

// faults lists what is wrong with a definition. One that has none can trap nobody:
// every question has an answer that can be given on every channel of the service, or a
// human who takes it.
func (d *Definition) faults() []fault {
	var wrong []fault
	bad := func(path, format string, args ...any) {
		wrong = append(wrong, fault{"$." + path, fmt.Sprintf(format, args...)})
	}
	if !plainName(d.Service) {
		bad("service", "%q should be lower-case letters, digits and hyphens", d.Service)
	}
	if d.Version < 1 {
		bad("version", "should be 1 or more")
	}
	if d.Title == "" || utf8.RuneCountInString(d.Title) > 12 {
		bad("title", "%q should have 1 to 12 characters, to fit a button", d.Title)
	}
	if d.Group != "" && groupWords(d.Group) == "" {
		bad("group", "%q is not in groups.yaml", d.Group)
	}
	if d.Say == "" {
		bad("say", "the words for the ear are missing")
	}
	if len(d.Clauses) == 0 {
		bad("clauses", "name the clause that the service fulfils, for example ZJ3.1")
	}
	if len(d.Divisions) == 0 {
		bad("divisions", "name where it is offered, for example \"33\"")
	}
	for i, div := range d.Divisions {
		if len(div) < 2 || len(div) > 12 || strings.Trim(string(div), "0123456789") != "" || slices.Contains(d.Divisions[:i], div) {
			bad(fmt.Sprintf("divisions[%d]", i), "%q should be a code in digits, named once", div)
		}
	}
	if !slices.Contains(d.Channels, civic.ChannelDesk) {
		bad("channels", "a service without a desk is reachable only with a device; add desk (SX15, ZJ3.1)")
	}
	for i, c := range d.Channels {
		if !slices.Contains(channels, c) {
			bad(fmt.Sprintf("channels[%d]", i), "%q is no channel; expected some of %v", c, channels)
		}
	}
	if slices.Contains(d.Channels, civic.ChannelElder) && !d.Proxy {
		bad("proxy", "a service that is offered online must let a relative act (SX14)")
	}
	d.checkFee(bad)
	d.checkCasework(bad)
	d.checkBooking(bad)
	if len(d.Questions) == 0 {
		bad("questions", "there are none")
	}
	checkQuestions("questions", d.Questions, map[string]*Question{}, false, bad)
	return wrong
}

var channels = []civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelAPI, civic.ChannelPhone, civic.ChannelKiosk, civic.ChannelTV}

// checkFee holds a service to SX10: whatever costs something can be paid in cash.
func (d *Definition) checkFee(bad complain) {
	if d.Fee == "" {
		bad("fee", "say what it costs and how to pay, or that it is free")
		return
	}
	free := slices.ContainsFunc(freeWords, func(w string) bool { return strings.HasPrefix(d.Fee, w) })
	for i, p := range d.Pay {
		if payWords[p] == "" || slices.Contains(d.Pay[:i], p) {
			bad(fmt.Sprintf("pay[%d]", i), "%q is no way to pay, or named twice; expected some of %v", p, slices.Sorted(maps.Keys(payWords)))
		}
	}
	switch {
	case len(d.Pay) == 0 && !free:
		bad("pay", "the fee does not begin with 不收费: name the ways to pay, cash among them (SX10)")
	case len(d.Pay) > 0 && !slices.Contains(d.Pay, Cash):
		bad("pay", "nobody may refuse cash; add cash to the ways to pay (SX10)")
	}
}

// freeWords begin the fee of what is free.
var freeWords = []string{"不收费", "免费"}

type complain func(path, format string, args ...any)

func (d *Definition) checkCasework(bad complain) {
	c := d.Casework
	if c == nil {
		if d.Booking == nil {
			bad("casework", "the fulfilment is missing: give casework or booking")
		}
		return
	}
	if d.Booking != nil {
		bad("booking", "a service is fulfilled by one engine: casework or booking")
	}
	if (c.OfficeFrom == "") == (c.OfficeKind == "") {
		bad("casework", "give either office_from or office_kind")
	}
	if c.OfficeFrom != "" {
		q := d.Question(c.OfficeFrom)
		if q == nil || !strings.HasPrefix(q.Source, "offices:") || !q.Kind.Closed() || q.When != nil || q.Optional {
			bad("casework.office_from", "%q should be a choice that is always asked and answered with source offices:…", c.OfficeFrom)
		}
	}
	if c.OfficeFrom != "" && len(c.OfficeElse) > 0 {
		bad("casework.office_else", "belongs to office_kind; with office_from the person chooses")
	}
	if _, ok := place.KindOf(c.OfficeKind); c.OfficeKind != "" && !ok {
		bad("casework.office_kind", "%q is no kind of office; place/data/kinds.yaml lists them", c.OfficeKind)
	}
	for i, k := range c.OfficeElse {
		if _, ok := place.KindOf(k); !ok {
			bad(fmt.Sprintf("casework.office_else[%d]", i), "%q is no kind of office; place/data/kinds.yaml lists them", k)
		}
		if k == "" || k == c.OfficeKind || slices.Contains(c.OfficeElse[:i], k) {
			bad(fmt.Sprintf("casework.office_else[%d]", i), "%q should be another kind of office, named once", k)
		}
	}
	switch {
	case c.DueDays != 0 && c.DueWorkingDays != 0:
		bad("casework.due_working_days", "give either due_days or due_working_days")
	case c.DueWorkingDays != 0 && (c.DueWorkingDays < 1 || c.DueWorkingDays > 250):
		bad("casework.due_working_days", "should be 1 to 250")
	case c.DueWorkingDays == 0 && (c.DueDays < 1 || c.DueDays > 365):
		bad("casework.due_days", "should be 1 to 365")
	}
	if utf8.RuneCountInString(c.Skill) > skillMost {
		bad("casework.skill", "should be a few words, at most %d characters", skillMost)
	}
	if _, ok := place.KindOf(c.AppealKind); c.AppealKind != "" && !ok {
		bad("casework.appeal_kind", "%q is no kind of office; place/data/kinds.yaml lists them", c.AppealKind)
	}
	if c.DueSource == "" {
		bad("casework.due_source", "say where the figure of the deadline comes from")
	}
	if c.Done == "" {
		bad("casework.done", "say what the clerk writes for the person at the end")
	}
}

// sources are the names of option sources. Those that end in a colon want a kind
// behind it. Engines add theirs.
var sources = map[string]string{
	"home":     "the person's registered address",
	"offices:": "the offices of a kind, near the person first",
}

func sourceNames() []string { return slices.Sorted(maps.Keys(sources)) }

// DefineSource adds an option source to those that definitions may name, with what
// it offers. For package variables; it panics on a twin.
func DefineSource(name, offers string) string {
	if _, ok := sources[name]; ok {
		panic("catalog: source " + name + " is defined twice")
	}
	sources[name] = offers
	return name
}

// KnownSource reports whether definitions may name the source.
func KnownSource(s string) bool {
	if _, ok := sources[s]; ok {
		return !strings.HasSuffix(s, ":")
	}
	name, kind, ok := strings.Cut(s, ":")
	_, known := sources[name+":"]
	return ok && known && kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_-") == ""
}

// Bounds of what a definition may ask for.
const (
	maxMost    = 2000 // characters in an answer
	askMost    = 30   // characters of a question: an 80-year-old reads one short sentence
	roundsMost = 20   // of a group
	itemsMost  = 20
	aheadMost  = 366 // days
	skillMost  = 12  // characters
)

// checkQuestions checks a list of questions that come after those in before. The
// items of a group may refer to each other and to what came before the group; what
// comes after a group can't refer into it.
func checkQuestions(path string, qs []Question, before map[string]*Question, inGroup bool, bad complain) {
	own := map[string]bool{}
	for i := range qs {
		q := &qs[i]
		where := fmt.Sprintf("%s[%d]", path, i)
		at := func(field, format string, args ...any) {
			bad(where+"."+field, q.Key+": "+format, args...)
		}
		if !plainName(q.Key) {
			bad(where+".key", "%q should be lower-case letters, digits and hyphens", q.Key)
		}
		if before[q.Key] != nil || own[q.Key] {
			at("key", "the key is used twice")
		}
		if inGroup && q.Key == MoreKey {
			at("key", "%q is the question whether there is another", MoreKey)
		}
		if !slices.Contains(Kinds, q.Kind) {
			at("kind", "kind %q is unknown; expected one of %v", q.Kind, Kinds)
		}
		if q.Ask == "" {
			at("ask", "the question itself is missing")
		}
		if q.Label == "" {
			at("label", "a label is needed, for the read-back")
		}
		if utf8.RuneCountInString(q.Ask) > askMost {
			at("ask", "has more than %d characters; an 80-year-old reads one short sentence", askMost)
		}
		q.checkOptions(at)
		q.checkBounds(at)
		for _, k := range append(q.When.Keys(), q.Needs...) {
			if before[k] == nil {
				at("when", "refers to %q, which is not asked before it", k)
			} else if before[k].Kind == Group {
				at("when", "refers to %q, a group, which has no answer of its own", k)
			}
		}
		if q.When != nil {
			checkCond(q.When, before, func(format string, args ...any) { at("when", format, args...) })
		}
		if q.Kind == Group {
			q.checkGroup(where, inGroup, before, at, bad)
		}
		before[q.Key], own[q.Key] = q, true
	}
}

func (q *Question) checkOptions(at complain) {
	switch {
	case (q.Kind == Choice || q.Kind == Session) && (len(q.Options) == 0) == (q.Source == ""):
		at("options", "a %s needs either options or a source", q.Kind)
	case !q.Kind.Offers() && len(q.Options) > 0:
		at("options", "a %s has no options; only a choice has", q.Kind)
	case !q.Kind.Offers() && q.Source != "":
		at("source", "a %s has no source of options", q.Kind)
	case q.Source != "" && !KnownSource(q.Source):
		at("source", "source %q is unknown; expected one of %s, with a kind after a colon", q.Source, strings.Join(sourceNames(), ", "))
	}
	codes := map[string]bool{}
	for i, o := range q.Options {
		if o.Code == "" || o.Text == "" || codes[o.Code] || strings.Contains(o.Code, "|") {
			at(fmt.Sprintf("options[%d]", i), "every option needs a code of its own, without |, and a text")
		}
		codes[o.Code] = true
	}
	switch {
	case q.Default == "" || q.Default == "last":
	case len(q.Options) > 0 && codes[q.Default], q.Kind == YesNo && (q.Default == "yes" || q.Default == "no"), q.Default == q.Source:
	default:
		at("default", "%q should be last, or the code of an option", q.Default)
	}
}

func (q *Question) checkBounds(at complain) {
	if q.Max < 0 || q.Max > maxMost {
		at("max", "should be 1 to %d characters, or left out for 200", maxMost)
	}
	switch q.Kind {
	case Number:
		if q.Most != 0 && q.Most < q.Least {
			at("most", "should not be less than least")
		}
	case Group:
		if q.Most < 1 || q.Most > roundsMost || q.Least < 0 || q.Least > q.Most {
			at("most", "how many there may be: least from 0, most up to %d", roundsMost)
		}
	default:
		if q.Least != 0 || q.Most != 0 || q.Unit != "" {
			at("least", "least, most and unit belong to a number or a group")
		}
	}
	switch {
	case q.Kind == When && q.Ahead == nil:
		at("ahead", "say from which day to which, and by day, half or time: {from: 0, to: 30, by: day}")
	case q.Kind != When && q.Ahead != nil:
		at("ahead", "only a when has it")
	case q.Ahead != nil && (q.Ahead.From > q.Ahead.To || q.Ahead.From < -120*aheadMost || q.Ahead.To > aheadMost):
		at("ahead", "from should not be after to, nor to more than %d days ahead", aheadMost)
	case q.Ahead != nil && !slices.Contains([]string{"day", "half", "time"}, q.Ahead.By):
		at("ahead.by", "%q should be day, half or time", q.Ahead.By)
	}
	if q.Kind != Group && (len(q.Items) > 0 || q.More != "") {
		at("items", "only a group has items, and asks for more")
	}
}

func (q *Question) checkGroup(where string, inGroup bool, before map[string]*Question, at, bad complain) {
	if inGroup {
		at("kind", "a group within a group is more than a person can follow")
		return
	}
	if len(q.Items) == 0 || len(q.Items) > itemsMost {
		at("items", "a group asks 1 to %d questions in each round", itemsMost)
	}
	if q.More == "" && q.Most > 1 {
		at("more", "say how to ask whether there is another")
	}
	if q.Optional {
		at("optional", "write least: 0 instead")
	}
	scope := map[string]*Question{}
	for k, v := range before {
		scope[k] = v
	}
	checkQuestions(where+".items", q.Items, scope, true, bad)
}

func checkCond(c *Cond, before map[string]*Question, bad func(string, ...any)) {
	set := 0
	for _, is := range []bool{c.Key != "", len(c.All) > 0, len(c.Any) > 0} {
		if is {
			set++
		}
	}
	if set != 1 || (c.Key != "") != (len(c.In) > 0) {
		bad("a condition is either key with in, or all, or any")
		return
	}
	if q := before[c.Key]; q != nil && q.Source == "" && q.Kind.Closed() {
		for _, code := range c.In {
			yesNo := q.Kind == YesNo && (code == "yes" || code == "no")
			if !yesNo && !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Code == code }) {
				bad("the condition asks for %q, which is no option of %s", code, c.Key)
			}
		}
	}
	for i := range c.All {
		checkCond(&c.All[i], before, bad)
	}
	for i := range c.Any {
		checkCond(&c.Any[i], before, bad)
	}
}

func plainName(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
