package db

// Where says how a table is spread when the database grows past one machine.
type Where struct {
	Kind string // person, place, key, reference or local
	By   string // the sharding column, for person, place and key
}

func byPerson(col string) Where { return Where{"person", col} }
func byPlace(col string) Where  { return Where{"place", col} }
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

	"place_day":     reference,
	"place_feature": reference,
	"place_window":  reference,

	"staff":        reference,
	"staff_login":  reference,
	"staff_role":   reference,
	"sign_session": byKey("token"),
	"device":       byKey("id"),
	"device_seen":  byKey("device"),
	"enrol_code":   byKey("hash"),
	"card_read":    byKey("device"),
	"duty":         byPlace("office"),

	"person":            byPerson("id"),
	"other_name":        byPerson("person"),
	"name_key":          byPerson("person"), // not by key: most writes are of one person, and a search may ask every shard
	"credential":        byPerson("person"),
	"contact":           byPerson("person"),
	"opening":           byPerson("person"),
	"person_seen":       byPerson("person"),
	"glass_review":      byPerson("person"),
	"proxy_grant":       byPerson("person"),
	"grant_evidence":    byPerson("person"),
	"person_tag":        byPerson("person"),
	"household":         byPerson("person"),
	"person_preference": byPerson("person"),
	"service_birth":     byPerson("person"),
	"consent":           byPerson("person"),
	"consent_code":      byPerson("person"),
	"eligibility":       byPerson("person"),
	"credential_index":  byKey("hash"),
	"credential_former": byKey("hash"),
	"tail_index":        byKey("hash"),

	"credential_dispute": byKey("id"),
	"person_merge":       byKey("id"),
	"contact_index":      byKey("hash"),
	"access_code":        byKey("hash"),

	"roster":      byKey("id"),
	"roster_part": byKey("roster"),
	"roster_row":  byKey("roster"),

	"service_definition": reference,
	"service_state":      reference,

	"finding": reference,

	"ledger_policy":     reference,
	"ledger_correction": reference,
	"ledger_measure":    reference,
	"ledger_target":     reference,
	"ledger_meeting":    reference,
	"ledger_task":       reference,
	"ledger_unit":       reference,
	"ledger_report":     reference,
	"ledger_extension":  reference,
	"ledger_order":      reference,
	"ledger_count":      reference,
	"ledger_practice":   reference,
	"ledger_adoption":   reference,
	"ledger_file":       reference,

	"spoken_number":    byKey("number"),
	"idempotency":      byKey("hash"),
	"draft":            byKey("id"),
	"request":          byPerson("person"),
	"casework":         byPerson("person"),
	"casework_seen":    byPerson("person"),
	"casework_note":    byPerson("person"),
	"casework_custody": byPerson("person"),
	"absence":          Where{"place", "office"},

	"booking_plan":     reference,
	"booking_resource": byPlace("office"),
	"booking_template": byPlace("office"),
	"booking_day":      byPlace("office"),
	"booking_session":  byPlace("office"),
	"booking_pool":     byPlace("office"),
	"booking_hold":     byPlace("office"),
	"booking":          byPlace("office"),
	"booking_wait":     byPlace("office"),
	"booking_line":     byPlace("office"),
	"booking_ticket":   byPlace("office"),

	"booking_owner":      byPlace("office"),
	"booking_ask":        byPlace("office"),
	"booking_list":       byPlace("office"),
	"booking_difference": byPlace("office"),

	"message":         byPerson("person"),
	"message_attempt": byPerson("person"),
	"message_refusal": byPerson("person"),
	"message_report":  byKey("ref"),
	"message_sending": byKey("attempt"),
	"message_stop":    reference,
	"message_mail":    reference,

	"call":      byKey("id"),
	"call_back": byKey("id"),
	"call_seat": byKey("staff"),
	"call_node": byKey("node"),

	"journal_entry":  byKey("id"),
	"journal_detail": byKey("entry"),
	"journal_about":  byKey("id"),
	"journal_batch":  local,
	"journal_chain":  local,
	"journal_tally":  local,
	"journal_sum":    local,

	"installation": local,

	"retention_day": local,
}

// scratchTables are the few tables that are not acts: losing a row of them loses
// no history. Scratch may write these and no others.
var scratchTables = map[string]bool{
	"draft":         true, // half-done dialogues
	"spoken_number": true, // numbers claimed by drafts
	"sign_session":  true, // who is signed in
	"idempotency":   true, // replies to repeated calls
	"roster_row":    true, // what a check found in the rows of a list
	"device_seen":   true, // when a device was last heard of
	"enrol_code":    true, // codes of a quarter of an hour
	"card_read":     true, // cards laid on a reader a moment ago
	"booking_hold":  true, // places held for half an hour
	"booking_pool":  true, // and their count, in the row with the quota
	"booking_ask":   true, // how often a hospital was asked; what it said is an act

	"call":            true, // how far a caller has come; what happened in the call is acts
	"call_node":       true, // when a line was last heard of
	"message_sending": true, // parcels in the hands of a carrier
	"message_report":  true, // reports that came early; without them a message climbs on
}
