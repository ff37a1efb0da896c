package e2e

import (
	"net/url"
	"reflect"
	"testing"

	"yinqiao/civic"
	"yinqiao/request"
)

func init() {
	moreVerbs = append(moreVerbs, func(*testing.T, *story) (map[string]byType, map[string]civic.Actor) {
		return map[string]byType{"Requests.Story": {reflect.TypeFor[request.StoryAsk](): {request.StoryAsk{Only: request.Seen}}}}, nil
	})
	more = append(more, moreRoutes{forms: func(*site) map[string]url.Values {
		return map[string]url.Values{"POST /elder/story/freeze": {}}
	}})
}
