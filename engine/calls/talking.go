package calls

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Talking is the call in which an operator speaks, in this process; false when they speak in none.
// It reads memory alone, for what every page of theirs shows.
func (s *Service) Talking(who civic.StaffID) (Live, bool) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	o := s.desk.talking(who)
	if o == nil {
		return Live{}, false
	}
	return o.live(who, s.j.Now()), true
}

// One is one call that the operator at the controls may see; NotFound where it is over, or elsewhere.
// It needs people.serve.
func (s *Service) One(ctx context.Context, actor civic.Actor, call string) (Live, error) {
	_, where, err := s.serving(ctx, actor)
	if err != nil {
		return Live{}, err
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	o := s.desk.calls[call]
	if o == nil || !civic.Covered(where, o.call.Division) {
		return Live{}, errOverCall
	}
	return o.live(actor.Staff(), s.j.Now()), nil
}

// MayWatch asks whether the member at the controls may know that something changes on the telephone (Watch): whoever
// serves people, and whoever looks at the line from above.
func (s *Service) MayWatch(ctx context.Context, actor civic.Actor) error {
	return s.j.Look(ctx, actor, func(v *journal.View) error {
		_, _, err := mayServe(v, actor)
		if !civic.Is(err, civic.Denied) || actor.Staff() == "" {
			return err
		}
		m, err := staff.Read(v, actor.Staff())
		if err != nil {
			return err
		}
		_, err = v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: m.At(civic.MaySeeFigures), Look: true})
		return err
	})
}

var errOverCall = civic.E(civic.NotFound, "call.over", "这个电话已经挂了。填过的都存好了，请回到来电台。")
