package ledger

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// numbering writes the numbers that Word counts by itself: numbering.xml says
// for each list and level how a number looks, the document only that a
// paragraph has one.
type numbering struct {
	lists  map[string]*numberedList // by numId
	counts map[*numberedList]*[9]int
}

// numberedList is how the levels of a list look.
type numberedList struct {
	levels [9]struct {
		format, text string
		start        int
	}
}

// listPosition is what a paragraph says of its number.
type listPosition struct {
	id    string
	level int
}

type numberingXML struct {
	Abstracts []struct {
		ID     string `xml:"abstractNumId,attr"`
		Levels []struct {
			Level int `xml:"ilvl,attr"`
			Start struct {
				Val int `xml:"val,attr"`
			} `xml:"start"`
			Format struct {
				Val string `xml:"val,attr"`
			} `xml:"numFmt"`
			Text struct {
				Val string `xml:"val,attr"`
			} `xml:"lvlText"`
		} `xml:"lvl"`
	} `xml:"abstractNum"`
	Nums []struct {
		ID       string `xml:"numId,attr"`
		Abstract struct {
			Val string `xml:"val,attr"`
		} `xml:"abstractNumId"`
	} `xml:"num"`
}

// readNumbering reads numbering.xml. Numbers are lost if it can't be read, and
// the text is still there.
func readNumbering(raw []byte) numbering {
	n := numbering{lists: map[string]*numberedList{}, counts: map[*numberedList]*[9]int{}}
	var x numberingXML
	if xml.NewDecoder(bytes.NewReader(raw)).Decode(&x) != nil {
		return n
	}
	abstracts := map[string]*numberedList{}
	for _, a := range x.Abstracts {
		l := &numberedList{}
		for _, lv := range a.Levels {
			if lv.Level >= 0 && lv.Level < len(l.levels) {
				to := &l.levels[lv.Level]
				to.format, to.text, to.start = lv.Format.Val, lv.Text.Val, lv.Start.Val
			}
		}
		abstracts[a.ID] = l
	}
	for _, one := range x.Nums {
		if l := abstracts[one.Abstract.Val]; l != nil {
			n.lists[one.ID] = l
		}
	}
	return n
}

// next counts and writes the number of a paragraph, "" if it has none.
func (n *numbering) next(p listPosition) string {
	l := n.lists[p.id]
	if l == nil || p.level < 0 || p.level >= len(l.levels) {
		return ""
	}
	counts := n.counts[l]
	if counts == nil {
		counts = &[9]int{}
		n.counts[l] = counts
	}
	if counts[p.level] == 0 {
		counts[p.level] = max(l.levels[p.level].start, 1) - 1
	}
	counts[p.level]++
	for i := p.level + 1; i < len(counts); i++ {
		counts[i] = 0
	}
	out := l.levels[p.level].text
	for i := 0; i <= p.level; i++ {
		out = strings.ReplaceAll(out, "%"+itoa(i+1), written(counts[i], l.levels[i].format))
	}
	return out
}

// written writes a number in one of Word's formats; bullets are no numbers.
func written(n int, format string) string {
	switch format {
	case "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "taiwaneseCountingThousand", "ideographDigital":
		return chineseOrdinal(n)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if n >= 1 && n <= 20 {
			return string(rune('①' + n - 1))
		}
	case "bullet", "none":
		return ""
	}
	return itoa(n)
}
