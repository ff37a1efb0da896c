package pinyin

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func texts(keys []Key, rank int) []string {
	var out []string
	for _, k := range keys {
		if k.Rank == rank {
			out = append(out, k.Text)
		}
	}
	return out
}

func TestTheSurnamesReadingComesFirstAndTheOthersAreStillFound(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"曾桂英":  {"zgy", "zengguiying"},
		"单雄信":  {"sxx", "shanxiongxin"},
		"解晓东":  {"xxd", "xiexiaodong"},
		"仇英":   {"qy", "qiuying"},
		"翟志刚":  {"zzg", "zhaizhigang"},
		"尉迟恭":  {"ycg", "yuchigong"},
		"万俟卨":  {"mqx", "moqixie"},
		"查良镛":  {"zly", "zhaliangyong"},
		"区少华":  {"osh", "oushaohua"},
		"覃海洋":  {"qhy", "qinhaiyang"},
		"乐毅":   {"yy", "yueyi"},
		"朴正":   {"pz", "piaozheng"},
		"盖叫天":  {"gjt", "gaijiaotian"},
		"贠小苏":  {"yxs", "yunxiaosu"},
		"王桂英":  {"wgy", "wangguiying"},
		"沈阳":   {"sy", "shenyang"},
		"Li 四": {"lis", "lisi"},
		"欧阳长":  {"oyc", "ouyangchang"},
	} {
		if got := texts(NameKeys(name), 0); !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", name, got, want)
		}
	}
	if others := texts(NameKeys("曾桂英"), 2); !slices.Contains(others, "cgy") {
		t.Errorf("曾 is not found as ceng: %v", others)
	}
}

func TestAllSpellingsOfTheUmlautFindTheName(t *testing.T) {
	t.Parallel()
	keys := NameKeys("吕绿女")
	var all []string
	for _, k := range keys {
		all = append(all, k.Text)
	}
	for _, typed := range []string{"lvlvnv", "lululunu"[:2] + "lunu", "lyulyunyu", "lüLǜ nǚ", "LV LV NV", "ｌｖｌｖｎｖ"} {
		if !slices.Contains(all, FoldQuery(typed)) {
			t.Errorf("%q, folded %q, is not among %v", typed, FoldQuery(typed), all)
		}
	}
}

func TestAConfirmedReadingTakesTheFirstPlace(t *testing.T) {
	t.Parallel()
	keys := NameKeys("任行", "rèn", "hang2")
	if got := texts(keys, 0); !slices.Equal(got, []string{"rh", "renhang"}) {
		t.Errorf("rank 0: %v", got)
	}
	if got := texts(keys, 2); !slices.Contains(got, "rx") {
		t.Errorf("the usual reading is lost: %v", got)
	}
	if got := texts(NameKeys("任行", "ren"), 0); !slices.Equal(got, []string{"rx", "renxing"}) {
		t.Errorf("a reading of the wrong length is not ignored: %v", got)
	}
}

func TestSignsInANameLeaveNoTrace(t *testing.T) {
	t.Parallel()
	if a, b := NameKeys("阿依古丽·买买提"), NameKeys("阿依古丽买买提"); !slices.Equal(a, b) {
		t.Errorf("%v\n%v", a, b)
	}
	for _, nothing := range []string{"", "  ", "·", "😀"} {
		if keys := NameKeys(nothing); keys != nil {
			t.Errorf("%q: %v", nothing, keys)
		}
	}
}

func TestKeysAreFewUniqueAndPlain(t *testing.T) {
	t.Parallel()
	common := []rune("曾单解仇翟尉迟查区覃乐朴盖任华行重长大王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕绿女略𠅤ab·")
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SliceOfN(rapid.SampledFrom(common), 1, 14).Draw(t, "name"))
		keys := NameKeys(name)
		seen := map[string]bool{}
		initials := 0
		length := len(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return 'x'
			}
			return -1
		}, name))
		for i, k := range keys {
			if seen[k.Text] || k.Text == "" || FoldQuery(k.Text) != k.Text {
				t.Fatalf("%s: key %q", name, k.Text)
			}
			seen[k.Text] = true
			if i > 0 && k.Rank < keys[i-1].Rank {
				t.Fatalf("%s: %v", name, keys)
			}
			if len(k.Text) == length {
				initials++
			}
		}
		if initials > MaxInitials+3 {
			t.Fatalf("%s has %d strings of initials", name, initials)
		}
	})
}

func TestACharacterOfAnExtensionHasAKey(t *testing.T) {
	t.Parallel()
	if got := texts(NameKeys("王𠅤"), 0); len(got) != 2 || got[0][0] != 'w' || len(got[0]) != 2 {
		t.Error(got)
	}
}

func BenchmarkNameKeys(b *testing.B) {
	for b.Loop() {
		NameKeys("尉迟桂英")
	}
}
