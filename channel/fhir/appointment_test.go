package fhir_test

import (
	"slices"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/staff"
)

// appointment asks for a place for the elder.
func (w *world) appointment(slot string) object {
	return object{"resourceType": "Appointment", "status": "booked", "slot": []any{object{"reference": "Slot/" + slot}},
		"participant": []any{object{"actor": object{"reference": "Patient/" + string(w.Taiyuan.Elder)}, "status": "accepted"}}}
}

// slots are the ids of the doctor's times.
func (w *world) slots() []string {
	w.t.Helper()
	ids, _ := w.all(w.clerk, "Slot?schedule="+w.doctor)
	return ids
}

func TestAnAppointmentIsMadeReadAndCancelledOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slots := w.slots()
		made := w.do(w.elder, "POST", "Appointment", w.appointment(slots[1])).want(201)
		at := "Appointment/" + made.text("id")
		if made.header.Get("ETag") != `W/"1"` || made.header.Get("Location") != "http://example.com/fhir/"+at || made.text("status") != "booked" {
			t.Errorf("%v %s", made.header, made.raw)
		}
		slot := w.do(w.elder, "GET", "Slot/"+slots[1], nil)
		if made.text("start") != slot.text("start") || made.text("end") != slot.text("end") || made.text("serviceType", 0, "coding", 0, "code") != "hospital-register" ||
			made.text("participant", 0, "actor", "display") != "王*英" || made.text("participant", 1, "actor", "reference") != "Practitioner/"+w.doctor {
			t.Errorf("%s", made.raw)
		}
		if read := w.do(w.elder, "GET", at, nil).want(200); read.raw != made.raw || read.header.Get("ETag") != `W/"1"` {
			t.Errorf("read %s", read.raw)
		}
		w.do(w.elder, "POST", "Appointment", w.appointment(slots[1])).want(409)

		body := made.body
		body["status"] = "cancelled"
		w.do(w.elder, "PUT", at, body, "If-Match", `W/"7"`).outcome(412, "conflict", "fhir.match")
		w.do(w.elder, "PUT", at, body, "If-Match", `nonsense`).outcome(400, "value", "fhir.value")
		gone := w.do(w.elder, "PUT", at, body, "If-Match", `W/"1"`).want(200)
		if gone.header.Get("ETag") != `W/"2"` || gone.text("status") != "cancelled" || gone.text("cancelationReason", "coding", 0, "code") != "pat" {
			t.Errorf("%v %s", gone.header, gone.raw)
		}
		w.do(w.elder, "PUT", at, body, "If-Match", `W/"1"`).outcome(412, "conflict", "fhir.match")
		w.do(w.elder, "PUT", at, body).want(200) // to press twice is no fault
		w.do(w.elder, "POST", "Appointment", w.appointment(slots[1])).want(201)
	})
}

func TestAPatchCancelsAndChangesNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slots := w.slots()
		made := w.do(w.clerk, "POST", "Appointment", w.appointment(slots[1])).want(201)
		at := "Appointment/" + made.text("id")
		op := func(kvs ...any) []object {
			var out []object
			for i := 0; i+2 < len(kvs); i += 3 {
				out = append(out, object{"op": kvs[i], "path": kvs[i+1], "value": kvs[i+2]})
			}
			return out
		}
		for _, bad := range [][]object{{}, op("replace", "/status", "arrived"), op("replace", "/start", "2026-12-01"), op("remove", "/status", nil), op("test", "/status", "booked")} {
			w.do(w.clerk, "PATCH", at, bad).outcome(422, "business-rule", "fhir.only_cancel")
		}
		w.do(w.clerk, "PATCH", at, op("test", "/status", "arrived", "replace", "/status", "cancelled")).outcome(412, "conflict", "fhir.match")
		w.do(w.clerk, "PATCH", at, op("replace", "/status", "cancelled"), "If-Match", `W/"2"`).outcome(412, "conflict", "fhir.match")
		moved := w.appointment(slots[2])
		moved["id"], moved["status"] = made.text("id"), "cancelled"
		w.do(w.clerk, "PUT", at, moved).outcome(422, "business-rule", "fhir.only_cancel")
		moved["status"] = "booked"
		w.do(w.clerk, "PUT", at, moved).outcome(422, "business-rule", "fhir.only_cancel")
		moved["id"] = db.NewID()
		w.do(w.clerk, "PUT", at, moved).outcome(400, "value", "fhir.value")
		if a := w.do(w.clerk, "GET", at, nil); a.text("status") != "booked" || a.header.Get("ETag") != `W/"1"` {
			t.Errorf("something changed: %s", a.raw)
		}
		w.do(w.clerk, "PATCH", at, op("test", "/status", "booked", "test", "/status", "cancelled", "replace", "/status", "cancelled")).outcome(412, "conflict", "fhir.match")
		gone := w.do(w.clerk, "PATCH", at, op("test", "/status", "booked", "test", "/status", "booked", "replace", "/status", "cancelled"), "If-Match", `W/"1"`).want(200)
		if gone.text("status") != "cancelled" {
			t.Errorf("%s", gone.raw)
		}
	})
}

func TestAnAppointmentThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slots := w.slots()
		change := func(key string, value any) object {
			a := w.appointment(slots[1])
			a[key] = value
			return a
		}
		w.do(w.elder, "POST", "Appointment", change("status", "proposed")).outcome(400, "value", "fhir.value")
		w.do(w.elder, "POST", "Appointment", change("slot", []any{})).outcome(400, "required", "fhir.required")
		w.do(w.elder, "POST", "Appointment", change("participant", []any{})).outcome(400, "required", "fhir.required")
		w.do(w.elder, "POST", "Appointment", change("start", "2026-01-01T08:00:00Z")).outcome(422, "invalid", "fhir.start")
		for _, code := range []string{"", "\x00", "王"} {
			service := []any{object{"coding": []any{object{"system": "urn:x-yinqiao:service", "code": code}}}}
			w.do(w.elder, "POST", "Appointment", change("serviceType", service)).outcome(400, "value", "fhir.value")
		}
		w.do(w.elder, "POST", "Appointment", w.appointment("\x00")).outcome(400, "value", "fhir.value")
		w.do(w.elder, "POST", "Appointment", w.appointment(db.NewID())).outcome(404, "not-found", "fhir.unknown")
		w.do(w.session(apptest.AsPerson(w.Taiyuan.Stranger)), "POST", "Appointment", w.appointment(slots[1])).outcome(403, "forbidden", "grant.none")
		w.do(w.session(w.Xihu.Clerk), "POST", "Appointment", w.appointment(slots[1])).outcome(403, "forbidden", "grant.not_open")

		free := func() string { return w.do(w.elder, "GET", "Slot/"+slots[1], nil).want(200).text("status") }
		for free() == "free" { // by people of whom no pool is
			p := w.Person(t, w.Taiyuan.Street)
			a := w.appointment(slots[1])
			a["participant"] = []any{object{"actor": object{"reference": "Patient/" + string(p)}, "status": "accepted"}}
			w.do(w.session(apptest.AsPerson(p)), "POST", "Appointment", a).want(201)
		}
		if ids, _ := w.all(w.elder, "Slot?status=busy&schedule="+w.doctor); !slices.Equal(ids, slots[1:2]) {
			t.Errorf("full are %v", ids)
		}
		full := 0
		for range 10 {
			p := w.Person(t, w.Taiyuan.Street)
			a := w.appointment(slots[1])
			a["participant"] = []any{object{"actor": object{"reference": "Patient/" + string(p)}, "status": "accepted"}}
			if got := w.do(w.session(apptest.AsPerson(p)), "POST", "Appointment", a); got.status != 201 {
				got.outcome(409, "business-rule", "booking.full")
				full++
			}
		}
		if full == 0 {
			t.Error("a slot of ten places never filled")
		}
	})
}

func TestAppointmentsAreFoundByWhoWhereAndHowTheyStand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		slots := w.slots()
		var made []*answer
		for _, s := range slots[1:4] {
			made = append(made, w.do(w.elder, "POST", "Appointment", w.appointment(s)).want(201))
		}
		last := made[2].body
		last["status"] = "cancelled"
		w.do(w.elder, "PUT", "Appointment/"+made[2].text("id"), last).want(200)
		elder, hospital := string(w.Taiyuan.Elder), w.session(w.Hire(t, "门诊", w.Taiyuan.Hospital, staff.Post{Role: staff.Clerk, Division: w.Taiyuan.Division}))
		for _, c := range []struct {
			token, search string
			n             int
		}{
			{w.elder, "", 3}, {w.elder, "patient=Patient/" + elder, 3}, {w.elder, "actor=Patient/" + elder, 3}, {w.clerk, "patient=" + elder + "&_count=1", 3},
			{w.elder, "status=booked", 2}, {w.elder, "status=cancelled", 1}, {w.elder, "status=booked,cancelled", 3}, {w.elder, "status=fulfilled", 0},
			{w.elder, "date=" + w.day(1), 1}, {w.elder, "date=gt" + w.day(1) + "&_count=1", 2},
			{w.elder, "identifier=" + made[0].text("identifier", 0, "value"), 1}, {w.clerk, "identifier=urn:x-yinqiao:number|" + made[0].text("identifier", 0, "value"), 1},
			{hospital, "", 3}, {hospital, "actor=Practitioner/" + w.doctor + "&_count=2", 3}, {hospital, "actor=Location/" + w.hall, 0}, {hospital, "actor=Location/" + string(w.Taiyuan.Hospital), 3},
			{hospital, "actor=Practitioner/" + w.doctor + "&status=cancelled", 1}, {w.session(w.Xihu.HospitalClerk), "actor=Practitioner/" + w.doctor, 0},
			{w.session(w.Xihu.HospitalClerk), "actor=Location/" + string(w.Taiyuan.Hospital), 0}, {w.session(apptest.AsPerson(w.Taiyuan.Stranger)), "", 0},
			{w.session(apptest.AsPerson(w.Taiyuan.Daughter)), "patient=" + elder, 3},
		} {
			if ids, _ := w.all(c.token, "Appointment?"+c.search); len(ids) != c.n {
				t.Errorf("%s: %d, want %d", c.search, len(ids), c.n)
			}
		}
		other := "Patient/" + string(w.Person(t, w.Taiyuan.Street))
		for _, nobody := range []string{"patient=" + elder + "&actor=" + other, "patient=" + other + "&actor=Patient/" + elder} {
			if ids, _ := w.all(w.clerk, "Appointment?"+nobody); len(ids) != 0 {
				t.Errorf("%s: nothing is both people's, found %v", nobody, ids)
			}
		}
		if ids, _ := w.all(w.clerk, "Appointment?patient="+elder+"&actor=Patient/"+elder); len(ids) != 3 {
			t.Errorf("the same person twice: %v", ids)
		}
		if a := w.do(hospital, "GET", "Appointment?_count=1", nil); at[string](a, a.entries()[0], "participant", 0, "actor", "display") != "王*英" {
			t.Errorf("the office's list is not masked: %s", a.raw)
		}
		w.do(w.session(apptest.AsPerson(w.Taiyuan.Stranger)), "GET", "Appointment?patient="+elder, nil).outcome(403, "forbidden", "grant.none")
		w.do(w.session(apptest.AsPerson(w.Taiyuan.Stranger)), "GET", "Appointment/"+made[0].text("id"), nil).outcome(404, "not-found", "booking.unknown")
		w.do(w.session(w.Taiyuan.Supervisor), "GET", "Appointment", nil).outcome(403, "forbidden", "grant.role")
		w.do(w.elder, "GET", "Appointment?status=nonsense", nil).outcome(400, "value", "fhir.value")
	})
}
