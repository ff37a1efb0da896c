package desk

import (
	"context"
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) nameRoutes() []kit.Route {
	const at = " /desk/people/{person}/names"
	return []kit.Route{
		{Pattern: "GET" + at, Do: f.factPage("怎么念、别的名字", namesPage)},
		{Pattern: "POST" + at, Do: f.change("怎么念、别的名字", namesPage, f.addName)},
		{Pattern: "POST" + at + "/reading", Do: f.change("怎么念、别的名字", namesPage, f.setReading)},
		{Pattern: "POST" + at + "/{name}/end", Do: f.change("怎么念、别的名字", namesPage, f.endName)},
	}
}

func (f face) setReading(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.SetReading(ctx, a, id, kit.Field(r, "reading"))
}

// addName's fields are not those of the reading: both forms are on one page.
func (f face) addName(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	_, err := f.People.AddName(ctx, a, id, people.SecondName{Name: r.PostFormValue("name"), Use: people.NameUse(r.PostFormValue("use")), Reading: kit.Field(r, "second-reading")})
	if e := civic.As(err); err != nil && e.Field == "reading" {
		return e.On("second-reading")
	}
	return err
}

func (f face) endName(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.EndName(ctx, a, id, r.PathValue("name"))
}

// registered is what stands in a field: what was typed into this form, or what is
// registered when the page's other form was sent.
func (v factView) registered(name, registered string) string {
	if v.r.Method == http.MethodPost && v.r.PostForm.Has(name) {
		return v.r.PostFormValue(name)
	}
	return registered
}
