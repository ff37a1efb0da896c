package ruledata_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"yinqiao/ruledata"
)

type limit struct {
	Source string
	Days   int
}

// few is data that says itself whether it is right.
type few struct{ Days int }

func (f *few) Validate() error {
	if f.Days > 3 {
		return errors.New("more than three days")
	}
	return nil
}

func TestAFileThatIsNotRightByItsOwnRulesStopsTheProgram(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"few.yaml": {Data: []byte("days: 3\n")}, "many.yaml": {Data: []byte("days: 4\n")}}
	if got := ruledata.Must[few](files, "few.yaml"); got.Days != 3 {
		t.Errorf("%+v", got)
	}
	defer func() {
		if said, _ := recover().(string); !strings.Contains(said, "many.yaml: more than three days") {
			t.Errorf("%q", said)
		}
	}()
	ruledata.Must[few](files, "many.yaml")
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
