package desk

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/skip2/go-qrcode"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/staff"
)

func (f face) manageRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/manage", Do: f.manage},
		{Pattern: "GET /desk/manage/offices", Do: f.offices},
		{Pattern: "POST /desk/manage/offices", Do: f.openOffice},
		{Pattern: "GET /desk/manage/staff", Do: f.accounts},
		{Pattern: "GET /desk/manage/hire", Do: f.hirePage},
		{Pattern: "POST /desk/manage/hire", Do: f.hire},
		{Pattern: "GET /desk/manage/staff/{staff}", Do: f.account},
		{Pattern: "POST /desk/manage/staff/{staff}/posts", Do: f.setPosts},
		{Pattern: "POST /desk/manage/staff/{staff}/move", Do: f.moveStaff},
		{Pattern: "POST /desk/manage/staff/{staff}/reset", Do: f.resetStaff},
		{Pattern: "POST /desk/manage/staff/{staff}/leave", Do: f.leaveStaff},
		{Pattern: "POST /desk/manage/staff/{staff}/code", Do: f.drawCode},
	}
}

var errNotManager = civic.E(civic.Denied, "grant.role", "这里由管理员使用，您的岗位不能打开。").Accepting("请找本单位管理员")

// managing is the frame of a page of administration, and the divisions that the
// administrator manages.
func (f face) managing(r *http.Request, title string) (kit.Frame, civic.Actor, []civic.Division, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, nil, err
	}
	fr.Back = "/desk/manage"
	in := m.Where(civic.MayManageStaff)
	if len(in) == 0 {
		return fr, a, nil, errNotManager
	}
	return fr, a, in, nil
}

// chosen is the division whose list is shown: one of the administrator's own.
func chosen(r *http.Request, in []civic.Division) civic.Division {
	if d := civic.Division(r.URL.Query().Get("division")); slices.Contains(in, d) {
		return d
	}
	return in[0]
}

// below lists the divisions in which an administrator sets posts and opens offices:
// their own and those inside it, for a province without the streets.
func below(in []civic.Division) []place.Division {
	var out []place.Division
	for _, d := range place.Divisions() {
		for _, top := range in {
			if top.Covers(d.Code) && (len(top) > 2 || d.Level < place.LevelStreet) {
				out = append(out, d)
				break
			}
		}
	}
	return out
}

func (f face) manage(w http.ResponseWriter, r *http.Request) error {
	fr, _, in, err := f.managing(r, "管理")
	if err != nil {
		return err
	}
	fr.Back = "/desk"
	return f.Render(w, r, managePage(fr, in))
}

type officesView struct {
	In    []civic.Division
	Now   civic.Division
	List  []place.Office
	Next  civic.OfficeID
	Where []place.Division
	Old   *http.Request
}

func (f face) offices(w http.ResponseWriter, r *http.Request) error {
	return f.showOffices(w, r, nil)
}

func (f face) showOffices(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, in, err := f.managing(r, "单位")
	if err != nil {
		return err
	}
	v := officesView{In: in, Now: chosen(r, in), Where: below(in), Old: r}
	more := false
	if v.List, more, err = f.Place.Offices(r.Context(), a, v.Now, civic.OfficeID(r.URL.Query().Get("before"))); err != nil {
		return err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, officesPage(fr, v))
}

func (f face) openOffice(w http.ResponseWriter, r *http.Request) error {
	_, a, _, err := f.managing(r, "单位")
	if err != nil {
		return err
	}
	id, err := f.Place.Open(r.Context(), a, place.Office{Kind: r.PostFormValue("kind"), Name: kit.Field(r, "office-name"),
		Division: civic.Division(r.PostFormValue("division")), Address: kit.Field(r, "address"), Phone: kit.Field(r, "phone"), Hours: kit.Field(r, "hours")})
	if civic.Is(err, civic.Invalid) {
		return f.showOffices(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/manage/offices/"+string(id))
}

type accountsView struct {
	In      []civic.Division
	Now     civic.Division
	List    []staff.Account
	Next    civic.StaffID
	Offices map[civic.OfficeID]string
}

func (f face) accounts(w http.ResponseWriter, r *http.Request) error {
	fr, a, in, err := f.managing(r, "人员")
	if err != nil {
		return err
	}
	v := accountsView{In: in, Now: chosen(r, in)}
	more := false
	if v.List, more, err = f.Staff.Accounts(r.Context(), a, v.Now, civic.StaffID(r.URL.Query().Get("before"))); err != nil {
		return err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	if v.Offices, err = f.officeNames(r, a, []civic.Division{v.Now}); err != nil {
		return err
	}
	return f.Render(w, r, accountsPage(fr, v))
}

func (f face) officeNames(r *http.Request, a civic.Actor, in []civic.Division) (map[civic.OfficeID]string, error) {
	list, err := f.officesIn(r, a, in)
	out := map[civic.OfficeID]string{}
	for _, o := range list {
		out[o.ID] = o.Name
	}
	return out, err
}

// officesIn lists all offices that an administrator may choose, by name.
func (f face) officesIn(r *http.Request, a civic.Actor, in []civic.Division) ([]place.Office, error) {
	var out []place.Office
	for _, d := range in {
		before := civic.OfficeID("")
		for more := true; more; {
			var list []place.Office
			var err error
			if list, more, err = f.Place.Offices(r.Context(), a, d, before); err != nil {
				return nil, err
			}
			if len(list) > 0 {
				before = list[len(list)-1].ID
			}
			out = append(out, list...)
		}
	}
	slices.SortFunc(out, func(a, b place.Office) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// postRows is how many posts a form has room for.
const postRows = 4

type hireView struct {
	Offices []place.Office
	Where   []place.Division
	Posts   []staff.Post
	Old     *http.Request
}

func (f face) hirePage(w http.ResponseWriter, r *http.Request) error {
	return f.showHire(w, r, nil)
}

func (f face) showHire(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, in, err := f.managing(r, "开通工作人员账号")
	if err != nil {
		return err
	}
	v := hireView{Where: below(in), Posts: posts(r), Old: r}
	if v.Offices, err = f.officesIn(r, a, in); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, hirePage(fr, v))
}

// posts reads pairs of role and division; a row without a role is none.
func posts(r *http.Request) []staff.Post {
	var out []staff.Post
	where := r.PostForm["division"]
	for i, role := range r.PostForm["role"] {
		if role != "" && i < len(where) && i < postRows {
			out = append(out, staff.Post{Role: staff.Role(role), Division: civic.Division(where[i])})
		}
	}
	return out
}

func (f face) hire(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.managing(r, "账号开好了")
	if err != nil {
		return err
	}
	in := staff.Hire{Login: kit.Field(r, "login"), Name: kit.Field(r, "name"), Office: civic.OfficeID(r.PostFormValue("office")), Posts: posts(r)}
	h, err := f.Staff.Hire(r.Context(), a, in)
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showHire(w, r, err)
	}
	if err != nil {
		return err
	}
	return f.showOnce(w, r, fr, in.Login, h)
}

// showOnce shows what a member needs to sign in, once.
func (f face) showOnce(w http.ResponseWriter, r *http.Request, fr kit.Frame, login string, h staff.Hired) error {
	fr.Back, fr.Path = "/desk/manage/staff", "/desk/manage/staff"
	code := ""
	if h.TOTPURL != "" {
		png, err := qrcode.Encode(h.TOTPURL, qrcode.Medium, 320)
		if err != nil {
			return err
		}
		code = "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)
	}
	return f.Render(w, r, oncePage(fr, login, h, code))
}

type accountView struct {
	staff.Account
	Office string
	hireView
	Self bool
}

func (f face) account(w http.ResponseWriter, r *http.Request) error {
	return f.showAccount(w, r, nil)
}

func (f face) showAccount(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, in, err := f.managing(r, "工作人员")
	if err != nil {
		return err
	}
	fr.Back = "/desk/manage/staff"
	v := accountView{}
	if v.Account, err = f.Staff.Account(r.Context(), a, civic.StaffID(r.PathValue("staff"))); err != nil {
		return err
	}
	v.hireView = hireView{Where: below(in), Posts: v.Roles, Old: r}
	if v.Offices, err = f.officesIn(r, a, in); err != nil {
		return err
	}
	for _, o := range v.Offices {
		if o.ID == v.Account.Office {
			v.Office = o.Name
		}
	}
	fr.Title, v.Self = v.Name, v.ID == a.Staff()
	status := fr.Shows(wrong)
	if wrong != nil {
		if typed := posts(r); len(typed) > 0 {
			v.Posts = typed
		}
	}
	return f.RenderAs(w, r, status, accountPage(fr, v))
}

// changed goes back to the account after a change of it.
func (f face) changed(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showAccount(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/manage/staff/"+r.PathValue("staff"))
}

func (f face) setPosts(w http.ResponseWriter, r *http.Request) error {
	return f.changed(w, r, f.Staff.SetPosts(r.Context(), f.actor(r), civic.StaffID(r.PathValue("staff")), posts(r)))
}

func (f face) moveStaff(w http.ResponseWriter, r *http.Request) error {
	return f.changed(w, r, f.Staff.Move(r.Context(), f.actor(r), civic.StaffID(r.PathValue("staff")), civic.OfficeID(r.PostFormValue("office"))))
}

func (f face) resetStaff(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.managing(r, "已经重发")
	if err != nil {
		return err
	}
	id := civic.StaffID(r.PathValue("staff"))
	h, err := f.Staff.Reset(r.Context(), a, id, staff.Reset(r.PostFormValue("what")))
	if err != nil {
		return f.changed(w, r, err)
	}
	acc, err := f.Staff.Account(r.Context(), a, id)
	if err != nil {
		return err
	}
	return f.showOnce(w, r, fr, acc.Login, h)
}

var errSure = civic.E(civic.Invalid, "staff.sure", "离岗不能撤回。确定的话，请先勾上「我确定」。").On("sure")

func (f face) leaveStaff(w http.ResponseWriter, r *http.Request) error {
	if a := f.actor(r); !a.Operator.None() && r.PostFormValue("sure") == "" {
		return f.changed(w, r, errSure)
	}
	if err := f.Staff.Leave(r.Context(), f.actor(r), civic.StaffID(r.PathValue("staff"))); err != nil {
		return f.changed(w, r, err)
	}
	return kit.Go(w, r, "/desk/manage/staff")
}

func (f face) drawCode(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "手机登记码")
	if err != nil {
		return err
	}
	code, err := f.Staff.DrawCode(r.Context(), a, civic.StaffID(r.PathValue("staff")))
	if err != nil {
		return err
	}
	fr.Back = "/desk/manage/staff/" + r.PathValue("staff")
	return f.Render(w, r, phoneCodePage(fr, code[:4]+" "+code[4:], r.Host))
}
