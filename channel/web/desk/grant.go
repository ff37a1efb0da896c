package desk

import (
	"net/http"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/people"
	"yinqiao/staff"
)

func (f face) grantRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/grants", Do: f.grantPage},
		{Pattern: "POST /desk/people/{person}/grants", Bytes: grant.ScanMost, Do: f.give},
		{Pattern: "GET /desk/people/{person}/grants/{grant}", Do: f.receipt},
		{Pattern: "GET /desk/people/{person}/grants/{grant}/scan", Do: f.scan},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/revoke", Do: f.endGrant},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/settle", Do: f.settleGrants},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/told", Do: f.told},
		{Pattern: "POST /desk/people/{person}/grants/{grant}/code", Page: "/desk/people/{person}/grants/{grant}", Do: f.grantCode},
		{Pattern: "POST /desk/people/{person}/freeze", Do: f.freeze},
	}
}

var (
	errUntil = civic.E(civic.Invalid, "grant.until", "到期的日子要写成 2027-12-31 这样，而且要在今天以后。").On("until")
)

// grantForm is what the form of a new grant offers.
type grantForm struct {
	Person   people.Profile
	Services []*catalog.Definition
	Posts    []staff.Post // of the clerk's own office, to which a grant may go
	Office   string
}

// grantPage asks to whom, for what and until when a person gives a grant.
func (f face) grantPage(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "办委托")
	if err != nil {
		return err
	}
	return f.showGrant(w, r, http.StatusOK, fr, a, m)
}

func (f face) showGrant(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, m staff.Member) error {
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.People.Show(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	v := grantForm{Person: p}
	if v.Services, err = f.Catalog.List(r.Context(), p.Division, civic.ChannelDesk); err != nil {
		return err
	}
	for _, post := range m.Roles {
		if post.Role.May(civic.MayServePeople) {
			v.Posts = append(v.Posts, post)
		}
	}
	return f.RenderAs(w, r, status, grantFormPage(fr, v, r))
}

// give records the grant that the person in front of the clerk, or on the phone,
// gives.
func (f face) give(w http.ResponseWriter, r *http.Request) error {
	fr, a, m, err := f.frame(r, "办委托")
	if err != nil {
		return err
	}
	var id string
	g, err := f.readGrant(r, a, m)
	if err == nil {
		id, err = f.Grant.Give(r.Context(), a, g)
	}
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Exhausted || e.Field == "agent" || strings.HasPrefix(e.Code, "card.") || e.Code == "person.unknown") {
		if e.Field == "" || e.Field == "card" || e.Code == "person.unknown" {
			e = e.On("agent")
		}
		fr.Wrong = []*civic.Error{e}
		return f.showGrant(w, r, kit.Status(err), fr, a, m)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(g.Person)+"/grants/"+id)
}

// Nothing is chosen beforehand: what the older person says is, not what the form says.
var (
	errWhoTo   = civic.E(civic.Invalid, "grant.who_to", "请问老人这是什么人，再选一个。").On("relation")
	errWhatFor = civic.E(civic.Invalid, "grant.what_for", "请问老人让代办什么，再选一个。").On("services")
)

func (f face) readGrant(r *http.Request, a civic.Actor, m staff.Member) (grant.Grant, error) {
	g := grant.Grant{Person: civic.PersonID(r.PathValue("person")), Relation: kit.Field(r, "relation"), Services: r.PostFormValue("services"), Starts: f.Now(), GivenHow: r.PostFormValue("how")}
	if role := kit.Field(r, "role"); role != "" {
		g.AgentKind, g.Office, g.Role, g.Relation = "role", m.Office, staff.Role(role), staff.Role(role).Words()
	} else {
		agent, err := f.agentOf(r, a)
		if err != nil {
			return g, err
		}
		g.Agent = agent
		if g.Relation == "" {
			return g, errWhoTo
		}
	}
	if g.Services == "" {
		return g, errWhatFor
	}
	_, scan, err := kit.File(r, "scan")
	if err != nil {
		return g, err
	}
	g.Evidence = grant.Evidence{Scan: scan, Witness: kit.Field(r, "witness"), WitnessRole: kit.Field(r, "witness-role")}
	g.Evidence.ReadBack = kit.Field(r, "read-back")
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

// receipt is the paper that the person takes home: who, what, until when, and how
// to stop it; and for the clerk what it was given on, and what is left to do.
func (f face) receipt(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "委托回执")
	if err != nil {
		return err
	}
	return f.showReceipt(w, r, http.StatusOK, fr, a)
}

func (f face) showReceipt(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.People.Show(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	g, err := f.Grant.Paper(r.Context(), a, id, r.PathValue("grant"))
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, receiptPage(fr, p, g, r.URL.Query().Get("sent") != ""))
}

// scan sends the scanned paper of a grant, as a file to keep.
func (f face) scan(w http.ResponseWriter, r *http.Request) error {
	s, err := f.Grant.Scan(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person")), r.PathValue("grant"))
	if err != nil {
		return err
	}
	return kit.SendScan(w, s)
}

// endGrant stops a grant at the person's word.
func (f face) endGrant(w http.ResponseWriter, r *http.Request) error {
	id := civic.PersonID(r.PathValue("person"))
	if err := f.Grant.Revoke(r.Context(), f.actor(r), id, r.PathValue("grant")); err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}

// freeze stops all grants to persons for now: the relatives do not agree.
func (f face) freeze(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "老人资料")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	err = f.Grant.Dispute(r.Context(), a, id, kit.Field(r, "why"))
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err).On("why")}
		return f.showPerson(w, r, kit.Status(err), fr, a, id)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}

// settle resumes or ends one grant that is held.
func (f face) settleGrants(w http.ResponseWriter, r *http.Request) error {
	id := civic.PersonID(r.PathValue("person"))
	resume := r.PostFormValue("resume")
	if resume != "yes" && resume != "no" {
		return civic.E(civic.Invalid, "settle.choose", "请选「恢复」或「停掉」。")
	}
	if err := f.Grant.Settle(r.Context(), f.actor(r), id, r.PathValue("grant"), resume == "yes"); err != nil {
		return err
	}
	if r.PostFormValue("from") == "held" {
		return kit.Go(w, r, "/desk/grants/held")
	}
	return kit.Go(w, r, "/desk/people/"+string(id))
}

// told records what the person said when they were told.
func (f face) told(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "委托回执")
	if err != nil {
		return err
	}
	id, gid := civic.PersonID(r.PathValue("person")), r.PathValue("grant")
	if r.PostFormValue("outcome") == "code" {
		return f.agreedByCode(w, r, fr, a, id, gid)
	}
	err = f.Grant.Answer(r.Context(), a, id, gid, r.PostFormValue("outcome"))
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err).On("outcome")}
		return f.showReceipt(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/tasks/voice")
}

// agreedByCode takes the code that the person read back, and shows what stands now.
func (f face) agreedByCode(w http.ResponseWriter, r *http.Request, fr kit.Frame, a civic.Actor, id civic.PersonID, gid string) error {
	err := f.Grant.AnswerByCode(r.Context(), a, id, gid, kit.Field(r, "code"))
	if e := civic.As(err); err != nil && ofCode(e) {
		fr.Wrong = []*civic.Error{e.On("code")}
		return f.showReceipt(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id)+"/grants/"+gid)
}

// grantCode has a code sent to the person's own phone, by which they say that a grant is their wish.
func (f face) grantCode(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "委托回执")
	if err != nil {
		return err
	}
	id, gid := civic.PersonID(r.PathValue("person")), r.PathValue("grant")
	err = f.Grant.SendGrantCode(r.Context(), a, id, gid)
	if e := civic.As(err); err != nil && ofCode(e) {
		fr.Wrong = []*civic.Error{e.On("code")}
		return f.showReceipt(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return kit.Go(w, r, "/desk/people/"+string(id)+"/grants/"+gid+"?sent=1#f-code")
}
