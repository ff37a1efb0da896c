package civic

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"
)

// Number is what people say: ten digits, the last a check digit by ISO 7064
// MOD 11,10, never beginning with 0. A number begun on one channel is
// enough to find the matter on another; it opens nothing by itself.
type Number string

// NewNumber draws a random number. It is not unique by itself: the caller
// claims it and draws again if it is taken.
func NewNumber() Number {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails on a supported system
	}
	body := big.NewInt(100_000_000)
	s := body.Add(body, n).String()
	return Number(s + string(CheckDigit(s)))
}

// CheckDigit computes the check character of ISO 7064 MOD 11,10.
func CheckDigit(digits string) byte {
	p := 10
	for i := 0; i < len(digits); i++ {
		s := (p + int(digits[i]-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return byte('0' + (11-p)%10)
}

// ParseNumber reads a number as people write or say it: spaces, hyphens and
// full-width digits are accepted. It returns Invalid, with the reason, for
// anything that can't be one.
func ParseNumber(text string) (Number, error) {
	s := Digits(text)
	switch {
	case len(s) != 10 || strings.Trim(s, "0123456789") != "":
		return "", E(Invalid, "number.length", "办事号码是10位数字，请对照回执再看一遍。")
	case s[0] == '0' || CheckDigit(s[:9]) != s[9]:
		return "", E(Invalid, "number.check", "这个号码有一位不对，请对照回执再念一遍。")
	}
	return Number(s), nil
}

// Grouped returns the number in groups for reading aloud: 482 163 5071.
func (n Number) Grouped() string {
	if len(n) != 10 {
		return string(n)
	}
	return string(n[:3] + " " + n[3:6] + " " + n[6:])
}

// Fold turns full-width letters, digits and signs into their ASCII forms and
// the ideographic space into a plain one, and trims both ends. Older people's
// input methods produce both.
func Fold(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000 || r == 0xA0:
			return ' '
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		}
		return r
	}, s))
}

// FoldWords is Fold for sentences: letters, digits and blanks become plain, and
// the punctuation of Chinese stays as it was written.
func FoldWords(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000 || r == 0xA0:
			return ' '
		case r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ':
			return r - 0xFEE0
		}
		return r
	}, s))
}

// Digits folds s and drops the blanks, hyphens and dots that people put into
// long numbers, and the invisible signs that copying from elsewhere brings along.
// Anything else stays, so that a validator can object to it.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '·' || r == '−' || unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) {
			return -1
		}
		return r
	}, Fold(s))
}

// National is a phone number that stood behind the country's code, as it is dialled within the country:
// an area code gets its zero back. Mobile, service (400, 800) and short numbers have none.
func National(digits string) string {
	mobile := len(digits) == 11 && digits[0] == '1'
	if len(digits) < 9 || mobile || strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800") {
		return digits
	}
	return "0" + digits
}

// chineseDigits are the digits that numbers are written and read out in.
const chineseDigits = "〇零一二三四五六七八九两幺"

// HoldsNumber reports whether a text holds what may be an ID, card or phone
// number: seven or more digits in a row, those of Chinese writing too, blanks and
// hyphens aside, or a word of
// eight or more letters and digits with three digits, as some cards have. Such
// texts are kept out of the journal.
func HoldsNumber(s string) bool {
	run, word, digits := 0, 0, 0
	for _, r := range Fold(s) {
		switch {
		case r >= '0' && r <= '9':
			run, word, digits = run+1, word+1, digits+1
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			run, word = 0, word+1
		case strings.ContainsRune(chineseDigits, r):
			run, word, digits = run+1, 0, 0 // read out: 幺三八零零…
		case r != ' ' && r != '-' && r != '.':
			run, word, digits = 0, 0, 0
		}
		if run >= 7 || word >= 8 && digits >= 3 {
			return true
		}
	}
	return false
}
