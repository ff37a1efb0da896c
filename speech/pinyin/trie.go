package pinyin

// trie finds the longest phrase that begins at a place. Phrases are short and
// read once at start, so a map per node is small enough.
type trie struct {
	next  map[rune]*trie
	reads []string // one syllable per character; nil inside a phrase
}

func (t *trie) put(phrase []rune, reads []string) {
	for _, r := range phrase {
		if t.next == nil {
			t.next = map[rune]*trie{}
		}
		n := t.next[r]
		if n == nil {
			n = &trie{}
			t.next[r] = n
		}
		t = n
	}
	t.reads = reads
}

// longest returns the readings of the longest phrase at the start of text, or nil.
func (t *trie) longest(text []rune) []string {
	var best []string
	for _, r := range text {
		if t = t.next[r]; t == nil {
			break
		}
		if t.reads != nil {
			best = t.reads
		}
	}
	return best
}
