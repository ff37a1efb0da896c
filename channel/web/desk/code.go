package desk

import (
	"bytes"
	"net/http"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/speech"
)

func (f face) codeRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/people/{person}/codes/{code}/voice", Do: f.codeVoice},
		{Pattern: "POST /desk/people/{person}/code/call", Page: "/desk/people/{person}", Do: f.codeCall},
	}
}

// codeVoice reads a code out slowly, twice. The address holds the code's ID and not the
// code.
func (f face) codeVoice(w http.ResponseWriter, r *http.Request) error {
	if f.Reader == nil {
		return kit.ErrNoPage
	}
	code, err := f.Grant.SayCode(r.Context(), f.actor(r), civic.PersonID(r.PathValue("person")), r.PathValue("code"))
	if err != nil {
		return err
	}
	clip, err := f.Reader.Speech.Say(r.Context(), speech.Request{Text: "您的登录口令是：" + code + "。再说一遍：" + code + "。", Style: speech.Slow, Format: speech.Web, Secret: true})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", speech.Web.Type())
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(clip.Data))
	return nil
}

// codeCall has a code told to the person by their own phone.
func (f face) codeCall(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "登录口令")
	if err != nil {
		return err
	}
	id := civic.PersonID(r.PathValue("person"))
	if err := f.Grant.SendCode(r.Context(), a, id); err != nil {
		return err
	}
	return f.Render(w, r, codeCalledPage(fr, id))
}
