package kit

import (
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/place"
)

func splitWords(s string) []string { return strings.Fields(s) }

// SafePath returns a path of this site to go back to, or the fallback. It is
// never a page elsewhere.
func SafePath(p, fallback string) string {
	if strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && !strings.ContainsAny(p, "\\\r\n") {
		return p
	}
	return fallback
}

// CardsShown says at a desk which card of a person was just shown, or what to do.
func CardsShown(kinds []people.CredentialKind) string {
	if len(kinds) == 0 {
		return "还没有看到证件。老人不住在您的辖区，或要开口令、拿资料、办卡的，先把证件放到读卡器上，或输入证件的整个号码。"
	}
	var words []string
	for _, k := range kinds {
		if !slices.Contains(words, k.Words()) {
			words = append(words, k.Words())
		}
	}
	return "出示的证件：" + strings.Join(words, "、") + "。"
}

// Sex says a person's sex in a word.
func Sex(s people.Sex) string {
	switch s {
	case people.Male:
		return "男"
	case people.Female:
		return "女"
	}
	return ""
}

// Division names a division with its county: 小店区 坞城街道.
func Division(d civic.Division) string {
	county, street := place.DivisionName(d.County()), ""
	if len(d) > 6 {
		street = place.DivisionName(d)
	}
	if county == "" {
		return string(d)
	}
	return strings.TrimSpace(county + " " + street)
}

// Whose says whose phone it is.
func Whose(w string) string {
	switch w {
	case "own", "本人", "":
		return "本人"
	case "spouse":
		return "老伴"
	case "daughter":
		return "女儿"
	case "son":
		return "儿子"
	case "daughter_in_law":
		return "儿媳"
	case "son_in_law":
		return "女婿"
	case "granddaughter":
		return "孙女"
	case "grandson":
		return "孙子"
	case "neighbour":
		return "邻居"
	}
	return w
}

// Clause names a clause of the plans as people cite it: ZJ2.3 is 浙江方案（二）3.
func Clause(code string) string {
	if n, ok := strings.CutPrefix(code, "SX"); ok {
		return code + "（山西方案第" + n + "条）"
	}
	if n, ok := strings.CutPrefix(code, "ZJ"); ok {
		part, item, _ := strings.Cut(n, ".")
		if i := strings.Index("123456", part); part != "" && i >= 0 {
			return code + "（浙江方案第" + string([]rune("一二三四五六")[i]) + "部分第" + item + "条）"
		}
	}
	return code
}

// Clauses names several.
func Clauses(codes []string) string {
	var out []string
	for _, c := range codes {
		out = append(out, Clause(c))
	}
	return strings.Join(out, "、")
}
