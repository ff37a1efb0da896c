package elder

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/people"
)

func (f face) meRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/me", Do: f.me},
		{Pattern: "POST /elder/me/sign-out", Do: f.signOutElsewhere},
		{Pattern: "POST /elder/phones/{contact}/confirm", Page: "/elder/me", Do: f.confirmPhone},
		{Pattern: "GET /elder/consents", Do: f.consents},
		{Pattern: "POST /elder/consents", Do: f.consent},
		{Pattern: "POST /elder/consents/{consent}/withdraw", Do: f.withdraw},
		{Pattern: "GET /elder/copy", Do: f.copyAsk},
		{Pattern: "POST /elder/copy", Do: f.copy},
		{Pattern: "POST /elder/copy/file", Do: f.copyFile},
		{Pattern: "GET /elder/erase", Do: f.erasePlan},
		{Pattern: "POST /elder/erase", Do: f.eraseWish},
		{Pattern: "POST /elder/erase/stop", Page: "/elder/erase", Do: f.eraseStop},
	}
}

// meView is what is known of a person, in plain words.
type meView struct {
	people.Profile
	people.Facts
	Acting bool
	Out    bool // signed out elsewhere a moment ago
}

// me shows the person all that is known of them, and how to have it corrected.
func (f face) me(w http.ResponseWriter, r *http.Request) error {
	fr, a, p, err := f.frame(r, "我的资料")
	if err != nil {
		return err
	}
	v := meView{Profile: p, Acting: fr.Acting != "", Out: r.URL.Query().Get("out") != ""}
	if v.Facts, err = f.People.Facts(r.Context(), a, a.Subject); err != nil {
		return err
	}
	return f.Render(w, r, mePage(fr, v))
}

// confirmPhone says that a phone which staff had entered is the person's own.
func (f face) confirmPhone(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.People.ConfirmContact(r.Context(), a, a.Subject, r.PathValue("contact")); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/me")
}

// signOutElsewhere ends the person's sign-ins on every other phone and computer.
func (f face) signOutElsewhere(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.outElsewhere(r, a); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/me?out=1")
}

func (f face) outElsewhere(r *http.Request, a civic.Actor) error {
	if err := f.Grant.SignOut(r.Context(), a, a.Subject); err != nil {
		return err
	}
	return f.Sessions.Renew(r.Context(), a.Operator)
}
