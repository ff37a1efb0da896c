package catalog_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"yinqiao/catalog"
	"yinqiao/civic"
)

var update = flag.Bool("update", false, "write the golden file anew")

// outline is the structure of a definition: what a channel depends on, not the
// wording.
func outline(d *catalog.Definition) string {
	var b strings.Builder
	c := d.Casework
	if c == nil {
		c = &catalog.Casework{}
	}
	fmt.Fprintf(&b, "%s %d %v %v %v proxy=%v group=%s after=%v pay=%v due=%d+%d office=%s%s%v\n", d.Service, d.Version, d.Clauses, d.Divisions, d.Channels, d.Proxy,
		d.Group, d.AfterDeath, d.Pay, c.DueDays, c.DueWorkingDays, c.OfficeFrom, c.OfficeKind, c.OfficeElse)
	if d.Booking != nil {
		fmt.Fprintf(&b, "  books %s by %s within %+v\n", d.Booking.Kind, d.Booking.Session, d.Booking.Limits)
	}
	outlineQuestions(&b, "  ", d.Questions)
	return b.String()
}

func outlineQuestions(b *strings.Builder, indent string, qs []catalog.Question) {
	for _, q := range qs {
		fmt.Fprintf(b, "%s%s %s", indent, q.Key, q.Kind)
		for _, o := range q.Options {
			fmt.Fprintf(b, " %s", o.Code)
		}
		if q.Source != "" {
			fmt.Fprintf(b, " from %s", q.Source)
		}
		if q.Optional {
			b.WriteString(" optional")
		}
		if q.Max > 0 {
			fmt.Fprintf(b, " max=%d", q.Max)
		}
		if q.Least != 0 || q.Most != 0 {
			fmt.Fprintf(b, " %d..%d", q.Least, q.Most)
		}
		if q.Ahead != nil {
			fmt.Fprintf(b, " %d..%d by %s", q.Ahead.From, q.Ahead.To, q.Ahead.By)
		}
		if q.When != nil {
			fmt.Fprintf(b, " when %+v", *q.When)
		}
		if q.Needs != nil {
			fmt.Fprintf(b, " needs %v", q.Needs)
		}
		b.WriteByte('\n')
		outlineQuestions(b, indent+"    ", q.Items)
	}
}

func TestTheServicesOfThisReleaseHaveTheStructureThatChannelsKnow(t *testing.T) {
	t.Parallel()
	defs, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range defs {
		b.WriteString(outline(d))
	}
	const golden = "testdata/embedded.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the structure changed; if that is meant, raise the version and run with -update\n%s", b.String())
	}
}

// example is a definition that passes, for tests to break.
const example = `
service: try-out
version: 1
title: 试办一件事
say: 试一试。
clauses: [SX1]
divisions: ["14", "33"]
channels: [desk, elder, phone]
proxy: true
fee: 不收费。
casework: {office_kind: hospital, due_days: 3, due_source: 测试, done: 请写明}
questions:
  - {key: where, kind: choice, ask: 哪一家?, label: 单位, source: "offices:hospital"}
  - {key: sort, kind: choice, ask: 哪一种?, label: 种类, options: [{code: a, text: 甲}, {code: b, text: 乙}]}
  - {key: film, kind: yes_no, ask: 要片子吗?, label: 片子, when: {key: sort, in: [a]}}
  - {key: note, kind: text, ask: 还有什么?, label: 备注, needs: [sort], optional: true}
`

func TestABrokenDefinitionIsRefusedWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown field":                 {"fee: 不", "fees: 不", "fees"},
		"an unknown field of a question":   {"optional: true", "optinal: true", "optinal"},
		"an unknown field of a condition":  {"in: [a]", "is: [a]", "is"},
		"a key twice":                      {"version: 1", "version: 1\nversion: 2", "version"},
		"no desk":                          {"[desk, elder", "[elder", "请加上 desk"},
		"an unknown channel":               {"phone]", "fax]", "「fax」，没有这种渠道"},
		"online without a proxy":           {"proxy: true", "proxy: false", "亲友"},
		"no fee":                           {"fee: 不收费。", "fee: ''", "fee"},
		"what costs something, unpayable":  {"fee: 不收费。", "fee: 十元。", "SX10"},
		"a fee that cash does not pay":     {"fee: 不收费。", "fee: 十元。\npay: [scan]", "谁也不能拒收现金"},
		"an unknown way to pay":            {"fee: 不收费。", "fee: 十元。\npay: [cash, gold]", "「gold」，没有这种付钱的办法"},
		"an unknown group":                 {"proxy: true", "proxy: true\ngroup: fun", "「fun」，没有这一类"},
		"two deadlines":                    {"due_days: 3", "due_days: 3, due_working_days: 3", "只能写一个"},
		"an endless deadline":              {"due_days: 3", "due_working_days: 900", "1到250"},
		"an office of an unknown kind":     {"office_kind: hospital", "office_kind: castle", "「castle」，没有这种单位"},
		"a skill of a whole sentence":      {"office_kind: hospital", "office_kind: hospital, skill: 会说方言、会写字、也会看病历", "最多12个字"},
		"an appeal to no kind":             {"office_kind: hospital", "office_kind: hospital, appeal_kind: palace", "「palace」，没有这种单位"},
		"the same office as fallback":      {"office_kind: hospital", "office_kind: hospital, office_else: [hospital]", "另外一种单位"},
		"a fallback for a chosen office":   {"office_kind: hospital", "office_from: where, office_else: [community]", "只能和 office_kind 一起写"},
		"a clause that there is not":       {"[SX1]", "[SX1, SX99]", "「SX99」，两份方案里没有这一条"},
		"no clause":                        {"[SX1]", "[]", "clauses"},
		"no division":                      {`["14", "33"]`, "[]", "divisions"},
		"a division that is none":          {`"33"]`, `"浙江"]`, "「浙江」"},
		"a division twice":                 {`"33"]`, `"14"]`, "「14」"},
		"a bad name":                       {"try-out", "Try_Out", "小写英文字母"},
		"no version":                       {"version: 1", "version: 0", "version"},
		"a long title":                     {"试办一件事", "这一个标题实在太长放不进按钮", "按钮上才放得下"},
		"nothing to say":                   {"say: 试一试。", "say: ''", "念给老人听"},
		"no casework":                      {"casework: {office_kind: hospital, due_days: 3, due_source: 测试, done: 请写明}\n", "", "casework"},
		"two offices":                      {"office_kind: hospital", "office_kind: hospital, office_from: where", "也只能写一个"},
		"no office":                        {"office_kind: hospital", "office_kind: ''", "也只能写一个"},
		"an office from a text":            {"office_kind: hospital", "office_from: note", "office_from"},
		"an office from nowhere":           {"office_kind: hospital", "office_from: nothing", "office_from"},
		"no deadline":                      {"due_days: 3", "due_days: 0", "due_days"},
		"a deadline without a source":      {"due_source: 测试", "due_source: ''", "due_source"},
		"nothing to write at the end":      {"done: 请写明", "done: ''", "casework.done"},
		"a forward reference":              {"needs: [sort]", "needs: [later]", "「later」，可是它前面没有问过"},
		"a reference to itself":            {"needs: [sort]", "needs: [note]", "前面没有问过"},
		"a condition on what comes later":  {"{key: sort, in: [a]}", "{key: note, in: ['~']}", "前面没有问过"},
		"an unknown option in a condition": {"in: [a]", "in: [c]", "「c」不是「sort」的选项"},
		"an unknown answer to yes or no":   {"needs: [sort]", "when: {key: film, in: [maybe]}", "「maybe」不是「film」的选项"},
		"a condition of two sorts":         {"{key: sort, in: [a]}", "{key: sort, in: [a], any: [{key: sort, in: [a]}]}", "要么写 key 和 in"},
		"a condition of no sort":           {"{key: sort, in: [a]}", "{not: true}", "要么写 key 和 in"},
		"a condition without values":       {"{key: sort, in: [a]}", "{key: sort}", "要么写 key 和 in"},
		"an empty condition inside":        {"{key: sort, in: [a]}", "{all: [{}]}", "要么写 key 和 in"},
		"a question twice":                 {"key: film", "key: sort", "用了两次"},
		"a bad key":                        {"key: film", "key: 片子", "小写英文字母"},
		"an unknown kind":                  {"kind: yes_no", "kind: date", "没有这种问题"},
		"no label":                         {"label: 片子", "label: ''", "label"},
		"a long question":                  {"要片子吗?", strings.Repeat("长", 31), "30个字"},
		"a choice of nothing":              {", options: [{code: a, text: 甲}, {code: b, text: 乙}]", "", "options 或者 source"},
		"a choice of two sources":          {`source: "offices:hospital"`, `source: "offices:hospital", options: [{code: a, text: 甲}]`, "options 或者 source"},
		"options of a text":                {"kind: text,", "kind: text, options: [{code: a, text: 甲}],", "只有选择题"},
		"an option twice":                  {"code: b, text: 乙", "code: a, text: 乙", "自己的 code"},
		"an option without words":          {"code: b, text: 乙", "code: b, text: ''", "text"},
		"an unknown source":                {"offices:hospital", "shops:all", "shops:all"},
		"a source that looks like home":    {"offices:hospital", "homes", "homes"},
		"offices of no kind":               {"offices:hospital", "offices:", "冒号后面写单位的种类"},
		"a negative length":                {"optional: true", "max: -1", "max"},
		"an endless length":                {"optional: true", "max: 100000", "max"},
		"a second document":                {"optional: true}\n", "optional: true}\n---\nservice: other\n", "只能写一项服务"},
		"an alias":                         {"code: a, text: 甲}, {code: b, text: 乙}", "code: &a a, text: *a}", "别名"},
		"a list":                           {example, "- a\n- b\n", ""},
		"words":                            {example, "a service\n", ""},
		"nothing":                          {example, "", "service"},
		"what is not UTF-8":                {"say: 试一试。", "say: \xff", "UTF-8"},
		"too much":                         {"say: 试一试。", "say: " + strings.Repeat("长", 1<<15), "64KB"},
	} {
		if !strings.Contains(example, c.old) {
			t.Fatalf("%s: the example has no %q", name, c.old)
		}
		d, err := catalog.Parse([]byte(strings.Replace(example, c.old, c.new, 1)))
		if err == nil || d != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want it to name %q", name, err, c.want)
		}
	}
	if _, err := catalog.Parse([]byte(example)); err != nil {
		t.Errorf("the example itself: %v", err)
	}
}

func TestAllThatIsWrongIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := catalog.Parse([]byte("service: X\nquestions: [{key: Y}]"))
	for _, part := range []string{"service", "version", "title", "say", "clauses", "divisions", "channels", "fee", "casework", "kind", "ask"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s is not named in %v", part, err)
		}
	}
}

func TestTheHashIsOfTheContentNotOfItsForm(t *testing.T) {
	t.Parallel()
	hash := func(s string) string {
		t.Helper()
		d, err := catalog.Parse([]byte(s))
		if err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
		return d.Hash
	}
	want := hash(example)
	lines := strings.SplitAfter(strings.TrimSpace(example)+"\n", "\n")
	turned := strings.Join(append(append([]string{}, lines[1:10]...), append([]string{lines[0]}, lines[10:]...)...), "")
	for name, s := range map[string]string{
		"comments":      "# said\n" + strings.Replace(example, "version: 1", "version: 1 # one", 1),
		"another order": turned,
		"quotes":        strings.Replace(example, "title: 试办一件事", `title: "试办一件事"`, 1),
		"blocks":        strings.Replace(example, "clauses: [SX1]", "clauses:\n  - SX1", 1),
		"CRLF":          strings.ReplaceAll(example, "\n", "\r\n"),
		"empty lists":   strings.Replace(example, "label: 备注，", "label: 备注, options: [],", 1),
		"a default":     strings.Replace(example, "label: 备注，", "label: 备注, max: 0,", 1),
	} {
		if got := hash(s); got != want {
			t.Errorf("%s change the hash", name)
		}
	}
	for name, s := range map[string]string{
		"a word":   strings.Replace(example, "试一试", "试两试", 1),
		"a number": strings.Replace(example, "due_days: 3", "due_days: 4", 1),
		"an order": strings.Replace(example, "{code: a, text: 甲}, {code: b, text: 乙}", "{code: b, text: 乙}, {code: a, text: 甲}", 1),
	} {
		if hash(s) == want {
			t.Errorf("%s does not change the hash", name)
		}
	}
	if len(want) != 32 {
		t.Errorf("%q", want)
	}
}

func TestAFolderIsReadWholeAndEveryBrokenFileIsNamed(t *testing.T) {
	t.Parallel()
	ok, other := []byte(example), []byte(strings.Replace(example, "try-out", "other", 1))
	file := func(b []byte) *fstest.MapFile { return &fstest.MapFile{Data: b} }
	defs, err := catalog.Load(fstest.MapFS{"b.yaml": file(other), "a.yaml": file(ok), "readme.md": file([]byte("no"))})
	if err != nil || len(defs) != 2 || defs[0].Service != "try-out" || defs[1].Service != "other" {
		t.Errorf("%d, %v", len(defs), err)
	}
	_, err = catalog.Load(fstest.MapFS{"a.yaml": file(ok), "b.yaml": file(ok), "c.yaml": file([]byte("x: 1")), "d.yaml": file(bytes.Replace(other, []byte("desk, "), nil, 1))})
	for _, part := range []string{"b.yaml: 服务「try-out」在 a.yaml 里已经有了", "c.yaml", "d.yaml: 第8行：channels（渠道）："} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not named in %v", part, err)
		}
	}
}

func TestAServiceIsOnItsChannelsAndInItsDivisions(t *testing.T) {
	t.Parallel()
	d, err := catalog.Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	for ch, want := range map[civic.Channel]bool{civic.ChannelDesk: true, civic.ChannelElder: true, civic.ChannelPhone: true, civic.ChannelFamily: true, civic.ChannelSystem: true,
		civic.ChannelAPI: false, civic.ChannelKiosk: false, civic.ChannelTV: false, "": false} {
		if d.On(ch) != want {
			t.Errorf("%q: %v", ch, !want)
		}
	}
	for div, want := range map[civic.Division]bool{"14": true, "140105001": true, "3301": true, "11": false, "1": false, "": false} {
		if d.In(div) != want {
			t.Errorf("%q: %v", div, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	for _, s := range []string{"", "a: &a [*a]", "questions: [{when: {all: [{any: []}]}}]", "version: 1e999", "? {a: b}: c", "title: !!binary x", "divisions: [14]", "\t", "a: |\n  b", "<<: {service: x}",
		"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := catalog.Parse(b)
		if (err == nil) != (d != nil) {
			t.Fatalf("%v and %v", d, err)
		}
		if err == nil && (d.Service == "" || len(d.Hash) != 32 || len(d.Questions) == 0) {
			t.Errorf("accepted %+v", d)
		}
	})
}

// Whoever brings a definition manages an office and reads no English.
func TestWhatTheFormOfAFileIsWrongAboutIsSaidInChinese(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		line     int
		want     string
	}{
		"a misspelt field":          {"title: 试办一件事", "titel: 试办一件事", 4, "没有叫「titel」的项"},
		"a field of no number":      {"  - {key: note,", "  - {key: age, kind: number, ask: 多大?, label: 岁数, low: 1}\n  - {key: note,", 16, "number 这种问题能写的有：key、kind、ask、say、label、hint、help、example、when、needs、optional、default、least、most、unit"},
		"a field of no casework":    {"due_days: 3", "due: 3", 11, "能写的有：office_from、office_kind、office_else、due_days"},
		"a field twice":             {"version: 1", "version: 1\nversion: 2", 4, "「version」写了两次"},
		"words for a number":        {"version: 1", "version: 一", 3, "这里要写整数"},
		"words for yes or no":       {"proxy: true", "proxy: 可以", 9, "true（是）"},
		"one thing for a list":      {"clauses: [SX1]", "clauses: {a: b}", 6, "这里要写一个单子"},
		"a bracket that stays open": {"clauses: [SX1]", "clauses: [SX1", 7, "方括号没有配成对"},
		"a quote that stays open":   {"title: 试办一件事", "title: '试办一件事", 4, "引号没有配成对"},
		"a Chinese colon":           {"version: 1", "version: 1\ngroup：care", 4, "冒号要用英文的"},
		"a tab":                     {"version: 1", "version: 1\n\tgroup: care", 4, "制表符"},
	} {
		_, remarks := catalog.ReviewText("a.yaml", []byte(strings.Replace(example, c.old, c.new, 1)))
		if len(remarks) != 1 || !strings.Contains(remarks[0].Say, c.want) || remarks[0].Line != c.line {
			t.Errorf("%s: %v; want line %d and %q", name, remarks, c.line, c.want)
		}
	}
}
