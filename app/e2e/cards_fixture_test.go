package e2e

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/people"
)

// cards makes what the verbs and routes about cards, disputes and merges use up.
func (s *story) cards(t *testing.T) {
	t.Helper()
	d, ctx := s.Taiyuan, t.Context()
	s.Open(t, d.Clerk, d.Elder)
	n := len(s.made)
	fresh := func() people.Card {
		s.people++
		return people.Card{Kind: people.KindParkCard, Number: fmt.Sprintf("PK%03d%06d", n, s.people)}
	}
	for _, name := range []string{"card to lose", "card to find", "card to replace", "card to date", "card to withdraw"} {
		if old := s.made[name]; old != "" {
			_ = s.People.WithdrawCard(ctx, d.Clerk, d.Elder, old) // so that there are never too many
		}
		id, err := s.People.AddCard(ctx, civic.System("fixture"), d.Elder, fresh(), people.Dates{})
		s.must(t, err)
		s.made[name] = id
	}
	s.must(t, s.People.LoseCard(ctx, d.Clerk, d.Elder, s.made["card to find"]))
	register := func(c people.Card) civic.PersonID {
		return s.Register(t, people.Registration{Name: "周重复", Division: d.Street, Distinct: true, Dispute: true, Credentials: []people.Card{c}})
	}
	both := fresh()
	register(both)
	register(both)
	ds, err := s.People.Disputes(ctx, d.Administrator, d.Division)
	s.must(t, err)
	s.made["dispute"] = ds[len(ds)-1].ID
	first, second := fresh(), fresh()
	s.made["twin"], s.made["other twin"], s.made["twin's card"], s.made["other twin's card"] = string(register(first)), string(register(second)), first.Number, second.Number
	s.made["merge"], err = s.People.Merge(ctx, d.Administrator, register(fresh()), register(fresh()), "同一个人")
	s.must(t, err)
	s.made["taken card"] = fresh().Number
	register(people.Card{Kind: people.KindParkCard, Number: s.made["taken card"]})
	_, err = s.People.Find(ctx, d.Clerk, s.made["taken card"]) // whoever raises a dispute has looked whose it is
	s.must(t, err)
}

// newCard is a card that nobody has.
func (s *story) newCard() people.Card {
	s.people++
	return people.Card{Kind: people.KindTransitCard, Number: fmt.Sprintf("TC%010d", s.people)}
}

func init() {
	actorless["People.Root"] = "at the door, for the person of a session: which of their IDs is the first one"
	moreStory = append(moreStory, func(t *testing.T, s *story) { s.cards(t) })
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		admin := s.Taiyuan.Administrator
		personType, cardType, datesType := reflect.TypeFor[civic.PersonID](), reflect.TypeFor[people.Card](), reflect.TypeFor[people.Dates]()
		text := func(words ...any) byType {
			return byType{textType: words, datesType: {people.Dates{Expires: "2040-12-31"}}}
		}
		twins := byType{personType: {civic.PersonID(s.made["twin"]), civic.PersonID(s.made["other twin"])}, textType: {"同一个人"}}
		in := byType{reflect.TypeFor[civic.Division](): {s.Taiyuan.Division}}
		return map[string]byType{
				"People.AddCard":      {cardType: {s.newCard()}, datesType: {people.Dates{}}},
				"People.ReplaceCard":  text(s.made["card to replace"], ""),
				"People.SetCardDates": text(s.made["card to date"]),
				"People.WithdrawCard": text(s.made["card to withdraw"]),
				"People.LoseCard":     text(s.made["card to lose"]),
				"People.FoundCard":    text(s.made["card to find"]),
				"People.RaiseDispute": {cardType: {people.Card{Kind: people.KindParkCard, Number: s.made["taken card"]}}},
				"People.Disputes":     in,
				"People.Merges":       in,
				"People.Settle":       text(s.made["dispute"], people.ToHolder, "看了卡面"),
				"People.PreviewMerge": twins,
				"People.Merge":        twins,
				"People.Unmerge":      text(s.made["merge"], "弄错了"),
				"People.FindToSettle": text(s.made["twin's card"]),
			}, map[string]civic.Actor{
				"People.Disputes": admin, "People.Merges": admin, "People.Settle": admin, "People.PreviewMerge": admin,
				"People.Merge": admin, "People.Unmerge": admin, "People.FindToSettle": admin,
			}
	})
}

func init() {
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	settles := func(r route) bool {
		for _, part := range []string{"/desk/settle", "/disputes", "/merges", "/desk/twins"} {
			if strings.Contains(r.pattern, part) {
				return true
			}
		}
		return false
	}
	more = append(more, moreRoutes{
		forms: func(s *site) map[string]url.Values {
			const at = "POST /desk/people/{person}/"
			c := s.newCard()
			return map[string]url.Values{
				at + "cards":                     one("kind", string(c.Kind), "card", c.Number, "issued", "", "expires", "2040-12-31", "dispute", ""),
				at + "cards/{card}/lost":         one(),
				at + "cards/{card}/found":        one(),
				at + "cards/{card}/replace":      one("number", s.newCard().Number, "issued", "2026-11-23", "expires", ""),
				at + "cards/{card}/dates":        one("issued", "2020-01-01", "expires", "2041-12-31"),
				at + "cards/{card}/withdraw":     one(),
				at + "printed-card":              one(),
				at + "not-owner":                 one(),
				at + "sign-out":                  one(),
				"POST /elder/me/sign-out":        one(),
				"POST /desk/settle":              one("first", s.made["twin's card"], "second", s.made["other twin's card"]),
				"POST /desk/disputes/{dispute}":  one("winner", "holder", "reason", "看了卡面"),
				"POST /desk/twins/{keep}/{drop}": one("reason", "同一个人"),
				"POST /desk/merges/{merge}/undo": one("reason", "弄错了"),
				"POST /elder/cards/{card}/lost":  one(),
			}
		},
		bodies: func(s *site) map[string]any {
			type object = map[string]any
			c := s.newCard()
			twins := object{"keep": s.made["twin"], "drop": s.made["other twin"]}
			return map[string]any{
				"cards-add":       object{"kind": c.Kind, "number": c.Number, "expires": "2040-12-31"},
				"cards-replace":   object{"number": s.newCard().Number},
				"cards-dates":     object{"expires": "2042-12-31"},
				"disputes-settle": object{"winner": "claimant", "reason": "看了卡面"},
				"merges-preview":  twins,
				"merges-create":   object{"keep": s.made["twin"], "drop": s.made["other twin"], "reason": "同一个人"},
				"merges-undo":     object{"reason": "弄错了"},
			}
		},
		path: func(s *site, r route) map[string]string {
			card := s.made["card to lose"]
			for end, name := range map[string]string{"/found": "card to find", "/replace": "card to replace", "/dates": "card to date", "/withdraw": "card to withdraw"} {
				if strings.HasSuffix(r.pattern, end) {
					card = s.made[name]
				}
			}
			if r.name == "cards-withdraw" {
				card = s.made["card to withdraw"]
			}
			return map[string]string{"card": card, "dispute": s.made["dispute"], "merge": s.made["merge"], "keep": s.made["twin"], "drop": s.made["other twin"]}
		},
		who: func(s *site, r route) civic.Actor {
			if settles(r) {
				return s.Taiyuan.Administrator
			}
			return civic.Actor{}
		},
		renew: func(t *testing.T, s *site, r route) {
			if settles(r) || strings.Contains(r.pattern, "cards/{card}") {
				s.cards(t)
			}
		},
	})
}
