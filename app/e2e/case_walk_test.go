package e2e

import (
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/journal"
)

// account signs in as somebody whom the demonstration's page offers.
func (b *browser) account(id string) {
	b.t.Helper()
	b.open("/elder/sign-in")
	b.press(`button[name=demo][value="` + id + `"]`)
}

// mayFor lets a relative act for whom they have a grant.
func (b *browser) mayFor() {
	b.t.Helper()
	b.open("/elder/as")
	b.press(`form[action="/elder/as"] button`)
}

// work opens a case by the number on its paper.
func (b *browser) work(login, number string) {
	b.t.Helper()
	b.signIn(login)
	b.find(number)
	b.unfold()
}

func (b *browser) unfold() {
	b.t.Helper()
	b.script(`document.querySelectorAll("details").forEach(d => d.open = true)`)
}

// does sends one form of a case, with its fields filled in, and unfolds what is shown.
func (b *browser) does(step string, fields ...string) {
	b.t.Helper()
	form := `form[action$="/` + step + `"] `
	for i := 0; i+1 < len(fields); i += 2 {
		b.fill(form+"[name="+fields[i]+"]", fields[i+1])
	}
	b.press(form + "button")
	b.unfold()
}

// picks chooses an option of a list of one form by its words.
func (b *browser) picks(step, name, words string) {
	b.t.Helper()
	b.script(`{ const s = document.querySelector('form[action$="/` + step + `"] select[name=` + name + `]'); s.value = [...s.options].find(o => o.text.includes("` + words + `")).value }`)
}

func alone(who civic.PersonID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(who)}, Channel: civic.ChannelElder}
}

// elderWith is an older person of a province whom the demonstration offers, with the
// relative who may act for them.
func (s *server) elderWith(t *testing.T, province civic.Division) (elder, relative civic.PersonID) {
	t.Helper()
	var rows []struct{ Person, Agent civic.PersonID }
	err := s.Journal.Look(t.Context(), civic.System("test"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT g.person, g.agent FROM proxy_grant g JOIN person p ON p.id = g.person WHERE p.division >= $1 AND p.division < $2
			AND g.state = 'active' AND g.services = '*' ORDER BY g.id LIMIT 1`, province, string(province)+"~")
	})
	if err != nil || len(rows) == 0 {
		t.Fatal("nobody in the demonstration has a relative who acts for them: ", err)
	}
	return rows[0].Person, rows[0].Agent
}

func TestAManLeavesWithoutPayingAndHisFamilySettlesFromHome(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	elder, relative := s.elderWith(t, "3301")
	number := s.submit(t, alone(elder), elder, "leave-hospital", map[string]string{"where": "child", "carer": "yes", "name": "刘护工", "bill": "yes"}).Number.Grouped()

	hospital := newBrowser(t, s.URL, 1280, 900, true)
	hospital.work("hzhospital", number)
	hospital.does("take")
	hospital.does("bill", "what", "住院自付部分", "sum", "很多")
	hospital.sees("金额要写成")
	hospital.does("bill", "what", "住院自付部分", "sum", "1,326.5")
	hospital.sees("住院自付部分 1326.50元", "要付", "期限暂停")
	hospital.axe()
	hospital.follow("打印账单") // the carer's copy
	hospital.sees("账单", "还要付：1326.50元", "现金", number)
	hospital.axe()

	family := newBrowser(t, s.URL, 412, 915, false)
	family.account(string(relative))
	family.mayFor()
	family.open("/elder/mine") // the home page shows what came before
	family.follow("出院帮您结账")
	family.sees("要付：1326.50元", "住院自付部分", "现金")
	family.press(`form[action$="/pay"] button`) // nothing written
	family.sees("请写明怎么付的")
	family.fill("#f-how", "儿子用手机银行转账，上午十点。")
	family.press(`form[action$="/pay"] button`)
	family.sees("说已经付了，等单位核对", "以前会有结果")

	hospital.find(number)
	hospital.press(`button[value=receive]`)
	hospital.sees("单位收到了")
	hospital.press(`button[value=file]`)
	hospital.unfold()
	hospital.does("resolve", "outcome", "自付1326.50元已经收到，发票交给刘护工。")
	hospital.sees("等老人确认")
	family.open("/elder/mine")
	family.follow("出院帮您结账")
	family.sees("发票交给刘护工", "已经入账")
	family.press(`button[name=solved][value=yes]`)
	family.sees("这件事办完了", "的委托，替老人说出院帮您结账办好了")
}

func TestARefusalOfCashIsAskedAboutAnsweredAndTheCallerSaysWhetherItIsSolved(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	card := s.seniorCard(t, "1401")
	seat := newBrowser(t, s.URL, 1280, 900, true)
	seat.signIn("tycall")
	seat.find(card)
	seat.press("main form button")
	seat.press(`button[name=service][value=cash-refusal]`)
	seat.fill("#f-shop", "银槐街的面馆")
	seat.pick(`input[name=a-sort][value=meals]`)
	seat.pick(`input[name=a-what][value=refused]`)
	seat.pick(`input[name=a-day]`)
	seat.pick(`input[name=a-again][value=no]`)
	seat.pick(`input[name=a-answer][value=none]`)
	seat.press("main form button")
	seat.sees("请核对", "银槐街的面馆")
	seat.press("main form button")
	number := seat.text(".number")

	market := newBrowser(t, s.URL, 1280, 900, true)
	market.work("tymarket", number)
	market.does("take")
	market.does("ask", "ask", "银槐街有三家面馆，请问是哪一家？")
	market.sees("在等老人补充，期限先停着")
	seat.find(number) // she phones again
	seat.sees("银槐街有三家面馆", "老人的补充")
	seat.fill("#answer-a", "槐树底下、红招牌那家。")
	seat.press(`form[action$="/answer"] button`)
	seat.sees("单位正在办理")

	market.find(number)
	market.unfold()
	market.sees("槐树底下、红招牌那家")
	market.does("extend", "days", "5", "reason", "店主外出，下周才回来。")
	market.does("resolve", "outcome", "已经去店里看过，店主保证以后收现金。")
	seat.find(number)
	seat.sees("店主保证以后收现金", "下周才回来")
	seat.press(`button[name=solved][value=no]`)
	market.open("/desk/queue")
	market.sees("老人说没办好")
	market.axe()
	market.find(number)
	market.does("take")
	market.does("resolve", "outcome", "罚了五百元，店里贴了收现金的牌子。")
	seat.find(number)
	seat.press(`button[name=solved][value=yes]`)
	seat.sees("已经办好了")
	seat.axe()
}

func TestWhoeverTheDataDoNotFindIsVisitedAndAnOfficerDecides(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	elder, _ := s.elderWith(t, "1401")
	matter := s.submit(t, alone(elder), elder, "pension-check", map[string]string{"how": "data"})
	number := matter.Number.Grouped()

	officer := newBrowser(t, s.URL, 1280, 900, true)
	officer.work("tysocial", number)
	officer.does("take")
	officer.picks("transfer", "office", "银槐社区")
	officer.does("transfer", "reason", "看病、坐车的记录里没有查到，请上门看一看本人。")
	officer.find(number)
	officer.sees("不归您的单位办理")

	station := newBrowser(t, s.URL, 1280, 900, true)
	station.work("tyclerk", number)
	station.sees("没有查到，请上门看一看本人")
	station.does("take")
	station.does("hand-in", "what", "上门看望记录，有本人签字")
	station.sees("单位保管着")
	station.picks("transfer", "office", "社保")
	station.does("transfer", "reason", "已经上门，本人在家，请决定。")

	officer.open("/desk/things")
	officer.sees("上门看望记录，有本人签字", "还没有收到")
	officer.axe()
	officer.press(`button[value=receive]`)
	officer.sees("单位保管着")
	officer.find(number)
	officer.unfold()
	officer.does("take")
	officer.does("resolve", "outcome", "上门认证过了，养老金照常发，认证到明年十一月。")

	own := newBrowser(t, s.URL, 412, 915, false)
	own.account(string(elder))
	own.open("/elder/requests/" + string(matter.Request))
	own.sees("养老金照常发", "没有查到，请上门看一看本人", "把您的养老金资格认证转给小店区银槐社区")
	own.press(`button[name=solved][value=yes]`)
	own.sees("这件事办完了")
}

// An officer brings the list of a hospital: whoever is in it has nothing to do.
func TestWhoeverTheDataFindDoesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	elder, _ := s.elderWith(t, "1401")
	var number string
	if err := s.Journal.Look(t.Context(), apptest.System(), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: elder, Look: true})
		if err != nil {
			return err
		}
		cards, _, err := s.People.Numbers(v, auth, elder)
		number = cards[0].Number
		return err
	}); err != nil {
		t.Fatal(err)
	}
	today := s.Journal.Now().In(civic.Shanghai)
	officer := newBrowser(t, s.URL, 1280, 900, true)
	officer.signIn("tysocial")
	officer.open("/desk/queue")
	officer.follow("待遇资格认证")
	officer.sees("养老金资格认证", "正在上门认证", "系统不会停发任何人的钱")
	officer.axe()
	bring := func(what, head string, day time.Time, button string) {
		officer.choose("f-source", what)
		officer.fill("#pasted", "身份证号,"+head+"\n"+number+","+day.Format(time.DateOnly))
		officer.press("button[value=" + button + "]")
	}
	bring("roll", "认证到期日", today.AddDate(0, 0, 20), "enter")
	officer.sees("登记好了", "登记了1人")

	own := newBrowser(t, s.URL, 412, 915, true)
	own.account(string(elder))
	own.open("/elder/mine")
	own.sees("养老金资格", "钱照发")

	bring("hospital", "就诊日期", today.AddDate(0, 0, -7), "try")
	officer.sees("先看一看：还没有登记", "要登记1人")
	officer.axe()
	bring("hospital", "就诊日期", today.AddDate(0, 0, -7), "enter")
	officer.sees("登记了1人")

	own.open("/elder/mine")
	own.sees("已经认证好了，到"+today.AddDate(0, 0, -7).AddDate(1, 0, 0).Format("2006年1月2日"), "您不用做什么", "看病记录")
	own.elderly()
}

func TestALowIncomeTariffIsGrantedAtAShopAndAScamGoesToThePolice(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	elder, _ := s.elderWith(t, "1401")
	tariff := s.submit(t, alone(elder), elder, "telecom-tariff", map[string]string{"income": "low"}).Number.Grouped()
	scam := s.submit(t, alone(elder), elder, "fraud-report", map[string]string{"what": "calls"})

	shop := newBrowser(t, s.URL, 1280, 900, true)
	shop.work("tytelecom", tariff)
	shop.sees("低保")
	shop.does("take")
	shop.does("resolve", "outcome", "换成每月8元的套餐，比以前少22元，下月1日开始，没有捆绑。")
	shop.sees("等老人确认")

	police := newBrowser(t, s.URL, 1280, 900, true)
	if at := s.officeOf(t, scam.Request); !strings.Contains(at, "派出所") { // no police station serves the street: the station hands it on
		station := newBrowser(t, s.URL, 1280, 900, true)
		station.work("tyclerk", scam.Number.Grouped())
		station.does("take")
		station.picks("transfer", "office", "派出所")
		station.does("transfer", "reason", "可疑电话，请派出所处理。")
	}
	police.work("typolice", scam.Number.Grouped())
	police.does("take")
	police.does("resolve", "outcome", "号码已经停机，民警任卫东给老人打了电话。")

	own := newBrowser(t, s.URL, 412, 915, false)
	own.account(string(elder))
	own.open("/elder/mine")
	own.follow("手机宽带少交钱")
	own.sees("换成每月8元的套餐")
	own.press(`button[name=solved][value=yes]`)
	own.open("/elder/mine")
	own.follow("被骗了")
	own.sees("号码已经停机")
}

// officeOf names the office that has a case.
func (s *server) officeOf(t *testing.T, id civic.RequestID) string {
	t.Helper()
	var name string
	err := s.Journal.Look(t.Context(), civic.System("test"), func(v *journal.View) error {
		return v.Get(&name, `SELECT o.name FROM casework c JOIN office o ON o.id = c.office WHERE c.request = $1`, id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return name
}
