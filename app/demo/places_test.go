package demo

import (
	"strings"
	"testing"

	"yinqiao/civic"
)

func TestEachDistrictHasPlacesOfManyKindsThatSayTheyAreFictional(t *testing.T) {
	t.Parallel()
	kinds, names := map[civic.Division]map[string]bool{xiaodian: {}, xihu: {}}, map[string]bool{}
	for _, p := range Places() {
		if names[p.Name] || !strings.HasSuffix(p.Name, "（演示）") || p.Address == "" || p.Landmark == "" || p.Hours == "" || p.Can == "" {
			t.Errorf("%+v", p.Office)
		}
		names[p.Name] = true
		kinds[p.Division.County()][p.Kind] = true
	}
	for d, ks := range kinds {
		if len(ks) < 30 {
			t.Errorf("%s has %d kinds of place", d, len(ks))
		}
	}
}
