package demo

import (
	"slices"
	"strings"
)

// sheet says which kind of name a household has. Most are ordinary; the others
// are the ones that break careless software, and come round at a fixed rhythm so
// that even a small demonstration shows each of them.
type sheet uint8

const (
	sheetOrdinary sheet = iota
	sheetCompound       // a surname of two characters
	sheetReading        // a surname read otherwise than the word: 单 is Shàn
	sheetRare           // a character beyond GB 2312, one of them beyond 16 bits
	sheetMinority       // a name with the middle dot, without a surname
)

// sheetOf gives the kind of the nth household.
func sheetOf(n int) sheet {
	switch {
	case n%20 == 3:
		return sheetCompound
	case n%20 == 6 || n%20 == 14:
		return sheetReading
	case n%20 == 9:
		return sheetRare
	case n%40 == 17:
		return sheetMinority
	}
	return sheetOrdinary
}

var (
	// Frequent surnames carry seven names in ten, as they do in the country.
	frequent = strings.Fields(`王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 朱 马 胡 郭 林 何 高 梁`)
	others   = strings.Fields(`郑 罗 宋 谢 唐 韩 曹 许 邓 萧 冯 程 蔡 彭 潘 袁 于 董 余 苏 叶 吕 魏 蒋 田 杜
		丁 沈 姜 范 江 傅 钟 卢 汪 戴 崔 陆 廖 姚 方 金 邱 夏 谭 韦 贾 邹 石 熊 孟 秦 阎 薛 侯 雷 白 龙 段 郝
		孔 邵 史 毛 常 万 顾 赖 武 康 贺 严 尹 钱 施 牛 洪 龚 温 闫 原 景 卫 樊 柴 裴 杭 楼 俞 章 虞 骆 屠`)
	compound = strings.Fields(`欧阳 尉迟 上官 司马 诸葛 令狐 皇甫 东方`)
	reading  = strings.Fields(`单 仇 解 曾 查 翟 朴 区 盖 乐 任 华`)

	rareMale   = strings.Fields(`堃 德喆 𠅤 文堃 喆 垚 玉𠅤 淼`)
	rareFemale = strings.Fields(`㛃 淑喆 玉㛃 淼 桂祎 喆 秀㛃 淑淼`)

	minorityMale   = strings.Fields(`吐尔逊 艾尔肯 卡德尔 买买提 艾山 吐尔地 亚森 玉素甫 依明 库尔班 叶尔兰 哈力克`)
	minorityFemale = strings.Fields(`阿依努尔 古丽娜尔 热依汗 帕提古丽 阿孜古丽 茹仙 玛依拉 祖丽菲亚 海丽且 汗佐热`)
)

// generation holds the given names usual for the years before until: whole
// names, and first and second characters that were combined freely.
type generation struct {
	until        int // the first year of birth that is no longer meant
	male, female given
}

type given struct{ whole, first, second []string }

func givenNames(whole, first, second string) given {
	return given{strings.Fields(whole), strings.Split(first, ""), strings.Split(second, "")}
}

// A name tells the year of birth to everyone who reads it: 建国 was born about
// 1949, 跃进 about 1958. Names from the wrong years make a demonstration look false.
var generations = []generation{
	{1949, givenNames(`福生 长贵 金山 树林 玉山 连生 守义 根生 万福 广田 文炳 耀宗 绍祖 继先 宝山 永福 双喜 长庚 阿根 水根 林生 有才 焕章 秉义`,
		"德福长金玉文守万广永宝兴继明士世忠仁", "福生山林财贵祥义才田发昌全元根寿堂成"),
		givenNames(`秀英 桂英 桂兰 玉兰 玉珍 淑珍 素珍 凤英 翠花 秀兰 兰英 金花 凤莲 月娥 巧云 彩莲 银花 爱莲 改梅 阿凤 杏花 菊仙 月仙 香莲`,
			"秀桂玉淑素凤翠兰金月巧彩银爱菊杏云香", "英兰珍花莲娥云梅仙芝琴香凤贞娣妹芳珠")},
	{1967, givenNames(`建国 建华 国强 卫国 援朝 和平 解放 跃进 志强 志刚 建军 爱国 保国 新民 建设 国庆 庆丰 福林 爱民 振华 学文 建中 国梁 立新`,
		"建国志卫爱保新振学立永福荣根兴成忠庆", "国华强民军平生林明良新祥荣根庆文忠义"),
		givenNames(`桂芳 秀芳 丽华 爱华 建英 淑芳 春梅 玉梅 美英 素芬 爱珍 惠芳 小玲 国英 冬梅 月英 凤琴 秋菊 雪珍 杏娟 建芬 利华 水仙 荷英`,
			"桂秀丽爱建淑春玉美素惠小国月凤秋雪彩", "芳华英梅芬珍玲琴娟菊萍仙兰香莲娣君花")},
	{1982, givenNames(`卫东 红兵 军 伟 勇 斌 建斌 志伟 永红 俊峰 海涛 晓东 建军 文斌 国平 利民 志宏 永强 剑波 海平 红卫 育红`,
		"建志永俊海晓文国利红卫剑育宏春东", "伟军斌峰涛东平民波宏强勇明华辉林"),
		givenNames(`红 丽 艳 敏 静 霞 燕 红梅 卫红 丽娟 晓红 海燕 俊英 春燕 永梅 玉红 丽萍 建红 小燕 爱琴 利琴 亚萍`,
			"红丽晓海俊春永玉建小爱利亚雪彩秀文", "梅红娟燕英霞萍琴芳敏艳丽玲芬静华")},
	{9999, givenNames(`磊 超 浩 涛 杰 宇 佳伟 志鹏 晓峰 鑫 旭东 泽宇 凯 晨 俊杰 帅 文博 宇航 晓鹏 振宇 海龙 立伟`,
		"佳志晓旭泽俊文宇振海立子浩嘉明一", "伟鹏峰东宇杰博航龙辉凯阳磊超晨涛"),
		givenNames(`婷 娟 莉 雪 倩 晶 佳 慧 雅婷 晓燕 雪梅 思雨 梦洁 佳慧 晓丽 静怡 丹 欣 雅琴 文静 婷婷 瑞芳`,
			"雅晓雪思梦佳静欣文婷瑞晨莉慧嘉诗", "婷燕梅雨洁慧怡琴静芳丽娜敏雯倩妮")},
}

// wellKnown are names that the lists could make and that everybody knows from
// the news: they would draw the eye in a demonstration.
var wellKnown = strings.Fields(`陈永贵 邓丽君 董建华 郭凤莲 何立峰 贺国强 贾庆林 李德生 李娜 李鹏 李强 毛泽东
	任建新 任志强 王文涛 杨丽萍 张爱萍 张学良`)

// surname draws the surname of a household's first person.
func (d *draw) surname(s sheet) string {
	switch {
	case s == sheetCompound:
		return d.pick(compound)
	case s == sheetReading:
		return d.pick(reading)
	case d.chance(70):
		return d.pick(frequent)
	}
	return d.pick(others)
}

// givenName draws a given name usual for the sex and the year of birth.
func (d *draw) givenName(sex string, year int) string {
	i := slices.IndexFunc(generations, func(g generation) bool { return year < g.until })
	g := generations[i].male
	if sex == Female {
		g = generations[i].female
	}
	if d.chance(45) {
		return d.pick(g.whole)
	}
	first, second := d.pick(g.first), d.pick(g.second)
	for first == second { // 国国 is a name for a child
		second = d.pick(g.second)
	}
	return first + second
}

// fullName joins a surname and a given name that isn't a well-known person's.
func (d *draw) fullName(surname, sex string, year int) string {
	for {
		if name := surname + d.givenName(sex, year); !slices.Contains(wellKnown, name) {
			return name
		}
	}
}

// rareName gives the next of the rare given names, in turn.
func (d *draw) rareName(surname, sex string) string {
	list := rareMale
	if sex == Female {
		list = rareFemale
	}
	d.rare++
	return surname + list[(d.rare-1)%len(list)]
}

// minorityName is a given name and the father's, with the middle dot U+00B7
// between them. An empty father is drawn. Nobody is named after their father.
func (d *draw) minorityName(sex, father string) string {
	if father == "" {
		father = d.pick(minorityMale)
	}
	list := minorityMale
	if sex == Female {
		list = minorityFemale
	}
	own := d.pick(list)
	for own == father {
		own = d.pick(list)
	}
	return own + "·" + father
}
