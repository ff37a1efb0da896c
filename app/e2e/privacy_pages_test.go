package e2e

import (
	"net/http"
	"testing"
)

// pagesOf reads every page and list about a person as whoever may and whoever may
// not, and sends numbers where words belong.
func (w *town) pagesOf(t *testing.T, person string) {
	t.Helper()
	at := "/desk/people/" + person
	for _, page := range []string{"/cards", "/tags", "/contacts", "/household", "/preferences", "/births", "/correct", "/consents", "/grants"} {
		w.clerk.get(t, at+page).ok(t, http.StatusOK)
		for _, v := range []*visitor{w.hospital, w.far, w.super} {
			v.get(t, at+page)
		}
	}
	for _, page := range []string{"/desk/settle", "/desk/rosters", "/desk/notices", "/desk/duty", "/desk/glass", "/desk/mine"} {
		for _, v := range []*visitor{w.clerk, w.hospital, w.far, w.super} {
			v.get(t, page)
		}
	}
	for _, page := range []string{"/elder/cards", "/elder/consents", "/elder/mine", "/elder/agents"} {
		w.elder.get(t, page)
	}
	for _, list := range []string{"/facts", "/consents", "/agents", "/requests", "/story", "/erasure"} {
		for _, v := range []*visitor{w.clerk, w.far, w.super} {
			v.api(t, "GET", "/people/"+person+list, nil)
		}
	}
	for _, number := range []string{residentID, ownPhone} {
		for _, v := range variants(number) {
			for path, body := range map[string]object{
				"/tags":        {"kind": "alone", "source": v},
				"/consents":    {"purpose": "family-copy", "version": 1, "how": "face_to_face", "by": "self", "witness": v},
				"/corrections": {"village": "老村", "reason": v, "evidence": "community_paper"},
				"/cards":       {"kind": "transit_card", "number": "TC1", "expires": v},
				"/household":   {"other": v},
			} {
				if x := w.clerk.api(t, "POST", "/people/"+person+path, body); x.status < 400 {
					t.Errorf("%s with %q: %d", x, v, x.status)
				}
			}
		}
	}
}
