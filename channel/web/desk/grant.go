package desk

import (
	"net/http"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
)

func (f face) grantRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/grants", Do: f.grantPage},
		{Pattern: "POST /desk/people/{person}/grants", Do: f.give},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/revoke", Do: f.endGrant},
	}
}

// The ways in which a person gives a grant at the window.
var givenHow = []struct{ Code, Words string }{
	{"in_person", "老人本人带证件当面委托"},
	{"paper", "老人签了字的纸质委托书"},
	{"witness", "老人口头委托，有见证人在场"},
}

var relations = []string{"女儿", "儿子", "老伴", "儿媳", "女婿", "孙女", "孙子", "亲戚", "邻居", "社区工作人员", "家庭医生"}

var (
	errUntil = civic.E(civic.Invalid, "grant.until", "到期的日子要写成 2027-12-31 这样，而且要在今天以后。").On("until")
	errHow   = civic.E(civic.Invalid, "grant.how", "请选老人是怎么委托的。").On("how")
)

// grantPage asks to whom, for what and until when a person gives a grant.
func (f face) grantPage(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办委托")
	if err != nil {
		return err
	}
	return f.showGrant(w, r, http.StatusOK, fr, a)
}

func (f face) showGrant(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.People.Show(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	services, err := f.Catalog.List(r.Context(), p.Division, civic.ChannelDesk)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, grantFormPage(fr, p, services, r))
}

// give records the grant that the person in front of the clerk gives.
func (f face) give(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "办委托")
	if err != nil {
		return err
	}
	g, err := f.readGrant(r, a)
	if err == nil {
		_, err = f.Grant.Give(r.Context(), a, g)
	}
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Field == "agent" || strings.HasPrefix(e.Code, "card.") || e.Code == "person.unknown") {
		if e.Field == "" || e.Field == "card" || e.Code == "person.unknown" {
			e = e.On("agent")
		}
		fr.Wrong = []*civic.Error{e}
		return f.showGrant(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(g.Person))
}

func (f face) readGrant(r *http.Request, a civic.Actor) (grant.Grant, error) {
	g := grant.Grant{Person: civic.PersonID(r.PathValue("person")), Relation: kit.Field(r, "relation"), Services: "*", Starts: f.Now()}
	agent, err := f.agentOf(r, a)
	if err != nil {
		return g, err
	}
	g.Agent = agent
	if s := r.PostFormValue("services"); s != "" {
		g.Services = s
	}
	for _, h := range givenHow {
		if h.Code == r.PostFormValue("how") {
			g.GivenHow = h.Code
		}
	}
	if g.GivenHow == "" {
		return g, errHow
	}
	if until := kit.Field(r, "until"); until != "" {
		day, err := time.ParseInLocation(time.DateOnly, until, civic.Shanghai)
		if err != nil || !day.After(f.Now()) {
			return g, errUntil
		}
		end := day.AddDate(0, 0, 1) // the day itself is included
		g.Ends = &end
	}
	return g, nil
}

// agentOf finds the agent by a card, never by a name: the only match of a name may
// be a stranger.
func (f face) agentOf(r *http.Request, a civic.Actor) (civic.PersonID, error) {
	m, err := f.People.FindCard(r.Context(), a, kit.Field(r, "agent"))
	if err == nil {
		if refused := m.Refuse(); refused != nil {
			err = civic.As(refused).On("agent")
		}
	}
	return m.Person, err
}

// endGrant stops a grant at the person's word.
func (f face) endGrant(w http.ResponseWriter, r *http.Request) error {
	id := civic.PersonID(r.PathValue("person"))
	if err := f.Grant.Revoke(r.Context(), f.actor(r), id, r.PathValue("grant")); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}
