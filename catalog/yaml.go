package catalog

import (
	"errors"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// oddYAML is a text that is no definition by its form.
type oddYAML struct {
	line int
	say  string
}

func (e *oddYAML) Error() string { return Remark{Line: e.line, Say: e.say}.String() }

// What the parser says of a field, with its name.
var (
	unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)
	twiceField   = regexp.MustCompile(`mapping key "([^"]*)" already defined`)
)

const colon = "这一行不像「名字: 内容」：冒号要用英文的，后面空一格"

// signs are what the parser says of a sign that is missing, and what to do.
var signs = []struct{ part, say string }{
	{"']'", "方括号没有配成对：「[」和「]」要一样多，中间用逗号隔开"},
	{"'}'", "花括号没有配成对：「{」和「}」要一样多，中间用逗号隔开"},
	{"':'", colon},
	{"non-map value", colon},
	{"quoted text", "引号没有配成对：前后要各有一个，一样的"},
	{"cannot start any token", "这一行用了制表符（Tab）缩进，请改成空格"},
	{"mapping value is not allowed", "这一行的缩进没有对齐；要是话里本来就有冒号，请用引号括起来"},
}

// odd says in words of people what the parser of YAML says in its own.
func odd(err error) error { return oddIn(nil, err) }

// oddIn is odd with the document, where it could be read: then it can say what may be
// written in the place of a field that there is not.
func oddIn(body ast.Node, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) {
		return &oddYAML{say: "文件的写法不对，读不出来"}
	}
	o := &oddYAML{say: "这里的写法不对：请看缩进齐不齐、冒号后面有没有空格、括号和引号成不成对"}
	if t := e.GetToken(); t != nil && t.Position != nil {
		o.line = t.Position.Line
	}
	var unknown *yaml.UnknownFieldError
	var typed *yaml.TypeError
	var over *yaml.OverflowError
	var node *yaml.UnexpectedNodeTypeError
	switch {
	case errors.As(err, &unknown):
		name := ""
		if m := unknownField.FindStringSubmatch(unknown.Message); m != nil {
			name = m[1]
		}
		o.say = said("没有叫「%s」的项，看看是不是写错了字，或者缩进放错了地方", name)
		if body != nil && e.GetToken() != nil {
			o.say += fieldsAt(body, e.GetToken())
		}
	case errors.As(err, &over):
		o.say = said("数字「%s」太大了", over.SrcNum)
	case errors.As(err, &typed):
		o.say = "内容的样子不对：" + wanted(typed.DstType)
	case errors.As(err, &node):
		o.say = "内容的样子不对：这里要写成「名字: 内容」的几项"
		if node.Expected == ast.SequenceType {
			o.say = "内容的样子不对：" + wanted(reflect.TypeFor[[]string]())
		}
	default:
		if m := twiceField.FindStringSubmatch(e.GetMessage()); m != nil {
			o.say = said("「%s」写了两次，只留一个", m[1])
			break
		}
		for _, s := range signs {
			if strings.Contains(e.GetMessage(), s.part) {
				o.say = s.say
				break
			}
		}
	}
	return o
}

// wanted says what is written where a type is expected.
func wanted(t reflect.Type) string {
	if t == nil {
		return "请照样例写"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int:
		return "这里要写整数"
	case reflect.Bool:
		return "这里要写 true（是）或者 false（不是）"
	case reflect.String:
		return "这里要写一句话，不是单子；有冒号的话请用引号括起来"
	case reflect.Slice:
		return "这里要写一个单子，例如 [a, b]，或者每行以「- 」开头"
	case reflect.Struct:
		return "这里要写成「名字: 内容」的几项"
	}
	return "请照样例写"
}
