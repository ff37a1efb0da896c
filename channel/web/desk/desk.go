// Package desk is the workbench of the staff: one box that finds anything, a
// person's page, all questions of a service on one form, and the office's queue.
package desk

import (
	"net/http"
	"slices"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/staff"
)

type face struct{ *kit.Rooms }

// Routes are the pages of this face, by noun.
func Routes(rm *kit.Rooms) []kit.Route {
	f := face{rm}
	return slices.Concat(
		f.signRoutes(),
		f.findRoutes(),
		f.registerRoutes(),
		f.personRoutes(),
		f.cardRoutes(),
		f.settleRoutes(),
		f.factRoutes(),
		f.nameRoutes(),
		f.rightsRoutes(),
		f.rosterRoutes(),
		f.grantRoutes(),
		f.noticeRoutes(),
		f.draftRoutes(),
		f.DraftActs(kit.Desk, f.actor),
		f.caseRoutes(),
		f.bookingRoutes(),
		f.extraRoutes(),
		f.weekRoutes(),
		f.hallRoutes(),
		f.phoneRoutes(),
		f.hospitalRoutes(),
		f.queueRoutes(),
		f.thingRoutes(),
		f.eligibilityRoutes(),
		f.strayRoutes(),
		f.placeRoutes(),
		f.findingRoutes(),
		f.overviewRoutes(),
		f.figureRoutes(),
		f.ledgerRoutes(),
		f.policyRoutes(),
		f.meetingRoutes(),
		f.practiceRoutes(),
		f.catalogRoutes(),
		f.manageRoutes(),
		f.deviceRoutes(),
		f.readRoutes(),
		f.glassRoutes(),
		f.dutyRoutes(),
		f.storyRoutes(),
		f.taskRoutes(),
		f.codeRoutes(),
	)
}

func (f face) signRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/sign-in", Open: true, Do: f.signInPage},
		{Pattern: "POST /desk/sign-in", Open: true, Do: f.signIn},
		{Pattern: "POST /desk/sign-out", Open: true, Do: f.signOut},
	}
}

func (f face) findRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk", Do: f.home},
		{Pattern: "POST /desk/find", Do: f.find},
	}
}

func (f face) actor(r *http.Request) civic.Actor {
	p := f.Party(r)
	if p.Kind != civic.PartyStaff {
		p = civic.Party{} // people use their own pages
	}
	return civic.Actor{Operator: p, Channel: civic.ChannelDesk}
}

var errSignIn = civic.E(civic.Denied, "sign_in", "请先登录工作台。").Accepting("用单位发的账号登录")

// frame is the page's frame, with who is signed in and where they work.
func (f face) frame(r *http.Request, title string) (kit.Frame, civic.Actor, staff.Member, error) {
	fr := kit.FrameOf(r, kit.Desk)
	fr.Title, fr.Demo = title, f.Demo != nil
	a := f.actor(r)
	if a.Operator.None() {
		return fr, a, staff.Member{}, errSignIn
	}
	m, err := f.Staff.Find(r.Context(), a.Staff())
	if civic.Is(err, civic.NotFound) {
		err = errSignIn
	}
	if err != nil {
		return fr, a, m, err
	}
	fr.Who, fr.Phone = m.Name, place.HelpPhone(m.Division)
	words := []string{}
	for _, p := range m.Roles {
		words = append(words, p.Role.Words())
	}
	fr.Nav = navigation(m)
	if l, on := f.Calls.Talking(m.ID); on {
		fr.OnCall = &kit.OnCall{ID: l.ID, With: whoCalls(l)}
	}
	fr.Office = kit.Division(m.Division) + " " + strings.Join(words, "、")
	return fr, a, m, nil
}

// navigation is where a member's roles have work.
func navigation(m staff.Member) []kit.Link {
	var out []kit.Link
	for _, l := range []struct {
		need civic.Permission
		kit.Link
	}{
		{civic.MayFindPeople, kit.Link{To: "/desk", Words: "找人"}},
		{civic.MayWorkCases, kit.Link{To: "/desk/queue", Words: "待办"}},
		{civic.MayWorkCases, kit.Link{To: "/desk/roll", Words: "预约"}},
		{civic.MayWorkCases, kit.Link{To: "/desk/line", Words: "叫号"}},
		{civic.MayKeepSessions, kit.Link{To: "/desk/week", Words: "一周的号"}},
		{civic.MayWorkCases, kit.Link{To: "/desk/queue?view=ended", Words: "已办"}},
		{civic.MayRegisterPeople, kit.Link{To: "/desk/register", Words: "登记新人"}},
		{civic.MayKeepPlace, kit.Link{To: "/desk/place", Words: "本单位"}},
		{civic.MaySeeFigures, kit.Link{To: "/desk/overview", Words: "总览"}},
		{civic.MaySeeFigures, kit.Link{To: "/desk/figures", Words: "数字"}},
		{civic.MaySeeFigures, kit.Link{To: "/desk/findings", Words: "没有做到的"}},
		{civic.MaySeeFigures, kit.Link{To: "/desk/ledger", Words: "台账"}},
		{civic.MayImportPeople, kit.Link{To: "/desk/rosters", Words: "导入名单"}},
		{civic.MaySettlePeople, kit.Link{To: "/desk/grants/held", Words: "要处理的委托"}},
		{civic.MayServePeople, kit.Link{To: "/desk/calls", Words: "来电"}},
		{civic.MaySeeFigures, kit.Link{To: "/desk/calls/watch", Words: "电话线"}},
		{civic.MayServePeople, kit.Link{To: "/desk/tasks/voice", Words: "要通知的事"}},
		{civic.MayRunMessages, kit.Link{To: "/desk/carriers", Words: "通知的办法"}},
		{civic.MayManageStaff, kit.Link{To: "/desk/manage", Words: "管理"}},
		{civic.MaySettlePeople, kit.Link{To: "/desk/settle", Words: "重号、重复"}},
		{civic.MayReviewAccess, kit.Link{To: "/desk/glass", Words: "紧急打开的复核"}},
		{civic.MayKeepDuty, kit.Link{To: "/desk/duty", Words: "排班"}},
	} {
		if _, ok := m.May(l.need); ok {
			out = append(out, l.Link)
		}
	}
	return append(out, kit.Link{To: "/desk/tasks/desk", Words: "给我的提醒"}, kit.Link{To: "/desk/mine", Words: "我的值班和手机"})
}

func (f face) signInPage(w http.ResponseWriter, r *http.Request) error {
	return f.Render(w, r, signInPage(f.signFrame(r), f.Demo, ""))
}

func (f face) signFrame(r *http.Request) kit.Frame {
	fr := kit.FrameOf(r, kit.Desk)
	fr.Title, fr.Demo = "工作人员登录", f.Demo != nil
	return fr
}

func (f face) signIn(w http.ResponseWriter, r *http.Request) error {
	login, password := r.PostFormValue("login"), r.PostFormValue("password")
	if demo := r.PostFormValue("demo"); demo != "" && f.Demo != nil {
		login, password = demo, f.Demo.Password
	}
	m, err := f.Staff.SignIn(r.Context(), login, password, r.PostFormValue("code"))
	if err != nil {
		e := civic.As(err)
		if e.Kind != civic.Denied && e.Kind != civic.Exhausted {
			return err
		}
		fr := f.signFrame(r)
		fr.Wrong = []*civic.Error{e.On("login")}
		return f.RenderAs(w, r, kit.Status(err), signInPage(fr, f.Demo, login))
	}
	if err := f.Sessions.Enter(r.Context(), civic.Party{Kind: civic.PartyStaff, ID: string(m.ID)}); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk")
}

func (f face) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := f.Sessions.Leave(r.Context()); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/sign-in")
}
