package notify

import (
	"context"
	"errors"
)

// Parcel is one text on its way to one place.
type Parcel struct {
	ID       string // of the attempt: the same parcel again has the same, and nobody gets it twice
	To       string // a phone number or an address
	Subject  string
	Text     string
	Template string   // the name of the message, for gateways that know texts by number
	Names    []string // of the values, in the order in which the text needs them
	Values   []string
}

// Sent is what a carrier says of a parcel that it took.
type Sent struct {
	Gateway   string
	Ref       string // the carrier's own name for it
	Cost      int64  // in thousandths of a yuan
	Delivered bool   // it has arrived already, and no report will come
}

// Carrier brings parcels. Send returns Refused when the parcel was certainly not
// taken, so that it may go another way; any other error leaves it unsure, and the same
// parcel is not sent again by a way that does not know it from the first.
type Carrier interface {
	Send(ctx context.Context, p Parcel) (Sent, error)
}

// Priced is a carrier that knows what a parcel costs before it is sent: of one that was handed over when the
// server stopped it is not known whether it was taken, and it counts as if it was.
type Priced interface{ Price(p Parcel) int64 }

// Refused is the error of a parcel that was certainly not taken. For good says that
// asking again is of no use: a number that does not exist. Turn says that it waited for its turn in vain,
// which is no try: nobody was asked.
type Refused struct {
	Err     error
	ForGood bool
	Turn    bool
}

func (r *Refused) Error() string {
	if r.Err == nil {
		return "refused"
	}
	return "refused: " + r.Err.Error()
}

func (r *Refused) Unwrap() error { return r.Err }

// refused finds a refusal in an error.
func refused(err error) (*Refused, bool) {
	var r *Refused
	ok := errors.As(err, &r)
	return r, ok
}

// Console takes everything and brings it nowhere: a demonstration shows what it took
// on a page, and it never gets into a log.
type Console struct{}

// Send implements Carrier.
func (Console) Send(_ context.Context, p Parcel) (Sent, error) {
	return Sent{Gateway: "console", Ref: p.ID, Delivered: true}, nil
}
