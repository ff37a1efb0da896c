package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"yinqiao/app/apptest"
)

// secret is something planted in the run that must not come out elsewhere.
type secret struct {
	name, text string
	class      class
}

// class says where a secret may be read.
type class int

const (
	never   class = iota // nowhere but in the field that it was just typed into
	answer_              // an answer of a person's: on the pages of that matter, for those who may read it
	home                 // a person's address: on their own pages and in their forms
)

// The planted numbers. Nobody has them: no county is 99, no mobile begins 126.
var (
	residentID = apptest.ResidentID("140199", "19460307", 22)
	secondID   = apptest.ResidentID("140199", "19391104", 37)
	localID    = "140105194603079999" // like an ID of the clerk's district, with a wrong check
	notedID    = apptest.ResidentID("140199", "19551220", 81)
)

const (
	seniorCard  = "SN8840317529"
	socialCard  = "Y7K2M9Q4T83"
	ownPhone    = "12648820317"
	secondPhone = "12677390426"
	courier     = "12699907731"
	phrase      = "蓝铃花开过第七桥"
	address     = "忍冬藤弄七十七号后院"
	staffWord   = "orchid-tram-9917-lantern"
	wrongWord   = "walnut-ferry-3306-abacus"
)

func secrets() []secret {
	return []secret{
		{"the ID", residentID, never}, {"the second person's ID", secondID, never}, {"an ID as a division", localID, never},
		{"the senior card", seniorCard, never}, {"the social-security card", socialCard, never},
		{"the phone", ownPhone, never}, {"the second person's phone", secondPhone, never},
		{"the password", staffWord, never}, {"the wrong password", wrongWord, never},
		{"the phone for the courier", courier, answer_}, {"the planted answer", phrase, answer_}, {"an ID in an answer", notedID, answer_},
		{"the address", address, home},
	}
}

// variants are ways in which people write a number.
func variants(number string) []string {
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, number)
	group := func(s, sep string) string {
		var out []string
		for r := []rune(s); len(r) > 0; r = r[min(4, len(r)):] {
			out = append(out, string(r[:min(4, len(r))]))
		}
		return strings.Join(out, sep)
	}
	return []string{number, wide, group(number, " "), group(wide, "　"), group(number, "-"), strings.ToLower(number)}
}

var (
	percent = regexp.MustCompile(`(%[0-9A-Fa-f]{2})+`)
	escape  = regexp.MustCompile(`\\u[0-9A-Fa-f]{4}`)
)

// bare brings a text to the form in which secrets are looked for: decoded,
// half-width, without blanks and marks between digits, in upper case.
func bare(s string) string {
	s = percent.ReplaceAllStringFunc(s, func(p string) string {
		if q, err := url.PathUnescape(p); err == nil {
			return q
		}
		return p
	})
	s = escape.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[2:], 16, 32)
		if err != nil {
			return e
		}
		return string(rune(n))
	})
	s = html.UnescapeString(s)
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if unicode.IsSpace(r) || strings.ContainsRune("-·.–—+", r) {
			return -1
		}
		return r
	}, s))
}

// encoded are the forms in which a text can lie in hexadecimal and in base64, at
// each of its three alignments.
func encoded(text string) (hexed string, b64 []string) {
	for shift := range 3 {
		b := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift)+text)), "=")
		b64 = append(b64, b[(shift*8+5)/6:len(b)-1])
	}
	return hex.EncodeToString([]byte(text)), b64
}

// leaks lists the secrets that a text holds, as they are, in another way of
// writing, or encoded.
func leaks(text string) []secret {
	plain, lower := bare(text), strings.ToLower(text)
	var out []secret
	for _, s := range secrets() {
		hexed, b64 := encoded(s.text)
		found := strings.Contains(plain, bare(s.text)) || strings.Contains(lower, hexed)
		for _, b := range b64 {
			found = found || strings.Contains(text, b)
		}
		if found {
			out = append(out, s)
		}
	}
	return out
}
