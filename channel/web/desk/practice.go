package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/task"
)

func (f face) practiceRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/practices", Do: f.practices},
		{Pattern: "POST /desk/practices", Do: f.submitPractice, Bytes: task.FileBytes()},
		{Pattern: "GET /desk/practices/{practice}", Do: f.practice},
		{Pattern: "POST /desk/practices/{practice}/verdict", Do: f.judgePractice},
		{Pattern: "POST /desk/practices/{practice}/adopt", Do: f.takePractice},
	}
}

// practicesView is what offices do well.
type practicesView struct {
	book
	List     []task.Practice
	Measures []task.Measure
	Old      *http.Request
}

func (f face) practices(w http.ResponseWriter, r *http.Request) error {
	return f.showPractices(w, r, nil)
}

func (f face) showPractices(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "好做法")
	if err != nil {
		return err
	}
	v := practicesView{book: b, Old: r}
	if v.List, err = f.Ledger.Practices(r.Context(), a, b.At); err != nil {
		return err
	}
	if b.Reports {
		if v.Measures, err = f.Ledger.Measures(r.Context(), a, b.At); err != nil {
			return err
		}
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, practicesPage(fr, v))
}

func (f face) submitPractice(w http.ResponseWriter, r *http.Request) error {
	fs, err := uploads(r)
	if err != nil {
		return err
	}
	id, err := f.Ledger.Submit(r.Context(), f.actor(r), task.Submission{Title: kit.Field(r, "title"), Words: kit.Field(r, "words"), Measure: kit.Field(r, "measure"), Files: fs})
	if civic.Is(err, civic.Invalid) {
		return f.showPractices(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/practices/"+id)
}

// practiceView is one practice.
type practiceView struct {
	book
	task.Practice
	Old *http.Request
}

func (f face) practice(w http.ResponseWriter, r *http.Request) error {
	return f.showPractice(w, r, nil)
}

func (f face) showPractice(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "好做法")
	if err != nil {
		return err
	}
	v := practiceView{book: b, Old: r}
	if v.Practice, err = f.Ledger.Practice(r.Context(), a, r.PathValue("practice")); err != nil {
		return err
	}
	fr.Title, fr.Back = v.Title, "/desk/practices"
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, practicePage(fr, v))
}

func (f face) toldPractice(w http.ResponseWriter, r *http.Request, err error) error {
	if kit.Mendable(err) {
		return f.showPractice(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/practices/"+r.PathValue("practice"))
}

func (f face) judgePractice(w http.ResponseWriter, r *http.Request) error {
	return f.toldPractice(w, r, f.Ledger.JudgePractice(r.Context(), f.actor(r), r.PathValue("practice"), kit.Field(r, "yes") != "", kit.Field(r, "words")))
}

func (f face) takePractice(w http.ResponseWriter, r *http.Request) error {
	return f.toldPractice(w, r, f.Ledger.TakeUp(r.Context(), f.actor(r), r.PathValue("practice"), kit.Field(r, "words")))
}

// practiceState says how far a practice is.
func practiceState(p task.Practice) string {
	switch p.State {
	case task.Published:
		return "推广了"
	case task.Returned:
		return "退回去再写"
	}
	return "等联席会议看"
}
