package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) registerRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/register", Do: f.registerPage},
		{Pattern: "POST /desk/register", Do: f.register},
	}
}

func (f face) registerPage(w http.ResponseWriter, r *http.Request) error {
	fr, _, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	if _, ok := m.May(civic.MayRegisterPeople); !ok {
		return civic.E(civic.Denied, "grant.role", "您的岗位不能登记新人。").Accepting("请找窗口人员登记")
	}
	return f.Render(w, r, registerPage(fr, streets(m.Division), nil))
}

func (f face) register(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "登记新人")
	if err != nil {
		return err
	}
	in := people.Registration{Name: r.PostFormValue("name"), Division: civic.Division(r.PostFormValue("division")), Address: kit.Field(r, "address"),
		Dispute:     r.PostFormValue("dispute") != "",
		Distinct:    r.PostFormValue("distinct") != "",
		Credentials: []people.Card{{Kind: people.CredentialKind(r.PostFormValue("kind")), Number: r.PostFormValue("card")}}}
	if phone := kit.Field(r, "phone"); phone != "" {
		in.Phones = []people.Phone{{Number: phone, Whose: "own"}}
	}
	id, err := f.People.Register(r.Context(), a, in)
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Conflict) {
		if e.Field == "" {
			e = e.On("card")
			if e.Code == "phone.form" {
				e = e.On("phone")
			}
		}
		fr.Wrong = []*civic.Error{e}
		return f.RenderAs(w, r, kit.Status(err), registerPage(fr, streets(m.Division), r))
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}
