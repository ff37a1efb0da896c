package staff_test

import (
	"slices"
	"testing"

	"yinqiao/civic"
	"yinqiao/staff"
)

func TestNoDivisionOfAMemberIsInsideAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ posts, want []civic.Division }{
		"none":                     {nil, nil},
		"the same twice":           {[]civic.Division{"140105", "140105"}, []civic.Division{"140105"}},
		"a city and its districts": {[]civic.Division{"140105", "1401", "140106", "140107001"}, []civic.Division{"1401"}},
		"neighbours":               {[]civic.Division{"330106", "140105", "140105001"}, []civic.Division{"140105", "330106"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := staff.Member{Division: "1402"}
			for _, d := range c.posts {
				m.Roles = append(m.Roles, staff.Post{Role: staff.Operator, Division: d})
			}
			if got := m.Where(civic.MayServePeople); !slices.Equal(got, c.want) {
				t.Errorf("%v, not %v", got, c.want)
			}
			want := civic.Division("1402")
			if len(c.want) > 0 {
				want = c.want[0]
			}
			if got := m.At(civic.MayServePeople); got != want {
				t.Errorf("at %s, not %s", got, want)
			}
		})
	}
}
