package kit

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/speech"
)

// Reader is what reads pages aloud (MIIT, 网站适老化: 朗读). What a page says travels in
// the address of its sound, sealed for whoever was shown the page: nothing is kept of
// it, a page that an act answered with can be heard too, and nobody can have the
// server say words of their own.
type Reader struct {
	Speech interface {
		Available() bool
		Say(ctx context.Context, req speech.Request) (speech.Clip, error)
		SayLines(ctx context.Context, lines []string, f speech.Format) (speech.Clip, error)
	}
	Vault interface {
		Seal(plain []byte, about string) ([]byte, error)
		Open(sealed []byte, about string) ([]byte, error)
	}
}

// aloudMost bounds what is read of one page, in characters: about six minutes.
const aloudMost = 1500

// aloudRest is said where a page has more than that.
const aloudRest = "后面还有，请看屏幕，或者打电话找人问一问。"

// AloudRoute is where a face's pages have their sound.
func (rm *Rooms) AloudRoute(face Face) Route {
	return Route{Pattern: "GET " + aloudAt(face) + "{text}", Open: true, Do: func(w http.ResponseWriter, r *http.Request) error {
		lines, err := rm.openAloud(r, face, r.PathValue("text"))
		if err != nil {
			return err
		}
		clip, err := rm.Reader.Speech.SayLines(r.Context(), lines, speech.Web)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", speech.Web.Type())
		w.Header().Set("ETag", clip.ETag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(clip.Data))
		return nil
	}}
}

func aloudAt(face Face) string { return strings.TrimSuffix(face.Home(), "/") + "/aloud/" }

// heard is whose ears a page of a face is for: everybody's, or those of whoever is
// signed in. Where their session can't be read, nobody's.
func (rm *Rooms) heard(r *http.Request, face Face) (string, bool) {
	if face == Public {
		return "aloud", true
	}
	if r.Context().Value(sessionKey{}) == nil {
		return "", false
	}
	p := rm.Sessions.Who(r.Context()) // as they signed in: nobody's root need be looked up for it
	return "aloud\x00" + string(p.Kind) + "\x00" + p.ID, true
}

type sessionKey struct{}

// withSession marks a request whose session is read.
func withSession(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), sessionKey{}, true))
}

// packers are kept: making one costs more than what it packs.
var packers = sync.Pool{New: func() any {
	z, err := flate.NewWriter(nil, flate.BestCompression)
	if err != nil {
		panic(err) // the level is one there is
	}
	return z
}}

// sealAloud makes the last part of the address of some lines' sound.
func (rm *Rooms) sealAloud(whose string, lines []string) (string, error) {
	var b bytes.Buffer
	z := packers.Get().(*flate.Writer)
	defer packers.Put(z)
	z.Reset(&b)
	if _, err := io.WriteString(z, strings.Join(lines, "\n")); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	sealed, err := rm.Reader.Vault.Seal(b.Bytes(), whose)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

var errAloud = civic.E(civic.NotFound, "aloud.unknown", "这段声音已经没有了。请回到原来的网页，再点一次「读给我听」。")

func (rm *Rooms) openAloud(r *http.Request, face Face, text string) ([]string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	whose, ok := rm.heard(r, face)
	if err != nil || !ok || rm.Reader == nil {
		return nil, errAloud
	}
	packed, err := rm.Reader.Vault.Open(sealed, whose)
	if err != nil {
		return nil, errAloud
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, errAloud
	}
	return strings.Split(string(plain), "\n"), nil
}

// aloudMark stands in a page where its sound goes. It is put there when the whole
// page is made, for the sound is of all of it.
func aloudMark(face Face) string {
	if face != Elder && face != Public {
		return ""
	}
	return "<!--aloud " + string(face) + "-->"
}

// withSound puts the sound of a page into its strip. A page that can't be read aloud
// has none.
func (rm *Rooms) withSound(r *http.Request, page []byte) []byte {
	for _, face := range []Face{Elder, Public} {
		mark := []byte(aloudMark(face))
		at := bytes.LastIndex(page, mark)
		if at < 0 {
			continue
		}
		var b bytes.Buffer
		b.Grow(len(page) + 4<<10)
		b.Write(page[:at])
		if whose, ok := rm.heard(r, face); ok && rm.Reader != nil && rm.Reader.Speech.Available() {
			if src, err := rm.sealAloud(whose, readable(page)); err == nil {
				_ = aloud(aloudAt(face)+src).Render(r.Context(), &b) // into memory
			}
		}
		b.Write(page[at+len(mark):])
		return b.Bytes()
	}
	return page
}
