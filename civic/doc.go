// Package civic holds the words that every room shares: identifiers, the
// actor of an act, the channel it came through, the kinds of error, the spoken
// number and the finding. It imports the standard library only, so that any
// room may import it. Rules about people, services or engines do not live here.
package civic
