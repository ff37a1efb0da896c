package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/request"
)

func (f face) catalogRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/manage/services", Do: f.shelf},
		{Pattern: "GET /desk/manage/services/new", Do: f.newService},
		{Pattern: "POST /desk/manage/services/check", Do: f.checkService, Bytes: definitionBytes, Page: "/desk/manage/services/new"},
		{Pattern: "POST /desk/manage/services/publish", Do: f.publishService, Bytes: definitionBytes, Page: "/desk/manage/services/new"},
		{Pattern: "GET /desk/manage/services/{service}", Do: f.service},
		{Pattern: "GET /desk/manage/services/{service}/try/{hash}", Do: f.tryService},
		{Pattern: "POST /desk/manage/services/{service}/suspend", Do: f.suspendService},
		{Pattern: "POST /desk/manage/services/{service}/resume", Do: f.resumeService},
		{Pattern: "POST /desk/manage/services/{service}/adopt", Do: f.adoptService},
	}
}

// definitionBytes bounds a definition that is sent to be checked.
const definitionBytes = 128 << 10

var errDefinition = civic.E(civic.Invalid, "catalog.definition", "这份定义有错，还不能发布。请照「检查结果」逐行改好，再按一次「检查」。").On("text")

var errNotPublisher = civic.E(civic.Denied, "grant.role", "服务由管理员发布和暂停，您的岗位不能打开。").Accepting("请找本单位管理员")

// publishing is the frame of a page about services, and the division that it is about:
// one of those in which the member publishes, or one inside them.
func (f face) publishing(r *http.Request, title string) (fr kit.Frame, a civic.Actor, in []civic.Division, at civic.Division, err error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, nil, "", err
	}
	if in = m.Where(civic.MayPublish); len(in) == 0 {
		return fr, a, nil, "", errNotPublisher
	}
	fr.Back = "/desk/manage/services"
	return fr, a, in, within(r.FormValue("division"), in), nil
}

// shelfView is what a division offers.
type shelfView struct {
	At    civic.Division
	Where []place.Division
	List  []catalog.Shelved
}

func (f face) shelf(w http.ResponseWriter, r *http.Request) error {
	fr, a, in, at, err := f.publishing(r, "服务")
	if err != nil {
		return err
	}
	fr.Back = "/desk/manage"
	v := shelfView{At: at, Where: below(in)}
	if v.List, err = f.Catalog.Shelf(r.Context(), a, at); err != nil {
		return err
	}
	return f.Render(w, r, shelfPage(fr, v))
}

// serviceView is one service in a division, with its versions.
type serviceView struct {
	At       civic.Division
	Where    []place.Division
	Now      catalog.Shelved // how it stands; its Definition is nil where nobody offers it
	Show     catalog.Edition // what counts, or the newest
	Editions []catalog.Edition
	Old      *http.Request
}

func (f face) service(w http.ResponseWriter, r *http.Request) error {
	return f.showService(w, r, nil)
}

func (f face) showService(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, in, at, err := f.publishing(r, "服务")
	if err != nil {
		return err
	}
	v := serviceView{At: at, Where: below(in), Old: r}
	if v.Now, v.Editions, err = f.Catalog.Editions(r.Context(), a, r.PathValue("service"), at); err != nil {
		return err
	}
	v.Show = v.Editions[0]
	for _, e := range v.Editions {
		if e.Definition.Hash == v.Now.Word.Hash {
			v.Show = e
		}
	}
	fr.Title, fr.Back = v.Show.Title, shelfAt(at)
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, servicePage(fr, v))
}

func shelfAt(at civic.Division) string {
	return "/desk/manage/services?" + url.Values{"division": {string(at)}}.Encode()
}

// ruled goes back to the service after an act on it, or shows what was refused.
func (f face) ruled(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) {
		return f.showService(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, serviceAt(r.PathValue("service"), civic.Division(r.PostFormValue("division"))))
}

func serviceAt(service string, at civic.Division) string {
	return "/desk/manage/services/" + url.PathEscape(service) + "?" + url.Values{"division": {string(at)}}.Encode()
}

func (f face) suspendService(w http.ResponseWriter, r *http.Request) error {
	until, err := untilOf(kit.Field(r, "until"))
	if err != nil {
		err = civic.As(err).On("until")
	} else {
		err = f.Catalog.Suspend(r.Context(), f.actor(r), r.PathValue("service"), civic.Division(r.PostFormValue("division")), kit.Field(r, "reason"), until)
	}
	return f.ruled(w, r, err)
}

func (f face) resumeService(w http.ResponseWriter, r *http.Request) error {
	return f.ruled(w, r, f.Catalog.Resume(r.Context(), f.actor(r), r.PathValue("service"), civic.Division(r.PostFormValue("division"))))
}

// adoptService makes a version live, or tries it at the desk.
func (f face) adoptService(w http.ResponseWriter, r *http.Request) error {
	return f.ruled(w, r, f.Catalog.Adopt(r.Context(), f.actor(r), r.PostFormValue("hash"), civic.Division(r.PostFormValue("division")), r.PostFormValue("pilot") != ""))
}

// tryView is a version as each channel asks it.
type tryView struct {
	*catalog.Definition
	Asked  []asked
	Schema string
}

// asked is one question with what a phone says.
type asked struct {
	catalog.Question
	When  string // under which condition, in words
	Menu  request.Menu
	Items []asked
}

// tried shows a definition as an elder page, a phone and a program ask it.
func tried(d *catalog.Definition) tryView {
	schema, err := json.MarshalIndent(request.SchemaOf(d), "", "  ")
	if err != nil {
		panic(err) // plain data always marshals
	}
	return tryView{d, askedOf(d.Questions, d.Questions), string(schema)}
}

func askedOf(qs, all []catalog.Question) []asked {
	var out []asked
	for _, q := range qs {
		x := asked{Question: q, When: condWords(q.When, all), Items: askedOf(q.Items, slices.Concat(all, qs))}
		p := request.Prompt{Question: &q, Options: q.Options}
		if q.Kind == catalog.YesNo || q.Kind == catalog.Group {
			if q.Kind == catalog.Group {
				more := q.MoreAfter(0)
				p.Question = &more
			}
			p.Options = request.YesNo(p.Question)
		}
		x.Menu = request.Speak(p, 0)
		out = append(out, x)
	}
	return out
}

// condWords says a condition: 「去哪里」是香港、澳门.
func condWords(c *catalog.Cond, qs []catalog.Question) string {
	if c == nil {
		return ""
	}
	join := func(cs []catalog.Cond, with string) string {
		var out []string
		for i := range cs {
			out = append(out, condWords(&cs[i], qs))
		}
		return strings.Join(out, with)
	}
	words := ""
	switch {
	case c.Key != "":
		words = keyWords(c, qs)
	case len(c.All) > 0:
		words = join(c.All, "，并且")
	default:
		words = join(c.Any, "，或者")
	}
	if c.Not {
		return "不是（" + words + "）"
	}
	return words
}

func keyWords(c *catalog.Cond, qs []catalog.Question) string {
	label, codes := c.Key, slices.Clone(c.In)
	for _, q := range qs {
		if q.Key != c.Key {
			continue
		}
		label = q.Label
		options := q.Options
		if q.Kind == catalog.YesNo {
			options = request.YesNo(&q)
		}
		for i, code := range codes {
			for _, o := range options {
				if o.Code == code {
					codes[i] = o.Text
				}
			}
		}
	}
	return "「" + label + "」是" + strings.Join(codes, "或")
}

func (f face) tryService(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, at, err := f.publishing(r, "试一试")
	if err != nil {
		return err
	}
	_, list, err := f.Catalog.Editions(r.Context(), a, r.PathValue("service"), at)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Definition.Hash == r.PathValue("hash") {
			fr.Title, fr.Back = e.Title, serviceAt(e.Service, at)
			return f.Render(w, r, tryPage(fr, tried(e.Definition)))
		}
	}
	return civic.E(civic.NotFound, "service.version", "没有这个版本。请回到服务的页面再选。")
}

// newView is a definition that is about to come in: its text, what is wrong or unclear
// by line, and how it would ask.
type newView struct {
	In      []civic.Division
	Where   []place.Division
	At      civic.Division
	Text    string
	Checked bool
	Remarks []catalog.Remark
	Def     *catalog.Definition // nil while something is wrong
	Try     tryView
}

func (f face) newService(w http.ResponseWriter, r *http.Request) error {
	fr, _, in, at, err := f.publishing(r, "新的服务定义")
	if err != nil {
		return err
	}
	return f.Render(w, r, newServicePage(fr, newView{In: in, Where: below(in), At: at}))
}

// definitionOf reads what was sent: a file, or else the text as it was edited.
func definitionOf(r *http.Request) (string, error) {
	_, b, err := kit.File(r, "file")
	if err != nil {
		return "", err
	}
	if len(b) > 0 {
		return strings.ToValidUTF8(string(b), "\uFFFD"), nil
	}
	return strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"), nil
}

// check reviews a definition as it came.
func (v *newView) check() {
	v.Checked = true
	if strings.TrimSpace(v.Text) == "" {
		v.Remarks = []catalog.Remark{{Say: "还没有内容。请选一个文件，或者把内容贴进来。"}}
		return
	}
	if v.Def, v.Remarks = catalog.ReviewText("definition.yaml", []byte(v.Text)); v.Def != nil {
		v.Try = tried(v.Def)
	}
}

// line is what stands on a line of the definition, for whoever looks for it: a form has no
// line numbers.
func (v newView) line(n int) string {
	lines := strings.Split(v.Text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	if r := []rune(strings.TrimSpace(lines[n-1])); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return strings.TrimSpace(lines[n-1])
}

func (f face) checkService(w http.ResponseWriter, r *http.Request) error {
	return f.showNew(w, r, nil)
}

func (f face) showNew(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, _, in, at, err := f.publishing(r, "新的服务定义")
	if err != nil {
		return err
	}
	v := newView{In: in, Where: below(in), At: at}
	if v.Text, err = definitionOf(r); err != nil {
		return err
	}
	v.check()
	if v.Def == nil && wrong == nil {
		wrong = errDefinition
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, newServicePage(fr, v))
}

// publishService lets a definition that passed the check go live where it says, or tries
// it in one division.
func (f face) publishService(w http.ResponseWriter, r *http.Request) error {
	_, a, _, at, err := f.publishing(r, "新的服务定义")
	if err != nil {
		return err
	}
	text, err := definitionOf(r)
	if err != nil {
		return err
	}
	d, err := catalog.Parse([]byte(text))
	if err != nil {
		return f.showNew(w, r, nil) // it says what is wrong by line
	}
	if r.PostFormValue("pilot") != "" {
		err = f.Catalog.Try(r.Context(), a, d, at)
	} else {
		err = f.Catalog.Publish(r.Context(), a, d)
	}
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showNew(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, serviceAt(d.Service, at))
}

// untilWords says until when a service is suspended.
func untilWords(t *time.Time) string {
	if t == nil {
		return ""
	}
	return "，到" + kit.Moment(*t)
}
