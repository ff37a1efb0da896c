package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/task"
	"yinqiao/place"
)

func (f face) ledgerUnitRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/ledger/units", Do: f.ledgerUnits},
		{Pattern: "POST /desk/ledger/units", Do: f.nameUnit},
	}
}

// unitsView says which office each unit is.
type unitsView struct {
	book
	List    []task.Unit
	Offices []place.Office
	Old     *http.Request
}

func (f face) ledgerUnits(w http.ResponseWriter, r *http.Request) error {
	return f.showUnits(w, r, nil)
}

func (f face) showUnits(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "哪个单位是哪一家")
	if err != nil {
		return err
	}
	if d := kit.Field(r, "division"); d != "" {
		b.At = within(d, b.In)
	}
	_, b.MayKeep = b.Member.MayIn(civic.MayKeepLedger, b.At)
	v := unitsView{book: b, Old: r}
	if v.List, v.Offices, err = f.Ledger.Units(r.Context(), a, b.At); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, unitsPage(fr, v))
}

func (f face) nameUnit(w http.ResponseWriter, r *http.Request) error {
	in := civic.Division(kit.Field(r, "division"))
	err := f.Ledger.NameUnit(r.Context(), f.actor(r), in, kit.Field(r, "unit"), civic.OfficeID(kit.Field(r, "office")))
	if civic.Is(err, civic.Invalid) {
		return f.showUnits(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/ledger/units?division="+string(in))
}
