package calls

import (
	"context"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/staff"
)

var errSkill = civic.E(civic.Invalid, "seat.skill", "请至少选一种您会接的电话。").On("skills")

// MySkills are what the operator at the controls may sign on for, by their roles, and what they
// are signed on for now: nil when they take no calls.
func (s *Service) MySkills(ctx context.Context, actor civic.Actor) (may []Skill, on []string, err error) {
	m, _, err := s.serving(ctx, actor)
	may = skillsOf(m)
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if seat := s.desk.seats[actor.Staff()]; seat != nil {
		on = slices.Clone(seat.Skills)
	}
	return may, on, err
}

func skillsOf(m staff.Member) []Skill {
	return slices.DeleteFunc(Skills(), func(k Skill) bool {
		return !slices.ContainsFunc(m.Roles, func(p staff.Post) bool { return slices.Contains(k.Roles, p.Role) })
	})
}

// SignOn lets the operator at the controls take calls of some skills from now on; again changes
// the skills, and begins their turn anew.
func (s *Service) SignOn(ctx context.Context, actor civic.Actor, skills []string) error {
	slices.Sort(skills)
	skills = slices.Compact(skills)
	var m staff.Member
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if m, err = staff.Read(tx, actor.Staff()); err != nil {
			return err
		}
		may := skillsOf(m)
		if len(skills) == 0 || slices.ContainsFunc(skills, func(c string) bool {
			return !slices.ContainsFunc(may, func(k Skill) bool { return k.Code == c })
		}) {
			return errSkill
		}
		if _, err := tx.Exec(`INSERT INTO call_seat (staff, skills, since) VALUES ($1, $2, $3) ON CONFLICT (staff) DO UPDATE SET skills = excluded.skills, since = excluded.since`,
			m.ID, strings.Join(skills, ","), tx.Now); err != nil {
			return err
		}
		return tx.Record(auth, seatEvent(ActOn, m.ID))
	})
	if err != nil {
		return err
	}
	s.sit(m, skills, s.j.Now())
	return nil
}

func seatEvent(act journal.Act, who civic.StaffID) journal.Event {
	return journal.Event{Act: act, About: []journal.About{{ID: string(who), Kind: "staff", Role: "object"}}}
}

// sit puts an operator into their seat, or changes what they take.
func (s *Service) sit(m staff.Member, skills []string, since time.Time) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.seats[m.ID] = &seat{Staff: m.ID, Name: m.Name, Where: m.Where(civic.MayServePeople), Skills: skills, Since: since}
	s.desk.changed()
}

// SignOff ends that the operator at the controls takes calls; one that they speak in goes on.
// Who takes none is not told off for it.
func (s *Service) SignOff(ctx context.Context, actor civic.Actor) error {
	return s.signOff(ctx, actor, actor.Staff(), s.j.Now())
}

// signOff ends the seat of a member who signed on by then: not that of whoever has signed on again since.
func (s *Service) signOff(ctx context.Context, actor civic.Actor, who civic.StaffID, by time.Time) error {
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		need := civic.Need{}
		if actor.Staff() != "" {
			need.Permission = civic.MayServePeople
		}
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`DELETE FROM call_seat WHERE staff = $1 AND since <= $2`, who, by)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, seatEvent(ActOff, who))
	})
	if err != nil {
		return err
	}
	s.desk.mu.Lock()
	if seat := s.desk.seats[who]; seat != nil && !seat.Since.After(by) {
		delete(s.desk.seats, who)
	}
	s.desk.changed()
	s.desk.mu.Unlock()
	return nil
}

// Leave is the job that takes whoever has left, or serves nobody any more, from their seat.
type Leave struct {
	Staff civic.StaffID `json:"staff"`
}

// Kind implements jobs.Args.
func (Leave) Kind() string { return "calls.leave" }

// Vacate takes a member from their seat who may serve no more.
func (s *Service) Vacate(ctx context.Context, job Leave) error {
	serves := false
	err := s.j.Look(ctx, system(), func(v *journal.View) error {
		m, err := staff.Read(v, job.Staff)
		if civic.Is(err, civic.NotFound) {
			return nil
		}
		_, serves = m.May(civic.MayServePeople)
		return err
	})
	if err != nil || serves {
		return err
	}
	return s.signOff(ctx, system(), job.Staff, s.j.Now())
}

// EndTurns takes from their seats whose turn is over; a call that they speak in goes on, and the next are their colleagues'. Whose
// turn is over soon is told on their pages. The wiring calls it every now and then.
func (s *Service) EndTurns(ctx context.Context) error {
	now := s.j.Now()
	by := now.Add(-rules.TurnHours.Hours())
	var over []civic.StaffID // of processes that fell too
	if err := s.j.Look(ctx, system(), func(v *journal.View) error {
		return v.Select(&over, `SELECT staff FROM call_seat WHERE since <= $1 ORDER BY staff LIMIT $2`, by, rowsMost)
	}); err != nil {
		return err
	}
	s.desk.mu.Lock()
	for who, seat := range s.desk.seats {
		switch {
		case !seat.Since.After(by):
			over = append(over, who)
		case !seat.told && seat.endsSoon(now):
			seat.told = true
			s.desk.changed()
		}
	}
	s.desk.mu.Unlock()
	slices.Sort(over)
	for _, who := range slices.Compact(over) {
		if err := s.signOff(ctx, system(), who, by); err != nil {
			return err
		}
	}
	return nil
}

// ends is when a turn is over.
func (s *seat) ends() time.Time { return s.Since.Add(rules.TurnHours.Hours()) }

func (s *seat) endsSoon(at time.Time) bool {
	return !at.Before(s.ends().Add(-rules.TurnWarnMinutes.Minutes()))
}

// TurnEnds is when the turn of a member is over who takes calls, where that is soon; zero where it is not. It reads memory alone.
func (s *Service) TurnEnds(who civic.StaffID) time.Time {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if seat := s.desk.seats[who]; seat != nil && seat.endsSoon(s.j.Now()) {
		return seat.ends()
	}
	return time.Time{}
}

// Restore puts those into their seats again who sat there when the process ended. Seats of more
// than a turn ago are given up.
func (s *Service) Restore(ctx context.Context) error {
	var rows []struct {
		Staff  civic.StaffID
		Skills string
		Since  time.Time
	}
	return s.j.Look(ctx, system(), func(v *journal.View) error {
		if err := v.Select(&rows, `SELECT staff, skills, since FROM call_seat WHERE since > $1 ORDER BY staff LIMIT $2`, v.Now.Add(-rules.TurnHours.Hours()), rowsMost); err != nil {
			return err
		}
		for _, r := range rows {
			m, err := staff.Read(v, r.Staff)
			if civic.Is(err, civic.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			s.sit(m, strings.Split(r.Skills, ","), r.Since)
		}
		return nil
	})
}

// HumanFirst reports whether somebody is rung for a known caller before anything is asked: by
// their age and the hour, by how many of those on duty are free, and by whether enough of them stay for others.
func (s *Service) HumanFirst(age int, o *Ongoing) bool {
	now := s.j.Now()
	hour := now.In(civic.Shanghai).Hour()
	if age < rules.HumanFirstAge.Value || hour < rules.HumanFirstFrom.Value || hour >= rules.HumanFirstUntil.Value {
		return false
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	fit, free, first := 0, 0, 0
	for _, seat := range s.desk.seats {
		if !seat.helps(&o.call, now) {
			continue
		}
		fit++
		if o := s.desk.talking(seat.Staff); o != nil && o.call.HumanFirst {
			first++
		}
		if !s.desk.busy(seat.Staff) {
			free++
		}
	}
	waiting := 0
	for _, x := range s.desk.calls {
		if x.call.State == Waiting {
			if x.coming == nil { // who is being answered has their operator
				waiting++
			}
			if x.call.HumanFirst {
				first++
			}
		}
	}
	most := max(1, fit*rules.HumanFirstPercent.Value/100)
	return free > waiting && free*100 >= fit*rules.HumanFirstFree.Value && first < most
}

// Staffed reports whether anybody is signed on who could take the call: whose telephone failed in it is not.
func (s *Service) Staffed(o *Ongoing) bool {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	for _, seat := range s.desk.seats {
		if civic.Covered(seat.Where, o.call.Division) && !o.dropped[seat.Staff] {
			return true
		}
	}
	return false
}
