package app_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/app"
)

func check(t *testing.T, dir string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := app.Main(context.Background(), []string{"catalog", "check", dir}, &out, &out)
	return out.String(), err
}

func TestTheServicesOfThisReleasePassTheCheckWithoutAWarning(t *testing.T) {
	t.Parallel()
	out, err := check(t, "../catalog/data")
	if err != nil || !strings.Contains(out, "0 faults, 0 warnings") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCheckNamesFileLineFaultAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("../catalog/data/report-post.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, change := range map[string][2]string{
		"online-only.yaml": {"[desk, elder, api, phone]", "[elder, api]"},
		"no-cash.yaml":     {"pay: [cash, scan]", "pay: [scan]"},
		"words.yaml":       {"ask: 还有什么要交代的吗？", "ask: 请通过APP提交其他需要说明的相关补充内容。"},
		"broken.yaml":      {"questions:", "questions: ["},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(string(good), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := check(t, dir)
	for _, part := range []string{
		"online-only.yaml:9: channels: a service without a desk is reachable only with a device; add desk (SX15, ZJ3.1)",
		"no-cash.yaml:18: pay: nobody may refuse cash; add cash to the ways to pay (SX10)",
		`words.yaml:69: warning: questions[6].ask: "APP" is in Latin letters; say it in Chinese`,
		`"提交" is office language; say 交上去`,
		"more than 20 are hard to follow",
		"broken.yaml:24: sequence end token ']' not found\n",
		"1 definitions pass, 3 faults, 3 warnings",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not said in\n%s", part, out)
		}
	}
	if err == nil || !strings.Contains(err.Error(), "3 faults") {
		t.Errorf("the command ended with %v", err)
	}
	if out, err := check(t, t.TempDir()); err == nil {
		t.Errorf("an empty folder passes: %s", out)
	}
}
