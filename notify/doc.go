// Package notify tells people what they must be told. Which act makes whom be told, and
// in which words, is in data/messages.yaml; by which ways, in which order and until whose
// word, in data/chains.yaml. It reads the journal's acts and never decides anything else:
// what an act means, and who may act, live in the rooms of the acts.
package notify
