package fhir_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
)

func TestTheCapabilitiesAreOpenAndNameWhatIsServed(t *testing.T) {
	t.Parallel()
	needSchema(t)
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	a := w.do("", "GET", "metadata", nil).want(200)
	if a.text("fhirVersion") != "4.0.1" || a.text("implementation", "url") != "http://example.com/fhir" {
		t.Errorf("%s", a.raw)
	}
	var types []string
	for _, r := range at[[]any](a, a.body, "rest", 0, "resource") {
		types = append(types, r.(object)["type"].(string))
	}
	if want := []string{"Appointment", "HealthcareService", "Location", "Organization", "Patient", "Practitioner", "PractitionerRole", "Schedule", "Slot"}; !slices.Equal(types, want) {
		t.Errorf("types %v, want %v", types, want)
	}
	if a := w.do("", "GET", "metadata", nil, "X-Forwarded-Proto", "https"); a.text("implementation", "url") != "https://example.com/fhir" {
		t.Errorf("behind a proxy that ends TLS: %s", a.raw)
	}
}

func TestEachResourceIsReadAndFoundByItsID(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slot := w.do(w.clerk, "GET", "Slot?schedule="+w.doctor+"&_count=1", nil).want(200).entries()[0]
		made := w.do(w.elder, "POST", "Appointment", w.appointment(slot["id"].(string))).want(201)
		turns := w.resource(booking.Resource{Kind: "clinic", Department: "内科", Name: "内科普通门诊", Plan: "clinic"})
		for typ, id := range map[string]string{"Schedule": w.doctor, "Slot": slot["id"].(string), "Appointment": made.text("id"), "Patient": string(w.Taiyuan.Elder),
			"Practitioner": w.doctor, "PractitionerRole": w.doctor, "HealthcareService": turns, "Location": string(w.Taiyuan.Hospital), "Organization": string(w.Taiyuan.Hospital)} {
			a := w.do(w.clerk, "GET", typ+"/"+id, nil).want(200)
			if a.text("resourceType") != typ || a.text("id") != id {
				t.Errorf("%s: %s", typ, a.raw)
			}
			found := w.do(w.clerk, "GET", typ+"?_id="+id+","+db.NewID(), nil)
			if typ == "Patient" || typ == "Appointment" { // whoever may not know is not told whether there is one
				found = w.do(w.clerk, "GET", typ+"?_id="+id, nil)
			}
			if es := found.want(200).entries(); len(es) != 1 || es[0]["id"] != id {
				t.Errorf("%s by _id: %s", typ, found.raw)
			}
			w.do(w.clerk, "GET", typ+"?_id="+id+"&_count=x", nil).outcome(400, "value", "fhir.value")
			w.do(w.clerk, "GET", typ+"?nonsense=1", nil, "Prefer", "respond-async, handling=strict").outcome(400, "not-supported", "fhir.search")
		}
		for _, typ := range []string{"Schedule", "Slot", "Appointment", "Patient", "Practitioner", "PractitionerRole", "HealthcareService", "Location", "Organization"} {
			for _, id := range []string{"%00", "%ff", "a%20b", "%27%3B--", strings.Repeat("x", 65)} {
				w.do(w.clerk, "GET", typ+"/"+id, nil).outcome(404, "not-found", "fhir.unknown")
				w.do(w.clerk, "GET", typ+"?_id="+id, nil).outcome(400, "value", "fhir.value")
			}
		}
		schedule := w.do(w.clerk, "GET", "Schedule/"+w.doctor, nil)
		if schedule.text("actor", 0, "reference") != "Practitioner/"+w.doctor || schedule.text("actor", 1, "reference") != "Location/"+string(w.Taiyuan.Hospital) || schedule.text("specialty", 0, "text") != "内科" {
			t.Errorf("%s", schedule.raw)
		}
		hall := w.do(w.clerk, "GET", "Location/"+w.hall, nil).want(200)
		if hall.text("name") != "一号厅" || hall.text("partOf", "reference") != "Location/"+string(w.Taiyuan.Hospital) {
			t.Errorf("%s", hall.raw)
		}
		w.do(w.clerk, "GET", "Practitioner/"+w.hall, nil).outcome(404, "not-found", "fhir.unknown")
		w.do(w.clerk, "GET", "Location/"+w.doctor, nil).outcome(404, "not-found", "fhir.unknown")
		for _, typ := range []string{"Schedule", "Slot", "Practitioner", "PractitionerRole", "HealthcareService", "Location"} {
			w.do(w.clerk, "GET", typ+"/"+db.NewID(), nil).outcome(404, "not-found", "fhir.unknown")
		}
		w.do(w.clerk, "GET", "Organization/"+db.NewID(), nil).outcome(404, "not-found", "office.unknown")
	})
}

func TestASearchLeadsThroughAllItsPages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, c := range []struct {
			search string
			n      int
		}{
			{"Slot?schedule=Schedule/" + w.doctor, 7}, {"Slot?schedule=" + w.doctor + "," + w.hall, 14}, {"Slot?status=free&schedule=" + w.doctor + "," + w.hall, 14},
			{"Slot?status=busy&schedule=" + w.doctor, 0}, {"Schedule?", 2}, {"Schedule?actor=Practitioner/" + w.doctor, 1}, {"Schedule?actor=Location/" + w.hall, 1},
			{"Schedule?actor=Location/" + string(w.Taiyuan.Hospital), 2}, {"Schedule?actor=Location/" + string(w.Xihu.Hospital), 0},
			{"Practitioner?", 1}, {"Organization?", 8}, {"Location?", 8}, {"Location?partof=Location/" + string(w.Taiyuan.Hospital), 1},
		} {
			whole, _ := w.all(w.clerk, c.search)
			if len(whole) != c.n {
				t.Errorf("%s: %d, want %d", c.search, len(whole), c.n)
			}
			for _, count := range []string{"1", "3"} {
				parts, pages := w.all(w.clerk, c.search+"&_count="+count)
				if !slices.Equal(parts, whole) {
					t.Errorf("%s by %s: %v, want %v", c.search, count, parts, whole)
				}
				if count == "1" && pages != max(c.n, 1) {
					t.Errorf("%s: %d pages of one, for %d", c.search, pages, c.n)
				}
			}
		}
		first := w.do(w.clerk, "GET", "Slot?schedule="+w.doctor+"&_count=2", nil)
		if again := w.do(w.clerk, "GET", first.link("self"), nil); again.raw != first.raw {
			t.Errorf("self leads elsewhere: %s", again.raw)
		}
		for _, bad := range []string{"_after=%21", "_after=AAAA", "_count=x", "_count=-1", "_count=" + strings.Repeat("9", 30)} {
			w.do(w.clerk, "GET", "Slot?schedule="+w.doctor+"&"+bad, nil).outcome(400, "value", "fhir.value")
		}
		w.do(w.clerk, "GET", "Slot", nil).outcome(400, "required", "fhir.required")
		w.do(w.clerk, "GET", "Slot?schedule=Patient/x", nil).outcome(400, "value", "fhir.value")
		w.do(w.clerk, "GET", "Slot?status=nonsense&schedule="+w.doctor, nil).outcome(400, "value", "fhir.value")
	})
}

func TestADoctorIsAPractitionerAndAClinicOfSeveralIsAService(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		second := w.resource(booking.Resource{Kind: "clinic", Department: "内科", Name: "牛大夫", Plan: "clinic", Staff: w.Taiyuan.Clerk.Staff()})
		turns := w.resource(booking.Resource{Kind: "clinic", Department: "内科", Name: "内科普通门诊", About: "每天有人", Plan: "clinic"})
		w.publish(6)
		for search, want := range map[string][]string{
			"Practitioner?": {w.doctor, second}, "PractitionerRole?": {w.doctor, second}, "PractitionerRole?practitioner=" + second: {second},
			"PractitionerRole?organization=" + string(w.Taiyuan.Hospital): {w.doctor, second}, "PractitionerRole?organization=" + string(w.Xihu.Hospital): nil,
			"HealthcareService?": {turns}, "HealthcareService?organization=" + string(w.Xihu.Hospital): nil, "Location?partof=" + string(w.Taiyuan.Hospital): {w.hall},
			"Schedule?actor=HealthcareService/" + turns: {turns}, "Schedule?actor=Practitioner/" + turns: nil, "Schedule?actor=Practitioner/" + second: {second},
		} {
			if got, _ := w.all(w.clerk, search); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", search, got, want)
			}
		}
		w.do(w.clerk, "GET", "Practitioner/"+turns, nil).outcome(404, "not-found", "fhir.unknown")
		w.do(w.clerk, "GET", "HealthcareService/"+second, nil).outcome(404, "not-found", "fhir.unknown")
		role := w.do(w.clerk, "GET", "PractitionerRole/"+second, nil).want(200)
		if role.text("practitioner", "display") != "牛大夫" || role.text("organization", "reference") != "Organization/"+string(w.Taiyuan.Hospital) || role.text("specialty", 0, "text") != "内科" {
			t.Errorf("%s", role.raw)
		}
		service := w.do(w.clerk, "GET", "HealthcareService/"+turns, nil).want(200)
		if service.text("name") != "内科普通门诊" || service.text("location", 0, "reference") != "Location/"+string(w.Taiyuan.Hospital) {
			t.Errorf("%s", service.raw)
		}
		slots, _ := w.all(w.clerk, "Slot?schedule="+turns)
		made := w.do(w.elder, "POST", "Appointment", w.appointment(slots[1])).want(201)
		if made.text("participant", 1, "actor", "reference") != "HealthcareService/"+turns {
			t.Errorf("%s", made.raw)
		}
		if ids, _ := w.all(w.elder, "Appointment?actor=HealthcareService/"+turns); !slices.Equal(ids, []string{made.text("id")}) {
			t.Errorf("found %v", ids)
		}
	})
}

func TestASearchBringsAlongWhatIsAskedForAndSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slots := w.slots()
		halls, _ := w.all(w.clerk, "Slot?schedule="+w.hall)
		for _, s := range []string{slots[1], halls[2], slots[3]} {
			w.do(w.elder, "POST", "Appointment", w.appointment(s)).want(201)
		}
		brought := func(search string) (out []string) {
			a := w.do(w.elder, "GET", search, nil).want(200)
			for _, e := range at[[]any](a, a.body, "entry") {
				r := e.(object)["resource"].(object)
				if at[string](a, e, "search", "mode") == "include" {
					out = append(out, r["resourceType"].(string)+"/"+r["id"].(string))
				}
			}
			slices.Sort(out)
			return out
		}
		for search, want := range map[string][]string{
			"Slot?schedule=" + w.doctor + "&_include=Slot:schedule": {"Schedule/" + w.doctor}, "Slot?schedule=" + w.doctor: nil, "Slot?_id=" + slots[1] + "&_include=Slot:schedule": {"Schedule/" + w.doctor},
			"Appointment?_include=Appointment:slot": {"Slot/" + slots[1], "Slot/" + halls[2], "Slot/" + slots[3]}, "Appointment?_count=1&_include=Appointment:slot": {"Slot/" + slots[1]},
			"Appointment?_include=Appointment:practitioner&_include=Appointment:location": {"Practitioner/" + w.doctor, "Location/" + w.hall, "Location/" + string(w.Taiyuan.Hospital)},
		} {
			if slices.Sort(want); !slices.Equal(brought(search), want) {
				t.Errorf("%s brought %v, want %v", search, brought(search), want)
			}
		}
		for _, bad := range []string{"Slot?schedule=" + w.doctor + "&_include=Slot:nonsense", "Appointment?_include=*", "Appointment?_sort=status", "Slot?schedule=" + w.doctor + "&_sort=-start"} {
			w.do(w.elder, "GET", bad, nil).outcome(400, "value", "fhir.value")
		}
		w.do(w.elder, "GET", "Organization?_sort=name", nil, "Prefer", "handling=strict").outcome(400, "not-supported", "fhir.search")
		first, _ := w.all(w.elder, "Appointment?_sort=date")
		last, pages := w.all(w.elder, "Appointment?_sort=-date&_count=1")
		if slices.Reverse(last); !slices.Equal(first, last) || pages != 3 {
			t.Errorf("by date %v, from the last in %d pages %v", first, pages, last)
		}
		if ids, _ := w.all(w.elder, "Slot?_sort=start&schedule="+w.doctor); !slices.Equal(ids, slots) {
			t.Errorf("slots by start: %v", ids)
		}
	})
}

func TestSlotsAreFoundByWhenTheyStart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		two, eight := w.day(2), w.day(2)+"T08:00:00+08:00"
		for search, n := range map[string]int{
			two: 1, "eq" + two: 1, "ge" + two: 5, "gt" + two: 4, "sa" + two: 4, "lt" + two: 2, "eb" + two: 2, "le" + two: 3, two[:7]: 7,
			eight: 1, "ge" + eight: 5, "gt" + eight: 4, "lt" + eight: 2, "le" + eight: 3, "gt" + two + "T07:59": 5, "lt" + two + "T00:00:01Z": 3, "lt" + two + "T00:00:00Z": 2,
		} {
			if two[:7] == search && w.day(6)[:7] != search {
				continue // over the end of a month
			}
			if ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor+"&start="+url.QueryEscape(search)); len(ids) != n {
				t.Errorf("start=%s: %d, want %d", search, len(ids), n)
			}
		}
		if ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor+"&start=ge"+w.day(1)+"&start=lt"+w.day(3)+"&_count=1"); len(ids) != 2 {
			t.Errorf("between two days: %d", len(ids))
		}
		if ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor+"&start=ge"+eight); len(ids) != 5 { // + as it comes from careless clients
			t.Errorf("an unescaped zone: %d", len(ids))
		}
		if ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor+"&start=ne"+two); len(ids) != 6 {
			t.Errorf("all but one day: %d", len(ids))
		}
		if ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor+"&start=ap"+eight); len(ids) != 1 {
			t.Errorf("about a time: %d", len(ids))
		}
		for _, bad := range []string{"nexx", "nege" + two, "ne", "xx", "2026-13-01", "", "ge"} {
			w.do(w.clerk, "GET", "Slot?schedule="+w.doctor+"&start="+bad, nil).outcome(400, "value", "fhir.value")
		}
	})
}

func TestAPatientIsMaskedForStaffWhoHaveNotOpenedThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := "Patient/" + string(w.Taiyuan.Elder)
		own := w.do(w.elder, "GET", at, nil).want(200)
		opened := w.do(w.clerk, "GET", at, nil).want(200)
		for _, a := range []*answer{own, opened} {
			if a.text("name", 0, "text") != "王桂英" || !strings.HasPrefix(a.text("birthDate"), "1945-") || !strings.Contains(a.raw, "银槐街18号") || a.body["meta"] != nil {
				t.Errorf("%s", a.raw)
			}
		}
		far := w.session(w.Xihu.Clerk)
		masked := w.do(far, "GET", at, nil).want(200)
		if masked.text("name", 0, "text") != "王*英" || masked.text("birthDate") != "1945" || masked.text("meta", "security", 0, "code") != "MASKED" {
			t.Errorf("%s", masked.raw)
		}
		by := w.do(far, "POST", "Patient/_search", url.Values{"identifier": {"http://example.com|" + w.Taiyuan.ElderID}}.Encode()).want(200)
		if es := by.entries(); len(es) != 1 || es[0]["id"] != string(w.Taiyuan.Elder) || strings.Contains(by.raw, w.Taiyuan.ElderID) {
			t.Errorf("%s", by.raw)
		}
		if es := w.do(far, "POST", "Patient/_search", "identifier=王桂英").want(200).entries(); len(es) != 0 {
			t.Errorf("a name found %v", es)
		}
		for _, a := range []*answer{masked, by} {
			for _, secret := range []string{"王桂英", "银槐街", w.Taiyuan.ElderPhone, w.Taiyuan.ElderID, w.Taiyuan.ElderID[14:]} {
				if strings.Contains(a.raw, secret) {
					t.Errorf("%s shows %s: %s", a.what, secret, a.raw)
				}
			}
		}
		w.do(far, "GET", "Patient?identifier="+w.Taiyuan.ElderID, nil).outcome(400, "value", "fhir.in_url")
		w.do(far, "GET", "Patient", nil).outcome(400, "required", "fhir.required")
		w.do(w.session(w.Taiyuan.Supervisor), "GET", at, nil).outcome(403, "forbidden", "grant.role")
		w.do(w.session(apptest.AsPerson(w.Taiyuan.Stranger)), "GET", at, nil).outcome(403, "forbidden", "grant.none")
		w.do(w.clerk, "GET", "Patient/"+db.NewID(), nil).want(404)
		for _, secret := range []string{w.Taiyuan.ElderID, w.Taiyuan.ElderPhone} {
			if strings.Contains(own.raw+opened.raw+w.Logged.String(), secret) {
				t.Errorf("%s is shown or logged", secret)
			}
		}
	})
}

func TestWhateverIsNotServedIsAnOutcomeToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, db.SQLite))
	for _, path := range []string{"Slot/x", "Slot?schedule=x", "Patient/x", "Appointment", "Organization"} {
		for _, token := range []string{"", "made-up", strings.Repeat("x", 5000)} {
			if a := w.do(token, "GET", path, nil).outcome(401, "login", "sign_in"); a.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: how to sign in is not said: %v", path, a.header)
			}
		}
	}
	w.do(w.clerk, "GET", "Observation/x", nil).outcome(404, "not-supported", "fhir.path")
	w.do(w.clerk, "GET", "Slot/x/y", nil).outcome(404, "not-supported", "fhir.path")
	if a := w.do(w.clerk, "DELETE", "Appointment/x", nil).outcome(405, "not-supported", "fhir.method"); a.header.Get("Allow") != "GET, PUT, PATCH" {
		t.Errorf("allowed %q", a.header.Get("Allow"))
	}
	w.do(w.clerk, "GET", "Slot/", nil).outcome(404, "not-supported", "fhir.path")
	if a := w.do(w.clerk, "POST", "Slot/x", nil).outcome(405, "not-supported", "fhir.method"); a.header.Get("Allow") != "GET" {
		t.Errorf("allowed %q", a.header.Get("Allow"))
	}
	w.do(w.clerk, "POST", "Slot", object{"resourceType": "Slot"}).outcome(405, "not-supported", "fhir.method")
	w.do(w.clerk, "GET", "Slot/x", nil, "Accept", "application/fhir+xml").outcome(406, "not-supported", "fhir.format")
	w.do(w.clerk, "GET", "Organization?_format=xml", nil).outcome(406, "not-supported", "fhir.format")
	w.do(w.clerk, "POST", "Appointment", "{}", "Content-Type", "application/fhir+xml").outcome(415, "not-supported", "fhir.media")
	w.do(w.clerk, "POST", "Appointment", "{").outcome(400, "structure", "fhir.body")
	w.do(w.clerk, "POST", "Appointment", "{}").outcome(400, "structure", "fhir.body")
	w.do(w.clerk, "POST", "Appointment", `{"x":"`+strings.Repeat("x", 70<<10)+`"}`).outcome(413, "too-long", "fhir.big")
	w.do(w.clerk, "POST", "Patient/_search", "identifier="+strings.Repeat("x", 70<<10)).outcome(413, "too-long", "fhir.big")
	w.do(w.clerk, "POST", "Appointment", "{}", "Sec-Fetch-Site", "cross-site").outcome(403, "security", "http.cross_origin")
	if k := civic.KindOf(w.DB.Close()); k != civic.Internal {
		t.Fatal("the database can't be closed")
	}
	w.do(w.clerk, "GET", "Organization", nil).outcome(503, "transient", "db.away")
	w.do("", "GET", "metadata", nil).want(200)
}

func TestASearchCountsAndSumsUpAndSaysWhatItPassedOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := "Slot?schedule=" + w.doctor
		for search, want := range map[string]string{"&_summary=count": "7 0", "&_count=0": "7 0", "&_count=2&_total=accurate": "7 2", "&_count=2&_total=estimate&start=ne" + w.day(2): "6 2", "&_count=2&_total=none": "nil 2", "&_count=2": "nil 2"} {
			a := w.do(w.clerk, "GET", at+search, nil).want(200)
			total, entries := "nil", 0
			if n, ok := a.body["total"]; ok {
				total = fmt.Sprint(n)
			}
			if es, ok := a.body["entry"].([]any); ok {
				entries = len(es)
			}
			if got := fmt.Sprintf("%s %d", total, entries); got != want {
				t.Errorf("%s: %s, want %s", search, got, want)
			}
		}
		a := w.do(w.clerk, "GET", at+"&_summary=true&_count=1", nil).want(200)
		if a.text("entry", 0, "resource", "meta", "tag", 0, "code") != "SUBSETTED" || strings.Contains(a.raw, "comment") || a.text("entry", 0, "resource", "start") == "" {
			t.Errorf("a summary: %s", a.raw)
		}
		if a := w.do(w.clerk, "GET", at+"&_summary=false&_count=1", nil).want(200); !strings.Contains(a.raw, "comment") {
			t.Errorf("no summary: %s", a.raw)
		}
		a = w.do(w.clerk, "GET", at+"&nonsense=1&_count=1", nil).want(200)
		if a.text("entry", 1, "search", "mode") != "outcome" || a.text("entry", 1, "resource", "issue", 0, "severity") != "warning" || strings.Contains(a.raw, "nonsense") {
			t.Errorf("passed over: %s", a.raw)
		}
		for _, bad := range []string{"&_summary=text", "&_summary=x", "&_total=x", "&_count=-1"} {
			w.do(w.clerk, "GET", at+bad, nil).outcome(400, "value", "fhir.value")
		}
	})
}
