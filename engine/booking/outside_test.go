package booking_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
	"yinqiao/journal"
)

// whimsical is a hospital that confirms, refuses, thinks, fails, says nothing, says things
// twice and in any order, takes places away, and has fewer than we think.
type whimsical struct {
	c     *clinic
	sim   *sim.Hospital
	calm  bool
	kept  []external.Answer // said, and not brought yet
	asked bool

	resource string
}

// outside gives a resource to a hospital that confirms by itself, or leaves it ours.
func (c *clinic) outside(t *rapid.T, resource string) *whimsical {
	h := &whimsical{c: c, resource: resource, asked: rapid.Bool().Draw(t, "asks a hospital")}
	if !h.asked {
		return h
	}
	h.sim = &sim.Hospital{Most: rapid.IntRange(1, 6).Draw(t, "places there")}
	h.sim.Mood = func(bool, string) sim.Mood {
		if h.calm {
			return sim.Agree
		}
		return rapid.SampledFrom([]sim.Mood{sim.Agree, sim.Agree, sim.Refuse, sim.Think, sim.Fail, sim.Mute}).Draw(t, "mood")
	}
	c.Booking.Asks(map[string]booking.External{theirs: h.sim})
	must(c.t, c.Booking.SetOwner(ctx, c.keeper, booking.Owner{Office: c.d.Hospital, Resource: resource, Way: booking.WayConfirmed, System: theirs}))
	return h
}

func (h *whimsical) chase(t *rapid.T) {
	if !h.asked {
		return
	}
	h.c.Clock.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "waited")) * time.Minute)
	if err := h.c.Booking.ChaseAll(ctx, booking.Chase{}); err != nil {
		t.Fatalf("%v", err)
	}
}

// decide lets the hospital settle what it thinks about, and brings some of what it said so
// far, in any order, perhaps again.
func (h *whimsical) decide(t *rapid.T) {
	if !h.asked {
		return
	}
	h.sim.Decide(func(string) bool { return rapid.Bool().Draw(t, "agrees") })
	h.kept = append(h.kept, h.sim.Said()...)
	for range rapid.IntRange(0, 4).Draw(t, "brought") {
		if len(h.kept) > 0 {
			h.bring(t, rapid.SampledFrom(h.kept).Draw(t, "answer"))
		}
	}
}

func (h *whimsical) bring(t *rapid.T, a external.Answer) {
	if err := h.c.Booking.Hear(ctx, theirs, []external.Answer{a}); err != nil && !civic.Is(err, civic.Conflict) {
		t.Fatalf("%v", err)
	}
}

func (h *whimsical) withdraw(t *rapid.T) {
	if !h.asked {
		return
	}
	if keys := h.sim.Keys(external.Confirmed); len(keys) > 0 {
		h.sim.Withdraw(rapid.SampledFrom(keys).Draw(t, "withdrawn"))
	}
}

// phone lets a clerk note that the hospital said no.
func (h *whimsical) phone(t *rapid.T) {
	if !h.asked {
		return
	}
	list, err := h.c.Booking.Awaiting(ctx, h.c.keeper2())
	if err != nil {
		t.Fatalf("%v", err)
	}
	list = slices.DeleteFunc(list, func(p booking.Pending) bool { return p.Gone }) // of those a voice would have to say the truth
	if len(list) > 0 {
		_ = h.c.Booking.AnswerFor(ctx, h.c.keeper2(), rapid.SampledFrom(list).Draw(t, "line").Key, false, "试验")
	}
}

// rest lets the hospital come to itself, and everything that is due be done. Then the two
// must have the same places: each that is booked here is confirmed there once, for the
// same time, and nothing else is.
func (h *whimsical) rest(t *rapid.T) {
	if !h.asked {
		return
	}
	h.calm = true
	for range 12 {
		h.sim.Decide(func(string) bool { return true })
		h.kept = append(h.kept, h.sim.Said()...)
		slices.Reverse(h.kept)
		for _, a := range h.kept {
			h.bring(t, a)
		}
		if err := h.c.Booking.ChaseAll(ctx, booking.Chase{}); err != nil {
			t.Fatalf("%v", err)
		}
		h.c.Clock.Add(20 * time.Minute)
	}
	var rows []struct {
		ID       string
		State    booking.State
		Theirs   booking.Theirs
		StartsAt time.Time
	}
	h.c.Look(t, civic.System("test"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT b.id, b.state, b.theirs, b.starts_at FROM booking b WHERE b.resource = $1`, h.resource)
	})
	there := map[string][]external.Ask{}
	for _, key := range h.sim.Keys(external.Confirmed) {
		id := key[:36]
		there[id] = append(there[id], h.sim.Asked(key))
	}
	mine := map[string]bool{}
	for _, r := range rows {
		mine[r.ID] = true
		has := there[r.ID]
		want := 0
		if r.State == booking.Booked {
			want = 1
		}
		if len(has) != want || want == 1 && (r.Theirs != booking.Agreed || !has[0].StartsAt.Equal(r.StartsAt)) {
			t.Fatalf("%+v, and the hospital has %+v", r, has)
		}
	}
	for id, has := range there {
		if !mine[id] {
			t.Fatalf("the hospital has %+v of nobody", has)
		}
	}
	var open []struct {
		ID, Want, Has, Kind, Word string
		Tried                     int
		NextAt, DueAt             *time.Time
	}
	h.c.Look(t, civic.System("test"), func(v *journal.View) error {
		return v.Select(&open, `SELECT a.id, a.want, a.has, a.kind, a.word, a.tried, a.next_at, a.due_at FROM booking_ask a JOIN booking_session s ON s.office = a.office AND s.id = a.session
			WHERE s.resource = $1 AND (a.want = 'held' AND a.has = 'unknown' OR a.want = 'free' AND a.has <> 'free')`, h.resource)
	})
	if len(open) > 0 {
		t.Fatalf("at %s these are not settled: %+v", h.c.Clock.Now(), open)
	}
}
