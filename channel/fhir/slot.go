package fhir

import (
	"fmt"
	"slices"

	"yinqiao/engine/booking"
)

// The statuses of a Slot (hl7.org/fhir/R4/valueset-slotstatus.html) that there are here.
const (
	slotFree    = "free"             // anybody can book it online now
	slotBusy    = "busy"             // full, or what is left is kept, or it is over
	slotStopped = "busy-unavailable" // it will not be held
)

var slotStatuses = []string{slotFree, slotBusy, slotStopped, "busy-tentative", "entered-in-error"}

func slotStatus(f booking.Free) string {
	switch {
	case f.State != "open":
		return slotStopped
	case f.Open > 0:
		return slotFree
	}
	return slotBusy
}

func slotOf(f booking.Free) resource {
	x := Slot{head: head{ResourceType: typeSlot, ID: f.ID}, ServiceType: kindOf(f.Kind), Specialty: specialty(f.Department),
		Schedule: Reference{typeSchedule + "/" + f.Resource, f.What}, Status: slotStatus(f), Start: instant(f.StartsAt), End: instant(f.EndsAt)}
	switch {
	case x.Status == slotStopped:
		x.Comment = f.Reason
	case f.Kept > 0:
		x.Comment = fmt.Sprintf("还有%d个号，另外给窗口、电话和老年人留着%d个。", f.Open, f.Kept)
	case f.Open > 0:
		x.Comment = fmt.Sprintf("还有%d个号。", f.Open)
	}
	return x
}

func (s *server) readSlot(c *call, id string) (resource, error) {
	fs, err := s.Booking.Times(c, booking.FindTimes{IDs: []string{id}})
	if err == nil && len(fs) == 0 {
		err = errGone
	}
	if err != nil {
		return nil, err
	}
	return slotOf(fs[0]), nil
}

// slotsLooked bounds how many times one page looks at for those of a status. A page that
// has looked at so many ends, and the next begins there.
const slotsLooked = 1000

func (s *server) searchSlots(c *call, q query) (page, error) {
	status, err := q.list("status")
	if err != nil {
		return page{}, err
	}
	for i, st := range status {
		if status[i] = token(st); !slices.Contains(slotStatuses, status[i]) {
			return page{}, errValue.On("status")
		}
	}
	f := booking.FindTimes{}
	if f.Starts, f.Except, err = q.span("start"); err != nil {
		return page{}, err
	}
	if f.After.StartsAt, f.After.ID, err = q.marked(); err != nil {
		return page{}, err
	}
	if f.Resources, err = s.schedules(c, q); err != nil {
		return page{}, err
	}
	f.Most = q.count + 1
	if len(status) > 0 {
		f.Most = booking.FindMost
	}
	var p page
	for looked := 0; ; {
		fs, err := s.Booking.Times(c, f)
		if err != nil {
			return page{}, err
		}
		for i, x := range fs {
			if len(status) == 0 || slices.Contains(status, slotStatus(x)) {
				p.found = append(p.found, slotOf(x))
			}
			looked++
			f.After = x.Session
			more := i < len(fs)-1 || len(fs) == f.Most
			if more && (len(p.found) == q.count || looked >= slotsLooked) {
				p.next = mark(x.StartsAt, x.ID)
				return p, nil
			}
		}
		if len(fs) < f.Most {
			return p, nil
		}
	}
}

// schedules finds those that a search for slots names.
func (s *server) schedules(c *call, q query) ([]booking.Resource, error) {
	named, err := q.list("schedule")
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		return nil, errRequired.On("schedule")
	}
	ids := make([]string, len(named))
	for i, text := range named {
		if _, ids[i] = c.reference(text, typeSchedule); ids[i] == "" {
			return nil, errValue.On("schedule")
		}
	}
	return s.Booking.Resources(c, booking.FindResources{IDs: ids})
}
