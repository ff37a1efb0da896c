package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func init() {
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		return map[string]byType{
				"Catalog.PublishAll":  {reflect.TypeFor[[]*catalog.Definition](): {[]*catalog.Definition{s.definition(t)}}},
				"Catalog.Suspend":     {textType: {"petition", "这几天系统检修"}, reflect.TypeFor[*time.Time](): {(*time.Time)(nil)}},
				"Catalog.Resume":      {textType: {"petition"}},
				"Catalog.Adopt":       {textType: {hashIn("bill-pay")}},
				"Catalog.Look":        {textType: {"report-post"}},
				"Requests.About":      {textType: {"report-post"}},
				"Requests.StartAgain": {requestType: {s.confirmed}},
			}, map[string]civic.Actor{
				"Catalog.PublishAll": s.Taiyuan.Administrator,
				"Catalog.Suspend":    s.Taiyuan.Administrator,
				"Catalog.Resume":     s.Taiyuan.Administrator,
				"Catalog.Adopt":      s.Taiyuan.Administrator,
			}
	})
	more = append(more, moreRoutes{
		forms: func(_ *site) map[string]url.Values {
			none := url.Values{}
			return map[string]url.Values{
				"POST /elder/requests/{request}/again": none, "POST /elder/drafts/{draft}/drop": none, "POST /elder/drafts/{draft}/restore": none,
				"POST /desk/requests/{request}/again": none, "POST /desk/drafts/{draft}/drop": none, "POST /desk/drafts/{draft}/restore": none,
			}
		},
		path: func(_ *site, r route) map[string]string {
			if r.face == kit.Elder && strings.Contains(r.pattern, "{group}") {
				return map[string]string{"group": "health"}
			}
			return nil
		},
	})
}
