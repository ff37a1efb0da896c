package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/place"
)

func (f face) strayRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/manage/strays", Do: f.strays},
		{Pattern: "POST /desk/manage/strays/{request}", Page: "/desk/manage/strays", Do: f.redirect},
	}
}

type strayView struct {
	casework.Stray
	Offices []place.Office
}

// strays lists the cases at offices where nobody works, for whoever manages the staff.
func (f face) strays(w http.ResponseWriter, r *http.Request) error {
	return f.showStrays(w, r, nil)
}

func (f face) showStrays(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.managing(r, "没有人办的事")
	if err != nil {
		return err
	}
	list, err := f.Casework.Strays(r.Context(), a)
	if err != nil {
		return err
	}
	vs := make([]strayView, len(list.Cases))
	offices := map[civic.OfficeID][]place.Office{}
	for i, s := range list.Cases {
		if _, known := offices[s.Office]; !known {
			if offices[s.Office], err = f.Casework.Elsewhere(r.Context(), a, s.Request); err != nil {
				return err
			}
		}
		vs[i] = strayView{s, offices[s.Office]}
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, straysPage(fr, vs, list.Things, r, f.Now()))
}

func (f face) redirect(w http.ResponseWriter, r *http.Request) error {
	err := f.Casework.Redirect(r.Context(), f.actor(r), requestOf(r), civic.OfficeID(r.PostFormValue("office")), r.PostFormValue("reason"))
	if err == nil {
		return kit.Go(w, r, "/desk/manage/strays")
	}
	if !mendable(civic.As(err)) {
		return err
	}
	return f.showStrays(w, r, err)
}
