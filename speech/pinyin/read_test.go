package pinyin

import (
	"strings"
	"testing"

	gopinyin "github.com/mozillazg/go-pinyin"
)

func read(text string) string { return strings.Join(Read(text), " ") }

func TestASurnameIsReadBeforeAFormOfAddressOnlyWhereANameCanBegin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"单奶奶":     "shan4 nai3 nai5",
		"请单奶奶":    "qing3 shan4 nai3 nai5",
		"找单雄信同志":  "zhao3 shan4 xiong2 xin4 tong2 zhi4",
		"简单医生":    "jian3 dan1 yi1 sheng1",
		"了解医生":    "liao3 jie3 yi1 sheng1",
		"检查医生":    "jian3 cha2 yi1 sheng1",
		"社区医生":    "she4 qu1 yi1 sheng1",
		"主任医师":    "zhu3 ren4 yi1 shi1",
		"尉迟大爷":    "yu4 chi2 da4 ye5",
		"姓盖":      "xing4 gai4",
		"百姓查询":    "bai3 xing4 cha2 xun2",
		"曾经的老师":   "ceng2 jing1 de5 lao3 shi1",
		"解放军同志":   "jie3 fang4 jun1 tong2 zhi4",
		"单位同志":    "dan1 wei4 tong2 zhi4",
		"查先生在查资料": "zha1 xian1 sheng5 zai4 cha2 zi1 liao4",
	} {
		if got := read(text); got != want {
			t.Errorf("%s is read %s, not %s", text, got, want)
		}
	}
}

func TestEveryPhraseOfTheTableIsReadAsWritten(t *testing.T) {
	t.Parallel()
	err := each(phraseData, func(words, reads []string) error {
		for _, w := range words {
			if got := read(w); got != strings.Join(reads, " ") {
				t.Errorf("%s is read %s, not %s", w, got, strings.Join(reads, " "))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneAndNotChangeByWhatFollows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"一天": "yi4 tian1", "一年": "yi4 nian2", "一起": "yi4 qi3", "一定": "yi2 ding4", "一个": "yi2 ge4",
		"统一": "tong3 yi1", "第一天": "di4 yi1 tian1", "十一天": "shi2 yi1 tian1", "一月": "yi1 yue4", "一个月": "yi2 ge4 yue4",
		"不是": "bu2 shi4", "不好": "bu4 hao3", "不": "bu4", "不一样": "bu4 yi2 yang4", "一百一十一": "yi4 bai3 yi1 shi2 yi1",
		"一会儿": "yi2 hui4 r", "万一有事": "wan4 yi1 you3 shi4", "周一上午": "zhou1 yi1 shang4 wu3",
	} {
		runes := []rune(text)
		reads := ReadRunes(runes)
		Sandhi(runes, reads, nil)
		if got := strings.Join(reads, " "); got != want {
			t.Errorf("%s is said %s, not %s", text, got, want)
		}
	}
}

func TestEveryCharacterOfTheDictionaryHasAValidReading(t *testing.T) {
	t.Parallel()
	for r := range gopinyin.PinyinDict {
		if s := usual(rune(r)); !Valid(s) {
			t.Errorf("%c is read %q", rune(r), s)
		}
		for _, s := range readings(rune(r)) {
			if !Valid(s) {
				t.Errorf("%c may be read %q", rune(r), s)
			}
		}
	}
}

func TestTonesMoveToTheEnd(t *testing.T) {
	t.Parallel()
	for marked, want := range map[string]string{
		"lǜ": "lv4", "nǚ": "nv3", "de": "de5", "zhōng": "zhong1", "ér": "er2", "lüè": "lve4", "ń": "en2", "ê̌": "ei3", "ế": "ei2", "ǹg": "en4", "": "", "xyz": "",
	} {
		if got := Numbered(marked); got != want {
			t.Errorf("%s becomes %q, not %q", marked, got, want)
		}
	}
}

func TestOnlySyllablesAreValid(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"ni3": true, "dianr3": true, "lve4": true, "er2": true, "zher4": true, "": false, "ni": false, "ni6": false, "3": false, "xx1": false, "r5": false, "lü4": false, "err2": false,
	} {
		if Valid(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func FuzzReadingKeepsOneSyllablePerCharacter(f *testing.F) {
	f.Add("单奶奶一点儿")
	f.Fuzz(func(t *testing.T, text string) {
		runes := []rune(text)
		reads := ReadRunes(runes)
		Sandhi(runes, reads, nil)
		for i, s := range reads {
			if s != "" && s != "r" && !Valid(s) {
				t.Errorf("%q: %q at %d", text, s, i)
			}
		}
		NameKeys(text)
	})
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		Read("请单雄信同志带好身份证和银行卡到二号窗口办理高龄津贴")
	}
}
