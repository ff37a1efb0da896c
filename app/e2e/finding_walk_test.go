package e2e

import (
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/place"
)

// placeOf is a place of the demonstration by its kind, near the people of a district.
func (s *server) placeOf(t *testing.T, kind string, in civic.Division) civic.OfficeID {
	t.Helper()
	near, err := s.Place.Near(t.Context(), place.From{Division: in}, place.Want{Kinds: []string{kind}, Within: in})
	if err != nil || len(near) == 0 {
		t.Fatal(kind, near, err)
	}
	return near[0].ID
}

func TestTheLastMannedWindowOfAStationClosesAndTheClauseAppears(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	station := string(s.placeOf(t, "coach_station", "140105"))

	admin := newBrowser(t, s.URL, 1280, 900, true)
	admin.signIn("tyadmin")
	admin.open("/desk/manage/offices/" + station)
	admin.press(`main a[href="/desk/places/` + station + `"]`)
	admin.sees("1号人工售票窗口")
	admin.press(`button[aria-label="关1号人工售票窗口：人手不够"]`)
	admin.sees("这里没有做到的", "车站没有人工售票窗口", "ZJ2.3（浙江方案第二部分第3条）", "至少要留一个人工售票窗口", "管理员 原晓东", "开一个人工窗口，就清掉了")
	admin.axe()

	super := newBrowser(t, s.URL, 1280, 900, true)
	super.signIn("tysuper")
	super.open("/desk/findings?rule=station-manned")
	super.sees("小店区汽车客运站", "ZJ2.3", "管理员 原晓东", "等答复")
	super.axe()
	super.press("main table a")
	super.fill("#f-words", "老人到了车站怎么买票？")
	super.press(`form[action$="/ask"] button`)
	super.sees("监督人员问", "老人到了车站怎么买票？")
	super.axe()

	// Whoever comes is told where to go.
	elder := newBrowser(t, s.URL, 412, 915, true)
	elder.open("/places/" + station)
	elder.sees("人工窗口现在都停了", "暂停（人手不够）")
	elder.axe()

	admin.press(`main article h3 a`)
	admin.sees("老人到了车站怎么买票？")
	admin.fill("#f-words", "打我手机13800138000")
	admin.press(`form[action$="/answer"] button`)
	admin.sees("不写证件号和电话")
	admin.axe()
	admin.fill("#f-words", "马上调人过来，十分钟后开。")
	admin.press(`form[action$="/answer"] button`)
	admin.sees("答复了，还没有做到")
	admin.open("/desk/places/" + station)
	admin.press(`button[aria-label="开1号人工售票窗口"]`)
	if strings.Contains(admin.text("main"), "车站没有人工售票窗口") {
		t.Error("the window is open, and the finding is still there")
	}
	super.open("/desk/findings?state=cleared")
	super.sees("车站没有人工售票窗口", "已经做到")
}

func TestWhereToGetAPassportIsAnsweredWithPapersPhoneAndWhetherItIsOpen(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	hall := string(s.placeOf(t, "exit_entry", "140105"))
	admin := newBrowser(t, s.URL, 1280, 900, true)
	admin.signIn("tyadmin")
	admin.open("/desk/places/" + hall)
	today := s.Journal.Now().In(civic.Shanghai).Format("2006-01-02")
	admin.fill("#f-day", today)
	admin.fill("#f-reason", "停电检修")
	admin.press(`form[action$="/days"] button`)

	// At the desk and on the phone, a clerk asks in the person's own words.
	clerk := newBrowser(t, s.URL, 1280, 900, true)
	clerk.signIn("tyclerk")
	clerk.fill("#f-text", s.seniorCard(t, "1401"))
	clerk.press(".search button")
	clerk.press("main form button")
	person := strings.Trim(clerk.path(), "/")
	clerk.open("/" + person + "/places")
	clerk.fill("#f-matter", "护照")
	clerk.press(".search button")
	clerk.sees("出入境办证大厅", "今天不开门（停电检修）", "0351-0")
	clerk.axe()

	// On the elder's own page: what to bring, which office, its phone.
	elder := newBrowser(t, s.URL, 412, 915, true)
	elder.open("/elder")
	elder.press("button[name=demo]")
	elder.open("/elder/about/exit-entry")
	elder.sees("出国护照怎么办", "去办时带身份证", "0351-0", "出入境办证大厅", "今天不开门（停电检修）")
	elder.axe()

	anybody := newBrowser(t, s.URL, 412, 915, true)
	anybody.open("/places/" + hall)
	anybody.sees("今天不开门（停电检修）", "电话", "护照、港澳通行证", "要带什么", "出国护照怎么办")
	anybody.axe()
}

func TestADefinitionIsCheckedTriedAndPublishedAtTheDeskAndSuspended(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	admin := newBrowser(t, s.URL, 1280, 900, true)
	admin.signIn("tyadmin")
	admin.open("/desk/manage/services")
	admin.sees("能办的服务", "代寄检查报告", "在办")
	admin.axe()
	admin.press(`main p a[href^="/desk/manage/services/new"]`)
	admin.axe()
	admin.fill("#f-text", strings.Replace(unseen, "channels: [desk, ", "channels: [", 1))
	admin.press(`form[action$="/check"] button`)
	admin.sees("有错，还不能发布", "渠道", "channels: [elder", "没有窗口，不用手机的人就办不了；请加上 desk")
	admin.axe()
	admin.open("/desk/manage/services/new?division=140105")
	admin.fill("#f-text", unseen)
	admin.press(`form[action$="/check"] button`)
	admin.sees("没有错，可以发布", "借多少度的？", "一百度，请按1。", "2020-12")
	admin.axe()
	admin.press(`form[action$="/publish"] .button:not(.plain)`)
	admin.sees("借老花镜", "在办", "第1版", "按先后问什么")
	admin.axe()
	admin.pick("main details summary")
	admin.fill("#f-reason", "老花镜都借出去了")
	admin.press(`form[action$="/suspend"] button`)
	admin.sees("暂停：老花镜都借出去了")
	admin.axe()
	admin.open("/desk/findings?rule=service-suspended")
	admin.sees("「借老花镜」停办了")
	admin.open("/desk/manage/services/borrow-glasses?division=140105")
	admin.press(`form[action$="/resume"] button`)
	admin.sees("在办")
}
