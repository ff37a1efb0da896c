package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/ledger/indicator"
)

const tagFigures = "数字"

func (s *server) figures() {
	handle(s, route{id: "figures-list", method: http.MethodGet, path: "/divisions/{division}/figures", tag: tagFigures,
		summary: "一个地方的数字(SX三(二))", more: "限监督人员和管理员。每个数字都从封存的记录里数出来；不写日子就是最近三十天。"}, s.listFigures)
	handle(s, route{id: "figures-get", method: http.MethodGet, path: "/divisions/{division}/figures/{figure}", tag: tagFigures, kinds: []civic.Kind{civic.NotFound},
		summary: "一个数字：按月、按下一级的地方、按渠道"}, s.getFigure)
	handle(s, route{id: "figures-behind", method: http.MethodGet, path: "/divisions/{division}/figures/{figure}/entries", tag: tagFigures, kinds: []civic.Kind{civic.NotFound},
		summary: "一个数字后面的记录", more: "新的在前，每页五十条；只说什么时候、在哪里、走的哪条路，不说是谁。"}, s.behindFigure)
}

// Figure is an indicator's value.
type Figure struct {
	Figure  string   `json:"figure"`
	Words   string   `json:"words"`
	Say     string   `json:"say" doc:"怎样数的"`
	Clauses []string `json:"clauses"`
	N       int64    `json:"n" doc:"件数"`
	Of      int64    `json:"of" doc:"一共多少件"`
	Percent *float64 `json:"percent,omitempty" doc:"占百分之多少；一件也没有就不写"`
	Half    *int64   `json:"half,omitempty" doc:"一半的人等了多少秒以内"`
	Most    *int64   `json:"most,omitempty" doc:"十个里九个等了多少秒以内"`
	Target  *float64 `json:"target,omitempty" doc:"目标，百分之多少"`
	Better  string   `json:"better,omitempty" doc:"more 越多越好，less 越少越好"`
	Met     *bool    `json:"met,omitempty" doc:"达到目标没有"`
}

func figureOf(f indicator.Figure) Figure {
	d := f.Of
	out := Figure{Figure: d.Code, Words: d.Words, Say: d.Say, Clauses: append([]string{}, d.Clauses...), N: f.N, Of: f.Out, Better: d.Better}
	if d.Count != nil && f.Known() {
		p := f.Percent()
		out.Percent = &p
	}
	if d.Wait != nil && f.Known() {
		out.Half, out.Most = &f.Half, &f.Most
	}
	if d.Target != nil {
		out.Target = &d.Target.Value
	}
	if met, known := f.Met(); known {
		out.Met = &met
	}
	return out
}

// asOf is when what figures count was sealed last; nil for never.
func asOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return shownMoment(&t)
}

// OfFigures names a division, and the days of its figures.
type OfFigures struct {
	Division civic.Division `path:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105"`
	From     string         `query:"from" maxLength:"10" doc:"从哪天，2026-11-01"`
	To       string         `query:"to" maxLength:"10" doc:"到哪天，含这一天"`
}

func (in OfFigures) ask() indicator.Ask {
	return indicator.Ask{Division: in.Division, From: in.From, To: in.To}
}

// Figures are those of a division in a span.
type Figures struct {
	From    string     `json:"from"`
	To      string     `json:"to"`
	AsOf    *time.Time `json:"as_of,omitempty" doc:"数据截至：最近一次封存记录的时间；还没有封存过就不写"`
	Figures []Figure   `json:"figures"`
}

func (s *server) listFigures(ctx context.Context, in *OfFigures) (*struct{ Body Figures }, error) {
	b, err := s.Figures.Board(ctx, actorOf(ctx), in.ask())
	if err != nil {
		return nil, err
	}
	out := Figures{From: b.Span.From, To: b.Span.To, AsOf: asOf(b.AsOf), Figures: make([]Figure, len(b.Figures))}
	for i, f := range b.Figures {
		out.Figures[i] = figureOf(f.Figure)
	}
	return &struct{ Body Figures }{out}, nil
}

// FigurePart is the figure of a month, a division or a channel.
type FigurePart struct {
	Key string `json:"key" doc:"月份、行政区划代码或渠道"`
	Figure
}

// FigureDetail is a figure with what it is made of.
type FigureDetail struct {
	Figure
	From      string       `json:"from"`
	To        string       `json:"to"`
	AsOf      *time.Time   `json:"as_of,omitempty"`
	Months    []FigurePart `json:"months"`
	Divisions []FigurePart `json:"divisions"`
	Channels  []FigurePart `json:"channels"`
	Worse     *float64     `json:"worse_offline,omitempty" doc:"不用智能手机的比用网页的差多少个百分点；差得多才写"`
}

// OneFigure names a figure of a division.
type OneFigure struct {
	OfFigures
	Figure string `path:"figure" maxLength:"40" doc:"指标"`
}

func (s *server) getFigure(ctx context.Context, in *OneFigure) (*struct{ Body FigureDetail }, error) {
	d, err := s.Figures.Detail(ctx, actorOf(ctx), in.Figure, in.ask())
	if err != nil {
		return nil, err
	}
	out := FigureDetail{Figure: figureOf(d.Figure), From: d.Span.From, To: d.Span.To, AsOf: asOf(d.AsOf),
		Months: figureParts(d.Months), Divisions: figureParts(d.Divisions), Channels: figureParts(d.Channels)}
	if d.Alarm != nil {
		out.Worse = &d.Alarm.Points
	}
	return &struct{ Body FigureDetail }{out}, nil
}

func figureParts(ps []indicator.Part) []FigurePart {
	out := make([]FigurePart, len(ps))
	for i, p := range ps {
		out[i] = FigurePart{p.Key, figureOf(p.Figure)}
	}
	return out
}

type behindIn struct {
	OneFigure
	All    bool   `query:"all" doc:"要全部的，不只是数到的"`
	Before string `query:"before" maxLength:"64" doc:"上一页最后一条的编号"`
}

// BehindFigure is an entry that a figure counts.
type BehindFigure struct {
	Entry    string         `json:"entry" doc:"记录编号"`
	At       time.Time      `json:"at"`
	What     string         `json:"what"`
	Division civic.Division `json:"division"`
	Place    string         `json:"place,omitempty"`
	Channel  civic.Channel  `json:"channel"`
}

// BehindFigures are a page of them.
type BehindFigures struct {
	Entries []BehindFigure `json:"entries"`
	More    bool           `json:"more"`
}

func (s *server) behindFigure(ctx context.Context, in *behindIn) (*struct{ Body BehindFigures }, error) {
	_, list, more, err := s.Figures.Behind(ctx, actorOf(ctx), in.Figure, in.ask(), in.All, in.Before)
	if err != nil {
		return nil, err
	}
	out := BehindFigures{Entries: make([]BehindFigure, len(list)), More: more}
	for i, e := range list {
		out.Entries[i] = BehindFigure{e.ID, e.At.In(civic.Shanghai), e.Act.Words(), e.Division, e.Place, e.Channel}
	}
	return &struct{ Body BehindFigures }{out}, nil
}
