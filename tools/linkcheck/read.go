package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// ref is a link, or a text in backticks.
type ref struct {
	line   int
	target string
	code   bool
}

// document is one file: what it refers to, and what can be referred to in it.
type document struct {
	refs    []ref
	anchors map[string]bool
}

var (
	fence      = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})")
	heading    = regexp.MustCompile(`^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$`)
	span       = regexp.MustCompile("`+")
	inline     = regexp.MustCompile(`\]\(\s*(<[^>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)`)
	definition = regexp.MustCompile(`^ {0,3}\[[^\]^][^\]]*\]:\s*(<[^>]*>|\S+)`)
	attribute  = regexp.MustCompile(`(?i)<[a-z][^>]*\s(href|src|id|name)="([^"]*)"`)
	linkText   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// read finds the links, paths and anchors of a document. What stands in a block
// of code is neither.
func read(text string) *document {
	d := &document{anchors: map[string]bool{}}
	seen := map[string]int{}
	until := "" // the fence that ends the block of code
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if m := fence.FindStringSubmatch(line); m != nil {
			switch {
			case until == "":
				until = m[1]
			case strings.HasPrefix(m[1], until) && strings.TrimSpace(line) == m[1]:
				until = ""
			}
			continue
		}
		if until != "" {
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			a := slug(m[1])
			if n := seen[a]; n > 0 {
				d.anchors[fmt.Sprintf("%s-%d", a, n)] = true
			} else {
				d.anchors[a] = true
			}
			seen[a]++
		}
		d.line(i+1, line)
	}
	return d
}

// line takes the code out of a line first: a link inside it is none.
func (d *document) line(n int, line string) {
	rest := ""
	for line != "" {
		at := span.FindStringIndex(line)
		if at == nil {
			break
		}
		ticks := line[at[0]:at[1]]
		end := -1
		for _, m := range span.FindAllStringIndex(line[at[1]:], -1) {
			if m[1]-m[0] == len(ticks) {
				end = at[1] + m[0]
				break
			}
		}
		if end < 0 {
			rest += line[:at[1]]
			line = line[at[1]:]
			continue
		}
		d.refs = append(d.refs, ref{n, strings.TrimSpace(line[at[1]:end]), true})
		rest += line[:at[0]] + "code"
		line = line[end+len(ticks):]
	}
	rest += line
	add := func(target string) {
		d.refs = append(d.refs, ref{n, strings.Trim(target, "<>"), false})
	}
	for _, m := range inline.FindAllStringSubmatch(rest, -1) {
		add(m[1])
	}
	if m := definition.FindStringSubmatch(rest); m != nil {
		add(m[1])
	}
	for _, m := range attribute.FindAllStringSubmatch(rest, -1) {
		switch strings.ToLower(m[1]) {
		case "id", "name":
			d.anchors[strings.ToLower(m[2])] = true
		default:
			add(m[2])
		}
	}
}

// slug is the anchor that a heading gets: in lower case, blanks as hyphens,
// without marks.
func slug(text string) string {
	text = linkText.ReplaceAllString(text, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(text))
}
