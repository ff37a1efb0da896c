package calls

import (
	"context"
	"time"

	"yinqiao/civic"
)

// Talking is the call in which an operator speaks, in this process; false when they speak in none.
// It reads memory alone, for what every page of theirs shows.
func (s *Service) Talking(who civic.StaffID) (Live, bool) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if who == "" {
		return Live{}, false
	}
	for _, o := range s.desk.calls {
		if o.call.State == Talking && o.call.Staff == who {
			l := o.live(s.desk)
			l.Mine = true
			return l, true
		}
	}
	return Live{}, false
}

// One is one call that the operator at the controls may see; NotFound where it is over, or elsewhere.
// It needs people.serve.
func (s *Service) One(ctx context.Context, actor civic.Actor, call string) (Live, error) {
	all, err := s.Calls(ctx, actor)
	if err != nil {
		return Live{}, err
	}
	for _, l := range all {
		if l.ID == call {
			return l, nil
		}
	}
	return Live{}, errOverCall
}

var errOverCall = civic.E(civic.NotFound, "call.over", "这个电话已经挂了。填过的都存好了，请回到来电台。")

// Long reports whether somebody has waited for longer than the rules call soon.
func Long(waited time.Duration) bool { return waited > rules.SoonSeconds.seconds() }

// SoonSeconds is within how many seconds a call should be answered, by the rules.
func SoonSeconds() int { return rules.SoonSeconds.Value }
