package app

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"yinqiao/channel/api"
	"yinqiao/civic"
)

// refuse answers a request that is stopped before any channel sees it: in plain
// words, and to programs as a problem document.
func refuse(w http.ResponseWriter, r *http.Request, status int, e *civic.Error) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		p := api.Problem{Title: http.StatusText(status), Status: status, Detail: e.Say, Code: e.Code}
		h.Set("Content-Type", p.ContentType(""))
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(p) // the client has gone
		return
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(e.Say + "\n"))
}

var (
	errElsewhere = civic.E(civic.Denied, "http.cross_origin", "这个操作不是从本网站的网页发出的,没有办。请回到本网站首页,重新打开要办的事再试。")
	errTries     = civic.E(civic.Exhausted, "http.tries", "试的次数太多了,请过一分钟再试;急用请找工作人员。")
)

// tooMany refuses a try too many at a door.
func tooMany(w http.ResponseWriter, r *http.Request, wait int) {
	w.Header().Set("Retry-After", strconv.Itoa(wait))
	refuse(w, r, http.StatusTooManyRequests, errTries)
}

// sameSite refuses what a page of another site makes a browser send.
func sameSite() *http.CrossOriginProtection {
	c := http.NewCrossOriginProtection()
	c.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusForbidden, errElsewhere)
	}))
	return c
}
