package desk

import (
	"net/http"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
)

func (f face) noticeRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/grants/held", Do: f.held},
		{Pattern: "GET /desk/people/{person}/standing", Do: f.standing},
		{Pattern: "POST /desk/people/{person}/death", Page: "/desk/people/{person}/standing", Do: f.death},
		{Pattern: "POST /desk/people/{person}/alive", Page: "/desk/people/{person}/standing", Do: f.alive},
		{Pattern: "POST /desk/people/{person}/guardians", Page: "/desk/people/{person}/standing", Bytes: grant.ScanMost, Do: f.appoint},
		{Pattern: "POST /desk/people/{person}/guardians/{grant}/confirm", Page: "/desk/people/{person}/standing", Do: f.confirmGuardian},
		{Pattern: "POST /desk/people/{person}/guardians/{grant}/end", Page: "/desk/people/{person}/standing", Do: f.endGuardian},
	}
}

// held lists what is to be settled.
func (f face) held(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "要处理的委托")
	if err != nil {
		return err
	}
	list, err := f.Grant.Unsettled(r.Context(), a)
	if err != nil {
		return err
	}
	return f.Render(w, r, heldPage(fr, list))
}

// standing is the page for those who settle matters: deaths and guardians.
func (f face) standing(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "去世和监护")
	if err != nil {
		return err
	}
	return f.showStanding(w, r, http.StatusOK, fr, a)
}

func (f face) showStanding(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	s, err := f.Grant.Standing(r.Context(), a, civic.PersonID(r.PathValue("person")))
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, standingPage(fr, s, r))
}

// settling runs an act of that page, and shows the page again with what was wrong.
func (f face) settling(w http.ResponseWriter, r *http.Request, do func(a civic.Actor, p civic.PersonID) error) error {
	fr, a, _, err := f.frame(r, "去世和监护")
	if err != nil {
		return err
	}
	err = do(a, civic.PersonID(r.PathValue("person")))
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Code == "person.unknown" && e.Field != "" || e.Code == "guardian.unread" || e.Code == "guardian.own_entry") {
		fr.Wrong = []*civic.Error{e}
		return f.showStanding(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+r.PathValue("person")+"/standing")
}

func (f face) death(w http.ResponseWriter, r *http.Request) error {
	return f.settling(w, r, func(a civic.Actor, p civic.PersonID) error {
		return f.Grant.ReportDeath(r.Context(), a, p, kit.Field(r, "day"), r.PostFormValue("source"))
	})
}

func (f face) alive(w http.ResponseWriter, r *http.Request) error {
	return f.settling(w, r, func(a civic.Actor, p civic.PersonID) error {
		return f.Grant.WithdrawDeath(r.Context(), a, p, kit.Field(r, "reason"))
	})
}

func (f face) appoint(w http.ResponseWriter, r *http.Request) error {
	return f.settling(w, r, func(a civic.Actor, p civic.PersonID) error {
		g := grant.Guardianship{Person: p, Document: kit.Field(r, "document"), Starts: f.Now()}
		if until := kit.Field(r, "until"); until != "" {
			day, err := time.ParseInLocation(time.DateOnly, until, civic.Shanghai)
			if err != nil || !day.After(f.Now()) {
				return errUntil
			}
			end := day.AddDate(0, 0, 1)
			g.Ends = &end
		}
		var err error
		if g.Guardian, err = f.agentOf(r, a); civic.Is(err, civic.NotFound) {
			return civic.As(err).On("agent")
		} else if err != nil {
			return err
		}
		if _, g.Scan, err = kit.File(r, "scan"); err != nil {
			return err
		}
		_, err = f.Grant.Appoint(r.Context(), a, g)
		return err
	})
}

func (f face) confirmGuardian(w http.ResponseWriter, r *http.Request) error {
	return f.settling(w, r, func(a civic.Actor, p civic.PersonID) error {
		return f.Grant.ConfirmGuardian(r.Context(), a, p, r.PathValue("grant"))
	})
}

func (f face) endGuardian(w http.ResponseWriter, r *http.Request) error {
	return f.settling(w, r, func(a civic.Actor, p civic.PersonID) error {
		return f.Grant.EndGuardianship(r.Context(), a, p, r.PathValue("grant"))
	})
}
