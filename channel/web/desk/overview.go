package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/sheet"
)

func (f face) overviewRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/overview", Do: f.overview},
		{Pattern: "GET /desk/overview/brief", Do: f.brief},
		{Pattern: "GET /desk/overview/brief.xlsx", Do: f.briefSheet},
	}
}

// overviewView is the figures that are looked at first, and how the places below do.
type overviewView struct {
	indicator.Overview
	Where      []place.Division
	Tasks      task.Standing
	Open, Late int      // duties that the rules found not met
	Rows       []league // the places below with their figures and tasks, by code
	Map        string
	Tiles      []tile
	Lies       bool // the squares lie as the places do
	Now        time.Time
}

// tile is a place on the map of squares, with its figure.
type tile struct {
	place.Tile
	Words string
	Fill  string // how dark: the more is met, the emptier
	Link  string
}

// league is a place below with its tasks.
type league struct {
	Division civic.Division
	Figures  []indicator.Figure
	Tasks    task.Tally
}

func (f face) readOverview(r *http.Request, title string) (kit.Frame, overviewView, error) {
	fr, a, ask, where, err := f.asking(r, title)
	if err != nil {
		return fr, overviewView{}, err
	}
	v := overviewView{Where: where, Now: f.Now(), Map: cmp.Or(r.URL.Query().Get("map"), "tasks")}
	if v.Overview, err = f.Figures.Overview(r.Context(), a, ask); err != nil {
		return fr, v, err
	}
	if v.Tasks, err = f.Ledger.Stand(r.Context(), a, v.Span.Division); err != nil {
		return fr, v, err
	}
	if v.Open, v.Late, err = f.Findings.Count(r.Context(), a, v.Span.Division); err != nil {
		return fr, v, err
	}
	v.Rows = leagues(v.Overview, v.Tasks)
	v.squares()
	return fr, v, nil
}

// leagues puts the figures and the tasks of each place together.
func leagues(figures indicator.Overview, tasks task.Standing) []league {
	by := map[civic.Division]*league{}
	at := func(d civic.Division) *league {
		if by[d] == nil {
			by[d] = &league{Division: d}
		}
		return by[d]
	}
	for _, x := range figures.League {
		at(x.Division).Figures = x.Figures
	}
	for _, p := range tasks.Parts {
		at(p.Division).Tasks = p.Tally
	}
	var out []league
	for _, x := range by {
		if x.Figures == nil {
			for _, t := range figures.Figures {
				x.Figures = append(x.Figures, indicator.Figure{Of: t.Figure.Of})
			}
		}
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b league) int { return cmp.Compare(a.Division, b.Division) })
	return out
}

// squares lays the places below out on a map of squares for what was chosen.
func (v *overviewView) squares() {
	var ds []civic.Division
	of := map[civic.Division]league{}
	for _, x := range v.Rows {
		if x.Division != v.Span.Division { // what is the place's own lies on no square
			ds, of[x.Division] = append(ds, x.Division), x
		}
	}
	var ts []place.Tile
	ts, v.Lies = place.Tiles(ds)
	for _, t := range ts {
		words, fill := v.shade(of[t.Division])
		v.Tiles = append(v.Tiles, tile{t, words, fill, overviewAddress("/desk/overview", t.Division, v.Span, v.Map)})
	}
}

// shade says a place's figure, and how it is drawn: empty where all is well, lines where
// something is missing, full where much is; nothing is told by colour alone.
func (v *overviewView) shade(x league) (words, fill string) {
	if v.Map == "tasks" {
		switch p := x.Tasks.Percent(); {
		case x.Tasks.All == 0:
			return "没有任务", "url(#held)"
		case x.Tasks.Late == 0:
			return fmt.Sprintf("做完%.0f%%，没有过期", p), "none"
		case x.Tasks.Late*10 <= x.Tasks.All:
			return fmt.Sprintf("做完%.0f%%，过期%d", p, x.Tasks.Late), "url(#kept)"
		default:
			return fmt.Sprintf("做完%.0f%%，过期%d", p, x.Tasks.Late), "url(#lent)"
		}
	}
	for _, g := range x.Figures {
		if g.Of.Code != v.Map {
			continue
		}
		met, known := g.Met()
		switch {
		case !g.Known():
			return "还没有数", "url(#held)"
		case !known || met:
			return figureWords(g), "none"
		}
		return figureWords(g), "url(#lent)"
	}
	return "还没有数", "url(#held)"
}

// overviewAddress is the overview of a division for the same days.
func overviewAddress(path string, d civic.Division, in journal.Span, of string) string {
	return path + "?" + url.Values{"division": {string(d)}, "from": {in.From}, "to": {in.To}, "map": {of}}.Encode()
}

// tileSide is the side of a square on the map, in units of the picture.
const tileSide = 120

// extent is how large the map is.
func extent(ts []tile) (width, height int) {
	for _, t := range ts {
		width, height = max(width, (t.Column+1)*tileSide), max(height, (t.Row+1)*tileSide)
	}
	return width, height
}

func (f face) overview(w http.ResponseWriter, r *http.Request) error {
	fr, v, err := f.readOverview(r, "总览")
	if err != nil {
		return err
	}
	return f.Render(w, r, overviewPage(fr, v))
}

func (f face) brief(w http.ResponseWriter, r *http.Request) error {
	fr, v, err := f.readOverview(r, "会议简报")
	if err != nil {
		return err
	}
	fr.Back = overviewAddress("/desk/overview", v.Span.Division, v.Span, v.Map)
	return f.Render(w, r, briefPage(fr, v))
}

// briefSheet is the brief as a workbook: the figures, then the places below.
func (f face) briefSheet(w http.ResponseWriter, r *http.Request) error {
	_, v, err := f.readOverview(r, "")
	if err != nil {
		return err
	}
	rows := [][]string{{divisionName(v.Span.Division), "从", v.Span.From, "到", v.Span.To, "数据截至", asOfWords(v.AsOf)}, {"指标", "数字", "件数", "一共", "目标", "达到没有", "依据"}}
	for _, x := range v.Figures {
		of, target := "", ""
		if x.Figure.Of.Count != nil {
			of = fmt.Sprint(x.Out)
		}
		if x.Figure.Of.Target != nil {
			target = targetWords(x.Figure.Of)
		}
		rows = append(rows, []string{x.Figure.Of.Words, figureWords(x.Figure), fmt.Sprint(x.N), of, target, metWords(x.Figure), strings.Join(x.Figure.Of.Clauses, "、")})
	}
	head := []string{"地方", "任务", "做完", "过期"}
	for _, x := range v.Figures {
		head = append(head, x.Figure.Of.Words)
	}
	rows = append(rows, nil, head)
	for _, x := range v.Rows {
		row := []string{divisionName(x.Division), fmt.Sprint(x.Tasks.All), fmt.Sprint(x.Tasks.Done), fmt.Sprint(x.Tasks.Late)}
		for _, g := range x.Figures {
			row = append(row, figureWords(g))
		}
		rows = append(rows, row)
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "brief")
}

func asOfWords(t time.Time) string {
	if t.IsZero() {
		return "还没有封存过记录"
	}
	return kit.Moment(t)
}

// sayFigure says a figure in one sentence of the brief.
func sayFigure(x indicator.Figure) string {
	s := x.Of.Words + "：" + figureWords(x)
	if x.Of.Count != nil && x.Known() {
		s += fmt.Sprintf("（%d件里的%d件）", x.Out, x.N)
	}
	if met, known := x.Met(); known {
		s += "，目标" + targetWords(x.Of) + "，" + map[bool]string{true: "达到了", false: "没有达到"}[met]
	}
	return s + "。"
}

// most are the places below with the most tasks past their day.
func (v overviewView) most() []league {
	rows := slices.DeleteFunc(slices.Clone(v.Rows), func(x league) bool { return x.Tasks.Late == 0 })
	slices.SortStableFunc(rows, func(a, b league) int { return cmp.Compare(b.Tasks.Late, a.Tasks.Late) })
	return rows[:min(len(rows), 5)]
}

// alarms are the figures in which the ways without a smartphone do worse.
func (v overviewView) alarms() []indicator.Alarm {
	var out []indicator.Alarm
	for _, x := range v.Figures {
		if x.Alarm != nil {
			out = append(out, *x.Alarm)
		}
	}
	return out
}
