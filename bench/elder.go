package main

import (
	"fmt"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/speech/pinyin"
)

// elder is the i-th invented person. Everything about them follows from i, so
// that a million of them need not be remembered.
type elder int

var (
	surnames = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
	givens   = []rune("秀英桂兰玉珍淑华建国志明文德福生春梅凤莲金海永红军平")
)

func (e elder) name() string {
	i := int(e)
	return string([]rune{surnames[i%len(surnames)], givens[i/len(surnames)%len(givens)], givens[i/len(surnames)/len(givens)%len(givens)]})
}

// days are birth dates from 1930 on, about 36 years of them.
const days = 13_000

// initials are the first letters of the name, as a clerk types them.
func (e elder) initials() string { return pinyin.NameKeys(e.name())[0].Text }

func (e elder) birth() time.Time {
	return time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(e)%days)
}

// card is the number of their ID card, with its check character.
func (e elder) card() string {
	body := fmt.Sprintf("%s%s%03d", street.County(), e.birth().Format("20060102"), int(e)/days)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} { // ISO 7064 MOD 11-2
		sum += int(body[i]-'0') * w
	}
	return body + "10X98765432"[sum%11:][:1]
}

func (e elder) sex() people.Sex {
	if int(e)/days%2 == 1 {
		return people.Male
	}
	return people.Female
}

func (e elder) phone() string { return fmt.Sprintf("126%08d", int(e)) }

func (e elder) address() string {
	return fmt.Sprintf("银槐街%d号%d单元%d", int(e)%900+1, int(e)%4+1, int(e)%600+101)
}

func (e elder) home() civic.Division { return street }

func (e elder) registration() people.Registration {
	return people.Registration{Name: e.name(), Division: e.home(), Address: e.address(), Distinct: true,
		Credentials: []people.Card{{Kind: people.KindResidentID, Number: e.card()}}, Phones: []people.Phone{{Number: e.phone(), Whose: "own"}}}
}
