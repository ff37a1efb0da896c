package people

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"yinqiao/civic"
)

// Sex as the credential says.
type Sex string

// The values of Sex.
const (
	Male    Sex = "male"
	Female  Sex = "female"
	Unknown Sex = "unknown"
)

// Person is one person as the platform knows them. The birth date is the one on
// the card; a service's own file may differ.
type Person struct {
	ID       civic.PersonID
	Name     string
	Sex      Sex
	Birth    string // YYYY-MM-DD
	Division civic.Division
}

// Age returns the person's age in whole years on the given day, or -1 if the
// birth date is not known.
func (p Person) Age(on time.Time) int {
	b, err := time.Parse(time.DateOnly, p.Birth)
	if err != nil {
		return -1
	}
	on = on.In(civic.Shanghai)
	age := on.Year() - b.Year()
	if on.Month() < b.Month() || on.Month() == b.Month() && on.Day() < b.Day() {
		age--
	}
	return age
}

// Masked returns the name with its middle hidden: 王*英, 李*. Enough to ask
// "are you …?", too little to make a list of people.
func Masked(name string) string {
	if name == ErasedName {
		return name // nobody's name, and no family name to keep
	}
	cs := characters(name)
	switch len(cs) {
	case 0:
		return ""
	case 1, 2:
		return cs[0] + "*"
	}
	return cs[0] + strings.Repeat("*", min(len(cs)-2, 3)) + cs[len(cs)-1]
}

// characters splits a name into what people count as its characters: a mark or a
// variation selector belongs to the one before, dots and blanks count for nothing.
func characters(name string) []string {
	var out []string
	for _, r := range name {
		switch {
		case unicode.IsMark(r) && len(out) > 0:
			out[len(out)-1] += string(r)
		case !isJoint(r):
			out = append(out, string(r))
		}
	}
	return out
}

// isJoint reports what may stand between the parts of a name.
func isJoint(r rune) bool { return r == '·' || r == ' ' || r == '-' || r == '\'' }

var (
	errNameEmpty = civic.E(civic.Invalid, "name.empty", "请填写姓名。").On("name")
	errNameLong  = civic.E(civic.Invalid, "name.long", "姓名太长了，最多50个字。").On("name")
	errNameDot   = civic.E(civic.Invalid, "name.dot", "姓名里的间隔点「·」只写在两个字中间，一次写一个；开头和末尾不要写。").On("name")
	errNameChars = civic.E(civic.Invalid, "name.characters", "姓名里只能有文字和间隔点，请去掉数字和符号。").On("name")
)

// CleanName checks a name and brings its middle dot to U+00B7, whichever of the
// half-dozen dots the input method produced; one stands between two characters. Every character of GB 18030 is
// accepted.
func CleanName(s string) (string, error) {
	s = strings.Join(strings.Fields(civic.Fold(s)), " ")
	if s == "" {
		return "", errNameEmpty
	}
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 50 {
		return "", errNameLong
	}
	out := strings.Map(func(r rune) rune {
		switch r {
		case '•', '‧', '∙', '・', '･', '.', '﹒', '⋅', '●':
			return '·'
		}
		return r
	}, s)
	for _, r := range out {
		if !isJoint(r) && !unicode.IsMark(r) && !inNames(r) {
			return "", errNameChars
		}
	}
	if len(characters(out)) == 0 {
		return "", errNameChars
	}
	if s := strings.ReplaceAll(out, " ", ""); strings.HasPrefix(s, "·") || strings.HasSuffix(s, "·") || strings.Contains(s, "··") {
		return "", errNameDot
	}
	return out, nil
}

// inNames reports letters and ideographs. Unicode's tables that come with Go know
// neither the ideographs that GB 18030-2022 took up last, nor that 〇 is one.
func inNames(r rune) bool {
	return unicode.IsLetter(r) || r == '〇' || r >= 0x20000 && r <= 0x3FFFD // the two planes of ideographs
}

// divisionFits reports whether a code has the form of a division, province to
// village. An ID number begins with one, and so lies within it by its prefix: it
// must not be kept as where somebody lives.
func divisionFits(d civic.Division) bool {
	switch len(d) {
	case 2, 4, 6, 9, 12:
		return allDigits(string(d))
	}
	return false
}
