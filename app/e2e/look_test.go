package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"yinqiao/channel/web/kit"
)

// crawl visits every page of a face that links lead to from its home, one of each
// kind, in the look that is set, and returns the paths it saw.
func (b *browser) crawl(home, prefix string, each func(path string)) []string {
	b.t.Helper()
	seen := map[string]bool{}
	queue := []string{home}
	var paths []string
	for len(queue) > 0 && len(paths) < 40 {
		p := queue[0]
		queue = queue[1:]
		if kind := oneOf.ReplaceAllString(p, "/*"); seen[kind] {
			continue
		} else {
			seen[kind] = true
		}
		b.open(p)
		paths = append(paths, p)
		each(p)
		links := eval[[]string](b, `[...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))`)
		for _, l := range links {
			if l, _, _ = strings.Cut(l, "#"); strings.HasPrefix(l, prefix) {
				queue = append(queue, l)
			}
		}
	}
	return paths
}

// oneOf is the part of an address that names one of many: an ID, a service, a kind of service.
var oneOf = regexp.MustCompile(`/[0-9a-f-]{36}|/(about|services)/[a-z0-9-]+`)

// overflow tells by how much the page is wider than the window.
func (b *browser) overflow() int {
	n := eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	return n
}

// small lists what is to be pressed and is smaller than 60 px either way. Links
// inside a sentence are text, not targets (WCAG 2.5.8).
func (b *browser) small() string { return b.under(60) }

// under lists what is to be pressed and is smaller than so many px either way.
func (b *browser) under(px int) string {
	s := eval[string](b, fmt.Sprintf(`[...document.querySelectorAll("button, a.button, a.tile, .choice, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea, summary")]
		.filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.width < %[1]d || r.height < %[1]d - 0.5); })
		.map(e => e.outerHTML.slice(0, 80)).join("\n")`, px))
	return s
}

func TestEveryPageOfTheElderIsAccessibleInEveryLookOnASmallPhone(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	b := newBrowser(t, s.URL, 320, 700, true)
	b.open("/elder/sign-in")
	b.press(".tiles button:nth-of-type(2)") // a relative, who has the most pages
	b.press(`button[name=service][value=cash-refusal]`)
	draft := b.path()
	b.fill("textarea[name=answer]", "汾河边小超市")
	b.press("main form button")

	for _, text := range []string{"1", "2", "3"} {
		for _, contrast := range []string{"plain", "high"} {
			b.look("/elder", text, contrast)
			paths := b.crawl("/elder", "/elder", func(path string) {
				if got := b.attr("html", "data-text") + b.attr("html", "data-contrast"); got != text+contrast {
					t.Errorf("%s lost the look: %s", path, got)
				}
				if b.attr("html", "data-mode") != "elder" {
					t.Errorf("%s is not a page of the elder", path)
				}
				if n := b.overflow(); n > 0 {
					b.snap("overflow")
					t.Errorf("%s scrolls sideways by %d px with text %s", path, n, text)
				}
				if small := b.small(); small != "" {
					t.Errorf("%s has targets under 60 px with text %s:\n%s", path, text, small)
				}
				if text+contrast == "1plain" || text+contrast == "3high" { // what axe judges changes with nothing else
					b.axe()
				}
			})
			if len(paths) < 15 || !strings.Contains(strings.Join(paths, " "), draft) {
				t.Errorf("the crawl saw too little: %v", paths)
			}
		}
	}
}

// look sets the look as the person does, by the buttons of the strip.
func (b *browser) look(home, text, contrast string) {
	b.t.Helper()
	b.open(home)
	for range 3 {
		if b.attr("html", "data-text") == text {
			break
		}
		b.press("button[name=text]")
	}
	if b.attr("html", "data-contrast") != contrast {
		b.press("button[name=contrast]")
	}
	if got := b.attr("html", "data-text") + b.attr("html", "data-contrast"); got != text+contrast {
		b.t.Fatalf("the look %s%s can't be reached by the buttons: %s", text, contrast, got)
	}
}

func TestADaughterActsUnderTheBandUntilHerFatherEndsIt(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	son := newBrowser(t, s.URL, 412, 915, true)
	son.open("/elder/sign-in")
	elder := son.text(".tiles button:nth-of-type(1)")
	name, _, _ := strings.Cut(strings.NewReplacer("，", ",").Replace(elder), ",")
	son.press(".tiles button:nth-of-type(2)")
	son.press(`a[href="/elder/as"]`)
	son.press("main form button")
	son.sees("正在替 "+strings.TrimSpace(name)+" 办", "换回自己")
	son.axe()
	son.press(`button[name=service][value=cash-refusal]`)
	son.sees("正在替")
	son.fill("textarea[name=answer]", "小区门口菜店")

	father := newBrowser(t, s.URL, 412, 915, true)
	father.open("/elder/sign-in")
	father.press(".tiles button:nth-of-type(1)")
	father.press(`a[href="/elder/agents"]`)
	father.sees("什么事都能替您办")
	father.axe()
	father.press("main a.bad")
	father.press("main form button.bad")
	father.sees("已经停掉了")
	father.axe()
	father.open("/elder/agents")
	father.sees("还没有委托别人")

	son.press("main form button") // his page was open all the while
	son.sees("没有")
	if strings.Contains(son.text("body"), "菜店") {
		t.Error("the answer was accepted after the grant had ended")
	}
	son.axe()
	father.open("/elder/story")
	father.sees("您自己在网页上停掉了", "替您办事的委托。")
}

// files are the routes of pages that answer with a file to keep, not a page.
var files = regexp.MustCompile(`/scan$|/voice$|/aloud/|\.(xlsx|csv|wav|svg|png)$|/copy/file$|/calls/changes$|/ledger/files/`)

// Every page of every face, as whoever may see it sees it, on the smallest window.
func TestEveryPageOfEveryFaceIsAccessibleAndFitsTheSmallestWindow(t *testing.T) {
	t.Parallel()
	story := newStoryOn(t)
	s := &site{story: story, handler: story.Handler()}
	var token atomic.Value // of whoever looks at the page
	token.Store("")
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Cookie")
		if v := token.Load().(string); v != "" {
			r.AddCookie(&http.Cookie{Name: s.Sessions.Cookie.Name, Value: v})
		}
		s.handler.ServeHTTP(w, r)
	}))
	t.Cleanup(served.Close)
	b := newBrowser(t, served.URL, 320, 700, true)
	s.Open(t, s.Taiyuan.Clerk, s.Taiyuan.Elder)
	pages := 0
	for _, r := range s.routes(t) {
		if r.method != http.MethodGet || r.program() || files.MatchString(r.pattern) {
			continue
		}
		token.Store(s.session(t, s.who(r)))
		path := s.path(t, r)
		b.open(path)
		if to := b.path(); b.count(`document.querySelectorAll("main h1").length`) != 1 || strings.HasSuffix(to, "/sign-in") != strings.HasSuffix(path, "/sign-in") {
			t.Errorf("%s is not shown but %s: %.200s", r.name, to, b.text("body"))
			continue
		}
		pages++
		b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
		least := 44
		if r.face == kit.Elder || r.face == kit.FieldFace {
			least = 60
		}
		if small := b.under(least); small != "" {
			b.snap("small")
			t.Errorf("%s has targets under %d px:\n%s", r.name, least, small)
		}
		if n := b.overflow(); n > 0 {
			b.snap("overflow")
			t.Errorf("%s scrolls sideways by %d px", r.name, n)
		}
		b.axe()
	}
	if pages < 80 {
		t.Errorf("only %d pages were looked at", pages)
	}
}
