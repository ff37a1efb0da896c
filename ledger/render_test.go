package ledger

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yinqiao/civic"
)

func TestJSONHasTheAgreedKeysAndNeverNull(t *testing.T) {
	t.Parallel()
	p := Parse(shortPlan)
	b, err := Render(p, "json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("null")) || bytes.Contains(b, []byte(`\u`)) {
		t.Errorf("%s", b)
	}
	var back Policy
	if err := json.Unmarshal(b, &back); err != nil || !cmp.Equal(&back, p) {
		t.Errorf("%v %s", err, cmp.Diff(p, &back))
	}
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	has := func(m map[string]any, keys string) {
		t.Helper()
		for _, k := range strings.Fields(keys) {
			if _, ok := m[k]; !ok {
				t.Errorf("no %s in %v", k, m)
			}
		}
		if len(m) != len(strings.Fields(keys)) {
			t.Errorf("%d keys, expected %s", len(m), keys)
		}
	}
	has(raw, "title number issuer issued_on status truncated goals measures warnings")
	m := raw["measures"].([]any)[0].(map[string]any)
	has(m, "ref section heading kind force text actions")
	a := m["actions"].([]any)[0].(map[string]any)
	has(a, "text units open_ended deadline targets")
	has(a["units"].([]any)[0].(map[string]any), "name lead")
	has(a["targets"].([]any)[0].(map[string]any), "text value unit direction")
	has(raw["warnings"].([]any)[0].(map[string]any), "at text")
	if b, err := Render(Parse(""), "json"); err != nil || bytes.Contains(b, []byte("null")) {
		t.Errorf("%v %s", err, b)
	}
}

func TestTheTextForReviewersBeginsWithWhatToCheck(t *testing.T) {
	t.Parallel()
	b, err := Render(Parse(shortPlan), "text")
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	if !strings.HasPrefix(s, "请先核对这3处：\n  ! 文首：没有读到文号。") {
		t.Error(s)
	}
	for _, want := range []string{"标题：云泽省银龄便利行动方案", "任务2条，保障措施0条", "[一(一)] 留窗口（任务，必须做到）", "单位：省民政厅、省财政厅\n", "单位：省大数据局（牵头）、省财政厅", "期限：2024-06-30", "指标：不少于1个", "指标：不少于95%"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	if strings.ContainsAny(s, ",;?") {
		t.Error("half-width signs in the text for people")
	}
	if _, err := Render(Parse(shortPlan), "xml"); !civic.Is(err, civic.Invalid) {
		t.Error(err)
	}
}
