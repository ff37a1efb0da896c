package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"yinqiao/civic"
)

// KindBureau is the kind of an office of the demonstration that only has tasks in the
// ledger: the public is not served there, and does not see it.
const KindBureau = "platform"

// Conferences name the offices of the two provinces' joint conferences.
var Conferences = map[civic.Division]string{"14": "山西省联席会议办公室（演示）", "33": "浙江省联席会议办公室（演示）"}

// LedgerStaff returns who keeps the ledgers and who reports for some of the units: the
// office is that of the unit, or the conference for a supervisor.
func LedgerStaff() []Member {
	bureau := []string{RoleBureau}
	return []Member{
		{"sxsuper", "阎建国", "", "14", []string{RoleSupervisor}},
		{"sxhealth", "霍秀珍", "省卫健委", "14", bureau},
		{"sxcivil", "靳志远", "省民政厅", "14", bureau},
		{"sxtraffic", "成秀梅", "省交通厅", "14", bureau},
		{"tygov", "申海龙", "小店区政府", "140105", bureau},
		{"tyneigh", "卫红霞", "迎泽区政府", "140106", bureau},
		{"zjsuper", "章若兰", "", "33", []string{RoleSupervisor}},
		{"zjhealth", "应佩芬", "省卫生健康委", "33", bureau},
		{"zjtraffic", "蒋国栋", "省交通运输厅", "33", bureau},
		{"hzgov", "计文娟", "杭州市政府", "3301", bureau},
		{"nbgov", "励建平", "宁波市政府", "3302", bureau},
	}
}

// The words in which units of the demonstration report, one of each kind after another.
var (
	DoneWords = []string{
		"做法写进了窗口的办事说明，人员都培训过，照片在后面。", "去看了五个点，都有人工、都收现金，名单在后面。", "电话、窗口、代办三条路都通了，请老人试过。",
		"全部换成了大字版，志愿者站了一个月，老人说看得清。", "和街道一家一家对过，没有漏的。", "热线加了人手，老人的电话先接，记录可以查。",
	}
	OnWords    = []string{"已经做了一多半，剩下两个点在装修。", "方案定了，设备在招标，下个月装。", "试点的三个街道做完了，正在往全市铺。"}
	StuckWords = []string{"钱没有落实，请联席会议协调财政。", "铁路的窗口不归我们管，请联席会议出面商量。"}
	SeenWords  = []string{"现场看过，属实。", "抽查了三个点，和报的一样。", "打电话问了五位老人，都说办成了。"}
)

// Photograph is a small picture of a stop board with its number in dots, so that no two are
// alike.
func Photograph(n int) []byte {
	m := image.NewPaletted(image.Rect(0, 0, 160, 120), color.Palette{color.RGBA{0xcf, 0xe4, 0xf5, 0xff}, color.RGBA{0x55, 0x5d, 0x63, 0xff}, color.RGBA{0x0b, 0x3f, 0x77, 0xff}, color.RGBA{0xff, 0xf3, 0xc4, 0xff}})
	fill := func(x0, y0, x1, y1 int, c uint8) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				m.SetColorIndex(x, y, c)
			}
		}
	}
	fill(0, 96, 160, 120, 1) // the road
	fill(76, 20, 82, 100, 1) // the pole
	fill(36, 14, 122, 62, 2) // the board
	fill(40, 18, 118, 28, 3) // its heading
	for bit := range 8 {     // its number
		if n>>bit&1 == 1 {
			fill(44+9*bit, 36, 50+9*bit, 56, 3)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // a picture in memory can be encoded
	}
	return b.Bytes()
}

// Roads are where the stop boards of the demonstration stand.
var Roads = []string{"莲塘街", "银桂路", "望潮街", "采茶里", "竹径路", "西泠巷", "菱角湾", "稻香路", "听涛街", "青石弄"}
