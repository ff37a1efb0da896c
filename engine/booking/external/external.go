// Package external is how a hospital's own register of places is spoken to: what is
// asked of it, what it answers, and the connection over HTTP. What an answer means for a
// booking is the booking room's business.
package external

import "time"

// Ask is one place that a register is asked for. Key names it for good: the same again
// changes nothing, and a key that was cancelled is never confirmed, in whatever order the
// two arrive.
type Ask struct {
	Key        string    `json:"key"`
	Number     string    `json:"number"` // that the person was told
	Service    string    `json:"service"`
	Department string    `json:"department,omitempty"`
	Resource   string    `json:"resource"` // the doctor, hall or class
	Code       string    `json:"code,omitempty"`
	StartsAt   time.Time `json:"starts_at"`
	EndsAt     time.Time `json:"ends_at"`
	Person     Person    `json:"person"`
}

// Person is who is to be registered, by what a hospital needs to know them.
type Person struct {
	Name   string `json:"name"`
	Kind   string `json:"id_kind,omitempty"` // of the card
	Number string `json:"id_number,omitempty"`
}

// State is what a register says of a key.
type State string

// The states. Confirmed follows Pending, and Refused or Cancelled may follow either and
// are the last word.
const (
	Pending   State = "pending"
	Confirmed State = "confirmed"
	Refused   State = "refused"
	Cancelled State = "cancelled"
)

// Known reports whether there is such a state.
func (s State) Known() bool {
	return s == Pending || s == Confirmed || s == Refused || s == Cancelled
}

// Answer is what a register says of one key.
type Answer struct {
	Key   string `json:"key"`
	State State  `json:"state"`
	Ref   string `json:"ref,omitempty"`   // their own number for it
	Words string `json:"words,omitempty"` // why, for staff
	Full  bool   `json:"full,omitempty"`  // refused since there is no place left at that time
}

// cut bounds what is kept of an answer, in characters.
const cut = 60

func (a Answer) trimmed() Answer {
	short := func(s string) string {
		if r := []rune(s); len(r) > cut {
			return string(r[:cut])
		}
		return s
	}
	a.Ref, a.Words = short(a.Ref), short(a.Words)
	return a
}
