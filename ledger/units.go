package ledger

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// group is one statement of who answers for an action.
type group struct {
	from, to  int // in the text of the measure
	units     []Unit
	openEnded bool
	day       string
	doubts    []string
	// firstLeads is set where the statement says that the first unit leads; onward
	// where it says so for the groups that follow too (下同).
	firstLeads, onward bool
}

var (
	// A local government is one unit although its name has separators in it.
	localRe = regexp.MustCompile(`各(?:设区|地级以上|级)?(?:[市州盟地县区旗乡镇省]|街道)(?:[、和及]?(?:[市州盟县区旗乡镇]|街道|（[^（）]{1,12}）))*(?:党委、?|人民)?(?:人民政府|政府|党委政府|管委会|党委)(?:（[^（）]{1,16}(?:管委会|行署|公署)）)?`)
	// These end the name of a body. The strong ones end hardly anything else.
	strongEnd = regexp.MustCompile(`(?:委|委员会|[^大客餐歌舞]厅|局|[^举承主协不]办|办公室|[^以宣全干内外]部|支行|分行|银行|联合会|残联|妇联|工商联|文联|侨联|总工会|协会|学会|政府|总队|支队|集团|公司|管委会|办事处|法院|检察院|监管局|[监证]会|中心支行|团省委|团市委|指挥部|工作专班|领导小组|供销社|中国(?:电信|移动|联通|铁塔)\p{Han}{0,8}|各地区?|各市州?|[省市]邮政)(?:（[^（）]{2,16}）)?$`)
	weakEnd   = regexp.MustCompile(`(?:行|院|会|社|台|中心|联|学校|大学|署|处|所|馆|站|部门|单位|机构|企业|电信|移动|联通|铁塔|邮政|银联|工会|园区|开发区|新区|街道|乡镇|党校|老干部局|机关|铁路|机场|医院|总社|小组|专班|组|地|办|部|区|市|县)(?:（[^（）]{2,16}）)?$`)
	wordInIt  = regexp.MustCompile(`[，。；：！？《》“”]|[的须]|应(?:[^急用]|$)|不得|提供|开展|推进|建立|完善|推动|鼓励|加强|优化|实现|确保|做好|组织参|根据|按照|通过`)
	generic   = regexp.MustCompile(`^(?:省级|省直|市级|市直|区级|县级|各级|其他|等)?各?(?:相关|有关|成员|责任|职能|行业主管|主管|配合|参与)*(?:部门|单位|部委|厅局|地方|企业|方面)?(?:和单位)?$`)
	andOthers = regexp.MustCompile(`等(?:\d{1,2}|[一二三四五六七八九十]{1,2})?个?(?:省级|省直|市级|市直|区级|县级|中央驻\p{Han})?各?(?:相关|有关|成员|责任|职能)*(?:部门|单位|部委|厅局|企业)?$`)
	leadRule  = regexp.MustCompile(`(?:列|排列|排名|排)?在?(?:第一|首)(?:位|个|名)?(?:的)?(?:单位|部门)?(?:为|是)牵头(?:责任)?(?:单位|部门)?`)
	labelAt   = regexp.MustCompile(`^` + label + `[：:]?`)
	roleEnd   = regexp.MustCompile(`(?:按(?:照)?(?:各自)?(?:职责|职能)(?:任务)?(?:分工)?(?:分别|共同|抓好|做好)?(?:负责|落实|配合|组织实施|推进)?|(?:分工|分别|共同|联合|具体)(?:负责|落实|推进)|(?:共同)?牵头(?:负责|组织|落实|实施|推进)*|(?:主要)?负责(?:落实|组织实施|实施|推进)?|(?:具体)?组织(?:实施|落实)|抓好落实|(?:具体)?落实|(?:积极)?(?:协同)?配合(?:落实|做好|实施)?|参与|参加|协助|协同)$`)
	// what a parenthesis has that is about who answers
	roleAnywhere = regexp.MustCompile(`牵头|负责|责任(?:单位|部门)`)
	personLabel  = regexp.MustCompile(`^(?:责任领导|分管领导|牵头领导|包联领导|责任人|负责人|联系人)：`)
	finished     = regexp.MustCompile(`^(?:前|底前|底|内)?(?:完成|落实到位|取得明显成效|建成|并?持续推进|长期(?:坚持|推进|实施)|持续(?:推进|实施))+(?:并?持续推进)?$|^(?:长期(?:坚持|推进)?|持续推进|常态化推进)$`)
)

// unitLike reports whether s could be the name of a body.
func unitLike(s string) bool {
	n := runes(s)
	return n >= 2 && n <= 40 && !wordInIt.MatchString(s) && (strongEnd.MatchString(s) || weakEnd.MatchString(s) || localRe.FindString(s) == s)
}

func surelyUnit(s string) bool {
	n := runes(s)
	return n >= 2 && n <= 24 && !wordInIt.MatchString(s) && (strongEnd.MatchString(s) || localRe.FindString(s) == s)
}

// isGroup reports whether the inside of a parenthesis, or a sentence, says who
// answers: it has a label, or it is a list of bodies with what each of them does.
func isGroup(inner string) bool {
	inner = strings.TrimRight(strings.ReplaceAll(inner, "\n", ""), "。；，")
	if inner == "" || len(inner) > 3*maxGroup {
		return false
	}
	if m := labelAt.FindString(inner); m != "" && (strings.HasSuffix(m, "：") || !wordInIt.MatchString(inner[len(m):])) {
		return len(m) < len(inner)
	}
	return isRoll(inner)
}

// isRoll reports whether s is a list of nothing but bodies: at least two that
// surely are, or any with the role that they play.
func isRoll(s string) bool {
	g := parseGroup(s, 2000)
	if len(g.doubts) > 0 && !onlyDates(g.doubts) || len(g.units) == 0 {
		return false
	}
	sure := 0
	for _, u := range g.units {
		if surelyUnit(u.Name) {
			sure++
		}
	}
	role := roleEnd.MatchString(s) || roleAnywhere.MatchString(s)
	if sure < len(g.units) && (!role || sure*2 < len(g.units)) {
		return false
	}
	return len(g.units) > 1 || role || g.openEnded || strings.ContainsRune("省市县区各国自", first(s)) || g.day != ""
}

func onlyDates(doubts []string) bool {
	return !slices.ContainsFunc(doubts, func(d string) bool { return !strings.HasPrefix(d, "期限") && !strings.HasPrefix(d, "有") })
}

// maxGroup is how many characters a group may have.
const maxGroup = 800

// parseGroup reads who answers. year is the one in which the document was issued.
func parseGroup(s string, year int) group {
	var g group
	s = strings.ReplaceAll(s, "\n", "")
	if at := leadRule.FindStringIndex(s); at != nil {
		g.firstLeads = true
		rest := s[at[1]:]
		g.onward = strings.Contains(rest, "下同") || strings.Contains(s[:at[0]], "以下")
		s = s[:at[0]] + "。" + strings.Replace(rest, "下同", "", 1)
	}
	dues := deadlines(s, year)
	g.day, g.doubts = latest(dues, s)
	b := []byte(s)
	for _, d := range dues {
		copy(b[d.from:d.to], strings.Repeat(" ", d.to-d.from))
	}
	r := roll{g: &g}
	for _, piece := range pieces(string(b)) {
		r.add(piece)
	}
	r.settle(false)
	if g.firstLeads && len(g.units) > 0 {
		g.units[0].Lead = true
	}
	return g
}

// roll collects names until it is known what part they play.
type roll struct {
	g       *group
	pending int  // names whose role may still follow
	lead    bool // under a label that says so
	person  bool // under a label for people
}

// piece is a name, with what ended it.
type piece struct {
	text string
	stop bool // a semicolon or full stop: roles don't reach over it
}

func (r *roll) add(p piece) {
	s := strings.Trim(p.text, " ：:，、")
	if m := labelAt.FindString(s); m != "" {
		r.settle(r.lead)
		r.person = false
		r.lead = leads(m) || strings.HasPrefix(m, "主责") || strings.HasPrefix(m, "主办")
		s = strings.Trim(s[len(m):], " ：:")
	}
	if personLabel.MatchString(s) {
		r.g.doubts = append(r.g.doubts, "“"+excerpt(s, 20)+"”是人名，没有作为单位。")
		r.person = true
		return
	}
	if r.person {
		r.person = !p.stop
		return
	}
	s = strings.TrimPrefix(s, "由")
	role := ""
	for m := roleEnd.FindString(s); m != ""; m = roleEnd.FindString(s) {
		s, role = strings.TrimSpace(s[:len(s)-len(m)]), m+role
	}
	if !finished.MatchString(strings.ReplaceAll(s, " ", "")) {
		r.name(strings.ReplaceAll(s, " ", ""))
	}
	if role != "" {
		r.settle(leads(role))
	}
	if p.stop {
		r.settle(r.lead)
		r.lead = false
	}
}

// leads reports whether a label or role marks a lead.
func leads(s string) bool { return strings.Contains(s, "牵头") }

// settle gives the names that waited for it their role.
func (r *roll) settle(lead bool) {
	for i := len(r.g.units) - r.pending; i < len(r.g.units); i++ {
		r.g.units[i].Lead = r.g.units[i].Lead || lead
	}
	r.pending = 0
}

func (r *roll) name(s string) {
	if m := andOthers.FindString(s); m != "" {
		r.g.openEnded = true
		s = s[:len(s)-len(m)]
	}
	switch {
	case s == "":
		return
	case generic.MatchString(s):
		r.g.openEnded = true
		return
	case wordInIt.MatchString(s) || runes(s) > 40 || runes(s) < 2 || digit(first(s)):
		r.g.doubts = append(r.g.doubts, "“"+excerpt(s, 20)+"”读不出是哪个单位。")
		return
	case !unitLike(s):
		r.g.doubts = append(r.g.doubts, "“"+s+"”不像单位名称，请核对。")
	}
	if i := slices.IndexFunc(r.g.units, func(u Unit) bool { return u.Name == s }); i >= 0 {
		return
	}
	r.g.units = append(r.g.units, Unit{Name: s})
	r.pending++
}

// pieces cuts a list at its separators, but not inside parentheses or the name
// of the local governments, and at 和 only where a name is complete before it.
func pieces(s string) []piece {
	var out []piece
	locals := localRe.FindAllStringIndex(s, -1)
	from, depth := 0, 0
	cut := func(to, size int, stop bool) {
		out = append(out, piece{s[from:to], stop})
		from = to + size
	}
	for i := 0; i < len(s); {
		if len(locals) > 0 && i == locals[0][0] {
			i = locals[0][1]
			locals = locals[1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '（':
			depth++
		case r == '）':
			depth = max(depth-1, 0)
		case depth > 0:
		case strings.ContainsRune("；。;", r):
			cut(i, size, true)
		case strings.ContainsRune("、，,/", r):
			cut(i, size, false)
		default:
			if n := conjunction(s, from, i); n > 0 {
				cut(i, n, false)
				size = n
			}
		}
		i += size
	}
	cut(len(s), 0, true)
	return out
}

// conjunction is the length of a word for "and" at i that stands between two
// names, or 0. 文化和旅游厅 is one name.
func conjunction(s string, from, i int) int {
	for _, w := range []string{"以及", "会同", "和", "及", "与"} {
		if strings.HasPrefix(s[i:], w) {
			if i-from > 240 {
				return 0
			}
			left := strings.TrimSpace(s[from:i])
			left = andOthers.ReplaceAllString(left, "")
			left = strings.TrimPrefix(left, labelAt.FindString(left))
			if left == "" && i > from || surelyUnit(left) || generic.MatchString(left) && left != "" {
				return len(w)
			}
			return 0
		}
	}
	return 0
}
