package fhir

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

var (
	errMatch      = civic.E(civic.Conflict, "fhir.match", "这次预约在您读过以后又有人办过了，没有改。请重新读一遍，再决定要不要取消。").On("Appointment.meta.versionId")
	errOnlyCancel = civic.E(civic.Invalid, "fhir.only_cancel", "预约只能取消：请把 status 改成 cancelled，别的不要改。要换时间，请先约新的，再取消这一个。").On("Appointment.status")
	errStart      = civic.E(civic.Invalid, "fhir.start", "写的开始时间和这个 Slot 的不一样，请重新查一遍时间再约。").On("Appointment.start")
	errWhich      = civic.E(civic.Invalid, "fhir.service", "这个时间有不止一种办法约，请在 serviceType 里写明是哪项服务。").On("Appointment.serviceType")
)

func version(rev int64) string { return strconv.FormatInt(rev, 10) }

// revision reads If-Match: W/"n". 0 is any.
func revision(r *http.Request) (int64, error) {
	text := r.Header.Get("If-Match")
	if text == "" || text == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(text, "W/"), `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, errValue.On("If-Match")
	}
	return n, nil
}

// decode reads a body of one of the media types.
func decode(c *call, into any, media ...string) error {
	if m, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); !slices.Contains(media, m) {
		return errMedia
	}
	b, err := io.ReadAll(c.r.Body)
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return errBig
	}
	if err != nil || civic.Garbled(string(b)) || json.Unmarshal(b, into) != nil {
		return errBody
	}
	return nil
}

func decodeAppointment(c *call) (Appointment, error) {
	var a Appointment
	if err := decode(c, &a, "application/fhir+json", "application/json"); err != nil {
		return a, err
	}
	if a.ResourceType != typeAppointment {
		return a, errBody.On("resourceType")
	}
	return a, nil
}

// createAppointment books a place. A second one in the same slot is refused by the
// engine, so that to repeat a call is safe.
func (s *server) createAppointment(c *call) (answer, error) {
	a, err := decodeAppointment(c)
	if err != nil {
		return answer{}, err
	}
	o, err := s.orderOf(c, a)
	if err != nil {
		return answer{}, err
	}
	rc, err := s.Booking.Book(c, c.actor, o)
	if err != nil {
		return answer{}, err
	}
	_, made, err := s.appointment(c, string(rc.Request))
	if err != nil {
		return answer{}, err
	}
	c.w.Header().Set("Location", c.base+"/"+typeAppointment+"/"+made.ID)
	c.tag(made)
	return answer{http.StatusCreated, made}, nil
}

// orderOf reads from an Appointment who wants which place, by which service.
func (s *server) orderOf(c *call, a Appointment) (booking.Order, error) {
	var o booking.Order
	if a.Status != "booked" {
		return o, errValue.On("Appointment.status")
	}
	if len(a.Slot) != 1 {
		return o, errRequired.On("Appointment.slot")
	}
	_, slot := c.reference(a.Slot[0].Reference, typeSlot)
	if slot == "" {
		return o, errValue.On("Appointment.slot")
	}
	for _, p := range a.Participant {
		if p.Actor == nil {
			continue
		}
		switch _, id := c.reference(p.Actor.Reference, typePatient); {
		case id == "" || !strings.Contains(p.Actor.Reference, "/"):
		case o.Person != "":
			return o, errValue.On("Appointment.participant")
		default:
			o.Person = civic.PersonID(id)
		}
	}
	if o.Person == "" {
		return o, errRequired.On("Appointment.participant")
	}
	found, err := s.Booking.Sessions(c, []string{slot})
	if err != nil {
		return o, err
	}
	x, ok := found[slot]
	if !ok {
		return o, errGone.On("Appointment.slot")
	}
	if t, err := time.Parse(time.RFC3339, a.Start); a.Start != "" && (err != nil || !t.Equal(x.StartsAt)) {
		return o, errStart
	}
	o.Session = slot
	o.Service, err = s.serviceOf(c, a, x)
	return o, err
}

// serviceOf is the service that an Appointment names, or the only one of its kind that
// is offered where the place is.
func (s *server) serviceOf(c *call, a Appointment, x booking.Session) (string, error) {
	for _, t := range a.ServiceType {
		for _, k := range t.Coding {
			if k.System == systemService && !isID(k.Code) {
				return "", errValue.On("Appointment.serviceType")
			}
			if k.System == systemService {
				return k.Code, nil
			}
		}
	}
	o, err := s.Place.Office(c, x.Office)
	if err != nil {
		return "", err
	}
	ds, err := s.Catalog.List(c, o.Division, c.actor.Channel)
	if err != nil {
		return "", err
	}
	var name string
	for _, d := range ds {
		if d.Booking == nil || d.Booking.Kind != x.Kind {
			continue
		}
		if name != "" {
			return "", errWhich
		}
		name = d.Service
	}
	if name == "" {
		return "", errWhich
	}
	return name, nil
}

// updateAppointment takes a whole Appointment whose status is cancelled.
func (s *server) updateAppointment(c *call) (answer, error) {
	a, err := decodeAppointment(c)
	if err != nil {
		return answer{}, err
	}
	if a.ID != c.r.PathValue("id") {
		return answer{}, errValue.On("Appointment.id")
	}
	if a.Status != "cancelled" {
		return answer{}, errOnlyCancel
	}
	was, _, err := s.appointment(c, a.ID)
	if err != nil {
		return answer{}, err
	}
	for _, x := range a.Slot {
		if _, id := c.reference(x.Reference, typeSlot); id != was.Booking.Session {
			return answer{}, errOnlyCancel.On("Appointment.slot")
		}
	}
	return s.cancel(c, a.ID)
}

// patch is one operation of a JSON Patch (RFC 6902).
type patch struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patchAppointment takes a JSON Patch that sets the status to cancelled, after any tests
// of what it was.
func (s *server) patchAppointment(c *call) (answer, error) {
	var ops []patch
	if err := decode(c, &ops, "application/json-patch+json"); err != nil {
		return answer{}, err
	}
	id, cancels := c.r.PathValue("id"), false
	var tested []any
	for _, op := range ops {
		switch {
		case op.Op == "replace" && op.Path == "/status" && op.Value == "cancelled":
			cancels = true
		case op.Op == "test" && op.Path == "/status" && !cancels:
			tested = append(tested, op.Value)
		default:
			return answer{}, errOnlyCancel
		}
	}
	if !cancels {
		return answer{}, errOnlyCancel
	}
	if len(tested) > 0 {
		_, was, err := s.appointment(c, id)
		if err != nil {
			return answer{}, err
		}
		if slices.ContainsFunc(tested, func(v any) bool { return v != was.Status }) {
			return answer{}, errMatch.On("Appointment.status")
		}
	}
	return s.cancel(c, id)
}

// cancel gives the place back, if the booking is still as If-Match says.
func (s *server) cancel(c *call, id string) (answer, error) {
	rev, err := revision(c.r)
	if err != nil {
		return answer{}, err
	}
	err = s.Booking.CancelAt(c, c.actor, civic.RequestID(id), rev)
	if rev != 0 && civic.Is(err, civic.Conflict) && civic.As(err).Code == booking.CodeMoved {
		err = errMatch
	}
	if err != nil {
		return answer{}, err
	}
	_, now, err := s.appointment(c, id)
	if err != nil {
		return answer{}, err
	}
	c.tag(now)
	return answer{http.StatusOK, now}, nil
}
