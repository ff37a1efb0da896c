package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Values are what stands in the braces of a message, by name.
type Values map[string]string

// part is a piece of a text: words, or the name of a value.
type part struct{ text, param string }

// text is a compiled text with placeholders.
type text []part

// compile reads a text with placeholders in braces. known holds which there are.
func compile(s string, known map[string]int) (text, error) {
	var out text
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			open = len(s)
		}
		if open > 0 {
			if strings.Contains(s[:open], "}") {
				return nil, errors.New("a brace closes that was not opened")
			}
			out, s = append(out, part{text: s[:open]}), s[open:]
			continue
		}
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return nil, errors.New("a brace is not closed")
		}
		name := s[1:end]
		if known[name] == 0 {
			return nil, fmt.Errorf("{%s} is not in params", name)
		}
		out, s = append(out, part{param: name}), s[end+1:]
	}
	return out, nil
}

// longest is the length of the text in characters when every value is as long as it
// may be.
func (t text) longest(known map[string]int) int {
	n := 0
	for _, p := range t {
		n += utf8.RuneCountInString(p.text) + known[p.param]
	}
	return n
}

// params lists the values that the text needs, in their order, each once.
func (t text) params() []string {
	var out []string
	for _, p := range t {
		if p.param != "" && !slices.Contains(out, p.param) {
			out = append(out, p.param)
		}
	}
	return out
}

// append writes the text with its values to dst.
func (t text) append(dst []byte, v Values) []byte {
	for i := range t {
		if t[i].param == "" {
			dst = append(dst, t[i].text...)
		} else {
			dst = append(dst, v[t[i].param]...)
		}
	}
	return dst
}

// render is append to a new string.
func (t text) render(v Values) string { return string(t.append(make([]byte, 0, 256), v)) }

// Sample returns what makes the words of a message with all its values, for measuring.
func Sample() (func() string, error) {
	b, err := open(data)
	if err != nil {
		return nil, err
	}
	t := b.byName["case.resolved/elder"]
	v := Values{"who": "王奶奶", "service": "代寄检查报告", "office": "小店区人民医院", "phone": "95128", "number": "482 160 3715"}
	return func() string { return b.say(t, CarrierSMS, Chinese, false, v) }, nil
}
