package db

// Judge judges a server with the given facts.
func Judge(version int, encoding, collate, provider string) error {
	return serverFacts{version, encoding, collate, provider}.judge()
}

// ScratchTables is the allow-list of Scratch.
var ScratchTables = scratchTables

// KeptMost is how many statements a SQLite connection keeps.
const KeptMost = keptMost

// Kept says how many statements a driver connection keeps now.
func Kept(conn any) int { return len(conn.(*keeper).kept) }
