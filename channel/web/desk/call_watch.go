package desk

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/calls"
)

// changes tells a page that something has changed on the telephone, as it happens
// (server-sent events). What changed, the page asks for itself.
func (f face) changes(w http.ResponseWriter, r *http.Request) error {
	if err := f.Calls.MayWatch(r.Context(), f.actor(r)); err != nil {
		return err
	}
	changed, stop := f.Calls.Watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // who can't wait is told that there may be news
		_, err := fmt.Fprint(w, "data: changed\n\n")
		return err
	}
	out := http.NewResponseController(w)
	if _, err := fmt.Fprint(w, "retry: 300\n\n"); err != nil {
		return nil // they have gone
	}
	end := time.NewTimer(streamFor)
	defer end.Stop()
	news := changed
	var rested <-chan time.Time
	for {
		if out.Flush() != nil {
			return nil
		}
		select {
		case <-news:
			if _, err := fmt.Fprint(w, "data: changed\n\n"); err != nil {
				return nil
			}
			news, rested = nil, time.After(restFor)
		case <-rested:
			news, rested = changed, nil
		case <-end.C:
			return nil
		case <-f.Stopping:
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
}

// watchView is the telephone as a supervisor sees it.
type watchView struct {
	calls.Overview
	Day calls.Figures
	In  civic.Division
}

// watchCalls is the queue from above, and the figures of the day.
func (f face) watchCalls(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "电话线")
	if err != nil {
		return err
	}
	v := watchView{In: m.At(civic.MaySeeFigures)}
	if v.Overview, err = f.Calls.Overview(r.Context(), a, v.In); err != nil {
		return err
	}
	if !kit.Live(r) { // the day's figures are counted once, and not whenever somebody calls
		if v.Day, err = f.Calls.Figures(r.Context(), a, v.In, day(f.Now())); err != nil {
			return err
		}
	}
	return f.Render(w, r, watchPage(fr, v))
}

// share is a part of a whole in words, with its denominator.
func share(n, of int) string {
	if of == 0 {
		return "没有"
	}
	return fmt.Sprintf("%d%%（%d/%d）", n*100/of, n, of)
}
