package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

func (f face) factRoutes() []kit.Route {
	const at = " /desk/people/{person}/"
	return []kit.Route{
		{Pattern: "GET" + at + "tags", Do: f.factPage("标签", tagsPage)},
		{Pattern: "POST" + at + "tags", Do: f.change("标签", tagsPage, f.tag)},
		{Pattern: "POST" + at + "tags/{tag}/end", Do: f.change("标签", tagsPage, f.untag)},
		{Pattern: "GET" + at + "contacts", Do: f.factPage("电话", contactsPage)},
		{Pattern: "POST" + at + "contacts", Do: f.change("电话", contactsPage, f.addContact)},
		{Pattern: "POST" + at + "contacts/{contact}/first", Do: f.change("电话", contactsPage, f.callFirst)},
		{Pattern: "POST" + at + "contacts/{contact}/confirm", Do: f.change("电话", contactsPage, f.confirmContact)},
		{Pattern: "POST" + at + "contacts/{contact}/end", Do: f.change("电话", contactsPage, f.endContact)},
		{Pattern: "GET" + at + "household", Do: f.factPage("和谁住在一起", householdPage)},
		{Pattern: "POST" + at + "household", Do: f.change("和谁住在一起", householdPage, f.join)},
		{Pattern: "POST" + at + "household/leave", Do: f.change("和谁住在一起", householdPage, f.leave)},
		{Pattern: "GET" + at + "preferences", Do: f.factPage("服务习惯", preferencesPage)},
		{Pattern: "POST" + at + "preferences", Do: f.change("服务习惯", preferencesPage, f.prefer)},
		{Pattern: "GET" + at + "births", Do: f.factPage("档案出生日期", birthsPage)},
		{Pattern: "POST" + at + "births", Do: f.change("档案出生日期", birthsPage, f.setBirth)},
		{Pattern: "GET" + at + "correct", Do: f.factPage("更正资料", correctPage)},
		{Pattern: "POST" + at + "correct", Do: f.change("更正资料", correctPage, f.correct)},
	}
}

// factView is what the forms about a person start from. What was typed stays.
type factView struct {
	people.Profile
	people.Facts
	Streets  []place.Division
	Services []*catalog.Definition
	Today    string
	Reading  string              // how the name is read, by the person's own word
	Names    []people.SecondName // by which they are known too
	ByRole   bool                // opened without a card, by somebody who settles nothing
	r        *http.Request
}

// old is what was typed into a field, or what is registered.
func (v factView) old(name, registered string) string {
	if v.r.Method == http.MethodPost {
		return v.r.PostFormValue(name)
	}
	return registered
}

func (v factView) at(rest string) templ.SafeURL {
	return templ.SafeURL("/desk/people/" + string(v.ID) + "/" + rest)
}

// prefers reports whether a value is the one that the person chose.
func (v factView) prefers(kind, value string) bool {
	has := ""
	for _, p := range v.Preferences {
		if p.Kind == kind {
			has = p.Value
		}
	}
	return v.old("p-"+kind, has) == value
}

type factForm func(fr kit.Frame, v factView) templ.Component

// factPage shows one form about a person who is open.
func (f face) factPage(title string, page factForm) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, m, err := f.frame(r, title)
		if err != nil {
			return err
		}
		return f.showFacts(w, r, http.StatusOK, fr, a, m, page)
	}
}

func (f face) showFacts(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, m staff.Member, page factForm) error {
	id := civic.PersonID(r.PathValue("person"))
	v := factView{r: r, Today: f.Now().In(civic.Shanghai).Format("2006-01-02")}
	var err error
	if v.Profile, err = f.People.Show(r.Context(), a, id); err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	if v.Facts, err = f.People.Facts(r.Context(), a, id); err != nil {
		return err
	}
	if v.ByRole, err = f.byRole(r.Context(), a, m, id); err != nil {
		return err
	}
	if v.Reading, v.Names, err = f.People.Names(r.Context(), a, id); err != nil {
		return err
	}
	if v.Services, err = f.Catalog.List(r.Context(), v.Division, civic.ChannelDesk); err != nil {
		return err
	}
	for _, d := range place.Divisions() {
		if d.Level == place.LevelStreet && (v.Division.County().Covers(d.Code)) {
			v.Streets = append(v.Streets, d)
		}
	}
	if !slices.ContainsFunc(v.Streets, func(d place.Division) bool { return d.Code == v.Division }) {
		v.Streets = append([]place.Division{{Code: v.Division, Name: kit.Division(v.Division)}}, v.Streets...)
	}
	fr.Title = v.Name + "：" + fr.Title
	return f.RenderAs(w, r, status, page(fr, v))
}

// byRole reports whether whoever is at the desk opened the person without a card of theirs,
// and settles no matters either: then cards are neither made nor changed.
func (f face) byRole(ctx context.Context, a civic.Actor, m staff.Member, id civic.PersonID) (bool, error) {
	o, err := f.Grant.Opened(ctx, a, id)
	_, settles := m.May(civic.MaySettlePeople)
	return o.Basis == civic.BasisRole && o.Agent == "" && !settles, err
}

// change does one act about a person, and shows the form again with what was
// typed when something of it is wrong.
func (f face) change(title string, page factForm, do func(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, m, err := f.frame(r, title)
		if err != nil {
			return err
		}
		id := civic.PersonID(r.PathValue("person"))
		err = do(r.Context(), a, id, r)
		if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Conflict || e.Kind == civic.Exhausted || e.Kind == civic.NotFound && e.Field != "") {
			fr.Wrong = []*civic.Error{e}
			return f.showFacts(w, r, kit.Status(err), fr, a, m, page)
		}
		if err != nil {
			return f.orOpen(w, r, fr, a, err)
		}
		return kit.Go(w, r, "/desk/people/"+string(id))
	}
}

func (f face) tag(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	t := people.Tag{Source: kit.Field(r, "source"), From: kit.Field(r, "from"), To: kit.Field(r, "to"), Level: -1}
	// The kind is chosen with its variant or level in one: "disabled_care/gbt42195-2022/3".
	t.Kind, t.Variant, _ = strings.Cut(r.PostFormValue("kind"), "/")
	if scale, level, ok := strings.Cut(t.Variant, "/"); ok {
		t.Variant, t.Scale = "", scale
		if n, err := strconv.Atoi(level); err == nil {
			t.Level = n
		}
	}
	_, err := f.People.Tag(ctx, a, id, t)
	return err
}

func (f face) untag(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.Untag(ctx, a, id, r.PathValue("tag"), kit.Field(r, "reason"))
}

func (f face) addContact(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	_, err := f.People.AddContact(ctx, a, id, people.NewContact{Number: r.PostFormValue("phone"), Whose: kit.Field(r, "whose"), Answers: kit.Field(r, "answers"),
		Emergency: r.PostFormValue("emergency") != "", First: r.PostFormValue("first") != ""})
	return err
}

func (f face) callFirst(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.CallFirst(ctx, a, id, r.PathValue("contact"))
}

func (f face) confirmContact(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.ConfirmContact(ctx, a, id, r.PathValue("contact"))
}

func (f face) endContact(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.EndContact(ctx, a, id, r.PathValue("contact"))
}

// join finds the other by a card, never by a name: the only match of a name may be
// a stranger.
func (f face) join(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.JoinByCard(ctx, a, id, kit.Field(r, "other"), kit.Field(r, "since"))
}

func (f face) leave(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.Leave(ctx, a, id, kit.Field(r, "until"))
}

func (f face) prefer(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	want := map[string]string{}
	for _, k := range people.PreferenceKinds() {
		want[k.Kind] = r.PostFormValue("p-" + k.Kind)
	}
	return f.People.Prefer(ctx, a, id, want)
}

func (f face) setBirth(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	return f.People.SetServiceBirth(ctx, a, id, r.PostFormValue("service"), kit.Field(r, "birth"), kit.Field(r, "source"))
}

func (f face) correct(ctx context.Context, a civic.Actor, id civic.PersonID, r *http.Request) error {
	name, birth, village, address := kit.Field(r, "name"), kit.Field(r, "birth"), kit.Field(r, "village"), kit.Field(r, "address")
	sex, division := people.Sex(r.PostFormValue("sex")), civic.Division(r.PostFormValue("division"))
	return f.People.Correct(ctx, a, id, people.Correction{Name: &name, Sex: &sex, Birth: &birth, Division: &division, Village: &village, Address: &address,
		Reason: kit.Field(r, "reason"), Evidence: r.PostFormValue("evidence")})
}
