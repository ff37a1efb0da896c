package staff

import (
	"slices"

	"yinqiao/civic"
)

// Where lists the divisions in which the member has a permission, none inside another.
func (m Member) Where(p civic.Permission) []civic.Division {
	var all, out []civic.Division
	for _, post := range m.Roles {
		if post.Role.May(p) {
			all = append(all, post.Division)
		}
	}
	slices.Sort(all) // what is inside a division comes right behind it
	for _, d := range all {
		if n := len(out); n == 0 || !out[n-1].Covers(d) {
			out = append(out, d)
		}
	}
	return out
}

// At is the first division in which the member has a permission; where they have it nowhere, that of
// their office, to be refused there.
func (m Member) At(p civic.Permission) civic.Division {
	if where := m.Where(p); len(where) > 0 {
		return where[0]
	}
	return m.Division
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
