package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ledger/indicator"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/sheet"
)

func (f face) figureRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/figures", Do: f.figures},
		{Pattern: "GET /desk/figures/board.xlsx", Do: f.figuresSheet},
		{Pattern: "GET /desk/figures/{figure}", Do: f.figure},
		{Pattern: "GET /desk/figures/{figure}/list", Do: f.behindFigure},
		{Pattern: "GET /desk/figures/{figure}/list.xlsx", Do: f.behindSheet},
	}
}

// figuresView is the figures of a division.
type figuresView struct {
	Board indicator.Board
	Where []place.Division
}

// asking reads for which division and days figures are asked, for whoever sees them there.
func (f face) asking(r *http.Request, title string) (kit.Frame, civic.Actor, indicator.Ask, []place.Division, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, indicator.Ask{}, nil, err
	}
	in := m.Where(civic.MaySeeFigures)
	if len(in) == 0 {
		return fr, a, indicator.Ask{}, nil, errNoFigures
	}
	q := r.URL.Query()
	return fr, a, indicator.Ask{Division: within(q.Get("division"), in), From: q.Get("from"), To: q.Get("to")}, below(in), nil
}

// board reads the figures that are asked for.
func (f face) board(r *http.Request) (kit.Frame, figuresView, error) {
	fr, a, ask, where, err := f.asking(r, "数字")
	if err != nil {
		return fr, figuresView{}, err
	}
	b, err := f.Figures.Board(r.Context(), a, ask)
	return fr, figuresView{b, where}, err
}

func (f face) figures(w http.ResponseWriter, r *http.Request) error {
	fr, v, err := f.board(r)
	if err != nil {
		return err
	}
	return f.Render(w, r, figuresPage(fr, v))
}

// figuresSheet is the board as a workbook: what goes into a meeting's paper.
func (f face) figuresSheet(w http.ResponseWriter, r *http.Request) error {
	_, v, err := f.board(r)
	if err != nil {
		return err
	}
	b := v.Board
	rows := [][]string{{"指标", "数字", "件数", "一共", "目标", "达到没有", "依据", "从", "到", "地方", "数据截至"}}
	for _, x := range b.Figures {
		d := x.Figure.Of
		of, target := "", ""
		if d.Count != nil {
			of = fmt.Sprint(x.Out)
		}
		if d.Target != nil {
			target = targetWords(d)
		}
		rows = append(rows, []string{d.Words, figureWords(x.Figure), fmt.Sprint(x.N), of, target, metWords(x.Figure), strings.Join(d.Clauses, "、"), b.Span.From, b.Span.To,
			divisionName(b.Span.Division), kit.Moment(b.AsOf)})
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "figures")
}

func (f face) figure(w http.ResponseWriter, r *http.Request) error {
	fr, a, ask, where, err := f.asking(r, "数字")
	if err != nil {
		return err
	}
	d, err := f.Figures.Detail(r.Context(), a, r.PathValue("figure"), ask)
	if err != nil {
		return err
	}
	fr.Title, fr.Back = d.Figure.Of.Words, figuresAddress("", d.Span)
	return f.Render(w, r, figurePage(fr, d, where))
}

// behindView is a page of the list behind a figure.
type behindView struct {
	Of   *indicator.Definition
	Ask  indicator.Ask
	All  bool
	List []indicator.Behind
	Next string
}

// behind reads a page of the list, for whoever sees the figures of what is asked.
func (f face) behind(r *http.Request, a civic.Actor, ask indicator.Ask, before string) (behindView, error) {
	v := behindView{Ask: ask, All: r.URL.Query().Get("all") != ""}
	var more bool
	var err error
	if v.Of, v.List, more, err = f.Figures.Behind(r.Context(), a, r.PathValue("figure"), ask, v.All, before); err != nil {
		return v, err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	return v, nil
}

func (f face) behindFigure(w http.ResponseWriter, r *http.Request) error {
	fr, a, ask, _, err := f.asking(r, "名单")
	if err != nil {
		return err
	}
	v, err := f.behind(r, a, ask, r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	fr.Title = v.Of.Words + "：" + v.Of.List
	return f.Render(w, r, behindPage(fr, v))
}

func (f face) behindSheet(w http.ResponseWriter, r *http.Request) error {
	_, a, ask, _, err := f.asking(r, "")
	if err != nil {
		return err
	}
	rows, err := everyPage([][]string{{"时间", "什么事", "地方", "单位", "渠道", "记录编号"}}, func(before string) (some [][]string, next string, err error) {
		v, err := f.behind(r, a, ask, before)
		for _, e := range v.List {
			some = append(some, []string{kit.Moment(e.At), e.Act.Words(), divisionName(e.Division), e.Place, request.ChannelWords(e.Channel), e.ID})
		}
		return some, v.Next, err
	})
	if err != nil {
		return err
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "behind-figure")
}

// figuresAddress is the address of a page of figures for the same division and days.
func figuresAddress(path string, in journal.Span) string {
	return "/desk/figures" + path + "?" + url.Values{"division": {string(in.Division)}, "from": {in.From}, "to": {in.To}}.Encode()
}

func (v behindView) address(path, before string) string {
	q := url.Values{"division": {string(v.Ask.Division)}, "from": {v.Ask.From}, "to": {v.Ask.To}}
	if v.All {
		q.Set("all", "1")
	}
	if before != "" {
		q.Set("before", before)
	}
	return "/desk/figures/" + v.Of.Code + path + "?" + q.Encode()
}

// figureWords says a figure.
func figureWords(x indicator.Figure) string {
	switch {
	case !x.Known():
		return "还没有数"
	case x.Of.Number != nil:
		return fmt.Sprint(x.N)
	case x.Of.Wait != nil:
		return "一半" + tookWords(x.Half) + "以内，十个里九个" + tookWords(x.Most) + "以内"
	}
	return percentWords(x.Percent())
}

func percentWords(p float64) string { return strconv.FormatFloat(p, 'f', 1, 64) + "%" }

// tookWords says a time that something took, in seconds.
func tookWords(s int64) string {
	switch {
	case s < 60:
		return fmt.Sprintf("%d秒", s)
	case s < 3600:
		return fmt.Sprintf("%d分钟", (s+59)/60)
	case s < 48*3600:
		return fmt.Sprintf("%d小时", (s+3599)/3600)
	}
	return fmt.Sprintf("%d天", (s+86399)/86400)
}

func targetWords(d *indicator.Definition) string {
	if d.Better == "less" {
		return "不超过" + percentWords(d.Target.Value)
	}
	return "不低于" + percentWords(d.Target.Value)
}

func metWords(x indicator.Figure) string {
	met, known := x.Met()
	switch {
	case !known:
		return ""
	case met:
		return "达到了"
	}
	return "没有达到"
}

// height is what a bar of a chart shows of a figure.
func height(x indicator.Figure) float64 {
	switch {
	case x.Of.Number != nil:
		return float64(x.N)
	case x.Of.Wait != nil:
		return float64(x.Half)
	}
	return x.Percent()
}

// bars is the path of a chart of bars, as high as the highest of them; the table beside it has
// the numbers.
func bars(ps []indicator.Part, width, tall float64) string {
	most := 0.0
	for _, p := range ps {
		most = max(most, height(p.Figure))
	}
	if most == 0 || len(ps) == 0 {
		return ""
	}
	var b strings.Builder
	step := width / float64(max(len(ps), 6))
	for i, p := range ps {
		h := tall * height(p.Figure) / most
		fmt.Fprintf(&b, "M%.1f %.1fh%.1fv%.1fh-%.1fz", float64(i)*step, tall-h, step*0.8, h, step*0.8)
	}
	return b.String()
}
