package request

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/people"
)

// free is the code of an answer in the person's own words.
const free = "~"

// read turns what a person gave into values, or says what to do about it.
func read(p Prompt, texts []string) ([]Value, error) {
	var given []string
	for _, t := range texts {
		if t = civic.Fold(t); t != "" {
			given = append(given, t)
		}
	}
	bad := func(code, say string) ([]Value, error) {
		return nil, civic.E(civic.Invalid, "answer."+code, say).On(p.Key)
	}
	switch {
	case len(given) == 0 && p.Optional:
		return []Value{}, nil
	case len(given) == 0:
		return bad("empty", "这个问题还没有回答:"+p.Ask)
	case len(given) > 1:
		return bad("one", "这个问题只能选一个:"+p.Ask)
	}
	t := given[0]
	for _, o := range p.Options {
		if t == o.Code {
			return []Value{{Code: o.Code, Shown: o.Text}}, nil
		}
	}
	switch p.Kind {
	case catalog.Choice, catalog.YesNo:
		return bad("choice", "请从列出的里面选一个:"+p.Ask)
	case catalog.Phone:
		n, err := people.CleanPhone(t)
		if err != nil {
			return nil, civic.As(err).On(p.Key)
		}
		return []Value{{n, n, ""}}, nil
	case catalog.Amount:
		return readAmount(p, t)
	}
	if n, most := utf8.RuneCountInString(t), longest(p.Question); n > most {
		return bad("long", fmt.Sprintf("写得太长了(%d个字),请缩短到%d个字以内。", n, most))
	}
	if strings.ContainsFunc(t, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) {
		return bad("characters", "这段文字里有看不见的特殊字符,请删掉重新输入。")
	}
	return []Value{{free, t, ""}}, nil
}

// longest is the most characters that an answer in words may have.
func longest(q *catalog.Question) int {
	if q.Max > 0 {
		return q.Max
	}
	return 200
}

// readAmount reads yuan with at most two decimals, up to ten million.
func readAmount(p Prompt, t string) ([]Value, error) {
	t = strings.NewReplacer(",", "", "元", "", "块", "", "¥", "", "￥", "", " ", "").Replace(t)
	whole, cents, _ := strings.Cut(t, ".")
	y, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(cents) > 2 || y > 10_000_000 || y == 10_000_000 && strings.Trim(cents, "0") != "" || strings.Trim(cents, "0123456789") != "" {
		return nil, civic.E(civic.Invalid, "answer.amount", "金额请写数字,比如 12.50。").On(p.Key)
	}
	for len(cents) < 2 {
		cents += "0"
	}
	return []Value{{fmt.Sprintf("%d.%s", y, cents), fmt.Sprintf("%d.%s元", y, cents), ""}}, nil
}
