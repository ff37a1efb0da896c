package e2e

import "net/http"

// The sound of a page is for whoever was shown the page, who has its address sealed: the
// walk of the routes was shown none, and hears nothing. aloud_walk_test.go hears one.
func init() {
	doors["GET /aloud/{text}"], doors["GET /elder/aloud/{text}"] = http.StatusNotFound, http.StatusNotFound
	more = append(more, moreRoutes{path: func(_ *site, _ route) map[string]string { return map[string]string{"text": "bm90aGluZw"} }})
}
