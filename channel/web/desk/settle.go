package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) settleRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/settle", Do: f.settlePage},
		{Pattern: "POST /desk/settle", Do: f.compare},
		{Pattern: "POST /desk/disputes/{dispute}", Do: f.settleDispute, Page: "/desk/settle"},
		{Pattern: "GET /desk/twins/{keep}/{drop}", Do: f.twinsPage},
		{Pattern: "POST /desk/twins/{keep}/{drop}", Do: f.merge},
		{Pattern: "POST /desk/merges/{merge}/undo", Do: f.unmerge, Page: "/desk/settle"},
	}
}

type settleView struct {
	Disputes []people.Dispute
	Merges   []people.Merged
	r        *http.Request
}

// settlePage lists what waits for somebody to decide: numbers of two persons, and
// the merges that may still be taken back.
func (f face) settlePage(w http.ResponseWriter, r *http.Request) error {
	return f.showSettle(w, r, nil)
}

func (f face) showSettle(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "重号、重复登记")
	if err != nil {
		return err
	}
	v := settleView{r: r}
	post, _ := m.May(civic.MaySettlePeople)
	if v.Disputes, err = f.People.Disputes(r.Context(), a, post.Division); err != nil {
		return err
	}
	if v.Merges, err = f.People.Merges(r.Context(), a, post.Division); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, settlePage(fr, v))
}

// mend shows the list again with what is wrong, where that can be mended there.
func (f face) mend(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) || civic.Is(err, civic.NotFound) {
		return f.showSettle(w, r, err)
	}
	return err
}

// compare finds two registrations by a card each and puts them side by side.
func (f face) compare(w http.ResponseWriter, r *http.Request) error {
	var ids [2]civic.PersonID
	for i, field := range []string{kit.Field(r, "first"), kit.Field(r, "second")} {
		m, err := f.People.FindToSettle(r.Context(), f.actor(r), field)
		if err != nil {
			if e := civic.As(err); e.Kind == civic.NotFound || e.Kind == civic.Conflict {
				err = e.On([]string{"first", "second"}[i])
			}
			return f.mend(w, r, err)
		}
		ids[i] = m.Person
	}
	return kit.Go(w, r, "/desk/twins/"+string(ids[0])+"/"+string(ids[1]))
}

func (f face) settleDispute(w http.ResponseWriter, r *http.Request) error {
	err := f.People.Settle(r.Context(), f.actor(r), r.PathValue("dispute"), r.PostFormValue("winner"), kit.Field(r, "reason"))
	if err != nil {
		return f.mend(w, r, err)
	}
	return kit.Go(w, r, "/desk/settle")
}

// twinsPage shows both sides before they are merged.
func (f face) twinsPage(w http.ResponseWriter, r *http.Request) error {
	return f.showTwins(w, r, nil)
}

func (f face) showTwins(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "是不是同一个人")
	if err != nil {
		return err
	}
	v, err := f.People.PreviewMerge(r.Context(), a, civic.PersonID(r.PathValue("keep")), civic.PersonID(r.PathValue("drop")))
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, twinsPage(fr, v, r))
}

func (f face) merge(w http.ResponseWriter, r *http.Request) error {
	_, err := f.People.Merge(r.Context(), f.actor(r), civic.PersonID(r.PathValue("keep")), civic.PersonID(r.PathValue("drop")), kit.Field(r, "reason"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showTwins(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/settle")
}

func (f face) unmerge(w http.ResponseWriter, r *http.Request) error {
	if err := f.People.Unmerge(r.Context(), f.actor(r), r.PathValue("merge"), kit.Field(r, "reason")); err != nil {
		return f.mend(w, r, err)
	}
	return kit.Go(w, r, "/desk/settle")
}
