package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
)

// things are the papers and the money of cases: who has them, and what is to be paid.
func (s *server) things() {
	kinds := []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "things-list", method: http.MethodGet, path: "/things", tag: tagCase,
		summary: "本单位保管的、要收的、要核对的材料和钱", more: "限承办单位的工作人员。最早的在前，最多两百样。"}, s.listThings)
	handle(s, route{id: "things-hand-in", method: http.MethodPost, path: "/cases/{request}/things", tag: tagCase, kinds: kinds, summary: "单位收下材料或者现金"}, s.handIn)
	handle(s, route{id: "things-bill", method: http.MethodPost, path: "/cases/{request}/bills", tag: tagCase, kinds: kinds,
		summary: "单位开账单，请老人付钱", more: "付钱以前期限停着。"}, s.bill)
	handle(s, route{id: "things-pay", method: http.MethodPost, path: "/cases/{request}/things/{thing}/pay", tag: tagCase, kinds: kinds,
		summary: "说已经付了钱", more: "限本人、能替老人办事的人，和打开了老人资料的工作人员。单位核对以后才算收到。"}, s.payThing)
	for _, p := range []struct {
		id, summary string
		do          func(context.Context, civic.Actor, civic.RequestID, string) error
	}{
		{"receive", "收到了材料或者钱", s.Casework.Receive},
		{"file", "材料存档，或者钱入账", s.Casework.File},
		{"give-back", "退给老人，或者撤销账单", s.Casework.GiveBack},
		{"lose", "转来的路上没有找到", s.Casework.Lose},
	} {
		handle(s, route{id: "things-" + p.id, method: http.MethodPost, path: "/cases/{request}/things/{thing}/" + p.id, tag: tagCase, kinds: kinds, summary: p.summary},
			func(ctx context.Context, in *OnThing) (*struct{}, error) {
				return nil, p.do(ctx, actorOf(ctx), in.Request, in.Thing)
			})
	}
}

// Thing is a paper or a sum of money in the course of a case.
type Thing struct {
	ID    string             `json:"id"`
	Kind  casework.ThingKind `json:"kind" enum:"paper,fee"`
	What  string             `json:"what" doc:"什么材料；钱是为什么付的"`
	Fen   int64              `json:"fen,omitempty" doc:"钱数，分"`
	State casework.Custody   `json:"state" enum:"due,told,held,sent,filed,returned,lost"`
	Words string             `json:"words" doc:"在哪里，说给人听"`
	At    time.Time          `json:"at"`
}

func thingOf(t casework.Thing) Thing {
	return Thing{t.ID, t.Kind, t.What, t.Fen, t.State, t.Words(), t.At.In(civic.Shanghai)}
}

// OnThing is the path of everything about one thing.
type OnThing struct {
	OnCase
	Thing string `path:"thing" maxLength:"64" doc:"材料或者钱的编号"`
}

// Keeping is a thing with its case.
type Keeping struct {
	Thing
	Case Case `json:"case"`
}

// Keepings are what an office answers for.
type Keepings struct {
	Things []Keeping `json:"things"`
}

func (s *server) listThings(ctx context.Context, _ *struct{}) (*struct{ Body Keepings }, error) {
	list, err := s.Casework.Keepings(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := Keepings{Things: make([]Keeping, len(list))}
	for i, k := range list {
		out.Things[i] = Keeping{thingOf(k.Thing), casesOf([]casework.Item{k.Item})[0]}
	}
	return &struct{ Body Keepings }{out}, nil
}

type handInIn struct {
	OnCase
	Body struct {
		Kind casework.ThingKind `json:"kind" enum:"paper,fee"`
		What string             `json:"what" minLength:"1" maxLength:"60"`
		Fen  int64              `json:"fen,omitempty" minimum:"0" doc:"是钱的话，多少分"`
	}
}

func (s *server) handIn(ctx context.Context, in *handInIn) (*struct{}, error) {
	return nil, s.Casework.HandIn(ctx, actorOf(ctx), in.Request, casework.Receipt{Kind: in.Body.Kind, What: in.Body.What, Fen: in.Body.Fen})
}

type billIn struct {
	OnCase
	Body struct {
		What string `json:"what" minLength:"1" maxLength:"60" doc:"为什么付钱"`
		Fen  int64  `json:"fen" minimum:"1" doc:"多少分"`
	}
}

func (s *server) bill(ctx context.Context, in *billIn) (*struct{}, error) {
	return nil, s.Casework.Bill(ctx, actorOf(ctx), in.Request, casework.Receipt{Kind: casework.Fee, What: in.Body.What, Fen: in.Body.Fen})
}

type payIn struct {
	OnThing
	Body struct {
		How string `json:"how" minLength:"1" maxLength:"500" doc:"怎么付的"`
	}
}

func (s *server) payThing(ctx context.Context, in *payIn) (*struct{}, error) {
	return nil, s.Casework.Pay(ctx, actorOf(ctx), in.Request, in.Thing, in.Body.How)
}
