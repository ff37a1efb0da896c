package ledger_test

import (
	"slices"
	"testing"

	"yinqiao/catalog"
	"yinqiao/ledger"
)

func TestServicesMayCiteJustTheClausesOfThePlans(t *testing.T) {
	t.Parallel()
	plans, err := ledger.Plans()
	if err != nil || len(plans) == 0 {
		t.Fatal(err)
	}
	for _, p := range plans {
		var have []string
		for _, m := range p.Measures {
			have = append(have, p.Clause(m))
		}
		if got := catalog.Clauses(p.Code); !slices.Equal(got, have) {
			t.Errorf("%s: services may cite %v; the plan has %v", p.Code, got, have)
		}
	}
}
