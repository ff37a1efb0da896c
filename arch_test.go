// Package yinqiao_test holds the whole repository to its design: who imports
// whom, what only one room may do, and that the documents lead somewhere.
package yinqiao_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "yinqiao"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Export     string // compiled types
	GoFiles    []string
	Imports    []string
}

// room is the path inside the module, "" for the module itself.
func (p pkg) room() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

// listed are the packages of the module, and those they depend on by path.
var listed = sync.OnceValues(func() (own []pkg, err error) {
	// With -e a package that does not compile is named, and the others are checked.
	cmd := exec.Command("go", "list", "-e", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Imports", "./...")
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, errOut.String())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return own, nil
		} else if err != nil {
			return nil, err
		}
		own = append(own, p)
	}
})

// ours are the packages of the module that have code beside tests.
func ours(t *testing.T) []pkg {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	own := slices.DeleteFunc(slices.Clone(all), func(p pkg) bool {
		return !strings.HasPrefix(p.ImportPath, module+"/") || len(p.GoFiles) == 0
	})
	if len(own) < 20 {
		t.Fatalf("go list names only %d packages", len(own))
	}
	return own
}

// layers are the rooms from the bottom up. A room may import those of the layers
// below its own, never one beside it; test support is not for rooms at all.
var layers = [][]string{
	{"civic"},
	{"db", "db/vault", "speech/pinyin", "ruledata", "sheet"},
	{"jobs"},
	{"journal"},
	{"people", "staff", "place"},
	{"grant", "catalog"},
	{"request"},
	{"engine/*", "notify", "speech", "ledger", "elderfit", "rights"},
	{"channel/*"},
	{"app"},
	{"cmd/yinqiao"},
}

// outside are the packages beside the layers, with what of the module they may
// import.
var outside = map[string]struct {
	why     string
	imports func(room string) bool
}{
	"db/dbtest":   {"test support of the layers up to jobs", below("journal")},
	"app/apptest": {"test support: the whole application but its channels", func(r string) bool { return r == "app" || below("channel/*")(r) }},
	"app/demo":    {"fictional people, as plain data", below("db")},
	"app/backup":  {"the files of an installation", below("people")},
	"app/e2e":     {"tests of the whole, without code of its own", func(string) bool { return false }},
	"bench": {"measures the rooms on test databases", func(r string) bool {
		return r == "db/dbtest" || r == "app/apptest" || r == "channel/phone/line" || below("channel/*")(r)
	}},
	"tools": {"programs of the developers", func(string) bool { return false }},
}

// level finds the layer and the name in it of a room, or -1.
func level(room string) (int, string) {
	for i, names := range layers {
		for _, name := range names {
			top, wild := strings.CutSuffix(name, "*")
			rest, inside := strings.CutPrefix(room, top)
			if wild && inside && rest != "" {
				head, _, _ := strings.Cut(rest, "/")
				return i, top + head
			}
			if room == name || !wild && strings.HasPrefix(room, name+"/") && name != "db" && name != "app" {
				return i, name
			}
		}
	}
	return -1, ""
}

// below reports whether a room lies in a layer below that of the named one.
func below(name string) func(room string) bool {
	top := slices.IndexFunc(layers, func(names []string) bool { return slices.Contains(names, name) })
	return func(room string) bool {
		i, _ := level(room)
		return i >= 0 && i < top
	}
}

// beside finds the entry of outside that a room belongs to.
func beside(room string) string {
	for name := range outside {
		if room == name || strings.HasPrefix(room, name+"/") {
			return name
		}
	}
	return ""
}

// mayImport says why a room may not import another, or "".
func mayImport(from, to string) string {
	if o := beside(from); o != "" {
		if beside(to) == o || outside[o].imports(to) {
			return ""
		}
		return "it is " + outside[o].why
	}
	i, name := level(from)
	j, other := level(to)
	switch {
	case beside(to) == "app/demo" || beside(to) == "app/backup":
		if from == "app" {
			return ""
		}
		return "it belongs to app"
	case beside(to) != "":
		return "that is " + outside[beside(to)].why
	case name == other && from != to: // parts of one room or channel
		return ""
	case strings.HasPrefix(to, "channel/") && from != "app":
		return "only app imports channels"
	case from == "cmd/yinqiao" && to != "app":
		return "the program starts app and nothing else"
	case from == "db" && to == "db/vault", from == "db/vault" && to == "db":
		return "the two are apart: one keeps rows, the other keys"
	case j >= i:
		return "imports go one way, from the layers above to those below"
	}
	return ""
}

func TestImportsGoOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		if i, _ := level(p.room()); i < 0 && beside(p.room()) == "" {
			t.Errorf("%s has no place in the design: add it to layers or to outside in arch_test.go", p.room())
			continue
		}
		for _, imp := range p.Imports {
			to, own := strings.CutPrefix(imp, module+"/")
			if !own {
				continue
			}
			if why := mayImport(p.room(), to); why != "" {
				t.Errorf("%s imports %s: %s", p.room(), to, why)
			}
		}
	}
}

func TestTheRulesOfImportsKnowRightFromWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"db", "civic", true}, {"civic", "db", false}, {"journal", "jobs", true}, {"jobs", "journal", false}, {"people", "staff", false},
		{"grant", "people", true}, {"grant", "catalog", false}, {"request", "grant", true}, {"request", "engine/casework", false},
		{"engine/casework", "request", true}, {"engine/casework", "engine/booking", false}, {"engine/casework", "notify", false}, {"notify", "engine/booking", false},
		{"channel/web/desk", "channel/web/kit", true}, {"channel/web/desk", "channel/api", false}, {"channel/api", "engine/casework", true},
		{"app", "channel/api", true}, {"bench", "channel/api", false}, {"app/backup", "channel/web", false}, {"app/apptest", "channel/web", false},
		{"cmd/yinqiao", "app", true}, {"cmd/yinqiao", "db", false}, {"people", "db/dbtest", false}, {"app", "app/apptest", false}, {"bench", "db/dbtest", true},
		{"request", "app", false}, {"db/dbtest", "jobs", true}, {"db/dbtest", "journal", false}, {"tools/linkcheck", "civic", false}, {"speech", "speech/pinyin", true},
	} {
		if why := mayImport(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s → %s: allowed is %v (%s), want %v", c.from, c.to, why == "", why, c.ok)
		}
	}
}

func TestTheSharedWordsNeedTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		if p.room() != "civic" {
			continue
		}
		for _, imp := range p.Imports {
			if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") || first == module {
				t.Errorf("civic imports %s, which is not of the standard library", imp)
			}
		}
	}
}

func TestTheProgramIsSmall(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("cmd", "yinqiao", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("\n")); n > 60 {
		t.Errorf("main.go has %d lines; at most 60, the rest belongs to app", n)
	}
}

func TestEveryLinkOfTheDocumentsLeadsSomewhere(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "run", "./tools/linkcheck", ".").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
