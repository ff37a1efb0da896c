package ruledata_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"yinqiao/ruledata"
)

type limit struct {
	Source string
	Days   int
}

func TestAFileIsReadAndAMisspeltOneStopsTheProgram(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"data/good.yaml":  {Data: []byte("source: ours\ndays: 3\n")},
		"data/field.yaml": {Data: []byte("source: ours\nday: 3\n")},
		"data/twice.yaml": {Data: []byte("days: 3\ndays: 4\n")},
		"data/kind.yaml":  {Data: []byte("days: three\n")},
	}
	if got := ruledata.Must[limit](files, "data/good.yaml"); got != (limit{"ours", 3}) {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"data/field.yaml", "data/twice.yaml", "data/kind.yaml", "data/none.yaml"} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, name) {
					t.Errorf("%s: %q", name, said)
				}
			}()
			ruledata.Must[limit](files, name)
		}()
	}
}
