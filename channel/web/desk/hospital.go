package desk

import (
	"cmp"
	"fmt"
	"net/http"

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
	status := http.StatusOK
	if wrong != nil {
		fr.Wrong, status = []*civic.Error{civic.As(wrong)}, kit.Status(wrong)
	}
	return f.RenderAs(w, r, status, hospitalPage(fr, pending, lists, r.PathValue("ask"), kit.Field(r, "reason"), r.PostFormValue("pasted")))
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
	_, file, err := kit.File(r, "file")
	if err != nil {
		return err
	}
	if len(file) == 0 {
		file = []byte(r.PostFormValue("pasted"))
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
	status := http.StatusOK
	if wrong != nil {
		fr.Wrong, status = []*civic.Error{civic.As(wrong)}, kit.Status(wrong)
	}
	return f.RenderAs(w, r, status, hospitalListPage(fr, l, r.PathValue("difference"), kit.Field(r, "reason")))
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
	if minutes >= 120 {
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

// kept is what was typed, in the form in which it was typed.
func kept(here bool, typed string) string {
	if here {
		return typed
	}
	return ""
}

// owners is who owns the truth of the places of one's own office.
func (f face) owners(w http.ResponseWriter, r *http.Request) error {
	return f.showOwners(w, r, nil, nil)
}

func (f face) showOwners(w http.ResponseWriter, r *http.Request, done *booking.Allotment, wrong error) error {
	fr, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	list, err := f.Booking.Owners(r.Context(), a, m.Office)
	if err != nil {
		return err
	}
	now := booking.Owner{Way: booking.WayOurs}
	if len(list) > 0 && list[0].Resource == "" {
		now = list[0]
	}
	status, pasted := http.StatusOK, ""
	if wrong != nil {
		fr.Wrong, status, pasted = []*civic.Error{civic.As(wrong)}, kit.Status(wrong), r.PostFormValue("pasted")
		now.Way, now.System = cmp.Or(r.PostFormValue("way"), now.Way), cmp.Or(r.PostFormValue("system"), now.System)
	}
	return f.RenderAs(w, r, status, ownersPage(fr, now, f.Booking.Systems(), done, pasted))
}

func (f face) setOwner(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	err = f.Booking.SetOwner(r.Context(), a, booking.Owner{Office: m.Office, Way: r.PostFormValue("way"), System: r.PostFormValue("system")})
	if civic.Is(err, civic.Invalid) {
		return f.showOwners(w, r, nil, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/owners")
}

// allot takes a hospital's list of the places that it gives.
func (f face) allot(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "号由谁管")
	if err != nil {
		return err
	}
	_, file, err := kit.File(r, "file")
	if err != nil {
		return err
	}
	if len(file) == 0 {
		file = []byte(r.PostFormValue("pasted"))
	}
	out, err := f.Booking.Allot(r.Context(), a, m.Office, file)
	if civic.Is(err, civic.Invalid) {
		return f.showOwners(w, r, nil, err)
	}
	if err != nil {
		return err
	}
	return f.showOwners(w, r, &out, nil)
}

// ways are the ways to own the truth of places, in words.
var ways = []struct{ way, words string }{
	{booking.WayOurs, "我们自己管：这里约好了就是约好了"},
	{booking.WayAllotted, "医院分一部分给我们：按医院的单子定号数，这里约好了就是约好了"},
	{booking.WayConfirmed, "每个号都要医院的系统确认：先占住，医院答复了才算约好"},
}
