package desk

import (
	"net/http"
	"slices"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// ownersView is who owns the truth of the places of an office.
type ownersView struct {
	booking.Owners
	Systems []string
	Saved   bool
	Done    *booking.Allotment
	r       *http.Request
}

// old is what was sent, or what holds for the office.
func (v ownersView) old(name, holds string) string { return typedIn(v.r, "/desk/owners", name, holds) }

// others are those for whom another word holds than the office's, in words.
func (v ownersView) others() (out []string) {
	for _, r := range v.Resources {
		if o := v.Of(r.ID); o.Resource != "" {
			out = append(out, r.Named()+"："+wayWords(o.Way))
		}
	}
	return out
}

func (v ownersView) allotted() bool {
	return slices.ContainsFunc(v.List, func(o booking.Owner) bool { return o.Way == booking.WayAllotted })
}

// owners is who owns the truth of the places of one's own office.
func (f face) owners(w http.ResponseWriter, r *http.Request) error {
	return f.showOwners(w, r, ownersView{}, nil)
}

func (f face) showOwners(w http.ResponseWriter, r *http.Request, v ownersView, wrong error) error {
	fr, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	if v.Owners, err = f.Booking.Owners(r.Context(), a, m.Office); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	v.Systems, v.r, fr.Back = f.Booking.Systems(), r, "/desk/week"
	return f.RenderAs(w, r, status, ownersPage(fr, v))
}

// setOwner changes what the form asks for; by what code they know the office or the doctor
// stays.
func (f face) setOwner(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	err = f.Booking.SetOwner(r.Context(), a, booking.Owner{Office: m.Office, Resource: r.PostFormValue("resource"), Way: r.PostFormValue("way"), System: r.PostFormValue("system"), KeepCode: true})
	if err != nil && !civic.Is(err, civic.Invalid) {
		return err
	}
	return f.showOwners(w, r, ownersView{Saved: err == nil}, err)
}

// allot takes a hospital's list of the places that it gives.
func (f face) allot(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	_, file, err := kit.Brought(r)
	if err != nil {
		return err
	}
	out, err := f.Booking.Allot(r.Context(), a, m.Office, file)
	if civic.Is(err, civic.Invalid) {
		return f.showOwners(w, r, ownersView{}, err)
	}
	if err != nil {
		return err
	}
	return f.showOwners(w, r, ownersView{Done: &out}, nil)
}

// wayID is the ID of a way's button: the list of what is wrong leads to the first.
func wayID(i int) string {
	if i == 0 {
		return "f-way"
	}
	return "way-" + strconv.Itoa(i)
}

// ways are the ways to own the truth of places, in words.
var ways = []struct{ way, words string }{
	{booking.WayOurs, "我们自己管：这里约好了就是约好了"},
	{booking.WayAllotted, "医院分一部分给我们：按医院的单子定号数，这里约好了就是约好了"},
	{booking.WayConfirmed, "每个号都要医院的系统确认：先占住，医院答复了才算约好"},
}

func wayWords(way string) string {
	i := slices.IndexFunc(ways, func(w struct{ way, words string }) bool { return w.way == way })
	return ways[max(i, 0)].words
}
