package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
)

func (f face) hospitalRoutes() []kit.Route {
	answer := func(yes bool) func(r *http.Request, a civic.Actor, key string) error {
		return func(r *http.Request, a civic.Actor, key string) error {
			return f.Booking.AnswerFor(r.Context(), a, key, yes, kit.Field(r, "reason"))
		}
	}
	again := func(r *http.Request, a civic.Actor, key string) error {
		return f.Booking.AskAgain(r.Context(), a, key)
	}
	return []kit.Route{
		{Pattern: "GET /desk/hospital", Do: f.awaiting},
		{Pattern: "POST /desk/hospital/asks/{ask}/yes", Do: f.onAsk(answer(true))},
		{Pattern: "POST /desk/hospital/asks/{ask}/no", Do: f.onAsk(answer(false))},
		{Pattern: "POST /desk/hospital/asks/{ask}/again", Do: f.onAsk(again)},
		{Pattern: "POST /desk/hospital/lists", Do: f.compareList, Bytes: booking.ListBytes()},
		{Pattern: "GET /desk/hospital/lists/{list}", Do: f.hospitalList},
		{Pattern: "POST /desk/hospital/lists/{list}/differences/{difference}", Do: f.settleDifference},
		{Pattern: "GET /desk/owners", Do: f.owners},
		{Pattern: "POST /desk/owners", Do: f.setOwner},
		{Pattern: "POST /desk/owners/places", Do: f.allot, Bytes: booking.ListBytes()},
	}
}

// awaiting is the board of what the hospital has not answered yet, with the last lists.
func (f face) awaiting(w http.ResponseWriter, r *http.Request) error {
	return f.showAwaiting(w, r, nil)
}

func (f face) showAwaiting(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "等医院确认")
	if err != nil {
		return err
	}
	pending, err := f.Booking.Awaiting(r.Context(), a)
	if err != nil {
		return err
	}
	lists, err := f.Booking.Lists(r.Context(), a, m.Office)
	if err != nil {
		return err
	}
	status := refusedWith(&fr, wrong)
	return f.RenderAs(w, r, status, hospitalPage(fr, pending, lists, r))
}

// onAsk does one thing about one line of the board, and shows the board again.
func (f face) onAsk(do func(r *http.Request, a civic.Actor, key string) error) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := do(r, f.actor(r), r.PathValue("ask"))
		if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
			return f.showAwaiting(w, r, err)
		}
		if err != nil {
			return err
		}
		return kit.Go(w, r, "/desk/hospital")
	}
}

// compareList holds a hospital's list against what is here.
func (f face) compareList(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "等医院确认")
	if err != nil {
		return err
	}
	_, file, err := kit.Brought(r)
	if err != nil {
		return err
	}
	id, err := f.Booking.Compare(r.Context(), a, m.Office, file)
	if civic.Is(err, civic.Invalid) {
		return f.showAwaiting(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/hospital/lists/"+id)
}

func (f face) hospitalList(w http.ResponseWriter, r *http.Request) error {
	return f.showHospitalList(w, r, nil)
}

func (f face) showHospitalList(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "和医院的单子对账")
	if err != nil {
		return err
	}
	fr.Back = "/desk/hospital"
	l, err := f.Booking.ReadList(r.Context(), a, m.Office, r.PathValue("list"))
	if err != nil {
		return err
	}
	status := refusedWith(&fr, wrong)
	return f.RenderAs(w, r, status, hospitalListPage(fr, l, r))
}

func (f face) settleDifference(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "和医院的单子对账")
	if err != nil {
		return err
	}
	err = f.Booking.SettleDifference(r.Context(), a, m.Office, r.PathValue("difference"), r.PostFormValue("how"), kit.Field(r, "reason"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showHospitalList(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/hospital/lists/"+r.PathValue("list"))
}

// pendingWords says since when the hospital is waited for, and until when.
func pendingWords(p booking.Pending) string {
	minutes := int(p.Waited().Minutes())
	words := fmt.Sprintf("等了%d分钟", minutes)
	switch {
	case minutes < 1:
		words = "刚刚问的"
	case minutes >= 120:
		words = fmt.Sprintf("等了%d小时", minutes/60)
	}
	if p.Until != nil {
		words += "，最晚等到" + civic.SayTime(*p.Until)
	}
	return words
}

// triedWords says how often it was sent, and what came of it.
func triedWords(p booking.Pending) string {
	if p.Tried == 0 {
		return "还没有发出"
	}
	words := fmt.Sprintf("发了%d次", p.Tried)
	if p.Word != "" {
		words += "，" + p.Word
	}
	return words
}

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
	status := refusedWith(&fr, wrong)
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
