package journal

import (
	"fmt"
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
