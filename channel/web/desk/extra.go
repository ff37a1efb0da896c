package desk

import (
	"net/http"
	"slices"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
)

func (f face) extraRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/extra", Do: f.extra},
		{Pattern: "POST /desk/people/{person}/extra", Do: f.addExtra},
	}
}

// extraView is the page on which a doctor makes room for somebody.
type extraView struct {
	Person   civic.PersonID
	Name     string
	Times    []booking.Choice
	Services []*catalog.Definition // that book such times
	Key      string                // of this form: pressed twice it makes one place
}

// extra asks for which time, and why.
func (f face) extra(w http.ResponseWriter, r *http.Request) error {
	return f.showExtra(w, r, nil, db.NewID())
}

func (f face) showExtra(w http.ResponseWriter, r *http.Request, wrong error, key string) error {
	fr, a, _, err := f.frame(r, "加一个号")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	v := extraView{Person: civic.PersonID(r.PathValue("person")), Key: key}
	a.Subject = v.Person
	o, err := f.Grant.Opened(r.Context(), a, v.Person)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	p, err := f.opened(r.Context(), a, o)
	if err != nil {
		return err
	}
	if v.Times, err = f.Booking.Addable(r.Context(), a); err != nil {
		return err
	}
	v.Name = p.Name
	for _, d := range p.Services {
		if d.Booking != nil && slices.ContainsFunc(v.Times, func(c booking.Choice) bool { return c.Kind == d.Booking.Kind }) {
			v.Services = append(v.Services, d)
		}
	}
	fr.Back = "/desk/people/" + string(v.Person)
	return f.RenderAs(w, r, status, extraPage(fr, v, r))
}

func (f face) addExtra(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "加一个号")
	if err != nil {
		return err
	}
	key := r.PostFormValue("key")
	o := booking.Order{Service: r.PostFormValue("service"), Person: civic.PersonID(r.PathValue("person")), Session: r.PostFormValue("time"), Key: key}
	if o.Session == "" {
		return f.showExtra(w, r, civic.E(civic.Invalid, "booking.choose", "请先选加在哪个时间。").On("time"), key)
	}
	rc, err := f.Booking.Extra(r.Context(), a, o, r.PostFormValue("reason"))
	if kit.Mendable(err) {
		if civic.As(err).Code == "booking.key" {
			key = db.NewID()
		}
		return f.showExtra(w, r, err, key)
	}
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return kit.Go(w, r, "/desk/requests/"+string(rc.Request)+"?new=1")
}
