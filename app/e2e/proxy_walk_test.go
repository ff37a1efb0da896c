package e2e

import (
	"log/slog"
	"strings"
	"testing"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/app/demo"
)

// elderly checks a page of the elder's by the house style.
func (b *browser) elderly() {
	b.t.Helper()
	b.axe()
	if n := b.overflow(); n > 0 {
		b.t.Errorf("%s scrolls sideways by %d px", b.path(), n)
	}
	if small := b.small(); small != "" {
		b.t.Errorf("%s has targets under 60 px:\n%s", b.path(), small)
	}
}

// be signs in as the nth person whom the demonstration offers.
func (b *browser) be(words string) {
	b.t.Helper()
	b.open("/elder/sign-in")
	b.marked(`[...document.querySelectorAll(".tiles button")].find(x => x.innerText.includes("` + words + `"))`)
	b.sees("您要办什么")
}

// relatives are two people of the demonstration who act for somebody else.
func relatives(b *browser) (one, two string) {
	b.t.Helper()
	b.open("/elder/sign-in")
	name := func(n string) string {
		words, _, _ := strings.Cut(b.text(".tiles button:nth-of-type("+n+")"), "，")
		return strings.TrimSpace(words)
	}
	return name("2"), name("6")
}

// asksFor asks on the pages to act for somebody whose card is at hand: relation, what
// and until when are the nth choices.
func (b *browser) asksFor(she demo.Person, relation, what, months string) {
	b.t.Helper()
	b.open("/elder/as")
	b.press(`a[href="/elder/ask"]`)
	b.fill("#f-card", she.SeniorCard)
	b.fill("#f-name", "没有这个人")
	b.press("main form button")
	b.sees("没有找到") // both must be known
	b.fill("#f-name", she.Name)
	b.press("main form button")
	b.follow(relation)
	b.follow(what)
	b.elderly()
	b.follow(months)
	b.sees("老人同意以后才算数")
	b.elderly()
	b.press("main form button")
	b.sees("已经记下您的请求", "在这以前您什么都不能替老人办")
	b.elderly()
}

// acts begins to act for somebody.
func (b *browser) acts(name string) {
	b.t.Helper()
	b.open("/elder/as")
	b.marked(`[...document.querySelectorAll("main button")].find(x => x.innerText.includes("` + name + `"))`)
	b.sees("正在替 "+name+" 办", "换回自己")
}

// marked presses what a line of script finds.
func (b *browser) marked(js string) {
	b.t.Helper()
	b.script(`document.querySelectorAll("[data-pressme]").forEach(a => a.removeAttribute("data-pressme")); (` + js + `).setAttribute("data-pressme", "1")`)
	b.press("[data-pressme]")
}

// section presses a button in the card that names somebody.
func (b *browser) section(names, button string) {
	b.t.Helper()
	b.marked(`[...document.querySelectorAll("section.card")].find(s => s.innerText.includes("` + names + `")).querySelector("` + button + `")`)
}

func TestADaughterAsksTheElderAgreesARivalFreezesAndAllOfItIsReadBack(t *testing.T) {
	t.Parallel()
	s := serveWith(t, app.Config{Dir: t.TempDir(), Demo: true, Passwords: apptest.Cheap, Clock: morning().Now}, slog.LevelInfo, nil) // an hour at which one phones
	she := fiveCards(t)
	daughter := newBrowser(t, s.URL, 360, 740, true)
	one, two := relatives(daughter)
	elder := daughter.beside("elder", 360, 740)
	rival := daughter.beside("rival", 360, 740)

	daughter.be(one + "，")
	daughter.asksFor(she, "女儿", "什么事都能办", "一年")
	daughter.open("/elder/as")
	if strings.Contains(daughter.text("main"), she.Name) {
		t.Fatal("she may act before the elder has agreed")
	}

	elder.be(she.Name + "，")
	elder.sees("女儿", "想替您办事")
	elder.elderly()
	elder.press("a.next")
	elder.sees("家人想替您办事", "不清楚的话先不要按")
	elder.elderly()
	elder.press(`button[name=outcome][value=agreed]`)
	elder.sees("什么事都能替您办")

	// Another asks; the operator phones the elder alone.
	rival.be(two + "，")
	rival.asksFor(she, "邻居", "只办花钱和缴费的事", "一个月")
	operator := daughter.beside("operator", 1280, 900)
	operator.signIn("tycall")
	s.await(t, "the call about the second, the first being answered", `SELECT COUNT(*) FROM message_attempt a JOIN message m ON m.person = a.person AND m.id = a.message
		WHERE a.carrier = 'voice' AND a.state = 'open' AND m.template = 'grant.asked/elder'
		AND (SELECT COUNT(*) FROM message WHERE template = 'grant.asked/elder' AND state = 'open') = 1`)
	operator.open("/desk/tasks/voice")
	operator.sees("要打的电话", "想替您办事")
	operator.axe()
	operator.marked(`[...document.querySelectorAll("main tr")].find(r => r.innerText.includes("想替您办事")).querySelector("a")`)
	operator.sees("先问：您是哪一位？")
	operator.axe()
	operator.press("main form a.button")
	operator.sees("为什么打开")
	operator.fill("#f-reason", "打电话问老人同意不同意")
	operator.press("main form button") // and goes on to what was asked for
	operator.sees("请单独和老人说", "照着念")
	operator.axe()
	operator.press(`button[name=outcome][value=agreed_read]`)
	operator.sees("要打的电话")
	operator.find(she.SeniorCard)
	if strings.Contains(operator.text("main"), "开一张登录口令") {
		t.Error("a code is offered to whoever has not seen a card")
	}

	// The daughter acts; the page stays open while the elder stops her.
	daughter.acts(she.Name)
	daughter.press(`button[name=service][value=cash-refusal]`)
	daughter.fill("textarea[name=answer]", "菜市场东门")
	daughter.press("main form button")
	daughter.sees("正在替")

	// A neighbour who does one thing for her stops nobody, and is told where to say so. She
	// herself does: nobody acts.
	rival.open("/elder/as")
	if strings.Contains(rival.text("main"), she.Name) {
		t.Error("he acts by what one operator says, before she was asked")
	}
	elder.open("/elder/agents")
	elder.follow("请您看一看")
	elder.sees("是您同意的吗", "不清楚的话先不要按")
	elder.elderly()
	elder.press(`button[name=outcome][value=agreed]`)
	rival.acts(she.Name)
	rival.press(`a[href="/elder/agents"]`)
	rival.elderly()
	rival.press(`a[href="/elder/freeze"]`)
	rival.sees("先都停下，对吗", "您也不能")
	rival.elderly()
	rival.press(`form[action="/elder/freeze"] button`)
	rival.sees("您只受托办个别的事", "报告社区主管")
	elder.open("/elder/agents")
	elder.press(`a[href="/elder/freeze"]`)
	elder.press(`form[action="/elder/freeze"] button`)
	elder.sees("都先停下了", "谁都不能替您办事")
	elder.elderly()
	daughter.press("main form button")
	daughter.sees("意见不一致")
	elder.open("/elder/agents")
	elder.sees("意见不一致")
	elder.elderly()
	elder.section("（您的女儿）", "button[name=resume]")
	daughter.acts(she.Name)
	daughter.press(`button[name=service][value=cash-refusal]`)
	daughter.fill("textarea[name=answer]", "菜市场西门")

	elder.open("/elder/agents")
	elder.section("（您的女儿）", "a.bad")
	elder.sees("要停掉", "（您的女儿）代办吗")
	elder.elderly()
	elder.press("main form button.bad")
	elder.sees("已经停掉了", "重新请家人代办")
	elder.elderly()
	daughter.press("main form button") // open all the while
	daughter.sees("没有")
	if strings.Contains(daughter.text("body"), "西门") {
		t.Error("the answer was taken after the grant had ended")
	}
	daughter.elderly()

	elder.open("/elder/story")
	elder.sees("把委托都先停下了", "您自己在网页上停掉了")
	elder.elderly()
	elder.press(`a[href="/elder/story/paper"]`)
	elder.press(`a[href$="span=year"]`)
	elder.sees("今年，一共", "想替您办事", "打印的人：本人")
	elder.printed()
}

// guest is another older person of the demonstration in Taiyuan.
func guest(t *testing.T, not string) demo.Person {
	t.Helper()
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if strings.HasPrefix(string(p.Street), "1401") && p.Older() && p.SeniorCard != "" && p.SeniorCard != not {
			return p
		}
	}
	t.Fatal("nobody like that")
	return demo.Person{}
}
