package e2e

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/app/demo"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/people"
)

// beeps give a browser a microphone that beeps, and no question whether it may be used.
var beeps = []chromedp.ExecAllocatorOption{chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
	chromedp.Flag("allow-loopback-in-peer-connection", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required")}

// ownNumber is an elder of Taiyuan of the demonstration whose number is nobody else's.
func (s *server) ownNumber(t *testing.T) people.Caller {
	t.Helper()
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if !strings.HasPrefix(string(p.Street), "140105") || p.MobileOwner != demo.OwnPhone {
			continue
		}
		all, err := s.People.Callers(t.Context(), p.Mobile)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 1 && all[0].Age >= 70 {
			s.number = p.Mobile
			return all[0]
		}
	}
	t.Fatal("no such person")
	return people.Caller{}
}

// An elder calls. The clerk sees who it is while it rings, answers in the browser, opens her, begins a
// matter beside the call, and hangs up: what was filled in is kept.
func TestACallIsAnsweredInTheBrowserWithTheMatterBesideIt(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	who := s.ownNumber(t)
	b := newBrowser(t, s.URL, 1280, 800, true, beeps...)
	b.signIn("tycall")
	b.open("/desk/calls")
	b.sees("现在没有人在等", "您还没有开始接电话", "没有要回的电话")
	b.axe()
	b.press(`form[action="/desk/calls/on"] button`)
	b.sees("您正在接电话")

	c, err := phonetest.New(t, s.number).Dial(s.Phone.Line().Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	rang := time.Now()
	b.waits(`document.body.innerText.includes("` + who.Polite + `")`)
	if took := time.Since(rang); took > 5*time.Second {
		t.Errorf("who calls was shown after %v", took)
	} else {
		t.Logf("who calls was shown %v after the call was picked up", took)
	}
	for range 2 { // at night nobody is rung before they ask
		c.Press('0')
	}
	b.waits(`document.title.includes("1个在等")`)
	b.snap("rings")
	b.axe()

	opened := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return strings.HasSuffix(i.URL, "/phone") })
	b.pick(`a[data-phone]`)
	b.waits(`document.querySelector("main h1")?.innerText.includes("正在通话") === true`)
	window, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(<-opened))
	t.Cleanup(cancel)
	phone := (&browser{t: t, ctx: window, base: b.base, name: b.name + "-phone"}).as(460, 520, true)
	phone.waits(`document.querySelector("#phone-says")?.innerText.includes("已经接通") === true`)
	phone.speaksWith(c)

	b.sees("可能是", "先问：「您好，请问您是哪一位？」")
	b.snap("asks")
	b.axe()
	b.press(`form[action$="/open"] button`)
	b.sees("谁能替老人办", "接下来的事", "要办什么", "最近办的", "挂机")
	b.snap("known")
	b.axe()
	b.press(`button[name=service][value=cash-refusal]`)
	draft, rev := b.path(), b.attr(`#f-draft [name=rev]`, "value")
	b.sees("正在和"+who.Polite+"通话", "存好，挂机")
	b.snap("matter")
	b.axe()
	b.print("print")
	if eval[bool](b, `document.querySelector(".oncall").getClientRects().length > 0`) {
		t.Error("with whom the clerk speaks is printed")
	}
	b.print("")
	b.fill(`#f-draft input[type=text]`, "汾河边的超市")
	b.do(chromedp.SendKeys(chromedp.CSS(`#f-draft input[type=text]`), kb.Enter))
	b.waits(`document.readyState === "complete" && [...document.querySelectorAll("#f-draft input")].every(i => i.getAttribute("value") !== "汾河边小超市") && document.querySelector("#f-draft [name=rev]").value !== "` + rev + `"`)
	b.sees("正在和" + who.Polite + "通话")
	b.open(draft + "?edit=1")
	b.fill(`#f-draft input[type=text]`, "汾河边小超市")
	b.press(`.oncall button[name=hangup]`)
	c.Ended(10 * time.Second)
	if b.path() != "/desk/calls" || strings.Contains(b.text("body"), "正在和") {
		t.Errorf("after hanging up the clerk is at %s", b.path())
	}
	b.open(draft + "?edit=1")
	if !eval[bool](b, `[...document.querySelectorAll("#f-draft input")].some(i => i.value === "汾河边小超市") || document.body.innerText.includes("汾河边小超市")`) {
		b.snap("failed")
		t.Errorf("what was filled in is gone:\n%s", b.text("main"))
	}
	if strings.Contains(s.Log.String(), s.number) {
		t.Error("the log has the number of whoever called")
	}
}

// Somebody whom nobody knows asks for a human and hangs up before one comes. They are on the list
// of those to be called, the operator sees the number when they are about to call, and the supervisor sees that it was kept.
func TestWhoHangsUpWaitingIsCalledBackFromTheList(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	b := newBrowser(t, s.URL, 1280, 800, true)
	b.signIn("tycall")
	b.open("/desk/calls")
	b.press(`form[action="/desk/calls/on"] button`) // where nobody answers, a call is promised at once
	b.script(hearing)
	c, err := phonetest.New(t, "03511234567").Dial(s.Phone.Line().Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	b.waits(`document.body.innerText.includes("自己按键办理")`)
	for range 2 { // whoever is asked who they are may still be greeted at the first
		c.Press('0')
	}
	b.waits(`document.body.innerText.includes("等人接")`)
	b.waits(`window.rung === true`)
	if icon := b.attr("link[rel=icon]", "href"); icon != "/static/icon-rings.svg" {
		t.Errorf("while it rings the icon is %s", icon)
	}
	c.Hangup()
	b.waits(`window.rung === false && document.querySelector("link[rel=icon]").getAttribute("href") === "/static/icon.svg"`)
	b.waits(`document.querySelectorAll("form[action^='/desk/call-backs/']").length === 1`)
	b.sees("尾号4567", "没等到人接就挂了")
	b.snap("back")
	b.axe()
	if strings.Contains(b.text("body"), "03511234567") {
		t.Error("the list shows whole numbers")
	}
	b.press(`form[action^="/desk/call-backs/"] button`)
	b.sees("03511234567", "您刚才打来电话没有接上")
	b.snap("number")
	b.axe()
	b.press(`button[name=outcome][value=reached]`)
	b.sees("没有要回的电话")

	boss := b.beside("boss", 1280, 800)
	boss.signIn("tysuper")
	boss.open("/desk/calls/watch")
	boss.sees("谁在接", "今天的电话", "按时回电话", "100%（1/1）")
	boss.axe()
	again, err := phonetest.New(t, "03511234568").Dial(s.Phone.Line().Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	boss.waits(`[...document.querySelectorAll(".tallies div")].some(d => d.innerText.includes("自己按键") && d.innerText.includes("1"))`)
	again.Hangup()
	if strings.Contains(boss.text("main"), "4567") {
		t.Error("the supervisor sees who called")
	}
}

// hearing notes in window.rung whether the page makes a sound: it looks at what goes to the loudspeaker.
const hearing = `(() => {
	const make = AudioContext.prototype.createBufferSource
	AudioContext.prototype.createBufferSource = function () {
		const source = make.call(this), ear = this.createAnalyser(), wave = new Float32Array(ear.fftSize)
		source.connect(ear)
		const look = setInterval(() => { ear.getFloatTimeDomainData(wave); if (wave.some(v => Math.abs(v) > .1)) window.rung = true }, 50)
		source.addEventListener("ended", () => { clearInterval(look); window.rung = false })
		return source
	}
})()`

// speaksWith speaks with somebody by the telephone in a window, until each has heard the other.
func (b *browser) speaksWith(c *phonetest.Call) {
	b.t.Helper()
	c.Forget()
	ends := time.Now().Add(20 * time.Second)
	for level := 0.0; level < 0.01; level = b.level() {
		if time.Now().After(ends) {
			b.t.Fatal("the browser hears nothing of the other side")
		}
		c.Say(phonetest.Tone(1000, 200*time.Millisecond))
	}
	for !phonetest.Loud(c.Heard()) {
		if time.Now().After(ends) {
			b.t.Fatal("nothing of the browser's microphone is heard")
		}
		c.Say(phonetest.Tone(1000, 200*time.Millisecond))
	}
}

// level is how loud what the telephone in a window hears is.
func (b *browser) level() float64 {
	b.t.Helper()
	return eval[float64](b, `(window.yinqiaoPhone.getStats().then(all => all.forEach(s => { if (s.type === "inbound-rtp") window.heardLevel = s.audioLevel || 0 })), window.heardLevel || 0)`)
}

// rings waits until a trunk is asked for a number, and is busy for any other: a message may be on its way too.
func rings(t *testing.T, trunk *phonetest.Phone, number string) *phonetest.Bell {
	t.Helper()
	for {
		bell := trunk.Rings(30 * time.Second)
		if bell.To == number {
			return bell
		}
		bell.Refuse(486, "Busy Here")
	}
}

// Whoever has hung up waiting is called back from the browser, by the trunk: the operator hears it ring, speaks with them, and says what
// came of it.
func TestWhoIsOwedACallIsCalledFromTheBrowser(t *testing.T) {
	t.Parallel()
	trunk := phonetest.New(t, "trunk")
	trunk.Demand("yinqiao", "secret")
	dir := t.TempDir()
	file, word := filepath.Join(dir, "phone.yaml"), filepath.Join(dir, "trunk.secret")
	for name, text := range map[string]string{word: "secret", file: fmt.Sprintf(`listen: 127.0.0.1:0
trunk: [127.0.0.0/8]
numbers: ["95128"]
division: "140105"
out: {addr: "%s", from: "95128", user: yinqiao, password_file: trunk.secret}
browsers: 127.0.0.1:0
`, trunk.Addr())} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serveWith(t, app.Config{Dir: t.TempDir(), Demo: true, Passwords: apptest.Cheap, Phone: file}, slog.LevelInfo, nil)
	b := newBrowser(t, s.URL, 1280, 800, true, beeps...)
	b.signIn("tycall")
	b.open("/desk/calls")
	b.press(`form[action="/desk/calls/on"] button`)
	c, err := phonetest.New(t, "03511234567").Dial(s.Phone.Line().Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	b.waits(`document.body.innerText.includes("自己按键办理")`)
	for range 2 {
		c.Press('0')
	}
	b.waits(`document.body.innerText.includes("等人接")`)
	c.Hangup()
	b.waits(`document.querySelectorAll("form[action^='/desk/call-backs/']").length === 1`)
	b.press(`form[action^="/desk/call-backs/"] button`)
	b.sees("03511234567", "在网页里打过去")
	b.axe()

	opened := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return strings.HasSuffix(i.URL, "/phone") })
	b.pick(`a[data-phone]`)
	window, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(<-opened))
	t.Cleanup(cancel)
	phone := (&browser{t: t, ctx: window, base: b.base, name: b.name + "-phone"}).as(460, 520, true)
	phone.waits(`document.querySelector("#phone-says")?.innerText.includes("正在打过去") === true`)
	phone.axe()
	bell := rings(t, trunk, "03511234567")
	for ends := time.Now().Add(20 * time.Second); phone.level() < 0.01; {
		if time.Now().After(ends) {
			t.Fatal("the operator does not hear it ring")
		}
	}
	if bell.From != "95128" {
		t.Errorf("who is called sees %q", bell.From)
	}
	out := bell.Answer()
	phone.speaksWith(out)
	out.Hangup()
	phone.waits(`document.querySelector("#phone-says").innerText.includes("电话挂了")`)
	b.press(`button[name=outcome][value=reached]`)
	b.sees("没有要回的电话")

	if strings.Contains(s.Log.String(), "03511234567") {
		t.Error("the log has the number of whoever was called")
	}
}
