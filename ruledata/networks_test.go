package ruledata_test

import (
	"fmt"
	"testing"

	"yinqiao/ruledata"
)

func TestNetworksAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	got, err := ruledata.Networks([]string{"198.51.100.7/28", " 203.0.113.9 ", "", "::ffff:10.0.0.0/104", "::ffff:192.0.2.1", "[fd00::1]"})
	if err != nil || fmt.Sprint(got) != "[198.51.100.0/28 203.0.113.9/32 10.0.0.0/8 192.0.2.1/32 fd00::1/128]" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ruledata.Networks([]string{"10.0.0.0/8", "the trunk"}); err == nil {
		t.Error("a name is taken for a network")
	}
}
