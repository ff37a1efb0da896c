package kit

import (
	"context"

	"yinqiao/engine/calls"
)

// Telephone is the line, as operators speak on it. Its errors say what to do instead.
type Telephone interface {
	// Browser makes a telephone of a browser's offer (WebRTC), to speak with a call, and returns the answer.
	Browser(ctx context.Context, call, offer string) (answer string, leg calls.Leg, err error)
	// Ring rings a desk phone, to speak with a call, and returns when it was picked up.
	Ring(ctx context.Context, call, extension string) (calls.Leg, error)
	// Reaches reports whether numbers can be called from here.
	Reaches() bool
	// Reach calls a number for an operator who speaks through a leg; it returns at once, and the
	// operator hears how it goes.
	Reach(leg calls.Leg, number string) error
}

// OnCall is the call in which a member of staff speaks while they look at a page.
type OnCall struct {
	ID   string
	With string // who called, in words
	Form string // the form of the page that is saved when the member hangs up; "" for none
}
