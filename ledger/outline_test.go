package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline writes what a reading holds besides the words of the document: a
// lead has a star, + stands for others that are not named.
func outline(p *Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|%s|%s|%s|cut=%v\n", p.Title, p.Number, p.Issuer, p.IssuedOn, p.Status, p.Truncated)
	for _, g := range p.Goals {
		fmt.Fprintf(&b, "goal %s\n", g.Deadline)
	}
	for _, m := range p.Measures {
		fmt.Fprintf(&b, "[%s] %s %s %s / %s\n", m.Ref, m.Kind, m.Force, m.Section, m.Heading)
		for _, a := range m.Actions {
			fmt.Fprintln(&b, strings.TrimRight("  - "+actionOutline(a)+targetOutline(a), " "))
		}
	}
	return b.String()
}

func actionOutline(a Action) string {
	var names []string
	for _, u := range a.Units {
		if u.Lead {
			u.Name += "*"
		}
		names = append(names, u.Name)
	}
	if a.OpenEnded {
		names = append(names, "+")
	}
	return strings.TrimSpace(strings.Join(names, " ") + " " + a.Deadline)
}

func targetOutline(a Action) string {
	out := ""
	for _, t := range a.Targets {
		out += fmt.Sprintf(" {%s%s%s}", map[Direction]string{AtLeast: ">=", AtMost: "<=", Exactly: "="}[t.Direction], strconv.FormatFloat(t.Value, 'f', -1, 64), t.Unit)
	}
	return out
}

// readsAs compares a reading with the outline that is expected of it.
func readsAs(t *testing.T, p *Policy, want string) {
	t.Helper()
	want = strings.TrimLeft(want, "\n")
	if d := cmp.Diff(want, outline(p)); d != "" {
		t.Errorf("read as (-want +got):\n%s\nwarnings: %v", d, p.Warnings)
	}
}

func warned(p *Policy, words string) bool {
	for _, w := range p.Warnings {
		if strings.Contains(w.Text, words) && w.At != "" {
			return true
		}
	}
	return false
}

func warnsOf(t *testing.T, p *Policy, words ...string) {
	t.Helper()
	for _, w := range words {
		if !warned(p, w) {
			t.Errorf("no warning of %q in %v", w, p.Warnings)
		}
	}
}
