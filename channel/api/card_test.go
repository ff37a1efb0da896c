package api_test

import (
	"maps"

	"yinqiao/civic"
	"yinqiao/people"
)

// settled are a card of the elder's, a dispute about a number and two merges: one
// that could be done and one that was.
type settled struct{ card, dispute, merge string }

// toSettle makes them once in a world.
func (w *world) toSettle() settled {
	w.t.Helper()
	if w.made != (settled{}) {
		return w.made
	}
	ctx, sys, at := w.ctx(), civic.System("test"), people.KindParkCard
	card, err := w.rooms.People.AddCard(ctx, sys, w.elder, people.Card{Kind: at, Number: "PK000000001"}, people.Dates{})
	w.ok(err)
	dispute, err := w.rooms.People.RaiseDispute(ctx, sys, w.daughter, people.Card{Kind: at, Number: "PK000000001"})
	w.ok(err)
	twin := func(number string) civic.PersonID {
		p, err := w.rooms.People.Register(ctx, sys, people.Registration{Name: "钱重复", Division: "140105001", Distinct: true, Credentials: []people.Card{{Kind: at, Number: number}}})
		w.ok(err)
		return p
	}
	merge, err := w.rooms.People.Merge(ctx, sys, twin("PK000000002"), twin("PK000000003"), "同一个人")
	w.ok(err)
	w.made = settled{card, dispute, merge}
	return w.made
}

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		made := w.toSettle()
		s.ids["card"], s.ids["dispute"], s.ids["merge"] = made.card, made.dispute, made.merge
		s.of["disputes"], s.of["merges"] = w.tokens["admin"], w.tokens["admin"]
		maps.Copy(s.bodies, map[string]map[string]any{
			"cards-add":       {"kind": "transit_card", "number": "TC0000000001", "expires": "2040-12-31"},
			"cards-replace":   {"number": "PK000000009", "issued": "2026-11-01"},
			"cards-dates":     {"expires": "2042-12-31"},
			"disputes-settle": {"winner": "claimant", "reason": "看了卡面"},
			"merges-preview":  {"keep": w.daughter, "drop": w.stranger},
			"merges-create":   {"keep": w.daughter, "drop": w.stranger, "reason": "同一个人"},
			"merges-undo":     {"reason": "弄错了"},
		})
	})
}
