package people

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// matchMost bounds a search: who is not among ten needs a better question.
const matchMost = 10

// Found is the answer of a search: ten people at most, the likeliest first.
type Found struct {
	Matches []Match
	More    bool   // there are more than are shown
	Narrow  string // what would tell them apart, if there are more
	by      string // what they were found by, for the journal
	whole   bool   // by the whole number of a card or a phone
}

var (
	errOneLetter = civic.E(civic.Invalid, "find.letter", "只有一个字母太少了。请输入姓名每个字的首字母，再加上出生年份，比如「wgy45」。")
	errYearOnly  = civic.E(civic.Invalid, "find.year", "只有出生年份找不到人。请再加上姓名，或者街道、村、社区，比如「王 1945」「1945 柳湾」。")
	errPlace     = civic.E(civic.NotFound, "find.place", "没有找到叫这个名字的街道、村或社区。请换一个写法，或只输入姓名和出生年份。")
)

// Find finds people by anything typed, swiped or said: the number of a card, the
// last six of an ID number, a phone, a name or an earlier one, its pinyin or
// initials, each with a year of birth or a place. It returns the masked minimum,
// those near the clerk first, and needs people.find; opening a person is another act.
// Exhausted for a whole number when the member of staff has looked up too many.
func (s *Service) Find(ctx context.Context, actor civic.Actor, text string) (Found, error) {
	text = tidied(text)
	switch {
	case text == "":
		return Found{}, errNoText
	case len([]rune(text)) > 60:
		return Found{}, errTextLong
	}
	var out Found
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true})
		if err != nil {
			return err
		}
		out, err = s.find(v, auth.Division(), text)
		return err
	})
	missed := err
	if err != nil && !(civic.Is(err, civic.NotFound) && isWhole(text)) {
		return Found{}, err
	}
	if err := s.recordFound(ctx, actor, text, out, missed); err != nil {
		return Found{}, err
	}
	return out, nil
}

// recordFound records what was shown, once: a list with what it was found by, one person
// by the card, which then counts as shown to whoever typed its number; or that a whole number was nobody's,
// for which missed is returned.
func (s *Service) recordFound(ctx context.Context, actor civic.Actor, text string, out Found, missed error) error {
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayFindPeople})
		if err != nil {
			return err
		}
		var spent []journal.About
		if missed != nil || out.whole {
			card, seen := "", ""
			if looksLikeCard(strings.ToUpper(civic.Digits(text))) && actor.Staff() != "" {
				seen = s.seenBy(string(actor.Staff()), dayOf(tx.Now), s.CredentialHash(s.folded(text)))
			}
			if len(out.Matches) == 1 {
				card = out.Matches[0].card
			}
			if spent, err = spend(tx, auth, card, seen); err != nil {
				return err
			}
		}
		switch {
		case missed != nil:
			return tx.Record(auth, journal.Event{Act: ActMissed, About: spent})
		case len(out.Matches) == 1 && out.Matches[0].Card:
			return recordTyped(tx, auth, out.Matches[0], spent...)
		}
		return recordList(tx, auth, actor, out.by, len(out.Matches), spent...)
	})
	return cmp.Or(err, missed)
}

// tidied folds what was typed or dictated: the stop of a sentence at its end, and a
// blank within the last six of an ID number.
func tidied(text string) string {
	text = strings.TrimRight(civic.Fold(text), " 。.,;!?、")
	parts := strings.Fields(text)
	six := strings.ToUpper(strings.Join(parts, ""))
	if len(parts) == 2 && len(six) == 6 && len(parts[0]) != 4 && len(parts[1]) != 4 && allDigits(six[:5]) && strings.Contains("0123456789X", six[5:]) {
		return six // four digits beside two may be two years
	}
	return text
}

func (s *Service) find(q db.Q, near civic.Division, text string) (Found, error) {
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
			out := Found{Matches: ms, whole: true}
			if len(ms) > 0 {
				out.by = ms[0].Kind.Words()
			}
			return out, nil
		}
		if !civic.Is(err, civic.NotFound) {
			return Found{}, err
		}
	}
	if phone, err := CleanPhone(text); err == nil {
		out, err := byPhone(q, s.phoneHash(phone))
		if err != nil || len(out.Matches) > 0 {
			return out, err
		}
		why = nil
	}
	if why != nil && strings.Trim(number[:14], "0123456789") == "" {
		return Found{}, why
	}
	return s.findWords(q, near, text)
}

// findWords finds by everything that is not one whole number.
func (s *Service) findWords(q db.Q, near civic.Division, text string) (Found, error) {
	typed, ok := parseQuery(text, s.j.Now())
	if !ok {
		return Found{}, errNoPerson
	}
	var err error
	wrong := errNoPerson
	for _, want := range typed.readings() {
		switch {
		case want.name == "" && want.six == "" && want.place == "":
			return Found{}, errYearOnly
		case want.letters && len(want.name) == 1 && want.from == "" && want.place == "" && want.six == "":
			return Found{}, errOneLetter
		}
		c := &search{s: s, q: q, near: near, want: want}
		if err = c.run(); err != nil {
			if errors.Is(err, errPlace) {
				wrong = errPlace
				continue
			}
			return Found{}, err
		}
		if len(c.hits) == 0 {
			continue
		}
		out, err := c.answer()
		if err != nil {
			return Found{}, err
		}
		if len(out.Matches) == 0 {
			continue
		}
		if out.More {
			out.Narrow = typed.narrow()
		}
		return out, nil
	}
	return Found{}, wrong
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
	missed := err
	if err != nil && !(civic.Is(err, civic.NotFound) && isWhole(number)) {
		return m, err
	}
	// Without Card it is an old number of theirs.
	if err := s.recordFound(ctx, actor, number, Found{Matches: []Match{m}, by: m.Kind.Words(), whole: true}, missed); err != nil {
		return Match{}, err
	}
	return m, nil
}

// ByCard finds the one person whose card has this number, in any form that
// people write it. A match whose State is not Active is to be refused (Match.Refuse).
// NotFound if there is none, Conflict if two persons dispute the number.
func (s *Service) ByCard(q db.Q, number string) (Match, error) {
	return s.byCard(q, s.CredentialHash(s.folded(number)))
}

// byPhone finds everybody who left a number: many share one.
func byPhone(q db.Q, hash string) (Found, error) {
	var ids []civic.PersonID
	if err := q.Select(&ids, `SELECT person FROM contact_index WHERE hash = $1 ORDER BY person LIMIT $2`, hash, matchMost+1); err != nil || len(ids) == 0 {
		return Found{}, err
	}
	c := &search{q: q}
	for i, id := range ids {
		c.add(hit{person: id, score: i, why: "电话"})
	}
	out, err := c.answer()
	out.whole = true
	if out.More {
		out.Narrow = "请问姓名，再按姓名找，比如「王桂英 1945」。"
	}
	return out, err
}
