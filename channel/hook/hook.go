// Package hook is where gateways bring their reports: what became of a text that they
// took. It is no face for people.
package hook

import (
	"crypto/subtle"
	"io"
	"log/slog"
	"net/http"

	"yinqiao/civic"
	"yinqiao/notify"
)

// Reporter reads what one gateway brings.
type Reporter struct {
	Secret string // its password; without one nothing is taken
	Read   func(body []byte) ([]notify.Report, error)
}

// bodyMost bounds what is brought at once.
const bodyMost = 1 << 20

// brought reads what somebody brings who shows the name and its password, or refuses it.
// Without a password nothing is taken; one is compared also for a name that there is not, so
// that names can't be guessed by time.
func brought(w http.ResponseWriter, r *http.Request, realm, name, secret string) (body []byte, ok bool) {
	user, password, _ := r.BasicAuth()
	right := subtle.ConstantTimeCompare([]byte(password), []byte(secret)) == 1
	if !right || secret == "" || user != name {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+realm+`"`)
		http.Error(w, "unauthorised", http.StatusUnauthorized)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	}
	return body, err == nil
}

// Mount serves the reports of gateways by their names.
func Mount(mux *http.ServeMux, n *notify.Service, from map[string]Reporter, log *slog.Logger) {
	mux.HandleFunc("POST /hooks/messages/{gateway}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("gateway")
		from := from[name]
		body, ok := brought(w, r, "reports", name, from.Secret)
		if !ok {
			return
		}
		reports, err := from.Read(body)
		if err != nil {
			http.Error(w, "not understood", http.StatusBadRequest)
			return
		}
		switch err := n.Reported(r.Context(), name, reports); {
		case civic.Is(err, civic.Invalid):
			http.Error(w, "too many", http.StatusBadRequest)
			return
		case err != nil: // they bring it again
			log.Warn("reports not taken", "gateway", name, "cause", civic.Scrub(err.Error()))
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"code":0,"msg":"成功"}`)) // they have gone
	})
}
