package desk

import (
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
	status := fr.Shows(wrong)
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
	status := fr.Shows(wrong)
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
