package kit

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/a-h/templ"

	"yinqiao/civic"
)

// Face is one face of the web.
type Face string

// The faces.
const (
	Public    Face = "public"
	Elder     Face = "elder"
	Desk      Face = "desk"
	FieldFace Face = "field" // staff out of the house, on their own phone
)

// SignIn is where a face signs people in.
func (f Face) SignIn() string {
	switch f {
	case Desk:
		return "/desk/sign-in"
	case FieldFace:
		return "/field/sign-in"
	}
	return "/elder/sign-in"
}

// Home is a face's first page.
func (f Face) Home() string {
	switch f {
	case Desk:
		return "/desk"
	case Elder:
		return "/elder"
	case FieldFace:
		return "/field"
	}
	return "/"
}

var statuses = map[civic.Kind]int{
	civic.Internal: http.StatusInternalServerError, civic.Invalid: http.StatusUnprocessableEntity, civic.NotFound: http.StatusNotFound,
	civic.Denied: http.StatusForbidden, civic.Conflict: http.StatusConflict, civic.Exhausted: http.StatusTooManyRequests,
	civic.Unavailable: http.StatusServiceUnavailable,
}

// Status is the one table from an error's kind to an HTTP status.
func Status(err error) int { return statuses[civic.KindOf(err)] }

// Mendable reports what is shown on the page itself, where what was typed stands, to choose
// otherwise.
func Mendable(err error) bool {
	return civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) || civic.Is(err, civic.Exhausted)
}

// ErrNoPage answers every address that is not ours.
var ErrNoPage = civic.E(civic.NotFound, "page.unknown", "没有这个网页。请回首页重新找，或者打电话问一问。")

var errPanic = civic.As(errors.New("panic"))

// Fail renders an error as a page of the face, in words that say what to do.
func (rm *Rooms) Fail(w http.ResponseWriter, r *http.Request, face Face, err error) {
	e := civic.As(err)
	switch e.Kind {
	case civic.Internal:
		rm.Log.Error("page failed", "route", r.Pattern, "code", e.Code, "cause", civic.Scrub(err.Error()))
	case civic.Unavailable:
		rm.Log.Warn("page unavailable", "route", r.Pattern, "code", e.Code, "cause", civic.Scrub(err.Error()))
	}
	if e.Code == "sign_in" && r.Method == http.MethodGet {
		http.Redirect(w, r, face.SignIn(), http.StatusSeeOther)
		return
	}
	f := FrameOf(r, face)
	f.Title = "没有办成"
	if err := rm.RenderAs(w, r, Status(err), errorPage(f, e)); err != nil {
		rm.Log.Error("the page of an error failed", "route", r.Pattern, "cause", civic.Scrub(err.Error()))
	}
}

// recover answers a page that panicked with the page of an error. Nothing that
// its session was given is kept.
func (rm *Rooms) recover(w http.ResponseWriter, r *http.Request, face Face) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // it is that very value
		panic(cause)
	}
	rm.Log.Error("page panicked", "route", r.Pattern, "cause", civic.Scrub(fmt.Sprint(cause)), "stack", string(debug.Stack()))
	rm.Fail(w, r, face, errPanic)
}

// Render writes a page.
func (rm *Rooms) Render(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return rm.RenderAs(w, r, http.StatusOK, page)
}

// RenderAs writes a page with another status than 200. Nothing is sent before
// the whole page is made, so that one that fails is still answered with an error.
func (rm *Rooms) RenderAs(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		if r.Context().Err() != nil {
			return nil // nobody waits for it any more
		}
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(rm.withSound(r, b.Bytes())) // an error: the visitor has gone
	return nil
}
