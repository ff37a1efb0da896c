package rights

// Place is one table that holds something of a person.
type Place struct {
	Told   string // in which part of the copy a person finds it
	Untold string // or why it is not in the copy
	Erased string // what becomes of it when the person has everything erased
}

// Files are what the data folder holds of people beside the database.
var Files = map[string]Place{
	"keys":   {Untold: "the keys of the vault: nothing of anybody", Erased: "they stay, as others' data need them"},
	"speech": {Untold: "the sound of pages that were read aloud, under names that nobody can be found by; never a code", Erased: "deleted within days of being made (read_aloud)"},
}

// Inventory names every table by person, and those by key that name one. A test
// walks the topology of the database and finds what is missing here: nothing about
// a person may be kept that is neither told nor explained, nor without an end.
var Inventory = map[string]Place{
	"person":             {Told: "person", Erased: "name, birth, sex, address and village are emptied; the row stays as nobody's"},
	"other_name":         {Told: "other_names", Erased: "deleted"},
	"name_key":           {Untold: "made of the names, to find them by", Erased: "deleted"},
	"credential":         {Told: "cards", Erased: "deleted"},
	"contact":            {Told: "phones", Erased: "deleted"},
	"opening":            {Told: "story", Erased: "deleted"},
	"person_seen":        {Told: "story", Erased: "deleted"},
	"proxy_grant":        {Told: "grants_given", Erased: "ended; the row stays for its term, with opaque IDs"},
	"person_tag":         {Told: "tags", Erased: "deleted"},
	"household":          {Told: "household", Erased: "deleted"},
	"person_preference":  {Told: "preferences", Erased: "deleted"},
	"service_birth":      {Told: "births", Erased: "deleted"},
	"consent":            {Told: "consents", Erased: "withdrawn, without the witness; the row stays for its term"},
	"request":            {Told: "matters", Erased: "the answers are taken out; service, time and channel stay for figures"},
	"casework":           {Told: "matters", Erased: "the outcome is taken out; the rest stays for figures"},
	"booking":            {Told: "matters", Erased: "the row stays for figures, with an opaque ID that is nobody's"},
	"booking_hold":       {Untold: "a place held for half an hour; its draft is in the copy", Erased: "deleted"},
	"booking_ticket":     {Told: "story", Erased: "the row stays for figures; it names nobody"},
	"booking_wait":       {Told: "story", Erased: "deleted"},
	"casework_seen":      {Told: "story", Erased: "deleted"},
	"casework_note":      {Told: "matters", Erased: "the words are taken out; that something was said stays"},
	"casework_custody":   {Told: "matters", Erased: "what it was is taken out; the kind, the sum and where it went stay for the books"},
	"draft":              {Told: "matters", Erased: "deleted"},
	"credential_index":   {Untold: "blind index of the card numbers, which are in the copy", Erased: "deleted"},
	"credential_former":  {Untold: "blind index of old card numbers, which are in the copy", Erased: "deleted"},
	"tail_index":         {Untold: "blind index of the last six, which are in the copy", Erased: "deleted"},
	"contact_index":      {Untold: "blind index of the phones, which are in the copy", Erased: "deleted"},
	"access_code":        {Untold: "hash of a code that has long expired; its issue is in the story", Erased: "deleted"},
	"consent_code":       {Untold: "a code that lasts minutes; that it was sent, and what was read back, is in the story", Erased: "deleted"},
	"spoken_number":      {Told: "matters", Erased: "the number stays claimed, as nobody's"},
	"grant_evidence":     {Untold: "papers of a grant, kept for disputes; the grant is in the copy and the papers are shown at the window", Erased: "deleted"},
	"glass_review":       {Told: "story", Erased: "its words are emptied; that an opening was judged stays"},
	"credential_dispute": {Told: "story", Erased: "the reason is emptied, what is open is decided for the other; opaque IDs of two cards stay, of which one is deleted"},
	"person_merge":       {Told: "story", Erased: "reasons and division are emptied; opaque IDs of two registrations stay, which are nobody's"},
	"roster_row":         {Told: "story", Erased: "the sealed row is deleted with its list, within days of entering"},
	"message":            {Told: "messages", Erased: "deleted, also those to the person about somebody else"},
	"message_attempt":    {Told: "story", Erased: "deleted"},
	"message_refusal":    {Told: "story", Erased: "deleted"},
	"eligibility":        {Told: "story", Erased: "deleted"},
	"call":               {Told: "story", Erased: "whose it was and the number are taken out; when, how long and how it ended stay for figures"},
	"call_back":          {Told: "story", Erased: "whose it was and the number are taken out; that it was kept stays for figures"},
	"card_read":          {Told: "story", Erased: "opaque IDs, deleted within days"},
}
