package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/place"
	"yinqiao/request"
)

const (
	bookers       = 64   // who book at once on one session
	bookMost      = 50.0 // ms for all but one of a hundred of them
	freeMost      = 20.0 // ms to list what is free at an office, at the 95th percentile
	freeOffices   = 200
	freeSessions  = 10_000
	generateMost  = 10.0 // s for 500 resources over 90 days
	generateMany  = 500
	generateDays  = 90
	hallOpens     = 9 * 60
	hallCloses    = 17 * 60
	hallPlaces    = 5000
	hallPool      = "open"
	bookedService = "venue-entry"
)

// booking measures Book on one session by 64 clients beside PostgreSQL's own hot row:
// the same rows written in one transaction a booking by pgbench, with as many clients,
// on the same server in the same run.
func (b *bench) booking(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "booking")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	seed, err := s.open(ctx, true)
	if err != nil {
		return err
	}
	office, _, err := seed.furnish(ctx)
	if err != nil {
		return err
	}
	ids, err := seed.register(ctx, b.bookings+1)
	if err != nil {
		return err
	}
	sessions, err := seed.hall(ctx, office, b.rounds+3)
	if err != nil {
		return err
	}
	if err := seed.close(); err != nil {
		return err
	}
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	for _, act := range []journal.Act{request.ActSubmitted, booking.ActBooked} { // as in the application: somebody is told
		r.journal.On(act, func(e journal.Entry, _ map[string]string) (jobs.Args, time.Time) {
			return notify.Heed{Entry: e.ID}, time.Time{}
		})
	}
	rc, err := r.booking.Book(ctx, own(ids[b.bookings]), booking.Order{Service: bookedService, Person: ids[b.bookings], Session: sessions[0]})
	if err != nil {
		return err
	}
	ids = ids[:b.bookings]
	peer := func() (float64, error) { return 0, nil }
	if e == db.Postgres {
		script, err := hotRow(ctx, r, s, office, sessions[1], rc, len(ids))
		if err != nil {
			return err
		}
		peer = func() (float64, error) { return pgbench(ctx, s, script, b.bookings) }
	}
	if _, _, err := bookAll(ctx, r, ids, sessions[2]); err != nil { // caches fill, statements are prepared
		return err
	}
	if _, err := peer(); err != nil {
		return err
	}
	if e == db.Postgres { // as it does by itself within a minute, once tables have filled
		if _, err := r.db.Pool().ExecContext(ctx, `ANALYZE`); err != nil {
			return err
		}
	}
	var got rates
	var p99 []float64
	b0, o0, _ := r.booking.Batches()
	for i := range b.rounds {
		v, took, err := bookAll(ctx, r, ids, sessions[3+i])
		if err != nil {
			return err
		}
		if err := r.journal.SealAll(ctx); err != nil {
			return err
		}
		p, err := peer()
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		got.ours, got.peer, p99 = append(got.ours, v), append(got.peer, p), append(p99, quantile(took, 0.99))
		if err := r.sold(ctx, sessions[3+i], len(ids)); err != nil {
			return err
		}
	}
	b1, o1, largest := r.booking.Batches()
	facts := extra{"clients": bookers, "orders_in_a_round": len(ids), "orders_in_a_transaction": round(float64(o1-o0) / float64(b1-b0)), "largest": largest, "oversold": 0}
	if e == db.Postgres {
		b.lines.print(got.against("booking.hot."+string(e), "bookings/s", "the same rows by pgbench, one transaction each, 64 clients, one hot row", 3, facts))
	} else {
		b.lines.print(line{Name: "booking.hot." + string(e), Value: median(got.ours), Unit: "bookings/s", Peer: "none", extra: facts})
	}
	b.lines.print(within("booking.hot_p99."+string(e), "ms", p99, bookMost, extra{"clients": bookers}))
	return nil
}

// hall enters a hall that is open every day, with so many days published, and names
// its sessions.
func (r *rooms) hall(ctx context.Context, office civic.OfficeID, days int) ([]string, error) {
	id, err := r.booking.Add(ctx, sys, booking.Resource{Office: office, Kind: "venue", Name: "一号厅", Plan: "venue", Ahead: 100}, nil)
	if err != nil {
		return nil, err
	}
	if err := r.booking.SetWeek(ctx, sys, office, id, today(0), everyDay(hallPlaces)); err != nil {
		return nil, err
	}
	if _, err := r.booking.Publish(ctx, sys, office, today(days), nil); err != nil {
		return nil, err
	}
	free, err := r.booking.Free(ctx, office, "venue", today(1), today(days))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range free {
		out = append(out, f.ID)
	}
	return out, nil
}

func everyDay(places int) (week []booking.Template) {
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: hallOpens, To: hallCloses, Places: places, Holidays: true})
	}
	return week
}

// today is so many days from now.
func today(ahead int) string {
	return time.Now().In(civic.Shanghai).AddDate(0, 0, ahead).Format(time.DateOnly)
}

// bookAll books a place for everybody in one session and returns bookings a second,
// and how long each took in ms.
func bookAll(ctx context.Context, r *rooms, ids []civic.PersonID, session string) (float64, []float64, error) {
	took := make([]float64, len(ids))
	var mu sync.Mutex
	began := time.Now()
	err := each(ctx, len(ids), bookers, func(ctx context.Context, i int) error {
		at := time.Now()
		_, err := r.booking.Book(ctx, own(ids[i]), booking.Order{Service: bookedService, Person: ids[i], Session: session})
		mu.Lock()
		defer mu.Unlock()
		took[i] = float64(time.Since(at)) / float64(time.Millisecond)
		return err
	})
	return float64(len(ids)) / time.Since(began).Seconds(), took, err
}

// sold checks that a session sold as many places as there were orders, no more.
func (r *rooms) sold(ctx context.Context, session string, n int) error {
	q, err := r.db.Read(ctx)
	if err != nil {
		return err
	}
	var used, rows int
	if err := q.Get(&used, `SELECT used FROM booking_pool WHERE session = $1 AND pool = $2`, session, hallPool); err != nil {
		return err
	}
	if err := q.Get(&rows, `SELECT COUNT(*) FROM booking WHERE session = $1`, session); err != nil {
		return err
	}
	if used != n || rows != n {
		return fmt.Errorf("%d orders, %d counted, %d booked", n, used, rows)
	}
	return nil
}

// hotRow writes the script of the peer: the row of one of as many people, which one
// who books holds, the guarded update of the row that counts, and every row that one
// Book wrote, the jobs that it woke included, in one transaction.
func hotRow(ctx context.Context, r *rooms, s store, office civic.OfficeID, session string, rc request.Receipt, people int) (string, error) {
	const entries = `(SELECT entry FROM journal_about WHERE id = $1)`
	booked := rc.Request
	m := modelBooking{booked: string(booked), person: string(rc.Person), session: session}
	if err := m.populate(ctx, r, people); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\\set r random(1, 9000000000000000)\n\\set p random(1, %d)\nBEGIN;\n", people)
	fmt.Fprintf(&b, "UPDATE person SET aliases = aliases WHERE id = 'p' || CAST(:p AS TEXT) AND state = 'active';\n")
	fmt.Fprintf(&b, "UPDATE booking_pool SET used = used + 1 WHERE office = '%s' AND session = '%s' AND pool = '%s' AND NOT shut AND quota - used - held >= 1;\n", office, session, hallPool)
	rows := 2
	for _, t := range []struct{ table, where string }{
		{"spoken_number", `WHERE id = $1`}, {"draft", `WHERE id = $1`}, {"request", `WHERE id = $1`}, {"booking", `WHERE id = $1`},
		{"journal_entry", `WHERE id IN ` + entries + ` ORDER BY id`}, {"journal_detail", `WHERE entry IN ` + entries + ` ORDER BY entry`},
		{"journal_about", `WHERE entry IN ` + entries + ` ORDER BY entry, id`},
		{"river_job", `WHERE args ->> 'entry' IN ` + entries + ` ORDER BY id`},
	} {
		rs, err := readRows(ctx, r.db.Pool(), t.table, t.where, string(booked))
		if err != nil {
			return "", fmt.Errorf("%s: %w", t.table, err)
		}
		if t.table == "journal_entry" {
			for _, row := range rs.rows {
				m.entries = append(m.entries, row[0].(string))
			}
		}
		fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", t.table, strings.Join(rs.columns, ", "))
		for i, row := range rs.rows {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = m.literal(cell, rs.columns[j])
			}
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + strings.Join(cells, ", ") + ")")
		}
		b.WriteString(";\n")
		rows += len(rs.rows)
	}
	b.WriteString("COMMIT;\n")
	note("the peer writes %d rows in each transaction", rows)
	path := filepath.Join(s.Dir, "hot.sql")
	return path, os.WriteFile(path, []byte(b.String()), 0o644)
}

// modelBooking is the booking whose rows the peer writes, with other IDs.
type modelBooking struct {
	booked, person, session string
	entries                 []string // each written with an ID of its own
}

// populate enters so many people like the one who booked, for the peer to book for.
func (m modelBooking) populate(ctx context.Context, r *rooms, n int) error {
	rs, err := readRows(ctx, r.db.Pool(), "person", `WHERE id = $1`, m.person)
	if err != nil {
		return err
	}
	columns := slices.DeleteFunc(slices.Clone(rs.columns), func(c string) bool { return c == "id" })
	_, err = r.db.Pool().ExecContext(ctx, fmt.Sprintf(`INSERT INTO person (id, %[1]s) SELECT 'p' || CAST(n AS TEXT), %[1]s FROM person, generate_series(1, %[2]d) AS n WHERE id = $1`,
		strings.Join(columns, ", "), n), m.person)
	return err
}

// literal writes a cell for the script, with new IDs in the place of the model's.
func (m modelBooking) literal(cell any, column string) string {
	switch v := cell.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return "LOCALTIMESTAMP"
	case []byte:
		if column == "args" || column == "metadata" || column == "unique_states" {
			return m.literal(string(v), column)
		}
		return `'\x` + hex.EncodeToString(v) + `'`
	case string:
		switch i := slices.Index(m.entries, v); {
		case v == m.booked:
			return "'b' || CAST(:r AS TEXT)"
		case v == m.person:
			return "'p' || CAST(:p AS TEXT)"
		case column == "number":
			return "'n' || CAST(:r AS TEXT)"
		case column == "session":
			return "'" + m.session + "'"
		case i >= 0:
			return fmt.Sprintf("'e%d-' || CAST(:r AS TEXT)", i)
		}
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	panic(fmt.Sprintf("a cell of %T", cell))
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) \(without`)

// pgbench runs the script with as many clients and about as many transactions, and
// returns transactions a second.
func pgbench(ctx context.Context, s store, script string, n int) (float64, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	bin, err := exec.LookPath("pgbench")
	if err != nil && len(found) > 0 {
		bin, err = found[len(found)-1], nil
	}
	if err != nil {
		return 0, fmt.Errorf("there is no pgbench: %w", err)
	}
	out, err := exec.CommandContext(ctx, bin, "-n", "-M", "prepared", "-c", strconv.Itoa(bookers), "-j", "2", "-t", strconv.Itoa(max(1, n/bookers)), "-f", script, s.URL).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	m := tps.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("pgbench said %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// free measures how long it takes to list what is free at one of 200 offices with
// 10,000 sessions, and to make the sessions of 500 resources over 90 days.
func (b *bench) free(ctx context.Context, e db.Dialect) error {
	s, err := b.disk.fresh(ctx, e, "free")
	if err != nil {
		return err
	}
	defer func() { _ = s.drop(context.WithoutCancel(ctx)) }()
	r, err := s.open(ctx, false)
	if err != nil {
		return err
	}
	defer r.close()
	office, _, err := r.furnish(ctx)
	if err != nil {
		return err
	}
	for i := range generateMany {
		id, err := r.booking.Add(ctx, sys, booking.Resource{Office: office, Kind: "clinic", Department: fmt.Sprintf("科%d", i%20), Name: fmt.Sprintf("医生%d", i), Plan: "clinic", Ahead: 7}, nil)
		if err != nil {
			return err
		}
		if err := r.booking.SetWeek(ctx, sys, office, id, today(0), everyDay(30)); err != nil {
			return err
		}
	}
	began := time.Now()
	made, err := r.booking.Publish(ctx, sys, office, today(generateDays), func(p booking.Published) { note("%d resources, %d sessions", p.Resources, p.Sessions) })
	if err != nil {
		return err
	}
	b.lines.print(within("booking.generate."+string(e), "s", []float64{time.Since(began).Seconds()}, generateMost, extra{"sessions": made.Sessions, "resources": made.Resources}))
	offices, err := r.manyOffices(ctx)
	if err != nil {
		return err
	}
	var took []float64
	for i := range 4 * len(offices) {
		at := time.Now()
		list, err := r.booking.Free(ctx, offices[i%len(offices)], "venue", today(0), today(60))
		if err != nil {
			return err
		}
		if len(list) < freeSessions/freeOffices-1 {
			return fmt.Errorf("%d sessions at an office", len(list))
		}
		took = append(took, float64(time.Since(at))/float64(time.Millisecond))
	}
	b.lines.print(within("booking.free_p95."+string(e), "ms", []float64{quantile(took, 0.95)}, freeMost, extra{"offices": freeOffices, "sessions": freeSessions}))
	return nil
}

func (r *rooms) manyOffices(ctx context.Context) ([]civic.OfficeID, error) {
	out := make([]civic.OfficeID, freeOffices)
	for i := range out {
		id, err := r.place.Open(ctx, sys, place.Office{Kind: "museum", Name: fmt.Sprintf("馆%d", i), Division: street.County(), Address: "一号路1号"})
		if err != nil {
			return nil, err
		}
		out[i] = id
		if _, err := r.hall(ctx, id, freeSessions/freeOffices); err != nil {
			return nil, err
		}
	}
	return out, nil
}
