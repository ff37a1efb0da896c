package desk

import (
	"net/http"
	"strings"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/request"
)

func (f face) thingRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/things", Do: f.things},
		{Pattern: "POST /desk/requests/{request}/hand-in", Do: f.handIn},
		{Pattern: "GET /desk/requests/{request}/bill", Do: f.billPaper},
		{Pattern: "POST /desk/requests/{request}/bill", Page: "/desk/requests/{request}", Do: f.bill},
		{Pattern: "POST /desk/requests/{request}/thing", Do: f.passThing},
	}
}

// sums are what is still to be paid, and what the offices have received.
func (c fileView) sums() (due, paid int64) {
	for _, t := range c.Things {
		switch {
		case t.Kind != casework.Fee:
		case t.State == casework.Due:
			due += t.Fen
		case t.State == casework.Held, t.State == casework.Filed, t.State == casework.Sent:
			paid += t.Fen
		}
	}
	return due, paid
}

// owes reports whether there is anything to put on a bill.
func (c fileView) owes() bool {
	for _, t := range c.Things {
		if t.Kind == casework.Fee && t.State != casework.Returned {
			return true
		}
	}
	return false
}

func payWords(ways []catalog.Pay) string {
	var out []string
	for _, p := range ways {
		out = append(out, p.Words())
	}
	return strings.Join(out, "、")
}

func (f face) things(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "保管的材料和钱")
	if err != nil {
		return err
	}
	list, err := f.Casework.Keepings(r.Context(), a)
	if err != nil {
		return err
	}
	fr.Back = "/desk/queue"
	return f.Render(w, r, thingsPage(fr, list))
}

func (f face) handIn(w http.ResponseWriter, r *http.Request) error {
	in := casework.Receipt{Kind: casework.Paper, What: r.PostFormValue("what")}
	if sum := kit.Field(r, "sum"); sum != "" {
		in.Kind, in.Fen = casework.Fee, fen(sum)
	}
	return f.step(w, r, f.Casework.HandIn(r.Context(), f.actor(r), requestOf(r), in))
}

func (f face) bill(w http.ResponseWriter, r *http.Request) error {
	return f.step(w, r, f.Casework.Bill(r.Context(), f.actor(r), requestOf(r), casework.Receipt{Kind: casework.Fee, What: r.PostFormValue("what"), Fen: fen(kit.Field(r, "sum"))}))
}

// fen reads a sum in yuan; zero, which the room refuses, for what is none.
func fen(yuan string) int64 {
	n, _ := request.ParseYuan(yuan)
	return n
}

func (f face) billPaper(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "账单")
	if err != nil {
		return err
	}
	file, err := f.Casework.Read(r.Context(), a, requestOf(r))
	if err != nil {
		return err
	}
	fr.Back = "/desk/requests/" + r.PathValue("request")
	return f.Render(w, r, billPage(fr, fileView{File: file, Me: a.Staff()}))
}

// passThing moves a thing on, from its case or from the list of what the office keeps.
func (f face) passThing(w http.ResponseWriter, r *http.Request) error {
	id, thing, a := requestOf(r), r.PostFormValue("thing"), f.actor(r)
	var err error
	switch r.PostFormValue("step") {
	case "receive":
		err = f.Casework.Receive(r.Context(), a, id, thing)
	case "file":
		err = f.Casework.File(r.Context(), a, id, thing)
	case "give-back":
		err = f.Casework.GiveBack(r.Context(), a, id, thing)
	case "lose":
		err = f.Casework.Lose(r.Context(), a, id, thing)
	default:
		err = civic.E(civic.Invalid, "case.step", "请选要做什么。")
	}
	if err == nil && r.PostFormValue("back") == "things" {
		return kit.Go(w, r, "/desk/things")
	}
	return f.step(w, r, err)
}
