// Command bench measures the platform beside a peer that does the bare minimum of
// the same work, in the same run, and prints one JSON line a measurement. Notes
// for people go to standard error. docs/bench.md says what each line means.
//
//	go run ./bench [-short] [-only NAME] [-bin FILE] [-clean]
package main
