package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"yinqiao/ruledata"
)

//go:embed data/*.yaml
var embedded embed.FS

// release reads the embedded definitions once: they can't change.
var release = sync.OnceValues(func() ([]*Definition, error) {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return load(sub, nil)
})

// Embedded returns the definitions that come with this release, each a copy whose
// lists are shared.
func Embedded() ([]*Definition, error) {
	defs, err := release()
	out := make([]*Definition, len(defs))
	for i, d := range defs {
		c := *d
		out[i] = &c
	}
	return out, err
}

// Load reads and checks every *.yaml file of a folder, beside the services of the
// release. The error names each file, what is wrong and what is expected.
func Load(dir fs.FS) ([]*Definition, error) {
	known, err := release()
	if err != nil {
		return nil, err
	}
	return load(dir, known)
}

// load reads a folder whose definitions may make requests of those that are known.
func load(dir fs.FS, known []*Definition) ([]*Definition, error) {
	files, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []*Definition
	var names []string
	var wrong []error
	seen := map[string]string{} // service and division → file: divisions may have versions of their own
	for i, r := range readAll(dir, files) {
		d, err, f := r.def, r.wrong, files[i]
		if r.away != nil {
			return nil, r.away
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", path.Base(f), err))
			continue
		}
		if other := twin(seen, d, f); other != "" {
			wrong = append(wrong, fmt.Errorf("%s: %s", f, twinWords(d, other)))
			continue
		}
		out, names = append(out, d), append(names, f)
	}
	for i, d := range out {
		faults, err := d.kinFaults(kinOf(out, known))
		if err != nil {
			return nil, err
		}
		for _, f := range faults {
			wrong = append(wrong, errors.New(f.remark(path.Base(names[i]), 0).String()))
		}
	}
	return out, errors.Join(wrong...)
}

// read is what came of one file.
type read struct {
	def   *Definition
	wrong error // with the definition
	away  error // it can't be read
}

// readAll parses files on all processors, in their order: a province has hundreds.
func readAll(dir fs.FS, files []string) []read {
	out := make([]read, len(files))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				b, err := fs.ReadFile(dir, files[i])
				if err != nil {
					out[i].away = err
					continue
				}
				out[i].def, out[i].wrong = Parse(b)
			}
		})
	}
	wg.Wait()
	return out
}

// twin remembers where the service of a file is offered, and names the file that
// offers it in one of the same divisions already.
func twin(seen map[string]string, d *Definition, file string) (other string) {
	for _, div := range d.Divisions {
		if f := seen[d.Service+" "+string(div)]; f != "" {
			return f
		}
	}
	for _, div := range d.Divisions {
		seen[d.Service+" "+string(div)] = file
	}
	return ""
}

func twinWords(d *Definition, other string) string {
	return fmt.Sprintf("服务「%s」在 %s 里已经有了，地方也一样；请改其中一个的 divisions，或者只留一个", d.Service, other)
}

// Parse reads one definition and checks it. Unknown fields are refused: a
// misspelt one would silently drop a rule.
func Parse(b []byte) (*Definition, error) {
	d, wrong, err := parse(b)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		return nil, at(b, wrong)
	}
	return d, nil
}

// parse is Parse with the faults one by one.
func parse(b []byte) (*Definition, []fault, error) {
	if len(b) > sizeMost {
		return nil, nil, errors.New("文件超过了64KB，不像一项服务的定义，请看看是不是选错了文件")
	}
	if !utf8.Valid(b) {
		return nil, nil, errors.New("文件不是 UTF-8 编码，请另存为 UTF-8 再传")
	}
	body, err := form(b)
	if err != nil {
		return nil, nil, err
	}
	var d Definition
	if body != nil {
		if err := yaml.NodeToValue(body, &d, yaml.DisallowUnknownField()); err != nil {
			return nil, nil, oddIn(body, err)
		}
	}
	if wrong := d.faults(); len(wrong) > 0 {
		return nil, wrong, nil
	}
	d.seal()
	return &d, nil, nil
}

// sizeMost bounds a definition: ten times the longest that people have written.
const sizeMost = 64 << 10

// form reads the one document of a file, nil if it is empty. It refuses what YAML can do
// and a definition need not: a second document would be left unread, and aliases of
// aliases grow without bounds.
func form(b []byte) (ast.Node, error) {
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, odd(err)
	}
	docs := slices.DeleteFunc(f.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) > 1 {
		return nil, errors.New("一个文件里只能写一项服务，请去掉「---」后面的内容，另存一个文件")
	}
	if len(docs) == 0 {
		return nil, nil
	}
	if len(ast.Filter(ast.AliasType, docs[0].Body)) > 0 {
		return nil, errors.New("不能用别名（*名字），请把内容原样写出来")
	}
	return docs[0].Body, nil
}

// fault is one thing that is wrong: where in the file, by YAML path, and what is
// expected there.
type fault struct{ path, say string }

// remark is the fault in a file.
func (f fault) remark(file string, line int) Remark {
	return Remark{File: file, Line: line, Path: strings.TrimPrefix(f.path, "$."), Say: f.say}
}

// at joins faults, each with the line in the file that it is about.
func at(b []byte, faults []fault) error {
	errs := make([]error, len(faults))
	for i, line := range linesOf(b, faults) {
		errs[i] = errors.New(faults[i].remark("", line).String())
	}
	return errors.Join(errs...)
}

// linesOf finds the line of each fault, or of what is around it; 0 if nothing is.
func linesOf(b []byte, faults []fault) []int {
	out := make([]int, len(faults))
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		return out
	}
	for i, x := range faults {
		for path := x.path; out[i] == 0 && path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
			out[i] = ruledata.Line(f, path)
		}
	}
	return out
}
