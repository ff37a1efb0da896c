package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// problem is one link or path that leads nowhere.
type problem struct {
	file string
	line int
	say  string
}

func (p problem) String() string { return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.say) }

// Folders whose documents are not the repository's own: made by building and
// running, at the top; and fetched or meant for tests, anywhere.
var (
	made  = []string{"bin", "data", "artefacts"}
	alien = []string{"node_modules", "testdata"}
)

func skipped(p string) bool {
	name := path.Base(p)
	return p != "." && (strings.HasPrefix(name, ".") || slices.Contains(made, p) || slices.Contains(alien, name))
}

// checker knows the documents of one repository, by their path in it.
type checker struct {
	root string
	docs map[string]*document
	tops map[string]bool // folders at the top
}

// check reads every *.md file below root and returns what is broken, in order.
func check(root string) ([]problem, error) {
	c := checker{root: root, docs: map[string]*document{}, tops: map[string]bool{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if skipped(p) {
				return fs.SkipDir
			}
			if p != "." && !strings.Contains(p, "/") {
				c.tops[p] = true
			}
			return nil
		}
		if strings.HasSuffix(p, ".md") {
			b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
			c.docs[p] = read(string(b))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []problem
	for name, d := range c.docs {
		for _, r := range d.refs {
			say := ""
			if r.code {
				say = c.brokenPath(r.target)
			} else {
				say = c.brokenLink(name, r.target)
			}
			if say != "" {
				out = append(out, problem{name, r.line, say})
			}
		}
	}
	slices.SortFunc(out, func(a, b problem) int {
		if a.file != b.file {
			return strings.Compare(a.file, b.file)
		}
		return a.line - b.line
	})
	return out, nil
}

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// brokenLink says what is wrong with a link in a document, or "".
func (c *checker) brokenLink(from, target string) string {
	if scheme.MatchString(target) || strings.HasPrefix(target, "//") {
		return "" // elsewhere
	}
	file, anchor, hasAnchor := strings.Cut(target, "#")
	file, err := url.PathUnescape(file)
	if err != nil {
		return fmt.Sprintf("the link %q can't be read", target)
	}
	to := from
	switch {
	case strings.HasPrefix(file, "/"):
		to = path.Clean(file[1:])
	case file != "":
		to = path.Join(path.Dir(from), file)
	}
	if to == ".." || strings.HasPrefix(to, "../") {
		return fmt.Sprintf("the link %q leads out of the repository", target)
	}
	if !c.exists(to) {
		return fmt.Sprintf("the link %q leads to %s, which is not there", target, to)
	}
	if !hasAnchor {
		return ""
	}
	d := c.docs[to]
	switch {
	case d == nil && regexp.MustCompile(`^L[0-9]+(-L[0-9]+)?$`).MatchString(anchor): // a line of source
		return ""
	case d == nil:
		return fmt.Sprintf("the link %q has an anchor into a file that is no document", target)
	}
	if name, err := url.PathUnescape(anchor); err != nil || !d.anchors[strings.ToLower(name)] {
		return fmt.Sprintf("the link %q: %s has no heading %q", target, to, anchor)
	}
	return ""
}

var (
	lineNumber = regexp.MustCompile(`:[0-9]+(-[0-9]+)?$`)
	identifier = regexp.MustCompile(`\.[A-Z][A-Za-z0-9]*(\(\))?$`) // db/dbtest.Each
	standsFor  = regexp.MustCompile(`…|\.\.\.|[<>$]|NNNN|\bNAME\b`)
)

// brokenPath says what is wrong with a text in backticks, or "". Only what
// begins with a folder at the top is taken for a path of the repository.
func (c *checker) brokenPath(text string) string {
	p := strings.TrimPrefix(text, "./")
	top, _, ok := strings.Cut(p, "/")
	if !ok || !c.tops[top] || strings.ContainsAny(p, " \t") || standsFor.MatchString(p) {
		return ""
	}
	p = lineNumber.ReplaceAllString(p, "")
	if !c.exists(p) {
		p = identifier.ReplaceAllString(p, "")
	}
	for _, one := range braces(p) {
		if !c.exists(one) {
			return fmt.Sprintf("`%s`: %s is not there", text, one)
		}
	}
	return ""
}

// braces expands {a,b} as a shell does.
func braces(p string) []string {
	head, rest, ok := strings.Cut(p, "{")
	inner, tail, closed := strings.Cut(rest, "}")
	if !ok || !closed {
		return []string{p}
	}
	var out []string
	for _, x := range strings.Split(inner, ",") {
		out = append(out, braces(head+x+tail)...)
	}
	return out
}

// exists reports whether a path of the repository, or a pattern, names something.
func (c *checker) exists(p string) bool {
	p = strings.TrimSuffix(p, "/")
	if p == "" || p == "." {
		return true
	}
	if head, tail, deep := strings.Cut(p, "**/"); deep {
		found := false
		_ = fs.WalkDir(os.DirFS(c.root), path.Clean("./"+head), func(at string, _ fs.DirEntry, err error) error {
			if ok, _ := path.Match(tail, path.Base(at)); ok && err == nil {
				found = true
				return fs.SkipAll
			}
			return nil // a folder that can't be read holds nothing
		})
		return found
	}
	if strings.ContainsAny(p, "*?[") {
		found, err := fs.Glob(os.DirFS(c.root), p)
		return err == nil && len(found) > 0
	}
	_, err := os.Stat(filepath.Join(c.root, filepath.FromSlash(p)))
	return err == nil
}
