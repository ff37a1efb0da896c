package place

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/ruledata"
)

//go:embed data/rules.yaml
var rulesYAML embed.FS

// rule is one line of rules.yaml.
type rule struct {
	civic.Rule `yaml:",inline"`
	Check      string   `yaml:"check"`
	Kinds      []string `yaml:"kinds"`
	Features   []string `yaml:"features"`
	Words      []string `yaml:"words"`
	Except     []string `yaml:"except"`
	Matter     string   `yaml:"matter"`
}

var ruled = ruledata.Must[struct {
	Version int      `yaml:"version"`
	Source  string   `yaml:"source"`
	Joined  []string `yaml:"joined"`
	General []string `yaml:"general"`
	Rules   []rule   `yaml:"rules"`
}](rulesYAML, "data/rules.yaml")

// judges say what is wrong with a place by one rule, "" if nothing is. What nobody has
// said of a place is not held against it.
var judges = map[string]func(rule, sight) string{
	"manned":        notManned,
	"lacks":         lacking,
	"cash":          noCash,
	"online_only":   onlineOnly,
	"code_only":     codeOnly,
	"booked_manned": func(r rule, s sight) string { return ifBooked(s, notManned(r, s)) },
	"booked_phone":  bookedPhone,
	"hard_to_find":  hardToFind,
}

// counters is the check of a county as a whole: is there a counter for the matter.
const counters = "counter"

// sight is a place as a rule sees it.
type sight struct {
	Office
	has     map[string]bool // features that are known
	windows []Window        // also those that were taken away
	at      time.Time
}

// of lists the windows of a kind that a rule means: whose name or purpose holds one of
// the words, and none of those that say the opposite.
func (s sight) of(k WindowKind, r rule) (out []Window) {
	for _, w := range s.windows {
		if w.Kind == k && (meant(r, w.Name+" "+w.Serves) || k == Manned && general(w)) {
			out = append(out, w)
		}
	}
	return out
}

func meant(r rule, text string) bool {
	return (len(r.Words) == 0 || holdsAny(text, r.Words)) && !holdsAny(text, r.Except)
}

// general is a counter for whatever people come with.
func general(w Window) bool { return w.Serves == "" || holdsAny(w.Name+" "+w.Serves, ruled.General) }

func holdsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func (s sight) open(ws []Window) bool {
	return slices.ContainsFunc(ws, func(w Window) bool { return w.State != windowEnded && w.IsOpen(s.at) })
}

// shut lists why windows are shut: 1号窗口（人手不够）.
func shut(ws []Window) string {
	var out []string
	for _, w := range ws {
		switch {
		case w.State == windowEnded:
			out = append(out, w.Name+"（撤了）")
		case w.Reason != "":
			out = append(out, w.Name+"（"+w.Reason+"）")
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "停了的：" + strings.Join(out[:min(len(out), 5)], "、") + "。"
}

// notManned is a place of which every manned window is shut or gone, or that is said to
// have none. Where the rule means windows for one purpose, a machine for it alone is
// not enough.
func notManned(r rule, s sight) string {
	ws := s.of(Manned, r)
	switch {
	case s.open(ws):
		return ""
	case len(ws) > 0:
		return s.Name + "现在没有开着的人工窗口" + purpose(r) + "。" + shut(ws)
	case len(r.Words) > 0 && s.open(s.of(Machine, r)):
		return s.Name + r.Words[0] + "只有自助机，没有人工窗口。"
	case s.lacks("manned"):
		return s.Name + "登记的是没有人工窗口" + purpose(r) + "。"
	}
	return ""
}

func purpose(r rule) string {
	if len(r.Words) == 0 {
		return ""
	}
	return "（" + r.Words[0] + "）"
}

func (s sight) lacks(feature string) bool { there, known := s.has[feature]; return known && !there }

// lacking is a place that is said to lack all of what a rule names.
func lacking(r rule, s sight) string {
	var names []string
	for _, f := range r.Features {
		if !s.lacks(f) {
			return ""
		}
		names = append(names, FeatureWords(f))
	}
	return s.Name + "登记的是没有：" + strings.Join(names, "、") + "。"
}

// noCash is a place that says it takes none, or where no way to pay with it is open.
func noCash(r rule, s sight) string {
	ways := s.of(Payment, r)
	switch {
	case s.open(ways):
		return ""
	case len(ways) > 0:
		return s.Name + "现在不收现金。" + shut(ways)
	case s.lacks("cash"):
		return s.Name + "登记的是不收现金。"
	}
	return ""
}

// onlineOnly is a place where every way to pay that is open needs a phone.
func onlineOnly(r rule, s sight) string {
	open := slices.DeleteFunc(s.of(Payment, rule{}), func(w Window) bool { return !s.open([]Window{w}) })
	if len(open) == 0 || slices.ContainsFunc(open, func(w Window) bool { return !meant(r, w.Name+" "+w.Serves) }) {
		return ""
	}
	return s.Name + "现在只能这样付钱：" + windowNames(open) + "。"
}

// codeOnly is a place that nobody enters without a code.
func codeOnly(r rule, s sight) string {
	gates := slices.DeleteFunc(s.of(Gate, rule{}), func(w Window) bool { return !s.open([]Window{w}) })
	switch {
	case s.lacks("without_code"):
		return s.Name + "登记的是没有手机码进不去。"
	case len(gates) == 0 || slices.ContainsFunc(gates, func(w Window) bool { return !meant(r, w.Name+" "+w.Serves) }):
		return ""
	}
	return s.Name + "开着的入口都只认码：" + windowNames(gates) + "。"
}

func windowNames(ws []Window) string {
	var names []string
	for _, w := range ws {
		names = append(names, w.Name)
	}
	return strings.Join(names[:min(len(names), 5)], "、")
}

// ifBooked keeps what is wrong only where one must book.
func ifBooked(s sight, wrong string) string {
	if !s.lacks("without_booking") || wrong == "" {
		return ""
	}
	return "这里要预约。" + wrong
}

func bookedPhone(_ rule, s sight) string {
	if s.Phone == "" || s.lacks("phone_booking") {
		return ifBooked(s, s.Name+"不能打电话预约。")
	}
	return ""
}

func hardToFind(_ rule, s sight) string {
	switch {
	case s.Phone == "":
		return s.Name + "没有登记公开的电话。"
	case s.Address == "" && s.Landmark == "":
		return s.Name + "没有写地址，也没有写怎么找。"
	}
	return ""
}

// Rules lists the rules by which places are judged.
func (s *Service) Rules() []civic.Rule {
	out := make([]civic.Rule, len(ruled.Rules))
	for i, r := range ruled.Rules {
		out[i] = r.Rule
	}
	return out
}

// Check lists what the rules find in a scope at a time: of some places, or of a county as
// a whole. A place that serves the public no more breaks nothing.
func (s *Service) Check(q db.Q, at time.Time, in civic.Scope) ([]civic.Finding, error) {
	if len(in.Offices) == 0 {
		return checkCounty(q, in.Division)
	}
	seen, err := sights(q, at, in.Offices)
	if err != nil {
		return nil, err
	}
	var out []civic.Finding
	for _, x := range seen {
		kind, known := KindOf(x.Kind)
		if x.Shut != "" || kind.Hidden || !known {
			continue
		}
		for _, r := range ruled.Rules {
			judge := judges[r.Check]
			if judge == nil || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, x.Kind) {
				continue
			}
			if say := judge(r, x); say != "" {
				out = append(out, civic.Finding{Rule: r.Code, Subject: civic.Subject{Kind: civic.SubjectOffice, ID: string(x.ID)},
					Division: x.Division, Office: x.ID, Say: say})
			}
		}
	}
	return out, nil
}

// sights reads places with their features and windows.
func sights(q db.Q, at time.Time, ids []civic.OfficeID) ([]sight, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in := db.In(1, len(ids))
	var rows []officeRow
	if err := q.Select(&rows, `SELECT `+officeColumns+` FROM office WHERE id IN `+in+` ORDER BY id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	var features []struct {
		Office  civic.OfficeID
		Feature string
		Present bool
	}
	if err := q.Select(&features, `SELECT office, feature, present FROM place_feature WHERE office IN `+in+` ORDER BY office, feature`, db.Args(ids)...); err != nil {
		return nil, err
	}
	var windows []Window
	if err := q.Select(&windows, `SELECT `+windowColumns+` FROM place_window WHERE office IN `+in+` ORDER BY office, kind, name, id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	out, index := make([]sight, len(rows)), map[civic.OfficeID]int{}
	for i, r := range rows {
		out[i] = sight{Office: r.office(), has: map[string]bool{}, at: at}
		index[r.ID] = i
	}
	for _, f := range features {
		if i, ok := index[f.Office]; ok {
			out[i].has[f.Feature] = f.Present
		}
	}
	for _, w := range windows {
		if i, ok := index[w.Office]; ok {
			out[i].windows = append(out[i].windows, w)
		}
	}
	return out, nil
}

// checkCounty judges the counters of a county that has joined.
func checkCounty(q db.Q, county civic.Division) ([]civic.Finding, error) {
	kinds, err := Counters(q, county)
	if err != nil || kinds == nil {
		return nil, err
	}
	var out []civic.Finding
	for _, r := range ruled.Rules {
		if r.Check == counters && !slices.ContainsFunc(r.Kinds, func(k string) bool { return kinds[k] }) {
			out = append(out, civic.Finding{Rule: r.Code, Subject: civic.Subject{Kind: civic.SubjectDivision, ID: string(county)}, Division: county,
				Say: fmt.Sprintf("%s没有登记办%s的地方。", cmp.Or(DivisionName(county), string(county)), r.Matter)})
		}
	}
	return out, nil
}

// Counters tells which kinds of place the people of a county can go to: those in it and
// those of its city and province. It is nil for a county that has not joined, where
// nobody has entered the offices yet.
func Counters(q db.Q, county civic.Division) (map[string]bool, error) {
	if len(county) != codeDigits[LevelCounty] {
		return nil, nil
	}
	var rows []struct {
		Kind string
		Here bool
	}
	if err := q.Select(&rows, `SELECT DISTINCT kind, division >= $1 AS here FROM office
		WHERE shut = '' AND (division >= $1 AND division < $2 OR division IN ($3, $4)) ORDER BY kind`,
		county, string(county)+"~", county[:codeDigits[LevelCity]], county[:codeDigits[LevelProvince]]); err != nil {
		return nil, err
	}
	kinds, joined := map[string]bool{}, false
	for _, r := range rows {
		kinds[r.Kind] = true
		joined = joined || r.Here && slices.Contains(ruled.Joined, r.Kind)
	}
	if !joined {
		return nil, nil
	}
	return kinds, nil
}

// Joined lists the counties within a division, or round it, that have places which
// show that they have joined.
func Joined(q db.Q, in civic.Division) ([]civic.Division, error) {
	in = in.County()
	var rows []struct{ County civic.Division }
	args := append([]any{in, string(in) + "~"}, db.Args(ruled.Joined)...)
	err := q.Select(&rows, `SELECT DISTINCT substr(division, 1, 6) AS county FROM office
		WHERE shut = '' AND division >= $1 AND division < $2 AND kind IN `+db.In(3, len(ruled.Joined))+` ORDER BY county`, args...)
	var out []civic.Division
	for _, r := range rows {
		if len(r.County) == codeDigits[LevelCounty] {
			out = append(out, r.County)
		}
	}
	return out, err
}
