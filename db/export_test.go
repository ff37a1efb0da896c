package db

// Judge judges a server with the given facts.
func Judge(version int, encoding, collate, provider string) error {
	return serverFacts{version, encoding, collate, provider}.judge()
}

// ScratchTables is the allow-list of Scratch.
var ScratchTables = scratchTables
