package journal

import (
	"fmt"
	"slices"
	"sort"
)

// Act is one kind of thing that can happen. Acts come from a registry, so that
// indicators and messages can name them and a misspelt one can't be recorded.
type Act string

var registry = map[Act]string{}

// Define registers an act with its words for the timeline. For package variables;
// it panics on a twin.
func Define(act Act, words string) Act {
	if _, ok := registry[act]; ok {
		panic(fmt.Sprintf("journal: act %s is defined twice", act))
	}
	registry[act] = words
	return act
}

var carried = map[Act][]string{}

// Carries declares what every entry of the act has: names of details, and office, request,
// grant, consent or session for something of that kind that the entry is about. What reads the entries, such as
// the words that tell people of them, may count on these and on no others. It returns the act.
// For package variables; Record refuses an entry that lacks one.
func (a Act) Carries(names ...string) Act {
	carried[a] = append(carried[a], names...)
	return a
}

// Carried lists what every entry of the act has.
func (a Act) Carried() []string { return slices.Clone(carried[a]) }

// lacks names the first thing that the act carries and an event of it does not, or "".
func (ev Event) lacks() string {
	for _, name := range carried[ev.Act] {
		_, told := ev.Detail[name]
		if !told && !slices.ContainsFunc(ev.About, func(a About) bool { return a.Kind == name }) {
			return name
		}
	}
	return ""
}

// Words says what happened, in words for the person.
func (a Act) Words() string { return registry[a] }

// Acts lists all acts in order.
func Acts() []Act {
	out := make([]Act, 0, len(registry))
	for a := range registry {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
