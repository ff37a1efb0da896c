package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/notify"
)

// carriers are the ways of telling people: how each does and what it costs, and its switch.
func (s *server) carriers() {
	only := "限管通知的工作人员，自己的辖区。"
	handle(s, route{id: "carriers-list", method: http.MethodGet, path: "/carriers/{division}", tag: tagMessage,
		summary: "各种通知办法做得怎么样、花了多少", more: only + "七天里的和今天的，不带姓名。"}, s.listCarriers)
	handle(s, route{id: "carriers-stop", method: http.MethodPost, path: "/carriers/{division}/{carrier}/stop", tag: tagMessage,
		summary: "在一个辖区停用一种通知办法", more: only + "立刻生效，消息换下一种办法。已经停了的不变。"}, s.stopCarrier)
	handle(s, route{id: "carriers-start", method: http.MethodPost, path: "/carriers/{division}/{carrier}/start", tag: tagMessage,
		summary: "恢复一种通知办法", more: only + "上级辖区停用的，还是停着。"}, s.startCarrier)
}

// OnDivision names a division in a path.
type OnDivision struct {
	Division civic.Division `path:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105"`
}

// Carrier is how one way of telling people does in a division.
type Carrier struct {
	Code    string       `json:"code"`
	Words   string       `json:"words"`
	By      string       `json:"by" enum:"machine,hand,page,none" doc:"machine 机器发，hand 由人去办，page 在工作台上，none 没有接通"`
	Stopped bool         `json:"stopped"`
	Why     string       `json:"why,omitempty" doc:"为什么停用"`
	Week    CarrierCount `json:"week" doc:"七天里"`
	Unsure  int64        `json:"unsure_mills" doc:"七天的花费里，不知道网关收没收下的，千分之一元"`
	Failed  int          `json:"failed" doc:"七天里没有送到的"`
	Waiting int          `json:"waiting" doc:"七天里还在等的"`
	Today   CarrierCount `json:"today" doc:"今天零点起"`
}

// CarrierCount is what was tried in a time, and what it cost.
type CarrierCount struct {
	Tried   int   `json:"tried"`
	Arrived int   `json:"arrived" doc:"送到了，或由人办到了"`
	Mills   int64 `json:"mills" doc:"花费，千分之一元"`
}

// CarrierGateway is a gateway for texts.
type CarrierGateway struct {
	Name      string  `json:"name"`
	Fails     int     `json:"fails" doc:"连着失败几次"`
	Out       bool    `json:"out" doc:"暂时不用它"`
	PerSecond float64 `json:"per_second" doc:"每秒最多给它几条；0 是不限"`
}

// Carriers are all ways, and how messages ended.
type Carriers struct {
	Since     time.Time        `json:"since"`
	Confirmed int              `json:"confirmed" doc:"告诉了几件"`
	Open      int              `json:"open" doc:"还在告诉几件"`
	Expired   int              `json:"expired" doc:"没有联系上、交给专人几件"`
	Cancelled int              `json:"cancelled" doc:"不用再告诉几件"`
	Due       int              `json:"due" doc:"该走下一步的有几件"`
	Oldest    *time.Time       `json:"oldest,omitempty" doc:"其中最早的从什么时候等起"`
	Carriers  []Carrier        `json:"carriers"`
	Gateways  []CarrierGateway `json:"gateways"`
}

func (s *server) listCarriers(ctx context.Context, in *OnDivision) (*struct{ Body Carriers }, error) {
	o, err := s.Notify.Overview(ctx, actorOf(ctx), in.Division)
	if err != nil {
		return nil, err
	}
	out := Carriers{Since: shownTime(o.Since), Confirmed: o.States[notify.Confirmed], Open: o.States[notify.Open], Expired: o.States[notify.Expired],
		Cancelled: o.States[notify.Cancelled], Due: o.Due, Gateways: []CarrierGateway{}}
	if o.Oldest != nil {
		at := shownTime(*o.Oldest)
		out.Oldest = &at
	}
	for _, f := range o.Figures {
		out.Carriers = append(out.Carriers, Carrier{Code: f.Carrier, Words: f.Words, By: f.HandledBy, Stopped: f.Stopped, Why: f.Why,
			Week: CarrierCount{f.Tried, f.Arrived, f.Cost}, Unsure: f.Unsure, Failed: f.Failed, Waiting: f.Waiting, Today: CarrierCount{f.Today.Tried, f.Today.Arrived, f.Today.Cost}})
	}
	for _, g := range o.Gateways {
		out.Gateways = append(out.Gateways, CarrierGateway(g))
	}
	return &struct{ Body Carriers }{out}, nil
}

// OnSwitch names the switch of a carrier in a path.
type OnSwitch struct {
	OnDivision
	Carrier string `path:"carrier" maxLength:"10" enum:"voice,sms,family,tv,paper,door,desk,mail" doc:"哪一种办法，照 carriers 里的 code 写"`
}

type stopCarrierIn struct {
	OnSwitch
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"为什么停用；不要写号码"`
	}
}

func (s *server) stopCarrier(ctx context.Context, in *stopCarrierIn) (*struct{}, error) {
	return nil, under("body", s.Notify.Stop(ctx, actorOf(ctx), in.Division, in.Carrier, in.Body.Reason))
}

func (s *server) startCarrier(ctx context.Context, in *OnSwitch) (*struct{}, error) {
	return nil, s.Notify.Start(ctx, actorOf(ctx), in.Division, in.Carrier)
}
