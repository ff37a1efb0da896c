package pinyin

import (
	"maps"
	"slices"
	"strings"
)

// The syllables of standard Mandarin by initial, ü written v after l and n.
// The last lines hold those that exist only in speech and in the names of Latin letters.
const inventory = `
a ai an ang ao e ei en eng er o ou yo
yi ya yan yang yao ye yin ying yong you yu yuan yue yun
wu wa wai wan wang wei wen weng wo
ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu
pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu
ma mai man mang mao mei men meng mi mian miao mie min ming miu mo mou mu me
fa fan fang fei fen feng fo fou fu
da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo
ta tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo
na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve
la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve
ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo
ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo
ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo
ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun
qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun
xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun
zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo
cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo
sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo
ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo
za zai zan zang zao ze zei zen zeng zi zong zou zu zuan zui zun zuo
ca cai can cang cao ce cei cen ceng ci cong cou cu cuan cui cun cuo
sa sai san sang sao se sen seng si song sou su suan sui sun suo
kiu fiao biang
`

var syllables = func() map[string]bool {
	set := map[string]bool{}
	for _, s := range strings.Fields(inventory) {
		set[s] = true
	}
	return set
}()

// Syllables lists all syllables, without tones.
func Syllables() []string { return slices.Sorted(maps.Keys(syllables)) }

// Sounds that dictionaries write outside the inventory (grunts, an ê, units of
// measure read as two syllables), as the nearest syllable that can be said.
var nearest = map[string]string{
	"n": "en", "ng": "en", "m": "mu", "hm": "heng", "hng": "heng", "ê": "ei",
	"nia": "nian", "din": "ding", "len": "leng", "wong": "weng", "bong": "bang",
}

// Valid reports whether s is one syllable with its tone, 1 to 4 or 5 for the
// neutral one, as ni3, lv4, or with the retroflex suffix dianr3.
func Valid(s string) bool {
	base, tone := split(s)
	return tone != 0 && (syllables[base] || base != "er" && base != "err" && strings.HasSuffix(base, "r") && syllables[base[:len(base)-1]])
}

// Tone returns the tone of a syllable, 1 to 5, or 0 for anything else.
func Tone(s string) int {
	_, tone := split(s)
	return tone
}

// Base returns a syllable without its tone: lv for lv4.
func Base(s string) string {
	base, _ := split(s)
	return base
}

func split(s string) (base string, tone int) {
	if s == "" || s[len(s)-1] < '1' || s[len(s)-1] > '5' {
		return s, 0
	}
	return s[:len(s)-1], int(s[len(s)-1] - '0')
}

var toned = func() map[rune]string {
	m := map[rune]string{'ü': "v", 'ń': "n2", 'ň': "n3", 'ǹ': "n4", 'ḿ': "m2", 'ế': "ê2", 'ề': "ê4"}
	for _, row := range []string{"aāáǎà", "eēéěè", "iīíǐì", "oōóǒò", "uūúǔù", "vǖǘǚǜ"} {
		letters := []rune(row)
		for i, r := range letters[1:] {
			m[r] = string(letters[0]) + string(rune('1'+i))
		}
	}
	return m
}()

// Numbered turns a syllable with its tone mark over a vowel into one with the
// tone as a digit at the end: lǜ becomes lv4, de becomes de5. The result is empty
// when it isn't a syllable.
func Numbered(marked string) string {
	var base strings.Builder
	tone := "5"
	for _, r := range strings.ToLower(marked) {
		switch s, ok := toned[r]; {
		case !ok && r != 0x300 && r != 0x301 && r != 0x304 && r != 0x30C:
			base.WriteRune(r)
		case ok:
			letter, mark := split(s)
			base.WriteString(letter)
			if mark != 0 {
				tone = s[len(letter):]
			}
		default: // combining marks, over ê and m
			tone = map[rune]string{0x304: "1", 0x301: "2", 0x30C: "3", 0x300: "4"}[r]
		}
	}
	s := base.String()
	if !syllables[s] {
		s = nearest[s]
	}
	if s == "" {
		return ""
	}
	return s + tone
}
