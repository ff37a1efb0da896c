package notify

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/parser"

	"yinqiao/ruledata"
)

// messagesFile is where the messages are.
const messagesFile = "data/messages.yaml"

// carries checks that the acts of the messages bring whatever the words and the conditions
// name. It says what is wrong by file, line and field.
func (b *book) carries(files fs.FS) error {
	at := func(field, format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s: %s", messagesFile, lineOf(files, field), field, fmt.Sprintf(format, args...))
	}
	for i, t := range b.templates {
		field := func(name string) string { return fmt.Sprintf("messages[%d].%s", i, name) }
		carried := t.Act.Carried()
		if t.About != "" && !slices.Contains(carried, t.About) {
			return at(field("about"), "%s is not about a %s", t.Act, t.About)
		}
		for name := range t.When {
			if !slices.Contains(carried, name) {
				return at(field("when"), "%s does not carry %s", t.Act, name)
			}
		}
		for _, lang := range []string{Chinese, English} {
			for name, x := range t.words[lang].all() {
				for _, v := range x.params() {
					if !t.has(v, carried) {
						return at(field(lang+"."+name), "%s does not carry {%s}; a message of it may have %s", t.Act, v, strings.Join(t.mayHave(b, carried), " "))
					}
				}
			}
		}
	}
	for _, lang := range []string{Chinese, English} {
		for name, x := range b.passOn[lang].all() {
			for _, v := range x.params() {
				if v != "elder" && v != "phone" {
					return at("pass_on."+lang+"."+name, "what a relative is to pass on may have {elder} and {phone}, and not {%s}", v)
				}
			}
		}
		for _, v := range b.folded[lang].params() {
			if v != "times" {
				return at("folded."+lang, "it may have {times}, and not {%s}", v)
			}
		}
	}
	return nil
}

// all names the texts of a message.
func (t texts) all() map[string]text {
	return map[string]text{"read": t.read, "say": t.say, "discreet": t.discreet}
}

// has reports whether a message of the act always gets a value: heeding.values makes them.
func (t *Template) has(value string, carried []string) bool {
	switch value {
	case "phone", "elder":
		return true
	case "who":
		return t.To != Staff
	case "service", "number":
		return t.About == "request"
	case "agent", "relation":
		return slices.Contains(carried, value) || t.By == "other" || t.By == "helper" // whoever did it
	case "code":
		return slices.Contains(carried, "code_id")
	case "due", "minutes", "office", "until", "what", "whom", "ask":
		return slices.Contains(carried, value)
	}
	return false
}

func (t *Template) mayHave(b *book, carried []string) []string {
	var out []string
	for v := range b.params {
		if t.has(v, carried) {
			out = append(out, "{"+v+"}")
		}
	}
	slices.Sort(out)
	return out
}

// lineOf finds the line of a field, 0 if it is not there.
func lineOf(files fs.FS, field string) int {
	b, err := fs.ReadFile(files, messagesFile)
	if err != nil {
		return 0
	}
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return 0
	}
	return ruledata.Line(f, "$."+field)
}
