package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAPersonReadsTheirDataWithdrawsAConsentAndIsFoundByTheirRightName(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	she := fiveCards(t)
	elder := newBrowser(t, s.URL, 360, 740, true)
	elder.be(she.Name + "，")
	elder.press(`a[href="/elder/me"]`)
	elder.sees("我的卡", "我同意的", "年")
	elder.elderly()
	if strings.Contains(elder.text("main"), she.Birth) {
		t.Error("the day of birth is written for machines")
	}
	if y := elder.bottom(`a[href='/elder/consents']`); y > 740 {
		t.Errorf("what can be done is %d px down", y)
	}
	elder.press(`a[href="/elder/consents"]`)
	elder.press(`button[name=purpose][value=family-copy]`)
	elder.sees("您同意了")
	elder.elderly()
	elder.press(`form[action$="/withdraw"] button`)
	if strings.Contains(elder.text("main"), "您同意了") {
		t.Error("the consent still holds")
	}
	elder.open("/elder/copy")
	elder.elderly()
	elder.press(`form[action="/elder/copy"] button`)
	elder.sees(she.SeniorCard, "办事的进度也告诉家里人", "收回了")
	elder.elderly()
	elder.printed()
	elder.open("/elder/erase")
	elder.sees("会删掉的", "要留下的")
	elder.elderly()

	// Consents at the desk: whoever came is the one who agrees.
	clerk := elder.beside("clerk", 1280, 900)
	clerk.signIn("tyclerk")
	clerk.find(she.SeniorCard)
	clerk.sees("出示的证件：老年卡")
	clerk.press("main form button")
	at := clerk.path()
	clerk.open(at + "/consents")
	clerk.sees("老人本人同意")
	if strings.Contains(clerk.text("main"), "监护人") {
		t.Error("a guardian is offered where there is none")
	}
	clerk.axe()

	// Her name was written wrongly: the new initials find her, the old ones no more.
	clerk.open(at + "/correct")
	clerk.fill("#f-name", "瞿贠曾")
	clerk.fill("#f-reason", "登记时打错了字")
	clerk.pick(`input[name=evidence][value=resident_id]`)
	clerk.axe()
	clerk.press("main form button")
	clerk.sees("瞿贠曾")
	year := she.Birth[2:4]
	clerk.find("qyz" + year)
	clerk.sees("瞿贠曾")
	clerk.find("zjj" + year)
	if strings.Contains(clerk.text("main"), "瞿") {
		t.Error("the wrong name still finds her")
	}
	elder.open("/elder/story")
	elder.sees("更正")
}

func TestAnEmergencyAGuardianAndAPaperAreWrittenDownAndReviewed(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	she := fiveCards(t)
	guardian := guest(t, she.SeniorCard)
	gate := newBrowser(t, s.URL, 1280, 900, true)
	gate.signIn("tygate")
	gate.find(she.SeniorCard)
	gate.sees("老人有危险、又没有证件")
	at := gate.path()
	gate.follow("紧急打开")
	gate.press("main form button.bad") // nothing said
	gate.sees("紧急打开")
	gate.axe()
	gate.pick(`input[name=emergency][value=collapse]`)
	gate.fill("#f-reason", "老人在闸口晕倒，要联系家人。")
	gate.press("main form button.bad")
	gate.sees(she.Name, "只能看，不能办事")
	gate.axe()

	super := gate.beside("supervisor", 1280, 900)
	super.signIn("tysuper")
	super.open("/desk/glass")
	super.sees("老人在闸口晕倒", "以前要复核完")
	super.axe()
	super.pick(`input[name=verdict][value=improper]`)
	super.fill("main textarea", "可以先问随行的家人。")
	super.press(`form[action^="/desk/glass/"] button`)
	super.open("/desk/glass?done=1")
	super.sees("不应当打开", "可以先问随行的家人")
	super.axe()
	elder := gate.beside("elder", 360, 740)
	elder.be(she.Name + "，")
	elder.open("/elder/story?only=seen")
	elder.sees("紧急")
	elder.elderly()

	// A paper with the elder's signature, scanned; then a guardian by a court.
	clerk := gate.beside("clerk", 1280, 900)
	clerk.signIn("tyclerk")
	clerk.find(she.SeniorCard)
	clerk.press("main form button")
	code := clerk.slip()
	if len(strings.ReplaceAll(code, " ", "")) != 8 {
		t.Errorf("the code is %q", code)
	}
	clerk.axe()
	elder.open("/elder")
	elder.sees("窗口给您开过登录口令")
	elder.elderly()
	clerk.open(at + "/grants")
	clerk.axe()
	clerk.fill("#f-agent", guardian.SeniorCard)
	clerk.choose("f-relation", "邻居")
	clerk.choose("f-services", "report-post")
	clerk.fill("#f-until", "2027-06-30")
	clerk.pick(`input[name=how][value=paper]`)
	clerk.press("main form button")
	clerk.sees("扫描件")
	clerk.axe()
	clerk.upload("#f-scan", "委托书.png", pngScan)
	clerk.press("main form button")
	clerk.sees("委托回执", "还要问老人本人", "看委托书的扫描件")
	clerk.axe()
	elder.open("/elder")
	elder.sees("有人登记为您的代办人")
	elder.press("a.next")
	elder.sees("怎么来的", "看委托书的扫描件")
	elder.elderly()

	admin := gate.beside("administrator", 1280, 900)
	admin.signIn("tyadmin")
	admin.open(at)
	admin.sees("您的岗位不打开老人的资料")
	admin.axe()
	admin.follow("去世、监护")
	admin.fill("#f-agent", guardian.ResidentID)
	admin.fill("#f-document", "区法院的判决书")
	admin.upload("#f-scan", "判决书.png", pngScan)
	admin.axe()
	admin.press(`form[action$="/guardians"] button`)
	admin.sees("监护人", "还没有核对")
	admin.axe()
	admin.press(`form[action$="/confirm"] button`)
	admin.sees("这份监护是您录入的")
	second := gate.beside("second", 1280, 900)
	second.signIn("tysettle")
	second.open("/desk/grants/held")
	second.sees("去核对")
	second.axe()
	second.open(at + "/standing")
	second.press(`form[action$="/confirm"] button`)
	second.sees("请先打开文书的扫描件")
	second.waits(`(() => { const x = new XMLHttpRequest(); x.open("GET", document.querySelector('a[href$="/scan"]').href, false); x.send(); return x.status === 200 })()`)
	second.open(at + "/standing")
	second.press(`form[action$="/confirm"] button`)
	second.sees("停止监护")
	second.axe()
	elder.open("/elder/agents")
	elder.sees("监护人", "等监护人认可")
	if strings.Contains(elder.text("main"), "恢复") {
		t.Error("a ward is offered what only the guardian may do")
	}
	elder.elderly()
}

// upload chooses a file, as from the clerk's disk.
func (b *browser) upload(selector, name string, content []byte) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}
