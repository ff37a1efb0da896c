package yinqiao_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	// ofOnePerson is a condition that one ID of a person meets.
	ofOnePerson = regexp.MustCompile(`\b(person|agent|subject|holder|claimant|by_person)\s*=\s*(\$\d|$)`)
	// ofOneRow is a condition that names the row itself: the person is beside it because
	// tables are spread by person.
	ofOneRow  = regexp.MustCompile(`\b(id|grant_id|hash|credential|request|draft|entry)\s*=\s*\$\d`)
	statement = regexp.MustCompile(`^\s*INSERT\b`)
)

// oneIdentity are the statements that may ask for one ID of a person alone, by file
// and a part of their text, each with the reason.
var oneIdentity = map[[2]string]string{
	{"people/page.go", "FROM person_seen"}:                          "whether today's note of a look is there: under another identity the note would only be made twice",
	{"grant/ask.go", "state = 'asked'"}:                             "the asks that wait are written under the agent's root; of those from before a merge each identity had a limit of its own",
	{"notify/message.go", "AND message = $2 AND state = 'dropped'"}: "attempts lie under the ID of the message they are for, which names them",
	{"notify/message.go", "SET state = 'dropped'"}:                  "attempts lie under the ID of the message they are for, which names them",
	{"notify/settle.go", "DELETE FROM message_attempt"}:             "attempts lie under the ID of the message they are for, which names them",
	{"notify/walk.go", "SELECT carrier, target"}:                    "attempts lie under the ID of the message they are for, which names them",
	{"grant/notice.go", "person = "}:                                "the rest of the statement names the grant by its ID",
}

// A person who was registered twice has several IDs. Whatever is read or changed for
// a person is so for all of them (docs/decisions/0005).
func TestWhatIsAskedOfAPersonIsAskedOfAllTheirIdentities(t *testing.T) {
	t.Parallel()
	used := map[[2]string]bool{}
	found := 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if name := e.Name(); name == "testdata" || name == "node_modules" || name == "bench" || name == "tools" || path != "." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !ofOnePerson.MatchString(text) || statement.MatchString(text) {
				return true
			}
			found++
			if ofOneRow.MatchString(text) {
				return true
			}
			for key := range oneIdentity {
				if key[0] == filepath.ToSlash(path) && strings.Contains(text, key[1]) {
					used[key] = true
					return true
				}
			}
			t.Errorf("%s: asks for one ID of a person. Ask for all of them (person IN db.In(…, Selves())), or name the row, or say in oneIdentity why one will do:\n\t%s", files.Position(lit.Pos()), text)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d such statements were found: the test looks past them", found)
	}
	for key := range oneIdentity {
		if !used[key] {
			t.Errorf("%v is excused and not there any more", key)
		}
	}
}
