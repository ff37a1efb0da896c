package people

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Show reads a person for somebody with authority over them: themselves, staff
// who have opened them, or an agent of theirs. An agent whose grant does not cover
// every service sees the name and nothing to find the person by.
func (s *Service) Show(ctx context.Context, actor civic.Actor, id civic.PersonID) (Profile, error) {
	var p Profile
	var own bool
	byPost := false // staff whom the person lets act without being opened leave a trace too
	err := s.j.Look(ctx, actor.For(id), func(v *journal.View) error {
		need := civic.Need{Person: id, Permission: civic.MayServePeople, Look: true}
		auth, err := v.Authorise(need)
		if err != nil {
			return err
		}
		own = auth.Basis() == civic.BasisOwn
		byPost = auth.Basis() == civic.BasisGrant && actor.Staff() != "" && auth.AskedFor(actor).None()
		if p, err = s.Profile(v, auth, id); err != nil || auth.Basis() != civic.BasisGrant || actor.Person() == "" {
			return err
		}
		need.Service = "*"
		if _, err = v.Authorise(need); civic.Is(err, civic.Denied) {
			p, err = Profile{Person: Person{ID: p.ID, Name: p.Name, Sex: p.Sex, Division: p.Division.County()}}, nil
		}
		return err
	})
	if err == nil && (byPost || actor.Person() != "" && !own) {
		err = s.seen(ctx, actor.For(p.ID))
	}
	if err != nil {
		return Profile{}, err
	}
	return p, nil
}

// seen records that an agent looked at a person, once a day for each.
func (s *Service) seen(ctx context.Context, actor civic.Actor) error {
	day := s.j.Now().In(civic.Shanghai).Format(time.DateOnly)
	var n int
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM person_seen WHERE person = $1 AND viewer = $2 AND day = $3`, actor.Subject, actor.Operator.ID, day)
	})
	if err != nil || n > 0 {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: actor.Subject, Permission: civic.MayServePeople, Look: true})
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO person_seen (person, viewer, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, actor.Subject, actor.Operator.ID, day)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActSeen})
	})
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
		m = Match{Person: r.ID, Name: Masked(r.Name), Sex: r.Sex, Birth: year(r.Birth), Division: r.Division, State: Active}
		return err
	})
	return m, err
}

// MaskedNames returns the masked names of people, for a list.
func MaskedNames(q db.Q, ids []civic.PersonID) (map[civic.PersonID]string, error) {
	out := map[civic.PersonID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID   civic.PersonID
		Name string
	}
	if err := q.Select(&rows, `SELECT id, name FROM person WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID] = Masked(r.Name)
	}
	return out, nil
}
