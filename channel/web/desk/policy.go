package desk

import (
	"net/http"
	"slices"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger"
	"yinqiao/ledger/task"
	"yinqiao/place"
)

func (f face) policyRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/policies", Do: f.policies},
		{Pattern: "POST /desk/policies", Do: f.bringPolicy, Bytes: ledger.MaxFile},
		{Pattern: "GET /desk/policies/{policy}", Do: f.policy},
		{Pattern: "POST /desk/policies/{policy}/facts", Do: f.correctFacts},
		{Pattern: "POST /desk/policies/{policy}/measure", Do: f.correctMeasure, Bytes: 1 << 20},
		{Pattern: "POST /desk/policies/{policy}/adopt", Do: f.adoptPolicy},
		{Pattern: "POST /desk/policies/{policy}/drop", Do: f.dropPolicy},
	}
}

// policiesView is the documents of a division.
type policiesView struct {
	book
	List []task.Policy
}

func (f face) policies(w http.ResponseWriter, r *http.Request) error {
	return f.showPolicies(w, r, nil)
}

func (f face) showPolicies(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "方案")
	if err != nil {
		return err
	}
	v := policiesView{book: b}
	if v.List, err = f.Ledger.Policies(r.Context(), a, b.At); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, policiesPage(fr, v))
}

func (f face) bringPolicy(w http.ResponseWriter, r *http.Request) error {
	name, b, err := kit.Brought(r)
	if err != nil {
		return err
	}
	id, err := f.Ledger.BringPolicy(r.Context(), f.actor(r), task.PolicyFile{Name: name, Bytes: b, Division: civic.Division(kit.Field(r, "division"))})
	if civic.Is(err, civic.Invalid) {
		return f.showPolicies(w, r, civic.As(err).On("file"))
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/policies/"+id)
}

// policyView is a document with its reading; Edit is the measure that is being corrected.
type policyView struct {
	book
	task.Policy
	Edit    string
	Open    bool // it can still be corrected by the reader
	Cities  []place.Division
	Old     *http.Request
	OfRules bool // the document names all governments below
}

func (f face) policy(w http.ResponseWriter, r *http.Request) error {
	return f.showPolicy(w, r, nil)
}

func (f face) showPolicy(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "方案")
	if err != nil {
		return err
	}
	v := policyView{book: b, Edit: r.URL.Query().Get("edit"), Old: r}
	if v.Policy, err = f.Ledger.ShowPolicy(r.Context(), a, r.PathValue("policy")); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		v.Edit = kit.Field(r, "ref")
	}
	_, keeps := b.Member.MayIn(civic.MayKeepLedger, v.Division)
	v.Open = keeps && v.State == task.PolicyRead
	v.OfRules = task.Collective(v.Reading)
	for _, d := range place.Divisions() {
		if v.Division.Covers(d.Code) && d.Code != v.Division && d.Level == place.LevelCity {
			v.Cities = append(v.Cities, d)
		}
	}
	fr.Title, fr.Back = v.Title, "/desk/policies"
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, policyPage(fr, v))
}

// toldPolicy goes back to the document, or shows there what was wrong.
func (f face) toldPolicy(w http.ResponseWriter, r *http.Request, mark string, err error) error {
	if kit.Mendable(err) {
		return f.showPolicy(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/policies/"+r.PathValue("policy")+mark)
}

func (f face) correctFacts(w http.ResponseWriter, r *http.Request) error {
	return f.toldPolicy(w, r, "", f.Ledger.CorrectFacts(r.Context(), f.actor(r), r.PathValue("policy"), kit.Revision(r), task.Facts{Title: kit.Field(r, "title"), Number: kit.Field(r, "number"), Issuer: kit.Field(r, "issuer"),
		IssuedOn: kit.Field(r, "issued"), Status: ledger.Status(kit.Field(r, "status")), Deadline: kit.Field(r, "deadline")}))
}

// correctMeasure reads the form of one measure: its parts are numbered from 1, and the last
// of them may be a new one.
func (f face) correctMeasure(w http.ResponseWriter, r *http.Request) error {
	in := task.MeasureEdit{Ref: kit.Field(r, "ref"), Heading: kit.Field(r, "heading"), Kind: ledger.Kind(kit.Field(r, "kind")), Force: ledger.Force(kit.Field(r, "force")), Drop: kit.Field(r, "drop") != ""}
	for i := 1; r.PostForm.Has(nth("units", i)); i++ {
		x := task.ActionEdit{Text: r.PostForm.Get(nth("text", i)), Units: r.PostForm.Get(nth("units", i)), OpenEnded: r.PostForm.Get(nth("open", i)) != "", Deadline: r.PostForm.Get(nth("deadline", i)), Targets: r.PostForm.Get(nth("targets", i))}
		if x != (task.ActionEdit{}) {
			in.Actions = append(in.Actions, x)
		}
	}
	return f.toldPolicy(w, r, "#m-"+in.Ref, f.Ledger.CorrectMeasure(r.Context(), f.actor(r), r.PathValue("policy"), kit.Revision(r), in))
}

// nth names a field of the nth part of a measure.
func nth(name string, n int) string { return name + "-" + strconv.Itoa(n) }

func (f face) adoptPolicy(w http.ResponseWriter, r *http.Request) error {
	var some []civic.Division
	chosen := r.PostForm["governments"]
	for _, d := range place.Divisions() {
		if d.Level == place.LevelCity && slices.Contains(chosen, string(d.Code)) {
			some = append(some, d.Code)
		}
		if d.Level == place.LevelCounty && len(d.Code) == 6 && slices.Contains(chosen, string(d.Code[:4])) {
			some = append(some, d.Code)
		}
	}
	return f.toldPolicy(w, r, "", f.Ledger.AdoptPolicy(r.Context(), f.actor(r), r.PathValue("policy"), kit.Revision(r), task.Adoption{Code: kit.Field(r, "code"), Governments: some}))
}

func (f face) dropPolicy(w http.ResponseWriter, r *http.Request) error {
	return f.toldPolicy(w, r, "", f.Ledger.DropPolicy(r.Context(), f.actor(r), r.PathValue("policy"), kit.Revision(r)))
}
