package kit

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// readable is what a page says, in lines as a voice would read them: what is in its
// main part, in order, with what can be pressed or chosen named as such. What is
// folded up or for paper only is left out.
func readable(page []byte) []string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil
	}
	w := &reading{}
	if main := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main }); main != nil {
		w.walk(main)
	}
	w.end()
	return bounded(w.lines)
}

// reading collects lines.
type reading struct {
	lines  []string
	line   strings.Builder
	linked string // what the last line was: a thing to press, to choose, or neither
	inside bool   // of such a thing, where the words and what they mean stand one under the other
}

func (w *reading) walk(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.say(n.Data)
		return
	case n.Type != html.ElementNode:
		return
	case unheard(n):
		return
	}
	kind := ""
	switch {
	case n.DataAtom == atom.Button || hasClass(n, "button") || hasClass(n, "tile"):
		kind = "可以点："
	case hasClass(n, "choice") || n.DataAtom == atom.Option:
		kind = "可以选："
	}
	switch {
	case kind != "":
		w.end()
		if w.linked != kind {
			w.line.WriteString(kind)
		}
		w.inside = true
		w.children(n)
		w.end()
		w.linked, w.inside = kind, false
	case blocks[n.DataAtom] || n.DataAtom == atom.Details && hasAttr(n, "open"):
		w.end()
		w.children(n)
		w.end()
	case w.inside && (n.DataAtom == atom.B || n.DataAtom == atom.Small || n.DataAtom == atom.Span), n.DataAtom == atom.Dt || n.DataAtom == atom.Th || n.DataAtom == atom.Td:
		w.pause()
		w.children(n)
		w.pause()
	case n.DataAtom == atom.Dd:
		w.children(n)
		w.end()
	case n.DataAtom == atom.Details && !hasAttr(n, "open"):
		w.end()
		if s := find(n, func(n *html.Node) bool { return n.DataAtom == atom.Summary }); s != nil {
			w.line.WriteString("可以点开看：")
			w.children(s)
		}
		w.end()
	default:
		w.children(n)
	}
}

func (w *reading) children(n *html.Node) {
	for c := range n.ChildNodes() {
		w.walk(c)
	}
}

// say adds text, its blanks folded into one.
func (w *reading) say(text string) {
	words := strings.Join(strings.Fields(text), " ")
	if words == "" {
		if text != "" {
			w.space()
		}
		return
	}
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsSpace(first) {
		w.space()
	}
	w.line.WriteString(words)
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsSpace(last) {
		w.space()
	}
	w.linked = ""
}

func (w *reading) space() {
	if s := w.line.String(); s != "" && !strings.HasSuffix(s, " ") {
		w.line.WriteByte(' ')
	}
}

// pause parts what stands side by side.
func (w *reading) pause() {
	if s := strings.TrimSpace(w.line.String()); s != "" && !endsInPause(s) {
		w.line.Reset()
		w.line.WriteString(s + "，")
	}
}

// end ends the line.
func (w *reading) end() {
	s := strings.TrimSuffix(strings.TrimSpace(w.line.String()), "，")
	w.line.Reset()
	if s == "" || strings.HasSuffix(s, "可以点：") || strings.HasSuffix(s, "可以选：") {
		return
	}
	if !endsInPause(s) {
		s += "。"
	}
	w.lines = append(w.lines, s)
}

func endsInPause(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("。，！？；：、…!?;:,", last)
}

// bounded cuts what is too long to listen to at the end of a line.
func bounded(lines []string) []string {
	n := 0
	for i, l := range lines {
		if n += utf8.RuneCountInString(l); n > aloudMost {
			return append(lines[:i:i], aloudRest)
		}
	}
	return lines
}

var blocks = map[atom.Atom]bool{
	atom.H1: true, atom.H2: true, atom.H3: true, atom.P: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Div: true, atom.Section: true,
	atom.Article: true, atom.Aside: true, atom.Form: true, atom.Fieldset: true, atom.Legend: true, atom.Label: true, atom.Dl: true,
	atom.Table: true, atom.Tr: true, atom.Caption: true, atom.Nav: true, atom.Header: true, atom.Footer: true, atom.Summary: true,
	atom.Br: true, atom.Main: true,
}

// unheard is what a page doesn't say to anybody who looks at it.
func unheard(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Audio, atom.Svg, atom.Textarea, atom.Input, atom.Img:
		return true
	}
	return hasAttr(n, "hidden") || attr(n, "aria-hidden") == "true" || hasClass(n, "paper") || hasClass(n, "only-print")
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && is(c) {
			return c
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func hasClass(n *html.Node, class string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}
