package e2e

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/staff"
)

func init() {
	actorless["Casework.MarkDue"] = "a job, as the system"
	for verb, why := range map[string]string{
		"Casework.List": "one's own office", "Casework.Stands": "one's own office", "Casework.Absences": "one's own office", "Casework.Colleagues": "one's own office",
		"Casework.Keepings": "one's own office", "Casework.HandOver": "what is in one's own hands", "Casework.Strays": "one's own division",
	} {
		openToAnyClerk[verb] = struct {
			why string
			ok  func(results []reflect.Value) bool
		}{why, noCase}
	}
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		for _, name := range caseNames {
			s.makeCase(t, name)
		}
	})
	moreVerbs = append(moreVerbs, caseVerbs)
	more = append(more, moreRoutes{forms: caseForms, bodies: caseBodies, path: casePath, who: caseWho, renew: caseRenew})
}

// noCase reports whether a result names nobody of the other province.
func noCase(results []reflect.Value) bool {
	st, ok := results[0].Interface().(casework.Standing)
	if ok {
		return len(st.Services) == 0
	}
	page, ok := results[0].Interface().(casework.Page)
	return ok && len(page.Items) == 0 || !ok && empty(results)
}

// caseNames are the steps for each of which there is a case that is ready for it.
var caseNames = []string{"assign", "ask", "answer", "go-on", "transfer", "extend", "reject", "try", "appeal", "withdraw", "hand-in", "bill", "pay", "receive", "file",
	"give-back", "lose", "redirect", "back"}

// makeCase makes a case ready for a step, and keeps its ID and that of its thing.
func (s *story) makeCase(t *testing.T, name string) {
	t.Helper()
	ctx, c, clerk := t.Context(), s.Casework, s.Taiyuan.HospitalClerk
	if name == "back" {
		colleague := s.Hire(t, "请假人", s.Taiyuan.Hospital, staff.Post{Role: staff.Clerk, Division: s.Taiyuan.Division})
		id, err := c.Away(ctx, clerk, s.absence(colleague.Staff()))
		s.must(t, err)
		s.made["absence"] = id
		for _, name := range []string{"colleague", "traveller", "hander"} {
			s.made[name] = string(s.Hire(t, "在岗人", s.Taiyuan.Hospital, staff.Post{Role: staff.Clerk, Division: s.Taiyuan.Division}).Staff())
		}
		s.must(t, c.Take(ctx, apptest.AsStaff(civic.StaffID(s.made["hander"])), s.ReportPost(t, s.Taiyuan).Request))
		return
	}
	id := s.ReportPost(t, s.Taiyuan).Request
	s.made["case."+name] = string(id)
	s.must(t, c.Take(ctx, clerk, id))
	switch name {
	case "answer", "go-on":
		s.must(t, c.Ask(ctx, clerk, id, "请补交检查单"))
	case "try":
		s.must(t, c.Resolve(ctx, clerk, id, "寄了"))
	case "appeal":
		s.must(t, c.Reject(ctx, clerk, id, "报告还没出", "下周二以后再申请"))
	case "pay", "receive":
		s.must(t, c.Bill(ctx, clerk, id, casework.Receipt{Kind: casework.Fee, What: "检查费", Fen: 32650}))
	case "file", "give-back", "lose":
		s.must(t, c.HandIn(ctx, clerk, id, casework.Receipt{Kind: casework.Paper, What: "检查单原件"}))
		if name == "lose" {
			s.must(t, c.Transfer(ctx, clerk, id, s.Taiyuan.Market, "归他们办"))
		}
	case "redirect":
		empty := s.Office(t, "police_station", s.Taiyuan.Division)
		last := s.Hire(t, "最后一位", empty, staff.Post{Role: staff.Clerk, Division: s.Taiyuan.Division})
		s.must(t, c.Transfer(ctx, clerk, id, empty, "归他们办"))
		s.must(t, s.Staff.Leave(ctx, apptest.System(), last.Staff()))
		return
	}
	f, err := c.Read(ctx, person(s.Taiyuan.Elder), id)
	s.must(t, err)
	if len(f.Things) > 0 {
		s.made["thing."+name] = f.Things[0].ID
	}
}

func (s *story) absence(who civic.StaffID) casework.Absence {
	return casework.Absence{Staff: who, Cover: s.Taiyuan.HospitalClerk.Staff(), FromAt: s.Clock.Now(), UntilAt: s.Clock.Now().Add(72 * time.Hour)}
}

func caseVerbs(t *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
	d := s.Taiyuan
	on := func(name string, more byType, words ...any) byType {
		out := byType{requestType: {civic.RequestID(s.made["case."+name])}}
		if s.made["thing."+name] != "" {
			words = append([]any{s.made["thing."+name]}, words...)
		}
		if len(words) > 0 {
			out[textType] = words
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	office := func(id civic.OfficeID) byType { return byType{reflect.TypeFor[civic.OfficeID](): {id}} }
	receipt := func(r casework.Receipt) byType { return byType{reflect.TypeFor[casework.Receipt](): {r}} }
	colleague := byType{reflect.TypeFor[civic.StaffID](): {civic.StaffID(s.made["colleague"])}}
	of := map[string]byType{
		"Casework.List":       {reflect.TypeFor[casework.Filter](): {casework.Filter{}}},
		"Casework.Stands":     {},
		"Casework.Absences":   {},
		"Casework.Colleagues": {},
		"Casework.Keepings":   {},
		"Casework.HandOver":   colleague,
		"Casework.Assign":     on("assign", colleague),
		"Casework.Ask":        on("ask", nil, "请补交检查单"),
		"Casework.Answer":     on("answer", nil, "在女儿那里"),
		"Casework.GoOn":       on("go-on", nil),
		"Casework.Transfer":   on("transfer", office(d.Market), "归他们办"),
		"Casework.Elsewhere":  on("transfer", nil),
		"Casework.Extend":     on("extend", byType{reflect.TypeFor[int](): {3}}, "病理要等外院"),
		"Casework.Reject":     on("reject", nil, "报告还没出", "下周二以后再申请"),
		"Casework.Try":        on("try", nil, "打了电话，没人接"),
		"Casework.Appeal":     on("appeal", nil, "上周就说出了"),
		"Casework.Withdraw":   on("withdraw", nil),
		"Casework.HandIn":     on("hand-in", receipt(casework.Receipt{Kind: casework.Paper, What: "检查单"})),
		"Casework.Bill":       on("bill", receipt(casework.Receipt{Kind: casework.Fee, What: "检查费", Fen: 32650})),
		"Casework.Pay":        on("pay", nil, "儿子转账"),
		"Casework.Receive":    on("receive", nil),
		"Casework.File":       on("file", nil),
		"Casework.GiveBack":   on("give-back", nil),
		"Casework.Lose":       on("lose", nil),
		"Casework.Strays":     {},
		"Casework.MarkDue":    {reflect.TypeFor[casework.Scan](): {casework.Scan{}}},
		"Casework.Redirect":   on("redirect", office(d.Hospital), "那里没有人"),
		"Casework.Away":       {reflect.TypeFor[casework.Absence](): {s.absence(civic.StaffID(s.made["traveller"]))}},
		"Casework.Back":       {textType: {s.made["absence"]}},
	}
	who := map[string]civic.Actor{}
	for verb := range of {
		who[verb] = d.HospitalClerk
	}
	for _, verb := range []string{"Casework.Answer", "Casework.Appeal", "Casework.Withdraw", "Casework.Pay"} {
		who[verb] = d.Clerk
	}
	who["Casework.HandOver"] = apptest.AsStaff(civic.StaffID(s.made["hander"]))
	who["Casework.Lose"], who["Casework.Strays"], who["Casework.Redirect"] = d.MarketClerk, d.Administrator, d.Administrator
	return of, who
}

func caseForms(s *site) map[string]url.Values {
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return v
	}
	at, own := "POST /desk/requests/{request}/", "POST /elder/requests/{request}/"
	colleague, me := s.made["colleague"], string(s.Taiyuan.HospitalClerk.Staff())
	return map[string]url.Values{
		at + "assign":                        one("to", colleague),
		at + "ask":                           one("ask", "请补交检查单"),
		at + "answer":                        one("answer", "在女儿那里"),
		at + "go-on":                         one(),
		at + "transfer":                      one("office", string(s.Taiyuan.Market), "reason", "归他们办"),
		at + "extend":                        one("days", "3", "reason", "病理要等外院"),
		at + "reject":                        one("reason", "报告还没出", "next", "下周二以后再申请"),
		at + "try":                           one("note", "打了电话，没人接"),
		at + "appeal":                        one("appeal", "上周就说出了"),
		at + "withdraw":                      one(),
		at + "hand-in":                       one("what", "检查单", "sum", ""),
		at + "bill":                          one("what", "检查费", "sum", "326.50"),
		at + "pay":                           one("thing", s.made["thing.pay"], "how", "儿子转账"),
		at + "thing":                         one("thing", s.made["thing.give-back"], "step", "give-back", "back", "things"),
		own + "answer":                       one("answer", "在女儿那里"),
		own + "appeal":                       one("appeal", "上周就说出了"),
		own + "withdraw":                     one(),
		own + "pay":                          one("thing", s.made["thing.pay"], "how", "儿子转账"),
		"POST /desk/queue/batch":             one("view", "todo", "service", "", "skill", "", "step", "take", "to", colleague, "request", string(s.open)),
		"POST /desk/queue/hand-over":         one("to", colleague),
		"POST /desk/queue/away":              one("staff", s.made["traveller"], "cover", me, "from", "2026-11-24", "until", "2026-11-25"),
		"POST /desk/queue/back":              one("absence", s.made["absence"]),
		"POST /desk/manage/strays/{request}": one("office", string(s.Taiyuan.Hospital), "reason", "那里没有人"),
	}
}

func caseBodies(s *site) map[string]any {
	type object = map[string]any
	colleague := s.made["colleague"]
	a := s.absence(civic.StaffID(s.made["traveller"]))
	return map[string]any{
		"cases-assign":    object{"to": colleague},
		"cases-ask":       object{"ask": "请补交检查单"},
		"cases-answer":    object{"answer": "在女儿那里"},
		"cases-transfer":  object{"office": s.Taiyuan.Market, "reason": "归他们办"},
		"cases-extend":    object{"days": 3, "reason": "病理要等外院"},
		"cases-reject":    object{"reason": "报告还没出", "next": "下周二以后再申请"},
		"cases-try":       object{"note": "打了电话，没人接"},
		"cases-appeal":    object{"why": "上周就说出了"},
		"strays-redirect": object{"office": s.Taiyuan.Hospital, "reason": "那里没有人"},
		"queue-hand-over": object{"to": colleague},
		"queue-batch":     object{"step": "take", "requests": []any{s.open}},
		"absences-create": object{"staff": a.Staff, "cover": a.Cover, "from": a.FromAt, "until": a.UntilAt},
		"things-hand-in":  object{"kind": "paper", "what": "检查单"},
		"things-bill":     object{"what": "检查费", "fen": 32650},
		"things-pay":      object{"how": "儿子转账"},
	}
}

// stepOf names the case that a route is about, by its last word.
func stepOf(r route) string {
	last := r.pattern[strings.LastIndex(r.pattern, "/")+1:]
	switch {
	case strings.Contains(r.pattern, "/strays"):
		return "redirect"
	case r.name == "things-hand-in":
		return "hand-in"
	case r.name == "things-bill", r.name == "GET /desk/requests/{request}/bill":
		return "bill"
	case r.name == "cases-offices":
		return "extend"
	case last == "thing":
		return "give-back"
	case last == "back" || strings.HasSuffix(r.pattern, "/absences/{absence}"):
		return "back"
	}
	for _, name := range caseNames {
		if name == last && (strings.Contains(r.pattern, "{request}")) {
			return name
		}
	}
	return ""
}

func casePath(s *site, r route) map[string]string {
	name := stepOf(r)
	if name == "" {
		return nil
	}
	out := map[string]string{"absence": s.made["absence"], "thing": s.made["thing."+name]}
	if s.made["case."+name] != "" {
		out["request"] = s.made["case."+name]
	}
	return out
}

func caseWho(s *site, r route) civic.Actor {
	name := stepOf(r)
	switch {
	case r.face == kit.Elder:
		return civic.Actor{}
	case name == "redirect" || r.name == "strays-list":
		return s.Taiyuan.Administrator
	case name == "lose":
		return s.Taiyuan.MarketClerk
	case strings.HasSuffix(r.pattern, "/hand-over"):
		return apptest.AsStaff(civic.StaffID(s.made["hander"]))
	case name == "answer", name == "appeal", name == "withdraw", name == "pay":
		return s.Taiyuan.Clerk
	case name != "", strings.HasPrefix(r.pattern, "/desk/queue"), r.pattern == "/desk/things", strings.HasPrefix(r.name, "things-"), strings.HasPrefix(r.name, "queue-"), strings.HasPrefix(r.name, "absences-"):
		return s.Taiyuan.HospitalClerk
	}
	return civic.Actor{}
}

func caseRenew(t *testing.T, s *site, r route) {
	t.Helper()
	if name := stepOf(r); name != "" {
		s.makeCase(t, name)
	}
	if strings.HasSuffix(r.pattern, "/release") {
		s.held = s.ReportPost(t, s.Taiyuan).Request
		s.must(t, s.Casework.Take(t.Context(), s.Taiyuan.HospitalClerk, s.held))
	}
	if strings.HasSuffix(r.pattern, "/batch") {
		s.open = s.ReportPost(t, s.Taiyuan).Request
	}
}
