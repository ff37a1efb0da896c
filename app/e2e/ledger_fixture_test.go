package e2e

import (
	"bytes"
	"image"
	"image/png"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/staff"
)

// aPlan is a policy document with a task for each act that uses one up.
const aPlan = `XX省方便老年人办事工作方案
X政办发〔2026〕9号
一、主要任务
（一）出行
1.保留电话叫车。新建电子站牌200个。（责任单位：省卫健委）
2.保留人工窗口。车站不得取消人工售票窗口。（责任单位：省卫健委）
3.保留现金。不得拒收现金。（责任单位：省卫健委）
4.保留纸质票。站点都要能打印。（责任单位：省卫健委）
5.保留代办。家人可以代办。（责任单位：省卫健委）
6.保留上门。行动不便的上门办。（责任单位：省卫健委）
7.保留电话。热线有人接。（责任单位：省卫健委）
`

// ledgerSaid is what a unit reports again and again.
const ledgerSaid = "五个车站都查过了。"

func init() {
	actorless["Ledger.NoteLate"] = "a job, as the system"
	for _, verb := range []string{"ShowPolicy", "Meeting", "Practice"} {
		verbsOpenToSupervisor["Ledger."+verb] = anything // a plan of the province, its minutes, what was published: without people
	}
	for _, route := range []string{"GET /desk/ledger", "GET /desk/ledger/tasks", "GET /desk/ledger/tasks.xlsx", "GET /desk/ledger/units", "GET /desk/policies", "GET /desk/policies/{policy}",
		"GET /desk/meetings", "GET /desk/meetings/{meeting}", "GET /desk/practices", "GET /desk/practices/{practice}", "GET /desk/ledger/measures/{measure}", "GET /desk/ledger/targets/{target}",
		"GET /desk/ledger/targets/{target}/list.xlsx", "plans-list", "plans-get", "duties-list", "targets-get"} {
		openToSupervisor[route] = "what the plans ask for, by unit, without people"
	}
	moreStory = append(moreStory, func(t *testing.T, s *story) { s.newLedger(t) })
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	more = append(more, moreRoutes{
		path: func(s *site, r route) map[string]string {
			fill := map[string]string{"duty": s.made["duty Show"], "measure": s.made["measure"], "target": s.made["target"], "file": s.made["ledger file"], "policy": s.made["policy Show"],
				"meeting": s.made["meeting"], "practice": s.made["practice Show"]}
			for end, made := range map[string]string{"{duty}/extension": "duty AskExtension", "{duty}/decision": "duty DecideExtension", "{duty}/order": "duty Urge", "{duty}/reply": "duty Reply", "{duty}/replies": "duty Reply", "{duty}/verdict": "duty Judge",
				"{policy}/facts": "policy CorrectFacts", "{policy}/measure": "policy CorrectMeasure", "{policy}/adopt": "policy AdoptPolicy", "{policy}/drop": "policy DropPolicy", "{practice}/verdict": "practice Judge"} {
				if strings.HasSuffix(r.pattern, end) {
					fill[strings.Trim(end[:strings.Index(end, "}")], "{")] = s.made[made]
				}
			}
			if strings.Contains(r.pattern, "/plans") || strings.Contains(r.pattern, "/duties") || strings.Contains(r.pattern, "/targets/") {
				fill["division"] = "14"
			}
			return fill
		},
		forms: func(s *site) map[string]url.Values {
			return map[string]url.Values{
				"POST /desk/ledger/tasks/{duty}/report":    one("state", "under_way", "words", ledgerSaid),
				"POST /desk/ledger/tasks/{duty}/count":     one("target", s.made["target"], "which", "学府街口站", "n", "2", "day", "2026-11-20", "replaces", s.made["count"]),
				"POST /desk/ledger/tasks/{duty}/extension": one("until", "2027-03-31", "words", "设备还没有到。"),
				"POST /desk/ledger/tasks/{duty}/decision":  one("yes", "1", "words", "同意。"),
				"POST /desk/ledger/tasks/{duty}/order":     one("until", "2027-01-31", "words", "请说明进展。"),
				"POST /desk/ledger/tasks/{duty}/reply":     one("words", "月底做完。"),
				"POST /desk/ledger/tasks/{duty}/verdict":   one("yes", "1", "words", "看过，属实。"),
				"POST /desk/ledger/units":                  one("division", "14", "unit", "省卫健委", "office", s.made["health office"]),
				"POST /desk/policies":                      one("division", "14", "pasted", aPlan),
				"POST /desk/policies/{policy}/facts":       one("rev", "1", "title", "改过的题目", "number", "X政办发〔2026〕9号", "issuer", "省政府", "issued", "2026-03-10", "status", "in_force", "deadline", ""),
				"POST /desk/policies/{policy}/measure":     one("rev", "1", "ref", "1", "heading", "保留电话叫车", "kind", "task", "force", "must", "drop", "", "units-1", "省交通厅", "targets-1", "至少200个 电子站牌"),
				"POST /desk/policies/{policy}/adopt":       one("rev", "1", "code", s.code(), "governments", "1401"),
				"POST /desk/policies/{policy}/drop":        one("rev", "1"),
				"POST /desk/meetings":                      one("division", "14", "title", "联席会议"+s.code(), "day", "2026-11-20", "minutes", "通报了进展。"),
				"POST /desk/meetings/{meeting}/decide":     one("division", "14", "unit", "省卫健委", "words", "把窗口查一遍。", "until", "2026-12-31", "measure", ""),
				"POST /desk/practices":                     one("title", "有人带路"+s.code(), "words", "志愿者在站口等老人。", "measure", ""),
				"POST /desk/practices/{practice}/verdict":  one("yes", "1", "words", "各地都能学。"),
				"POST /desk/practices/{practice}/adopt":    one("words", "我们也安排了人。"),
			}
		},
		bodies: func(*site) map[string]any {
			type object = map[string]any
			return map[string]any{"duties-report": object{"state": "under_way", "words": ledgerSaid}, "duties-reply": object{"words": "月底做完。"}}
		},
		who: func(s *site, r route) civic.Actor {
			if !onLedger(r) {
				return civic.Actor{}
			}
			switch {
			case strings.HasSuffix(r.pattern, "{practice}/adopt"):
				return s.ledgerNeighbour()
			case strings.HasSuffix(r.pattern, "/report"), strings.HasSuffix(r.pattern, "/reports"), strings.HasSuffix(r.pattern, "/count"), strings.HasSuffix(r.pattern, "/extension"), strings.HasSuffix(r.pattern, "/reply"),
				strings.HasSuffix(r.pattern, "/replies"), r.name == "POST /desk/practices":
				return s.ledgerUnit()
			}
			return s.ledgerKeeper()
		},
		renew: func(t *testing.T, s *site, r route) {
			switch {
			case strings.Contains(r.pattern, "/policies/"):
				s.newPolicies(t)
			case strings.HasSuffix(r.pattern, "/report"), strings.HasSuffix(r.pattern, "/reports"), r.pattern == "/desk/ledger/units": // use nothing up
			case onLedger(r) && (strings.Contains(r.pattern, "{duty}") || strings.Contains(r.pattern, "{practice}")):
				s.newLedgerMatters(t)
			}
		},
	})
	moreVerbs = append(moreVerbs, func(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
		of, who := map[string]byType{}, map[string]civic.Actor{}
		add := func(verb string, by civic.Actor, types byType) { of["Ledger."+verb], who["Ledger."+verb] = types, by }
		text := func(words ...any) byType { return byType{textType: words} }
		with := func(b byType, v any) byType { b[reflect.TypeOf(v)] = []any{v}; return b }
		rev := func(name string) byType { return with(text(s.made["policy "+name]), int64(1)) }
		in := civic.Division("14")
		keeper, unit := s.ledgerKeeper(), s.ledgerUnit()
		plans, err := ledger.Plans()
		s.must(t, err)
		actions := []task.ActionEdit{{Units: "省交通厅"}}
		add("AdoptPolicy", keeper, with(rev("AdoptPolicy"), task.Adoption{Code: s.code()}))
		add("CorrectFacts", keeper, with(rev("CorrectFacts"), task.Facts{Title: "改过的题目", Status: ledger.InForce}))
		add("CorrectMeasure", keeper, with(rev("CorrectMeasure"), task.MeasureEdit{Ref: "1", Heading: "改过的名称", Kind: ledger.Task, Force: ledger.Must, Actions: actions}))
		add("DropPolicy", keeper, rev("DropPolicy"))
		add("BringPolicy", keeper, with(byType{}, task.PolicyFile{Name: "方案.txt", Bytes: []byte(aPlan), Division: in}))
		add("EnterPlan", keeper, with(with(with(byType{}, plans[0]), in), []civic.Division{"1401"}))
		for _, verb := range []string{"Policies", "Stand", "Units", "Measures", "Meetings", "Practices"} {
			add(verb, keeper, with(byType{}, in))
		}
		add("ShowPolicy", keeper, text(s.made["policy Show"]))
		add("Board", keeper, with(text(s.made["policy Board"]), in))
		add("Measure", keeper, with(text(s.made["measure"]), in))
		add("Counted", keeper, with(with(text(s.made["target"], ""), in), false))
		of["Ledger.NoteLate"] = with(byType{}, task.Overdue{})
		add("Tasks", keeper, with(byType{}, task.Ask{Division: in}))
		add("Show", keeper, text(s.made["duty Show"]))
		add("File", keeper, text(s.made["ledger file"]))
		add("NameUnit", keeper, with(with(text("省卫健委"), in), civic.OfficeID(s.made["health office"])))
		add("Report", unit, with(text(s.made["duty Show"]), task.Reporting{State: task.UnderWay, Words: ledgerSaid}))
		add("Enter", unit, with(text(s.made["duty Show"]), task.Counting{Target: s.made["target"], Words: "学府街口站", Day: "2026-11-20", N: 2, Replaces: s.made["count"]}))
		add("AskExtension", unit, text(s.made["duty AskExtension"], "2027-03-31", "设备还没有到。"))
		add("Reply", unit, text(s.made["duty Reply"], "月底做完。"))
		add("DecideExtension", keeper, with(text(s.made["duty DecideExtension"], "同意。"), true))
		add("Urge", keeper, text(s.made["duty Urge"], "请说明进展。", "2027-01-31"))
		add("Judge", keeper, with(text(s.made["duty Judge"], "看过，属实。"), true))
		add("Hold", keeper, with(byType{}, task.Minutes{Division: in, Title: "联席会议", HeldOn: "2026-11-20", Minutes: "通报了进展。"}))
		add("Decide", keeper, with(text(s.made["meeting"]), task.Decision{Division: in, Unit: "省卫健委", Words: "把窗口查一遍。", Due: "2026-12-31"}))
		add("Meeting", keeper, text(s.made["meeting"]))
		add("Practice", keeper, text(s.made["practice Show"]))
		add("Submit", unit, with(byType{}, task.Submission{Title: "有人带路", Words: "志愿者在站口等老人。"}))
		add("JudgePractice", keeper, with(text(s.made["practice Judge"], "各地都能学。"), true))
		add("TakeUp", s.ledgerNeighbour(), text(s.made["practice Show"], "我们也安排了人。"))
		return of, who
	})
}

// onLedger tells the routes of the ledger.
func onLedger(r route) bool {
	for _, part := range []string{"/desk/ledger", "/desk/policies", "/desk/meetings", "/desk/practices", "/ledger/duties", "/plans", "/duties", "/targets/"} {
		if strings.Contains(r.pattern, part) {
			return true
		}
	}
	return false
}

func (s *story) staffActor(name string) civic.Actor {
	return apptest.AsStaff(civic.StaffID(s.made[name]))
}
func (s *story) ledgerKeeper() civic.Actor    { return s.staffActor("ledger keeper") }
func (s *story) ledgerUnit() civic.Actor      { return s.staffActor("ledger unit") }
func (s *story) ledgerNeighbour() civic.Actor { return s.staffActor("ledger neighbour") }

// code is a plan's code that was not used yet.
func (s *story) code() string {
	s.plans++
	return "X" + string(rune('A'+s.plans/676%26)) + string(rune('A'+s.plans/26%26)) + string(rune('A'+s.plans%26))
}

// newLedger makes a province's ledger: who keeps it, who reports, and a matter for each act.
func (s *story) newLedger(t *testing.T) {
	t.Helper()
	open := func(name string) civic.OfficeID {
		id, err := s.Place.Open(t.Context(), apptest.System(), place.Office{Kind: "bureau", Name: name, Division: "14", Address: "一号路1号"})
		s.must(t, err)
		return id
	}
	hire := func(made, name string, office civic.OfficeID, role staff.Role) {
		s.made[made] = s.Hire(t, name, office, staff.Post{Role: role, Division: "14"}).Operator.ID
	}
	health := open("省卫生健康委员会")
	s.made["health office"] = string(health)
	hire("ledger keeper", "聂主任", open("省联席会议办公室"), staff.Supervisor)
	hire("ledger unit", "韩处长", health, staff.Bureau)
	hire("ledger neighbour", "梁处长", open("省民政厅"), staff.Bureau)
	s.newPolicies(t)
	s.newLedgerMatters(t)
}

// newPolicies brings a document for each act that uses one up.
func (s *story) newPolicies(t *testing.T) {
	t.Helper()
	for _, verb := range []string{"Show", "CorrectFacts", "CorrectMeasure", "AdoptPolicy", "DropPolicy"} {
		s.made["policy "+verb] = s.bringPolicy(t)
	}
}

func (s *story) bringPolicy(t *testing.T) string {
	t.Helper()
	id, err := s.Ledger.BringPolicy(t.Context(), s.ledgerKeeper(), task.PolicyFile{Name: "方案.txt", Bytes: []byte(aPlan), Division: "14"})
	s.must(t, err)
	return id
}

// newLedgerMatters makes what the acts use up.
func (s *story) newLedgerMatters(t *testing.T) {
	t.Helper()
	ctx, keeper, unit := t.Context(), s.ledgerKeeper(), s.ledgerUnit()
	s.made["policy Board"] = s.bringPolicy(t)
	s.must(t, s.Ledger.AdoptPolicy(ctx, keeper, s.made["policy Board"], 1, task.Adoption{Code: s.code()}))
	s.must(t, s.Ledger.NameUnit(ctx, keeper, "14", "省卫健委", civic.OfficeID(s.made["health office"])))
	ts, _, err := s.Ledger.Tasks(ctx, keeper, task.Ask{Division: "14", Policy: s.made["policy Board"]})
	s.must(t, err)
	for i, verb := range []string{"Show", "AskExtension", "DecideExtension", "Urge", "Reply", "Judge"} {
		s.made["duty "+verb] = ts[i].ID
	}
	s.made["measure"] = ts[0].Measure
	var b bytes.Buffer
	s.must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))))
	photo := []task.Upload{{Name: "a.png", Bytes: b.Bytes()}}
	s.must(t, s.Ledger.Report(ctx, unit, ts[0].ID, task.Reporting{State: task.UnderWay, Words: ledgerSaid, Files: photo}))
	a, err := s.Ledger.Show(ctx, keeper, ts[0].ID)
	s.must(t, err)
	s.made["ledger file"], s.made["target"] = a.Steps[0].Files[0].ID, a.Targets[0].ID
	s.must(t, s.Ledger.Enter(ctx, unit, ts[0].ID, task.Counting{Target: s.made["target"], Words: "学府街口站", Day: "2026-11-20", N: 1, Files: photo}))
	c, err := s.Ledger.Counted(ctx, keeper, s.made["target"], "14", false, "")
	s.must(t, err)
	s.made["count"] = c.List[0].ID
	s.must(t, s.Ledger.AskExtension(ctx, unit, s.made["duty DecideExtension"], "2027-03-31", "设备还没有到。"))
	s.must(t, s.Ledger.Urge(ctx, keeper, s.made["duty Reply"], "请说明进展。", "2027-01-31"))
	s.must(t, s.Ledger.Report(ctx, unit, s.made["duty Judge"], task.Reporting{State: task.Done, Words: "做完了。"}))
	if s.made["meeting"] == "" {
		s.made["meeting"], err = s.Ledger.Hold(ctx, keeper, task.Minutes{Division: "14", Title: "第一次联席会议", HeldOn: "2026-11-19", Minutes: "通报了进展。"})
		s.must(t, err)
	}
	submit := func() string {
		id, err := s.Ledger.Submit(ctx, unit, task.Submission{Title: "有人带路" + s.code(), Words: "志愿者在站口等老人。"})
		s.must(t, err)
		return id
	}
	s.made["practice Judge"], s.made["practice Show"] = submit(), submit()
	s.must(t, s.Ledger.JudgePractice(ctx, keeper, s.made["practice Show"], true, "各地都能学。"))
}
