package kit

import (
	"net/http"

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
		{Pattern: "POST " + face.Home() + "/requests/{request}/again", Do: to(func(r *http.Request, a civic.Actor) (civic.DraftID, error) {
			return of(rm.Requests.StartAgain(r.Context(), a, civic.RequestID(r.PathValue("request"))))
		})},
	}
}
