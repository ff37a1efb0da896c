package casework

import (
	"context"

	"yinqiao/civic"
)

// Outcome is what became of one case of a batch.
type Outcome struct {
	Request civic.RequestID
	Err     error
}

var errBatch = civic.E(civic.Invalid, "case.batch", "请先勾选要办的事，一次最多100件。").On("request")

// BatchMost is how many cases one batch takes.
const BatchMost = 100

// Batch does one step with many cases, each on its own: one that can't be done
// leaves the others done, and is named.
func Batch(ids []civic.RequestID, step func(id civic.RequestID) error) ([]Outcome, error) {
	if len(ids) == 0 || len(ids) > BatchMost {
		return nil, errBatch
	}
	out := make([]Outcome, 0, len(ids))
	for _, id := range ids {
		out = append(out, Outcome{id, step(id)})
	}
	return out, nil
}

// HandOver puts everything that the member of staff at the controls has in hand into
// a colleague's, at the end of a shift or before a leave.
func (s *Service) HandOver(ctx context.Context, actor civic.Actor, to civic.StaffID) (int, error) {
	if to != "" && to == actor.Staff() {
		return 0, errColleague // it would stay in the same hands, and never be over
	}
	n := 0
	for {
		page, err := s.List(ctx, actor, Filter{View: Mine, Limit: QueueMost})
		if err != nil {
			return n, err
		}
		if len(page.Items) == 0 {
			return n, nil
		}
		for _, it := range page.Items {
			if err := s.Assign(ctx, actor, it.Request, to); err != nil {
				return n, err
			}
			n++
		}
	}
}
