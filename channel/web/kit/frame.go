package kit

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

// Frame is what every page has round its content.
type Frame struct {
	Face     Face
	Title    string
	Text     string // 1, 2 or 3: the step of the text size
	Contrast string // plain or high
	Keys     string // staff: whether single keys do things, on or off (WCAG 2.1.4)
	Bell     string // staff: whether a call that waits for them is heard, on or off
	Who      string // who is signed in
	Office   string // staff: their office
	Acting   string // family: for whom they act
	Phone    string // whom to call
	Home     string // where 首页 goes; the face's home if empty
	Back     string // where 返回 goes; home if empty
	Path     string // where the buttons of the look come back to; a handler may name another
	Today    string
	Wrong    []*civic.Error // shown on top, and beside their fields
	Demo     bool
	Refresh  int     // seconds after which the page is asked for again, while something runs
	Nav      []Link  // staff: where their role has work
	OnCall   *OnCall // staff: whom they speak with on the telephone
	Rings    bool    // staff: a call waits for them, and they speak in none
}

// Link is one way on: an address and its words.
type Link struct{ To, Words string }

// FrameOf reads the look that the visitor chose; it persists on every page.
func FrameOf(r *http.Request, face Face) Frame {
	f := Frame{Face: face, Text: "1", Contrast: "plain", Keys: "on", Bell: "on", Phone: place.HelpPhone(""), Path: pathOf(r, face), Today: Day(time.Now())}
	if c, err := r.Cookie("text"); err == nil && (c.Value == "2" || c.Value == "3") {
		f.Text = c.Value
	}
	if c, err := r.Cookie("contrast"); err == nil && c.Value == "high" {
		f.Contrast = "high"
	}
	if c, err := r.Cookie("keys"); err == nil && c.Value == "off" {
		f.Keys = "off"
	}
	if c, err := r.Cookie("bell"); err == nil && c.Value == "off" {
		f.Bell = "off"
	}
	return f
}

// NextText is the step that 字更大 goes to: after the largest comes the first.
func (f Frame) NextText() string {
	switch f.Text {
	case "1":
		return "2"
	case "2":
		return "3"
	}
	return "1"
}

// NextTextWords says what the button does now.
func (f Frame) NextTextWords() string {
	if f.Text == "3" {
		return "字变小"
	}
	return "字更大"
}

// Live reports whether a page asks for what changes on it by itself, and for no more.
func Live(r *http.Request) bool { return r.Header.Get("X-Live") != "" }

// Icon is what the window is known by among others.
func (f Frame) Icon() string {
	if f.Rings {
		return "/static/icon-rings.svg"
	}
	return "/static/icon.svg"
}

// Heard reports whether the page rings.
func (f Frame) Heard() bool { return f.Rings && f.Bell == "on" }

// Shows puts what went wrong on top of the page and beside its field, and returns the status of the
// answer: that of a page where nothing did.
func (f *Frame) Shows(wrong error) int {
	if wrong == nil {
		return http.StatusOK
	}
	f.Wrong = []*civic.Error{civic.As(wrong)}
	return Status(wrong)
}

// ErrorFor returns what is wrong with a field, or "".
func (f Frame) ErrorFor(field string) string {
	for _, e := range f.Wrong {
		if e.Field == field {
			return e.Say
		}
	}
	return ""
}

// DocTitle is the page's title; a page with errors says so first.
func (f Frame) DocTitle() string {
	if len(f.Wrong) > 0 {
		return "有误：" + f.Title + " - 银桥"
	}
	return f.Title + " - 银桥"
}

// Day says a date in full: 11月23日 星期一.
func Day(t time.Time) string {
	t = t.In(civic.Shanghai)
	return fmt.Sprintf("%d月%d日 星期%s", t.Month(), t.Day(), []string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()])
}

// Moment says a date and a time: 11月23日 上午9点05分.
func Moment(t time.Time) string {
	t = t.In(civic.Shanghai)
	return fmt.Sprintf("%d月%d日 ", t.Month(), t.Day()) + civic.SayTime(t)
}

// SetLook keeps the look that the visitor chose for a year.
func SetLook(w http.ResponseWriter, r *http.Request) {
	for name, allowed := range map[string]string{"text": "1 2 3", "contrast": "plain high", "keys": "on off", "bell": "on off"} {
		v := r.PostFormValue(name)
		if v == "" || len(v) > 5 {
			continue
		}
		for _, a := range splitWords(allowed) {
			if a == v {
				http.SetCookie(w, &http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
			}
		}
	}
}

func (f Frame) home() string { return cmp.Or(f.Home, f.Face.Home()) }

func (f Frame) back() string { return cmp.Or(f.Back, f.home()) }
