package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/place"
)

// check is faults as one error, for a definition that comes from no file.
func (d *Definition) check() error { return joined(d.faults()) }

func joined(faults []fault) error {
	var errs []error
	for _, f := range faults {
		errs = append(errs, errors.New(f.remark("", 0).String()))
	}
	return errors.Join(errs...)
}

// faults lists what is wrong with a definition. One that has none can trap nobody:
// every question has an answer that can be given on every channel of the service, or a
// human who takes it.
func (d *Definition) faults() []fault {
	var wrong []fault
	bad := func(path, format string, args ...any) {
		wrong = append(wrong, fault{"$." + path, said(format, args...)})
	}
	if !plainName(d.Service) {
		bad("service", "写的是「%s」，只能用小写英文字母、数字和短横线，最多40个", d.Service)
	}
	if d.Version < 1 {
		bad("version", "要写1或者更大的整数")
	}
	if d.Title == "" || utf8.RuneCountInString(d.Title) > 12 {
		bad("title", "写的是「%s」，要有1到12个字，按钮上才放得下", d.Title)
	}
	if utf8.RuneCountInString(d.English) > 20 {
		bad("english", "写的是「%s」，最多20个字符，短信里才放得下", d.English)
	}
	if d.Group != "" && groupWords(d.Group) == "" {
		bad("group", "写的是「%s」，没有这一类；能写的有：%s", d.Group, groupsListed())
	}
	if d.Say == "" {
		bad("say", "没有写念给老人听的话")
	}
	d.checkClauses(bad)
	if len(d.Divisions) == 0 {
		bad("divisions", "要写明在哪里办，写行政区划代码，例如 \"33\"")
	}
	if d.Menu < 0 || d.Menu > 99 {
		bad("menu", "写的是 %d，要写在电话菜单里排第几，从1开始；不在菜单里就不写", d.Menu)
	}
	for i, div := range d.Divisions {
		if len(div) < 2 || len(div) > 12 || strings.Trim(string(div), "0123456789") != "" || slices.Contains(d.Divisions[:i], div) {
			bad(fmt.Sprintf("divisions[%d]", i), "写的是「%s」，要写行政区划的数字代码，每个只写一次", div)
		}
	}
	if !slices.Contains(d.Channels, civic.ChannelDesk) {
		bad("channels", "没有窗口，不用手机的人就办不了；请加上 desk（SX15、ZJ3.1）")
	}
	for i, c := range d.Channels {
		if !slices.Contains(channels, c) {
			bad(fmt.Sprintf("channels[%d]", i), "写的是「%s」，没有这种渠道；能写的有：%s", c, listed(channels))
		}
	}
	if slices.Contains(d.Channels, civic.ChannelElder) && !d.Proxy {
		bad("proxy", "网上能办的，也要让亲友能代办；请写 proxy: true（SX14）")
	}
	d.checkFee(bad)
	d.checkCasework(bad)
	d.checkBooking(bad)
	if len(d.Questions) == 0 {
		bad("questions", "一个问题也没有写")
	}
	checkQuestions("questions", d.Questions, map[string]*Question{}, false, bad)
	d.checkMakes(bad)
	return wrong
}

var channels = []civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelAPI, civic.ChannelPhone, civic.ChannelKiosk, civic.ChannelTV}

// checkFee holds a service to SX10: whatever costs something can be paid in cash.
func (d *Definition) checkFee(bad complain) {
	if d.Fee == "" {
		bad("fee", "要写明收多少钱、怎么交；不收费就写「不收费」")
		return
	}
	free := slices.ContainsFunc(freeWords, func(w string) bool { return strings.HasPrefix(d.Fee, w) })
	for i, p := range d.Pay {
		if payWords[p] == "" || slices.Contains(d.Pay[:i], p) {
			bad(fmt.Sprintf("pay[%d]", i), "写的是「%s」，没有这种付钱的办法，或者写了两次；能写的有：%s", p, listed(slices.Sorted(maps.Keys(payWords))))
		}
	}
	switch {
	case len(d.Pay) == 0 && !free:
		bad("pay", "fee 不是以「不收费」开头，就要写明能怎样付钱，其中要有现金 cash（SX10）")
	case len(d.Pay) > 0 && !slices.Contains(d.Pay, Cash):
		bad("pay", "谁也不能拒收现金；请加上 cash（SX10）")
	}
}

// said is a sentence about what was written, on one line.
func said(format string, args ...any) string {
	s := strings.ReplaceAll(fmt.Sprintf(format, args...), "写的是「」，", "还没有写，")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// listed names what may be written.
func listed[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, x := range all {
		words[i] = string(x)
	}
	return strings.Join(words, "、")
}

// groupsListed names the groups of services with their words.
func groupsListed() string {
	var all []string
	for _, g := range groups {
		all = append(all, g.Code+"（"+g.Words+"）")
	}
	return listed(all)
}

// officeKinds names the kinds of office with their words.
func officeKinds() string {
	var all []string
	for _, k := range place.Kinds() {
		all = append(all, k.Code+"（"+k.Words+"）")
	}
	return listed(all)
}

// freeWords begin the fee of what is free.
var freeWords = []string{"不收费", "免费"}

type complain func(path, format string, args ...any)

func (d *Definition) checkCasework(bad complain) {
	c := d.Casework
	if c == nil {
		if d.Booking == nil {
			bad("casework", "没有写由谁来办；要写 casework 或者 booking")
		}
		return
	}
	if d.Booking != nil {
		bad("booking", "一项服务只由一处来办：casework 和 booking 只能写一个")
	}
	if (c.OfficeFrom == "") == (c.OfficeKind == "") {
		bad("casework", "office_from 和 office_kind 要写一个，也只能写一个")
	}
	if c.OfficeFrom != "" {
		q := d.Question(c.OfficeFrom)
		if q == nil || !strings.HasPrefix(q.Source, "offices:") || !q.Kind.Closed() || q.When != nil || q.Optional {
			bad("casework.office_from", "写的是「%s」，它要是一个每次都问、不能跳过的选择题，选项来自 source: offices:…", c.OfficeFrom)
		}
	}
	if c.OfficeFrom != "" && len(c.OfficeElse) > 0 {
		bad("casework.office_else", "只能和 office_kind 一起写；写了 office_from，单位由老人自己选")
	}
	if _, ok := place.KindOf(c.OfficeKind); c.OfficeKind != "" && !ok {
		bad("casework.office_kind", "写的是「%s」，没有这种单位；能写的有：%s", c.OfficeKind, officeKinds())
	}
	for i, k := range c.OfficeElse {
		if _, ok := place.KindOf(k); !ok {
			bad(fmt.Sprintf("casework.office_else[%d]", i), "写的是「%s」，没有这种单位；能写的有：%s", k, officeKinds())
		}
		if k == "" || k == c.OfficeKind || slices.Contains(c.OfficeElse[:i], k) {
			bad(fmt.Sprintf("casework.office_else[%d]", i), "写的是「%s」，要写另外一种单位，每种只写一次", k)
		}
	}
	switch {
	case c.DueDays != 0 && c.DueWorkingDays != 0:
		bad("casework.due_working_days", "due_days（天）和 due_working_days（工作日）只能写一个")
	case c.DueWorkingDays != 0 && (c.DueWorkingDays < 1 || c.DueWorkingDays > 250):
		bad("casework.due_working_days", "要写1到250的整数")
	case c.DueWorkingDays == 0 && (c.DueDays < 1 || c.DueDays > 365):
		bad("casework.due_days", "要写1到365的整数；按工作日算的就改写 due_working_days")
	}
	if utf8.RuneCountInString(c.Skill) > skillMost {
		bad("casework.skill", "写几个字就行，最多%d个字", skillMost)
	}
	if _, ok := place.KindOf(c.AppealKind); c.AppealKind != "" && !ok {
		bad("casework.appeal_kind", "写的是「%s」，没有这种单位；能写的有：%s", c.AppealKind, officeKinds())
	}
	if c.DueSource == "" {
		bad("casework.due_source", "要写明这个期限是哪里规定的")
	}
	if c.Done == "" {
		bad("casework.done", "要写明办好以后经办人要告诉老人什么")
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
// it offers, and returns its name without the colon by which it asks for a kind. For
// package variables; it panics on a twin.
func DefineSource(name, offers string) string {
	if _, ok := sources[name]; ok {
		panic("catalog: source " + name + " is defined twice")
	}
	sources[name] = offers
	return strings.TrimSuffix(name, ":")
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
			bad(where+"."+field, "「"+q.Key+"」"+format, args...)
		}
		if !plainName(q.Key) {
			bad(where+".key", "写的是「%s」，只能用小写英文字母、数字和短横线，最多40个", q.Key)
		}
		if before[q.Key] != nil || own[q.Key] {
			at("key", "这个 key 用了两次，每个问题要不一样")
		}
		if inGroup && q.Key == MoreKey {
			at("key", "「%s」是系统自己用来问「还有没有」的，请换一个 key", MoreKey)
		}
		if !slices.Contains(Kinds, q.Kind) {
			at("kind", "写的是「%s」，没有这种问题；能写的有：%s", q.Kind, listed(Kinds))
		} else { // what a kind may have hangs on it
			q.checkOptions(at)
			q.checkBounds(at)
		}
		if q.Ask == "" {
			at("ask", "没有写问话")
		}
		if q.Label == "" {
			at("label", "没有写简称，核对的时候要念")
		}
		if utf8.RuneCountInString(q.Ask) > askMost {
			at("ask", "超过了%d个字；八十岁的老人一次只读得了一句短话", askMost)
		}
		for _, k := range append(q.When.Keys(), q.Needs...) {
			if before[k] == nil {
				at("when", "提到了「%s」，可是它前面没有问过这个", k)
			} else if before[k].Kind == Group {
				at("when", "提到了「%s」，它是一组问题，自己没有答案", k)
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
		at("options", "%s 要写 options 或者 source，写一个，也只能写一个", q.Kind)
	case !q.Kind.Offers() && len(q.Options) > 0:
		at("options", "%s 没有选项，只有选择题 choice 才写 options", q.Kind)
	case !q.Kind.Offers() && q.Source != "":
		at("source", "%s 没有选项，不写 source", q.Kind)
	case q.Source != "" && !KnownSource(q.Source):
		at("source", "写的是「%s」，没有这种来源；能写的有：%s，冒号后面写单位的种类", q.Source, listed(sourceNames()))
	}
	codes := map[string]bool{}
	for i, o := range q.Options {
		if o.Code == "" || o.Text == "" || codes[o.Code] || strings.Contains(o.Code, "|") {
			at(fmt.Sprintf("options[%d]", i), "每个选项都要有自己的 code（不能重复，不能有竖线）和文字 text")
		}
		codes[o.Code] = true
	}
	switch {
	case q.Default == "" || q.Default == "last":
	case len(q.Options) > 0 && codes[q.Default], q.Kind == YesNo && (q.Default == "yes" || q.Default == "no"), q.Default == q.Source:
	default:
		at("default", "写的是「%s」，要写 last（和上次一样），或者某个选项的 code", q.Default)
	}
}

func (q *Question) checkBounds(at complain) {
	if q.Max < 0 || q.Max > maxMost {
		at("max", "要写1到%d，不写就是200个字", maxMost)
	}
	switch q.Kind {
	case Number:
		if q.Most != 0 && q.Most < q.Least {
			at("most", "不能比 least 小")
		}
	case Group:
		if q.Most < 1 || q.Most > roundsMost || q.Least < 0 || q.Least > q.Most {
			at("most", "要写明最少和最多几组：least 从0起，most 最多%d", roundsMost)
		}
	default:
		if q.Least != 0 || q.Most != 0 || q.Unit != "" {
			at("least", "least、most 和 unit 只有数字 number 和一组问题 group 才写")
		}
	}
	switch {
	case q.Kind == When && q.Ahead == nil:
		at("ahead", "要写明从哪天到哪天、按天还是半天还是钟点，例如 {from: 0, to: 30, by: day}")
	case q.Kind != When && q.Ahead != nil:
		at("ahead", "只有问时间的 when 才写")
	case q.Ahead != nil && (q.Ahead.From > q.Ahead.To || q.Ahead.From < -120*aheadMost || q.Ahead.To > aheadMost):
		at("ahead", "from 不能比 to 晚，to 最多往后%d天", aheadMost)
	case q.Ahead != nil && !slices.Contains([]string{"day", "half", "time"}, q.Ahead.By):
		at("ahead.by", "写的是「%s」，要写 day（天）、half（半天）或者 time（钟点）", q.Ahead.By)
	}
	if q.Kind != Group && (len(q.Items) > 0 || q.More != "") {
		at("items", "只有一组问题 group 才写 items 和 more")
	}
}

func (q *Question) checkGroup(where string, inGroup bool, before map[string]*Question, at, bad complain) {
	if inGroup {
		at("kind", "一组问题里面不能再套一组，老人跟不上")
		return
	}
	if len(q.Items) == 0 || len(q.Items) > itemsMost {
		at("items", "一组里要有1到%d个问题", itemsMost)
	}
	if q.More == "" && q.Most > 1 {
		at("more", "要写明怎样问「还有没有」")
	}
	if q.Optional {
		at("optional", "一组问题不写 optional，请写 least: 0")
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
		bad("一个条件要么写 key 和 in，要么写 all，要么写 any")
		return
	}
	if q := before[c.Key]; q != nil && q.Source == "" && q.Kind.Closed() {
		for _, code := range c.In {
			yesNo := q.Kind == YesNo && (code == "yes" || code == "no")
			if !yesNo && !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Code == code }) {
				bad("条件里要的「%s」不是「%s」的选项", code, c.Key)
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
