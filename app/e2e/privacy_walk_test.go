package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// fumble is everything that goes wrong at the doors.
func (w *town) fumble(t *testing.T) {
	t.Helper()
	w.clerk.get(t, "/desk")
	for _, try := range [][]string{{"login", "clerk", "password", wrongWord}, {"login", "nobody", "password", wrongWord},
		{"login", residentID, "password", ownPhone}, {"login", "clerk", "password", residentID, "code", ownPhone}} {
		w.clerk.post(t, "/desk/sign-in", try...).ok(t, http.StatusForbidden)
	}
	for _, try := range []object{{"login": "clerk", "password": wrongWord}, {"login": residentID, "password": ownPhone}, {"access_code": ownPhone},
		{"login": "clerk", residentID: ownPhone}} {
		if x := w.clerk.api(t, "POST", "/sessions", try); x.status < 400 {
			t.Errorf("%s: %d", x, x.status)
		}
	}
	for _, v := range variants(ownPhone) {
		w.elder.post(t, "/elder/sign-in", "code", v, "demo", residentID).ok(t, http.StatusUnprocessableEntity)
	}
	for login, v := range map[string]*visitor{"clerk": w.clerk, "hospital": w.hospital, "farclerk": w.far, "super": w.super} {
		v.post(t, "/desk/sign-in", "login", login, "password", staffWord).ok(t, http.StatusOK)
		v.token = v.api(t, "POST", "/sessions", object{"login": login, "password": staffWord}).ok(t, http.StatusCreated).text("token")
	}
}

// misfits are numbers where something else belongs.
func misfits() []string {
	return []string{residentID, variants(residentID)[1], variants(residentID)[2], ownPhone, variants(ownPhone)[3], seniorCard, socialCard,
		"王" + residentID, residentID[:17] + "z", residentID + "9", "' OR '" + ownPhone + "'='" + ownPhone, "<script>" + residentID + "</script>",
		residentID + "\x00", "\xff" + residentID}
}

// register tries everything wrong first, and then enters two people: one over
// the API and one by the form, as people write numbers.
func (w *town) register(t *testing.T) (person string) {
	t.Helper()
	for _, m := range misfits() {
		w.clerk.post(t, "/desk/find", "text", m)
		for _, field := range []string{"name", "division", "kind", "phone"} {
			form := map[string]string{"name": "王秀英", "division": "140105001", "kind": "resident_id", "card": "14010519460307999", "phone": ""}
			form[field] = m
			var fields []string
			for k, v := range form {
				fields = append(fields, k, v)
			}
			if x := w.clerk.post(t, "/desk/register", fields...); x.status < 400 {
				t.Errorf("%s with %q as %s: %d", x, m, field, x.status)
			}
		}
		w.clerk.api(t, "POST", "/people/search", object{"text": m})
		for _, key := range []string{"name", "sex", "birth", "division", "credentials", "phones", m} {
			if x := w.clerk.api(t, "POST", "/people", with(registration(), key, m)); x.status < 400 {
				t.Errorf("%s with %q as %s: %d", x, m, key, x.status)
			}
		}
	}
	// The number of a phone as whose it is; an ID that begins with the clerk's own
	// division as where somebody lives.
	if x := w.clerk.api(t, "POST", "/people", with(registration(), "phones", []object{{"number": ownPhone, "whose": variants(ownPhone)[1]}})); x.status < 400 {
		t.Errorf("%s with a phone as whose it is: %d", x, x.status)
	}
	w.clerk.post(t, "/desk/register", "name", "王秀英", "division", localID, "kind", "resident_id", "card", residentID, "address", "").ok(t, http.StatusUnprocessableEntity)
	w.clerk.post(t, "/desk/register", "name", "李老伯", "division", "140105001", "kind", "resident_id", "card", variants(secondID)[1],
		"address", address, "phone", variants(secondPhone)[2]).ok(t, http.StatusOK)
	w.clerk.post(t, "/desk/register", "name", "李老伯", "division", "140105001", "kind", "resident_id", "card", secondID, "phone", secondPhone).ok(t, http.StatusConflict)
	person = w.clerk.api(t, "POST", "/people", registration()).ok(t, http.StatusCreated).text("person")
	w.clerk.api(t, "POST", "/people", registration()).ok(t, http.StatusConflict)
	for _, number := range []string{residentID, seniorCard, socialCard, ownPhone} {
		for _, v := range variants(number) {
			if x := w.clerk.post(t, "/desk/find", "text", v).ok(t, http.StatusOK); x.id() != person {
				t.Errorf("%q finds %s, want %s", v, x.path, person)
			}
			w.clerk.api(t, "POST", "/people/search", object{"text": v}).ok(t, http.StatusOK)
			w.far.api(t, "POST", "/people/search", object{"text": v}).ok(t, http.StatusOK)
		}
	}
	w.far.post(t, "/desk/find", "text", residentID)
	w.super.post(t, "/desk/find", "text", residentID).ok(t, http.StatusForbidden)
	return person
}

// atTheDesk serves the person at the window, with every field filled in wrongly
// first, until the hospital has answered.
func (w *town) atTheDesk(t *testing.T, person string) {
	t.Helper()
	at := "/desk/people/" + person
	for _, v := range slices.Concat(variants(residentID), variants(ownPhone), variants(seniorCard), variants(socialCard)) {
		w.clerk.post(t, at+"/open", "reason", "本人带着"+v+"来窗口", "agent", "").ok(t, http.StatusUnprocessableEntity)
		w.clerk.api(t, "POST", "/people/"+person+"/open", object{"reason": "证件" + v}).ok(t, http.StatusUnprocessableEntity)
	}
	w.clerk.post(t, at+"/open", "reason", "本人来窗口", "agent", residentID).ok(t, http.StatusForbidden)
	w.clerk.post(t, "/desk/find", "text", residentID).ok(t, http.StatusOK)
	w.clerk.post(t, at+"/open", "reason", "本人来窗口", "presented", residentID).ok(t, http.StatusOK)
	w.clerk.post(t, at+"/drafts", "service", residentID).ok(t, http.StatusNotFound)
	for _, m := range misfits() {
		for _, field := range []string{"agent", "relation", "services", "how", "until"} {
			grant := map[string]string{"agent": secondID, "relation": "孙女", "services": "*", "how": "in_person", "until": ""}
			grant[field] = m
			var fields []string
			for k, v := range grant {
				fields = append(fields, k, v)
			}
			w.clerk.post(t, at+"/grants", fields...)
		}
	}
	w.clerk.get(t, at+"/grants").ok(t, http.StatusOK)
	w.clerk.post(t, at+"/grants", "agent", variants(secondID)[3], "relation", "孙女", "services", "*", "how", "in_person", "until", "2099-12-31").ok(t, http.StatusOK)
	form := w.clerk.post(t, at+"/drafts", "service", "report-post").ok(t, http.StatusOK)
	draft := form.id()
	for _, m := range misfits() {
		form = w.clerk.post(t, "/desk/drafts/"+draft, "rev", form.rev(t), "asked", "hospital", "asked", "report", "asked", "phone", "asked", residentID,
			"a-hospital", m, "a-report", m, "a-phone", "x"+m, "a-"+residentID, m)
		if form.rev(t) == "" {
			t.Fatalf("%s: %d, no form", form, form.status)
		}
	}
	w.clerk.post(t, "/desk/drafts/"+draft, "rev", residentID, "asked", "phone", "a-phone", courier).ok(t, http.StatusConflict)
	form = w.clerk.get(t, "/desk/drafts/"+draft)
	form = w.clerk.post(t, "/desk/drafts/"+draft, "rev", form.rev(t), "asked", "hospital", "asked", "report", "asked", "to", "asked", "phone", "asked", "note",
		"a-hospital", string(w.hospitalID), "a-report", "lab", "a-to", "home", "a-phone", variants(courier)[3], "a-note", phrase+notedID).ok(t, http.StatusOK)
	w.clerk.get(t, "/desk/drafts/"+draft+"?edit=1")
	w.clerk.post(t, "/desk/drafts/"+draft+"/submit", "rev", residentID).ok(t, http.StatusConflict)
	w.clerk.post(t, "/desk/drafts/"+draft+"/submit", "rev", form.rev(t)).ok(t, http.StatusOK)
	w.hospital.get(t, "/desk/queue").ok(t, http.StatusOK)
	w.hospital.post(t, "/desk/requests/"+draft+"/take").ok(t, http.StatusOK)
	w.hospital.post(t, "/desk/requests/"+draft+"/resolve", "outcome", strings.Repeat(phrase, 80)).ok(t, http.StatusUnprocessableEntity)
	w.hospital.post(t, "/desk/requests/"+draft+"/resolve", "outcome", "寄了，打过电话"+courier).ok(t, http.StatusOK)
	for _, path := range []string{at, "/desk/requests/" + draft, "/desk", "/desk/queue?view=ended", "/desk/register"} {
		for _, v := range []*visitor{w.clerk, w.hospital, w.far, w.super} {
			v.get(t, path)
		}
	}
}

// atHome is the person at their own pages, by the code from the window.
func (w *town) atHome(t *testing.T, person string) {
	t.Helper()
	page := w.clerk.post(t, "/desk/people/"+person+"/code").ok(t, http.StatusOK)
	code := page.doc(t).Find("main .number").Text()
	w.elder.post(t, "/elder/sign-in", "code", code).ok(t, http.StatusOK)
	w.elder.post(t, "/elder/sign-in", "code", code).ok(t, http.StatusUnprocessableEntity) // once only
	for _, path := range []string{"/elder", "/elder/mine", "/elder/story", "/elder/agents", "/elder/as"} {
		w.elder.get(t, path).ok(t, http.StatusOK)
	}
	w.elder.post(t, "/elder/as", "person", residentID).ok(t, http.StatusNotFound)
	w.elder.post(t, "/look", "text", residentID, "contrast", ownPhone, "to", "/elder").ok(t, http.StatusOK)
	list := w.elder.get(t, "/elder/mine").doc(t)
	matter := list.Find(`a.tile[href^="/elder/requests/"]`).AttrOr("href", "")
	w.elder.get(t, matter).ok(t, http.StatusOK)
	w.elder.post(t, matter+"/confirm", "solved", residentID).ok(t, http.StatusUnprocessableEntity)
	w.elder.post(t, matter+"/confirm", "solved", "no").ok(t, http.StatusOK)

	q := w.elder.post(t, "/elder/drafts", "service", "report-post").ok(t, http.StatusOK)
	draft := "/elder/drafts/" + q.id()
	for _, key := range []string{"hospital", "phone", "to", "note", residentID} {
		for _, m := range []string{"x" + variants(residentID)[1] + strings.Repeat("长", 300), "\x00" + ownPhone} {
			q = w.elder.post(t, draft, "key", key, "rev", q.rev(t), "answer", m, "own", "")
			if q.rev(t) == "" {
				q = w.elder.get(t, draft)
			}
		}
	}
	for _, a := range [][2]string{{"hospital", string(w.hospitalID)}, {"report", "lab"}, {"to", "home"}, {"phone", variants(courier)[1]}, {"note", phrase}} {
		q = w.elder.get(t, draft)
		q = w.elder.post(t, draft, "key", a[0], "rev", q.rev(t), "answer", a[1]).ok(t, http.StatusOK)
	}
	w.elder.post(t, draft+"/submit", "rev", q.rev(t)).ok(t, http.StatusOK)
}
