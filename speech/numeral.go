package speech

import "strings"

const han = "零一二三四五六七八九"

func hanDigit(d byte) string {
	i := int(d-'0') * 3 // each is three bytes
	return han[i : i+3]
}

// cardinal writes a whole number of up to 16 digits in characters: 100010 is
// 十万零一十. With 两 at its head before 百, 千, 万 and 亿, as people say amounts.
// The result is empty for anything longer.
func cardinal(digits string) string {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "零"
	}
	if len(digits) > 16 {
		return ""
	}
	var b strings.Builder
	units := []string{"", "万", "亿", "万"}
	gap := false // a zero is owed before the next digit
	for n := (len(digits) + 3) / 4; n > 0; n-- {
		section := digits[max(0, len(digits)-4*n) : len(digits)-4*(n-1)]
		if strings.Trim(section, "0") == "" {
			gap = true
			if n == 3 && len(digits) > 12 {
				b.WriteString("亿") // 万亿: the 亿 belongs to the whole
			}
			continue
		}
		if b.Len() > 0 && (gap || section[0] == '0') {
			b.WriteString("零")
		}
		b.WriteString(fourDigits(strings.TrimLeft(section, "0"), b.Len() == 0, n > 1))
		b.WriteString(units[n-1])
		gap = false
	}
	return b.String()
}

// fourDigits writes a section of one to four digits without leading zeros.
func fourDigits(section string, head, unitFollows bool) string {
	names := []string{"", "十", "百", "千"}
	var b strings.Builder
	zero := false
	for i := range len(section) {
		d, place := section[i], len(section)-1-i
		if d == '0' {
			zero = true
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		switch {
		case d == '1' && place == 1 && i == 0 && head:
			// 十, not 一十, at the head of a number
		case d == '2' && i == 0 && head && (place >= 2 || place == 0 && unitFollows):
			b.WriteString("两")
		default:
			b.WriteString(hanDigit(d))
		}
		b.WriteString(names[place])
	}
	return b.String()
}

// number says a number as written: digits with or without thousands separators
// and decimals. measured tells that something countable follows, before which 2 is
// 两 and 1 changes its tone.
func (s *scan) number(text string, measured bool) {
	text = strings.ReplaceAll(text, ",", "")
	whole, decimals, _ := strings.Cut(text, ".")
	if decimals == "" {
		s.integer(whole, measured)
		return
	}
	s.integer(whole, false)
	s.words("点", true)
	s.plainDigits(decimals)
}

// integer says a whole number.
func (s *scan) integer(digits string, measured bool) {
	words := cardinal(digits)
	switch {
	case words == "":
		s.spell(digits)
		return
	case words == "二" && measured:
		words = "两"
	case words == "一" && measured:
		s.words(words, false)
		return
	}
	runes := []rune(words)
	for i, r := range runes {
		// 一百 yi4 bai3, 一万 yi2 wan4, but 一十, 十一 and a last 一 as they count.
		s.put(unit{r: r, keep: i+1 == len(runes) || !strings.ContainsRune("百千万亿", runes[i+1])})
	}
}

// plainDigits says digits one by one, as after a decimal point and in years.
func (s *scan) plainDigits(digits string) {
	for i := range len(digits) {
		s.words(hanDigit(digits[i]), true)
	}
}

// digits says the digits of a number that is a name, one by one, 1 as 幺: 一 and 七 are
// too easily taken for each other by ear.
func (s *scan) digits(digits string) {
	for i := range len(digits) {
		switch d := digits[i]; {
		case d == '1':
			s.put(unit{r: '幺', say: "yao1", keep: true})
		case d >= '0' && d <= '9':
			s.words(hanDigit(d), true)
		case d == 'X' || d == 'x':
			s.letter('X')
		}
	}
}

// groups says digits one by one with a pause after each group; what the sizes don't
// cover goes in fours.
func (s *scan) groups(digits string, sizes ...int) {
	for first := true; digits != ""; first = false {
		n := 4
		if len(sizes) > 0 {
			n, sizes = sizes[0], sizes[1:]
		}
		n = min(n, len(digits))
		if !first {
			s.pause(Group)
		}
		s.digits(digits[:n])
		digits = digits[n:]
	}
}

// spell says a number of any length digit by digit, grouped so that it can be
// written down: 3-3, 3-4, 4-4, 3-3-3, 3-3-4, 3-4-4.
func (s *scan) spell(digits string) {
	switch len(digits) {
	case 1, 2, 3, 4, 5:
		s.groups(digits, 5)
	case 6:
		s.groups(digits, 3, 3)
	case 7:
		s.groups(digits, 3, 4)
	case 9:
		s.groups(digits, 3, 3, 3)
	case 10:
		s.groups(digits, 3, 3, 4)
	case 11:
		s.groups(digits, 3, 4, 4)
	case 18:
		s.groups(digits, 6, 4, 4, 4)
	default:
		s.groups(digits)
	}
}

// onlyDigits drops what people put between digits.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if isDigit(r) || r == 'X' || r == 'x' {
			return r
		}
		return -1
	}, s)
}
