package desk

import (
	"cmp"
	"context"
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/calls"
)

// backPhone is the telephone by which somebody is called back.
func (f face) backPhone(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "电话")
	if err != nil {
		return err
	}
	b, err := f.backOf(r.Context(), a, r.PathValue("back"))
	if err != nil {
		return err
	}
	return f.showPhone(w, r, fr, softPhoneView{Title: "给" + whoBack(b) + "回电话", Answer: "/desk/call-backs/" + b.ID + "/call"})
}

var errBackGone = civic.E(civic.NotFound, "call_back.gone", "没有这个要回的电话，或者同事已经回过了。请回到来电台看看。")

// backOf finds a call-back that is the member's to make.
func (f face) backOf(ctx context.Context, a civic.Actor, id string) (calls.CallBack, error) {
	all, err := f.Calls.CallBacks(ctx, a)
	for _, b := range all {
		if b.ID == id {
			return b, nil
		}
	}
	return calls.CallBack{}, cmp.Or(err, error(errBackGone))
}

// callInBrowser calls somebody back, who is spoken with in the member's browser. That the number was
// used is recorded.
func (f face) callInBrowser(w http.ResponseWriter, r *http.Request) error {
	number, err := f.Calls.CallBackNumber(r.Context(), f.actor(r), r.PathValue("back"))
	if err != nil {
		return err
	}
	answer, leg, err := f.Line.Browser(r.Context(), "", r.PostFormValue("offer"))
	if err == nil {
		err = f.Line.Reach(leg, number)
	}
	return answered(w, answer, err)
}

// callBack shows the number of somebody who was promised a call; that it was seen is recorded.
func (f face) callBack(w http.ResponseWriter, r *http.Request) error {
	return f.showCallBack(w, r, nil)
}

func (f face) showCallBack(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "回电话")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	b, err := f.backOf(r.Context(), a, r.PathValue("back"))
	if err != nil {
		return err
	}
	number, err := f.Calls.CallBackNumber(r.Context(), a, b.ID)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, callBackPage(fr, b, number, f.Line.Reaches()))
}

func (f face) keepCallBack(w http.ResponseWriter, r *http.Request) error {
	err := f.Calls.KeepCallBack(r.Context(), f.actor(r), r.PathValue("back"), r.PostFormValue("outcome"))
	if civic.Is(err, civic.Invalid) {
		return f.showCallBack(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/calls")
}
