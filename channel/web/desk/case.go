package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/place"
	"yinqiao/staff"
)

func (f face) caseRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/queue", Do: f.queue},
		{Pattern: "GET /desk/requests/{request}", Do: f.request},
		{Pattern: "POST /desk/requests/{request}/take", Do: f.take},
		{Pattern: "POST /desk/requests/{request}/release", Do: f.release},
		{Pattern: "POST /desk/requests/{request}/take-over", Do: f.takeOver},
		{Pattern: "POST /desk/requests/{request}/resolve", Do: f.resolve},
		{Pattern: "POST /desk/requests/{request}/confirm", Do: f.confirm},
		{Pattern: "POST /desk/queue/batch", Do: f.batch},
		{Pattern: "POST /desk/queue/hand-over", Do: f.handOver},
		{Pattern: "POST /desk/requests/{request}/assign", Do: f.assign},
		{Pattern: "POST /desk/requests/{request}/ask", Do: f.askMore},
		{Pattern: "POST /desk/requests/{request}/answer", Do: f.answerAsked},
		{Pattern: "POST /desk/requests/{request}/transfer", Do: f.transfer},
		{Pattern: "POST /desk/requests/{request}/extend", Do: f.extend},
		{Pattern: "POST /desk/requests/{request}/reject", Do: f.reject},
		{Pattern: "POST /desk/requests/{request}/try", Do: f.try},
		{Pattern: "POST /desk/requests/{request}/appeal", Do: f.appeal},
		{Pattern: "POST /desk/requests/{request}/withdraw", Do: f.withdraw},
	}
}

// views are the ways to look at the queue, in the order of the tabs.
var views = []struct {
	View  casework.View
	Words string
}{{casework.ToDo, "要办的"}, {casework.Mine, "我手上的"}, {casework.Free, "没人接的"}, {casework.Late, "超时的"}, {casework.Waiting, "等老人补充"}, {casework.Said, "等老人确认"}, {casework.Ended, "办完的"}}

// queue is a page of the office's cases in one view.
func (f face) queue(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "待办")
	if err != nil {
		return err
	}
	return f.showQueue(w, r, http.StatusOK, fr, a, m, nil)
}

type queueView struct {
	casework.Page
	View       casework.View
	Now        timeNow
	Colleagues []staff.Colleague
	Failed     map[civic.RequestID]string // what became of a batch
}

func (f face) showQueue(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, m staff.Member, failed map[civic.RequestID]string) error {
	v := queueView{View: casework.View(cmp.Or(r.FormValue("view"), string(casework.ToDo))), Now: f.Now(), Failed: failed}
	for _, x := range views {
		if x.View == v.View {
			fr.Title = x.Words
		}
	}
	var err error
	if v.Page, err = f.Casework.List(r.Context(), a, casework.Filter{View: v.View, After: r.FormValue("after")}); err != nil {
		return err
	}
	if v.Colleagues, err = f.Staff.Colleagues(r.Context(), a); err != nil {
		return err
	}
	return f.RenderAs(w, r, status, queuePage(fr, v))
}

// batch does one step with the cases that were ticked. Those that could not be done
// are named, the others are done.
func (f face) batch(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "待办")
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
		return civic.E(civic.Invalid, "case.step", "请选要对勾选的事做什么。")
	}
	out, err := f.Casework.Batch(ids, step)
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err).On("request")}
		return f.showQueue(w, r, kit.Status(err), fr, a, m, nil)
	}
	if err != nil {
		return err
	}
	failed := map[civic.RequestID]string{}
	for _, o := range out {
		if k := civic.KindOf(o.Err); o.Err != nil && (k == civic.Internal || k == civic.Unavailable) {
			return o.Err
		} else if o.Err != nil {
			failed[o.Request] = civic.As(o.Err).Say
		}
	}
	if len(failed) > 0 {
		fr.Wrong = []*civic.Error{civic.E(civic.Conflict, "case.batch_part", fmt.Sprintf("勾选的%d件里，有%d件没有办成，其余的办好了。原因写在每一行。", len(out), len(failed))).On("request")}
		return f.showQueue(w, r, http.StatusConflict, fr, a, m, failed)
	}
	return kit.Go(w, r, "/desk/queue?view="+url.QueryEscape(r.PostFormValue("view")))
}

// handOver gives everything in one's hands to a colleague.
func (f face) handOver(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "待办")
	if err != nil {
		return err
	}
	if _, err := f.Casework.HandOver(r.Context(), a, civic.StaffID(r.PostFormValue("to"))); civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.showQueue(w, r, kit.Status(err), fr, a, m, nil)
	} else if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/queue")
}

// fileView is a case with what its page offers to do.
type fileView struct {
	*casework.File
	Me         civic.StaffID
	Fresh      bool
	Form       *http.Request // what was typed and not accepted
	Colleagues []staff.Colleague
	Offices    []place.Office // to hand the case over to
}

func (f face) request(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办的事")
	if err != nil {
		return err
	}
	return f.showRequest(w, r, http.StatusOK, fr, a)
}

func (f face) showRequest(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	file, err := f.Casework.Read(r.Context(), a, civic.RequestID(r.PathValue("request")))
	if err != nil {
		if civic.Is(err, civic.Denied) {
			// Not this office's: a clerk may still serve the person, once opened.
			return f.orOpen(w, r, fr, a, civic.E(civic.Denied, "grant.not_open", civic.As(err).Say))
		}
		return err
	}
	fr.Title = file.Title
	v := fileView{File: file, Me: a.Staff(), Fresh: r.URL.Query().Get("new") != "", Form: r}
	if file.MayWork {
		if v.Colleagues, err = f.Staff.Colleagues(r.Context(), a); err != nil {
			return err
		}
		if v.Offices, err = f.Casework.Elsewhere(r.Context(), a, requestOf(r)); err != nil {
			return err
		}
	}
	return f.RenderAs(w, r, status, requestPage(fr, v))
}

func (f face) take(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Take(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) release(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Release(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) takeOver(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.TakeOver(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request"))))
}

func (f face) resolve(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Resolve(r.Context(), f.actor(r), civic.RequestID(r.PathValue("request")), r.PostFormValue("outcome")))
}

func (f face) assign(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Assign(r.Context(), f.actor(r), requestOf(r), civic.StaffID(r.PostFormValue("to"))))
}

func (f face) askMore(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Ask(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("ask")))
}

// answerAsked records what the person says at the window or by phone.
func (f face) answerAsked(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Answer(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("answer")))
}

func (f face) transfer(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Transfer(r.Context(), f.actor(r), requestOf(r), civic.OfficeID(r.PostFormValue("office")), r.PostFormValue("reason")))
}

func (f face) extend(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(kit.Field(r, "days"))
	if err != nil {
		n = 0
	}
	return f.step(w, r, f.Casework.Extend(r.Context(), f.actor(r), requestOf(r), n, r.PostFormValue("reason")))
}

func (f face) reject(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Reject(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("reason"), r.PostFormValue("next")))
}

func (f face) try(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Try(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("note")))
}

func (f face) appeal(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Appeal(r.Context(), f.actor(r), requestOf(r), r.PostFormValue("appeal")))
}

func (f face) withdraw(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Withdraw(r.Context(), f.actor(r), requestOf(r)))
}

func requestOf(r *http.Request) civic.RequestID { return civic.RequestID(r.PathValue("request")) }

// confirm records the person's own word, given at the window or by phone.
func (f face) confirm(w http.ResponseWriter, r *http.Request) error {
	id := civic.RequestID(r.PathValue("request"))
	solved := r.PostFormValue("solved")
	if solved != "yes" && solved != "no" {
		return civic.E(civic.Invalid, "confirm.choose", "请选老人说「办好了」还是「没办好」。")
	}
	return f.step(w, r, f.Casework.Confirm(r.Context(), f.actor(r), id, solved == "yes"))
}

// step goes back to the case after one step of it; what can be mended is shown
// on the case itself.
func (f face) step(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return kit.Go(w, r, "/desk/requests/"+r.PathValue("request"))
	}
	if !civic.Is(err, civic.Invalid) && !civic.Is(err, civic.Conflict) {
		return err
	}
	fr, a, _, frameErr := f.frame(r, "办的事")
	if frameErr != nil {
		return frameErr
	}
	fr.Wrong = []*civic.Error{civic.As(err)}
	return f.showRequest(w, r, kit.Status(err), fr, a)
}
