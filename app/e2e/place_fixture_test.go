package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

func init() {
	for verb, why := range map[string]string{
		"Place.Show": "what a place is, has and does is public", "Place.Office": "what a place is, has and does is public", "Place.Near": "where places are is public", "Place.Directory": "what places there are is public",
		"Place.Count": "how many places there are is public", "Place.Divided": "where there are places is public",
	} {
		actorless[verb] = why
	}
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		for _, name := range []string{"window", "window to close", "window to end"} {
			id, err := s.Place.AddWindow(t.Context(), s.Taiyuan.HospitalClerk, s.Taiyuan.Hospital, place.Window{Name: name, Serves: "挂号", Kind: place.Manned})
			s.must(t, err)
			s.made[name] = id
		}
		s.must(t, s.Place.CloseWindow(t.Context(), s.Taiyuan.HospitalClerk, s.Taiyuan.Hospital, s.made["window"], "吃饭", nil))
		s.must(t, s.Place.SetDay(t.Context(), s.Taiyuan.HospitalClerk, s.Taiyuan.Hospital, "2026-12-24", "", "停电检修"))
	})
	form := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	more = append(more, moreRoutes{
		path: func(s *site, r route) map[string]string {
			window, office := s.made["window"], string(s.Taiyuan.Hospital)
			switch {
			case strings.HasSuffix(r.pattern, "{place}/shut"):
				office = s.made["to shut"]
			case strings.HasSuffix(r.pattern, "{place}/reopen"):
				office = s.made["shut"]
			case strings.HasSuffix(r.pattern, "/close"):
				window = s.made["window to close"]
			case strings.HasSuffix(r.pattern, "/end"):
				window = s.made["window to end"]
			}
			return map[string]string{"place": office, "window": window, "division": string(s.Taiyuan.Division), "kind": "hospital", "day": "2026-12-24"}
		},
		forms: func(s *site) map[string]url.Values {
			at := "POST /desk/places/{place}/"
			return map[string]url.Values{
				"POST /desk/people/{person}/places": form("matter", "看病"),
				at + "hours":                        form("hours", "每天 8:00-12:00"),
				at + "days":                         form("day", "2026-12-25", "times", "9:00-12:00", "reason", "停电检修"),
				at + "days/{day}/drop":              form(),
				at + "features":                     form("has-cash", "present"),
				at + "details":                      form("village", "", "address", "二号路2号", "landmark", "门口有两棵槐树", "phone", "0351-0660120", "can", "挂号", "cannot", "", "services", "report-post", "lat", "37.78", "lon", "112.56"),
				at + "windows":                      form("name", "9号窗口", "serves", "挂号", "kind", "manned", "staffed-by", "值班员"),
				at + "windows/{window}/close":       form("reason", "人手不够", "until", ""),
				at + "windows/{window}/open":        form(),
				at + "windows/{window}/end":         form(),
			}
		},
		who: func(s *site, r route) civic.Actor {
			if strings.HasSuffix(r.pattern, "{place}/shut") || strings.HasSuffix(r.pattern, "{place}/reopen") {
				return s.Taiyuan.Administrator
			}
			if strings.HasPrefix(r.pattern, "/desk/places/") || r.pattern == "/desk/place" {
				return s.Taiyuan.HospitalClerk
			}
			return civic.Actor{}
		},
	})
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		text := func(words ...any) byType { return byType{textType: words} }
		shut := text(s.made["window to close"], "停电检修")
		shut[reflect.TypeFor[*time.Time]()] = []any{(*time.Time)(nil)}
		clerk := s.Taiyuan.HospitalClerk
		return map[string]byType{
				"Place.SetHours":    text("每天 8:00-12:00"),
				"Place.SetDay":      text("2026-12-25", "9:00-12:00", "停电检修"),
				"Place.DropDay":     text("2026-12-24"),
				"Place.OpenWindow":  text(s.made["window"]),
				"Place.CloseWindow": shut,
				"Place.EndWindow":   text(s.made["window to end"]),
				"Place.AddWindow":   {reflect.TypeFor[place.Window](): {place.Window{Name: "9号窗口", Kind: place.Manned}}},
				"Place.SetFeatures": {reflect.TypeFor[map[string]place.Presence](): {map[string]place.Presence{"cash": place.Present}}},
				"Place.Directory":   {reflect.TypeFor[int](): {10}},
				"Place.Near":        {reflect.TypeFor[place.From](): {place.From{Division: s.Taiyuan.Street}}, reflect.TypeFor[place.Want](): {place.Want{}}},
				"Place.Describe":    {reflect.TypeFor[place.Office](): {place.Office{ID: s.Taiyuan.Hospital, Address: "二号路2号"}}},
			}, map[string]civic.Actor{"Place.SetHours": clerk, "Place.SetDay": clerk, "Place.DropDay": clerk, "Place.OpenWindow": clerk, "Place.CloseWindow": clerk,
				"Place.EndWindow": clerk, "Place.AddWindow": clerk, "Place.SetFeatures": clerk, "Place.Describe": clerk, "Place.Keeping": clerk}
	})
}
