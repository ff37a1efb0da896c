package line

import "strings"

// infoKey reads a key that is sent by SIP INFO: as application/dtmf, the key alone, or as
// application/dtmf-relay, lines of which one is "Signal=5".
func infoKey(kind string, body []byte) (byte, bool) {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	text := string(body)
	switch strings.TrimSpace(kind) {
	case "application/dtmf":
	case "application/dtmf-relay":
		found := ""
		for _, l := range strings.Split(text, "\n") {
			if name, value, ok := strings.Cut(l, "="); ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
				found = value
			}
		}
		text = found
	default:
		return 0, false
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	switch text { // some write the event's number
	case "10":
		text = "*"
	case "11":
		text = "#"
	}
	if len(text) != 1 || !strings.Contains(keyNames, text) {
		return 0, false
	}
	return text[0], true
}
