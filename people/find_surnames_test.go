package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

// surnames are those that are read otherwise than the character usually is, are
// rare, or have two characters, with the first letters of how they are read as a
// surname. Source: 现代汉语词典, 7th edition, at the sense 姓.
const surnames = `
曾 z zeng
单 s shan
仇 q qiu
解 x xie
查 z zha
任 r ren
区 o ou
朴 p piao
盖 g ge
冼 x xian
乐 y yue
尉 w wei
翟 z zhai
覃 q qin
种 c chong
员 y yun
缪 m miao
柏 b bai
卜 b bu
晁 c chao
谌 c chen
褚 c chu
郗 x xi
郇 x xun
逄 p pang
燕 y yan
应 y ying
於 y yu
纪 j ji
那 n na
宁 n ning
葛 g ge
华 h hua
过 g guo
哈 h ha
令 l ling
牟 m mu
能 n nai
宓 m mi
幺 y yao
佴 n nai
折 s she
召 s shao
乜 n nie
车 c che
句 g gou
勾 g gou
隗 w wei
洗 x xian
曲 q qu
曹 c cao
麦 m mai
阚 k kan
戚 q qi
祭 z zhai
适 k kuo
撒 s sa
繁 p po
黑 h he
秘 b bi
薄 b bo
钭 t tou
邸 d di
亓 q qi
仉 z zhang
尹 y yin
殳 s shu
夙 s su
妫 g gui
岑 c cen
沈 s shen
蒯 k kuai
訾 z zi
逯 l lu
闫 y yan
阮 r ruan
臧 z zang
晏 y yan
胥 x xu
贲 b ben
郏 j jia
鄢 y yan
璩 q qu
綦 q qi
嵇 j ji
娄 l lou
佘 s she
瞿 q qu
万 w wan
宿 s su
万俟 mq moqi
尉迟 yc yuchi
长孙 zs zhangsun
澹台 tt tantai
单于 cy chanyu
令狐 lh linghu
宰父 zf zaifu
呼延 hy huyan
皇甫 hf huangfu
鲜于 xy xianyu
`

// twice are the surnames of which the dictionary has a second reading, also as a
// surname: it may be taken to be the usual one, and this one the other.
var twice = []string{"盖", "郇", "隗"}

func TestPeopleAreFoundByTheFirstLettersOfTheirSurnameAsItIsReadAsASurname(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(surnames), "\n")
	if len(lines) != 100 {
		t.Fatalf("%d surnames", len(lines))
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		// Given names of their own keep the list of each search short.
		given := []string{"丹", "d", "芳", "f", "红", "h", "敏", "m"}
		for i, line := range lines {
			f := strings.Fields(line)
			first, second := i%4, i/4%4
			name := f[0] + given[2*first] + given[2*second]
			letters, full := f[1]+given[2*first+1]+given[2*second+1], f[2]
			in := people.Registration{Name: name, Division: w.Taiyuan.Street, Distinct: true,
				Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: fmt.Sprintf("SN20260%05d", i)}}}
			id := w.Register(t, in)
			texts := []string{letters}
			if !slices.Contains(twice, f[0]) {
				texts = append(texts, full+map[string]string{"d": "dan", "f": "fang", "h": "hong", "m": "min"}[given[2*first+1]])
			}
			for _, text := range texts {
				found, err := w.People.Find(t.Context(), w.Taiyuan.Clerk, text)
				at := slices.IndexFunc(found.Matches, func(m people.Match) bool { return m.Person == id })
				if err != nil || at < 0 {
					t.Errorf("%s is not found by %s: %v", name, text, err)
				} else if why := found.Matches[at].Why; strings.HasPrefix(why, "多音字") && len(texts) > 1 {
					t.Errorf("%s is found by %s only as another reading: %s", name, text, why)
				}
			}
		}
	})
}
