package e2e

import (
	"reflect"
	"testing"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

func init() {
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		return map[string]byType{
				"Catalog.PublishAll": {reflect.TypeFor[[]*catalog.Definition](): {[]*catalog.Definition{s.definition(t)}}},
				"Requests.About":     {textType: {"report-post"}},
			}, map[string]civic.Actor{
				"Catalog.PublishAll": s.Taiyuan.Administrator,
			}
	})
	more = append(more, moreRoutes{
		path: func(_ *site, r route) map[string]string {
			if r.face == kit.Elder {
				return map[string]string{"group": "health"}
			}
			return nil
		},
	})
}
