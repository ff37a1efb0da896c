package catalog

import (
	"cmp"
	"slices"
)

// Bundle is the services of one group, for people who look for theirs by kind.
type Bundle struct {
	Code, Words string
	Services    []*Definition
}

// otherGroup is the bundle of services that name no group.
const otherGroup = "other"

// Bundles sorts services by group, in the order of groups.yaml; those without one
// come last. Empty groups are left out.
func Bundles(ds []*Definition) []Bundle {
	var out []Bundle
	for _, g := range append(Areas(), Area{Code: otherGroup, Words: "别的事"}) {
		b := Bundle{Code: g.Code, Words: g.Words}
		for _, d := range ds {
			if d.Group == g.Code || d.Group == "" && g.Code == otherGroup {
				b.Services = append(b.Services, d)
			}
		}
		if len(b.Services) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// Front picks at most n services for a first page: those used, the latest first, then
// those that definitions put in front.
func Front(ds []*Definition, used []string, n int) []*Definition {
	var out []*Definition
	add := func(d *Definition) {
		if len(out) < n && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, name := range used {
		for _, d := range ds {
			if d.Service == name {
				add(d)
			}
		}
	}
	for _, d := range ds {
		if d.Front {
			add(d)
		}
	}
	for _, d := range ds {
		add(d)
	}
	return out
}

// Menu picks the services that the telephone offers by key, in their order.
func Menu(ds []*Definition) []*Definition {
	out := slices.DeleteFunc(slices.Clone(ds), func(d *Definition) bool { return d.Menu == 0 })
	slices.SortStableFunc(out, func(a, b *Definition) int { return cmp.Compare(a.Menu, b.Menu) })
	return out
}
