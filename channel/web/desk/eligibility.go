package desk

import (
	"cmp"
	"net/http"
	"net/url"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/eligibility"
	"yinqiao/place"
)

func (f face) eligibilityRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/eligibility", Do: f.eligibility},
		{Pattern: "POST /desk/eligibility", Do: f.bringEligibility, Bytes: eligibility.BatchBytes()},
	}
}

var errNoBenefit = civic.E(civic.Denied, "eligibility.desk", "您的单位不管待遇资格认证。").Accepting("请发放待遇的单位（社保窗口）来办")

// eligibilityView is who draws a benefit of the office, in one view.
type eligibilityView struct {
	eligibility.Roll
	Office place.Office
	Pays   []eligibility.Benefit
	View   eligibility.State
	Form   *http.Request
	Tried  *eligibility.Result // what a list would do, or did
	Try    bool
}

// eligibilityViews are the views, in the order of what has to be done.
var eligibilityViews = []struct {
	State eligibility.State
	Words string
}{{eligibility.Due, "快到期，还没查到"}, {eligibility.Asked, "正在上门认证"}, {eligibility.Refused, "没有通过"}, {eligibility.Good, "认证好了"}}

func (v eligibilityView) at(view eligibility.State, after string) string {
	q := url.Values{"view": {string(view)}, "benefit": {v.Benefit.Code}}
	if after != "" {
		q.Set("after", after)
	}
	return "/desk/eligibility?" + q.Encode()
}

func (v eligibilityView) count(view eligibility.State) int {
	return map[eligibility.State]int{eligibility.Due: v.Due, eligibility.Asked: v.Asked, eligibility.Refused: v.Refused, eligibility.Good: v.Good}[view]
}

// payer is the frame for whoever works where a benefit is paid, with their office.
func (f face) payer(r *http.Request) (kit.Frame, civic.Actor, eligibilityView, error) {
	fr, a, _, err := f.frame(r, "待遇资格认证")
	if err != nil {
		return fr, a, eligibilityView{}, err
	}
	fr.Back = "/desk/queue"
	v := eligibilityView{View: eligibility.State(cmp.Or(r.FormValue("view"), string(eligibility.Due))), Form: r, Try: r.FormValue("do") != "enter"}
	if v.Office, v.Pays, err = f.Eligible.Desk(r.Context(), a); err == nil && len(v.Pays) == 0 {
		err = errNoBenefit
	}
	return fr, a, v, err
}

func (f face) eligibility(w http.ResponseWriter, r *http.Request) error {
	fr, a, v, err := f.payer(r)
	if err != nil {
		return err
	}
	return f.showEligibility(w, r, http.StatusOK, fr, a, v)
}

func (f face) showEligibility(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, v eligibilityView) error {
	var err error
	if v.Roll, err = f.Eligible.Roll(r.Context(), a, v.Office.ID, cmp.Or(r.FormValue("benefit"), v.Pays[0].Code), v.View, r.FormValue("after")); err != nil {
		return err
	}
	return f.RenderAs(w, r, status, eligibilityPage(fr, v))
}

func (f face) bringEligibility(w http.ResponseWriter, r *http.Request) error {
	fr, a, v, err := f.payer(r)
	if err != nil {
		return err
	}
	b := eligibility.Batch{Office: v.Office.ID, Benefit: r.PostFormValue("benefit"), Source: r.PostFormValue("source"), Try: v.Try}
	if _, b.Bytes, err = kit.Brought(r); err != nil {
		return err
	}
	var out eligibility.Result
	switch b.Source {
	case "":
		err = eligibility.ErrSource
	case "roll":
		b.Source = ""
		fallthrough
	default:
		out, err = f.Eligible.Bring(r.Context(), a, b)
	}
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.showEligibility(w, r, kit.Status(err), fr, a, v)
	}
	if err != nil {
		return err
	}
	v.Tried = &out
	return f.showEligibility(w, r, http.StatusOK, fr, a, v)
}
