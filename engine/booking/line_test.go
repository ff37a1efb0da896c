package booking_test

import (
	"runtime"
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

// meanwhile writes in a transaction that stays open until what it returns is called.
func (c *clinic) meanwhile(query string, args ...any) (leave func()) {
	c.t.Helper()
	return c.meanwhileDo(func(tx *journal.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// meanwhileDo is meanwhile for several statements.
func (c *clinic) meanwhileDo(do func(tx *journal.Tx) error) (leave func()) {
	c.t.Helper()
	var once sync.Once
	wrote, end, left := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		left <- c.Journal.Write(ctx, civic.System("test"), func(tx *journal.Tx) error {
			auth, err := tx.Authorise(civic.Need{})
			if err != nil {
				return err
			}
			if err := do(tx); err != nil {
				return err
			}
			once.Do(func() { close(wrote) })
			<-end
			return tx.Record(auth, journal.Event{Act: booking.ActPlaces, About: []journal.About{{ID: string(c.d.Hospital), Kind: "office", Role: "office"}}})
		})
	}()
	select {
	case <-wrote:
	case err := <-left:
		c.t.Fatal(err)
	}
	return func() {
		c.t.Helper()
		close(end)
		must(c.t, <-left)
	}
}

// untilHeld returns when somebody waits for what another write holds, or is over. Where
// writes come one after the other anyway there is nothing to wait for.
func untilHeld(t testing.TB, d *db.DB, over func() bool) {
	t.Helper()
	for d.Dialect() == db.Postgres && !over() {
		var n int
		if err := d.Pool().QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
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
		// Another process stops the pool, and has not committed yet.
		leave := c.meanwhile(`UPDATE booking_pool SET shut = TRUE WHERE session = $1 AND pool = 'open'`, x)
		got := make(chan error)
		go func() { got <- book(q) }()
		untilHeld(t, d, func() bool { return false }) // until it waits for the row, with all else written
		leave()
		wantKind(t, <-got, civic.Exhausted, "booking.full")
		if used, _ := c.pool(x, "open"); used != 1 || c.Count(t, `SELECT COUNT(*) FROM booking WHERE session = $1`, x) != 1 || c.Count(t, `SELECT COUNT(*) FROM request WHERE person = $1`, q) != 0 {
			t.Errorf("%d used, and something is left of an order that was refused", used)
		}
	})
}

// Orders that share a transaction are answered each by its own right, and somebody who
// was registered twice is one person.
func TestOrdersInOneLineAreEachJudgedByTheirOwnRight(t *testing.T) {
	each(t, 20, func(t *testing.T, c *clinic) {
		x := c.on(tomorrow, c.doctor)
		twice, second := c.young(), c.young()
		_, err := c.People.Merge(ctx, c.d.Administrator, twice, second, "登记了两次")
		must(t, err)
		type order struct {
			actor  civic.Actor
			person civic.PersonID
			code   string // of the refusal
		}
		orders := []order{{as(c.d.Daughter), c.d.Elder, ""}, {c.d.Clerk, c.person(), "grant.not_open"}, {civic.Actor{}, c.person(), "sign_in"}}
		for range 6 {
			p := c.person()
			orders = append(orders, order{as(p), p, ""}, order{as(c.d.Stranger), c.person(), "grant.none"})
		}
		opened := c.person()
		c.Open(t, c.d.Clerk, opened)
		orders = append(orders, order{c.d.Clerk, opened, ""})
		errs := make([]error, len(orders))
		var same [4]error
		first := c.young()
		leave := c.meanwhile(`UPDATE person SET aliases = aliases WHERE id = $1`, first)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Booking.Book(ctx, as(first), booking.Order{Service: "hospital-register", Person: first, Session: x})
			must(t, err)
		})
		for !c.Booking.Serves(x) {
			runtime.Gosched()
		}
		for i, o := range orders {
			wg.Go(func() {
				_, errs[i] = c.Booking.Book(ctx, o.actor, booking.Order{Service: "hospital-register", Person: o.person, Session: x})
			})
		}
		for i, p := range []civic.PersonID{twice, second, twice, second} {
			wg.Go(func() {
				_, same[i] = c.Booking.Book(ctx, as(p), booking.Order{Service: "hospital-register", Person: p, Session: x})
			})
		}
		for c.Booking.Waiting(x) < len(orders)+len(same) {
			runtime.Gosched()
		}
		leave()
		wg.Wait()
		for i, o := range orders {
			switch {
			case o.code != "":
				wantKind(t, errs[i], civic.Denied, o.code)
			case errs[i] != nil:
				t.Errorf("order %d: %v", i, errs[i])
			}
		}
		won := 0
		for _, err := range same {
			if err == nil {
				won++
			} else {
				wantKind(t, err, civic.Exhausted, "booking.twice")
			}
		}
		if n := c.Count(t, `SELECT COUNT(*) FROM booking WHERE person = $1 AND session = $2`, twice, x); won != 1 || n != 1 {
			t.Errorf("one person who was registered twice won %d times and has %d places", won, n)
		}
	})
}
