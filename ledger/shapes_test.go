package ledger

import (
	"strings"
	"testing"
)

// The plans here are invented, and so are their provinces.

func TestNumbersThatRestartTakeThatOfTheirSection(t *testing.T) {
	t.Parallel()
	p := Parse(`云泽省人民政府办公厅关于印发云泽省银龄便利行动方案的通知
云泽政办发〔2023〕7号
各市、县（市、区）人民政府：
《云泽省银龄便利行动方案》已经省政府同意，现印发给你们。
云泽省人民政府办公厅
2023年2月14日
云泽省银龄便利行动方案
一、总体要求
到2023年底前，常办的事有人帮。到2025年6月底前，老人办事不发愁。
二、重点任务
（一）看病有人陪。
1.设陪诊岗。每家县级医院设一个陪诊岗。（责任单位：省卫生健康委、省民政厅。列第一位的为牵头单位，下同）夜间也要有人。（责任单位：省卫生健康委）
2.送药上门。鼓励药店送药。（责任单位：省药监局、省商务厅，各设区市政府）
（二）出门有车坐。
1.留住扬招。保留路边招手停车。（责任单位：省交通运输厅）
2.添候车椅。新增候车椅300把，安装扶手120个。（责任单位：省住房和城乡建设厅和各县（市、区）人民政府）
三、组织保障
（一）压实责任。各地要把进度记清楚。（责任单位：省民政厅等有关部门）
（二）多做宣传。讲身边的好例子。（责任单位：省委宣传部、省广电局）
`)
	readsAs(t, p, `
云泽省银龄便利行动方案|云泽政办发〔2023〕7号|云泽省人民政府办公厅|2023-02-14|in_force|cut=false
goal 2023-12-31
goal 2025-06-30
[1.1] task must （一）看病有人陪 / 设陪诊岗
  - 省卫生健康委* 省民政厅
  - 省卫生健康委*
[1.2] task encouraged （一）看病有人陪 / 送药上门
  - 省药监局* 省商务厅 各设区市政府
[2.1] task must （二）出门有车坐 / 留住扬招
  - 省交通运输厅*
[2.2] task must （二）出门有车坐 / 添候车椅
  - 省住房和城乡建设厅* 各县（市、区）人民政府 {=300把} {=120个}
[三(一)] safeguard must 三、组织保障 / 压实责任
  - 省民政厅* +
[三(二)] safeguard must 三、组织保障 / 多做宣传
  - 省委宣传部* 省广电局
`)
}

func TestNumbersThatRunOnAreEnoughByThemselves(t *testing.T) {
	t.Parallel()
	p := Parse(`东屏省助老十条
一、在家
（一）送餐到户。办好老人食堂。（省民政厅牵头；省商务厅、省市场监管局按职责分工负责，2024年3月底前完成）
（二）修好台阶。加装扶手5000处。（省住房城乡建设厅牵头，省残联配合，2024年底前完成）
二、在外
（三）修好路口。延长绿灯时间。（省公安厅、省交通运输厅牵头；各市、县政府负责落实）
（四）多设座椅。车站座椅不少于50张。（由省交通运输厅负责）
`)
	readsAs(t, p, `
东屏省助老十条||||in_force|cut=false
[1] task must 一、在家 / 送餐到户
  - 省民政厅* 省商务厅 省市场监管局 2024-03-31
[2] task must 一、在家 / 修好台阶
  - 省住房城乡建设厅* 省残联 2024-12-31 {=5000处}
[3] task must 二、在外 / 修好路口
  - 省公安厅* 省交通运输厅* 各市、县政府
[4] task must 二、在外 / 多设座椅
  - 省交通运输厅 {>=50张}
`)
	warnsOf(t, p, "没有读到文号", "没有读到成文日期")
}

func TestTopHeadingsThatAreMeasuresThemselvesAreRead(t *testing.T) {
	t.Parallel()
	p := Parse(`南汀市敬老通知
一、开放窗口。每个大厅至少保留2个人工窗口。市审批服务局牵头，各区政府配合。
二、接好电话。热线接通率不低于95%，等待不超过30秒。市大数据局负责。
三、工作要求。各单位要及时报送进展。
`)
	readsAs(t, p, `
南汀市敬老通知||||in_force|cut=false
[一] task must  / 开放窗口
  - 市审批服务局* 各区政府 {>=2个}
[二] task must  / 接好电话
  - 市大数据局 {>=95%} {<=30秒}
[三] safeguard must  / 工作要求
  -
`)
	warnsOf(t, p, "第三条没有读到责任单位")
}

func TestUnitsAtTheEndOfAParagraphNeedNoParentheses(t *testing.T) {
	t.Parallel()
	p := Parse(`白鹭省便民计划
一、重点任务
1、送证上门。行动不便的可以预约上门。省公安厅、省人力资源社会保障厅负责
2、代办事项。村里有人代跑腿。责任单位：省民政厅、省委网信办（省互联网信息办公室）、团省委。
3、志愿结对。推动邻里结对。
牵头单位：省文明办
责任单位：省民政厅、省妇联，各县（市、区）人民政府
完成时限：2025年9月底
二、保障措施
1、查问题。每季度至少检查一次。省民政厅等部门按职责分工负责。
`)
	readsAs(t, p, `
白鹭省便民计划||||in_force|cut=false
[一.1] task must 一、重点任务 / 送证上门
  - 省公安厅 省人力资源社会保障厅
[一.2] task must 一、重点任务 / 代办事项
  - 省民政厅 省委网信办（省互联网信息办公室） 团省委
[一.3] task encouraged 一、重点任务 / 志愿结对
  - 省文明办* 省民政厅 省妇联 各县（市、区）人民政府 2025-09-30
[二.1] safeguard must 二、保障措施 / 查问题
  - 省民政厅 + {>=1次}
`)
}

const oneLine = `石桥省人民政府办公厅关于印发石桥省乐龄服务实施方案的通知石桥政办发〔2022〕11号各市人民政府：《石桥省乐龄服务实施方案》已经省政府同意，现印发给你们，请照此办理。石桥省人民政府办公厅2022年5月6日（此件公开发布）石桥省乐龄服务实施方案为把事办好，制定本方案。一、工作目标到2022年底，老人都能办成事。二、主要任务（一）窗口服务1.留好窗口。不得撤掉人工窗口。（责任单位：省政务办、省财政厅）2.配好眼镜。配备老花镜2000副，放大镜500个。（责任单位：省政务办等相关部门）（二）上门服务1.预约上门。探索夜间上门。（责任单位：省民政厅和各市县政府）三、保障措施（一）加强领导。各市要有专人。（责任单位：省政务办）抄送：省委各部门。`

func TestATextInOneLineHasTheSameStructure(t *testing.T) {
	t.Parallel()
	want := `
石桥省乐龄服务实施方案|石桥政办发〔2022〕11号|石桥省人民政府办公厅|2022-05-06|in_force|cut=false
goal 2022-12-31
[1.1] task must （一）窗口服务 / 留好窗口
  - 省政务办 省财政厅
[1.2] task must （一）窗口服务 / 配好眼镜
  - 省政务办 + {=2000副} {=500个}
[2.1] task explored （二）上门服务 / 预约上门
  - 省民政厅 各市县政府
[三(一)] safeguard must 三、保障措施 / 加强领导
  - 省政务办
`
	readsAs(t, Parse(oneLine), want)
	lines := strings.NewReplacer("一、", "\n一、", "二、", "\n二、", "三、", "\n三、", "（一）", "\n（一）", "（二）", "\n（二）", "1.", "\n1.", "2.", "\n2.", "服务1", "服务\n1",
		"通知石", "通知\n石", "各市人", "\n各市人", "：《", "：\n《", "。石桥省人", "。\n石桥省人", "厅2022", "厅\n2022", "日（", "日\n（", "布）石", "布）\n石", "方案为", "方案\n为", "目标到", "目标\n到", "抄送", "\n抄送").Replace(oneLine)
	readsAs(t, Parse(lines), want)
}

func TestADraftIsNoDocumentInForce(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"in the title":   "青屿省助老出行方案（征求意见稿）\n一、任务\n（一）修路。平整路面。（责任单位：省交通运输厅）\n（二）修桥。（责任单位：省交通运输厅）",
		"under it":       "青屿省助老出行方案\n（征求意见稿）\n一、任务\n（一）修路。平整路面。（责任单位：省交通运输厅）\n（二）修桥。（责任单位：省交通运输厅）",
		"in the request": "关于公开征求《青屿省助老出行方案（征求意见稿）》意见的公告\n一、任务\n（一）修路。平整路面。（责任单位：省交通运输厅）\n（二）修桥。（责任单位：省交通运输厅）",
		"in one line":    "青屿省助老出行方案（征求意见稿）为方便出行，制定本方案。一、任务（一）修路。平整路面。（责任单位：省交通运输厅）（二）修桥。（责任单位：省交通运输厅）",
	} {
		p := Parse(text)
		if p.Status != Draft || p.Title != "青屿省助老出行方案" || len(p.Measures) != 2 || p.Number != "" || warned(p, "没有读到文号") {
			t.Errorf("%s: %s\n%v", name, outline(p), p.Warnings)
		}
	}
}

func TestPageFurnitureIsNoText(t *testing.T) {
	t.Parallel()
	p := Parse("桑洲省人民政府公报\n桑洲省人民政府办公厅关于印发桑洲省银发\n服务行动计划的通知\n桑洲政办发〔2024〕3号\n" +
		"一、重点任务\n（一）教老人用手机。在社区开办学习班，由志愿者一对\n一讲解，让老人学得会、记得牢、用得上。编写大字\n— 1 —\n\f桑洲省人民政府公报\n手册并免费发放到每个社区的服务站里去供人取阅。\n（责任单位：省教育厅、省工业和信\n" +
		"息化厅、桑洲银保\n监局）\n- 2 -\n\f桑洲省人民政府公报\n（二）防骗。讲清常见的骗术，让老人听得懂能分辨不\n上当受骗。（责任单位：省公安\n厅）\n第3页 共3页\n打印本页 关闭窗口\nhttps://gov.example/a/b.html\n")
	readsAs(t, p, `
桑洲省银发服务行动计划|桑洲政办发〔2024〕3号|桑洲省人民政府办公厅||in_force|cut=false
[一(一)] task must 一、重点任务 / 教老人用手机
  - 省教育厅 省工业和信息化厅 桑洲银保监局
[一(二)] task must 一、重点任务 / 防骗
  - 省公安厅
`)
	for _, m := range p.Measures {
		if strings.Contains(m.Text, "公报") || strings.Contains(m.Text, "—") || strings.Contains(m.Text, "页") {
			t.Errorf("furniture in %q", m.Text)
		}
	}
}

func TestHalfWidthSignsMeanTheSame(t *testing.T) {
	t.Parallel()
	p := Parse("(一)修灯.\n一、任务\n(一)亮灯。更换路灯1,200盏,新装路灯 80 座。(责任单位:省住建厅,省财政厅;各市政府)\n(二)平路。坑洼处3天内修好;漏报的要补报。(牵头单位:省交通厅;配合单位:省公安厅、省财政厅;完成时限:2023年8月31日前)\n")
	if len(p.Measures) < 2 {
		t.Fatal(outline(p))
	}
	got := ""
	for _, m := range p.Measures[len(p.Measures)-2:] {
		for _, a := range m.Actions {
			got += actionOutline(a) + targetOutline(a) + "\n"
		}
	}
	if want := "省住建厅 省财政厅 各市政府 {=1200盏} {=80座}\n省交通厅* 省公安厅 省财政厅 2023-08-31 {<=3天}\n"; got != want {
		t.Errorf("%s\n%v", got, p.Warnings)
	}
}

func TestATextThatBreaksOffIsFlagged(t *testing.T) {
	t.Parallel()
	whole := "北渚省适老行动方案\n一、任务\n（一）修厕所。加装扶手。（责任单位：省文化和旅游厅）\n（二）修电梯。老楼加装电梯。（责任单位：省住建厅）\n（三）修门槛。在有条件的小区"
	p := Parse(whole)
	if !p.Truncated || len(p.Measures) != 3 {
		t.Error(outline(p))
	}
	warnsOf(t, p, "可能被截断", "第一(三)条没有完整")
	for _, b := range []string{"预览已结束，请下载全文", "试读结束，剩余12页未读", "登录后可查看全文"} {
		p := Parse(whole + "，\n" + b + "\nhttps://docs.example/x?id=9")
		if !p.Truncated || len(p.Measures) != 3 || strings.Contains(p.Measures[2].Text, "http") || strings.Contains(p.Measures[2].Text, "全文") {
			t.Errorf("%s: %s", b, outline(p))
		}
	}
	if p := Parse(strings.ReplaceAll(whole, "\n", "") + "预览已结束，完整报告链接如下：https://docs.example/1"); !p.Truncated || len(p.Measures) != 3 || p.Measures[2].Text != "在有条件的小区" {
		t.Error(outline(p))
	}
	if p := Parse(whole[:strings.Index(whole, "（三）")]); p.Truncated {
		t.Error("a whole text is cut off")
	}
}

func TestAListWithinAMeasureIsOneMeasure(t *testing.T) {
	t.Parallel()
	p := Parse(`金滩省为老办实事清单
一、办实事
（一）办食堂。1.选好址；2.定好价；3.把好关。（责任单位：省民政厅）
（二）通公交。（责任单位：省交通运输厅）
1.调线路。
2.加班次。
（三）建书屋。要做到：（1）有座位；（2）有灯光。（责任单位：省文化和旅游厅）
`)
	readsAs(t, p, `
金滩省为老办实事清单||||in_force|cut=false
[一(一)] task must 一、办实事 / 办食堂
  - 省民政厅
[一(二)] task must 一、办实事 / 通公交
  - 省交通运输厅
[一(三)] task must 一、办实事 / 建书屋
  - 省文化和旅游厅
`)
}

func TestChaptersAndPlainNumbersAreHeadingsToo(t *testing.T) {
	t.Parallel()
	p := Parse(`第一章　总体要求
第一节什么也不说。
第二章　重点任务
1．改电梯。给老楼装电梯。（责任单位：省住建厅）
2．改厨房。推广安全灶具。（责任单位：省民政厅）
第三章　保障措施
3．筹资金。（责任单位：省财政厅）
`)
	if got := refsOf(p); got != "1 2 3" || p.Measures[2].Kind != Safeguard || p.Measures[0].Section != "第二章重点任务" {
		t.Error(outline(p))
	}
	p = Parse("1.改灯。（责任单位：市城管局）\n2.改路。（责任单位：市城管局）\n3.改水。（责任单位：市水务局）")
	if got := refsOf(p); got != "1 2 3" {
		t.Error(outline(p))
	}
}

func refsOf(p *Policy) string {
	var out []string
	for _, m := range p.Measures {
		out = append(out, m.Ref)
	}
	return strings.Join(out, " ")
}

func TestALeftOutNumberIsReported(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）修门。（责任单位：省民政厅）\n（二）修窗。（责任单位：省民政厅）\n（四）修墙。（责任单位：省民政厅）\n")
	if refsOf(p) != "一(一) 一(二) 一(四)" {
		t.Error(outline(p))
	}
	warnsOf(t, p, "编号不连续")
}

func TestATableInATextIsReadByItsHeader(t *testing.T) {
	t.Parallel()
	p := Parse("苇川省助老任务分工表\n序号\t重点任务\t牵头单位\t配合单位\t完成时限\n1\t开办老年食堂300家\t省民政厅\t省商务厅、省市场监管局\t2024年底\n2\t推动药店送药上门\t省药监局\t省商务厅等有关部门\t2025.6\n3\t\t省医保局\t\t长期坚持\n")
	readsAs(t, p, `
苇川省助老任务分工表||||in_force|cut=false
[1] task must  / 
  - 省民政厅* 省商务厅 省市场监管局 2024-12-31 {=300家}
[2] task encouraged  / 
  - 省药监局* 省商务厅 + 2025-06-30
`)
	warnsOf(t, p, "没有任务内容")
	p = Parse("| 序号 | 任务 | 责任单位 | 时限 |\n|---|---|---|---|\n| 1 | 开放厕所 | 省文旅厅 | 2024年5月底前 |\n")
	if len(p.Measures) != 1 || actionOutline(p.Measures[0].Actions[0]) != "省文旅厅 2024-05-31" {
		t.Error(outline(p))
	}
}

func TestWhatIsNotMarkedAsLeadIsNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"（责任单位：省民政厅、省财政厅）":                      "省民政厅 省财政厅",
		"建立省民政厅、省财政厅牵头的会商制度。（责任单位：省民政厅、省财政厅）":   "省民政厅 省财政厅",
		"（省民政厅会同省财政厅负责）":                        "省民政厅 省财政厅",
		"（牵头单位：省民政厅；责任单位：省财政厅）":                 "省民政厅* 省财政厅",
		"（省民政厅、省财政厅牵头，省司法厅等参与）":                 "省民政厅* 省财政厅* 省司法厅 +",
		"（责任单位：省民政厅、省财政厅，排名第一的为牵头单位）":           "省民政厅* 省财政厅",
		"（责任单位：省财政厅、省民政厅牵头）":                    "省财政厅* 省民政厅*",
		"（主责单位：省民政厅；协同单位：省财政厅）":                 "省民政厅* 省财政厅",
		"（省民政厅、人行云泽中心支\n行、省妇儿工委办按职责分工负责）":       "省民政厅 人行云泽中心支行 省妇儿工委办",
		"（责任单位：有关部门和各市（州）、县（市、区）人民政府，各管委会）":     "各市（州）、县（市、区）人民政府 各管委会 +",
		"（责任单位：省工业和信息化厅和省文化和旅游厅以及省发展和改革委员会）":    "省工业和信息化厅 省文化和旅游厅 省发展和改革委员会",
		"（责任单位：省大数据局（省政务办）、中国电信云泽分公司、省老龄办等5部门）": "省大数据局（省政务办） 中国电信云泽分公司 省老龄办 +",
	} {
		p := Parse("一、任务\n（一）起头。先做一件事。（责任单位：省审计厅）\n（二）做事。把事做好。" + text)
		if len(p.Measures) != 2 || len(p.Measures[1].Actions) != 1 {
			t.Errorf("%s: %s", text, outline(p))
			continue
		}
		if got := actionOutline(p.Measures[1].Actions[0]); got != want {
			t.Errorf("%s: %s, want %s; %v", text, got, want, p.Warnings)
		}
	}
}

func TestALeadRuleHoldsFromItsPlaceOn(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）甲。做甲事。（责任单位：省民政厅、省财政厅）\n（二）乙。做乙事。（责任单位：省教育厅、省财政厅，列首位的为牵头单位，下同）\n（三）丙。做丙事。（责任单位：省水利厅、省财政厅）\n")
	got := ""
	for _, m := range p.Measures {
		got += actionOutline(m.Actions[0]) + ";"
	}
	if got != "省民政厅 省财政厅;省教育厅* 省财政厅;省水利厅* 省财政厅;" {
		t.Error(got)
	}
	warnsOf(t, p, "没有标牵头单位")
}

func TestWhatCannotBeReadIsReportedWithItsPlace(t *testing.T) {
	t.Parallel()
	p := Parse("一、任务\n（一）甲。做甲事。（责任单位：省民政厅、某某）\n（二）乙。2022年2月30日前做完。（责任单位：省民政厅\n（三）丙。做丙事。\n（四）丁。年底前做完丁事。（责任单位：省民政厅）后面还有一句。")
	warnsOf(t, p, "不像单位名称", "日期不存在", "没有闭合", "第一(三)条没有读到责任单位", "算不出是哪一年", "这一段没有读到责任单位")
	for _, w := range p.Warnings {
		if w.At == "" || !strings.HasPrefix(w.At, "第") && w.At != "文首" && w.At != "全文" {
			t.Errorf("a warning without place: %+v", w)
		}
	}
	if p := Parse("今天天气很好。"); len(p.Measures) != 0 || !warned(p, "没有读到任何措施") {
		t.Error(outline(p))
	}
}
