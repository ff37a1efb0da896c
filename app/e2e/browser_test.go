package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browser is one window of Chromium with its own cookies.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	name string
	shot int
}

// newBrowser opens a window of the given size, with flags of its own if any; a machine without Chromium fails
// the test when CI is set.
func newBrowser(t *testing.T, base string, width, height int64, javascript bool, flags ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is missing: run make deps")
		}
		t.Skip("Chromium is missing: run make deps")
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(flags, chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "zh-CN"), chromedp.UserDataDir(t.TempDir()))...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, timeout := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() { timeout(); cancel(); stop() })
	return (&browser{t: t, ctx: ctx, base: base, name: shotName(t)}).as(width, height, javascript)
}

func shotName(t *testing.T) string {
	return strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())
}

// beside opens another window of the same Chromium, with cookies of its own: somebody
// else at another device, for less than a Chromium of their own costs.
func (b *browser) beside(who string, width, height int64) *browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	return (&browser{t: b.t, ctx: ctx, base: b.base, name: b.name + "-" + who}).as(width, height, true)
}

// as gives the window its size; without JavaScript its pages run no script.
func (b *browser) as(width, height int64, javascript bool) *browser {
	b.t.Helper()
	// The context of the first step is the window's: when it ends, so does the window.
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)); err != nil {
		b.t.Fatal("Chromium does not start: ", err)
	}
	if !javascript {
		b.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
			_, err := cdp.Call(ctx, tg, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
	}
	return b
}

// do takes steps on the page. What is not there within half a minute never comes.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.snap("failed")
		b.t.Fatalf("at %s: %v", b.at(), err)
	}
}

// eval asks the page, scripts on or off.
func eval[T any](b *browser, js string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, opts...))
	if err != nil {
		b.snap("failed")
		b.t.Fatalf("at %s: %v", b.at(), err)
	}
	return v
}

// waits until an expression is true: what the browser does by itself, as playing a
// sound, tells nobody where scripts are off.
func (b *browser) waits(js string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js)) // fails while the window goes to another page
		if err == nil && is {
			return
		}
		if ctx.Err() != nil {
			b.snap("failed")
			b.t.Fatalf("at %s: never %s (%v)", b.at(), js, err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// open goes to a page and looks at it.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
	b.snap(path)
}

// press clicks what the selector finds and waits for the next page.
func (b *browser) press(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.snap("failed")
		b.t.Fatalf("pressing %s at %s: %v", selector, b.at(), err)
	}
	b.snap(b.path())
}

// pick chooses without leaving the page.
func (b *browser) pick(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill types into a field, over what is there.
func (b *browser) fill(selector, text string) {
	b.t.Helper()
	// Three clicks select what is there, as a person would to type over it.
	b.do(chromedp.Click(chromedp.CSS(selector)))
	b.do(chromedp.QueryAfter(chromedp.CSS(selector), func(ctx context.Context, t *chromedp.Target, nodes []*chromedp.Node) (chromedp.Void, error) {
		return chromedp.MouseClickNode(nodes[0], chromedp.ClickCount(3))(ctx, t)
	}))
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// text reads what a person reads.
func (b *browser) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

func (b *browser) sees(words ...string) {
	b.t.Helper()
	body := b.text("body")
	for _, w := range words {
		if !strings.Contains(body, w) {
			b.snap("failed")
			b.t.Fatalf("%s does not show %q:\n%s", b.at(), w, body)
		}
	}
}

func (b *browser) at() string {
	s, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return "?"
	}
	return s
}

func (b *browser) path() string { return strings.TrimPrefix(b.at(), b.base) }

// snap keeps a picture of the page as a test artefact, where a folder is named.
func (b *browser) snap(what string) {
	dir := os.Getenv("YINQIAO_ARTEFACTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return
	}
	b.shot++
	what, _, _ = strings.Cut(what, "?")
	for _, part := range strings.Split(what, "/") {
		if len(part) > 30 { // an opaque ID
			what = strings.ReplaceAll(what, part, "id")
		}
	}
	name := fmt.Sprintf("%s-%02d%s.png", b.name, b.shot, strings.ReplaceAll(what, "/", "-"))
	_ = os.MkdirAll(dir, 0o755)
	_ = os.WriteFile(filepath.Join(dir, name), png, 0o644)
}

// axe checks the page against the rules of WCAG 2.2 A and AA and best practice.
func (b *browser) axe() {
	b.t.Helper()
	js, err := os.ReadFile("browser/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") == "true" {
			b.t.Fatal("axe-core is missing: run make deps: ", err)
		}
		b.t.Skip("axe-core is missing: run make deps")
	}
	// The developer tools' own world is not bound by the page's content policy.
	eval[any](b, string(js)+";true")
	got := eval[string](b, `(async () => {
		const r = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]});
		return r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.target.join(" ")).join(", ")).join("\n");
	})()`, chromedp.EvalAwaitPromise)
	if got != "" {
		b.snap("axe")
		b.t.Errorf("%s breaks rules of accessibility:\n%s", b.path(), got)
	}
}

func (b *browser) attr(selector, name string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q).getAttribute(%q) || ''", selector, name))
}
