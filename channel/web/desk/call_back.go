package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

// backPhone is the telephone by which somebody is called back.
func (f face) backPhone(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "电话")
	if err != nil {
		return err
	}
	b, err := f.Calls.CallBack(r.Context(), a, r.PathValue("back"))
	if err != nil {
		return err
	}
	return f.showPhone(w, r, fr, softPhoneView{Title: "给" + whoBack(b) + "回电话", Answer: "/desk/call-backs/" + b.ID + "/call"})
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
	b, err := f.Calls.CallBack(r.Context(), a, r.PathValue("back"))
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
