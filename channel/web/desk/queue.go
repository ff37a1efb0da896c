package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
)

func (f face) queueRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/queue", Do: f.queue},
		{Pattern: "POST /desk/queue/batch", Do: f.batch},
		{Pattern: "POST /desk/queue/hand-over", Do: f.handOverCases},
		{Pattern: "POST /desk/queue/away", Do: f.away},
		{Pattern: "POST /desk/queue/back", Do: f.back},
	}
}

// queueView is a page of the office's cases in one view, with what may be done.
type queueView struct {
	casework.Page
	casework.Standing
	Filter     casework.Filter
	Now        timeNow
	Colleagues []casework.Colleague
	Absences   []casework.Absence
	Pays       []eligibility.Benefit // what the office pays and certifies
	Me         civic.StaffID
	MyName     string
	Form       *http.Request
	Failed     map[civic.RequestID]string // what became of a batch
}

// at is the address of a view with the same filter.
func (v queueView) at(view casework.View, after string) string {
	q := url.Values{"view": {string(view)}}
	for k, x := range map[string]string{"service": v.Filter.Service, "skill": v.Filter.Skill, "after": after} {
		if x != "" {
			q.Set(k, x)
		}
	}
	return "/desk/queue?" + q.Encode()
}

func (f face) queue(w http.ResponseWriter, r *http.Request) error {
	fr, a, err := f.queueFrame(r)
	if err != nil {
		return err
	}
	return f.showQueue(w, r, http.StatusOK, fr, a, nil)
}

func (f face) queueFrame(r *http.Request) (kit.Frame, civic.Actor, error) {
	fr, a, _, err := f.frame(r, "待办")
	return fr, a, err
}

func (f face) showQueue(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, failed map[civic.RequestID]string) error {
	v := queueView{Now: f.Now(), Failed: failed, Me: a.Staff(), MyName: fr.Who, Form: r,
		Filter: casework.Filter{View: casework.View(cmp.Or(r.FormValue("view"), string(casework.ToDo))), Service: r.FormValue("service"), Skill: r.FormValue("skill"), After: r.FormValue("after")}}
	if words := v.Filter.View.Words(); words != "" {
		fr.Title = words
	}
	var err error
	if v.Page, err = f.Casework.List(r.Context(), a, v.Filter); err != nil {
		return err
	}
	if v.Standing, err = f.Casework.Stands(r.Context(), a); err != nil {
		return err
	}
	if _, v.Pays, err = f.Eligible.Desk(r.Context(), a); err != nil {
		return err
	}
	if v.Colleagues, err = f.Casework.Colleagues(r.Context(), a); err != nil {
		return err
	}
	if v.Absences, err = f.Casework.Absences(r.Context(), a); err != nil {
		return err
	}
	return f.RenderAs(w, r, status, queuePage(fr, v))
}

// queueStep goes back to the queue after what was done there; what can be mended is
// said on it.
func (f face) queueStep(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return kit.Go(w, r, "/desk/queue")
	}
	if !mendable(civic.As(err)) {
		return err
	}
	fr, a, frameErr := f.queueFrame(r)
	if frameErr != nil {
		return frameErr
	}
	fr.Wrong = []*civic.Error{civic.As(err)}
	return f.showQueue(w, r, kit.Status(err), fr, a, nil)
}

// batch does one step with the cases that were ticked. Those that could not be done
// are named, the others are done.
func (f face) batch(w http.ResponseWriter, r *http.Request) error {
	fr, a, err := f.queueFrame(r)
	if err != nil {
		return err
	}
	var ids []civic.RequestID
	for _, id := range r.PostForm["request"] {
		ids = append(ids, civic.RequestID(id))
	}
	to := civic.StaffID(r.PostFormValue("to"))
	step := map[string]func(civic.RequestID) error{
		"take":    func(id civic.RequestID) error { return f.Casework.Take(r.Context(), a, id) },
		"release": func(id civic.RequestID) error { return f.Casework.Release(r.Context(), a, id) },
		"assign":  func(id civic.RequestID) error { return f.Casework.Assign(r.Context(), a, id, to) },
	}[r.PostFormValue("step")]
	if step == nil {
		return f.queueStep(w, r, civic.E(civic.Invalid, "case.step", "请选要对勾选的事做什么。").On("request"))
	}
	out, err := casework.Batch(ids, step)
	if err != nil {
		return f.queueStep(w, r, err)
	}
	failed := map[civic.RequestID]string{}
	for _, o := range out {
		if o.Err != nil && !mendable(civic.As(o.Err)) && !civic.Is(o.Err, civic.Denied) && !civic.Is(o.Err, civic.NotFound) {
			return o.Err
		} else if o.Err != nil {
			failed[o.Request] = civic.As(o.Err).Say
		}
	}
	if len(failed) > 0 {
		say := fmt.Sprintf("勾选的%d件里，有%d件没有办成，其余的办好了。原因写在每一行。", len(out), len(failed))
		fr.Wrong = []*civic.Error{civic.E(civic.Conflict, "case.batch_part", say).On("request")}
		return f.showQueue(w, r, http.StatusConflict, fr, a, failed)
	}
	return kit.Go(w, r, "/desk/queue?view="+url.QueryEscape(r.PostFormValue("view")))
}

// handOverCases gives everything in one's hands to a colleague.
func (f face) handOverCases(w http.ResponseWriter, r *http.Request) error {
	_, err := f.Casework.HandOver(r.Context(), f.actor(r), civic.StaffID(r.PostFormValue("to")))
	return f.queueStep(w, r, err)
}

// away registers who is away and who covers for them: days begin and end in Shanghai.
func (f face) away(w http.ResponseWriter, r *http.Request) error {
	from, errFrom := time.ParseInLocation(time.DateOnly, kit.Field(r, "from"), civic.Shanghai)
	until, errUntil := time.ParseInLocation(time.DateOnly, kit.Field(r, "until"), civic.Shanghai)
	if errFrom != nil || errUntil != nil {
		return f.queueStep(w, r, civic.E(civic.Invalid, "case.absence_days", "日期请写成 2026-11-25 这样。").On("from"))
	}
	_, err := f.Casework.Away(r.Context(), f.actor(r), casework.Absence{Staff: civic.StaffID(r.PostFormValue("staff")), Cover: civic.StaffID(r.PostFormValue("cover")),
		FromAt: from, UntilAt: until.AddDate(0, 0, 1)})
	return f.queueStep(w, r, err)
}

func (f face) back(w http.ResponseWriter, r *http.Request) error {
	return f.queueStep(w, r, f.Casework.Back(r.Context(), f.actor(r), r.PostFormValue("absence")))
}
