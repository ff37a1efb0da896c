package elder

import (
	"net/http"
	"strconv"

	"yinqiao/channel/web/kit"
	"yinqiao/rights"
)

// consents shows what the person agreed to, each with one button.
func (f face) consents(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "我同意的")
	if err != nil {
		return err
	}
	fr.Back = "/elder/me"
	list, err := f.Rights.Consents(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, consentsPage(fr, list))
}

func (f face) consent(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	version, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 64) // another one meets as a conflict
	if _, err := f.Rights.Give(r.Context(), a, a.Subject, rights.Giving{Purpose: r.PostFormValue("purpose"), Version: version}); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/consents")
}

func (f face) withdraw(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Rights.Withdraw(r.Context(), a, a.Subject, r.PathValue("consent")); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/consents")
}

func (f face) copyAsk(w http.ResponseWriter, r *http.Request) error {
	fr, _, _, err := f.frame(r, "拿一份全部资料")
	if err != nil {
		return err
	}
	fr.Back = "/elder/me"
	return f.Render(w, r, copyAskPage(fr))
}

// copy shows the person everything that is kept of them, to be printed.
func (f face) copy(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "我的全部资料")
	if err != nil {
		return err
	}
	fr.Back = "/elder/me"
	c, err := f.Rights.Copy(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, copyPage(fr, c))
}

func (f face) copyFile(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	c, err := f.Rights.Copy(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return kit.SendCopy(w, c)
}

// eraseWish takes down that the person asks to have everything erased.
func (f face) eraseWish(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Rights.Wish(r.Context(), a, a.Subject); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/erase")
}

// eraseStop takes the wish back.
func (f face) eraseStop(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Rights.Unwish(r.Context(), a, a.Subject); err != nil {
		return err
	}
	return kit.Go(w, r, "/elder/erase")
}

// erasePlan says what can be erased and what stays, and takes the wish.
func (f face) erasePlan(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "删掉我的资料")
	if err != nil {
		return err
	}
	fr.Back = "/elder/me"
	p, err := f.Rights.Plan(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	return f.Render(w, r, erasePlanPage(fr, p))
}
