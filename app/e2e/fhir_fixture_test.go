package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yinqiao/channel/fhir"
	"yinqiao/channel/web/kit"
	"yinqiao/engine/booking"
)

const fhirFace kit.Face = "fhir"

// program reports a route that programs use, with a bearer token.
func (r route) program() bool { return r.face == apiFace || r.face == fhirFace }

// media is the type of what a program sends on the route.
func (r route) media() string {
	switch {
	case r.form != nil:
		return "application/x-www-form-urlencoded"
	case r.face == fhirFace && r.method == http.MethodPatch:
		return "application/json-patch+json"
	case r.face == fhirFace:
		return "application/fhir+json"
	}
	return "application/json"
}

func init() {
	for _, typ := range []string{"HealthcareService", "Location", "Organization", "Practitioner", "PractitionerRole", "Schedule", "Slot"} {
		for _, pattern := range []string{"GET /fhir/" + typ, "GET /fhir/" + typ + "/{id}", "POST /fhir/" + typ + "/_search"} {
			openToSupervisor[pattern] = "what places, doctors and times there are is public"
		}
	}
	moreStory = append(moreStory, func(t *testing.T, s *story) {
		for noun, r := range map[string]booking.Resource{"practitioner": {Name: "马大夫", Individual: true}, "clinic": {Name: "普通门诊"}} {
			r.Office, r.Kind, r.Plan, r.Ahead = s.Taiyuan.Hospital, "clinic", "clinic", 7
			id, err := s.Booking.Add(t.Context(), s.bookingKeeper(), r, nil)
			s.must(t, err)
			s.made[noun] = id
		}
	})
	more = append(more, moreRoutes{
		path: func(s *site, r route) map[string]string {
			if r.face != fhirFace {
				return nil
			}
			ids := map[string]string{"Schedule": s.made["hall"], "Slot": s.made["free"], "Patient": string(s.Taiyuan.Elder), "Practitioner": s.made["practitioner"], "PractitionerRole": s.made["practitioner"], "HealthcareService": s.made["clinic"],
				"Location": string(s.Taiyuan.Hospital), "Organization": string(s.Taiyuan.Hospital), "Appointment": s.made["booking"]}
			typ, _, _ := strings.Cut(strings.TrimPrefix(r.pattern, fhir.Prefix+"/"), "/")
			return map[string]string{"id": ids[typ]}
		},
		renew: func(t *testing.T, s *site, r route) {
			if r.face == fhirFace && strings.Contains(r.pattern, "/Appointment") {
				s.bookings(t)
			}
		},
	})
}

// interactions lists what can be done at /fhir, with what each search needs.
func (s *site) interactions(t *testing.T) []route {
	t.Helper()
	searches := map[string]url.Values{"Slot": {"schedule": {"Schedule/" + s.made["hall"]}}, "Patient": {"_id": {string(s.Taiyuan.Elder)}}}
	type object = map[string]any
	appointment := object{"resourceType": "Appointment", "status": "booked", "serviceType": []object{{"coding": []object{{"system": "urn:x-yinqiao:service", "code": "venue-entry"}}}},
		"slot": []object{{"reference": "Slot/" + s.made["free"]}}, "participant": []object{{"actor": object{"reference": "Patient/" + string(s.Taiyuan.Elder)}, "status": "accepted"}}}
	cancelled := maps.Clone(appointment)
	cancelled["id"], cancelled["status"] = s.made["booking"], "cancelled"
	delete(cancelled, "slot")
	bodies := map[string]any{"POST /fhir/Appointment": appointment, "PUT /fhir/Appointment/{id}": cancelled,
		"PATCH /fhir/Appointment/{id}": []object{{"op": "replace", "path": "/status", "value": "cancelled"}}}
	var out []route
	for _, rt := range fhir.Routes() {
		method, pattern, _ := strings.Cut(rt.Pattern, " ")
		r := route{name: rt.Pattern, method: method, pattern: pattern, face: fhirFace, open: rt.Open}
		typ, act, _ := strings.Cut(strings.TrimPrefix(pattern, fhir.Prefix+"/"), "/")
		switch q := searches[typ]; {
		case act == "_search" && typ == "Patient":
			r.form = url.Values{"identifier": {s.Taiyuan.ElderID}}
		case act == "_search":
			r.form = url.Values{"_count": {"5"}}
			maps.Copy(r.form, q)
		case act == "" && method == http.MethodGet && q != nil:
			r.pattern += "?" + q.Encode()
		case bodies[rt.Pattern] != nil:
			b, err := json.Marshal(bodies[rt.Pattern])
			s.must(t, err)
			r.body = string(b)
		}
		out = append(out, r)
	}
	return out
}

// outcomeOf is the sentence of an OperationOutcome.
func outcomeOf(body string) string {
	var o struct {
		Issue []struct{ Details struct{ Text string } }
	}
	if json.Unmarshal([]byte(body), &o) != nil || len(o.Issue) == 0 {
		return body
	}
	return o.Issue[0].Details.Text
}
