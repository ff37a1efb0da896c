package desk

import (
	"net/http"
	"slices"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/staff"
)

func (f face) readRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "POST /desk/reader", Do: f.chooseReader},
		{Pattern: "GET /desk/read", Do: f.readPage},
		{Pattern: "POST /desk/read", Do: f.read},
	}
}

// readerView is the card reader of a desk: those of the office, and the one that the
// clerk has chosen for this session.
type readerView struct {
	Readers []staff.Device
	Chosen  string
	Name    string
	Waiting bool
}

// homeOf is the workbench by what a member's roles may do.
func (f face) homeOf(r *http.Request, fr kit.Frame, m staff.Member) homeView {
	v := homeView{Links: fr.Nav}
	v.Clerk = works(m)
	_, v.Finds = m.May(civic.MayFindPeople)
	return v
}

// readerOf tells which reader stands on the desk. One that was revoked, or is of an
// office where the clerk works no more, is none.
func (f face) readerOf(r *http.Request, a civic.Actor, m staff.Member) (readerView, error) {
	v := readerView{}
	if _, serves := m.May(civic.MayServePeople); !serves {
		return v, nil
	}
	var err error
	if v.Readers, err = f.Staff.Readers(r.Context(), a); err != nil {
		return v, err
	}
	at := f.Sessions.GetString(r.Context(), "reader")
	if i := slices.IndexFunc(v.Readers, func(d staff.Device) bool { return d.ID == at }); i >= 0 {
		v.Chosen, v.Name = at, v.Readers[i].Name
	}
	return v, nil
}

func (f face) chooseReader(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "读卡器")
	if err != nil {
		return err
	}
	if _, serves := m.May(civic.MayServePeople); !serves {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能读卡打开资料。").Accepting("请找窗口的同事")
	}
	id := r.PostFormValue("reader")
	v, err := f.readerOf(r, a, m)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(v.Readers, func(d staff.Device) bool { return d.ID == id }) {
		id = ""
	}
	f.Sessions.Put(r.Context(), "reader", id)
	return kit.Go(w, r, "/desk")
}

// readPage says whether a card waits. The script of the workbench asks it while the
// page is in sight.
func (f face) readPage(w http.ResponseWriter, r *http.Request) error {
	return f.showRead(w, r, nil)
}

func (f face) showRead(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "读卡")
	if err != nil {
		return err
	}
	if _, serves := m.May(civic.MayServePeople); !serves {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能读卡打开资料。").Accepting("请找窗口的同事")
	}
	v, err := f.readerOf(r, a, m)
	if err != nil {
		return err
	}
	if v.Chosen != "" {
		if v.Waiting, err = f.Grant.Waiting(r.Context(), a, v.Chosen); err != nil {
			return err
		}
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, readPage(fr, v))
}

// read takes the newest card of the chosen reader and opens the person.
func (f face) read(w http.ResponseWriter, r *http.Request) error {
	person, verdict, err := f.Grant.OpenRead(r.Context(), f.actor(r), f.Sessions.GetString(r.Context(), "reader"))
	if err == nil && verdict != grant.CardFine {
		err = civic.E(civic.Invalid, "read."+string(verdict), verdict.Words()).On("read")
	}
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.NotFound) {
		return f.showRead(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(person))
}
