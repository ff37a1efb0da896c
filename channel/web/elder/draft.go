package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/request"
)

func (f face) start(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	v, err := f.Requests.Start(r.Context(), a, r.PostFormValue("service"), a.Subject, "")
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/drafts/"+string(v.ID))
}

// question shows one question: the one asked for, or the next open one; when all
// is answered, the read-back.
func (f face) question(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	v, err := f.Requests.Look(r.Context(), a, civic.DraftID(r.PathValue("draft")))
	if err != nil {
		return err
	}
	if v.State == "dropped" {
		fr.Title, fr.Back = "不办了", "/elder"
		return f.Render(w, r, droppedPage(fr, v, v.Restorable(f.Now())))
	}
	if v.State != "open" {
		return kit.Go(w, r, "/elder/requests/"+string(v.ID))
	}
	return f.show(w, r, http.StatusOK, fr, v, r.URL.Query().Get("q"), "")
}

// show renders a draft at one question. typed is kept in the field when it was
// not accepted.
func (f face) show(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, v *request.View, key, typed string) error {
	fr.Title = v.Def.Title
	p, at := pick(v, key)
	switch {
	case v.Suspended:
		fr.Back = "/elder"
		return f.RenderAs(w, r, status, humanPage(fr, v))
	case p != nil:
		fr.Title = p.Ask
		fr.Back = backFrom(v, at)
		return f.RenderAs(w, r, status, questionPage(fr, v, *p, typed, at+1, len(v.Form)))
	case v.Step.Human != "":
		return f.RenderAs(w, r, status, humanPage(fr, v))
	}
	fr.Title, fr.Back = "请核对", backFrom(v, len(v.Form))
	return f.RenderAs(w, r, status, reviewPage(fr, v))
}

// pick finds the question to show and its place: the one named, or the next.
func pick(v *request.View, key string) (*request.Prompt, int) {
	if key == "" && len(v.Step.Ask) > 0 {
		key = v.Step.Ask[0].Key
	}
	for i := range v.Form {
		if v.Form[i].Key == key {
			return &v.Form[i], i
		}
	}
	return nil, len(v.Form)
}

func backFrom(v *request.View, at int) string {
	if at > 0 && at <= len(v.Form) {
		return "/elder/drafts/" + string(v.ID) + "?q=" + v.Form[at-1].Key
	}
	return "/elder"
}

func (f face) answer(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办事")
	if err != nil {
		return err
	}
	id := civic.DraftID(r.PathValue("draft"))
	key := r.PostFormValue("key")
	rev := kit.Revision(r)
	text := r.PostFormValue("answer")
	// An address or the like may be typed instead of chosen.
	if own := kit.Field(r, "own"); own != "" && (text == "" || text == "~") {
		text = own
	}
	if text == "~" {
		text = ""
	}
	v, err := f.Requests.Answer(r.Context(), a, id, rev, map[string][]string{key: {text}})
	switch {
	case err == nil:
		return kit.Go(w, r, "/elder/drafts/"+string(id))
	case v != nil && civic.Is(err, civic.Invalid):
		fr.Wrong = v.Wrong
		return f.show(w, r, kit.Status(err), fr, v, key, text)
	case v != nil && civic.Is(err, civic.Conflict):
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.show(w, r, kit.Status(err), fr, v, "", "")
	}
	return err
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
	return kit.Go(w, r, "/elder/requests/"+string(rc.Request)+"?new=1")
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
	fr.Wrong = []*civic.Error{civic.As(why)}
	return f.show(w, r, kit.Status(why), fr, v, "", "")
}
