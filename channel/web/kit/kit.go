// Package kit is what all faces of the web share: routes, the frame of a page,
// errors in words, forms read within bounds. It knows no face.
package kit

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/rights"
	"yinqiao/staff"
)

// Rooms are the services that pages use, and facts of the installation.
type Rooms struct {
	People   *people.Service
	Staff    *staff.Service
	Sessions *staff.Sessions
	Place    *place.Service
	Grant    *grant.Service
	Catalog  *catalog.Service
	Requests *request.Service
	Casework *casework.Service
	Booking  *booking.Service
	Eligible *eligibility.Service
	Rights   *rights.Service
	Notify   *notify.Service
	Calls    *calls.Service
	Line     Telephone       // operators speak on it
	Stopping <-chan struct{} // closed when the server is about to end: what lasts ends then
	Findings *finding.Service
	Ledger   *task.Service
	Figures  *indicator.Service
	Log      *slog.Logger
	Reader   *Reader // reads pages aloud; nil if nothing can
	Demo     *Demo   // nil outside a demonstration
	Ping     func(context.Context) error
	Version  string
	Now      func() time.Time
}

// Demo is what the pages show in a demonstration only.
type Demo struct {
	Password string
	Staff    []DemoAccount
	Elders   []DemoAccount
	Outbox   func(ctx context.Context, before string) ([]notify.Shown, error)
}

// DemoAccount is one account that a visitor may try.
type DemoAccount struct{ Login, Words string }

// Handler answers a request or returns the error to render.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one page or act. Open routes need no sign-in; a test lists all others
// and finds them refused.
type Route struct {
	Pattern string
	Open    bool
	Do      Handler
	Page    string // of an act: the page that shows the same matter; see Paged
	Bytes   int64  // bounds a form that brings a file; 0 is the bound of all others
}

// formBytes bounds a form.
const formBytes = 64 << 10

// Serve turns a route into a handler: session, bounds, and the one place where
// errors are rendered. The public pages have no session, so that they answer also
// when it can't be read.
func (rm *Rooms) Serve(face Face, rt Route) http.Handler {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := rm.readForm(w, r, rt.Bytes); err != nil {
			rm.Fail(w, r, face, civic.E(civic.Invalid, "form.size", "填的内容太多了，没有收下。请缩短一些再交。").Because(err))
			return
		}
		makeText(r)
		if err := rt.Do(w, r); err != nil {
			rm.Fail(w, r, face, err)
		}
	})
	if face != Public {
		s := *rm.Sessions.SessionManager
		s.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { rm.Fail(w, r, face, err) }
		read := h
		h = s.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { read.ServeHTTP(w, withSession(r)) }))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // also when the session can't be read
		r = withPage(r, rt.Page)
		defer rm.recover(w, r, face)
		h.ServeHTTP(w, r)
	})
}

// formOver is what a form with a file has round the file.
const formOver = 64 << 10

// readForm reads a form within its bound. A file stays in memory: nothing of
// anybody may lie on a disk in clear. Who is not signed in can't bring one.
func (rm *Rooms) readForm(w http.ResponseWriter, r *http.Request, most int64) error {
	if most == 0 || rm.Party(r).None() {
		r.Body = http.MaxBytesReader(w, r.Body, formBytes)
		return r.ParseForm()
	}
	r.Body = http.MaxBytesReader(w, r.Body, most+formOver)
	if err := r.ParseForm(); err != nil { // a form that came without a file is read here
		return err
	}
	if err := r.ParseMultipartForm(most + formOver); !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	return nil
}

// Brings is a file of a form.
type Brings struct {
	Name  string
	Bytes []byte
}

// Files reads up to most files of one field of a form, and none where the form has none.
func Files(r *http.Request, name string, most int) ([]Brings, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var out []Brings
	for _, h := range r.MultipartForm.File[name] {
		if len(out) == most {
			break
		}
		f, err := h.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return nil, err
		}
		if h.Filename != "" || len(b) > 0 {
			out = append(out, Brings{h.Filename, b})
		}
	}
	return out, nil
}

// File reads the file of a form; no bytes where it has none.
func File(r *http.Request, name string) (string, []byte, error) {
	fs, err := Files(r, name, 1)
	if err != nil || len(fs) == 0 {
		return "", nil, err
	}
	return fs[0].Name, fs[0].Bytes, nil
}

// Brought is a table that somebody brings: a file of the form, or what was pasted in its
// place.
func Brought(r *http.Request) (name string, b []byte, err error) {
	if name, b, err = File(r, "file"); err == nil && len(b) == 0 {
		name, b = "粘贴的内容", []byte(r.PostFormValue("pasted"))
	}
	return name, b, err
}

// makeText puts the sign of a wrong character for bytes in a form that are no
// text, so that no page or row ever holds them.
func makeText(r *http.Request) {
	for _, form := range []url.Values{r.Form, r.PostForm} {
		for _, values := range form {
			for i, v := range values {
				values[i] = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD")
			}
		}
	}
}

// Party returns who is signed in: a person by their root, also when they signed in
// before they were merged.
func (rm *Rooms) Party(r *http.Request) civic.Party {
	p := rm.Sessions.Who(r.Context())
	if p.Kind == civic.PartyPerson {
		if root, err := rm.People.Root(r.Context(), civic.PersonID(p.ID)); err == nil { // what is wrong the page will meet itself
			p.ID = string(root)
		}
	}
	return p
}

// Field returns a form field, trimmed.
func Field(r *http.Request, name string) string { return strings.TrimSpace(r.PostFormValue(name)) }

// Revision returns the revision of a draft that the page showed. A missing or
// wrong one is -1, which meets as a conflict.
func Revision(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("rev"), 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}

// Go redirects after a POST, so that going back or reloading repeats nothing.
func Go(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
