// Package demo makes the people, offices and staff of the demonstration. It is
// pure: no clock, no files, no database, and the same seed gives the same people
// for ever, so that a screenshot, a test and a handbook can name them.
//
// Nothing in it may belong to anybody: every identifier has the right shape, so
// that all checks run as they do in earnest, and is impossible in fact, so that a
// demonstration can never meet a real person's file or ring a real telephone.
// Storing what it makes is the caller's work.
package demo
