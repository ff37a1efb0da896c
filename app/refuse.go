package app

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yinqiao/channel/api"
	"yinqiao/channel/fhir"
	"yinqiao/channel/web"
	"yinqiao/civic"
)

// gate stops requests before any channel sees them.
type gate struct{ rooms *web.Rooms }

var (
	errElsewhere = civic.E(civic.Denied, "http.cross_origin", "这个操作不是从本网站的网页发出的，没有办。请回到本网站首页，重新打开要办的事再试。")
	errTries     = civic.E(civic.Exhausted, "http.tries", "试的次数太多了，请过一分钟再试；急用请找工作人员。")
	errNotLocal  = civic.E(civic.Denied, "http.local", "这一页只给维护系统的人在服务器上看。请回首页。")
)

// refuse answers in plain words: people with a page, programs with a problem
// document.
func (g gate) refuse(w http.ResponseWriter, r *http.Request, status int, title string, e *civic.Error) {
	switch {
	case strings.HasPrefix(r.URL.Path, fhir.Prefix+"/"):
		fhir.Refuse(w, e)
		return
	case !strings.HasPrefix(r.URL.Path, "/api/"):
		web.Refuse(g.rooms, w, r, e)
		return
	}
	p := api.Problem{Title: title, Status: status, Detail: e.Say, Code: e.Code}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p) // the client has gone
}

// tooMany refuses a try too many at a door.
func (g gate) tooMany(wait time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
		g.refuse(w, r, http.StatusTooManyRequests, "次数太多", errTries)
	})
}

// sameSite refuses what a page of another site makes a browser send.
func (g gate) sameSite() *http.CrossOriginProtection {
	c := http.NewCrossOriginProtection()
	c.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.refuse(w, r, http.StatusForbidden, "不允许", errElsewhere)
	}))
	return c
}

// localOnly refuses all but requests of this machine itself.
func (g gate) localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			g.refuse(w, r, http.StatusForbidden, "不允许", errNotLocal)
			return
		}
		next.ServeHTTP(w, r)
	})
}
