package elder

import (
	"net/http"
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/request"
)

// home shows the next thing to do, then at most eight tiles.
func (f face) home(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "首页")
	if err != nil {
		return err
	}
	return f.showHome(w, r, http.StatusOK, fr, a, p)
}

func (f face) showHome(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, p people.Profile) error {
	var err error
	h := homeView{Acting: fr.Acting != "", Typed: r.PostFormValue("number")}
	if h.Services, err = f.Catalog.List(r.Context(), p.Division, a.Channel); err != nil {
		return err
	}
	mine, err := f.Requests.Of(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	var used []string
	for _, m := range mine {
		used = append(used, m.Service)
	}
	h.Services = catalog.Front(h.Services, used, 2) // eight tiles at most, with the six below
	if h.Next, h.NextWords, err = f.next(r, a, mine); err != nil {
		return err
	}
	if !h.Acting {
		at, err := f.Grant.LastCode(r.Context(), a, a.Subject)
		if err != nil {
			return err
		}
		if !at.IsZero() {
			h.Code = at.In(civic.Shanghai).Format("1月2日") + civic.SayTime(at)
		}
	}
	if h.Unread, err = f.unread(r, a); err != nil {
		return err
	}
	fr.Back = "/"
	return f.RenderAs(w, r, status, homePage(fr, h))
}

type homeView struct {
	Services  []*catalog.Definition
	Next      string // where the next thing is
	NextWords string
	Acting    bool
	Typed     string // a number that was not found
	Unread    int    // messages that they have not said they know of
	Code      string // when a code was drawn for them at the window, "" if not lately
}

// next finds what waits for the person: an office's answer to confirm, or a form
// begun on any channel.
func (f face) next(r *http.Request, a civic.Actor, mine []request.Summary) (to, words string, err error) {
	agents, err := f.Grant.Agents(r.Context(), a, a.Subject)
	if err != nil {
		return "", "", err
	}
	for _, g := range agents {
		switch own := a.Subject == a.Person(); {
		case own && g.Notice == "pending" && g.State == "asked":
			return "/elder/agents/" + g.ID, "您的" + g.Relation + g.Name + "想替您办事，请您看一看", nil
		case own && g.Notice == "pending":
			return "/elder/agents/" + g.ID, "有人登记为您的代办人，请看一看", nil
		}
	}
	waits, err := f.Booking.Waits(r.Context(), a, a.Subject)
	if err != nil {
		return "", "", err
	}
	if len(waits) > 0 && waits[0].Offered {
		return "/elder/waits", "您等的有号了：" + waits[0].When + "，" + waits[0].What + "，请说要不要", nil
	}
	waiting, err := f.Casework.Waiting(r.Context(), a, a.Subject)
	if err != nil {
		return "", "", err
	}
	if len(waiting) > 0 {
		w := waiting[0]
		says := "：单位说办好了，请您看一看"
		if w.State == casework.Asked {
			says = "：单位在等您，请您看一看"
		}
		return "/elder/requests/" + string(w.Request), w.Title + says, nil
	}
	coming, err := f.Booking.Coming(r.Context(), a, a.Subject)
	if err != nil {
		return "", "", err
	}
	if len(coming) > 0 {
		c := coming[0]
		return "/elder/requests/" + string(c.ID), c.When + "，" + c.Title + "，" + c.What, nil
	}
	for _, s := range mine {
		if s.Draft {
			return "/elder/drafts/" + string(s.ID), "接着办：" + s.Title + "（上次没办完）", nil
		}
	}
	return "", "", nil
}

// find opens a matter by the number on its receipt, wherever it was begun.
func (f face) find(w http.ResponseWriter, r *http.Request) error {
	found, err := f.Requests.Find(r.Context(), f.actor(r), r.PostFormValue("number"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.NotFound) {
		fr, a, p, frameErr := f.frame(r, "首页")
		if frameErr != nil {
			return frameErr
		}
		fr.Wrong = []*civic.Error{civic.As(err).On("number")}
		return f.showHome(w, r, kit.Status(err), fr, a, p)
	}
	if err != nil {
		return err
	}
	if found.Draft {
		return kit.Go(w, r, "/elder/drafts/"+string(found.ID))
	}
	return kit.Go(w, r, "/elder/requests/"+string(found.ID))
}

func (f face) mine(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "我的事")
	if err != nil {
		return err
	}
	list, err := f.Requests.Of(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	stands, err := f.Eligible.Of(r.Context(), a, a.Subject)
	if err != nil && !civic.Is(err, civic.Denied) { // of other matters only
		return err
	}
	waits, err := f.Booking.Waits(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, minePage(fr, list, stands, waits))
}

func (f face) agents(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "谁能替我办")
	if err != nil {
		return err
	}
	if fr.Acting != "" {
		fr.Title = "我的委托"
	}
	list, err := f.Grant.Agents(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	titles, err := f.titles(r, p.Division)
	if err != nil {
		return err
	}
	return f.Render(w, r, agentsPage(fr, list, titles, f.Now()))
}

// guarded reports whether one of those who may act is the person's guardian.
func guarded(list []grant.Agent) bool {
	return slices.ContainsFunc(list, func(g grant.Agent) bool { return g.Kind == "guardian" })
}

// titles names the services of a division, for people who do not know our codes.
func (f face) titles(r *http.Request, in civic.Division) (map[string]string, error) {
	list, err := f.Catalog.List(r.Context(), in, civic.ChannelDesk)
	names := map[string]string{}
	for _, d := range list {
		names[d.Service] = d.Title
	}
	return names, err
}

// covered names what a grant lets its holder do.
func covered(services string, titles map[string]string) string {
	var out []string
	for _, s := range strings.Fields(services) {
		if t, ok := titles[s]; ok {
			s = t
		}
		for _, g := range catalog.Areas() {
			if s == "@"+g.Code {
				s = g.Words + "这一类的事"
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "、")
}
