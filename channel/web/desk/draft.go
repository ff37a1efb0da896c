package desk

import (
	"net/http"
	"slices"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/request"
)

func (f face) draftRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "POST /desk/people/{person}/drafts", Do: f.start},
		{Pattern: "GET /desk/drafts/{draft}", Do: f.form},
		{Pattern: "POST /desk/drafts/{draft}", Do: f.answer},
		{Pattern: "POST /desk/drafts/{draft}/submit", Do: f.submit},
	}
}

type timeNow = time.Time

func (f face) start(w http.ResponseWriter, r *http.Request) error {
	v, err := f.Requests.Start(r.Context(), f.actor(r), r.PostFormValue("service"), civic.PersonID(r.PathValue("person")), "")
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/drafts/"+string(v.ID))
}

// form shows all questions at once.
func (f face) form(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	v, err := f.Requests.Look(r.Context(), a, civic.DraftID(r.PathValue("draft")))
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	if v.State == "dropped" {
		fr.Title = "不办了：" + v.Def.Title
		return f.Render(w, r, droppedPage(fr, v, v.Restorable(f.Now())))
	}
	if v.State != "open" {
		return kit.Go(w, r, "/desk/requests/"+string(v.ID))
	}
	if len(v.Step.Review) > 0 && r.URL.Query().Get("edit") == "" {
		fr.Title = "请核对：" + v.Def.Title
		return f.Render(w, r, reviewPage(fr, v))
	}
	fr.Title = v.Def.Title
	return f.Render(w, r, formPage(fr, v, nil))
}

// orOpen sends a clerk who met a matter by its number to open its person first.
func (f face) orOpen(w http.ResponseWriter, r *http.Request, fr kit.Frame, a civic.Actor, err error) error {
	if civic.As(err).Code != "grant.not_open" {
		return err
	}
	person := civic.PersonID(r.PathValue("person"))
	if person == "" {
		var findErr error
		if person, findErr = f.Requests.PersonOf(r.Context(), a, civic.DraftID(r.PathValue("draft")+r.PathValue("request"))); findErr != nil {
			return findErr
		}
	}
	fr.Wrong = []*civic.Error{civic.As(err)} // why the page is not the one that was asked for
	return f.askToOpen(w, r, kit.Status(err), fr, a, person)
}

// answer saves what was filled in. What is wrong is shown beside its field with
// what was typed; what is right is kept.
func (f face) answer(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	id := civic.DraftID(r.PathValue("draft"))
	rev := kit.Revision(r)
	given := map[string][]string{}
	for _, key := range r.PostForm["asked"] {
		text := r.PostFormValue("a-" + key)
		if own := kit.Field(r, "own-"+key); own != "" && (text == "" || text == "~") {
			text = own
		}
		if text == "~" {
			text = ""
		}
		given[key] = []string{text}
	}
	v, err := f.Requests.Answer(r.Context(), a, id, rev, given)
	if err != nil && v == nil {
		return f.orOpen(w, r, fr, a, err)
	}
	call := r.PostFormValue("hangup")
	if call != "" && !loses(v, given, err) {
		return f.hangUpOn(w, r, call)
	}
	if err == nil && len(v.Step.Review) > 0 {
		return kit.Go(w, r, "/desk/drafts/"+string(id))
	}
	fr.Title = v.Def.Title
	if err != nil {
		fr.Wrong = v.Wrong
		if len(fr.Wrong) == 0 {
			fr.Wrong = []*civic.Error{civic.As(err)}
		}
		if fr.OnCall != nil && fr.OnCall.ID == call {
			fr.Wrong = append([]*civic.Error{errStillOn}, fr.Wrong...)
		}
		return f.RenderAs(w, r, kit.Status(err), formPage(fr, v, given))
	}
	return f.Render(w, r, formPage(fr, v, given))
}

// loses reports whether something that was typed is not in the draft. A question that was left open
// is no loss: whoever hangs up has not come to its end.
func loses(v *request.View, given map[string][]string, err error) bool {
	return err != nil && (!civic.Is(err, civic.Invalid) || len(v.Wrong) == 0) ||
		slices.ContainsFunc(v.Wrong, func(e *civic.Error) bool { return e.Field == "" || typed(given, e.Field) != "" })
}

func (f face) submit(w http.ResponseWriter, r *http.Request) error {
	a, id := f.actor(r), civic.DraftID(r.PathValue("draft"))
	rc, err := f.Requests.Submit(r.Context(), a, id, kit.Revision(r))
	if civic.Is(err, civic.Conflict) || civic.Is(err, civic.Invalid) {
		return f.again(w, r, a, id, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/requests/"+string(rc.Request)+"?new=1")
}

// typed is what the clerk typed into a question's field, as the form sent it.
func typed(given map[string][]string, key string) string {
	if g := given[key]; len(g) == 1 {
		return g[0]
	}
	return ""
}

// again shows a draft that could not be submitted, with why, as it is now.
func (f face) again(w http.ResponseWriter, r *http.Request, a civic.Actor, id civic.DraftID, why error) error {
	fr, _, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	v, err := f.Requests.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	if v.State != "open" {
		return why
	}
	fr.Title, fr.Wrong = v.Def.Title, []*civic.Error{civic.As(why)}
	if len(v.Step.Review) > 0 {
		return f.RenderAs(w, r, kit.Status(why), reviewPage(fr, v))
	}
	return f.RenderAs(w, r, kit.Status(why), formPage(fr, v, nil))
}
