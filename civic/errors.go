package civic

import (
	"context"
	"errors"
	"fmt"
)

// Kind is what a channel needs to know of an error to render it.
type Kind uint8

// The kinds of error. Everything that is not one of the others is Internal, and
// tells the person nothing but what to do next.
const (
	Internal    Kind = iota // our fault; details are in the log only
	Invalid                 // what was entered can't be used as it is
	NotFound                // there is no such thing, or not for this actor
	Denied                  // not allowed; Accept names what would be
	Conflict                // somebody else was first, or the state has moved on
	Exhausted               // a limit is reached or nothing is left
	Unavailable             // a part that we need is away; trying later helps
)

var kindNames = [...]string{"internal", "invalid", "not_found", "denied", "conflict", "exhausted", "unavailable"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// Error is an error that a person may meet. Say is a whole sentence in the
// person's language that tells them what to do next; Code is stable and for
// machines. Neither may contain personal data. Err is for the log.
type Error struct {
	Kind   Kind
	Code   string
	Say    string
	Field  string // the question or field that is meant, if one is
	Accept string // for Denied: what would be accepted instead
	Err    error
}

// E makes an Error.
func E(kind Kind, code, say string) *Error { return &Error{Kind: kind, Code: code, Say: say} }

// Error is for logs; people are shown Say.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s %s: %v", e.Kind, e.Code, e.Err)
	}
	return fmt.Sprintf("%s %s", e.Kind, e.Code)
}

func (e *Error) Unwrap() error { return e.Err }

// On returns a copy that points at a field.
func (e *Error) On(field string) *Error { c := *e; c.Field = field; return &c }

// Because returns a copy that carries its cause for the log.
func (e *Error) Because(err error) *Error { c := *e; c.Err = err; return &c }

// Accepting returns a copy that names what would be accepted.
func (e *Error) Accepting(what string) *Error { c := *e; c.Accept = what; return &c }

// As finds the Error in err's chain. An error without one becomes Internal, and
// an expired context Unavailable.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return E(Unavailable, "civic.timeout", "这次等得太久，没有办成。请过一会儿再试一次。").Because(err)
	}
	return E(Internal, "civic.internal", "系统出了问题，这次没有办成。已填的内容还在，请稍后再试，或请工作人员帮忙。").Because(err)
}

// KindOf returns the kind of err.
func KindOf(err error) Kind { return As(err).Kind }

// Is reports whether err is an Error of the given kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
