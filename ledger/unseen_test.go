package ledger

import (
	"strings"
	"testing"
)

func TestMinistriesWithoutAPrefixAreUnits(t *testing.T) {
	t.Parallel()
	p := Parse(`关于方便老人办事的实施方案
二〇二三年十一月二十日
一、总体要求
（一）指导思想。以人为本，2020年以来有了基础。
（二）工作目标。到2025年，常办的事都能当面办成；线上服务满意度不低于90%。
二、重点任务
（一）出行。
1．路边招手不取消。（交通运输部牵头，公安部、铁路集团等相关部门及各地区按职责分工负责）
2．码不是唯一凭证。（卫生健康委、工业和信息化部、人民银行、银保监会、证监会等部门和各地区按职责分工负责）
（二）培训。
3．老年大学开手机课。（教育部、中国残联、各省级人民政府负责）
`)
	readsAs(t, p, `
关于方便老人办事的实施方案|||2023-11-20|in_force|cut=false
goal 2025-12-31
[1] task must （一）出行 / 路边招手不取消
  - 交通运输部* 公安部 铁路集团 各地区 +
[2] task must （一）出行 / 码不是唯一凭证
  - 卫生健康委 工业和信息化部 人民银行 银保监会 证监会 各地区 +
[3] task must （二）培训 / 老年大学开手机课
  - 教育部 中国残联 各省级人民政府
`)
}

func TestNamesOfPeopleAreNoUnits(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）修路。平整路面。（责任领导：张某某、李某；责任单位：区交通局、区财政局；完成时限：2024年5月31日前）\n（二）修灯。换灯。（责任单位：区城管局；责任人：王某）")
	got := ""
	for _, m := range p.Measures {
		got += actionOutline(m.Actions[0]) + ";"
	}
	if got != "区交通局 区财政局 2024-05-31;区城管局;" {
		t.Error(got, p.Warnings)
	}
	warnsOf(t, p, "是人名")
}

func TestUnitsThatStandOnceForAGroupAreNotGivenToItsLastItem(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）出行。\n1.修路。平整路面。\n2.修桥。加固旧桥。\n责任单位：省交通厅、省财政厅\n（二）看病。\n1.陪诊。有人陪。\n2.送药。有人送。\n（责任单位：省卫生健康委）\n")
	readsAs(t, p, `
||||in_force|cut=false
[一(一)] task must 一、任务 / 出行
  - 省交通厅 省财政厅
[一(二)] task must 一、任务 / 看病
  - 省卫生健康委
`)
	warnsOf(t, p, "整组按一条读")
}

func TestWhatLooksLikeUnitsAndIsNotReadIsReported(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）出行。修路。（由负责道路的各有关方面以及热心的人共同负责）\n（二）看病。陪诊。（责任单位：省卫生健康委）")
	if len(p.Measures) != 2 || len(p.Measures[0].Actions[0].Units) != 0 {
		t.Error(outline(p))
	}
	warnsOf(t, p, "没有读懂")
}

func TestASignatureAtTheEndIsRead(t *testing.T) {
	t.Parallel()
	p := Parse(`云泽省民政厅 云泽省财政厅关于做好助餐工作的通知
各市民政局、财政局：
一、开食堂。每个街道至少建成一处食堂。（省民政厅负责）
二、补资金。按时拨付。（省财政厅负责）
附件：1.申报表
2.验收表
云泽省民政厅
云泽省财政厅
2024年3月1日
附件1
申报表
`)
	readsAs(t, p, `
云泽省民政厅云泽省财政厅关于做好助餐工作的通知||云泽省民政厅、云泽省财政厅|2024-03-01|in_force|cut=false
[一] task must  / 开食堂
  - 省民政厅 {>=1处}
[二] task must  / 补资金
  - 省财政厅
`)
}

func TestDeadlinesAreDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2021年底前": "2021-12-31", "2021年年底前": "2021-12-31", "2021年末": "2021-12-31", "到2021年底": "2021-12-31", "2021年内": "2021-12-31",
		"2021年3月底前": "2021-03-31", "2024年2月底": "2024-02-29", "2023年2月末前": "2023-02-28", "2022年6月30日前": "2022-06-30", "2022年6月30日之前": "2022-06-30",
		"截至2022年6月30日": "2022-06-30", "到2025年": "2025-12-31", "2021年上半年": "2021-06-30", "2021年下半年": "2021-12-31", "2021年第三季度": "2021-09-30", "2021年四季度末": "2021-12-31",
		"二〇二二年底前": "2022-12-31", "二〇二二年六月底前": "2022-06-30", "“十四五”末": "2025-12-31", "十五五时期末": "2030-12-31",
		"年内": "2023-12-31", "今年年底前": "2023-12-31", "明年6月底前": "2024-06-30", "9月底前": "2023-09-30", "年底前": "2023-12-31", "本年度内": "2023-12-31",
		"2022年6月前": "2022-06-30", "2022年13月底前": "", "2022年2月30日前": "",
		"三年内": "", "3年内": "", "2021年3月10日": "", "2020年以来": "", "自2021年7月1日起": "", "2021年": "", "长期": "", "每年": "", "一年内": "",
	} {
		if day, _ := latest(deadlines(text+"完成修路", 2023), text+"完成修路"); day != want {
			t.Errorf("%s: %q, want %q", text, day, want)
		}
	}
	if _, doubts := latest(deadlines("2021年底前修路，2022年底前修桥", 0), ""); len(doubts) != 0 {
		_, doubts = latest(deadlines("2021年底前修路，2022年底前修桥", 0), "2021年底前修路，2022年底前修桥")
		if !strings.Contains(doubts[0], "取最晚的2022-12-31") {
			t.Error(doubts)
		}
	} else {
		t.Error("two days without a doubt")
	}
	if ds := deadlines("年内", 0); len(ds) != 1 || ds[0].day != "" || ds[0].doubt == "" {
		t.Errorf("a year was made up: %+v", ds)
	}
}

func TestTargetsAreNumbersThatBind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"新增电子站牌 200 个": "{=200个}", "优化线路100条": "{=100条}", "至少保留一个窗口": "{>=1个}", "不低于15%": "{>=15%}", "85%以上": "{>=85%}", "达到90%": "{>=90%}",
		"不超过3天": "{<=3天}", "实现行政村全覆盖": "{=100%}", "不少于两名": "{>=2名}", "建设二十个服务站": "{=20个}", "培训3.5万人次": "{=35000人次}", "培训1,200人": "{=1200人}",
		"提高到百分之九十五": "{>=95%}", "三分之二以上的村建食堂": "{>=66.67%}", "3个工作日内办结": "{<=3个工作日}", "5日内修好": "{<=5日}", "每季度不少于一次": "{>=1次}",
		"控制在15分钟以内": "{<=15分钟}", "降到5%以下": "{<=5%}", "提高5个百分点": "{=5个百分点}", "建设3至5个站": "{>=3个} {<=5个}", "占比10%-20%": "{>=10%} {<=20%}", "每100张床位配备2名护工": "{=2名}",
		"新增座椅80张，扶手60个": "{=80张} {=60个}", "不得少于5名": "{>=5名}", "不得超过10元": "{<=10元}", "最多等20分钟": "{<=20分钟}", "各1名联络员要配备": "",
		"二级以上医院": "", "2级以上": "", "60岁以上老人": "", "65周岁及以上": "", "95128接线": "", "推进5G覆盖": "", "地铁2号线": "", "第三代社保卡": "", "2021年": "", "（国办发〔2020〕45号）": "",
		"“一对一”服务": "", "一站式": "", "形成一个体系": "", "服务千家万户": "", "24小时热线": "", "15分钟生活圈": "", "《三年行动100条》": "", "第1条": "", "两个维护": "", "建立三个方面机制": "", "一批站点": "", "12345热线": "", "2.0版": "",
	} {
		got, _ := targets(fold(text), deadlines(fold(text), 2023))
		if s := strings.TrimSpace(targetOutline(Action{Targets: got})); s != want {
			t.Errorf("%s: %q, want %q", text, s, want)
		}
	}
	if _, doubts := targets("500人以上的单位应设岗", nil); len(doubts) == 0 {
		t.Error("a doubtful number passes in silence")
	}
}

func TestForceComesFromTheGoverningVerb(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Force{
		"应保留窗口。": Must, "不得拒收。": Must, "必须当面办。": Must, "保留现金。": Must, "提供老花镜。": Must, "确保到位。": Must, "完善流程。": Must, "各地要派人。": Must,
		"鼓励开班。": Encouraged, "积极引导企业改版。": Encouraged, "推动邻里互助。": Encouraged, "大力支持社区。": Encouraged, "探索夜班。": Explored, "积极探索共享。": Explored, "各地可结合实际探索共享。": Explored,
		"针对难处，引导企业改版，提供好用的软件。": Encouraged, "在车站，鼓励设窗口。": Encouraged, "在车站设窗口。": Must, "鼓励设窗口，不得取消。": Must, "探索夜班。鼓励开班。": Encouraged, "探索夜班。设窗口。": Must,
		"供应老花镜，鼓励试用。": Must, "鼓励做好供应。": Encouraged, "鼓励应用新技术。": Encouraged, "支持应急演练。": Encouraged, "商店应支持现金。": Must, "": Must, "鼓励探索新路。": Encouraged,
	} {
		if got := force(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestNumeralsOfBothScriptsAreNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]float64{"3": 3, "1,200": 1200, "85.5": 85.5, "3.5万": 35000, "2亿": 2e8, "一": 1, "两": 2, "十": 10, "十五": 15, "二十": 20, "三十五": 35, "一百零五": 105, "两千": 2000, "二〇二一": 2021, "三万": 30000, "一点五": 1.5} {
		if got, ok := number(s); !ok || got != want {
			t.Errorf("%s: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "个", "一个", "1a", "点", "万"} {
		if v, ok := number(s); ok {
			t.Errorf("%q is %v", s, v)
		}
	}
	for n := 1; n < 100; n++ {
		if v, ok := chineseInt(chineseOrdinal(n)); !ok || v != n {
			t.Errorf("%d: %s", n, chineseOrdinal(n))
		}
	}
}
