package pinyin

import "unicode"

// Read returns one syllable for each character of text, as ni3, and an empty one
// for what has no reading: signs, digits, foreign letters. The suffix 儿 is "r",
// to be joined to the syllable before it.
//
// Words are found from left to right, the longest first; a surname with a special
// reading is used before a form of address (单奶奶), but only where a name can begin.
// 一 and 不 have their own tone: Sandhi changes it by what follows.
func Read(text string) []string { return ReadRunes([]rune(text)) }

// ReadRunes is Read for a text already cut into characters.
func ReadRunes(text []rune) []string {
	t := data()
	out := make([]string, len(text))
	for i := 0; i < len(text); {
		if !unicode.Is(unicode.Han, text[i]) && text[i] != '〇' {
			i++
			continue
		}
		if reads := surnameAt(text, i); reads != nil {
			i += copy(out[i:], reads)
			continue
		}
		if reads := t.phrases.longest(text[i:]); reads != nil {
			i += copy(out[i:], reads)
			continue
		}
		out[i] = usual(text[i])
		i++
	}
	return out
}

// Sandhi changes the tones of 一 and 不 to the ones they have before others: 一 is
// fourth before first, second and third tone, and second before a fourth (or
// a neutral one that was a fourth, 一个); 不 is second before a fourth. keep tells
// of a 一 that counts and so keeps its first tone (十一, 第一, 2011年); nil means none.
//
// Third tones in a row stay as they are in the dictionary: synthesisers change
// them by their own grouping, and doing it twice would be wrong.
func Sandhi(text []rune, reads []string, keep func(i int) bool) {
	for i, r := range text {
		if r != '一' && r != '不' || reads[i] == "" || i+1 >= len(text) || reads[i+1] == "" {
			continue
		}
		next := Tone(reads[i+1])
		if reads[i+1] == "r" {
			continue
		}
		switch {
		case r == '不' && reads[i] == "bu4" && next == 4:
			reads[i] = "bu2"
		case r == '一' && reads[i] == "yi1" && (keep == nil || !keep(i)) && !counts(text, i):
			if next == 4 || next == 5 {
				reads[i] = "yi2"
			} else {
				reads[i] = "yi4"
			}
		}
	}
}

// counts reports whether the 一 at i is a number or the end of a word, and so keeps
// its tone: 第一名, 十一天, 周一上午, 一月, 一号, 统一安排.
func counts(text []rune, i int) bool {
	if isDigit(text[i+1]) {
		return true
	}
	switch text[i+1] {
	case '十', '月', '号', '楼', '级', '等', '是', '的', '和', '、', '到', '至':
		return text[i+1] != '月' || !(i+2 < len(text) && text[i+2] == '个')
	}
	if text[i+1] == '年' && i+2 < len(text) && text[i+2] == '级' {
		return true
	}
	if i == 0 {
		return false
	}
	if isDigit(text[i-1]) && text[i-1] != '百' && text[i-1] != '千' || text[i-1] == '十' {
		return true
	}
	switch text[i-1] {
	case '第', '初', '周', '期', '统', '唯', '专', '万', '之', '拜', '单', '合', '逐', '如', '划':
		return !(text[i-1] == '万' && text[i+1] == '个')
	case '月':
		return text[i+1] == '日'
	}
	return false
}

func isDigit(r rune) bool {
	switch r {
	case '零', '〇', '一', '二', '三', '四', '五', '六', '七', '八', '九':
		return true
	}
	return false
}
