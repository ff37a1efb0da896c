package demo

import "yinqiao/civic"

// The kinds of Office.
const (
	KindHospital          = "hospital"           // 二级以上医疗机构
	KindCommunity         = "community"          // a community's service station
	KindCivilAffairs      = "civil_affairs"      // 民政局
	KindMarketSupervision = "market_supervision" // 市场监督管理局: looks into refused cash
	KindCallCentre        = "call_centre"        // the operators of 95128
	KindSocialSecurity    = "social_security"    // 社保局: pensions, eligibility; one of Places
	KindPolice            = "police_station"     // 派出所; one of Places
	KindTelecom           = "telecom"            // 营业厅; one of Places
	KindMuseum            = "museum"             // 博物馆; one of Places
	KindCultureHouse      = "culture_house"      // 文化馆; one of Places
)

// The roles of a Member, in the words of the staff room.
const (
	RoleClerk         = "clerk"
	RoleSupervisor    = "supervisor"
	RoleAdministrator = "administrator"
	RoleGate          = "gate"
	RoleOperator      = "operator"
	RoleGridWorker    = "grid_worker"
	RoleFamilyDoctor  = "family_doctor"
	RoleBureau        = "bureau"

	RoleHospitalManager = "hospital_manager"
	RoleVenueManager    = "venue_manager"
)

// Office is one fictional office. Its telephone number begins with 0 after the
// area code, as no subscriber's does.
type Office struct {
	Kind, Name, Address, Phone, Hours string
	Division                          civic.Division
}

// Member is one fictional member of staff. The office is the one of OfficeKind
// that Division covers, among Offices, or else Places; there is one of each kind in a city. The roles hold in
// Division.
type Member struct {
	Login, Name, OfficeKind string
	Division                civic.Division
	Roles                   []string
}

// The districts of the demonstration.
const (
	xiaodian civic.Division = "140105" // 太原市小店区
	xihu     civic.Division = "330106" // 杭州市西湖区
)

// The hours in which offices are open, in the words on the door.
const (
	officeHours   = "周一至周五 8:30–12:00，14:00–17:30；法定节假日休息"
	hospitalHours = "每天 8:00–12:00，14:00–17:30；法定节假日照常"
	allDay        = "每天24小时；法定节假日照常"
)

// Offices returns the offices of the demonstration: five in each district.
func Offices() []Office {
	return []Office{
		{KindHospital, "太原市小店区汾河人民医院（演示）", "听汾路66号，进东门右手是挂号窗口", "0351-0660120", hospitalHours, xiaodian},
		{KindCommunity, "小店区银槐社区便民服务站（演示）", "银槐街18号一层，门口有坡道", "0351-0180018", officeHours, xiaodian},
		{KindCivilAffairs, "太原市小店区民政局（演示）", "晋泉里5号，一层大厅3号窗口", "0351-0550301", officeHours, xiaodian},
		{KindMarketSupervision, "太原市小店区市场监督管理局（演示）", "杏苑路27号，一层投诉接待室", "0351-0270315", officeHours, xiaodian},
		{KindCallCentre, "太原市95128电召服务台（演示）", "古槐巷2号四层，不接待来访", "0351-0095128", allDay, xiaodian},

		{KindHospital, "杭州市西湖区莲塘人民医院（演示）", "莲塘街99号，进北门左手是挂号窗口", "0571-0990120", hospitalHours, xihu},
		{KindCommunity, "西湖区银桂社区便民服务站（演示）", "银桂路8号一层，门口有坡道", "0571-0080008", officeHours, xihu},
		{KindCivilAffairs, "杭州市西湖区民政局（演示）", "竹径路31号，一层大厅2号窗口", "0571-0310302", officeHours, xihu},
		{KindMarketSupervision, "杭州市西湖区市场监督管理局（演示）", "望潮街12号，一层投诉接待室", "0571-0120315", officeHours, xihu},
		{KindCallCentre, "杭州市95128电召服务台（演示）", "采茶里6号三层，不接待来访", "0571-0095128", allDay, xihu},
	}
}

// Staff returns the staff of the demonstration. Logins are short: they are typed
// while somebody is watching.
func Staff() []Member {
	gate, operator, grid, doctor := []string{RoleGate}, []string{RoleOperator}, []string{RoleGridWorker}, []string{RoleFamilyDoctor}
	clerk, supervisor, administrator := []string{RoleClerk}, []string{RoleSupervisor}, []string{RoleAdministrator}
	return []Member{
		{"tyclerk", "郝春燕", KindCommunity, xiaodian, clerk},
		{"tyhospital", "闫丽娟", KindHospital, xiaodian, clerk},
		{"tycivil", "温建斌", KindCivilAffairs, xiaodian, clerk},
		{"tymarket", "解志宏", KindMarketSupervision, xiaodian, clerk},
		{"tysuper", "段海燕", KindCivilAffairs, xiaodian, supervisor},
		{"tyadmin", "原晓东", KindCivilAffairs, "1401", administrator},
		{"tycall", "郭晋霞", KindCallCentre, xiaodian, operator},
		{"tygrid", "武志刚", KindCommunity, xiaodian, grid},
		{"tydoctor", "康丽萍", KindHospital, xiaodian, doctor},
		{"tysocial", "侯建英", KindSocialSecurity, xiaodian, clerk},
		{"typolice", "任卫东", KindPolice, xiaodian, clerk},
		{"tytelecom", "乔丽萍", KindTelecom, xiaodian, clerk},
		{"tychief", "韩慧敏", KindHospital, xiaodian, []string{RoleHospitalManager}},
		{"tymuseum", "白玉兰", KindMuseum, xiaodian, []string{RoleClerk, RoleVenueManager}},
		{"tyculture", "任秀英", KindCultureHouse, xiaodian, []string{RoleClerk, RoleVenueManager}},
		{"tygate", "阎二虎", KindCommunity, xiaodian, gate},
		{"tysettle", "薛振华", KindCivilAffairs, "1401", administrator}, // a guardian takes two

		{"hzclerk", "俞佳慧", KindCommunity, xihu, clerk},
		{"hzhospital", "楼晓峰", KindHospital, xihu, clerk},
		{"hzcivil", "虞雅琴", KindCivilAffairs, xihu, clerk},
		{"hzmarket", "单国平", KindMarketSupervision, xihu, clerk},
		{"hzsuper", "上官静", KindCivilAffairs, xihu, supervisor},
		{"hzadmin", "骆文博", KindCivilAffairs, "3301", administrator},
		{"hzcall", "沈晓莺", KindCallCentre, xihu, operator},
		{"hzsocial", "裘爱珍", KindSocialSecurity, xihu, clerk},
		{"hzpolice", "戚建国", KindPolice, xihu, clerk},
		{"hztelecom", "竺晓燕", KindTelecom, xihu, clerk},
		{"hzchief", "鲍文斌", KindHospital, xihu, []string{RoleHospitalManager}},
		{"hzmuseum", "施雨晴", KindMuseum, xihu, []string{RoleClerk, RoleVenueManager}},
		{"hzculture", "郑美娟", KindCultureHouse, xihu, []string{RoleClerk, RoleVenueManager}},
		{"hzgrid", "钱卫东", KindCommunity, xihu, grid},
		{"hzsettle", "宣志明", KindCivilAffairs, "3301", administrator},
	}
}
