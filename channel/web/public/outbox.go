package public

import (
	"net/http"

	"yinqiao/channel/web/kit"
)

// outboxRoutes are there in a demonstration only, where all people are invented.
func (f face) outboxRoutes() []kit.Route {
	if f.Demo == nil || f.Demo.Outbox == nil {
		return nil
	}
	return []kit.Route{{Pattern: "GET /demo/outbox", Open: true, Do: f.outbox}}
}

// outbox shows every message that a demonstration would have sent.
func (f face) outbox(w http.ResponseWriter, r *http.Request) error {
	list, err := f.Demo.Outbox(r.Context(), r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	fr := f.frame(r, "演示：发出的消息")
	return f.Render(w, r, outboxPage(fr, list))
}
