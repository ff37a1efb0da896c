package apptest

import (
	"context"
	"encoding/json"
	"errors"

	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
)

// Tell does the jobs of telling people that the acts so far have woken, as the queue
// would now: every act is heeded, every message that is due takes its next step, every parcel that is
// due is sent. A parcel that has to wait is asked again when Tell is called again.
func (w *World) Tell(t TB) {
	t.Helper()
	ctx := context.Background()
	for hs := jobsOf[notify.Heed](w, t, "notify.heed", &w.heeded); len(hs) > 0; hs = jobsOf[notify.Heed](w, t, "notify.heed", &w.heeded) {
		for _, h := range hs { // which may have others heeded again
			check(t, w.Notify.Heed(ctx, h))
		}
	}
	for range 50 {
		err := w.Notify.Walk(ctx, notify.Walk{})
		if err != nil && !errors.Is(err, jobs.ErrMore) {
			check(t, err)
		}
		n := 0
		for _, s := range append(w.later, jobsOf[notify.Send](w, t, "notify.send", &w.sent)...) {
			if n == 0 {
				w.later = nil
			}
			n++
			err := w.Notify.Send(ctx, s)
			var later jobs.Later
			if errors.As(err, &later) {
				w.later = append(w.later, s)
			} else {
				check(t, err)
			}
		}
		var due int
		w.Look(t, System(), func(v *journal.View) error {
			return v.Get(&due, `SELECT COUNT(*) FROM message WHERE state = 'open' AND next_at <= $1`, v.Now)
		})
		if due == 0 && (n == 0 || len(w.later) == n) {
			return
		}
	}
}

// jobsOf reads the jobs of a kind that were enqueued since the last call.
func jobsOf[T any](w *World, t TB, kind string, from *int64) []T {
	t.Helper()
	var rows []struct {
		ID   int64
		Args []byte
	}
	w.Look(t, System(), func(v *journal.View) error {
		return v.Select(&rows, `SELECT id, CAST(args AS TEXT) AS args FROM river_job WHERE kind = $1 AND id > $2 ORDER BY id`, kind, *from)
	})
	out := make([]T, len(rows))
	for i, r := range rows {
		check(t, json.Unmarshal(r.Args, &out[i]))
		*from = r.ID
	}
	return out
}
