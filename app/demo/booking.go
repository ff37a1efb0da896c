package demo

import "time"

// Bookable is something fictional that can be booked at every place of a kind.
type Bookable struct {
	OfficeKind string // kind of the places that have it
	Kind       string // clinic, venue, class
	Department string
	Name       string
	About      string
	Plan       string // of the plans of the release
	Ahead      int    // days before, on which booking begins
	Week       []Turn
	Individual bool // one person, by name
}

// Turn is one session of the week.
type Turn struct {
	Days     []time.Weekday
	From, To int // minutes after midnight
	Places   int
	Holidays bool
}

var (
	workdays = []time.Weekday{1, 2, 3, 4, 5}
)

const noon = 12 * 60

// Bookables are what can be booked in the demonstration.
func Bookables() []Bookable {
	both := []Turn{{workdays, 8 * 60, noon, 20, false}, {workdays, 14 * 60, 17 * 60, 16, false}}
	half := func(days ...time.Weekday) []Turn { return []Turn{{days, 8 * 60, noon, 10, false}} }
	clinic := func(department, name, about, plan string, week []Turn) Bookable {
		return Bookable{OfficeKind: "hospital", Kind: "clinic", Department: department, Name: name, About: about, Plan: plan, Ahead: 14, Week: week, Individual: plan == "expert"}
	}
	return []Bookable{
		clinic("内科", "内科普通门诊", "", "clinic", append([]Turn{{[]time.Weekday{6, 0}, 8 * 60, noon, 12, true}}, both...)),
		clinic("内科", "康丽萍医生", "副主任医师，看高血压、糖尿病", "expert", half(1, 3, 5)),
		clinic("骨科", "骨科普通门诊", "", "clinic", both),
		clinic("骨科", "石振海医生", "主任医师，看腰腿痛", "expert", half(2, 4)),
		clinic("眼科", "眼科普通门诊", "", "clinic", both),
		clinic("眼科", "苗秀芝医生", "主任医师，看白内障", "expert", half(1, 4)),
		clinic("中医科", "中医科普通门诊", "", "clinic", both),
		{OfficeKind: "museum", Kind: "venue", Name: "入馆参观", About: "老年人免费", Plan: "venue", Ahead: 7,
			Week: []Turn{{[]time.Weekday{2, 3, 4, 5, 6, 0}, 9 * 60, noon, 60, true}, {[]time.Weekday{2, 3, 4, 5, 6, 0}, 13 * 60, 17 * 60, 60, true}}},
		{OfficeKind: "culture_house", Kind: "class", Name: "戏曲晚会", About: "本地戏，坐着看，有茶水", Plan: "class", Ahead: 21,
			Week: []Turn{{[]time.Weekday{5, 6}, 19 * 60, 21 * 60, 80, true}}},
		{OfficeKind: "culture_house", Kind: "class", Name: "合唱班", About: "想唱就来，不用会识谱", Plan: "class", Ahead: 14,
			Week: []Turn{{[]time.Weekday{2}, 9*60 + 30, 11 * 60, 30, false}}},
		{OfficeKind: "culture_house", Kind: "class", Name: "学用手机付钱", About: "志愿者一对一教，带上自己的手机", Plan: "class", Ahead: 14,
			Week: []Turn{{[]time.Weekday{3}, 9*60 + 30, 11 * 60, 16, false}}},
	}
}
