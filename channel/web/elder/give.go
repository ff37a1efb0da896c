package elder

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
)

// Giving a grant, and asking for one, are the same five pages: who, what they are
// to each other, what, until when, check. Whom the person named is kept in their
// session for a while: a link alone, from whoever sends it, names nobody, and leads to
// the first question. What else was chosen stands in the address.
func (f face) giveRoutes() []kit.Route {
	var out []kit.Route
	for _, m := range []mode{giving, asking} {
		at := "/elder/" + string(m)
		out = append(out,
			kit.Route{Pattern: "GET " + at, Do: f.who(m)},
			kit.Route{Pattern: "POST " + at + "/who", Page: at, Do: f.named(m)},
			kit.Route{Pattern: "GET " + at + "/{other}", Do: f.choose(m)},
			kit.Route{Pattern: "GET " + at + "/{other}/{relation}", Do: f.choose(m)},
			kit.Route{Pattern: "GET " + at + "/{other}/{relation}/{what}", Do: f.choose(m)},
			kit.Route{Pattern: "GET " + at + "/{other}/{relation}/{what}/{months}", Do: f.choose(m)},
			kit.Route{Pattern: "POST " + at + "/{other}/{relation}/{what}/{months}", Page: "/elder/agents", Do: f.finish(m)},
		)
	}
	return append(out,
		kit.Route{Pattern: "GET /elder/agents/{grant}", Do: f.paper},
		kit.Route{Pattern: "GET /elder/agents/{grant}/scan", Do: f.scan},
		kit.Route{Pattern: "POST /elder/agents/{grant}/told", Do: f.told},
		kit.Route{Pattern: "POST /elder/agents/{grant}/settle", Do: f.settle},
	)
}

// mode is which of the two is done.
type mode string

const (
	giving mode = "give" // the older person lets a relative act
	asking mode = "ask"  // a relative asks to act
)

// giveView is one page of the five.
type giveView struct {
	Mode     mode
	Title    string
	Hint     string
	At       string // the address so far
	Choices  []grant.Choice
	Other    string // whom they named, masked; on every page after the first
	Sentence string // on the last page
	Card     string // typed
	Name     string
}

var (
	errChoose = civic.E(civic.NotFound, "give.choice", "没有这个选择，请退回去重新选一下。")
	errOwn    = civic.E(civic.Denied, "give.own", "这里要老人自己办。请先按「换回自己」。").Accepting("先换回自己")
)

// begin is the frame of these pages: everybody is themselves here.
func (f face) begin(r *http.Request, m mode) (kit.Frame, civic.Actor, civic.Division, error) {
	title := "请家人代办"
	if m == asking {
		title = "请求替家人办"
	}
	fr, a, p, err := f.frame(r, title)
	if err == nil && a.Subject != a.Person() && fr.Acting != "" {
		err = errOwn
	}
	return fr, a, p.Division, err
}

func (f face) who(m mode) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, _, _, err := f.begin(r, m)
		if err != nil {
			return err
		}
		return f.Render(w, r, whoPage(fr, giveView{Mode: m}))
	}
}

// named finds the other one, by a code or by card and name.
func (f face) named(m mode) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, _, err := f.begin(r, m)
		if err != nil {
			return err
		}
		card, name := kit.Field(r, "card"), kit.Field(r, "name")
		other, err := f.Grant.Named(r.Context(), a, card, name)
		if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Exhausted) {
			fr.Wrong = []*civic.Error{civic.As(err).On("card")}
			return f.RenderAs(w, r, kit.Status(err), whoPage(fr, giveView{Mode: m, Card: card, Name: name}))
		}
		if err != nil {
			return err
		}
		f.Sessions.Put(r.Context(), m.key(), strings.Join([]string{string(a.Person()), string(other.Person), other.Name, strconv.FormatInt(f.Now().Add(grant.ChosenFor()).Unix(), 10)}, "\n"))
		return kit.Go(w, r, "/elder/"+string(m)+"/"+string(other.Person))
	}
}

// key is where a session keeps whom its person named.
func (m mode) key() string { return "named for " + string(m) }

// chosen returns the masked name of the other one, if it is they whom the person
// at the controls named a while ago. "" sends them back to the first question.
func (f face) chosen(r *http.Request, a civic.Actor, m mode) string {
	v := strings.Split(f.Sessions.GetString(r.Context(), m.key()), "\n")
	if len(v) != 4 || v[0] != string(a.Person()) || v[1] != r.PathValue("other") {
		return ""
	}
	if until, err := strconv.ParseInt(v[3], 10, 64); err != nil || f.Now().Unix() >= until {
		f.Sessions.Remove(r.Context(), m.key())
		return ""
	}
	return v[2]
}

// kin are the relations that are offered, at most eight.
var kin = []string{"女儿", "儿子", "老伴", "儿媳", "女婿", "孙女", "亲戚", "邻居"}

// terms are how long a grant may last, in months; 0 is until it is stopped.
var terms = []grant.Choice{{Code: "1", Words: "一个月"}, {Code: "6", Words: "半年"}, {Code: "12", Words: "一年"}, {Code: "0", Words: "一直，到我停掉"}}

// choose shows the next choice, or what was chosen.
func (f face) choose(m mode) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, home, err := f.begin(r, m)
		if err != nil {
			return err
		}
		return f.showChoice(w, r, http.StatusOK, fr, a, home, m)
	}
}

func (f face) showChoice(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, home civic.Division, m mode) error {
	v := giveView{Mode: m, At: r.URL.EscapedPath(), Other: f.chosen(r, a, m)}
	if v.Other == "" {
		return kit.Go(w, r, "/elder/"+string(m))
	}
	fr.Back = v.At[:strings.LastIndex(v.At, "/")]
	relation, family, err := relationOf(r.PathValue("relation"))
	if err != nil {
		return err
	}
	whats, err := f.whats(r, home, family)
	if err != nil {
		return err
	}
	switch {
	case r.PathValue("relation") == "":
		v.Title = v.Other + "是您的什么人？"
		if m == asking {
			v.Title = "您是" + v.Other + "的什么人？"
		}
		for i, k := range kin {
			v.Choices = append(v.Choices, grant.Choice{Code: strconv.Itoa(i), Words: k})
		}
	case r.PathValue("what") == "":
		v.Title, v.Choices = "能办什么？", whats
	case r.PathValue("months") == "":
		v.Title, v.Choices = "办到什么时候？", termsOf(family)
	default:
		what, term := words(whats, r.PathValue("what")), words(termsOf(family), r.PathValue("months"))
		if what == "" || term == "" {
			return errChoose
		}
		v.Title = "请核对"
		v.Sentence = "让您的" + relation + v.Other + "替您办：" + what + "。时间：" + term + "。对吗？"
		if m == asking {
			v.Sentence = "您是" + v.Other + "的" + relation + "，请求替" + v.Other + "办：" + what + "。时间：" + term + "。老人同意以后才算数。对吗？"
		}
	}
	fr.Title = v.Title
	return f.RenderAs(w, r, status, choicePage(fr, v))
}

func relationOf(code string) (words string, family bool, err error) {
	if code == "" {
		return "", true, nil
	}
	i, err := strconv.Atoi(code)
	if err != nil || i < 0 || i >= len(kin) {
		return "", false, errChoose
	}
	return kin[i], grant.Family(kin[i]), nil
}

// whats are what a grant may be for: everything, for family, and the groups of the
// services that there are where the person lives.
func (f face) whats(r *http.Request, home civic.Division, family bool) ([]grant.Choice, error) {
	list, err := f.Catalog.List(r.Context(), home, civic.ChannelDesk)
	if err != nil {
		return nil, err
	}
	var out []grant.Choice
	if family {
		out = append(out, grant.Choice{Code: "all", Words: "什么事都能办"})
	}
	for _, g := range catalog.Areas() {
		if len(out) < 8 && slices.ContainsFunc(list, func(d *catalog.Definition) bool { return d.Group == g.Code && d.Proxy }) {
			out = append(out, grant.Choice{Code: g.Code, Words: "只办" + g.Words + "的事"})
		}
	}
	return out, nil
}

// termsOf are the terms that may be chosen: whoever is not family gets an end.
func termsOf(family bool) []grant.Choice {
	if family {
		return terms
	}
	return terms[:3]
}

func words(list []grant.Choice, code string) string {
	for _, c := range list {
		if c.Code == code {
			return c.Words
		}
	}
	return ""
}

// finish gives the grant, or asks for it.
func (f face) finish(m mode) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, home, err := f.begin(r, m)
		if err != nil {
			return err
		}
		relation, family, err := relationOf(r.PathValue("relation"))
		if err != nil {
			return err
		}
		whats, err := f.whats(r, home, family)
		if err != nil {
			return err
		}
		what, months := r.PathValue("what"), r.PathValue("months")
		if words(whats, what) == "" || words(termsOf(family), months) == "" || relation == "" {
			return errChoose
		}
		if f.chosen(r, a, m) == "" {
			return kit.Go(w, r, "/elder/"+string(m))
		}
		now := f.Now()
		g := grant.Grant{Person: a.Person(), Agent: civic.PersonID(r.PathValue("other")), Relation: relation, Services: "@" + what, Starts: now}
		if what == "all" {
			g.Services = "*"
		}
		if n, _ := strconv.Atoi(months); n > 0 { // it is one of ours
			end := endOf(now.AddDate(0, n, 0))
			g.Ends = &end
		}
		if m == asking {
			g.Person, g.Agent = g.Agent, ""
			err = f.Grant.Ask(r.Context(), a, g)
		} else {
			_, err = f.Grant.Give(r.Context(), a, g)
		}
		if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Exhausted) {
			fr.Wrong = []*civic.Error{civic.E(e.Kind, e.Code, e.Say)}
			return f.showChoice(w, r, kit.Status(err), fr, a, home, m)
		}
		if err != nil {
			return err
		}
		f.Sessions.Remove(r.Context(), m.key())
		if m == asking {
			return f.Render(w, r, askedPage(fr))
		}
		return kit.Go(w, r, "/elder/agents")
	}
}

// endOf is the midnight after a day: the day itself is included.
func endOf(t time.Time) time.Time {
	y, m, d := t.In(civic.Shanghai).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, civic.Shanghai)
}

// paper shows one grant, and asks the person what they say if it waits for that.
func (f face) paper(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "委托")
	if err != nil {
		return err
	}
	g, err := f.Grant.Paper(r.Context(), a, a.Subject, r.PathValue("grant"))
	if err != nil {
		return err
	}
	fr.Back = "/elder/agents"
	return f.Render(w, r, paperPage(fr, g))
}

func (f face) scan(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	s, err := f.Grant.Scan(r.Context(), a, a.Subject, r.PathValue("grant"))
	if err != nil {
		return err
	}
	return kit.SendScan(w, s)
}

// told is the person's answer on their own page.
func (f face) told(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Grant.Answer(r.Context(), a, a.Subject, r.PathValue("grant"), r.PostFormValue("outcome")); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/agents")
}

func (f face) settle(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	resume := r.PostFormValue("resume")
	if resume != "yes" && resume != "no" {
		return civic.E(civic.Invalid, "settle.choose", "请选「恢复」或「停掉」。")
	}
	if err := f.Grant.Settle(r.Context(), a, a.Subject, r.PathValue("grant"), resume == "yes"); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/agents")
}
