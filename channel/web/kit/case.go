package kit

import (
	"context"
	"net/http"

	"yinqiao/civic"
)

// WordActs are what a person says in the course of a case, which is the same on every
// face, but for who is at the controls there and how the case is shown again after a
// step: an answer, an appeal, a bill that is paid, that it is not wanted any more.
func (rm *Rooms) WordActs(face Face, actor func(*http.Request) civic.Actor, step func(http.ResponseWriter, *http.Request, error) error) []Route {
	says := func(act string, do func(ctx context.Context, a civic.Actor, id civic.RequestID, r *http.Request) error) Route {
		return Route{Pattern: "POST " + face.Home() + "/requests/{request}/" + act, Do: func(w http.ResponseWriter, r *http.Request) error {
			return step(w, r, do(r.Context(), actor(r), civic.RequestID(r.PathValue("request")), r))
		}}
	}
	return []Route{
		says("answer", func(ctx context.Context, a civic.Actor, id civic.RequestID, r *http.Request) error {
			return rm.Casework.Answer(ctx, a, id, r.PostFormValue("answer"))
		}),
		says("appeal", func(ctx context.Context, a civic.Actor, id civic.RequestID, r *http.Request) error {
			return rm.Casework.Appeal(ctx, a, id, r.PostFormValue("appeal"))
		}),
		says("withdraw", func(ctx context.Context, a civic.Actor, id civic.RequestID, _ *http.Request) error {
			return rm.Casework.Withdraw(ctx, a, id)
		}),
		says("pay", func(ctx context.Context, a civic.Actor, id civic.RequestID, r *http.Request) error {
			return rm.Casework.Pay(ctx, a, id, r.PostFormValue("thing"), r.PostFormValue("how"))
		}),
	}
}
