package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) storyRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/story", Do: f.story},
		{Pattern: "GET /elder/story/paper", Do: f.storyPaper},
		{Pattern: "GET /elder/story/stranger", Do: f.stranger},
		{Pattern: "GET /elder/story/freeze", Do: f.freezeAsk},
		{Pattern: "POST /elder/story/freeze", Page: "/elder/story/freeze", Do: f.freezeAll},
	}
}

// storyLines is how many lines a page of the elder's has.
const storyLines = 20

// story answers "who acted for me, and who looked at my data".
func (f face) story(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "谁替我办过、看过")
	if err != nil {
		return err
	}
	ask := kit.StoryAsk(r, storyLines)
	v := kit.StoryView{Only: ask.Only, At: "/elder/story", Old: ask.Before != ""}
	fr.Path = v.Link(ask.Only, ask.Before)
	if v.Story, err = f.Requests.Story(r.Context(), a, a.Subject, ask); err != nil {
		return err
	}
	return f.Render(w, r, storyPage(fr, v, people.Masked(p.Name), printedBy(fr)))
}

// printedBy names who is at the controls, as they stand on a sheet of paper.
func printedBy(fr kit.Frame) string {
	if fr.Acting != "" {
		return people.Masked(fr.Who)
	}
	return "本人"
}

// storyPaper is the story to be printed, for a time that is chosen first.
func (f face) storyPaper(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "打印：谁替我办过、看过")
	if err != nil {
		return err
	}
	fr.Back = "/elder/story"
	span, ask, ok := kit.SheetAsk(r, f.Now())
	if !ok {
		return f.Render(w, r, storySpanPage(fr))
	}
	fr.Back, fr.Path = "/elder/story/paper", "/elder/story/paper?span="+span.Code
	s := kit.Sheet{Span: span, Who: people.Masked(p.Name), By: printedBy(fr), Day: kit.Date(f.Now()), At: "/elder/story/paper"}
	if s.Story, err = f.Requests.Story(r.Context(), a, a.Subject, ask); err != nil {
		return err
	}
	return f.Render(w, r, storySheetPage(fr, s))
}

// stranger says what to do when somebody is in the story whom one does not know.
func (f face) stranger(w http.ResponseWriter, r *http.Request) error {
	fr, _, _, err := f.frame(r, "有不认识的人")
	if err != nil {
		return err
	}
	fr.Back = "/elder/story"
	return f.Render(w, r, strangerPage(fr))
}

func (f face) freezeAsk(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "停掉所有委托")
	if err != nil {
		return err
	}
	fr.Back = "/elder/story/stranger"
	list, err := f.Grant.Agents(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, freezePage(fr, list))
}

// freezeAll stops all grants until the person has them resumed, one by one.
func (f face) freezeAll(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	err := f.Grant.Dispute(r.Context(), a, a.Subject, "在网页上说：有不认识的人，先都停下")
	if err != nil && !civic.Is(err, civic.NotFound) { // there is nobody who could act: so it is already
		return err
	}
	if a.Channel == civic.ChannelFamily {
		f.Sessions.Remove(r.Context(), "as") // one's own grant is frozen too
		return kit.Go(w, r, "/elder")
	}
	return kit.Go(w, r, "/elder/agents")
}
