package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

func TestAPageIsReadAloudWithoutAScriptAndItsSoundIsForNobodyElse(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	her := newBrowser(t, s.URL, 320, 700, false)
	her.open("/elder/sign-in")
	her.press(`form button[name="demo"]`)
	her.pick(`details.aloud summary`)
	if y := her.count(`Math.round(document.querySelector("details.aloud audio").getBoundingClientRect().height)`); y < 60 {
		t.Errorf("the player is %d px high", y)
	}
	// Pressing 播放 in the player's own controls can't be driven; what they do can.
	her.script(`document.querySelector("audio").play()`)
	her.waits(`document.querySelector("audio").currentTime > 0.5`)
	if n := her.count(`Math.round(document.querySelector("audio").duration)`); n < 10 {
		t.Errorf("her first page is read in %d seconds", n)
	}
	her.snap("aloud")
	src := her.attr("details.aloud audio", "src")
	if !strings.HasPrefix(src, "/elder/aloud/") {
		t.Fatal("the sound is at ", src)
	}
	jar, _ := cookiejar.New(nil)
	stranger := &http.Client{Jar: jar}
	res, err := stranger.Get(s.URL + src)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Error("a stranger hears her page: ", res.Status)
	}
	helped := newBrowser(t, s.URL, 1280, 800, true) // scripts spare the second press
	helped.open("/")
	helped.pick(`details.aloud summary`)
	helped.axe()
	helped.waits(`document.querySelector("audio").currentTime > 0.2`)
	helped.snap("aloud")

	res, err = stranger.PostForm(s.URL+"/elder/sign-in", url.Values{"code": {"12"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, _ := io.ReadAll(res.Body); !strings.Contains(string(page), `src="/elder/aloud/`) {
		t.Error("a page that says what is wrong can't be heard")
	}
}
