package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
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

// Where says in words what the remark is about: 第3个问题的问话.
func (r Remark) Where() string {
	var out []string
	for _, part := range strings.FieldsFunc(r.Path, func(c rune) bool { return c == '.' }) {
		name, number, indexed := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		word := cmp.Or(words.Fields[name], name)
		if n, err := strconv.Atoi(number); indexed && err == nil {
			word = fmt.Sprintf("第%d个%s", n+1, word)
		}
		out = append(out, word)
	}
	return strings.Join(out, "的")
}

// String is the remark on one line, file and line first as compilers write them, so that
// editors find the place.
func (r Remark) String() string {
	var s string
	switch {
	case r.File != "" && r.Line > 0:
		s = fmt.Sprintf("%s:%d: ", r.File, r.Line)
	case r.File != "":
		s = r.File + ": "
	case r.Line > 0:
		s = fmt.Sprintf("第%d行：", r.Line)
	}
	if r.Warning {
		s += "提醒："
	}
	if r.Path != "" {
		s += r.Path + "（" + r.Where() + "）："
	}
	return s + r.Say
}

// Review reads every *.yaml file of a folder and says all that is wrong or unclear,
// by file and line, with the definitions that pass.
func Review(dir fs.FS) ([]*Definition, []Remark, error) {
	files, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(files)
	known, err := release()
	if err != nil {
		return nil, nil, err
	}
	var out []*Definition
	var said []Remark
	texts, seen := map[*Definition]text{}, map[string]string{}
	for _, f := range files {
		b, err := fs.ReadFile(dir, f)
		if err != nil {
			return nil, nil, err
		}
		d, remarks := review(path.Base(f), b)
		if d != nil {
			if other := twin(seen, d, f); other != "" {
				remarks = append(remarks, Remark{File: path.Base(f), Path: "divisions", Say: twinWords(d, other)})
				d = nil
			}
		}
		if d != nil {
			out, texts[d] = append(out, d), text{path.Base(f), b}
		}
		said = append(said, remarks...)
	}
	// Those that make requests of one that is out, or can't, are out with it.
	for again := true; again; {
		again = false
		for _, d := range slices.Clone(out) {
			wrong, err := d.kinFaults(kinOf(out, known))
			if err != nil {
				return nil, nil, err
			}
			if len(wrong) == 0 {
				continue
			}
			again = true
			out = slices.DeleteFunc(out, func(x *Definition) bool { return x == d })
			for i, line := range linesOf(texts[d].body, wrong) {
				said = append(said, wrong[i].remark(texts[d].file, line))
			}
		}
	}
	slices.SortStableFunc(said, func(x, y Remark) int { return cmp.Or(strings.Compare(x.File, y.File), x.Line-y.Line) })
	return out, said, nil
}

// text is what a definition was read from.
type text struct {
	file string
	body []byte
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
	var remarks []Remark
	for i, line := range linesOf(b, list) {
		r := list[i].remark(file, line)
		r.Warning = warning
		remarks = append(remarks, r)
	}
	slices.SortStableFunc(remarks, func(x, y Remark) int { return x.Line - y.Line })
	if len(wrong) > 0 {
		return nil, remarks
	}
	return d, remarks
}

// unread is the remark on a file that can't be read, with the line if it is known.
func unread(file string, err error) Remark {
	r := Remark{File: file, Say: err.Error()}
	var odd *oddYAML
	if errors.As(err, &odd) {
		r.Line, r.Say = odd.line, odd.say
	}
	return r
}
