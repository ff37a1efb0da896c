package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/ledger/finding"
	"yinqiao/place"
)

const asked = "什么时候能做到？"

func init() {
	for verb, why := range map[string]string{
		"Findings.Again": "a job, as the system", "Findings.SweepAll": "a job, as the system", "Catalog.ResumeAt": "a job, as the system",
	} {
		actorless[verb] = why
	}
	for _, verb := range []string{"List", "Count", "OfPlace", "Show", "RequireAnswer"} {
		verbsOpenToSupervisor["Findings."+verb] = anything // places and services, never people
	}
	for _, route := range []string{"GET /desk/findings", "GET /desk/findings/{finding}", "POST /desk/findings/{finding}/ask", "findings-list", "findings-get", "findings-ask"} {
		openToSupervisor[route] = "what places and services lack, without people; asking the same again is no act"
	}
	colleagues["Findings.RequireAnswer"] = func(s *story) civic.Actor { return s.Xihu.Supervisor }
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		a := s.Taiyuan
		s.must(t, s.Place.SetFeatures(t.Context(), a.HospitalClerk, a.Hospital, map[string]place.Presence{"green_lane": place.Absent}))
		fs, err := s.Findings.OfPlace(t.Context(), a.HospitalClerk, a.Hospital)
		s.must(t, err)
		for _, f := range fs {
			if f.Rule == "hospital-lane" {
				s.made["finding"] = f.ID
			}
		}
		s.must(t, s.Findings.RequireAnswer(t.Context(), a.Supervisor, s.made["finding"], asked))
		for _, name := range []string{"to shut", "shut"} {
			s.made[name] = string(s.Office(t, "library", a.Division))
		}
		s.must(t, s.Place.Shut(t.Context(), a.Administrator, civic.OfficeID(s.made["shut"]), "装修"))
	})
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	more = append(more, moreRoutes{
		path: func(s *site, r route) map[string]string {
			fill := map[string]string{"finding": s.made["finding"], "hash": hashIn("report-post")}
			if strings.HasPrefix(r.pattern, "/desk/manage/services/") && (strings.HasSuffix(r.pattern, "/suspend") || strings.HasSuffix(r.pattern, "/resume")) {
				fill["service"] = "petition" // of which nothing else is begun
			}
			return fill
		},
		forms: func(s *site) map[string]url.Values {
			div := string(s.Taiyuan.Division)
			return map[string]url.Values{
				"POST /desk/findings/{finding}/ask":            one("words", asked),
				"POST /desk/findings/{finding}/answer":         one("words", "下个月开绿色通道。"),
				"POST /desk/places/{place}/shut":               one("shut", "装修，请去中心馆"),
				"POST /desk/places/{place}/reopen":             one(),
				"POST /desk/manage/services/check":             one("division", div, "text", unseen),
				"POST /desk/manage/services/publish":           one("division", div, "text", unseen, "pilot", "1"),
				"POST /desk/manage/services/{service}/suspend": one("division", div, "reason", "这几天系统检修", "until", ""),
				"POST /desk/manage/services/{service}/resume":  one("division", div),
				"POST /desk/manage/services/{service}/adopt":   one("division", div, "hash", hashIn("report-post"), "pilot", ""),
			}
		},
		bodies: func(*site) map[string]any {
			return map[string]any{"findings-answer": map[string]any{"words": "下个月开绿色通道。"}, "findings-ask": map[string]any{"words": asked}}
		},
		who: func(s *site, r route) civic.Actor {
			switch {
			case strings.HasSuffix(r.name, "findings-ask"), strings.HasSuffix(r.pattern, "{finding}/ask"):
				return s.Taiyuan.Supervisor
			case strings.Contains(r.pattern, "/findings"), strings.HasPrefix(r.pattern, "/desk/manage/services"):
				return s.Taiyuan.Administrator
			}
			return civic.Actor{}
		},
	})
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		a := s.Taiyuan
		text := func(words ...any) byType { return byType{textType: words} }
		office := func(name string, words ...any) byType {
			return byType{textType: words, reflect.TypeFor[civic.OfficeID](): {civic.OfficeID(s.made[name])}}
		}
		ask := byType{reflect.TypeFor[finding.Ask](): {finding.Ask{Division: a.Division}}}
		tried := byType{reflect.TypeFor[civic.Division](): {a.Street}, reflect.TypeFor[*catalog.Definition](): {s.definition(t)}}
		admin := a.Administrator
		return map[string]byType{
				"Findings.List": ask, "Findings.Show": text(s.made["finding"]), "Findings.Answer": text(s.made["finding"], "下个月开绿色通道。"),
				"Findings.RequireAnswer": text(s.made["finding"], asked), "Findings.Again": {reflect.TypeFor[finding.Recheck](): {finding.Recheck{Office: a.Hospital}}},
				"Findings.SweepAll": {reflect.TypeFor[finding.Sweep](): {finding.Sweep{}}},
				"Place.Shut":        office("to shut", "装修，请去中心馆"), "Place.Reopen": office("shut"),
				"Catalog.Editions": text("report-post"), "Catalog.Try": tried,
				"Catalog.ResumeAt": {reflect.TypeFor[catalog.ResumeDue](): {catalog.ResumeDue{Service: "petition", Division: a.Division}}},
			}, map[string]civic.Actor{
				"Findings.List": admin, "Findings.Count": admin, "Findings.OfPlace": admin, "Findings.Show": admin, "Findings.Answer": admin, "Findings.RequireAnswer": a.Supervisor,
				"Place.Shut": admin, "Place.Reopen": admin, "Catalog.Shelf": admin, "Catalog.Editions": admin, "Catalog.Try": admin,
			}
	})
}

// hashIn is the version of a service that this release has for both provinces.
func hashIn(service string) string {
	all, err := catalog.Embedded()
	if err != nil {
		panic(err)
	}
	for _, d := range all {
		if d.Service == service {
			return d.Hash
		}
	}
	return ""
}

// unseen is a definition that no release has.
const unseen = `service: borrow-glasses
version: 1
title: 借老花镜
say: 到窗口借一副老花镜，看完还回来。
clauses: [SX15]
divisions: ["140105"]
channels: [desk, elder, api, phone]
proxy: true
who: 谁都可以借。
bring: 不用带。
takes: 当场就借。
fee: 不收费。
casework:
  office_kind: community
  due_working_days: 1
  due_source: 演示数据
  done: 请写明借了哪一副
questions:
  - key: eyes
    kind: choice
    ask: 借多少度的？
    label: 度数
    options:
      - {code: light, text: 一百度}
      - {code: strong, text: 三百度}
  - key: phone
    kind: phone
    ask: 打哪个电话找您？
    label: 电话
    default: last
`
