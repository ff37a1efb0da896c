package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/people"
)

func (f face) glassRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/glass", Do: f.glassPage},
		{Pattern: "POST /desk/people/{person}/glass", Do: f.breakGlass},
		{Pattern: "GET /desk/glass", Do: f.reviews},
		{Pattern: "POST /desk/glass/{glass}", Do: f.judgeGlass},
	}
}

type glassView struct {
	people.Match
	Old *http.Request
}

func (f face) glassPage(w http.ResponseWriter, r *http.Request) error {
	return f.showGlass(w, r, nil)
}

func (f face) showGlass(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "紧急打开")
	if err != nil {
		return err
	}
	if _, may := m.May(civic.MayBreakGlass); !may {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能紧急打开资料。").Accepting("请找窗口、闸口或上门的同事")
	}
	v := glassView{Old: r}
	if v.Match, err = f.People.Glance(r.Context(), a, civic.PersonID(r.PathValue("person"))); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, glassPage(fr, v))
}

func (f face) breakGlass(w http.ResponseWriter, r *http.Request) error {
	id := civic.PersonID(r.PathValue("person"))
	err := f.Grant.BreakGlass(r.Context(), f.actor(r), id, r.PostFormValue("emergency"), r.PostFormValue("reason"))
	if civic.Is(err, civic.Invalid) {
		return f.showGlass(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}

type reviewsView struct {
	List  []grant.GlassReview
	Spent []grant.LookupsSpent // who looked up too many, for supervisors
	Done  bool
	Judge bool // else an administrator, who reads
	Old   *http.Request
	Now   timeNow
}

func (f face) reviews(w http.ResponseWriter, r *http.Request) error {
	return f.showReviews(w, r, nil)
}

func (f face) showReviews(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "紧急打开的复核")
	if err != nil {
		return err
	}
	v := reviewsView{Done: r.URL.Query().Get("done") != "", Old: r, Now: f.Now()}
	in := m.Where(civic.MayReviewAccess)
	if v.Judge = len(in) > 0; !v.Judge {
		in = m.Where(civic.MayManageStaff)
	}
	if len(in) == 0 {
		return civic.E(civic.Denied, "grant.role", "紧急打开由监督人员复核，您的岗位不能看。").Accepting("请找本辖区的监督人员")
	}
	for _, d := range in {
		list, err := f.Grant.GlassReviews(r.Context(), a, d, v.Done)
		if err != nil {
			return err
		}
		v.List = append(v.List, list...)
		if v.Judge {
			spent, err := f.Grant.LookupsSpent(r.Context(), a, d)
			if err != nil {
				return err
			}
			v.Spent = append(v.Spent, spent...)
		}
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, reviewsPage(fr, v))
}

func (f face) judgeGlass(w http.ResponseWriter, r *http.Request) error {
	err := f.Grant.JudgeGlass(r.Context(), f.actor(r), r.PathValue("glass"), r.PostFormValue("verdict"), r.PostFormValue("note"))
	if civic.Is(err, civic.Invalid) {
		return f.showReviews(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/glass")
}
