package booking_test

import (
	"sync"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/journal"
)

// wide is a plan that has plenty for anybody.
func wide() *booking.Plan {
	return &booking.Plan{Name: "wide", Words: "试验", Source: "测试", Pools: []booking.Pool{
		{Code: "window", Words: "现场", Kept: true, Share: 30, Who: booking.Who{Channels: []civic.Channel{civic.ChannelDesk}}},
		{Code: "phone", Words: "电话", Kept: true, Share: 30, Who: booking.Who{Channels: []civic.Channel{civic.ChannelPhone}}},
		{Code: "open", Words: "公开", Rest: true},
	}}
}

func TestPlacesThatGoAtTheLastMomentAreNobodys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, 400, wide())
		x, p, q := c.on(tomorrow, c.doctor), c.young(), c.young()
		book := func(p civic.PersonID) error {
			_, err := c.Booking.Book(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: x})
			return err
		}
		must(t, book(p))
		var once sync.Once
		shut, leave, left := make(chan bool), make(chan bool), make(chan error)
		go func() { // another process stops the pool, and has not committed yet
			left <- c.Journal.Write(ctx, civic.System("test"), func(tx *journal.Tx) error {
				auth, err := tx.Authorise(civic.Need{})
				if err != nil {
					return err
				}
				if _, err := tx.Exec(`UPDATE booking_pool SET shut = TRUE WHERE session = $1 AND pool = 'open'`, x); err != nil {
					return err
				}
				once.Do(func() { close(shut) })
				<-leave
				return tx.Record(auth, journal.Event{Act: booking.ActPlaces, About: []journal.About{{ID: string(c.d.Hospital), Kind: "office", Role: "office"}}})
			})
		}()
		<-shut
		got := make(chan error)
		go func() { got <- book(q) }()
		for d.Dialect() == db.Postgres { // until it waits for the row, with all else written
			var n int
			if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				break
			}
		}
		close(leave)
		must(t, <-left)
		wantKind(t, <-got, civic.Exhausted, "booking.full")
		if used, _ := c.pool(x, "open"); used != 1 || c.Count(t, `SELECT COUNT(*) FROM booking WHERE session = $1`, x) != 1 || c.Count(t, `SELECT COUNT(*) FROM request WHERE person = $1`, q) != 0 {
			t.Errorf("%d used, and something is left of an order that was refused", used)
		}
	})
}
