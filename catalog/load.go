package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"yinqiao/civic"
)

//go:embed data/*.yaml
var embedded embed.FS

// Embedded returns the definitions that come with this release.
func Embedded() ([]*Definition, error) {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

// Load reads and checks every *.yaml file of a folder. The error names each
// file, what is wrong and what is expected.
func Load(dir fs.FS) ([]*Definition, error) {
	files, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []*Definition
	var wrong []error
	seen := map[string]string{}
	for _, f := range files {
		b, err := fs.ReadFile(dir, f)
		if err != nil {
			return nil, err
		}
		d, err := Parse(b)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", path.Base(f), err))
			continue
		}
		if other, ok := seen[d.Service]; ok {
			wrong = append(wrong, fmt.Errorf("%s: service %s is defined in %s already", f, d.Service, other))
			continue
		}
		seen[d.Service] = f
		out = append(out, d)
	}
	return out, errors.Join(wrong...)
}

// Parse reads one definition and checks it. Unknown fields are refused: a
// misspelt one would silently drop a rule.
func Parse(b []byte) (*Definition, error) {
	if len(b) > sizeMost {
		return nil, errors.New("a definition of more than 64 KiB is not a definition")
	}
	if !utf8.Valid(b) {
		return nil, errors.New("the file is not UTF-8")
	}
	if err := checkForm(b); err != nil {
		return nil, err
	}
	var d Definition
	if err := yaml.UnmarshalWithOptions(b, &d, yaml.DisallowUnknownField()); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	d.seal()
	return &d, nil
}

// sizeMost bounds a definition: ten times the longest that people have written.
const sizeMost = 64 << 10

// checkForm refuses what YAML can do and a definition need not: a second document
// would be left unread, and aliases of aliases grow without bounds.
func checkForm(b []byte) error {
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return errors.New(yaml.FormatError(err, false, true))
	}
	docs := slices.DeleteFunc(f.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) > 1 {
		return errors.New("the file holds more than one document")
	}
	for _, d := range docs {
		if len(ast.Filter(ast.AliasType, d.Body)) > 0 {
			return errors.New("write things out: a definition has no aliases (*name)")
		}
	}
	return nil
}

func (d *Definition) check() error {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if !plainName(d.Service) {
		bad("service: %q should be lower-case letters, digits and hyphens", d.Service)
	}
	if d.Version < 1 {
		bad("version: should be 1 or more")
	}
	if d.Title == "" || utf8.RuneCountInString(d.Title) > 12 {
		bad("title: %q should have 1 to 12 characters, to fit a button", d.Title)
	}
	if d.Group != "" && groupWords(d.Group) == "" {
		bad("group: %q is not in groups.yaml", d.Group)
	}
	if d.Say == "" {
		bad("say: the words for the ear are missing")
	}
	if len(d.Clauses) == 0 {
		bad("clauses: name the clause that the service fulfils, for example ZJ3.1")
	}
	if len(d.Divisions) == 0 {
		bad("divisions: name where it is offered, for example \"33\"")
	}
	for i, div := range d.Divisions {
		if len(div) < 2 || len(div) > 12 || strings.Trim(string(div), "0123456789") != "" || slices.Contains(d.Divisions[:i], div) {
			bad("divisions: %q should be a code in digits, named once", div)
		}
	}
	if !slices.Contains(d.Channels, civic.ChannelDesk) {
		bad("channels: a service without a desk is reachable only with a device; add desk (SX15, ZJ3.1)")
	}
	for _, c := range d.Channels {
		if !slices.Contains([]civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelAPI, civic.ChannelPhone, civic.ChannelKiosk, civic.ChannelTV}, c) {
			bad("channels: %q is no channel", c)
		}
	}
	if slices.Contains(d.Channels, civic.ChannelElder) && !d.Proxy {
		bad("proxy: a service that is offered online must let a relative act (SX14)")
	}
	if d.Fee == "" {
		bad("fee: say what it costs and how to pay, or that it is free")
	}
	d.checkCasework(bad)
	d.checkQuestions(bad)
	return errors.Join(wrong...)
}

func (d *Definition) checkCasework(bad func(string, ...any)) {
	c := d.Casework
	if c == nil {
		bad("casework: the fulfilment is missing")
		return
	}
	if (c.OfficeFrom == "") == (c.OfficeKind == "") {
		bad("casework: give either office_from or office_kind")
	}
	if c.OfficeFrom != "" {
		q := d.Question(c.OfficeFrom)
		if q == nil || !strings.HasPrefix(q.Source, "offices:") || q.When != nil || q.Optional {
			bad("casework.office_from: %q should be a question that is always asked and answered with source offices:…", c.OfficeFrom)
		}
	}
	if c.DueDays < 1 || c.DueDays > 365 || c.DueSource == "" {
		bad("casework: due_days should be 1 to 365, and due_source say where the figure comes from")
	}
	if c.Done == "" {
		bad("casework.done: say what the clerk writes for the person at the end")
	}
}

// knownSource reports the option sources that the request room provides: the
// offices of a kind near the person, and the person's registered address.
func knownSource(s string) bool {
	kind, offices := strings.CutPrefix(s, "offices:")
	return s == "home" || offices && kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// maxMost bounds how much a person may write to one question.
const maxMost = 2000

func (d *Definition) checkQuestions(bad func(string, ...any)) {
	if len(d.Questions) == 0 {
		bad("questions: there are none")
	}
	before := map[string]*Question{}
	for i := range d.Questions {
		q := &d.Questions[i]
		at := func(format string, args ...any) { bad("questions."+q.Key+": "+format, args...) }
		if !plainName(q.Key) {
			bad("questions[%d].key: %q should be lower-case letters, digits and hyphens", i, q.Key)
		}
		if before[q.Key] != nil {
			at("the key is used twice")
		}
		if !slices.Contains(Kinds, q.Kind) {
			at("kind %q is unknown; expected one of %v", q.Kind, Kinds)
		}
		if q.Ask == "" || q.Label == "" {
			at("ask and label are needed")
		}
		if utf8.RuneCountInString(q.Ask) > 30 {
			at("ask has more than 30 characters; an 80-year-old reads one short sentence")
		}
		switch {
		case q.Kind == Choice && (len(q.Options) == 0) == (q.Source == ""):
			at("a choice needs either options or a source")
		case q.Kind != Choice && len(q.Options) > 0:
			at("only a choice has options")
		case q.Source != "" && !knownSource(q.Source):
			at("source %q is unknown; expected home, or offices: with a kind", q.Source)
		}
		if q.Max < 0 || q.Max > maxMost {
			at("max should be 1 to %d characters, or left out for 200", maxMost)
		}
		codes := map[string]bool{}
		for _, o := range q.Options {
			if o.Code == "" || o.Text == "" || codes[o.Code] {
				at("every option needs a code of its own and a text")
			}
			codes[o.Code] = true
		}
		for _, k := range append(q.When.Keys(), q.Needs...) {
			if before[k] == nil {
				at("refers to %q, which is not asked before it", k)
			}
		}
		if q.When != nil {
			checkCond(q.When, before, at)
		}
		before[q.Key] = q
	}
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
	if q := before[c.Key]; q != nil && q.Source == "" && (q.Kind == Choice || q.Kind == YesNo) {
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
