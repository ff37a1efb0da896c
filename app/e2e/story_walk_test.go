package e2e

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

// acted lets a relative report refused cash for an older person, by their grant.
func (s *server) acted(t *testing.T, relative, elder civic.PersonID) {
	t.Helper()
	a := civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(relative)}, Subject: elder, Channel: civic.ChannelFamily}
	s.submit(t, a, elder, "cash-refusal", nil)
}

// submit asks for a service with the answers given, and any where none is.
func (s *server) submit(t *testing.T, a civic.Actor, elder civic.PersonID, service string, answers map[string]string) request.Receipt {
	t.Helper()
	var got request.Receipt
	v, err := s.Requests.Start(t.Context(), a, service, elder, "")
	for n := 0; err == nil && len(v.Step.Ask) > 0 && n < 40; n++ {
		p, answer := v.Step.Ask[0], "小区门口菜店"
		switch {
		case answers[p.Key] != "":
			answer = answers[p.Key]
		case strings.HasSuffix(p.Key, "."+catalog.MoreKey):
			answer = "no"
		case len(p.Options) > 0:
			answer = p.Options[0].Code
		case p.Kind == catalog.Amount:
			answer = "30"
		case p.Kind == catalog.Number:
			answer = strconv.Itoa(max(p.Least, 1))
		case p.Kind == catalog.Phone:
			answer = "12688880000"
		}
		v, err = s.Requests.Answer(t.Context(), a, v.ID, v.Rev, map[string][]string{p.Key: {answer}})
	}
	if err == nil {
		got, err = s.Requests.Submit(t.Context(), a, v.ID, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// says reads the sentences of a page.
func (b *browser) says() []string {
	b.t.Helper()
	out := eval[[]string](b, `[...document.querySelectorAll("ol.says li")].map(e => e.innerText)`)
	return out
}

func TestAnElderReadsInSentencesWhoActedAndWhoLooked(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	first := newBrowser(t, s.URL, 320, 700, true)
	first.open("/elder/sign-in")
	elder, relative := civic.PersonID(first.attr(".tiles button:nth-of-type(1)", "value")), civic.PersonID(first.attr(".tiles button:nth-of-type(2)", "value"))
	me := person(elder)
	card := ""
	for range 25 {
		c, err := s.Rights.Copy(t.Context(), me, elder)
		if err != nil {
			t.Fatal(err)
		}
		card = c.Cards[0].Number
	}
	s.acted(t, relative, elder)
	clerk := newBrowser(t, s.URL, 1280, 900, true)
	clerk.signIn("tyclerk")
	clerk.find(card)
	clerk.press("main form button")

	elderly := func(b *browser) {
		t.Helper()
		b.axe()
		if n := b.overflow(); n > 0 {
			t.Errorf("%s scrolls sideways by %d px", b.path(), n)
		}
		if small := b.small(); small != "" {
			t.Errorf("%s has targets under 60 px:\n%s", b.path(), small)
		}
	}
	first.press(".tiles button:nth-of-type(1)")
	wide := newBrowser(t, s.URL, 1280, 900, true)
	wide.open("/elder/sign-in")
	wide.press(".tiles button:nth-of-type(1)")
	for _, b := range []*browser{first, wide} {
		b.open("/elder/story")
		b.sees("用您的委托，替您交了", "窗口人员", "看过您的资料，输入了证件号码，理由：本人来窗口办事。", "再看更早的", "有不认识的人？")
		elderly(b)
		newest := b.says()
		if len(newest) != 20 {
			t.Errorf("a page has %d lines", len(newest))
		}
		b.press(`a[rel=next]`)
		older := b.says()
		if len(older) == 0 || older[0] == newest[0] {
			t.Errorf("the older page: %v", older)
		}
		elderly(b)
		b.open("/elder/story?only=acted")
		b.sees("用您的委托，替您交了")
		if all := strings.Join(b.says(), ""); strings.Contains(all, "看过您的资料") || strings.Contains(all, "您自己") {
			t.Errorf("among what others did: %s", all)
		}
		elderly(b)
		b.open("/elder/story?only=seen")
		b.sees("看过您的资料")
		if all := strings.Join(b.says(), ""); strings.Contains(all, "替您交了") {
			t.Errorf("among the looks: %s", all)
		}
		b.open("/elder/story?only=grants")
		elderly(b)
		b.open("/elder/story/paper")
		elderly(b)
		b.press(`a[href$="span=year"]`)
		b.sees("今年，一共", "打印的人：本人")
		elderly(b)
	}

	clerk.open("/desk/people/" + string(elder) + "/story")
	clerk.sees("打印给老人")
	clerk.axe()
	clerk.open("/desk/people/" + string(elder) + "/story/paper?span=all")
	clerk.sees("谁替我办过、看过我的资料", "打印的人：工作人员", "替您交了")
	clerk.axe()
	clerk.printed()

	first.open("/elder/story")
	first.press(`a[href="/elder/story/stranger"]`)
	first.sees("打电话", "停掉所有委托")
	elderly(first)
	first.press(`a[href="/elder/story/freeze"]`)
	first.sees("停了以后，这些人马上不能替您办事")
	elderly(first)
	first.press("main form button.bad")
	first.sees("委托")
	first.open("/elder/story?only=grants")
	first.sees("您自己在网页上把委托都先停下了。")
}

// printed looks at the page as it comes out of the printer.
func (b *browser) printed() {
	b.t.Helper()
	b.print("print")
	for _, gone := range []string{".top", ".no-print"} {
		shown, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`[...document.querySelectorAll("`+gone+`")].some(e => e.getClientRects().length > 0)`))
		if err != nil || shown {
			b.t.Errorf("%s is printed (%v)", gone, err)
		}
	}
	b.snap("printed")
	b.print("")
}

// print lets the page look as on the medium.
func (b *browser) print(medium string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
		_, err := cdp.Call(ctx, tg, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium})
		return err
	}))
}
