package kit

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Paged names for every act among the routes the page that shows the same
// matter, where its Page names none: the longest part of its path that has a
// page. Whoever presses a button of the look on what an act answered goes there.
func Paged(routes []Route) []Route {
	pages := map[string]bool{}
	for _, rt := range routes {
		if p, ok := strings.CutPrefix(rt.Pattern, "GET "); ok {
			pages[p] = true
		}
	}
	for i, rt := range routes {
		p, ok := strings.CutPrefix(rt.Pattern, "POST ")
		for ok && routes[i].Page == "" && p != "" {
			if pages[p] {
				routes[i].Page = p
			}
			p = p[:strings.LastIndex(p, "/")]
		}
	}
	return routes
}

type pageKey struct{}

func withPage(r *http.Request, page string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), pageKey{}, page))
}

// pathOf is the address of what is shown: that of a page itself, with its query;
// after an act the page of the same matter, or the face's home.
func pathOf(r *http.Request, face Face) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		path := r.URL.EscapedPath()
		// Of the query only what our own links write comes back: anything else is what
		// somebody typed into the address.
		keep := url.Values{}
		for key, values := range r.URL.Query() {
			if ours.MatchString(key) && len(values) == 1 && ours.MatchString(values[0]) {
				keep.Set(key, values[0])
			}
		}
		if len(keep) > 0 {
			path += "?" + keep.Encode()
		}
		return SafePath(path, face.Home())
	}
	page, _ := r.Context().Value(pageKey{}).(string)
	if page == "" {
		return face.Home()
	}
	path, query, asks := strings.Cut(page, "?")
	path = fill(path, func(name string) string { return url.PathEscape(r.PathValue(name)) })
	if asks {
		path += "?" + fill(query, func(name string) string { return url.QueryEscape(r.PostFormValue(name)) })
	}
	return SafePath(path, face.Home())
}

// ours is what our own links write into a query: the key of a question, or 1.
var ours = regexp.MustCompile(`^(1|[a-z][a-z0-9-]{0,39}(\.[0-9]{1,2}\.[a-z0-9-]{1,40})?)$`)

var inBraces = regexp.MustCompile(`\{(\w+)\}`)

// fill puts values for the names of a pattern.
func fill(pattern string, value func(name string) string) string {
	return inBraces.ReplaceAllStringFunc(pattern, func(p string) string { return value(p[1 : len(p)-1]) })
}
