package speech

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"yinqiao/speech/pinyin"
)

func TestEveryPhraseOfTheTableIsSaidAsTheTableSays(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/phrases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(string(table), "\n") {
		text, want, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if got := Pinyin(text); got != want {
			t.Errorf("%s\n is said %s\n  not   %s", text, got, want)
		}
		if unknown := Read(text).Unknown; unknown != nil {
			t.Errorf("%s has %q without a reading", text, unknown)
		}
	}
	if n < 300 {
		t.Errorf("only %d phrases", n)
	}
}

// What has more than one reading in the table is a polyphone; numbers and the tones of 一 and
// 不 aside, at least 300 lines must prove that the right one is chosen.
func TestTheTableHasEnoughPolyphones(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/phrases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		chars     []rune
		syllables []string
	}
	var lines []line
	readings := map[rune]map[string]bool{}
	for _, l := range strings.Split(string(table), "\n") {
		text, said, ok := strings.Cut(l, "\t")
		syllables := strings.Fields(strings.NewReplacer("|", "", ",", "", ".", "", "/", "").Replace(said))
		chars := slices.DeleteFunc([]rune(text), func(r rune) bool { return !unicode.Is(unicode.Han, r) })
		if !ok || strings.HasPrefix(l, "#") || strings.ContainsAny(text, "0123456789") || len(chars) != len(syllables) {
			continue
		}
		lines = append(lines, line{chars, syllables})
		for i, r := range chars {
			if readings[r] == nil {
				readings[r] = map[string]bool{}
			}
			readings[r][syllables[i]] = true
		}
	}
	n := 0
	for _, l := range lines {
		if slices.ContainsFunc(l.chars, func(r rune) bool { return r != '一' && r != '不' && len(readings[r]) > 1 }) {
			n++
		}
	}
	if n < 300 {
		t.Errorf("only %d lines have a polyphone", n)
	}
	for _, word := range []string{"银行", "行走", "重庆", "重量", "长大", "长度", "曾", "单", "仇", "尉迟"} {
		if !slices.ContainsFunc(lines, func(l line) bool { return strings.Contains(string(l.chars), word) }) {
			t.Errorf("%s is not in the table", word)
		}
	}
	t.Logf("%d lines have a polyphone", n)
}

func TestTheMannerNamesThePartOfTheDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"09:05":       "上午九点零五分",
		"14:30":       "下午两点三十分",
		"00:20":       "凌晨零点二十分",
		"12:00":       "中午十二点",
		"20:00":       "晚上八点",
		"上午9:05":      "上午九点零五分",
		"下午2:30开始":    "下午两点三十分开始",
		"9:00-11:30":  "上午九点到上午十一点三十分",
		"24:00":       "凌晨二十四点",
		"今天15:00到窗口取": "今天下午三点到窗口取",
	} {
		if got := (Manner{DayPart: true}).Read(text).Words; got != want {
			t.Errorf("%s is said %s, not %s", text, got, want)
		}
	}
}

func TestAMarkedNameIsReadAsItsBearerReadsIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"单雄":       "shan4 xiong2",
		"任重":       "ren2 zhong4",
		"车晓":       "che1 xiao3",
		"尉迟敬德":     "yu4 chi2 jing4 de2",
		"李乐":       "li3 le4",
		"张一":       "zhang1 yi1",
		"阿依古丽·买买提": "a1 yi1 gu3 li4 mai3 mai3 ti2",
		"区少华":      "ou1 shao4 hua2",
		"宁静":       "ning4 jing4",
		"王A":       "wang2 ei1",
		"":         "",
		"黑得了":      "he4 de2 liao3",
		"欧阳长":      "ou1 yang2 chang2",
		"曾 单":      "zeng1 dan1",
		"吕秀英":      "lv3 xiu4 ying1",
		"那英":       "na1 ying1",
		"盖叫天":      "gai4 jiao4 tian1",
		"长孙无忌":     "zhang3 sun1 wu2 ji4",
		"爱新觉罗·溥仪":  "ai4 xin1 jue2 luo2 pu3 yi2",
		"王*英":      "wang2 ying1",
		"第五伦":      "di4 wu3 lun2",
		"种师道":      "chong2 shi1 dao4",
		"撒贝宁":      "sa3 bei4 ning2",
		"适之":       "kuo4 zhi1",
		"华罗庚":      "hua4 luo2 geng1",
		"繁星":       "po2 xing1",
		"折可行":      "she2 ke3 xing2",
		"应采儿":      "ying1 cai3 er2",
		"令狐冲":      "ling2 hu2 chong1",
		"召忠":       "shao4 zhong1",
		"上官云珠":     "shang4 guan1 yun2 zhu1",
		"东方朔":      "dong1 fang1 shuo4",
		"过晓":       "guo1 xiao3",
		"燕小六":      "yan1 xiao3 liu4",
		"葛优":       "ge3 you1",
		"仇英":       "qiu2 ying1",
		"朴正":       "piao2 zheng4",
		"解晓东":      "xie4 xiao3 dong1",
		"查良镛":      "zha1 liang2 yong1",
		"万俟卨":      "mo4 qi2 xie4",
		"员半千":      "yun4 ban4 qian1",
		"洗星海":      "xian3 xing1 hai3",
		"澹台灭明":     "tan2 tai2 mie4 ming2",
		"乐毅":       "yue4 yi4",
		"翟志刚":      "zhai2 zhi4 gang1",
		"覃海洋":      "qin2 hai3 yang2",
		"缪昌明":      "miao4 chang1 ming2",
		"冼东妹":      "xian3 dong1 mei4",
		"贠小苏":      "yun4 xiao3 su1",
		"纪晓岚":      "ji3 xiao3 lan2",
		"訾":        "zi1",
		"Li":       "ai2 lou4 ai4",
	} {
		if got := Write(Speak(Name(name))); got != want {
			t.Errorf("%s is read %s, not %s", name, got, want)
		}
	}
	if got := Pinyin("请" + Name("任重") + "同志到2号窗口"); got != "qing3 ren2 zhong4 tong2 zhi4 dao4 er4 hao4 chuang1 kou3" {
		t.Error(got)
	}
}

func TestWhatHasNoReadingIsListedAndTheRestIsSaid(t *testing.T) {
	t.Parallel()
	r := Read("你好😀,한국😀é")
	if got := Write(r.Tokens); got != "ni3 hao3" {
		t.Error(got)
	}
	if want := []string{"😀", "한", "국", "é"}; !slices.Equal(r.Unknown, want) {
		t.Errorf("unknown: %q", r.Unknown)
	}
	for _, silent := range []string{"", " ", "……", "——", "\n\n", "《》", "\u200b\ufeff"} {
		if r := Read(silent); len(r.Tokens) != 0 || r.Unknown != nil {
			t.Errorf("%q gives %v, unknown %q", silent, r.Tokens, r.Unknown)
		}
	}
}

func TestTokensPointAtTheirPlaceInTheText(t *testing.T) {
	t.Parallel()
	text := []rune("还有12天,请到3楼")
	got := map[int]string{}
	for _, tok := range Speak(string(text)) {
		got[tok.At] += tok.Pinyin
	}
	for at, want := range map[int]string{0: "hai2", 2: "shi2er4", 4: "tian1", 5: "", 8: "san1", 9: "lou2"} {
		if got[at] != want {
			t.Errorf("%c says %q, not %q", text[at], got[at], want)
		}
	}
}

func TestAMenuLeavesASecondAfterEachOption(t *testing.T) {
	t.Parallel()
	for _, menu := range []string{"叫车,请按1。看病,请按2。", "叫车\n看病", "叫车请按1;看病请按2", "人工请按0键,再听请按*"} {
		tokens := Speak(menu)
		i := slices.IndexFunc(tokens, func(tok Token) bool { return tok.Pause == Option })
		if i < 0 || tokens[i].Pause.Duration().Seconds() < 1 {
			t.Errorf("%s: %s", menu, Write(tokens))
		}
	}
}

func TestSyllablesAreAllThatAVoiceCanSay(t *testing.T) {
	t.Parallel()
	for r, names := range letters {
		for _, s := range strings.Fields(names) {
			if !pinyin.Valid(s) {
				t.Errorf("%c: %s", r, s)
			}
		}
	}
	for r, words := range spoken {
		for i, s := range pinyin.Read(words) {
			if !pinyin.Valid(s) {
				t.Errorf("%c: %s has %q at %d", r, words, s, i)
			}
		}
	}
	for unit, words := range units {
		for _, r := range words {
			if !pinyin.Known(r) {
				t.Errorf("%s: %c", unit, r)
			}
		}
	}
}
