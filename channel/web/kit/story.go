package kit

import (
	"net/http"
	"net/url"
	"time"

	"yinqiao/civic"
	"yinqiao/request"
)

// StoryView is a page of what happened about a person.
type StoryView struct {
	request.Story
	Only request.Only
	At   string // the address of the page
	Old  bool   // not the newest page
}

// StoryAsk reads which page of a story the address asks for.
func StoryAsk(r *http.Request, most int) request.StoryAsk {
	q := r.URL.Query()
	return request.StoryAsk{Before: q.Get("before"), Only: request.Only(q.Get("only")), Most: most}
}

// Link is the address of a part of the story, from the newest or further back.
func (v StoryView) Link(only request.Only, before string) string {
	q := url.Values{}
	if only != request.Everything {
		q.Set("only", string(only))
	}
	if before != "" {
		q.Set("before", before)
	}
	if len(q) == 0 {
		return v.At
	}
	return v.At + "?" + q.Encode()
}

// Span is for how long back a story is printed.
type Span struct{ Code, Words string }

// Spans are offered in this order.
var Spans = []Span{{"month", "最近30天"}, {"year", "今年"}, {"all", "全部"}}

// SheetMost is how many lines a printed story has at most.
const SheetMost = 1000

// Sheet is a story on paper.
type Sheet struct {
	request.Story
	Span Span
	Who  string // masked
	By   string // who prints it
	Day  string
	At   string // the address without the span
}

// SheetAsk reads the span of the address, and what to ask for; false if none is
// chosen.
func SheetAsk(r *http.Request, now time.Time) (Span, request.StoryAsk, bool) {
	now = now.In(civic.Shanghai)
	ask := request.StoryAsk{Most: SheetMost, ToThem: true}
	for _, s := range Spans {
		if s.Code != r.URL.Query().Get("span") {
			continue
		}
		switch s.Code {
		case "month":
			ask.Since = now.AddDate(0, 0, -30)
		case "year":
			ask.Since = time.Date(now.Year(), 1, 1, 0, 0, 0, 0, civic.Shanghai)
		}
		return s, ask, true
	}
	return Span{}, ask, false
}
