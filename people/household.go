package people

import (
	"context"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Housemate is somebody who lives with a person, as far as is registered.
type Housemate struct {
	Person civic.PersonID
	Name   string // masked unless the authority reaches them
	Since  string // YYYY-MM-DD
}

var (
	// ActJoined and ActLeft say that people live together and do so no longer.
	ActJoined = journal.Define("household.joined", "登记了住在一起的人")
	ActLeft   = journal.Define("household.left", "登记了搬出去住")

	errSelfHome = civic.E(civic.Invalid, "household.self", "这是老人自己的证件，请看住在一起的另一个人的证件。").On("other")
	errTogether = civic.E(civic.Conflict, "household.other", "两个人登记在不同的两户里。请先给搬走的那位办「搬出去了」，再登记。").On("other")
	errJoinCard = civic.E(civic.Denied, "household.card", "还没有看到住在一起的那一位的证件。请把证件放到读卡器上，或把号码从头到尾输一遍，再登记。").
			Accepting("那一位的身份证、社保卡或老年卡；或先打开那一位的资料").On("other")
	errAlone     = civic.E(civic.NotFound, "household.alone", "没有登记和谁住在一起，不用再办。")
	errJoinLater = civic.E(civic.Invalid, "household.since", "搬到一起的日子不能晚于今天，请再看一遍。").On("since")
)

// Join registers that two registered people live together, both of whom are open
// at the desk. Conflict if both are of different households.
func (s *Service) Join(ctx context.Context, actor civic.Actor, person, other civic.PersonID, since string) error {
	return s.join(ctx, actor, person, since, func(tx *journal.Tx) (civic.PersonID, error) {
		_, err := tx.Authorise(civic.Need{Person: other, Permission: civic.MayRegisterPeople})
		return other, err
	})
}

// JoinByCard is Join with the other's card shown in place of their record being open: a
// reader read it, or its whole number is typed here, which costs a look-up before anybody is
// looked for. Conflict also if the card can't be relied on.
func (s *Service) JoinByCard(ctx context.Context, actor civic.Actor, person civic.PersonID, card, since string) error {
	// Whoever may not register it for the person looks nobody up by it.
	if err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		_, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayRegisterPeople, Look: true})
		return err
	}); err != nil {
		return err
	}
	m, err := s.FindCard(ctx, actor, card)
	if err == nil {
		err = m.Refuse()
	}
	if err != nil {
		return civic.As(err).On("other")
	}
	return s.join(ctx, actor, person, since, func(tx *journal.Tx) (civic.PersonID, error) {
		other, err := Resolve(tx, m.Person)
		if err != nil || actor.Staff() == "" {
			return other.Root, err
		}
		shown, err := s.CardsShown(tx, actor.Staff(), other, tx.Now.Add(-TypedFor()))
		if err == nil && len(shown) == 0 {
			err = errJoinCard
		}
		return other.Root, err
	})
}

func (s *Service) join(ctx context.Context, actor civic.Actor, person civic.PersonID, since string, whom func(*journal.Tx) (civic.PersonID, error)) error {
	since, err := asDay(since, dayOf(s.j.Now()))
	if err != nil {
		return civic.As(err).On("since")
	}
	if since > dayOf(s.j.Now()) {
		return errJoinLater
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := staffMay(tx, person, civic.MayRegisterPeople)
		if err != nil {
			return err
		}
		other, err := whom(tx)
		if err != nil {
			return err
		}
		// Both rows in one order, so that nobody comes into two households at once.
		first, err := LockSelf(tx, person, other)
		if err != nil {
			return err
		}
		root := first.Root
		second, err := Resolve(tx, other)
		if err != nil {
			return err
		}
		if second.Root == root {
			return errSelfHome
		}
		mine, err := homeOf(tx, first.Selves())
		if err != nil {
			return err
		}
		theirs, err := homeOf(tx, second.Selves())
		if err != nil {
			return err
		}
		home := mine
		switch {
		case mine != "" && mine == theirs:
			return journal.ErrUnchanged
		case mine != "" && theirs != "":
			return errTogether
		case mine == "" && theirs == "":
			home = db.NewID()
		case mine == "":
			home = theirs
		}
		for p, has := range map[civic.PersonID]string{root: mine, second.Root: theirs} {
			if has != "" {
				continue
			}
			// Whoever left and comes back on the same day has never left.
			if _, err := tx.Exec(`INSERT INTO household (person, id, since, until) VALUES ($1, $2, $3, '')
				ON CONFLICT (person, id, since) DO UPDATE SET until = ''`, p, home, since); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: ActJoined, About: []journal.About{{ID: string(second.Root), Kind: "person", Role: "object"}}})
	})
}

// Leave registers that a person moved out, on the day given or today. NotFound if
// they live with nobody. Who moves in elsewhere is joined there afterwards.
func (s *Service) Leave(ctx context.Context, actor civic.Actor, person civic.PersonID, on string) error {
	on, err := asDay(on, dayOf(s.j.Now()))
	if err != nil {
		return civic.As(err).On("until")
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, _, err := staffOnly(tx, person, civic.MayRegisterPeople)
		if err != nil {
			return err
		}
		ids := auth.Selves()
		n, err := tx.Exec(`UPDATE household SET until = CASE WHEN since > $1 THEN since ELSE $1 END WHERE until = '' AND person IN `+db.In(2, len(ids)),
			append([]any{on}, db.Args(ids)...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return errAlone
		}
		return tx.Record(auth, journal.Event{Act: ActLeft})
	})
}

// homeOf returns the household that somebody lives in now, or "".
func homeOf(q db.Q, ids []civic.PersonID) (string, error) {
	var homes []string
	err := q.Select(&homes, `SELECT id FROM household WHERE until = '' AND person IN `+db.In(1, len(ids))+` ORDER BY since DESC LIMIT 1`, db.Args(ids)...)
	if err != nil || len(homes) == 0 {
		return "", err
	}
	return homes[0], nil
}

// Household lists who lives with a person now, for whoever has an authority over
// the person. Names are masked: it is no authority over the others.
func (s *Service) Household(q db.Q, auth civic.Authority, person civic.PersonID) ([]Housemate, error) {
	if !auth.Over(person) {
		return nil, errAuthority
	}
	home, err := homeOf(q, auth.Selves())
	if err != nil || home == "" {
		return nil, err
	}
	var rows []Housemate
	if err := q.Select(&rows, `SELECT person, since FROM household WHERE id = $1 AND until = '' ORDER BY since, person`, home); err != nil {
		return nil, err
	}
	var out []Housemate
	for _, r := range rows {
		if auth.Over(r.Person) {
			continue
		}
		if r.Name, err = s.Name(q, auth, r.Person); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
