package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/finding"
	"yinqiao/people"
	"yinqiao/place"
)

func (f face) placeRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/places", Do: f.where},
		{Pattern: "POST /desk/people/{person}/places", Do: f.where},
		{Pattern: "GET /desk/place", Do: f.ownPlace},
		{Pattern: "GET /desk/places/{place}", Do: f.keptPlace},
		{Pattern: "POST /desk/places/{place}/hours", Do: f.setHours},
		{Pattern: "POST /desk/places/{place}/days", Do: f.setDay},
		{Pattern: "POST /desk/places/{place}/days/{day}/drop", Do: f.dropDay},
		{Pattern: "POST /desk/places/{place}/features", Do: f.setFeatures},
		{Pattern: "POST /desk/places/{place}/details", Do: f.describe},
		{Pattern: "POST /desk/places/{place}/windows", Do: f.addWindow},
		{Pattern: "POST /desk/places/{place}/windows/{window}/close", Do: f.closeWindow},
		{Pattern: "POST /desk/places/{place}/windows/{window}/open", Do: f.openWindow},
		{Pattern: "POST /desk/places/{place}/windows/{window}/end", Do: f.endWindow},
		{Pattern: "POST /desk/places/{place}/shut", Do: f.shutPlace},
		{Pattern: "POST /desk/places/{place}/reopen", Do: f.reopenPlace},
	}
}

// whereView answers 哪里能办… for a person: the nearest to their home.
type whereView struct {
	people.Profile
	Typed string
	Kinds []place.Kind // what the words may mean
	Found []place.Near
	Now   time.Time
}

// where looks for places by what people say: a kind, a matter, a service.
func (f face) where(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "哪里能办")
	if err != nil {
		return err
	}
	ctx, id := r.Context(), civic.PersonID(r.PathValue("person"))
	a.Subject = id
	v := whereView{Typed: kit.Field(r, "matter"), Now: f.Now()}
	if v.Profile, err = f.People.Show(ctx, a, id); err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	fr.Back = "/desk/people/" + string(id)
	if v.Typed == "" {
		return f.Render(w, r, wherePage(fr, v))
	}
	from := place.From{Division: v.Division}
	if v.Kinds = place.Asked(v.Typed); len(v.Kinds) > 0 {
		var codes []string
		for _, k := range v.Kinds {
			codes = append(codes, k.Code)
		}
		if v.Found, err = f.Place.Near(ctx, from, place.Want{Kinds: codes, At: v.Now, Limit: 12}); err != nil {
			return err
		}
	}
	services, err := f.Catalog.List(ctx, v.Division, civic.ChannelDesk)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(services, func(d *catalog.Definition) bool { return strings.Contains(d.Title, v.Typed) })
	if i >= 0 {
		does, err := f.Place.Near(ctx, from, place.Want{Service: services[i].Service, At: v.Now, Limit: 6})
		if err != nil {
			return err
		}
		v.Found = append(does, slices.DeleteFunc(v.Found, func(n place.Near) bool {
			return slices.ContainsFunc(does, func(m place.Near) bool { return m.ID == n.ID })
		})...)
	}
	return f.Render(w, r, wherePage(fr, v))
}

// ownPlace leads to the page of the office where the member works.
func (f face) ownPlace(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "本单位")
	if err == nil {
		_, err = f.Place.Keeping(r.Context(), a, m.Office)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/places/"+string(m.Office))
}

// placeView is a place as its own staff keep it.
type placeView struct {
	place.Card
	Now      time.Time
	Tomorrow string
	Services []*catalog.Definition
	Findings []finding.Finding
	Manages  bool          // may say that it serves the public no more
	Old      *http.Request // what was typed, when it was refused
}

func (f face) keptPlace(w http.ResponseWriter, r *http.Request) error {
	return f.showKept(w, r, nil)
}

func (f face) showKept(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "本单位")
	if err != nil {
		return err
	}
	v := placeView{Now: f.Now(), Old: r}
	if v.Card, err = f.Place.Keeping(r.Context(), a, placeOf(r)); err != nil {
		return err
	}
	if v.Services, err = f.Catalog.List(r.Context(), v.Division, civic.ChannelDesk); err != nil {
		return err
	}
	if v.Findings, err = f.Findings.OfPlace(r.Context(), a, v.ID); err != nil {
		return err
	}
	_, v.Manages = m.MayIn(civic.MayManageStaff, v.Division)
	v.Tomorrow = v.Now.In(civic.Shanghai).AddDate(0, 0, 1).Format(time.DateOnly)
	fr.Title = v.Name
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, keptPlacePage(fr, v))
}

func placeOf(r *http.Request) civic.OfficeID { return civic.OfficeID(r.PathValue("place")) }

// kept goes back to the place after a change of it, or shows what was refused.
func (f face) kept(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) {
		return f.showKept(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/places/"+string(placeOf(r)))
}

func (f face) setHours(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.SetHours(r.Context(), f.actor(r), placeOf(r), kit.Field(r, "hours")))
}

func (f face) setDay(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.SetDay(r.Context(), f.actor(r), placeOf(r), kit.Field(r, "day"), kit.Field(r, "times"), kit.Field(r, "reason")))
}

func (f face) dropDay(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.DropDay(r.Context(), f.actor(r), placeOf(r), r.PathValue("day")))
}

// setFeatures reads one answer for each feature that the form showed.
func (f face) setFeatures(w http.ResponseWriter, r *http.Request) error {
	said := map[string]place.Presence{}
	for _, x := range place.Features() {
		name := "has-" + x.Code
		if p := r.PostFormValue(name); p != "" {
			said[x.Code] = place.Presence(p)
		}
	}
	return f.kept(w, r, f.Place.SetFeatures(r.Context(), f.actor(r), placeOf(r), said))
}

func (f face) describe(w http.ResponseWriter, r *http.Request) error {
	o := place.Office{ID: placeOf(r), Village: kit.Field(r, "village"), Address: kit.Field(r, "address"), Landmark: kit.Field(r, "landmark"), Phone: kit.Field(r, "phone"),
		Can: kit.Field(r, "can"), Cannot: kit.Field(r, "cannot"), Services: strings.Join(r.PostForm["services"], " ")}
	o.At = pointOf(kit.Field(r, "lat"), kit.Field(r, "lon"))
	return f.kept(w, r, f.Place.Describe(r.Context(), f.actor(r), o))
}

func (f face) addWindow(w http.ResponseWriter, r *http.Request) error {
	_, err := f.Place.AddWindow(r.Context(), f.actor(r), placeOf(r), place.Window{Name: kit.Field(r, "name"), Serves: kit.Field(r, "serves"),
		Kind: place.WindowKind(r.PostFormValue("kind")), StaffedBy: kit.Field(r, "staffed-by")})
	return f.kept(w, r, err)
}

// closeWindow shuts a window with one press: the reason is one of those offered.
func (f face) closeWindow(w http.ResponseWriter, r *http.Request) error {
	until, err := untilOf(kit.Field(r, "until"))
	if err == nil {
		err = f.Place.CloseWindow(r.Context(), f.actor(r), placeOf(r), r.PathValue("window"), kit.Field(r, "reason"), until)
	}
	return f.kept(w, r, err)
}

func (f face) openWindow(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.OpenWindow(r.Context(), f.actor(r), placeOf(r), r.PathValue("window")))
}

func (f face) endWindow(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.EndWindow(r.Context(), f.actor(r), placeOf(r), r.PathValue("window")))
}

func (f face) shutPlace(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.Shut(r.Context(), f.actor(r), placeOf(r), kit.Field(r, "shut")))
}

func (f face) reopenPlace(w http.ResponseWriter, r *http.Request) error {
	return f.kept(w, r, f.Place.Reopen(r.Context(), f.actor(r), placeOf(r)))
}
