package db

// Where says how a table is spread when the database grows past one machine.
type Where struct {
	Kind string // person, place, key, reference or local
	By   string // the sharding column, for person, place and key
}

func byPerson(col string) Where { return Where{"person", col} }
func byKey(col string) Where    { return Where{"key", col} }

var (
	reference = Where{"reference", ""}
	local     = Where{"local", ""}
)

// Topology names the place of every table. A test holds the schema to it: each
// primary and unique key contains the sharding column, and foreign keys join
// tables on the same sharding column or point at a reference table.
var Topology = map[string]Where{
	"division": reference,
	"office":   reference,

	"staff":        reference,
	"staff_login":  reference,
	"staff_role":   reference,
	"sign_session": byKey("token"),

	"person":            byPerson("id"),
	"other_name":        byPerson("person"),
	"name_key":          byPerson("person"), // not by key: most writes are of one person, and a search may ask every shard
	"credential":        byPerson("person"),
	"contact":           byPerson("person"),
	"opening":           byPerson("person"),
	"person_seen":       byPerson("person"),
	"proxy_grant":       byPerson("person"),
	"credential_index":  byKey("hash"),
	"credential_former": byKey("hash"),
	"tail_index":        byKey("hash"),
	"contact_index":     byKey("hash"),
	"access_code":       byKey("hash"),

	"service_definition": reference,
	"service_state":      reference,

	"spoken_number":    byKey("number"),
	"idempotency":      byKey("hash"),
	"draft":            byKey("id"),
	"request":          byPerson("person"),
	"casework":         byPerson("person"),
	"casework_seen":    byPerson("person"),
	"casework_note":    byPerson("person"),
	"casework_custody": byPerson("person"),

	"journal_entry":  byKey("id"),
	"journal_detail": byKey("entry"),
	"journal_about":  byKey("id"),
	"journal_batch":  local,
	"journal_chain":  local,
	"journal_tally":  local,

	"installation": local,
}

// scratchTables are the few tables that are not acts: losing a row of them loses
// no history. Scratch may write these and no others.
var scratchTables = map[string]bool{
	"draft":         true, // half-done dialogues
	"spoken_number": true, // numbers claimed by drafts
	"sign_session":  true, // who is signed in
	"idempotency":   true, // replies to repeated calls
}
