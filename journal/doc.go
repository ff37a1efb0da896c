// Package journal is the append-only record of every act: who was at the
// controls, who asked, for whom, by what authority, through which channel, about
// what. It wraps the database's writes (an act without an entry can't commit),
// reads the record back, seals it so that even the database's administrator
// can't change it unseen, and counts it. It knows no service and no engine.
package journal
