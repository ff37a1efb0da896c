package people

import (
	"strings"
	"time"

	"yinqiao/civic"
)

// CredentialKind is one kind of card or paper that identifies a person (SX1,
// ZJ1.1: ID card, social-security or citizen card, senior card).
type CredentialKind string

// The kinds of credential. An ID number in any of the forms of GB 11643 is
// KindResidentID: citizens, residence permits of Hong Kong, Macao and Taiwan
// residents, and the permanent resident card of foreigners since 2023.
const (
	KindResidentID     CredentialKind = "resident_id"
	KindSocialSecurity CredentialKind = "social_security" // also the citizen card 市民卡
	KindSeniorCard     CredentialKind = "senior_card"
	KindTransitCard    CredentialKind = "transit_card"  // ZJ1.1; comes from a keyboard-wedge reader
	KindParkCard       CredentialKind = "park_card"     // ZJ1.1
	KindPrintedCard    CredentialKind = "printed_card"  // printed by us: a pendant or a card for the wallet
	KindTravelPermit   CredentialKind = "travel_permit" // 通行证, passports, and the foreigner's card of 2017
)

// CredentialKinds lists all kinds, in the order in which they are offered.
var CredentialKinds = []CredentialKind{KindResidentID, KindSocialSecurity, KindSeniorCard, KindTransitCard, KindParkCard, KindPrintedCard, KindTravelPermit}

var kindWords = map[CredentialKind]string{
	KindResidentID: "身份证", KindSocialSecurity: "社保卡（市民卡）", KindSeniorCard: "老年卡", KindTransitCard: "公交卡",
	KindParkCard: "公园卡", KindPrintedCard: "银桥便民卡", KindTravelPermit: "护照、通行证",
}

// Words names the credential.
func (k CredentialKind) Words() string {
	if w, ok := kindWords[k]; ok {
		return w
	}
	return "证件"
}

// Kinds are kinds of credential between blanks: a value that can be compared.
type Kinds string

// List returns the kinds.
func (ks Kinds) List() []CredentialKind {
	var out []CredentialKind
	for _, k := range strings.Fields(string(ks)) {
		out = append(out, CredentialKind(k))
	}
	return out
}

// The states of a credential. One that has run out by its date is Expired when
// it is read, whatever is stored.
const (
	Active    = "active"
	Lost      = "lost"
	Replaced  = "replaced"
	Expired   = "expired"
	Disputed  = "disputed"
	Withdrawn = "withdrawn"
)

var stateWords = map[string]string{Active: "正常", Lost: "已经挂失", Replaced: "已经换新", Expired: "已经过期", Disputed: "重号，待处理", Withdrawn: "登记错了，已经作废"}

// StateWords says a credential's state.
func StateWords(state string) string {
	if w, ok := stateWords[state]; ok {
		return w
	}
	return "不能用"
}

// stateOn is a stored state as of a moment: a card is good to the end of the day
// that is printed on it.
func stateOn(state, expires string, now time.Time) string {
	if state == Active && expires != "" && expires < now.In(civic.Shanghai).Format(time.DateOnly) {
		return Expired
	}
	return state
}

// Credential is a card as it is shown: its kind, last four characters, and the
// dates that are printed on it (YYYY-MM-DD, or "").
type Credential struct {
	ID      string
	Kind    CredentialKind
	Tail    string
	State   string
	Issued  string
	Expires string
}

// Live reports whether the card is still the person's, usable or not.
func (c Credential) Live() bool {
	return c.State == Active || c.State == Lost || c.State == Expired
}

// Contact is a phone as it is shown. A phone is a way to reach a person, not
// proof of who calls: Whose says whose phone it is.
type Contact struct {
	ID        string
	Kind      string
	Tail      string
	Whose     string
	Answers   string // the name of who answers, "" if not known
	Emergency bool   // to be called in an emergency
	Claimed   bool   // the person's own by the word of staff alone: see ConfirmContact
}

var (
	errCard  = civic.E(civic.Invalid, "card.form", "这个卡号不像身份证、社保卡或老年卡的号码，请对照卡面再看一遍。")
	errPhone = civic.E(civic.Invalid, "phone.form", "电话号码不对：手机是11位、以1开头；座机请连区号一起写，比如0351-1234567。")
)

// normalise checks a card's number for its kind and returns the one form that
// is indexed.
func normalise(kind CredentialKind, text string, today time.Time) (string, error) {
	switch kind {
	case KindResidentID:
		id, err := ParseResidentID(text, today)
		return id.Number, err
	case KindSocialSecurity, KindSeniorCard, KindTransitCard, KindParkCard, KindPrintedCard, KindTravelPermit:
		// The rules of card-face numbers differ by province: an opaque string.
		s := strings.ToUpper(civic.Digits(text))
		if len(s) < 8 || len(s) > 20 || strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return "", errCard
		}
		if kind == KindPrintedCard && !printedFits(s) {
			return "", errPrinted
		}
		return s, nil
	}
	return "", errCard
}

// CleanPhone checks a phone number and returns its digits, with the area code
// for landlines. Blanks, hyphens, full-width digits and +86 are accepted.
func CleanPhone(text string) (string, error) {
	s := strings.NewReplacer("(", "", ")", "").Replace(civic.Digits(text))
	for _, country := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(s, country); ok {
			s = civic.National(rest)
			break
		}
	}
	switch {
	case !allDigits(s):
	case len(s) == 11 && s[0] == '1':
		return s, nil
	case (len(s) >= 10 && len(s) <= 12) && s[0] == '0' && s[1] != '0': // 00 would be a call abroad
		return s, nil
	}
	return "", errPhone
}

// Tail is the last four digits of a number, by which people know it again; all of one that is shorter.
func Tail(s string) string {
	if len(s) <= 4 {
		return s
	}
	return s[len(s)-4:]
}
