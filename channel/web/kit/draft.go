package kit

import (
	"net/http"
	"strings"

	"yinqiao/civic"
	"yinqiao/request"
)

// DraftActs are the acts on a draft that are the same on every face, but for who is
// at the controls there and where the draft is shown: to put it away, to take it up
// again, and to have the same again.
func (rm *Rooms) DraftActs(face Face, actor func(*http.Request) civic.Actor) []Route {
	drafts := face.Home() + "/drafts/"
	to := func(do func(r *http.Request, a civic.Actor) (civic.DraftID, error)) Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			id, err := do(r, actor(r))
			if err != nil {
				return err
			}
			return Go(w, r, drafts+string(id))
		}
	}
	of := func(v *request.View, err error) (civic.DraftID, error) {
		if err != nil {
			return "", err
		}
		return v.ID, nil
	}
	id := func(r *http.Request) civic.DraftID { return civic.DraftID(r.PathValue("draft")) }
	return []Route{
		{Pattern: "POST " + drafts + "{draft}/drop", Do: to(func(r *http.Request, a civic.Actor) (civic.DraftID, error) {
			return id(r), rm.Requests.Drop(r.Context(), a, id(r))
		})},
		{Pattern: "POST " + drafts + "{draft}/restore", Do: to(func(r *http.Request, a civic.Actor) (civic.DraftID, error) {
			return of(rm.Requests.Restore(r.Context(), a, id(r)))
		})},
		{Pattern: "POST " + drafts + "{draft}/same", Do: to(func(r *http.Request, a civic.Actor) (civic.DraftID, error) {
			return id(r), rm.sameAgain(r, a, id(r))
		})},
		{Pattern: "POST " + face.Home() + "/requests/{request}/again", Do: to(func(r *http.Request, a civic.Actor) (civic.DraftID, error) {
			return of(rm.Requests.StartAgain(r.Context(), a, civic.RequestID(r.PathValue("request"))))
		})},
	}
}

// sameAgain answers what comes next as last time. What does not fit any more is asked
// for, and what somebody else has answered meanwhile stays.
func (rm *Rooms) sameAgain(r *http.Request, a civic.Actor, id civic.DraftID) error {
	v, err := rm.Requests.Look(r.Context(), a, id)
	if err != nil || len(v.Same) == 0 {
		return err
	}
	given := map[string][]string{}
	for _, k := range v.Same {
		given[k.Key] = []string{k.Code}
	}
	_, err = rm.Requests.Answer(r.Context(), a, id, Revision(r), given)
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return nil
	}
	return err
}

// sameWords says what was answered last time.
func sameWords(v *request.View) string {
	var out []string
	for _, k := range v.Same {
		out = append(out, k.Shown)
	}
	return strings.Join(out, "，")
}
