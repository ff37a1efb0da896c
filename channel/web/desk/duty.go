package desk

import (
	"net/http"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/staff"
)

func (f face) dutyRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/duty", Do: f.ownRoster},
		{Pattern: "GET /desk/duty/{office}", Do: f.roster},
		{Pattern: "POST /desk/duty/{office}", Do: f.addDuty},
		{Pattern: "POST /desk/duty/{office}/copy", Do: f.copyWeek},
		{Pattern: "POST /desk/duty/{office}/end", Do: f.endDuty},
		{Pattern: "POST /desk/mine/note", Do: f.handOver},
		{Pattern: "POST /desk/mine/note/read", Do: f.readNote},
	}
}

type mineView struct {
	Duty []staff.Duty
	Note *staff.Note
	Old  *http.Request
	Now  timeNow
}

type rosterView struct {
	Office  civic.OfficeID
	Monday  time.Time
	Duties  []staff.Duty
	Gaps    []staff.Gap
	People  []staff.Member
	Offices map[civic.OfficeID]string // for administrators: all of theirs
	Old     *http.Request
	Now     timeNow
}

// weekOf is the Monday, in Shanghai, of the week of a time.
func weekOf(t time.Time) time.Time {
	t = t.In(civic.Shanghai)
	y, m, d := t.Date()
	return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, civic.Shanghai)
}

func (f face) ownRoster(w http.ResponseWriter, r *http.Request) error {
	_, _, m, err := f.frame(r, "排班")
	if err != nil {
		return err
	}
	if _, keeps := m.May(civic.MayKeepDuty); !keeps {
		return civic.E(civic.Denied, "grant.role", "您的岗位不排班。").Accepting("自己的班请看「我的值班和手机」")
	}
	return kit.Go(w, r, "/desk/duty/"+string(m.Office))
}

func (f face) roster(w http.ResponseWriter, r *http.Request) error {
	return f.showRoster(w, r, nil)
}

func (f face) showRoster(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "排班")
	if err != nil {
		return err
	}
	v := rosterView{Office: civic.OfficeID(r.PathValue("office")), Monday: weekOf(f.Now()), Old: r, Now: f.Now()}
	if at, err := time.ParseInLocation(time.DateOnly, r.FormValue("week"), civic.Shanghai); err == nil {
		v.Monday = weekOf(at)
	}
	if v.Duties, v.Gaps, err = f.Staff.Roster(r.Context(), a, v.Office, v.Monday); err != nil {
		return err
	}
	if v.People, err = f.Staff.Colleagues(r.Context(), a, v.Office); err != nil {
		return err
	}
	if in := m.Where(civic.MayManageStaff); len(in) > 0 {
		if v.Offices, err = f.officeNames(r, a, in); err != nil {
			return err
		}
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, rosterPage(fr, v))
}

// rostered goes back to the week after a change of it.
func (f face) rostered(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showRoster(w, r, err)
	}
	if err != nil {
		return err
	}
	to := "/desk/duty/" + r.PathValue("office")
	if at, err := time.Parse(time.DateOnly, r.PostFormValue("week")); err == nil {
		to += "?week=" + at.Format(time.DateOnly)
	}
	return kit.Go(w, r, to)
}

// turn reads a turn: a day and two times of it; an end before the beginning is on the
// next day.
func turn(r *http.Request) (from, until time.Time) {
	read := func(clock string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", r.PostFormValue("day")+" "+civic.Fold(clock), civic.Shanghai)
		if err != nil {
			return time.Time{}
		}
		return at
	}
	from, until = read(r.PostFormValue("from")), read(r.PostFormValue("until"))
	if !from.IsZero() && !until.IsZero() && !until.After(from) {
		until = until.AddDate(0, 0, 1)
	}
	return from, until
}

func (f face) addDuty(w http.ResponseWriter, r *http.Request) error {
	from, until := turn(r)
	_, err := f.Staff.AddDuty(r.Context(), f.actor(r), staff.Duty{Office: civic.OfficeID(r.PathValue("office")), Staff: civic.StaffID(r.PostFormValue("who")),
		Role: staff.Role(r.PostFormValue("role")), FromAt: from, UntilAt: until})
	return f.rostered(w, r, err)
}

func (f face) copyWeek(w http.ResponseWriter, r *http.Request) error {
	monday := weekOf(f.Now())
	if at, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("week"), civic.Shanghai); err == nil {
		monday = weekOf(at)
	}
	_, err := f.Staff.CopyWeek(r.Context(), f.actor(r), civic.OfficeID(r.PathValue("office")), monday)
	return f.rostered(w, r, err)
}

func (f face) endDuty(w http.ResponseWriter, r *http.Request) error {
	return f.rostered(w, r, f.Staff.EndDuty(r.Context(), f.actor(r), civic.OfficeID(r.PathValue("office")), r.PostFormValue("duty")))
}

func (f face) handOver(w http.ResponseWriter, r *http.Request) error {
	err := f.Staff.HandOver(r.Context(), f.actor(r), r.PostFormValue("note"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showMine(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/mine")
}

// readNote shows what the turn before has left; it is a POST, since reading is recorded.
func (f face) readNote(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "我的值班和手机")
	if err != nil {
		return err
	}
	n, err := f.Staff.ReadNote(r.Context(), a)
	if civic.Is(err, civic.NotFound) {
		return f.showMine(w, r, err)
	}
	if err != nil {
		return err
	}
	v := mineView{Note: &n, Old: r, Now: f.Now()}
	if v.Duty, err = f.Staff.MyDuty(r.Context(), a); err != nil {
		return err
	}
	return f.Render(w, r, minePage(fr, v))
}
