package elder

import (
	"net/http"
	"slices"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/notify"
)

func (f face) messageRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/messages", Do: f.messages},
		{Pattern: "POST /elder/messages/{message}/heard", Do: f.heard},
		{Pattern: "GET /elder/messages/ways", Do: f.ways},
		{Pattern: "POST /elder/messages/ways", Do: f.setWays},
	}
}

// messages lists what the person was told, with what they have not said yet that they
// know in front.
func (f face) messages(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "消息")
	if err != nil {
		return err
	}
	list, err := f.Notify.Inbox(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(x, y notify.Letter) int {
		switch {
		case x.Open == y.Open:
			return 0
		case x.Open:
			return -1
		}
		return 1
	})
	return f.Render(w, r, messagesPage(fr, list))
}

func (f face) heard(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Notify.Heard(r.Context(), a, a.Subject, r.PathValue("message")); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/messages")
}

// ways asks by which ways the person does not want to be told.
func (f face) ways(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "不要用哪些办法")
	if err != nil {
		return err
	}
	list, err := f.Notify.Ways(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, waysPage(fr, list))
}

func (f face) setWays(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Notify.Refuse(r.Context(), a, a.Subject, r.PostForm["no"]); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/messages")
}

// unread counts for the home page; who may not see all is told of none.
func (f face) unread(r *http.Request, a civic.Actor) (int, error) {
	n, err := f.Notify.Unread(r.Context(), a, a.Subject)
	if civic.Is(err, civic.Denied) {
		return 0, nil
	}
	return n, err
}
