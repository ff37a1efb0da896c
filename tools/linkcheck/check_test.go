package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// repository writes files and returns what is broken in them, a line each.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	broken, err := check(root)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, b := range broken {
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

func TestWhatLeadsSomewherePasses(t *testing.T) {
	t.Parallel()
	text := "# One act\n\n## A `code` heading, 与中文\n## Twice\n## Twice\n" +
		"[a](docs/b.md) [b](docs/b.md#part-two) [c](#one-act) [d](#twice-1) [e](#a-code-heading-与中文) [f](https://example.org/x#y) [g](mailto:a@b) ![h](<docs/a b.png> \"title\") [i](/docs) [j][ref] [k](docs/a%20b.png)\n" +
		"[l](go.go#L3) <a id=\"own\"></a> [m](#own)\n\n[ref]: docs/b.md\n" +
		"`docs/b.md` `docs/` `docs/{b,c}.md` `docs/*.md` `docs/**/b.md` `docs/b.md:12` `docs/go.Each` `database/sql` `/api/v1` `docs/NNNN-title.md` `docs/… x` `curl docs/nothing`\n" +
		"```sh\n[x](nowhere.md) `docs/nothing`\n```\n~~~\n[y](nowhere.md)\n~~~\n`[z](nowhere.md)`\n"
	if got := repository(t, map[string]string{"README.md": text, "docs/b.md": "# B\n## Part two\n[up](../README.md#one-act)\n", "docs/c.md": "", "docs/a b.png": "", "docs/go": "", "go.go": "",
		"node_modules/x/README.md": "[x](nowhere)", ".hidden/x.md": "[x](nowhere)", "docs/testdata/x.md": "[x](nowhere)"}); got != "" {
		t.Error(got)
	}
}

func TestWhatLeadsNowhereIsNamedWithItsFileAndLine(t *testing.T) {
	t.Parallel()
	got := repository(t, map[string]string{
		"README.md": "# A\n\n[a](gone.md) and [b](docs/b.md#gone)\n[c](#gone)\n`docs/gone.go`\n[out](../x.md)\n[ref]: docs/gone.md\n`docs/{b,gone}.md`\n[go](go.go#part)\n<img src=\"gone.png\">",
		"docs/b.md": "[d](README.md)\n", "go.go": "",
	})
	for _, want := range []string{"README.md:3: the link \"gone.md\"", "README.md:3: the link \"docs/b.md#gone\"", "README.md:4: ", "README.md:5: `docs/gone.go`",
		"README.md:6: the link \"../x.md\" leads out", "README.md:7: ", "README.md:8: `docs/{b,gone}.md`: docs/gone.md", "README.md:9: ", "README.md:10: ", "docs/b.md:1: "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 10 {
		t.Errorf("%d broken, want 10:\n%s", n, got)
	}
}
