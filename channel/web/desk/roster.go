package desk

import (
	"net/http"
	"slices"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/staff"
)

func (f face) rosterRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/rosters", Do: f.rosters},
		{Pattern: "POST /desk/rosters", Do: f.bringRoster, Bytes: people.RosterBytes()},
		{Pattern: "GET /desk/rosters/template.xlsx", Do: f.rosterTemplate},
		{Pattern: "GET /desk/rosters/template.csv", Do: f.rosterTemplate},
		{Pattern: "GET /desk/rosters/{roster}", Do: f.peopleRoster},
		{Pattern: "GET /desk/rosters/{roster}/wrong.xlsx", Do: f.rosterWrong},
		{Pattern: "POST /desk/rosters/{roster}/check", Do: f.checkRoster},
		{Pattern: "POST /desk/rosters/{roster}/enter", Do: f.enterRoster},
		{Pattern: "POST /desk/rosters/{roster}/stop", Do: f.stopRoster},
		{Pattern: "POST /desk/rosters/{roster}/undo", Do: f.undoRoster},
	}
}

var (
	errNoImport = civic.E(civic.Denied, "grant.role", "您的岗位不能导入名单。").Accepting("请找管理员导入")
	errUnsure   = civic.E(civic.Invalid, "roster.sure", "撤回前请先勾选「我确定要撤回」。").On("sure")
)

// importer is the frame for whoever may import, and where they may.
func (f face) importer(r *http.Request, title string) (kit.Frame, civic.Actor, staff.Post, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, staff.Post{}, err
	}
	post, ok := m.May(civic.MayImportPeople)
	if !ok {
		return fr, a, post, errNoImport
	}
	fr.Back = "/desk/rosters"
	return fr, a, post, nil
}

func (f face) rosters(w http.ResponseWriter, r *http.Request) error {
	fr, a, post, err := f.importer(r, "导入名单")
	if err != nil {
		return err
	}
	return f.showRosters(w, r, http.StatusOK, fr, a, post)
}

func (f face) showRosters(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, post staff.Post) error {
	list, err := f.People.Rosters(r.Context(), a, post.Division)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, rostersPage(fr, post.Division, streets(post.Division), list, r))
}

func (f face) bringRoster(w http.ResponseWriter, r *http.Request) error {
	fr, a, post, err := f.importer(r, "导入名单")
	if err != nil {
		return err
	}
	in := people.RosterFile{Division: civic.Division(r.PostFormValue("division"))}
	if in.Name, in.Bytes, err = kit.Brought(r); err != nil {
		return err
	}
	id, err := f.People.BringRoster(r.Context(), a, in)
	if e := civic.As(err); err != nil && e.Kind == civic.Invalid {
		fr.Wrong = []*civic.Error{e}
		return f.showRosters(w, r, kit.Status(err), fr, a, post)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/rosters/"+id)
}

// rosterTemplate gives the sheet with the usual headings, as the address ends.
func (f face) rosterTemplate(w http.ResponseWriter, r *http.Request) error {
	if _, _, _, err := f.importer(r, ""); err != nil {
		return err
	}
	workbook := r.URL.Path == "/desk/rosters/template.xlsx"
	b, err := people.RosterTemplate(workbook)
	if err != nil {
		return err
	}
	return sendSheet(w, b, workbook, "roster-template")
}

// rosterRefresh is how often a page asks how far its list has come, in seconds.
const rosterRefresh = 3

func (f face) peopleRoster(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.importer(r, "名单")
	if err != nil {
		return err
	}
	return f.showPeopleRoster(w, r, http.StatusOK, fr, a)
}

func (f face) showPeopleRoster(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	v, err := f.People.Roster(r.Context(), a, r.PathValue("roster"))
	if err != nil {
		return err
	}
	if v.Busy() {
		fr.Refresh = rosterRefresh
	}
	return f.RenderAs(w, r, status, peopleRosterPage(fr, v, v.State == people.RosterRead || r.URL.Query().Get("columns") == "1" && v.State == people.RosterChecked))
}

func (f face) rosterWrong(w http.ResponseWriter, r *http.Request) error {
	_, a, _, err := f.importer(r, "")
	if err != nil {
		return err
	}
	b, err := f.People.RosterWrong(r.Context(), a, r.PathValue("roster"))
	if err != nil {
		return err
	}
	return sendSheet(w, b, true, "roster-wrong")
}

func (f face) checkRoster(w http.ResponseWriter, r *http.Request) error {
	columns := slices.Clone(r.PostForm["column"])
	return f.leadRoster(w, r, func(a civic.Actor, id string) error { return f.People.CheckRoster(r.Context(), a, id, columns) })
}

func (f face) enterRoster(w http.ResponseWriter, r *http.Request) error {
	alike := r.PostFormValue("alike") == "1"
	return f.leadRoster(w, r, func(a civic.Actor, id string) error { return f.People.EnterRoster(r.Context(), a, id, alike) })
}

func (f face) stopRoster(w http.ResponseWriter, r *http.Request) error {
	return f.leadRoster(w, r, func(a civic.Actor, id string) error { return f.People.StopRoster(r.Context(), a, id) })
}

func (f face) undoRoster(w http.ResponseWriter, r *http.Request) error {
	sure := r.PostFormValue("sure") == "1"
	return f.leadRoster(w, r, func(a civic.Actor, id string) error {
		if !sure {
			return errUnsure
		}
		return f.People.UndoRoster(r.Context(), a, id)
	})
}

// leadRoster leads a list on and shows it, with what was wrong if something was.
func (f face) leadRoster(w http.ResponseWriter, r *http.Request, do func(civic.Actor, string) error) error {
	fr, a, _, err := f.importer(r, "名单")
	if err != nil {
		return err
	}
	id := r.PathValue("roster")
	err = do(a, id)
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.showPeopleRoster(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/rosters/"+id)
}
