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

// Own is what it takes of a member for what concerns themselves alone: their place at
// their office, or where a post is for a part of its division only, as a grid worker's is, that post.
func Own(m Member) civic.Need {
	need := civic.Need{Permission: anyOf(m), Office: m.Office}
	if _, there := m.MayIn(need.Permission, m.Division); there {
		return need
	}
	if post, ok := m.May(need.Permission); ok {
		need.Office, need.Division = "", post.Division
	}
	return need
}
