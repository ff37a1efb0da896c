package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
)

// dueMost is how many of the cases to do are on the first page.
const dueMost = 8

// home is the box, with what is due below it.
func (f face) home(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "找人、办事")
	if err != nil {
		return err
	}
	v := f.homeOf(r, fr, m)
	if v.Desk, err = f.readerOf(r, a, m); err != nil {
		return err
	}
	if v.Clerk = works(m); v.Clerk {
		due, err := f.Casework.List(r.Context(), a, casework.Filter{View: casework.ToDo, Limit: dueMost})
		if err != nil {
			return err
		}
		v.Due, v.More = due.Items, due.Next != ""
	}
	v.Now = f.Now()
	return f.Render(w, r, homePage(fr, v))
}

// find takes anything typed, scanned or swiped. One exact hit opens at once; a
// few are listed. It is a POST, so that no number gets into an address.
func (f face) find(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "找到的人")
	if err != nil {
		return err
	}
	text := kit.Field(r, "text")
	if _, err := civic.ParseNumber(text); err == nil {
		found, err := f.Requests.Find(r.Context(), a, text)
		switch {
		case err == nil && found.Draft:
			return kit.Go(w, r, "/desk/drafts/"+string(found.ID))
		case err == nil:
			return kit.Go(w, r, "/desk/requests/"+string(found.ID))
		case !civic.Is(err, civic.NotFound):
			return err
		}
	}
	found, err := f.People.Find(r.Context(), a, text)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Invalid) || civic.Is(err, civic.Exhausted) {
		v := f.homeOf(r, fr, m)
		v.Typed, v.Now = text, f.Now()
		fr.Wrong = []*civic.Error{civic.As(err).On("text")}
		return f.RenderAs(w, r, kit.Status(err), homePage(fr, v))
	}
	if err != nil {
		return err
	}
	if ms := found.Matches; len(ms) == 1 && ms[0].State == "active" {
		return kit.Go(w, r, "/desk/people/"+string(ms[0].Person))
	}
	return f.Render(w, r, matchesPage(fr, found, text))
}
