package elder

import (
	"net/http"
	"slices"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) cardRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/cards", Do: f.cards},
		{Pattern: "GET /elder/cards/{card}/lost", Do: f.askLost},
		{Pattern: "POST /elder/cards/{card}/lost", Do: f.lost},
	}
}

// cards are the person's own, with a way to report one lost.
func (f face) cards(w http.ResponseWriter, r *http.Request) error {
	fr, _, p, err := f.frame(r, "我的卡")
	if err != nil {
		return err
	}
	return f.Render(w, r, cardsPage(fr, live(p)))
}

// live are the cards that are still the person's.
func live(p people.Profile) []people.Credential {
	return slices.DeleteFunc(slices.Clone(p.Credentials), func(c people.Credential) bool { return !c.Live() && c.State != people.Disputed })
}

// askLost says what will be, and what else will do, before a card is reported lost.
func (f face) askLost(w http.ResponseWriter, r *http.Request) error {
	fr, _, p, err := f.frame(r, "挂失")
	if err != nil {
		return err
	}
	cs := live(p)
	i := slices.IndexFunc(cs, func(c people.Credential) bool { return c.ID == r.PathValue("card") })
	if i < 0 {
		return civic.E(civic.NotFound, "card.unknown", "没有这张卡，请回到「我的卡」重新选。")
	}
	var others []string
	for _, c := range cs {
		if c.ID != cs[i].ID && c.State == people.Active && !slices.Contains(others, c.Kind.Words()) {
			others = append(others, c.Kind.Words())
		}
	}
	return f.Render(w, r, lostPage(fr, cs[i], strings.Join(others, "、")))
}

func (f face) lost(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.People.LoseCard(r.Context(), a, a.Subject, r.PathValue("card")); err != nil {
		return err
	}
	if a.Subject == a.Person() { // whoever has the card may have signed in with it
		if err := f.outElsewhere(r, a); err != nil {
			return err
		}
	}
	return kit.Go(w, r, "/elder/cards")
}
