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
	r := []rune(name)
	switch {
	case len(r) == 0:
		return ""
	case len(r) <= 2:
		return string(r[:1]) + "*"
	}
	return string(r[:1]) + strings.Repeat("*", min(len(r)-2, 3)) + string(r[len(r)-1:])
}

var (
	errNameEmpty = civic.E(civic.Invalid, "name.empty", "请填写姓名。").On("name")
	errNameLong  = civic.E(civic.Invalid, "name.long", "姓名太长了,最多50个字。").On("name")
	errNameChars = civic.E(civic.Invalid, "name.characters", "姓名里只能有文字和间隔点,请去掉数字和符号。").On("name")
)

// CleanName checks a name and brings its middle dot to U+00B7, whichever of the
// half-dozen dots the input method produced. Every character of GB 18030 is
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
		if r != '·' && r != ' ' && r != '-' && r != '\'' && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return "", errNameChars
		}
	}
	return out, nil
}
