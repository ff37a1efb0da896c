package hook

import (
	"context"
	"log/slog"
	"net/http"

	"yinqiao/civic"
	"yinqiao/engine/booking/external"
)

// Hearer takes what a hospital's register says by itself.
type Hearer interface {
	Hear(ctx context.Context, system string, all []external.Answer) error
}

// MountHospitals serves the answers that registers of hospitals bring, by their names.
// secrets are their passwords; without one nothing is taken.
func MountHospitals(mux *http.ServeMux, to Hearer, secrets map[string]string, log *slog.Logger) {
	mux.HandleFunc("POST /hooks/bookings/{system}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("system")
		body, ok := brought(w, r, "bookings", name, secrets[name])
		if !ok {
			return
		}
		answers, err := external.ReadAnswers(body)
		if err != nil {
			http.Error(w, "not understood", http.StatusBadRequest)
			return
		}
		if err := to.Hear(r.Context(), name, answers); err != nil { // they bring it again
			log.Warn("answers not taken", "system", name, "cause", civic.Scrub(err.Error()))
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
