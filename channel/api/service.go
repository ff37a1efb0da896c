package api

import (
	"context"
	"net/http"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// Service is what anybody may know of a service before asking for it.
type Service struct {
	Service  string          `json:"service" doc:"稳定的名字"`
	Title    string          `json:"title"`
	Say      string          `json:"say" doc:"念给人听的一句话"`
	Clauses  []string        `json:"clauses" doc:"所落实的政策条款"`
	Bring    string          `json:"bring" doc:"要带什么"`
	Fee      string          `json:"fee" doc:"多少钱、怎么付"`
	Takes    string          `json:"takes" doc:"要多久"`
	Channels []civic.Channel `json:"channels" doc:"能从哪里办"`
	Proxy    bool            `json:"proxy" doc:"能不能由家人代办"`
}

// ServiceForm is a service with the schema of its answers.
type ServiceForm struct {
	Service
	Schema Schema `json:"schema"`
}

func serviceOf(d *catalog.Definition) Service {
	return Service{d.Service, d.Title, d.Say, append([]string{}, d.Clauses...), d.Bring, d.Fee, d.Takes, append([]civic.Channel{}, d.Channels...), d.Proxy}
}

// InDivision says where the person lives who asks.
type InDivision struct {
	Division civic.Division `query:"division" required:"true" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105" doc:"老人住在哪里：行政区划代码(GB/T 2260)" example:"140105"`
}

type servicesOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Services []Service `json:"services"`
	}
}

func (s *server) services() {
	handle(s, route{id: "services-list", method: http.MethodGet, path: "/services", tag: tagService,
		summary: "当地能办哪些事(SX14)", more: "不用登录。要带什么、多少钱、多久，都在里面。"}, s.listServices)
	handle(s, route{id: "services-get", method: http.MethodGet, path: "/services/{service}", tag: tagService,
		summary: "一项服务和它要问的问题(SX14)", more: "不用登录。schema 说明 answers 怎么写；停办的说明为什么、到什么时候；要看这位老人能选的选项，请先开始办。",
		kinds: []civic.Kind{civic.NotFound, civic.Unavailable}}, s.getService)
}

func (s *server) listServices(ctx context.Context, in *InDivision) (*servicesOut, error) {
	ds, err := s.Catalog.List(ctx, in.Division, civic.ChannelAPI)
	if err != nil {
		return nil, err
	}
	out := &servicesOut{CacheControl: "public, max-age=300"}
	out.Body.Services = make([]Service, len(ds))
	for i, d := range ds {
		out.Body.Services[i] = serviceOf(d)
	}
	return out, nil
}

type oneService struct {
	Name string `path:"service" maxLength:"40" doc:"服务的名字，例如 report-post"`
	InDivision
}

func (s *server) getService(ctx context.Context, in *oneService) (*struct{ Body ServiceForm }, error) {
	d, err := s.Catalog.Look(ctx, in.Name, in.Division, civic.ChannelAPI)
	if err != nil {
		return nil, err
	}
	return &struct{ Body ServiceForm }{ServiceForm{serviceOf(d), serviceSchema(d)}}, nil
}
