package e2e

import (
	"reflect"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/ledger/indicator"
)

func init() {
	for _, verb := range []string{"Board", "Detail", "Behind", "Overview"} {
		verbsOpenToSupervisor["Figures."+verb] = anything // counts, and acts without anybody in them
	}
	for _, route := range []string{"GET /desk/figures", "GET /desk/figures/board.xlsx", "GET /desk/figures/{figure}", "GET /desk/figures/{figure}/list", "GET /desk/figures/{figure}/list.xlsx",
		"GET /desk/overview", "GET /desk/overview/brief", "GET /desk/overview/brief.xlsx",
		"figures-list", "figures-get", "figures-behind"} {
		openToSupervisor[route] = "what was done, counted, without people"
	}
	more = append(more, moreRoutes{
		path: func(*site, route) map[string]string { return map[string]string{"figure": "offline-share"} },
		who: func(s *site, r route) civic.Actor {
			if strings.Contains(r.pattern, "/figures") || strings.Contains(r.pattern, "/overview") {
				return s.Taiyuan.Administrator
			}
			return civic.Actor{}
		},
	})
	moreVerbs = append(moreVerbs, func(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		ask := reflect.TypeFor[indicator.Ask]()
		in := []any{indicator.Ask{Division: s.Taiyuan.Division}}
		one := byType{ask: in, textType: {"offline-share", ""}}
		admin := s.Taiyuan.Administrator
		return map[string]byType{"Figures.Board": {ask: in}, "Figures.Overview": {ask: in}, "Figures.Detail": one, "Figures.Behind": one},
			map[string]civic.Actor{"Figures.Board": admin, "Figures.Overview": admin, "Figures.Detail": admin, "Figures.Behind": admin}
	})
}
