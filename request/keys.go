package request

import (
	"fmt"
	"slices"
	"strings"

	"yinqiao/catalog"
)

// Menu is a question as a phone or a remote control asks it: words to speak, and
// what each key means. 0 is always a human, and * hears it again; neither is listed.
type Menu struct {
	Say  string
	Keys []Key // 1, 2, 3 in order
	Next int   // where the menu goes on when the last key is for hearing more; 0 if it is not
}

// Key is what one key means: the text that is put as the answer, nil for hearing
// more options, empty for leaving an optional question out.
type Key struct {
	Words string
	Texts []string
	More  bool
}

// keysMost is how many keys a menu has beside 0: people remember no more.
const keysMost = 3

// Speak makes the menu of a question, from the nth option on. What the machine behind the
// keys knows itself comes first, for example that the caller rings from the phone that is
// asked for. A question that keys can't answer has none: a human takes the answer (0).
func Speak(p Prompt, from int, known ...Key) Menu {
	all := slices.Clone(known)
	for _, o := range p.Options {
		all = append(all, Key{Words: o.Text, Texts: []string{o.Code}})
	}
	if p.Kind == catalog.Number && p.Most > 0 && p.Most-p.Least < keysMost {
		for n := p.Least; n <= p.Most; n++ {
			all = append(all, Key{Words: fmt.Sprint(n) + p.Unit, Texts: []string{fmt.Sprint(n)}})
		}
	}
	for _, v := range p.Offered {
		if len(p.Options) == 0 {
			all = append(all, Key{Words: "还是" + v.Shown, Texts: []string{v.Shown}})
		}
	}
	if p.Optional {
		all = append(all, Key{Words: "不用，跳过", Texts: []string{}})
	}
	ask := p.Say
	if ask == "" {
		ask = p.Ask
	}
	return Offer(ask, all, from)
}

// Offer makes a menu of some things, from the nth on, as many at once as people remember.
func Offer(ask string, all []Key, from int) Menu {
	from = max(0, min(from, len(all)))
	m := Menu{Keys: all[from:]}
	if len(m.Keys) > keysMost {
		m.Keys = append(slices.Clone(m.Keys[:keysMost-1]), Key{Words: "听别的", More: true})
		m.Next = from + keysMost - 1
	}
	var b strings.Builder
	b.WriteString(ask)
	for i, k := range m.Keys {
		fmt.Fprintf(&b, "%s，请按%d。", k.Words, i+1) // what it does before the key, so that nobody must look back
	}
	if len(m.Keys) == 0 {
		b.WriteString("请按0，工作人员帮您记。")
	} else {
		b.WriteString(help)
	}
	m.Say = b.String()
	return m
}

// help is what every menu ends with.
const help = "找人帮忙，请按0。"
