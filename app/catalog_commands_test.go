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
	if err != nil || !strings.Contains(out, "有错0处，提醒0处") {
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
		"online-only.yaml:10: channels（渠道）：没有窗口，不用手机的人就办不了；请加上 desk（SX15、ZJ3.1）",
		"no-cash.yaml:20: pay（付钱办法）：谁也不能拒收现金；请加上 cash（SX10）",
		`words.yaml:71: 提醒：questions[6].ask（第7个问题的问话）：「APP」是外文字母，请用中文说`,
		"「提交」是公文里的话，请说「交上去」",
		"超过20个字念出来就难听明白",
		"broken.yaml:26: 方括号没有配成对",
		"能用的1项，有错3处，提醒3处",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not said in\n%s", part, out)
		}
	}
	if err == nil || !strings.Contains(err.Error(), "3处错") {
		t.Errorf("the command ended with %v", err)
	}
	if out, err := check(t, t.TempDir()); err == nil {
		t.Errorf("an empty folder passes: %s", out)
	}
}
