package people

import (
	"strings"
	"time"

	"yinqiao/civic"
)

// ResidentID is a checked number in the form of GB 11643-1999: citizens, holders
// of a residence permit for Hong Kong, Macao and Taiwan residents (area 81, 82,
// 83), and foreigners with the permanent resident card of 2023 (first digit 9).
type ResidentID struct {
	Number string // 18 characters, X in upper case
	Birth  time.Time
	Sex    Sex
	Area   civic.Division // may be a code abolished long ago
}

var (
	errIDLength = civic.E(civic.Invalid, "id.length", "身份证号码应该是18位，请数一数有没有漏写或多写。")
	errIDChars  = civic.E(civic.Invalid, "id.characters", "身份证号码只能有数字，最后一位可以是X，请再看一遍。")
	errIDCheck  = civic.E(civic.Invalid, "id.check", "身份证号码有一位不对，请对照证件再念一遍。")
	errIDBirth  = civic.E(civic.Invalid, "id.birth", "身份证号码里的出生日期（第7到14位）不存在，请对照证件再看一遍。")
	errIDArea   = civic.E(civic.Invalid, "id.area", "身份证号码的前两位不是任何省份，请对照证件再看一遍。")
)

// provinces are the first two digits that GB/T 2260 knows. Counties are not
// checked: codes abolished since stay valid in old numbers.
var provinces = map[string]bool{
	"11": true, "12": true, "13": true, "14": true, "15": true, "21": true, "22": true, "23": true,
	"31": true, "32": true, "33": true, "34": true, "35": true, "36": true, "37": true,
	"41": true, "42": true, "43": true, "44": true, "45": true, "46": true,
	"50": true, "51": true, "52": true, "53": true, "54": true,
	"61": true, "62": true, "63": true, "64": true, "65": true,
	"71": true, "81": true, "82": true, "83": true,
}

// ParseResidentID reads a number as people write it: blanks, full-width digits
// and a small x are accepted, and the 15-digit form of old files is brought to 18.
// today bounds the birth date. The error is Invalid with a reason that a clerk
// can read out.
func ParseResidentID(text string, today time.Time) (ResidentID, error) {
	s := strings.ToUpper(civic.Digits(text))
	if len(s) == 15 && allDigits(s) {
		var err error
		if s, err = lengthen(s); err != nil {
			return ResidentID{}, err
		}
	}
	switch {
	case len(s) != 18:
		return ResidentID{}, errIDLength
	case !allDigits(s[:17]) || !(s[17] == 'X' || s[17] >= '0' && s[17] <= '9'):
		return ResidentID{}, errIDChars
	case checkCharacter(s[:17]) != s[17]:
		return ResidentID{}, errIDCheck
	}
	// The foreign permanent resident card of 2023: 9, province, country, birth.
	foreign := s[0] == '9'
	if !foreign && !provinces[s[:2]] || foreign && !provinces[s[1:3]] {
		return ResidentID{}, errIDArea
	}
	birth, err := time.Parse("20060102", s[6:14])
	if err != nil || !birthFits(birth.Format(time.DateOnly), today) {
		return ResidentID{}, errIDBirth
	}
	id := ResidentID{Number: s, Birth: birth, Sex: Female, Area: civic.Division(s[:6])}
	if (s[16]-'0')%2 == 1 {
		id.Sex = Male
	}
	if foreign {
		id.Area = civic.Division(s[1:3])
	}
	return id, nil
}

// birthFits reports whether the date, as YYYY-MM-DD, is one on which somebody
// alive may have been born: not in the future, and not before 1880.
func birthFits(date string, today time.Time) bool {
	d, err := time.Parse(time.DateOnly, date)
	return err == nil && date <= today.In(civic.Shanghai).Format(time.DateOnly) && d.Year() >= 1880
}

// lengthen turns 15 digits into 18. The endings 996 to 999 marked people born in
// the 1800s.
func lengthen(s string) (string, error) {
	century := "19"
	if s[12:] >= "996" {
		century = "18"
	}
	body := s[:6] + century + s[6:]
	if _, err := time.Parse("20060102", body[6:14]); err != nil {
		return "", errIDBirth
	}
	return body + string(checkCharacter(body)), nil
}

// checkCharacter is the check of ISO 7064 MOD 11-2 over 17 digits.
func checkCharacter(s string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
