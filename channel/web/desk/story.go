package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) storyRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/story", Do: f.story},
		{Pattern: "GET /desk/people/{person}/story/paper", Do: f.storyPaper},
	}
}

// storyLines is how many lines a page of the desk's has.
const storyLines = 100

// story shows all that happened about a person who is open.
func (f face) story(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "经过")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.People.Show(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	ask := kit.StoryAsk(r, storyLines)
	v := kit.StoryView{Only: ask.Only, At: "/desk/people/" + string(id) + "/story", Old: ask.Before != ""}
	if v.Story, err = f.Requests.Story(r.Context(), a, id, ask); err != nil {
		return err
	}
	return f.Render(w, r, storyPage(fr, id, p.Name, v))
}

// storyPaper is the sheet for a person who has no screen.
func (f face) storyPaper(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "打印给老人：谁替我办过、看过")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.People.Show(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	at := "/desk/people/" + string(id) + "/story/paper"
	span, ask, ok := kit.SheetAsk(r, f.Now())
	if !ok {
		return f.Render(w, r, storySpanPage(fr, id, at))
	}
	s := kit.Sheet{Span: span, Who: people.Masked(p.Name), By: "工作人员" + m.Name, Day: kit.Date(f.Now()), At: at}
	if s.Story, err = f.Requests.Story(r.Context(), a, id, ask); err != nil {
		return err
	}
	return f.Render(w, r, storySheetPage(fr, id, s))
}
