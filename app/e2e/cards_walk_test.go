package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/app"
	"yinqiao/app/demo"
)

// fiveCards is the woman of the demonstration who has every kind of card.
func fiveCards(t *testing.T) demo.Person {
	t.Helper()
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if p.ParkCard != "" {
			return p
		}
	}
	t.Fatal("nobody in the demonstration has every card")
	return demo.Person{}
}

// bridge is the program beside a card reader, as an office would run it.
func (s *server) bridge(t *testing.T, token string) func(card string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bridge")
	if out, err := exec.Command("go", "build", "-o", bin, root+"/tools/bridge").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return func(card string) string {
		t.Helper()
		cmd := exec.Command(bin, "-server", s.URL)
		cmd.Env = append(os.Environ(), "YINQIAO_TOKEN="+token)
		cmd.Stdin = strings.NewReader(card + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("the bridge failed: %v: %s", err, out)
		}
		return string(out)
	}
}

// find types into the box of the workbench.
func (b *browser) find(text string) {
	b.t.Helper()
	b.open("/desk")
	b.fill("#f-text", text)
	b.press(".search button")
}

// slip is a code of eight digits from the window, for whoever is open.
func (b *browser) slip() string {
	b.t.Helper()
	b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	b.press(`form[action$="/code"] button`)
	return strings.TrimSpace(b.text(".number"))
}

// enter signs in to one's own pages by the slip from the window.
func (b *browser) enter(code string) {
	b.t.Helper()
	b.open("/elder/sign-in")
	b.fill("#f-code", code)
	b.press("main form button")
	b.sees("您要办什么")
}

func TestFiveCardsOfOneWomanOpenTheSamePersonAndTheLostOneIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	she := fiveCards(t)
	cards := []string{she.ResidentID, she.SocialSecurityCard, she.SeniorCard, she.TransitCard, she.ParkCard}

	admin := newBrowser(t, s.URL, 1280, 900, true)
	admin.signIn("tyadmin")
	admin.open("/desk/manage/offices")
	admin.follow("银槐社区便民服务站")
	admin.choose("kind", "reader")
	admin.fill("#f-device-name", "3号窗口读卡器")
	admin.press(`form[action$="/devices"] button`)
	admin.sees("只显示这一次")
	lay := s.bridge(t, strings.TrimSpace(admin.text("main kbd")))

	clerk := newBrowser(t, s.URL, 1280, 800, true)
	clerk.signIn("tyclerk")
	person := ""
	for _, card := range cards { // typed, each finds her
		clerk.find(card)
		if person == "" {
			person = clerk.path()
			clerk.sees("为什么打开")
		}
		if got := clerk.path(); got != person {
			t.Errorf("a card led to %s, not %s", got, person)
		}
	}
	clerk.open("/desk")
	clerk.pick("main details summary")
	clerk.press(`form[action="/desk/reader"] button`) // none is on the desk
	reader := clerk.attr("#reader option:last-of-type", "value")
	clerk.pick("main details summary")
	clerk.choose("reader", reader)
	clerk.press(`form[action="/desk/reader"] button`)
	clerk.sees("3号窗口读卡器")
	for _, card := range cards { // laid on the reader, each opens her at once
		if said := lay(card); !strings.Contains(said, "可以用") {
			t.Fatal("the bridge says: ", said)
		}
		clerk.open("/desk")
		clerk.press(`form[action="/desk/read"] button`)
		clerk.sees(she.Name, "现在能办", "代寄检查报告")
		if got := clerk.path(); got != person {
			t.Errorf("a card on the reader opened %s, not %s", got, person)
		}
	}
	if y := clerk.bottom("main .tile"); y > 800 {
		t.Errorf("the first thing to do is %d px down, out of sight at 1280×800", y)
	}
	clerk.axe()

	her := newBrowser(t, s.URL, 320, 700, true)
	her.enter(clerk.slip())
	her.press(`a[href="/elder/me"]`)
	her.press(`a[href="/elder/cards"]`)
	her.sees("老年", "公交", "公园")
	her.axe()
	her.press(`section.card:nth-of-type(4) a.button`)
	her.sees("您还可以用", "身份证")
	her.axe()
	her.press(`form[action$="/lost"] button`)
	her.sees("挂失")

	clerk.find(she.TransitCard)
	clerk.sees("挂失", "身份证", "社保卡", "身份证后六位")
	clerk.axe()
	said := lay(she.TransitCard)
	if !strings.Contains(said, "挂失") || !strings.Contains(said, "身份证") {
		t.Error("the bridge does not say what else will do: ", said)
	}
	clerk.open("/desk")
	clerk.press(`form[action="/desk/read"] button`)
	clerk.sees("挂失", "身份证")
	clerk.axe()
	if strings.Contains(clerk.text("main"), she.Name) {
		t.Error("a lost card named its owner")
	}
	lay(she.SeniorCard)
	clerk.open("/desk")
	clerk.press(`form[action="/desk/read"] button`)
	clerk.sees(she.Name, "现在能办")
}

// follow presses the first link whose words hold text.
func (b *browser) follow(text string) {
	b.t.Helper()
	b.marked(`[...document.querySelectorAll("main a")].find(a => a.innerText.includes("` + text + `"))`)
}

// bottom is how far down the lower edge of the first match is, in px.
func (b *browser) bottom(selector string) int {
	b.t.Helper()
	return b.count(`Math.round(document.querySelector("` + selector + `").getBoundingClientRect().bottom + scrollY)`)
}

// script runs a line of script, as a hand that opens every fold would.
func (b *browser) script(js string) {
	b.t.Helper()
	eval[any](b, js+";true")
}

func (b *browser) count(js string) int {
	b.t.Helper()
	return eval[int](b, js)
}
