package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
	"yinqiao/sheet"
	"yinqiao/staff"
)

func (f face) ledgerRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/ledger", Do: f.ledger},
		{Pattern: "GET /desk/ledger/tasks", Do: f.ledgerTasks},
		{Pattern: "GET /desk/ledger/tasks.xlsx", Do: f.ledgerSheet},
		{Pattern: "GET /desk/ledger/tasks/{duty}", Do: f.ledgerTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/report", Do: f.reportTask, Bytes: task.FileBytes()},
		{Pattern: "POST /desk/ledger/tasks/{duty}/count", Do: f.countTask, Bytes: task.FileBytes()},
		{Pattern: "POST /desk/ledger/tasks/{duty}/extension", Do: f.askExtension},
		{Pattern: "POST /desk/ledger/tasks/{duty}/decision", Do: f.decideExtension},
		{Pattern: "POST /desk/ledger/tasks/{duty}/order", Do: f.urgeTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/reply", Do: f.replyTask},
		{Pattern: "POST /desk/ledger/tasks/{duty}/verdict", Do: f.judgeTask},
		{Pattern: "GET /desk/ledger/measures/{measure}", Do: f.measure},
		{Pattern: "GET /desk/ledger/targets/{target}", Do: f.target},
		{Pattern: "GET /desk/ledger/targets/{target}/list.xlsx", Do: f.targetSheet},
		{Pattern: "GET /desk/ledger/files/{file}", Do: f.ledgerFile},
		{Pattern: "GET /desk/ledger/units", Do: f.ledgerUnits},
		{Pattern: "POST /desk/ledger/units", Do: f.nameUnit},
	}
}

var errNoLedger = civic.E(civic.Denied, "grant.role", "台账由监督人员、管理员和责任单位的经办人看。").Accepting("请用责任单位或监督人员的账号登录")

// book is the frame of a page of the ledger, with where the reader sees it.
type book struct {
	Member  staff.Member
	In      []civic.Division // where the reader sees figures
	At      civic.Division   // which was chosen
	MayKeep bool             // the reader keeps the ledger there
	Reports bool             // the reader's office reports
	Where   []place.Division
	Now     time.Time
}

func (f face) book(r *http.Request, title string) (kit.Frame, civic.Actor, book, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, book{}, err
	}
	in := m.Where(civic.MaySeeFigures)
	if len(in) == 0 {
		return fr, a, book{}, errNoLedger
	}
	b := book{Member: m, In: in, At: within(r.URL.Query().Get("division"), in), Where: below(in), Now: f.Now()}
	_, b.MayKeep = m.MayIn(civic.MayKeepLedger, b.At)
	_, b.Reports = m.May(civic.MayReportTasks)
	fr.Back = "/desk/ledger"
	return fr, a, b, nil
}

// ledgerView is a plan by measure and place.
type ledgerView struct {
	book
	Plans  []task.Policy
	Matrix task.Matrix
	Mine   []task.Task // what the reader's office has to do next
	More   bool
}

// ledger shows the tasks of a plan by measure and place, and whoever reports their own.
func (f face) ledger(w http.ResponseWriter, r *http.Request) error {
	fr, a, b, err := f.book(r, "台账")
	if err != nil {
		return err
	}
	fr.Back = "/desk"
	v := ledgerView{book: b}
	if b.Reports {
		if v.Mine, v.More, err = f.Ledger.Tasks(r.Context(), a, task.Ask{Office: b.Member.Office}); err != nil {
			return err
		}
		slices.SortStableFunc(v.Mine, func(x, y task.Task) int { return cmp.Compare(urgency(x, b.Now), urgency(y, b.Now)) })
	}
	all, err := f.Ledger.Policies(r.Context(), a, b.At)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.State == task.PolicyAdopted {
			v.Plans = append(v.Plans, p)
		}
	}
	if len(v.Plans) > 0 {
		chosen := v.Plans[0].ID
		if i := slices.IndexFunc(v.Plans, func(p task.Policy) bool { return p.ID == r.URL.Query().Get("policy") }); i >= 0 {
			chosen = v.Plans[i].ID
		}
		if v.Matrix, err = f.Ledger.Board(r.Context(), a, chosen, b.At); err != nil {
			return err
		}
	}
	return f.Render(w, r, ledgerPage(fr, v))
}

// urgency puts first what somebody waits for: an order, what is late, what is soon.
func urgency(t task.Task, now time.Time) int {
	switch {
	case t.Urged:
		return 0
	case t.Late(now) > 0:
		return 1
	case !t.Finished():
		return 2
	}
	return 3
}

// dutiesView is a list of tasks.
type dutiesView struct {
	book
	Ask  task.Ask
	Mine bool
	List []task.Task
	Next string
}

func (f face) asksTasks(r *http.Request) (kit.Frame, civic.Actor, dutiesView, error) {
	fr, a, b, err := f.book(r, "任务")
	if err != nil {
		return fr, a, dutiesView{}, err
	}
	q := r.URL.Query()
	v := dutiesView{book: b, Mine: q.Get("mine") != "" && b.Reports, Ask: task.Ask{Division: b.At, Policy: q.Get("policy"), Measure: q.Get("measure"), Unit: q.Get("unit"), State: q.Get("state"), Before: q.Get("before")}}
	if v.Mine {
		v.Ask.Division, v.Ask.Office = "", b.Member.Office
	}
	return fr, a, v, nil
}

func (f face) ledgerTasks(w http.ResponseWriter, r *http.Request) error {
	fr, a, v, err := f.asksTasks(r)
	if err != nil {
		return err
	}
	more := false
	if v.List, more, err = f.Ledger.Tasks(r.Context(), a, v.Ask); err != nil {
		return err
	}
	if more {
		v.Next = v.List[len(v.List)-1].ID
	}
	return f.Render(w, r, dutiesPage(fr, v))
}

// address is the address of the list, or of its workbook, from after a task on.
func (v dutiesView) address(path, before string) string {
	q := url.Values{"division": {string(v.At)}}
	for name, value := range map[string]string{"policy": v.Ask.Policy, "measure": v.Ask.Measure, "unit": v.Ask.Unit, "state": v.Ask.State, "before": before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Mine {
		q.Set("mine", "1")
	}
	return path + "?" + q.Encode()
}

// sheetPages bounds how many pages of a list go into one workbook.
const sheetPages = 400

func (f face) ledgerSheet(w http.ResponseWriter, r *http.Request) error {
	_, a, v, err := f.asksTasks(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"条款", "任务", "责任单位", "牵头", "地方", "要求", "期限", "到了哪一步", "最近一次说的", "最近一次报的时间", "是哪一家"}}
	for range sheetPages {
		list, more, err := f.Ledger.Tasks(r.Context(), a, v.Ask)
		if err != nil {
			return err
		}
		for _, t := range list {
			at := ""
			if t.ReportedAt != nil {
				at = kit.Moment(*t.ReportedAt)
			}
			rows = append(rows, []string{cmp.Or(t.Clause(), "会议决定"), t.Words, t.Unit, map[bool]string{true: "牵头"}[t.Leads], divisionName(t.Division), planForce(t.Force), t.Due, progressWords(t, v.Now), t.Said, at, t.Place})
		}
		if !more {
			break
		}
		v.Ask.Before = list[len(list)-1].ID
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "tasks")
}

// dutyView is one task.
type dutyView struct {
	book
	task.Account
	Old *http.Request
}

// posted reports whether one of the page's forms was sent just now, and refused.
func (v dutyView) posted(form string) bool {
	return v.Old.Method == http.MethodPost && strings.HasSuffix(v.Old.URL.Path, "/"+form)
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
	return form + "-" + name
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
	if k := civic.KindOf(err); err != nil && (k == civic.Invalid || k == civic.Conflict) {
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
		out = append(out, task.Upload{Name: x.Name, Bytes: x.Bytes})
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

// measureView is one measure, with what the platform sees of it.
type measureView struct {
	book
	task.Leaf
}

func (f face) measure(w http.ResponseWriter, r *http.Request) error {
	fr, a, b, err := f.book(r, "措施")
	if err != nil {
		return err
	}
	v := measureView{book: b}
	if v.Leaf, err = f.Ledger.Measure(r.Context(), a, r.PathValue("measure"), b.At); err != nil {
		return err
	}
	fr.Title = v.Clause() + " " + v.Words
	fr.Back = "/desk/ledger?" + url.Values{"division": {string(b.At)}, "policy": {v.Policy.ID}}.Encode()
	return f.Render(w, r, measurePage(fr, v))
}

// targetView is what was entered towards a target.
type targetView struct {
	book
	task.Counts
	All  bool
	Next string
}

func (f face) targetList(r *http.Request, before string) (kit.Frame, targetView, error) {
	fr, a, b, err := f.book(r, "目标")
	if err != nil {
		return fr, targetView{}, err
	}
	v := targetView{book: b, All: r.URL.Query().Get("all") != ""}
	if v.Counts, err = f.Ledger.Counted(r.Context(), a, r.PathValue("target"), b.At, v.All, before); err != nil {
		return fr, v, err
	}
	if v.Counts.More {
		v.Next = v.List[len(v.List)-1].ID
	}
	return fr, v, nil
}

func (f face) target(w http.ResponseWriter, r *http.Request) error {
	fr, v, err := f.targetList(r, r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	fr.Title = v.Target.Words
	fr.Back = "/desk/ledger/measures/" + v.Measure + "?division=" + string(v.At)
	return f.Render(w, r, targetPage(fr, v))
}

// address is the address of the list, or of its workbook.
func (v targetView) address(path, before string) string {
	q := url.Values{"division": {string(v.At)}}
	if v.All {
		q.Set("all", "1")
	}
	if before != "" {
		q.Set("before", before)
	}
	return "/desk/ledger/targets/" + v.Target.ID + path + "?" + q.Encode()
}

func (f face) targetSheet(w http.ResponseWriter, r *http.Request) error {
	rows := [][]string{{"哪一个、在哪里", "几个", "日子", "地方", "单位", "谁报的", "凭据", "改正过没有"}}
	before := ""
	for range sheetPages {
		_, v, err := f.targetList(r, before)
		if err != nil {
			return err
		}
		for _, c := range v.List {
			var files []string
			for _, x := range c.Files {
				files = append(files, x.Name)
			}
			rows = append(rows, []string{c.Words, fmt.Sprint(c.N), c.Day, divisionName(c.Division), c.Unit, c.Who, strings.Join(files, "、"), map[bool]string{true: "改正过"}[c.ReplacedBy != ""]})
		}
		if before = v.Next; before == "" {
			break
		}
	}
	book, err := sheet.Texts(rows)
	if err != nil {
		return err
	}
	return sendSheet(w, book, true, "target")
}

// ledgerFile shows a photograph in the page, and gives a paper to keep.
func (f face) ledgerFile(w http.ResponseWriter, r *http.Request) error {
	if _, _, _, err := f.book(r, ""); err != nil {
		return err
	}
	file, b, err := f.Ledger.File(r.Context(), f.actor(r), r.PathValue("file"))
	if err != nil {
		return err
	}
	how := "attachment"
	if file.Picture() {
		how = "inline"
	}
	w.Header().Set("Content-Type", file.Media)
	w.Header().Set("Content-Disposition", how+`; filename="`+map[string]string{"application/pdf": "evidence.pdf", "image/png": "evidence.png", "image/jpeg": "evidence.jpg"}[file.Media]+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the visitor may have gone
	return nil
}

// unitsView says which office each unit is.
type unitsView struct {
	book
	List    []task.Unit
	Offices []place.Office
	Old     *http.Request
}

func (f face) ledgerUnits(w http.ResponseWriter, r *http.Request) error {
	return f.showUnits(w, r, nil)
}

func (f face) showUnits(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "哪个单位是哪一家")
	if err != nil {
		return err
	}
	if d := kit.Field(r, "division"); d != "" {
		b.At = within(d, b.In)
	}
	_, b.MayKeep = b.Member.MayIn(civic.MayKeepLedger, b.At)
	v := unitsView{book: b, Old: r}
	if v.List, v.Offices, err = f.Ledger.Units(r.Context(), a, b.At); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, unitsPage(fr, v))
}

func (f face) nameUnit(w http.ResponseWriter, r *http.Request) error {
	in := civic.Division(kit.Field(r, "division"))
	err := f.Ledger.NameUnit(r.Context(), f.actor(r), in, kit.Field(r, "unit"), civic.OfficeID(kit.Field(r, "office")))
	if civic.Is(err, civic.Invalid) {
		return f.showUnits(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/ledger/units?division="+string(in))
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

// planForce says how strongly a plan asks for something.
func planForce(x ledger.Force) string {
	switch x {
	case ledger.Must:
		return "必须做"
	case ledger.Encouraged:
		return "鼓励做"
	}
	return "探索做"
}

// cellWords says the tasks of a cell in numbers.
func cellWords(t task.Tally) string {
	words := fmt.Sprintf("%d/%d", t.Done, t.All)
	if t.Late > 0 {
		words += fmt.Sprintf("，过期%d", t.Late)
	}
	return words
}

// targetSum says how far a target is.
func targetSum(t task.Target) string {
	switch {
	case t.Entries == 0:
		return "还没有报过数"
	case t.Percentage():
		return fmt.Sprintf("现在最低的单位%d%%", t.Sum)
	}
	return fmt.Sprintf("已经%d%s", t.Sum, t.Unit)
}
