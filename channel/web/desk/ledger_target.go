package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/task"
	"yinqiao/sheet"
)

func (f face) ledgerTargetRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/ledger/targets/{target}", Do: f.target},
		{Pattern: "GET /desk/ledger/targets/{target}/list.xlsx", Do: f.targetSheet},
		{Pattern: "GET /desk/ledger/files/{file}", Do: f.ledgerFile},
	}
}

// targetView is what was entered towards a target.
type targetView struct {
	book
	task.Counts
	All  bool
	Next string
}

// counted reads a page of what was entered towards a target.
func (f face) counted(r *http.Request, a civic.Actor, v *targetView, before string) (err error) {
	if v.Counts, err = f.Ledger.Counted(r.Context(), a, r.PathValue("target"), v.At, v.All, before); err == nil && v.Counts.More {
		v.Next = v.List[len(v.List)-1].ID
	} else {
		v.Next = ""
	}
	return err
}

func (f face) asksTarget(r *http.Request) (kit.Frame, civic.Actor, *targetView, error) {
	fr, a, b, err := f.book(r, "目标")
	return fr, a, &targetView{book: b, All: r.URL.Query().Get("all") != ""}, err
}

func (f face) target(w http.ResponseWriter, r *http.Request) error {
	fr, a, v, err := f.asksTarget(r)
	if err == nil {
		err = f.counted(r, a, v, r.URL.Query().Get("before"))
	}
	if err != nil {
		return err
	}
	fr.Title = v.Target.Words
	fr.Back = "/desk/ledger/measures/" + v.Measure + "?division=" + string(v.At)
	return f.Render(w, r, targetPage(fr, *v))
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
	_, a, v, err := f.asksTarget(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"哪一个、在哪里", "几个", "日子", "地方", "单位", "谁报的", "凭据", "改正过没有"}}
	rows, err = everyPage(rows, func(before string) (some [][]string, next string, err error) {
		err = f.counted(r, a, v, before)
		for _, c := range v.List {
			var files []string
			for _, x := range c.Files {
				files = append(files, x.Name)
			}
			some = append(some, []string{c.Words, fmt.Sprint(c.N), c.Day, divisionName(c.Division), c.Unit, c.Who, strings.Join(files, "、"), map[bool]string{true: "改正过"}[c.ReplacedBy != ""]})
		}
		return some, v.Next, err
	})
	if err != nil {
		return err
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
	if file.Picture() {
		return kit.SendMedia(w, "inline", "evidence", file.Media, b)
	}
	return kit.SendMedia(w, "attachment", "evidence", file.Media, b)
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
