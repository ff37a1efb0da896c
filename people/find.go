package people

import (
	"context"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// matchMost bounds a search: who is not among ten needs a better question.
const matchMost = 10

// Find finds people by anything typed, swiped or said: the number of a card, a
// phone or a name. It returns the masked minimum and needs people.find; opening
// a person is another act.
func (s *Service) Find(ctx context.Context, actor civic.Actor, text string) ([]Match, error) {
	text = civic.Fold(text)
	switch {
	case text == "":
		return nil, errNoText
	case len([]rune(text)) > 60:
		return nil, errTextLong
	}
	var out []Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		var err error
		out, err = s.find(v, text)
		return err
	})
	if err != nil || len(out) == 1 && out[0].Card {
		return out, err // one card is one person, whose opening is recorded
	}
	// A list is recorded once, with what it was found by.
	return out, s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayFindPeople})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActListed, Detail: map[string]string{"by": out[0].Why, "found": strconv.Itoa(len(out))},
			About: []journal.About{{ID: actor.Operator.ID, Kind: string(actor.Operator.Kind), Role: "operator"}}})
	})
}

func (s *Service) find(q db.Q, text string) ([]Match, error) {
	var why error // the reason why a number can't be one, if that is what it looks like
	number := strings.ToUpper(civic.Digits(text))
	if looksLikeCard(number) {
		id, err := ParseResidentID(number, s.j.Now())
		if err == nil {
			number = id.Number
		} else if len(number) == 18 || len(number) == 15 {
			why = err
		}
		ms, err := s.byNumber(q, s.CredentialHash(number))
		if err == nil {
			return ms, nil
		}
		if !civic.Is(err, civic.NotFound) {
			return nil, err
		}
	}
	if phone, err := CleanPhone(text); err == nil {
		ms, err := byPhone(q, s.phoneHash(phone))
		if err != nil || len(ms) > 0 {
			return ms, err
		}
		why = nil
	}
	if why != nil {
		return nil, why
	}
	name, err := CleanName(text)
	if err != nil {
		return nil, errNoPerson
	}
	ms, err := byName(q, name)
	if err == nil && len(ms) == 0 {
		err = errNoPerson
	}
	return ms, err
}

func looksLikeCard(s string) bool {
	digits := strings.Count(s, "") - 1 - len(strings.Trim(s, "0123456789"))
	return len(s) >= 8 && len(s) <= 20 && digits > 0 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// FindCard finds the one person whose card has the number, and nobody by name or
// phone: for matters in which the wrong person would be harmed.
func (s *Service) FindCard(ctx context.Context, actor civic.Actor, number string) (Match, error) {
	var m Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		var err error
		m, err = s.ByCard(v, number)
		return err
	})
	return m, err
}

// ByCard finds the one person whose card has this number, in any form that
// people write it. A match whose State is not Active is to be refused (Match.Refuse).
// NotFound if there is none, Conflict if two persons dispute the number.
func (s *Service) ByCard(q db.Q, number string) (Match, error) {
	number = strings.ToUpper(civic.Digits(number))
	if id, err := ParseResidentID(number, s.j.Now()); err == nil {
		number = id.Number
	}
	return s.byCard(q, s.CredentialHash(number))
}
