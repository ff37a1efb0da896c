package request

import "yinqiao/journal"

// Phrased lists the acts that have a sentence.
func Phrased() []journal.Act {
	var out []journal.Act
	for a := range phrases {
		out = append(out, a)
	}
	return out
}
