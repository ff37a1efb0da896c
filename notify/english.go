package notify

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// englishData are the words of data/english.yaml.
type englishData struct {
	Version int
	Source  string
	Words   map[string]string
}

// check refuses a word that no place in a message has room for.
func (e englishData) check(params map[string]int) error {
	if e.Source == "" {
		return fmt.Errorf("english.yaml: the words name no source")
	}
	for zh, en := range e.Words {
		if zh == "" || en == "" || utf8.RuneCountInString(en) > params["what"] {
			return fmt.Errorf("english.yaml: %s: %q is empty or too long", zh, en)
		}
	}
	return nil
}

// inEnglish puts the values of a message into English, as far as there are words for them: names
// of people and of places stay.
func (b *book) inEnglish(v Values) {
	for name, text := range v {
		if en := b.english[text]; en != "" {
			v[name] = en
		} else if en := englishTime(text); en != "" {
			v[name] = en
		}
	}
}

// saidTime is a day, with or without a time, as the rooms say it: 11月30日 星期一下午2点30分.
var saidTime = regexp.MustCompile(`^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日\s*(?:星期([一二三四五六日]))?\s*(?:(凌晨|上午|中午|下午|晚上)(\d{1,2})点(?:(\d{2})分)?)?$`)

var englishDays = map[string]string{"一": "Mon", "二": "Tue", "三": "Wed", "四": "Thu", "五": "Fri", "六": "Sat", "日": "Sun"}

// englishTime says such a day in English, "Mon 30 Nov, 2:30 pm"; "" for any other text.
func englishTime(text string) string {
	m := saidTime.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	num := func(s string) int { n, _ := strconv.Atoi(s); return n } // digits, few of them
	month, hour := num(m[2]), num(m[6])
	if month < 1 || month > 12 {
		return ""
	}
	day := strings.TrimSpace(englishDays[m[4]] + " " + m[3] + " " + time.Month(month).String()[:3] + " " + m[1])
	if m[5] == "" {
		return day
	}
	half := "pm"
	if m[5] == "凌晨" || m[5] == "上午" {
		half = "am"
	}
	if hour == 0 {
		hour = 12
	}
	minute := ""
	if m[7] != "" {
		minute = ":" + m[7]
	}
	return fmt.Sprintf("%s, %d%s %s", day, hour, minute, half)
}
