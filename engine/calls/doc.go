// Package calls is the room of telephone calls: who called, who took the call and after how long,
// what came of it, and who was promised to be called back. Callers wait here for operators, in a
// fair order, by what the operator must know. Sound and signalling are of channel/phone; what is
// said to the caller is not decided here.
package calls
