package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/rights"
)

func (f face) rightsRoutes() []kit.Route {
	const at = " /desk/people/{person}/"
	return []kit.Route{
		{Pattern: "GET" + at + "consents", Do: f.consents},
		{Pattern: "POST" + at + "consents", Do: f.consent},
		{Pattern: "POST" + at + "consents/code", Page: "/desk/people/{person}/consents", Do: f.consentCode},
		{Pattern: "POST" + at + "consents/{consent}/withdraw", Do: f.withdraw},
		{Pattern: "POST" + at + "copy", Do: f.copy},
		{Pattern: "POST" + at + "copy/file", Do: f.copyFile},
		{Pattern: "POST" + at + "erase-wish", Do: f.eraseWish},
		{Pattern: "POST" + at + "erase-stop", Do: f.eraseStop},
		{Pattern: "GET" + at + "erase", Do: f.erasePage},
		{Pattern: "POST" + at + "erase", Do: f.erase},
	}
}

// consents shows the words of each purpose, to be read aloud.
func (f face) consents(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "同意书")
	if err != nil {
		return err
	}
	return f.showConsents(w, r, http.StatusOK, fr, a)
}

func (f face) showConsents(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	id := civic.PersonID(r.PathValue("person"))
	list, err := f.Rights.Consents(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	came, err := f.consenter(r.Context(), a, id)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, consentsPage(fr, id, came, list, r))
}

// consenter is whose word a consent would be: of whoever came.
type consenter struct{ By, Who string }

func (f face) consenter(ctx context.Context, a civic.Actor, id civic.PersonID) (consenter, error) {
	self := consenter{rights.Self, "老人本人"}
	o, err := f.Grant.Opened(ctx, a, id)
	if civic.As(err).Code == "grant.not_open" || err == nil && o.Agent == "" {
		return self, nil
	}
	if err != nil {
		return self, err
	}
	agents, err := f.Grant.Agents(ctx, a, id)
	if err != nil {
		return self, err
	}
	for _, g := range agents {
		if g.Grant.Agent == o.Agent && g.Kind == "guardian" {
			return consenter{rights.Guardian, "监护人" + g.Name}, nil
		}
	}
	return consenter{rights.Agent, "代办的人"}, nil
}

// changeConsent does one act about consents and shows the page again.
func (f face) changeConsent(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, a civic.Actor, id civic.PersonID) error) error {
	fr, a, _, err := f.frame(r, "同意书")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	err = do(r.Context(), a, id)
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Conflict || ofCode(e) || slices.Contains([]string{"consent.separate", "erase.wish", "consent.presence", "consent.guardian"}, e.Code)) {
		fr.Wrong = []*civic.Error{e}
		return f.showConsents(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return kit.Go(w, r, "/desk/people/"+string(id)+"/consents")
}

func (f face) consent(w http.ResponseWriter, r *http.Request) error {
	return f.changeConsent(w, r, func(ctx context.Context, a civic.Actor, id civic.PersonID) error {
		version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64) // another one meets as a conflict
		g := rights.Giving{Purpose: r.PostFormValue("purpose"), Version: version, How: r.PostFormValue("how"),
			By: r.PostFormValue("by"), Witness: kit.Field(r, "witness"), Code: kit.Field(r, "code")}
		if g.Code != "" {
			g.How = rights.ByVoice // a code is read on the telephone
		}
		_, err := f.Rights.Give(ctx, a, id, g)
		return err
	})
}

// consentCode has a code sent to the person's own phone, by which they agree to one purpose.
func (f face) consentCode(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "同意书")
	if err != nil {
		return err
	}
	id, purpose := civic.PersonID(r.PathValue("person")), r.PostFormValue("purpose")
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	err = f.Rights.SendCode(r.Context(), a, id, purpose, version)
	if e := civic.As(err); err != nil && (e.Kind == civic.Conflict || ofCode(e)) {
		fr.Wrong = []*civic.Error{e.On("purpose")}
		return f.showConsents(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return kit.Go(w, r, "/desk/people/"+string(id)+"/consents?sent="+url.QueryEscape(purpose)+"#c-"+url.QueryEscape(purpose))
}

// ofCode reports whether a refusal is about a consent code: the page says it beside the field.
func ofCode(e *civic.Error) bool { return strings.HasPrefix(e.Code, "consent_code.") }

func (f face) withdraw(w http.ResponseWriter, r *http.Request) error {
	return f.changeConsent(w, r, func(ctx context.Context, a civic.Actor, id civic.PersonID) error {
		return f.Rights.Withdraw(ctx, a, id, r.PathValue("consent"))
	})
}

// eraseStop takes down that they do not.
func (f face) eraseStop(w http.ResponseWriter, r *http.Request) error {
	return f.changeConsent(w, r, func(ctx context.Context, a civic.Actor, id civic.PersonID) error { return f.Rights.Unwish(ctx, a, id) })
}

// eraseWish takes down that the person asks to have everything erased.
func (f face) eraseWish(w http.ResponseWriter, r *http.Request) error {
	return f.changeConsent(w, r, func(ctx context.Context, a civic.Actor, id civic.PersonID) error { return f.Rights.Wish(ctx, a, id) })
}

// copy prints everything about the person who is open, to be handed to them.
func (f face) copy(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "全部资料")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	c, err := f.Rights.Copy(r.Context(), a, id)
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return f.Render(w, r, copyPage(fr, id, c))
}

func (f face) copyFile(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "全部资料")
	if err != nil {
		return err
	}
	c, err := f.Rights.Copy(r.Context(), a, civic.PersonID(r.PathValue("person")))
	if err != nil {
		return f.orOpen(w, r, fr, a, err)
	}
	return kit.SendCopy(w, c)
}

// erasePage says what goes and what stays, before somebody erases.
func (f face) erasePage(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "删除个人资料")
	if err != nil {
		return err
	}
	return f.showErase(w, r, http.StatusOK, fr, a)
}

func (f face) showErase(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor) error {
	id := civic.PersonID(r.PathValue("person"))
	p, err := f.Rights.Plan(r.Context(), a, id)
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, erasePage(fr, id, p, r))
}

func (f face) erase(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "删除个人资料")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	err = f.Rights.Erase(r.Context(), a, id, kit.Field(r, "reason"))
	if e := civic.As(err); err != nil && (e.Kind == civic.Invalid || e.Kind == civic.Conflict) {
		fr.Wrong = []*civic.Error{e}
		return f.showErase(w, r, kit.Status(err), fr, a)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/people/"+string(id)+"/erase")
}
