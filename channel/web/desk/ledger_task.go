package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/task"
)

func (f face) ledgerTaskRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/ledger/tasks/{duty}", Do: f.ledgerTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/report", Do: f.reportTask, Bytes: task.FileBytes()},
		{Pattern: "POST /desk/ledger/tasks/{duty}/count", Do: f.countTask, Bytes: task.FileBytes()},
		{Pattern: "POST /desk/ledger/tasks/{duty}/extension", Do: f.askExtension},
		{Pattern: "POST /desk/ledger/tasks/{duty}/decision", Do: f.decideExtension},
		{Pattern: "POST /desk/ledger/tasks/{duty}/order", Do: f.urgeTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/reply", Do: f.replyTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/verdict", Do: f.judgeTask},
	}
}

// dutyView is one task.
type dutyView struct {
	book
	task.Account
	Old *http.Request
}

// posted reports whether one of the page's forms was sent just now, and refused. That which puts an
// entry right has the entry behind its name.
func (v dutyView) posted(form string) bool {
	action, entry, _ := strings.Cut(form, " ")
	return v.Old.Method == http.MethodPost && strings.HasSuffix(v.Old.URL.Path, "/"+action) && v.replaced() == entry
}

// replaced is the entry of the page that was to be put right just now; "" for none.
func (v dutyView) replaced() string {
	which := old(v.Old, "replaces")
	if !slices.ContainsFunc(v.Counts, func(c task.Count) bool { return c.ID == which }) {
		return ""
	}
	return which
}

// typed is what was typed into a field of that form.
func (v dutyView) typed(form, field string) string {
	if !v.posted(form) {
		return ""
	}
	return old(v.Old, field)
}

// field is the ID of a field: in the form that was refused the one to which what was wrong
// leads.
func (v dutyView) field(form, name string) string {
	if v.posted(form) {
		return "f-" + name
	}
	return strings.ReplaceAll(form, " ", "-") + "-" + name
}

// targetOf is a target of the task by its ID.
func (v dutyView) targetOf(id string) task.Target {
	for _, t := range v.Targets {
		if t.ID == id {
			return t
		}
	}
	return task.Target{}
}

func (f face) ledgerTask(w http.ResponseWriter, r *http.Request) error {
	return f.showLedgerTask(w, r, nil)
}

func (f face) showLedgerTask(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "任务")
	if err != nil {
		return err
	}
	v := dutyView{book: b, Old: r}
	if v.Account, err = f.Ledger.Show(r.Context(), a, r.PathValue("duty")); err != nil {
		return err
	}
	fr.Title = v.Unit + "：" + v.Words
	fr.Back = "/desk/ledger/tasks?division=" + string(v.Division)
	if v.Yours {
		fr.Back = "/desk/ledger"
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, dutyPage(fr, v))
}

// toldTask goes back to the task, or shows there what was wrong with what was typed.
func (f face) toldTask(w http.ResponseWriter, r *http.Request, err error) error {
	if kit.Mendable(err) {
		return f.showLedgerTask(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/ledger/tasks/"+r.PathValue("duty"))
}

// uploads are the files of a form.
func uploads(r *http.Request) ([]task.Upload, error) {
	fs, err := kit.Files(r, "file", task.FilesMost()+1)
	var out []task.Upload
	for _, x := range fs {
		out = append(out, task.Upload(x))
	}
	return out, err
}

func (f face) reportTask(w http.ResponseWriter, r *http.Request) error {
	fs, err := uploads(r)
	if err != nil {
		return err
	}
	return f.toldTask(w, r, f.Ledger.Report(r.Context(), f.actor(r), r.PathValue("duty"), task.Reporting{State: task.State(kit.Field(r, "state")), Words: kit.Field(r, "words"), Files: fs}))
}

func (f face) countTask(w http.ResponseWriter, r *http.Request) error {
	fs, err := uploads(r)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(civic.Fold(kit.Field(r, "n")), 10, 64)
	if err != nil {
		n = -1 // no number: refused in words
	}
	return f.toldTask(w, r, f.Ledger.Enter(r.Context(), f.actor(r), r.PathValue("duty"), task.Counting{Target: kit.Field(r, "target"), Words: kit.Field(r, "which"), Day: kit.Field(r, "day"), N: n,
		Files: fs, Replaces: kit.Field(r, "replaces")}))
}

func (f face) askExtension(w http.ResponseWriter, r *http.Request) error {
	return f.toldTask(w, r, f.Ledger.AskExtension(r.Context(), f.actor(r), r.PathValue("duty"), kit.Field(r, "until"), kit.Field(r, "words")))
}

func (f face) decideExtension(w http.ResponseWriter, r *http.Request) error {
	return f.toldTask(w, r, f.Ledger.DecideExtension(r.Context(), f.actor(r), r.PathValue("duty"), kit.Field(r, "yes") != "", kit.Field(r, "words")))
}

func (f face) urgeTask(w http.ResponseWriter, r *http.Request) error {
	return f.toldTask(w, r, f.Ledger.Urge(r.Context(), f.actor(r), r.PathValue("duty"), kit.Field(r, "words"), kit.Field(r, "until")))
}

func (f face) replyTask(w http.ResponseWriter, r *http.Request) error {
	return f.toldTask(w, r, f.Ledger.Reply(r.Context(), f.actor(r), r.PathValue("duty"), kit.Field(r, "words")))
}

func (f face) judgeTask(w http.ResponseWriter, r *http.Request) error {
	return f.toldTask(w, r, f.Ledger.Judge(r.Context(), f.actor(r), r.PathValue("duty"), kit.Field(r, "yes") != "", kit.Field(r, "words")))
}

// progressWords says how far a task is, and when it is late says so in words.
func progressWords(t task.Task, now time.Time) string {
	late := t.Late(now)
	left, dated := t.Left(now)
	switch {
	case t.State == task.Accepted && t.After() > 0:
		return fmt.Sprintf("核实做完了，晚了%d天", t.After())
	case t.State == task.Accepted:
		return "核实做完了"
	case t.State == task.Done && t.After() > 0:
		return fmt.Sprintf("报了做完，晚了%d天，等核实", t.After())
	case t.State == task.Done:
		return "报了做完，等核实"
	case late > 0 && t.State == task.Silent:
		return fmt.Sprintf("过期%d天，一次也没有报过", late)
	case late > 0 && t.State == task.Stuck:
		return fmt.Sprintf("过期%d天，遇到困难", late)
	case late > 0:
		return fmt.Sprintf("过期%d天，还在做", late)
	}
	words := map[task.State]string{task.Silent: "还没有报过", task.UnderWay: "正在做", task.Stuck: "遇到困难"}[t.State]
	switch {
	case dated && left == 0:
		words += "，今天到期"
	case dated && task.Soon(left):
		words += fmt.Sprintf("，还有%d天", left)
	}
	return words
}

// progressClass colours what the words say.
func progressClass(t task.Task, now time.Time) string {
	switch {
	case t.Late(now) > 0 || t.State == task.Stuck || t.Urged:
		return "late"
	case t.Finished():
		return "good"
	}
	return ""
}
