package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/place"
)

func (f face) registerRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/register", Do: f.registerPage},
		{Pattern: "POST /desk/register", Do: f.register},
	}
}

// registerView is the form of a new person: what was typed, and who may be the
// same.
type registerView struct {
	Streets []place.Division
	Alike   bool // somebody was found who may be the same
	Twins   []people.Match
	r       *http.Request // nil when nothing was typed
}

// old is what was typed into a field.
func (v registerView) old(name string) string { return old(v.r, name) }

func (f face) registerPage(w http.ResponseWriter, r *http.Request) error {
	fr, _, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	if _, ok := m.May(civic.MayRegisterPeople); !ok {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能登记新人。").Accepting("请找窗口人员登记")
	}
	return f.Render(w, r, registerPage(fr, registerView{Streets: streets(m.Division)}))
}

func (f face) register(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	in := registration(r)
	id, err := f.People.Register(r.Context(), a, in)
	if err == nil {
		return kit.Go(w, r, "/desk/people/"+string(id))
	}
	e := civic.As(err)
	if e.Kind != civic.Invalid && e.Kind != civic.Conflict {
		return err
	}
	v := registerView{Streets: streets(m.Division), r: r}
	switch {
	case e.Code == "register.alike":
		e, v.Alike = e.On("twins"), true
		if v.Twins, err = f.People.Twins(r.Context(), a, in); err != nil {
			return err
		}
	case e.Code == "phone.form":
		e = e.On("phone")
	case e.Field == "":
		e = e.On("card")
	}
	fr.Wrong = []*civic.Error{e}
	return f.RenderAs(w, r, kit.Status(e), registerPage(fr, v))
}

// registration is the form as the people's room takes it.
func registration(r *http.Request) people.Registration {
	in := people.Registration{
		Name: r.PostFormValue("name"), Reading: r.PostFormValue("reading"), Sex: people.Sex(r.PostFormValue("sex")), Birth: civic.Fold(kit.Field(r, "birth")),
		Division: civic.Division(r.PostFormValue("division")), Village: kit.Field(r, "village"), Address: kit.Field(r, "address"),
		Dispute: r.PostFormValue("dispute") != "", Distinct: r.PostFormValue("distinct") != "",
		Credentials: []people.Card{{Kind: people.CredentialKind(r.PostFormValue("kind")), Number: r.PostFormValue("card")}},
	}
	if phone := kit.Field(r, "phone"); phone != "" {
		in.Phones = []people.Phone{{Number: phone, Whose: "own"}}
	}
	return in
}
