package yinqiao_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule is something that only some places in the code may use.
type rule struct {
	what    []string          // full names, as go/types writes them
	free    func(string) bool // rooms that the rule does not bind
	allowed map[string]string // files that may, each with the reason
	why     string
}

func rooms(names ...string) func(string) bool {
	return func(room string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return room == n || strings.HasPrefix(room, n+"/") })
	}
}

// above are the places where the world begins: settings, clocks, output.
var above = rooms("app", "cmd", "bench", "tools")

var rules = []rule{
	{[]string{module + "/civic.Mint"}, rooms("grant"), nil, "only the grant room mints an authority"},
	{[]string{"(*" + module + "/db.DB).Write"}, rooms("journal", "jobs"), map[string]string{
		"app/backup/restore.go": "loads whole tables, the journal's own too, into an empty database",
	}, "an act is written through the journal"},
	{[]string{"(*" + module + "/db.DB).Scratch"}, rooms("journal"), nil, "the journal gives the way to the tables that are not acts"},
	{[]string{"(*" + module + "/db.Tx).Raw"}, rooms("jobs"), nil, "the raw transaction is for the job queue's driver"},
	{[]string{"time.Now", "time.Since", "time.Until"}, above, map[string]string{
		"db/group.go":                      "measures how long a shared commit is open; no time of an act",
		"channel/api/api.go":               "the clock where the caller gives none",
		"channel/phone/line/pacer.go":      "sound keeps to the machine's steady time, whatever the clock of the rules says",
		"channel/phone/phonetest/agent.go": "a telephone of tests notes when packets come",
		"channel/web/kit/frame.go":         "the date in a page's head is today's for the visitor",
	}, "rooms are told the time by the journal, so that a test can set it"},
	{[]string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Stdout", "os.Stderr", "log.Print", "log.Printf", "log.Println", "log.Fatal", "log.Fatalf", "os.Exit"}, above, nil,
		"rooms return errors and log through the logger they are given"},
}

// imports are packages that only some rooms may import.
var restricted = map[string]struct {
	rooms func(string) bool
	why   string
}{
	"database/sql":        {rooms("db", "jobs", "bench"), "no other room touches database/sql"},
	"database/sql/driver": {rooms("db", "jobs", "bench"), "no other room touches database/sql"},
}

func TestWhatOneRoomMayDoNoOtherDoes(t *testing.T) {
	t.Parallel()
	used := map[string]bool{} // the allowed files that still need it
	for _, p := range ours(t) {
		for _, imp := range p.Imports {
			if r, is := restricted[imp]; is && !r.rooms(p.room()) {
				t.Errorf("%s imports %s: %s", p.room(), imp, r.why)
			}
		}
		if p.Export == "" {
			t.Errorf("%s does not compile", p.room())
			continue
		}
		fset, info := check(t, p)
		for id, obj := range info.Uses {
			for _, r := range rules {
				if !slices.Contains(r.what, fullName(obj)) || r.free(p.room()) {
					continue
				}
				at := fset.Position(id.Pos())
				file := p.room() + "/" + filepath.Base(at.Filename)
				if r.allowed[file] != "" {
					used[file] = true
					continue
				}
				t.Errorf("%s:%d uses %s: %s", file, at.Line, fullName(obj), r.why)
			}
		}
	}
	for _, r := range rules {
		for file := range r.allowed {
			if !used[file] {
				t.Errorf("%s is allowed what it does not do: take it off the list", file)
			}
		}
	}
}

func fullName(obj types.Object) string {
	switch o := obj.(type) {
	case *types.Func:
		return o.Origin().FullName()
	case *types.Var:
		if o.Pkg() != nil && !o.IsField() {
			return o.Pkg().Path() + "." + o.Name()
		}
	}
	return ""
}

// check reads a package's files without its tests, with the types of all names.
func check(t *testing.T, p pkg) (*token.FileSet, *types.Info) {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	export := map[string]string{}
	for _, d := range all {
		export[d.ImportPath] = d.Export
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })}
	if _, err := conf.Check(p.ImportPath, fset, files, info); err != nil {
		t.Fatalf("%s: %v", p.ImportPath, err)
	}
	return fset, info
}
