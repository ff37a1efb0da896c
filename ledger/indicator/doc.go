// Package indicator makes figures of what really happened: what is counted is data, what it
// is counted from are the tallies of the sealed journal, and every figure opens to the entries
// behind it. It holds no state of its own: the same journal always gives the same figures.
package indicator
