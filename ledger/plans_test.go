package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// plans are the two documents and where they are kept beside the project.
var plans = map[string]string{"SX": "shanxi-2021-28.txt", "ZJ": "zhejiang-2021-39.txt"}

// policyFile finds a document. Without it the test is skipped, but fails where
// it must be there.
func policyFile(t testing.TB, code string) string {
	t.Helper()
	dir := os.Getenv("YINQIAO_POLICY_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "policy")
	}
	path := filepath.Join(dir, plans[code])
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the policy documents are missing: %v", err)
		}
		t.Skip("the policy documents are not here; set YINQIAO_POLICY_DIR")
	}
	return path
}

func readPlan(t testing.TB, code string) *Policy {
	t.Helper()
	p, err := ReadFile(context.Background(), policyFile(t, code))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShanxisPlanIsReadWhole(t *testing.T) {
	t.Parallel()
	p := readPlan(t, "SX")
	tasks, guards := 0, 0
	for _, m := range p.Measures {
		if m.Kind == Safeguard {
			guards++
		} else if tasks++; m.Ref != itoa(tasks) {
			t.Errorf("task %d is called %s", tasks, m.Ref)
		}
		for _, a := range m.Actions {
			if len(a.Units) == 0 || a.Units[len(a.Units)-1].Name != "各市县政府" || slices.ContainsFunc(a.Units, func(u Unit) bool { return u.Lead }) {
				t.Errorf("%s: %+v", m.Ref, a.Units)
			}
			if len(a.Targets) > 0 || a.Deadline != "" {
				t.Errorf("%s: made up %+v %s", m.Ref, a.Targets, a.Deadline)
			}
		}
	}
	if tasks != 20 || guards != 3 || refsOf(p) != "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 三(一) 三(二) 三(三)" {
		t.Errorf("%d tasks, %d safeguards: %s", tasks, guards, refsOf(p))
	}
	if got := goalDays(p); got != "2021-12-31 2022-12-31" {
		t.Errorf("goals by %s", got)
	}
	if p.Number != "晋政办发〔2021〕28号" || p.Issuer != "山西省人民政府办公厅" || p.IssuedOn != "2021-03-10" || p.Status != InForce || p.Truncated || len(p.Warnings) > 0 {
		t.Errorf("%s %s %s %s %v %v", p.Number, p.Issuer, p.IssuedOn, p.Status, p.Truncated, p.Warnings)
	}
}

func TestZhejiangsPlanIsReadUpToWhereItBreaksOff(t *testing.T) {
	t.Parallel()
	p := readPlan(t, "ZJ")
	if got := refsOf(p); got != "1.1 1.2 1.3 2.1 2.2 2.3 3.1 3.2 3.3" {
		t.Errorf("refs %s", got)
	}
	var set []string
	for i, m := range p.Measures {
		for _, a := range m.Actions {
			for _, tg := range a.Targets {
				set = append(set, fmt.Sprintf("%s %v%s %s", m.Ref, tg.Value, tg.Unit, tg.Direction))
			}
			for j, u := range a.Units {
				if u.Lead != (j == 0) {
					t.Errorf("%s: lead of %+v", m.Ref, a.Units)
				}
			}
			if len(a.Units) == 0 && i < 8 {
				t.Errorf("%s has no units", m.Ref)
			}
		}
	}
	if want := []string{"2.2 200个 exactly", "2.2 100条 exactly", "2.3 1个 at_least"}; !slices.Equal(set, want) {
		t.Errorf("targets %v", set)
	}
	if got := goalDays(p); got != "2021-12-31 2022-12-31" {
		t.Errorf("goals by %s", got)
	}
	if p.Number != "浙政办发〔2021〕39号" || p.Issuer != "浙江省人民政府办公厅" || p.IssuedOn != "2021-06-28" || !p.Truncated {
		t.Errorf("%s %s %s %v", p.Number, p.Issuer, p.IssuedOn, p.Truncated)
	}
	last := p.Measures[len(p.Measures)-1]
	if len(last.Actions) != 1 || len(last.Actions[0].Units) != 0 || strings.Contains(last.Text, "预览") {
		t.Errorf("something was made up for what is missing: %+v", last)
	}
	warnsOf(t, p, "原文在这里被截断", "第3.3条没有完整")
}

func goalDays(p *Policy) string {
	var days []string
	for _, g := range p.Goals {
		days = append(days, g.Deadline)
	}
	return strings.Join(days, " ")
}

// seal stands for words: how many, and a hash of them.
func seal(s string) string {
	h := sha256.Sum256([]byte(s))
	return fmt.Sprintf("%d:%s", runes(s), hex.EncodeToString(h[:6]))
}

// structure is a reading without the words of the document.
func structure(p *Policy) *Policy {
	c := *p
	c.Title = seal(c.Title)
	c.Goals, c.Measures, c.Warnings = slices.Clone(p.Goals), slices.Clone(p.Measures), slices.Clone(p.Warnings)
	for i := range c.Goals {
		c.Goals[i].Text = seal(c.Goals[i].Text)
	}
	for i := range c.Measures {
		m := &c.Measures[i]
		m.Section, m.Heading, m.Text = seal(m.Section), seal(m.Heading), seal(m.Text)
		m.Actions = slices.Clone(m.Actions)
		for j := range m.Actions {
			a := &m.Actions[j]
			a.Text, a.Targets = seal(a.Text), slices.Clone(a.Targets)
			for k := range a.Targets {
				a.Targets[k].Text = seal(a.Targets[k].Text)
			}
		}
	}
	for i := range c.Warnings {
		c.Warnings[i].At, _, _ = strings.Cut(c.Warnings[i].At, "“")
	}
	return &c
}

func TestTheStructureOfBothPlansStaysAsItWas(t *testing.T) {
	t.Parallel()
	for code := range plans {
		got, err := json.MarshalIndent(structure(readPlan(t, code)), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", strings.ToLower(code)+".golden.json")
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)+"\n"); d != "" {
			t.Errorf("%s (-want +got):\n%s", code, d)
		}
	}
}

func TestOurOwnWordsSayTheSameAsThePlans(t *testing.T) {
	t.Parallel()
	own, err := Plans()
	if err != nil {
		t.Fatal(err)
	}
	if len(own) != 2 {
		t.Fatalf("%d plans", len(own))
	}
	for _, o := range own {
		p := readPlan(t, o.Code)
		if o.Title != p.Title || o.Number != p.Number || o.Issuer != p.Issuer || o.IssuedOn != p.IssuedOn || o.Status != p.Status || o.Truncated != p.Truncated {
			t.Errorf("%s: the facts differ", o.Code)
		}
		if got, want := ownFacts(o), readFacts(p); got != want {
			t.Errorf("%s: %s", o.Code, cmp.Diff(want, got))
		}
	}
}

func ownFacts(o *Plan) string {
	var b strings.Builder
	for _, g := range o.Goals {
		fmt.Fprintln(&b, g.Deadline)
	}
	for _, m := range o.Measures {
		fmt.Fprintln(&b, m.Ref, m.Kind, m.Force)
		for _, a := range m.Actions {
			fmt.Fprintln(&b, a.Units, a.Lead, a.OpenEnded, a.Deadline)
			for _, t := range a.Targets {
				fmt.Fprintln(&b, t.Value, t.Unit, t.Direction)
			}
		}
	}
	return b.String()
}

func readFacts(p *Policy) string {
	var b strings.Builder
	for _, g := range p.Goals {
		fmt.Fprintln(&b, g.Deadline)
	}
	for _, m := range p.Measures {
		fmt.Fprintln(&b, m.Ref, m.Kind, m.Force)
		for _, a := range m.Actions {
			lead, names := "", []string{}
			for _, u := range a.Units {
				names = append(names, u.Name)
				if u.Lead {
					lead = u.Name
				}
			}
			fmt.Fprintln(&b, names, lead, a.OpenEnded, a.Deadline)
			for _, t := range a.Targets {
				fmt.Fprintln(&b, t.Value, t.Unit, t.Direction)
			}
		}
	}
	return b.String()
}

func TestTheWordsOfThePlansAreNotKeptHere(t *testing.T) {
	t.Parallel()
	const run = 12 // characters in a row
	taken := map[string]bool{}
	for code := range plans {
		p := readPlan(t, code)
		var texts []string
		for _, g := range p.Goals {
			texts = append(texts, g.Text)
		}
		for _, m := range p.Measures {
			texts = append(texts, m.Section, m.Heading)
			for _, a := range m.Actions {
				texts = append(texts, a.Text)
			}
		}
		for _, s := range texts {
			r := []rune(s)
			for i := 0; i+run <= len(r); i++ {
				taken[string(r[i:i+run])] = true
			}
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for n, l := range strings.Split(string(b), "\n") {
			r := []rune(fold(l))
			for i := 0; i+run <= len(r); i++ {
				if taken[string(r[i:i+run])] {
					t.Errorf("%s:%d has words of a plan: %s", path, n+1, string(r[i:i+run]))
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAPlanOfOursThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	good := "code: XX\ntitle: t\nnumber: n\nissuer: i\nissued_on: \"2024-01-01\"\nstatus: in_force\ntruncated: false\nmeasures:\n  - {ref: \"1\", section: s, kind: task, force: must, zh: 修路, en: mend, actions: [{units: [省交通厅], lead: 省交通厅}]}\n"
	if p, err := loadPlan([]byte(good)); err != nil || p.Clause(p.Measures[0]) != "XX1" {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		"kind: task": "kind: chore", "force: must": "force: may", "lead: 省交通厅": "lead: 省财政厅", "zh: 修路": "zh: " + strings.Repeat("修路", 21), "en: mend": "en: \"\"",
		"section: s": "section: s, sections: x", "status: in_force": "status: odd", "ref: \"1\"": "ref: \"\"",
	} {
		if _, err := loadPlan([]byte(strings.Replace(good, from, to, 1))); err == nil {
			t.Errorf("%s was taken", to)
		}
	}
}

// BenchmarkBothPlans is how long both take: a test would tell of what else the machine does.
func BenchmarkBothPlans(b *testing.B) {
	var files [][]byte
	for code := range plans {
		raw, err := os.ReadFile(policyFile(b, code))
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, raw)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			if _, err := Read(context.Background(), "plan.txt", f); err != nil {
				b.Fatal(err)
			}
		}
	}
}
