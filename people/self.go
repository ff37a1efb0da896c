package people

import (
	"context"
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Self is who an ID stands for. A person who was registered twice has two IDs; a
// merge makes one the alias of the other, and both go on meaning the same person.
type Self struct {
	Root     civic.PersonID   // the identity that everything new is written under
	Also     []civic.PersonID // the others, merged into it
	Division civic.Division   // home, by the root
	Died     string           // YYYY-MM-DD, "" while alive as far as is known
	State    string           // of the root: active, withdrawn, erased
	aliases  int              // of the root
}

// Selves lists all identities, the root first.
func (s Self) Selves() []civic.PersonID { return append([]civic.PersonID{s.Root}, s.Also...) }

// aliasesMost bounds a chain of merges.
const aliasesMost = 20

type selfRow struct {
	AliasOf  civic.PersonID
	Aliases  int
	Division civic.Division
	DiedOn   string
	State    string
}

// Resolve finds who an ID stands for. NotFound if nobody ever had it. For
// whoever was never merged it is one read.
func Resolve(q db.Q, id civic.PersonID) (Self, error) {
	r, err := readSelf(q, id)
	if err != nil {
		return Self{}, err
	}
	for range aliasesMost {
		if r.AliasOf == "" {
			break
		}
		id = r.AliasOf
		if r, err = readSelf(q, id); err != nil {
			return Self{}, err
		}
	}
	if r.AliasOf != "" {
		return Self{}, errors.New("people: merges go round in a circle")
	}
	s := Self{Root: id, Division: r.Division, Died: r.DiedOn, State: r.State, aliases: r.Aliases}
	if r.Aliases == 0 {
		return s, nil
	}
	for next := []civic.PersonID{id}; len(next) > 0 && len(s.Also) < aliasesMost; {
		var more []civic.PersonID
		if err := q.Select(&more, `SELECT id FROM person WHERE alias_of IN `+db.In(1, len(next))+` AND alias_of <> '' ORDER BY id`, db.Args(next)...); err != nil {
			return Self{}, err
		}
		s.Also = append(s.Also, more...)
		next = more
	}
	return s, nil
}

func readSelf(q db.Q, id civic.PersonID) (selfRow, error) {
	var r selfRow
	err := q.Get(&r, `SELECT alias_of, aliases, division, died_on, state FROM person WHERE id = $1 AND state <> 'withdrawn'`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoPerson
	}
	return r, err
}

// Root is the identity that everything new about a person is written under; an ID
// that nobody has is its own. It names nobody to whoever does not know the ID.
func (s *Service) Root(ctx context.Context, id civic.PersonID) (civic.PersonID, error) {
	root := id
	err := s.j.Look(ctx, civic.Actor{}, func(v *journal.View) error {
		self, err := Resolve(v, id)
		if civic.Is(err, civic.NotFound) {
			return nil
		}
		if err == nil {
			root = self.Root
		}
		return err
	})
	return root, err
}

// Home returns where a person lives, as a division. It is no personal data by
// itself and is needed to judge authority.
func Home(q db.Q, id civic.PersonID) (civic.Division, error) {
	s, err := Resolve(q, id)
	return s.Division, err
}
