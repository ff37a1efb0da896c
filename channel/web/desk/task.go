package desk

import (
	"net/http"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/notify"
)

func (f face) taskRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/tasks/{carrier}", Do: f.tasks},
		{Pattern: "GET /desk/tasks/{carrier}/{person}/{task}", Do: f.task},
		{Pattern: "POST /desk/tasks/{carrier}/{person}/{task}", Do: f.tick},
		{Pattern: "POST /desk/tasks/desk/mail", Page: "/desk/tasks/desk", Do: f.remindBy},
		{Pattern: "POST /desk/tasks/paper/print", Page: "/desk/tasks/paper", Do: f.sheets},
		{Pattern: "POST /desk/tasks/paper/sent", Page: "/desk/tasks/paper", Do: f.sheetsSent},
		{Pattern: "GET /desk/carriers", Do: f.carriers},
		{Pattern: "POST /desk/carriers/{carrier}/stop", Do: f.stopCarrier},
		{Pattern: "POST /desk/carriers/{carrier}/start", Do: f.startCarrier},
	}
}

// handCarriers are the ways that hands bring, in the order of the tabs.
var handCarriers = []kit.Link{{To: notify.CarrierVoice, Words: "要打的电话"}, {To: notify.CarrierDoor, Words: "要上门的"},
	{To: notify.CarrierPaper, Words: "要打印的"}, {To: notify.CarrierDesk, Words: "给我的提醒"}}

func carrierTitle(carrier string) string {
	for _, l := range handCarriers {
		if l.To == carrier {
			return l.Words
		}
	}
	return "要通知的事"
}

// tasks lists what hands have to bring by one carrier, where the member serves people.
func (f face) tasks(w http.ResponseWriter, r *http.Request) error {
	return f.showTasks(w, r, r.PathValue("carrier"), nil)
}

func (f face) showTasks(w http.ResponseWriter, r *http.Request, carrier string, wrong error) error {
	fr, a, _, err := f.frame(r, carrierTitle(carrier))
	if err != nil {
		return err
	}
	list, err := f.Notify.Tasks(r.Context(), a, carrier)
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, tasksPage(fr, carrier, list, kit.Field(r, "mail")))
}

// remindBy keeps where the member is reminded by mail.
func (f face) remindBy(w http.ResponseWriter, r *http.Request) error {
	err := f.Notify.RemindBy(r.Context(), f.actor(r), kit.Field(r, "mail"))
	if civic.Is(err, civic.Invalid) {
		return f.showTasks(w, r, notify.CarrierDesk, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/tasks/desk")
}

// task shows what one task takes; that it was looked at is recorded.
func (f face) task(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, carrierTitle(r.PathValue("carrier")))
	if err != nil {
		return err
	}
	return f.showTask(w, r, http.StatusOK, fr, a)
}

func (f face) showTask(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	d, err := f.Notify.See(r.Context(), a, civic.PersonID(r.PathValue("person")), r.PathValue("task"))
	if err != nil {
		return err
	}
	if d.Carrier == notify.CarrierPaper {
		return f.RenderAs(w, r, status, sheetPage(fr, d, f.Now()))
	}
	return f.RenderAs(w, r, status, taskPage(fr, d))
}

// sheets opens every letter that waits, to be printed in one go; each is recorded as seen. One
// that somebody else has done meanwhile is left out.
func (f face) sheets(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, carrierTitle(notify.CarrierPaper))
	if err != nil {
		return err
	}
	list, err := f.Notify.Tasks(r.Context(), a, notify.CarrierPaper)
	if err != nil {
		return err
	}
	var ds []notify.Detail
	for _, t := range list {
		d, err := f.Notify.See(r.Context(), a, t.Person, t.ID)
		if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Conflict) {
			continue
		}
		if err != nil {
			return err
		}
		ds = append(ds, d)
	}
	return f.Render(w, r, sheetsPage(fr, ds, f.Now()))
}

// sheetsSent notes that the letters of a page were sent. One that is done already stays so.
func (f face) sheetsSent(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	_ = r.PostFormValue("sheet") // reads the form
	// The page's own, and no list of now: behind what came meanwhile it might have no room for them.
	for _, sheet := range r.PostForm["sheet"][:min(len(r.PostForm["sheet"]), notify.TasksMost)] {
		person, id, _ := strings.Cut(sheet, "/")
		err := f.Notify.Tick(r.Context(), a, civic.PersonID(person), id, notify.Told)
		if err != nil && !civic.Is(err, civic.NotFound) && !civic.Is(err, civic.Conflict) {
			return err
		}
	}
	return kit.Go(w, r, "/desk/tasks/paper")
}

func (f face) tick(w http.ResponseWriter, r *http.Request) error {
	carrier := r.PathValue("carrier")
	fr, a, _, err := f.frame(r, carrierTitle(carrier))
	if err != nil {
		return err
	}
	err = f.Notify.Tick(r.Context(), a, civic.PersonID(r.PathValue("person")), r.PathValue("task"), r.PostFormValue("outcome"))
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.showTask(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/tasks/"+carrier)
}

// carriers shows how each way of telling people does where the member runs them, and
// stops or starts one there.
func (f face) carriers(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "通知的办法")
	if err != nil {
		return err
	}
	return f.showCarriers(w, r, http.StatusOK, fr, a, m.At(civic.MayRunMessages))
}

func (f face) showCarriers(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, in civic.Division) error {
	o, err := f.Notify.Overview(r.Context(), a, in)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, carriersPage(fr, o, r))
}

func (f face) stopCarrier(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "通知的办法")
	if err != nil {
		return err
	}
	err = f.Notify.Stop(r.Context(), a, m.At(civic.MayRunMessages), r.PathValue("carrier"), kit.Field(r, "reason"))
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err).On("reason-" + r.PathValue("carrier"))}
		return f.showCarriers(w, r, kit.Status(err), fr, a, m.At(civic.MayRunMessages))
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/carriers")
}

func (f face) startCarrier(w http.ResponseWriter, r *http.Request) error {
	_, a, m, err := f.frame(r, "通知的办法")
	if err != nil {
		return err
	}
	if err := f.Notify.Start(r.Context(), a, m.At(civic.MayRunMessages), r.PathValue("carrier")); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/carriers")
}
