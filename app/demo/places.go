package demo

import (
	"fmt"

	"yinqiao/civic"
)

// Place is one fictional place beside the offices that have staff: stations,
// banks, shops, venues. Its telephone number cannot ring.
type Place struct {
	Office
	Village, Landmark string
	Furnishing
}

// Furnishing is what a place has: words, features by their codes, windows.
type Furnishing struct {
	Can, Cannot string
	Has, Lacks  []string
	Windows     []Window
}

// Window is one counter, machine, gate or way to pay. One with a reason is shut.
type Window struct{ Name, Serves, Kind, Shut string }

// More hours, in the words on the door.
const (
	shopHours  = "每天 7:00–21:00；法定节假日照常"
	bankHours  = "周一至周五 9:00–17:00；周六、周日 9:30–16:00；法定节假日休息"
	venueHours = "周一休息；周二至周日 9:00–17:00；法定节假日 9:00–17:00"
	longHours  = "每天 6:00–22:00；法定节假日照常"
	nightLong  = "每天24小时；法定节假日照常"
	mealHours  = "周一至周六 7:00–9:00，11:00–13:00，17:00–18:30；法定节假日休息"
)

func manned(name, serves string) Window { return Window{name, serves, "manned", ""} }

var (
	counters = []string{"manned", "green_lane", "guide", "waiting_area", "care_seats", "glasses", "ramp"}
	cashHere = Window{"收现金", "现金随时收，找得开零钱", "payment", ""}
)

// Furnishings are those of the offices that have staff, by kind.
var Furnishings = map[string]Furnishing{
	KindHospital: {"急诊24小时都有人；住院、出院结算也在一层", "疫苗请到社区卫生服务中心打", append([]string{"cash", "wheelchair", "without_code"}, counters...), nil,
		[]Window{manned("1号窗口", "挂号，老人优先"), manned("2号窗口", "缴费、医保结算"), {"自助机", "取号、打印报告，旁边有人帮忙", "machine", ""}, cashHere}},
	KindCommunity: {"开证明、代缴水电费、打印复印、教用手机", "", []string{"manned", "ramp", "hot_water", "glasses", "blood_pressure"}, []string{"wheelchair"},
		[]Window{manned("便民窗口", "老人的事都可以问"), {"认证窗口", "社保资格认证", "manned", "人手不够"}}},
	KindCivilAffairs: {"高龄津贴、低保、临时救助、老年人优待证", "社保卡请到社保局办", counters, []string{"wheelchair"},
		[]Window{manned("3号窗口", "高龄津贴、优待证"), manned("4号窗口", "低保和救助")}},
	KindMarketSupervision: {"商家不收现金、保健品骗人，都可以来反映", "", []string{"manned", "waiting_area"}, nil, []Window{manned("投诉接待室", "听您说，帮您写")}},
	KindCallCentre:        {"打电话叫车、问事", "不接待来访", nil, nil, nil},
}

// spots are the other places of each district: kind, street, hours, what they
// have. Names and addresses come from the words of the district.
var spots = []struct {
	kind, words string
	street      int // index of the district's streets; -1 is the district itself
	hours       string
	landmark    string
	Furnishing
}{
	{"clinic", "社区卫生服务中心", 0, "每天 8:00–12:00，14:00–17:30；法定节假日 8:00–12:00", "菜市场南门对面，挂着绿十字", Furnishing{"量血压、取慢性病的药、家庭医生签约", "骨折和急病请去医院", []string{"manned", "cash", "green_lane", "blood_pressure", "ramp"}, nil, []Window{manned("挂号收费窗口", "挂号和交钱"), cashHere}}},
	{"clinic", "乡镇卫生院", 7, "每天 8:00–17:30；法定节假日照常", "镇政府隔壁，门口有石狮子", Furnishing{"看小病、打针、家庭医生", "", []string{"manned", "cash"}, []string{"wheelchair"}, []Window{manned("收费窗口", "挂号和交钱")}}},
	{"pharmacy", "为民药店", 1, "每天 8:00–21:00；法定节假日照常", "公交站牌正后面", Furnishing{"医保卡能买药，免费量血压", "", []string{"cash", "blood_pressure", "bank_card"}, nil, []Window{cashHere}}},
	{"medical_security", "医保服务大厅", -1, officeHours, "和民政局一个院子，进门往右", Furnishing{"医保报销、异地就医备案、慢性病认定", "看病挂号请去医院", counters, nil, []Window{manned("1号窗口", "报销"), manned("2号窗口", "备案和认定")}}},
	{"social_security", "社保服务大厅", -1, officeHours, "大楼门口有三面红旗", Furnishing{"养老金、社保卡、领待遇资格认证", "医保报销请到医保大厅", append([]string{"one_stop"}, counters...), nil, []Window{manned("5号窗口", "养老金查询"), manned("6号窗口", "社保卡"), {"自助认证机", "刷脸认证，有人帮忙", "machine", "设备坏了"}}}},
	{"government_hall", "政务服务中心", -1, "周一至周五 8:30–12:00，13:30–17:30；周六 9:00–12:00", "区政府对面，楼顶有大钟", Furnishing{"二十多个部门的事在一处办", "", append([]string{"one_stop", "wheelchair", "sign_language"}, counters...), nil, []Window{manned("导办台", "不知道找谁就先来这里"), manned("老年人专窗", "老人的事一次办完")}}},
	{"street_office", "街道办事处", 0, officeHours, "小学往东100米，门口两棵槐树", Furnishing{"开证明、申请补贴、反映困难", "", []string{"manned", "guide", "ramp"}, nil, []Window{manned("便民服务窗口", "各种申请")}}},
	{"street_office", "镇政府便民服务中心", 7, officeHours, "大戏台旁边", Furnishing{"各种补贴和证明", "", []string{"manned"}, nil, []Window{manned("综合窗口", "各种申请")}}},
	{"community", "社区服务站（二站）", 3, officeHours, "小区北门里，健身器材旁边", Furnishing{"开证明、代办、教用手机", "", []string{"manned", "hot_water", "glasses"}, nil, []Window{manned("便民窗口", "老人的事都可以问")}}},
	{"disabled_federation", "残联服务中心", -1, officeHours, "一层有长坡道的白楼", Furnishing{"残疾证、轮椅和拐杖", "", []string{"manned", "ramp", "accessible_toilet", "sign_language", "wheelchair"}, nil, []Window{manned("1号窗口", "办证")}}},
	{"petition", "信访接待中心", -1, officeHours, "区政府西侧的小门", Furnishing{"有话要说、有事没人管，都可以来", "", []string{"manned", "waiting_area", "care_seats", "hot_water"}, nil, []Window{manned("接谈室", "听您说，给回执")}}},
	{"tax", "办税服务厅", -1, officeHours, "社保大厅的二层，有电梯", Furnishing{"开发票、交税", "", []string{"manned", "green_lane", "waiting_area"}, nil, []Window{manned("2号窗口", "开发票")}}},
	{"legal_aid", "法律援助中心", -1, officeHours, "司法局一层，门口有天平的牌子", Furnishing{"问法律、打不起官司", "", []string{"manned", "waiting_area", "ramp"}, nil, []Window{manned("接待窗口", "先听您说")}}},
	{"police_station", "派出所", 0, nightLong, "十字路口东北角，蓝色的门头", Furnishing{"户口、身份证，办证窗口白天开", "护照请到出入境大厅", []string{"manned", "green_lane", "waiting_area"}, nil, []Window{manned("户籍窗口", "户口和身份证")}}},
	{"exit_entry", "出入境办证大厅", -1, officeHours, "公安分局北门", Furnishing{"护照、港澳通行证", "户口请到派出所", []string{"manned", "green_lane", "guide", "care_seats"}, nil, []Window{manned("老年人窗口", "护照和通行证")}}},
	{"bank", "银行储蓄所", 0, bankHours, "老邮局斜对面", Furnishing{"取钱、存折补登、换零钱", "", []string{"manned", "cash", "green_lane", "care_seats", "glasses"}, nil, []Window{manned("1号柜台", "取钱存钱"), {"取款机", "会有大堂经理帮忙", "machine", ""}}}},
	{"bank", "农村信用社", 8, "周一至周五 9:00–12:00，14:00–17:00；法定节假日休息", "供销社旁边", Furnishing{"取钱、领补贴", "", []string{"manned", "cash"}, []string{"ramp"}, []Window{manned("1号柜台", "取钱存钱")}}},
	{"post", "邮政支局", 1, "每天 9:00–17:00；法定节假日照常", "绿色的门头，门口有信筒", Furnishing{"寄信寄包裹、订报、取汇款", "", []string{"manned", "cash", "care_seats", "glasses"}, nil, []Window{manned("1号柜台", "寄东西"), cashHere}}},
	{"telecom", "通信营业厅", 2, "每天 9:00–18:00；法定节假日照常", "百货大楼一层西头", Furnishing{"交话费、换手机卡、教用手机、关掉骚扰电话", "", []string{"manned", "cash", "care_seats", "guide"}, nil, []Window{manned("老年人专席", "慢慢说，不着急"), cashHere}}},
	{"utility", "水电气暖缴费厅", 2, "周一至周六 8:30–17:00；法定节假日休息", "热力公司院里", Furnishing{"水费、电费、燃气费、取暖费", "", []string{"manned", "cash", "bank_card"}, nil, []Window{manned("1号窗口", "水电气暖都能交"), cashHere, {"手机扫码", "", "payment", "系统停了"}}}},
	{"shop", "便民超市", 0, shopHours, "小区南门口", Furnishing{"买菜买粮，能送到家", "", []string{"cash", "bank_card"}, nil, []Window{cashHere}}},
	{"shop", "菜市场", 4, "每天 5:30–19:00；法定节假日照常", "大桥下面", Furnishing{"买菜", "", []string{"cash"}, []string{"bank_card"}, nil}},
	{"coach_station", "汽车客运站", -1, "每天 5:30–20:00；法定节假日照常", "立交桥西南角，有大广场", Furnishing{"长途汽车票，凭身份证或现金", "", []string{"manned", "cash", "green_lane", "priority_window", "waiting_area", "machine_help", "without_code"}, nil, []Window{manned("1号人工售票窗口", "老人、军人优先"), {"自助售票机", "旁边有人帮忙", "machine", ""}, {"进站口", "没有手机也能进，走右边的绿色通道", "gate", ""}}}},
	{"railway_station", "火车站（南站）", -1, longHours, "广场中间有大石碑", Furnishing{"买票、退票、打印报销凭证", "", []string{"manned", "cash", "green_lane", "priority_window", "waiting_area", "machine_help", "without_code", "wheelchair"}, nil, []Window{manned("爱心窗口", "老人、病人优先"), manned("2号窗口", "退票改签")}}},
	{"metro", "地铁站", 3, "每天 6:00–23:00；法定节假日照常", "A口有电梯", Furnishing{"买单程票，老年卡刷卡进", "", []string{"manned", "cash", "machine_help", "accessible_toilet"}, nil, []Window{manned("客服中心", "现金换票"), {"A口电梯", "", "gate", "设备坏了"}}}},
	{"bus_card", "公交卡办理点", 1, "周一至周六 8:30–16:30；法定节假日休息", "公交总站调度室旁边", Furnishing{"老年公交卡办理、年审、充值", "", []string{"manned", "cash"}, nil, []Window{manned("1号窗口", "老年卡"), cashHere}}},
	{"taxi_stand", "出租车候车点", 0, nightLong, "医院东门口，有长椅和雨棚", Furnishing{"等车、打95128叫车", "", []string{"waiting_area", "ramp"}, nil, nil}},
	{"senior_station", "老年食堂和日间照料中心", 0, mealHours, "社区服务站后面的小院", Furnishing{"吃饭、洗澡、理发、白天有人照应，也送餐", "", []string{"meals", "hot_water", "blood_pressure", "ramp", "cash"}, nil, []Window{manned("打饭窗口", "少油少盐，可以打半份"), cashHere}}},
	{"senior_station", "幸福院助餐点", 7, mealHours, "村委会旁边", Furnishing{"吃午饭、下棋、歇脚", "", []string{"meals", "hot_water", "cash"}, []string{"ramp"}, nil}},
	{"senior_university", "老年大学", -1, "周一至周五 9:00–11:30，14:00–16:30；法定节假日休息", "文化馆三层，有电梯", Furnishing{"书法、戏曲、学手机", "", []string{"manned", "ramp", "hot_water"}, nil, []Window{manned("报名处", "现场报名")}}},
	{"shelter", "避灾安置点（中学体育馆）", 1, nightLong, "第一中学南操场", Furnishing{"刮大风、下大雨、地震时来这里", "", []string{"ramp", "hot_water", "accessible_toilet"}, nil, nil}},
	{"library", "图书馆", -1, venueHours, "湖边的红砖楼", Furnishing{"看书读报，大字书在一层", "", []string{"manned", "without_booking", "phone_booking", "glasses", "ramp"}, nil, []Window{manned("服务台", "借书、办证")}}},
	{"museum", "博物馆", -1, venueHours, "大门口有青铜鼎", Furnishing{"参观，老人凭身份证免费，不用预约", "", []string{"manned", "without_booking", "phone_booking", "wheelchair", "ramp"}, nil, []Window{manned("人工取票窗口", "没预约的从这里进")}}},
	{"culture_house", "文化馆", -1, venueHours, "广场舞台后面", Furnishing{"唱戏、合唱、书法班", "", []string{"manned", "without_booking", "phone_booking", "ramp"}, nil, []Window{manned("服务台", "报名")}}},
	{"theatre", "剧院", -1, "每天 13:00–21:00；法定节假日照常", "公交站名就叫剧院", Furnishing{"看戏，下午场老人半价", "", []string{"manned", "cash", "phone_booking", "wheelchair"}, nil, []Window{manned("售票窗口", "现金也能买"), cashHere}}},
	{"sports_hall", "体育馆", 3, "每天 8:00–21:00；法定节假日照常", "有绿色大屋顶", Furnishing{"打球、游泳、健身", "", []string{"manned", "cash", "without_booking", "machine_help"}, nil, []Window{manned("前台", "买票、教用器材"), cashHere}}},
	{"park", "公园", 2, "每天 5:00–22:00；法定节假日照常", "东门有牌楼", Furnishing{"散步、下棋，老人免票", "", []string{"cash", "without_code", "accessible_toilet"}, nil, []Window{{"东门", "不用扫码", "gate", ""}}}},
}

// district is what the places of one district are named after.
type district struct {
	code            civic.Division
	name            string
	area            string
	streets         []civic.Division
	villages, roads []string
}

var districts = []district{
	{xiaodian, "小店区", "0351", []civic.Division{"140105001", "140105002", "140105003", "140105004", "140105005", "140105006", "140105007", "140105100", "140105200", "140105201"},
		[]string{"银槐社区", "汾柳社区", "晋泉社区"}, []string{"听汾路", "银槐街", "晋泉里", "杏苑路", "古槐巷", "柳溪街"}},
	{xihu, "西湖区", "0571", []civic.Division{"330106002", "330106004", "330106005", "330106007", "330106008", "330106009", "330106010", "330106109", "330106110", "330106109"},
		[]string{"银桂社区", "莲塘社区", "竹径社区"}, []string{"莲塘街", "银桂路", "竹径路", "望潮街", "采茶里", "荷风路"}},
}

// Places returns the other places of the demonstration, about forty in each
// district.
func Places() []Place {
	var out []Place
	for n, d := range districts {
		for i, s := range spots {
			p := Place{Landmark: s.landmark, Furnishing: s.Furnishing}
			road := d.roads[i%len(d.roads)]
			p.Office = Office{Kind: s.kind, Name: d.name + s.words + "（演示）", Address: fmt.Sprintf("%s%d号", road, 11+i*7%90), Hours: s.hours, Division: d.code,
				Phone: fmt.Sprintf("%s-0%06d", d.area, 700000+n*1000+i*13)}
			if s.street >= 0 {
				p.Division, p.Village = d.streets[s.street], d.villages[i%len(d.villages)]
			}
			out = append(out, p)
		}
	}
	return out
}
