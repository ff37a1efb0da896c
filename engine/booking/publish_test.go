package booking_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/journal"
	"yinqiao/place"
)

func TestPublishingWaitsForAWeekThatIsBeingChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, 10, tenPlan())
		// Somebody changes the week, and has not committed yet.
		leave := c.meanwhileDo(func(tx *journal.Tx) error {
			if err := place.Hold(tx, c.d.Hospital); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE booking_template SET from_min = 480, to_min = 720 WHERE resource = $1`, c.doctor)
			return err
		})
		var over atomic.Bool
		got := make(chan error, 1)
		go func() {
			_, err := c.Booking.Publish(ctx, c.keeper, c.d.Hospital, "2026-12-11", nil)
			over.Store(true)
			got <- err
		}()
		untilHeld(t, d, over.Load)
		leave()
		must(t, <-got)
		eight := time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC) // 8 o'clock here
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day > '2026-12-04'`); n != 5 {
			t.Errorf("%d sessions of five", n)
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking_session WHERE day = '2026-12-07' AND starts_at = $1`, eight); n != 1 {
			t.Errorf("the week was published as it was before")
		}
	})
}

func TestALargeOfficeIsListedAsFarAsAPageGoesByDepartment(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		c.add("骨科", "王医生", tenPlan()) // listed behind all others
		var rows [][]any
		var hash string
		c.Look(t, c.keeper, func(v *journal.View) error {
			return v.Get(&hash, `SELECT plan FROM booking_resource WHERE id = $1`, c.doctor)
		})
		for i := range 2000 {
			rows = append(rows, []any{c.d.Hospital, fmt.Sprint("many", i), "clinic", "儿科", fmt.Sprintf("医生%04d", i), "", hash, "", true, 14, 420, "active"})
		}
		c.meanwhileDo(func(tx *journal.Tx) error {
			return tx.InsertRows("booking_resource", []string{"office", "id", "kind", "department", "name", "about", "plan", "staff", "individual", "ahead", "opens", "state"}, rows)
		})()
		all, err := c.Booking.Week(ctx, c.keeper, today, "")
		must(t, err)
		if !all.Cut || len(all.Rows) != 2000 || fmt.Sprint(all.Departments) != "[儿科 内科 骨科]" {
			t.Errorf("all: cut %t, %d rows, %v", all.Cut, len(all.Rows), all.Departments)
		}
		one, err := c.Booking.Week(ctx, c.keeper, today, "骨科")
		must(t, err)
		if one.Cut || len(one.Rows) != 1 {
			t.Errorf("one department: cut %t, %d rows", one.Cut, len(one.Rows))
		}
		own, err := c.Booking.Owners(ctx, c.keeper, c.d.Hospital)
		must(t, err)
		if len(own.Resources) != 2000 {
			t.Errorf("for %d resources it can be said who owns them", len(own.Resources))
		}
	})
}

func TestAnOwnersCodeStaysWhereOnlyTheWayIsSet(t *testing.T) {
	each(t, 10, func(t *testing.T, c *clinic) {
		set := func(o booking.Owner) {
			t.Helper()
			o.Office, o.Resource = c.d.Hospital, c.doctor
			must(t, c.Booking.SetOwner(ctx, c.keeper, o))
		}
		set(booking.Owner{Way: booking.WayOurs, Code: "D17"})
		set(booking.Owner{Way: booking.WayAllotted, KeepCode: true})
		all, err := c.Booking.Owners(ctx, c.keeper, c.d.Hospital)
		must(t, err)
		if o := all.Of(c.doctor); o.Way != booking.WayAllotted || o.Code != "D17" {
			t.Errorf("%+v", o)
		}
		set(booking.Owner{Way: booking.WayAllotted})
		if all, err = c.Booking.Owners(ctx, c.keeper, c.d.Hospital); err != nil || all.Of(c.doctor).Code != "" {
			t.Errorf("%+v, %v", all.Of(c.doctor), err)
		}
	})
}
