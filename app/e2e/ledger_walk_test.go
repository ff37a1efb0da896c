package e2e

import "testing"

// A bureau sees its own list and reports; the conference presses and judges; a county's practice is
// taken up by its neighbour; a number opens to photographs.
func TestABureauReportsTheConferenceJudgesAndANumberOpensToPhotographs(t *testing.T) {
	t.Parallel()
	s := serve(t, "")

	bureau := newBrowser(t, s.URL, 1280, 900, true)
	bureau.signIn("zjtraffic")
	bureau.open("/desk/ledger")
	bureau.sees("本单位的任务", "省交通运输厅", "ZJ2.2 加装电子站牌")
	bureau.axe()
	bureau.press(`section table a[href^="/desk/ledger/tasks/"]`)
	bureau.sees("本单位来报", "前前后后")
	task := bureau.path()

	super := newBrowser(t, s.URL, 1280, 900, true)
	super.signIn("zjsuper")
	super.open("/desk/ledger")
	super.sees("浙江省的台账", "格子里是「做完的/一共的」", "ZJ3.3")
	super.open(task)
	super.pick(`section[aria-label="监督人员要做的"] details:last-of-type summary`)
	super.fill(`form[action$="/order"] textarea`, "月底前能装好吗？")
	super.script(`document.querySelector("form[action$='/order'] input[name=until]").value = "2099-12-31"`)
	super.press(`form[action$="/order"] button`)
	super.sees("督办，要求2099年12月31日以前答复", "月底前能装好吗？")
	super.axe()

	bureau.open(task)
	bureau.fill(`form[action$="/reply"] textarea`, "能，只差杭州的两条路。")
	bureau.press(`form[action$="/reply"] button`)
	bureau.sees("答复督办", "只差杭州的两条路")
	bureau.axe()

	super.open("/desk/ledger")
	super.press(`main th a[href^="/desk/ledger/measures/"]:not([href=""])`)
	super.sees("ZJ1.1")
	super.open("/desk/overview")
	super.sees("浙江省总览", "过期没有做完", "数据截至", "杭州市")
	super.axe()
	super.press(`main a[href^="/desk/overview/brief?"]`)
	super.sees("工作简报", "二、任务", "五、各地方")
	super.axe()

	super.open("/desk/practices")
	super.press(`main table a`)
	super.sees("站口有人带路", "杭州市政府", "推广了", "宁波市政府")
	super.axe()
}
