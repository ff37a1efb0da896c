package people

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Show reads a person for somebody with authority over them: themselves, an
// agent of theirs, or staff who have opened them.
func (s *Service) Show(ctx context.Context, actor civic.Actor, id civic.PersonID) (Profile, error) {
	var p Profile
	err := s.j.Look(ctx, actor.For(id), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: id, Permission: civic.MayServePeople, Look: true})
		if err != nil {
			return err
		}
		p, err = s.Profile(v, auth, id)
		return err
	})
	return p, err
}

// Glance returns the masked minimum of a person whom a clerk has found but not
// yet opened.
func (s *Service) Glance(ctx context.Context, actor civic.Actor, id civic.PersonID) (Match, error) {
	var m Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		r, err := readPerson(v, id)
		m = Match{r.ID, Masked(r.Name), r.Sex, year(r.Birth), r.Division, "", "active"}
		return err
	})
	return m, err
}
