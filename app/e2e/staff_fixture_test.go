package e2e

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/staff"
)

func init() {
	for verb, why := range map[string]string{
		"Staff.ByToken":       "says which device somebody is; the token is the proof",
		"Staff.Enrol":         "says whose phone it is; the code is the proof",
		"Staff.SignInByPIN":   "says who somebody is; phone and PIN are the proof",
		"Staff.SweepExpired":  "a job, as the system",
		"Grant.SweepReads":    "a job, as the system",
		"Grant.Close":         "a job, as the system",
		"Casework.ReleaseAll": "a job, as the system",
	} {
		actorless[verb] = why
	}
	doors["POST /field/sign-in"], doors["POST /field/enrol"] = http.StatusForbidden, http.StatusForbidden
	type open = struct {
		why string
		ok  func(results []reflect.Value) bool
	}
	openToAnyClerk["Staff.MyDuty"] = open{"one's own duty", empty}
	openToAnyClerk["Staff.Readers"] = open{"the readers of one's own office", empty}
	verbsOpenToSupervisor["Staff.MyDuty"] = empty
	verbsOpenToSupervisor["Grant.GlassReviews"] = masked
	verbsOpenToSupervisor["Grant.LookupsSpent"] = empty
	openToSupervisor["GET /desk/mine"] = "one's own duty"
	openToSupervisor["GET /desk/glass"] = "what they judge, masked"
	// In an emergency borders don't count: who has no such role is refused.
	colleagues["Grant.BreakGlass"] = func(s *story) civic.Actor { return s.Xihu.Administrator }
	colleagues["Grant.LookupsSpent"] = func(s *story) civic.Actor { return s.Xihu.Supervisor }
	colleagues["Grant.GlassReviews"] = func(s *story) civic.Actor { return s.Xihu.Supervisor }
	moreStory = append(moreStory, func(t *testing.T, s *story) { s.makeStaff(t) })
	moreVerbs = append(moreVerbs, staffVerbs)
	more = append(more, moreRoutes{forms: staffForms, bodies: staffBodies, path: staffPath, who: staffWho, renew: staffRenew})
}

// worker hires a member of staff of Taiyuan's community station with a login.
func (s *story) worker(t *testing.T, name string) civic.StaffID {
	t.Helper()
	h, err := s.Staff.Hire(t.Context(), apptest.System(), s.hire())
	s.must(t, err)
	s.made[name] = string(h.ID)
	return h.ID
}

func (s *story) device(t *testing.T, name string, office civic.OfficeID) string {
	t.Helper()
	d, token, err := s.Staff.EnrolDevice(t.Context(), apptest.System(), staff.Device{Kind: staff.Reader, Name: "窗口读卡器", Office: office})
	s.must(t, err)
	s.made[name], s.made["token."+d.ID] = d.ID, token
	return d.ID
}

func readerActor(id string) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyDevice, ID: id}, Channel: civic.ChannelAPI, Device: id}
}

func (s *story) present(t *testing.T) {
	t.Helper()
	_, err := s.Grant.PresentCard(t.Context(), readerActor(s.made["reader"]), grant.CardRead{Key: db.NewID(), Kind: people.KindResidentID, Number: s.Taiyuan.ElderID})
	s.must(t, err)
}

// glassOf breaks the glass over the elder of the other district, by somebody there.
func (s *story) glassOf(t *testing.T) {
	t.Helper()
	who := s.Hire(t, "急救人", s.Xihu.Community, staff.Post{Role: staff.Gate, Division: s.Xihu.Division})
	s.must(t, s.Grant.BreakGlass(t.Context(), who, s.Xihu.Elder, "collapse", "老人在闸口晕倒，要联系家人。"))
	list, err := s.Grant.GlassReviews(t.Context(), s.Xihu.Supervisor, s.Xihu.Division, false)
	s.must(t, err)
	s.made["glass"] = list[len(list)-1].ID
}

func (s *story) duty(t *testing.T, name string, who civic.Actor, in time.Duration) {
	t.Helper()
	id, err := s.Staff.AddDuty(t.Context(), apptest.System(), staff.Duty{Office: s.Taiyuan.Hospital, Staff: who.Staff(), Role: staff.Clerk,
		FromAt: s.Clock.Now().Add(in - time.Hour), UntilAt: s.Clock.Now().Add(in + 8*time.Hour)})
	s.must(t, err)
	s.made[name] = id
}

func (s *story) makeStaff(t *testing.T) {
	t.Helper()
	s.worker(t, "worker")
	s.worker(t, "leaver")
	s.device(t, "reader", s.Taiyuan.Community)
	s.device(t, "old reader", s.Taiyuan.Community)
	s.present(t)
	s.glassOf(t)
	s.duty(t, "duty", s.Taiyuan.HospitalClerk, 0)
	s.duty(t, "duty to end", s.Taiyuan.HospitalClerk, 24*time.Hour)
	next := s.Hire(t, "下一班", s.Taiyuan.Hospital, staff.Post{Role: staff.Clerk, Division: s.Taiyuan.Division})
	s.made["next"] = next.Operator.ID
	s.duty(t, "duty of the next", next, time.Minute)
	s.must(t, s.Staff.HandOver(t.Context(), s.Taiyuan.HospitalClerk, "三号窗口的打印机缺纸。"))

	field := s.worker(t, "field")
	code, err := s.Staff.DrawCode(t.Context(), s.Taiyuan.Administrator, field)
	s.must(t, err)
	d, token, err := s.Staff.Enrol(t.Context(), code, "739164")
	s.must(t, err)
	s.made["phone"], s.made["token."+d.ID] = d.ID, token
}

// fieldActor is the worker with their phone.
func (s *story) fieldActor() civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: s.made["field"]}, Channel: civic.ChannelField, Device: s.made["phone"]}
}

func staffVerbs(_ *testing.T, s *story) (map[string]byType, map[string]civic.Actor) {
	d := s.Taiyuan
	staffID, office := reflect.TypeFor[civic.StaffID](), reflect.TypeFor[civic.OfficeID]()
	worker := byType{staffID: {civic.StaffID(s.made["worker"])}, reflect.TypeFor[staff.Reset](): {staff.ResetPassword}, office: {d.Hospital},
		reflect.TypeFor[[]staff.Post](): {[]staff.Post{{Role: staff.GridWorker, Division: d.Division}}}}
	text := func(words ...any) byType { return byType{textType: words} }
	monday := byType{office: {d.Hospital}, reflect.TypeFor[time.Time](): {s.Clock.Now().Truncate(24*time.Hour).Add(-8*time.Hour).AddDate(0, 0, 7)}}
	of := map[string]byType{
		"Staff.Account": worker, "Staff.SetPosts": worker, "Staff.Move": worker, "Staff.Reset": worker, "Staff.DrawCode": worker,
		"Staff.Leave":         {staffID: {civic.StaffID(s.made["leaver"])}},
		"Staff.EnrolDevice":   {reflect.TypeFor[staff.Device](): {staff.Device{Kind: staff.Kiosk, Name: "大厅自助机", Office: d.Community}}},
		"Staff.RevokeDevice":  text(s.made["old reader"]),
		"Staff.AddDuty":       {reflect.TypeFor[staff.Duty](): {staff.Duty{Office: d.Hospital, Staff: d.HospitalClerk.Staff(), Role: staff.Clerk, FromAt: s.Clock.Now().Add(48 * time.Hour), UntilAt: s.Clock.Now().Add(56 * time.Hour)}}},
		"Staff.CopyWeek":      monday,
		"Staff.Roster":        monday,
		"Staff.EndDuty":       {office: {d.Hospital}, textType: {s.made["duty to end"]}},
		"Staff.HandOver":      text("打印机好了。"),
		"Staff.ByToken":       text("none.at all"),
		"Staff.Enrol":         text("12345678", "739164"),
		"Staff.SignInByPIN":   text("none.at all", "739164"),
		"Grant.PresentCard":   {reflect.TypeFor[grant.CardRead](): {grant.CardRead{Key: "key-of-a-test", Number: d.ElderID}}},
		"Grant.Waiting":       text(s.made["reader"]),
		"Grant.OpenRead":      text(s.made["reader"]),
		"Grant.BreakGlass":    text("collapse", "老人在闸口晕倒，要联系家人。"),
		"Grant.JudgeGlass":    text(s.made["glass"], "proper", "情况属实。"),
		"Grant.Close":         {reflect.TypeFor[grant.Shut](): {grant.Shut{Staff: civic.StaffID(s.made["worker"])}}},
		"Casework.ReleaseAll": {reflect.TypeFor[casework.Free](): {casework.Free{Staff: civic.StaffID(s.made["worker"])}}},
	}
	rightful := map[string]civic.Actor{"Staff.HandOver": d.HospitalClerk, "Staff.OnPhone": s.fieldActor(),
		"Staff.ReadNote": apptest.AsStaff(civic.StaffID(s.made["next"])), "Grant.PresentCard": readerActor(s.made["reader"]),
		"Grant.GlassReviews": d.Supervisor, "Grant.LookupsSpent": d.Supervisor, "Grant.JudgeGlass": s.Xihu.Supervisor}
	for _, v := range []string{"Account", "Accounts", "SetPosts", "Move", "Reset", "Leave", "DrawCode", "EnrolDevice", "RevokeDevice", "Devices",
		"Colleagues", "AddDuty", "EndDuty", "CopyWeek", "Roster"} {
		rightful["Staff."+v] = d.Administrator
	}
	rightful["Place.Offices"], rightful["Place.Find"] = d.Administrator, d.Administrator
	return of, rightful
}

func staffForms(s *site) map[string]url.Values {
	one := func(kv ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Add(kv[i], kv[i+1])
		}
		return v
	}
	d, h := s.Taiyuan, s.hire()
	day := s.Clock.Now().In(civic.Shanghai).AddDate(0, 0, 3).Format(time.DateOnly)
	week := s.Clock.Now().In(civic.Shanghai).AddDate(0, 0, 7).Format(time.DateOnly)
	return map[string]url.Values{
		"POST /desk/manage/offices":                                  one("office-name", "新单位", "kind", "bureau", "division", string(d.Division), "address", "三号路3号", "phone", "0351-0000001", "hours", "全天"),
		"POST /desk/manage/hire":                                     one("login", h.Login, "name", h.Name, "office", string(h.Office), "role", "grid_worker", "division", string(d.Division), "role", "", "division", string(d.Division)),
		"POST /desk/manage/staff/{staff}/posts":                      one("role", "family_doctor", "division", string(d.Division)),
		"POST /desk/manage/staff/{staff}/move":                       one("office", string(d.Hospital)),
		"POST /desk/manage/staff/{staff}/reset":                      one("what", "totp"),
		"POST /desk/manage/staff/{staff}/leave":                      one("sure", "1"),
		"POST /desk/manage/staff/{staff}/code":                       one(),
		"POST /desk/manage/offices/{office}/devices":                 one("kind", "reader", "device-name", "2号窗口"),
		"POST /desk/manage/offices/{office}/devices/{device}/revoke": one(),
		"POST /field/sign-in":                                        one("pin", "739164"),
		"POST /field/sign-out":                                       one(),
		"POST /field/enrol":                                          one("code", "12345678", "pin", "739164", "again", "739164"),
		"POST /field/find":                                           one("text", d.ElderID),
		"POST /field/people/{person}/open":                           one("reason", "上门看望", "presented", "1"),
		"POST /field/people/{person}/glass":                          one("emergency", "lost", "reason", "老人走失，站在路口说不清家在哪里。"),
		"POST /desk/mine/phone":                                      one(),
		"POST /desk/mine/note":                                       one("note", "有一位老人下午再来。"),
		"POST /desk/mine/note/read":                                  one(),
		"POST /desk/reader":                                          one("reader", s.made["reader"]),
		"POST /desk/read":                                            one(),
		"POST /desk/people/{person}/glass":                           one("emergency", "lost", "reason", "老人走失，站在路口说不清家在哪里。"),
		"POST /desk/glass/{glass}":                                   one("verdict", "improper", "note", "没有紧急情况。"),
		"POST /desk/duty/{office}":                                   one("who", string(d.HospitalClerk.Staff()), "role", "clerk", "day", day, "from", "22:00", "until", "06:00", "week", day),
		"POST /desk/duty/{office}/copy":                              one("week", week),
		"POST /desk/duty/{office}/end":                               one("duty", s.made["duty to end"], "week", day),
	}
}

func staffBodies(s *site) map[string]any {
	return map[string]any{"reads-create": map[string]any{"kind": "resident_id", "number": s.Taiyuan.ElderID, "issued": "2020-01-01", "expires": "2040-01-01"}}
}

func staffPath(s *site, r route) map[string]string {
	out := map[string]string{"staff": s.made["worker"], "office": string(s.Taiyuan.Community), "device": s.made["old reader"], "glass": s.made["glass"]}
	if strings.HasPrefix(r.pattern, "/desk/duty") {
		out["office"] = string(s.Taiyuan.Hospital)
	}
	if onEligibility(r) {
		out["office"] = s.made["paying"]
	}
	return out
}

func staffWho(s *site, r route) civic.Actor {
	switch {
	case r.face == kit.FieldFace:
		return s.fieldActor()
	case r.name == "reads-create":
		return readerActor(s.made["reader"])
	case strings.HasPrefix(r.pattern, "/desk/manage"), strings.HasPrefix(r.pattern, "/desk/duty"):
		return s.Taiyuan.Administrator
	case strings.HasPrefix(r.pattern, "/desk/glass"):
		return s.Xihu.Supervisor
	case r.pattern == "/desk/mine/note/read":
		return apptest.AsStaff(civic.StaffID(s.made["next"]))
	case r.pattern == "/desk/mine/note":
		return s.Taiyuan.HospitalClerk
	}
	return civic.Actor{}
}

func staffRenew(t *testing.T, s *site, r route) {
	switch {
	case strings.Contains(r.pattern, "{staff}"):
		s.worker(t, "worker")
	case strings.Contains(r.pattern, "{device}"):
		s.device(t, "old reader", s.Taiyuan.Community)
	case r.pattern == "/desk/read":
		s.present(t)
	case strings.Contains(r.pattern, "{glass}"):
		s.glassOf(t)
	case strings.HasSuffix(r.pattern, "/end"):
		s.duty(t, "duty to end", s.Taiyuan.HospitalClerk, 36*time.Hour)
	}
}
