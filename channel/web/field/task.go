package field

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/notify"
)

func (f face) taskRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /field/tasks/{person}/{task}", Do: f.task},
		{Pattern: "POST /field/tasks/{person}/{task}", Do: f.tick},
	}
}

// task shows whom to visit, where, and what to say.
func (f face) task(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "上门告诉老人")
	if err != nil {
		return err
	}
	d, err := f.Notify.See(r.Context(), a, civic.PersonID(r.PathValue("person")), r.PathValue("task"))
	if err != nil {
		return err
	}
	return f.Render(w, r, taskPage(fr, d))
}

func (f face) tick(w http.ResponseWriter, r *http.Request) error {
	if err := f.Notify.Tick(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person")), r.PathValue("task"), r.PostFormValue("outcome")); err != nil {
		return err
	}
	return kit.Go(w, r, "/field")
}

// visits lists the visits of the member at the controls; none for who visits nobody.
func (f face) visits(r *http.Request, a civic.Actor) ([]notify.Task, error) {
	list, err := f.Notify.Tasks(r.Context(), a, notify.CarrierDoor)
	if civic.Is(err, civic.Denied) {
		return nil, nil
	}
	return list, err
}
