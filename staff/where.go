package staff

import (
	"slices"

	"yinqiao/civic"
)

// Where lists the divisions in which the member has a permission, none inside another.
func (m Member) Where(p civic.Permission) []civic.Division {
	var out []civic.Division
	for _, post := range m.Roles {
		if post.Role.May(p) {
			out = append(out, post.Division)
		}
	}
	slices.Sort(out)
	return slices.CompactFunc(out, func(a, b civic.Division) bool { return a.Covers(b) })
}

// Any is some permission that a member has, for what concerns themselves alone.
func Any(m Member) civic.Permission { return anyOf(m) }
