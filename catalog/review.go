package catalog

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Remark is one thing to say about a file of definitions.
type Remark struct {
	File    string
	Line    int    // 0 when it is about the whole file
	Path    string // what it is about: questions[2].ask
	Say     string // what is wrong and what is expected
	Warning bool   // it may go live as it is
}

// String is the remark on one line, as compilers write them.
func (r Remark) String() string {
	s := r.File
	if r.Line > 0 {
		s += fmt.Sprintf(":%d", r.Line)
	}
	if r.Warning {
		s += ": warning"
	}
	if r.Path != "" {
		s += ": " + r.Path
	}
	return s + ": " + r.Say
}

// Review reads every *.yaml file of a folder and says all that is wrong or unclear,
// by file and line, with the definitions that pass.
func Review(dir fs.FS) ([]*Definition, []Remark, error) {
	files, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(files)
	var out []*Definition
	var said []Remark
	seen := map[string]string{}
	for _, f := range files {
		b, err := fs.ReadFile(dir, f)
		if err != nil {
			return nil, nil, err
		}
		d, remarks := review(path.Base(f), b)
		if d != nil {
			if other := twin(seen, d, f); other != "" {
				remarks = append(remarks, Remark{File: path.Base(f), Path: "divisions", Say: fmt.Sprintf("service %s is defined in %s already, in one of the same divisions", d.Service, other)})
				d = nil
			}
		}
		if d != nil {
			out = append(out, d)
		}
		said = append(said, remarks...)
	}
	return out, said, nil
}

// ReviewText is Review for one definition that comes from no folder; the definition is
// nil while something is wrong.
func ReviewText(name string, b []byte) (*Definition, []Remark) { return review(name, b) }

func review(file string, b []byte) (*Definition, []Remark) {
	d, wrong, err := parse(b)
	if err != nil {
		return nil, []Remark{unread(file, err)}
	}
	list, warning := wrong, false
	if len(wrong) == 0 {
		list, warning = d.unclear(), true
	}
	var said []Remark
	for i, line := range linesOf(b, list) {
		said = append(said, Remark{file, line, strings.TrimPrefix(list[i].path, "$."), list[i].say, warning})
	}
	slices.SortStableFunc(said, func(x, y Remark) int { return x.Line - y.Line })
	if len(wrong) > 0 {
		return nil, said
	}
	return d, said
}

// unread is the remark on a file that is no YAML, with the line that the parser names.
func unread(file string, err error) Remark {
	r := Remark{File: file, Say: err.Error()}
	if m := parserAt.FindStringSubmatch(r.Say); m != nil {
		r.Line, _ = strconv.Atoi(m[1])
		r.Say, _, _ = strings.Cut(m[2], "\n")
	}
	return r
}

// parserAt is how the parser begins what it says: [line:column] what is wrong.
var parserAt = regexp.MustCompile(`(?s)^\[(\d+):\d+\] (.*)`)
