package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

const (
	wordsMost  = 60
	weekMost   = 100 // templates of one resource
	forEver    = "9999-12-31"
	aheadMost  = 366 // days
	dayMinutes = 24 * 60
)

func (r *Resource) check() error {
	for _, w := range []*string{&r.Kind, &r.Department, &r.Name, &r.About} {
		if *w = strings.TrimSpace(*w); utf8.RuneCountInString(*w) > wordsMost || civic.HoldsNumber(*w) {
			return errResource
		}
	}
	if r.Name == "" || r.Kind == "" || r.Ahead < 0 || r.Ahead > aheadMost || r.Opens < 0 || r.Opens >= dayMinutes || strings.ContainsAny(r.Department+r.Kind, "|,") {
		return errResource
	}
	return nil
}

// Add enters what can be booked at an office, with the plan by which its places are
// shared out: one of Plans by name, or with own the office's own. A plan that keeps
// less than the clause asks for is Denied, with the clause. It needs booking.keep.
func (s *Service) Add(ctx context.Context, actor civic.Actor, r Resource, own *Plan) (string, error) {
	p := planNamed(r.Plan)
	if own != nil {
		p = own
	}
	if p == nil {
		return "", errPlan
	}
	if err := p.Check(); err != nil {
		return "", err
	}
	if err := r.check(); err != nil {
		return "", err
	}
	r.ID, r.Individual = db.NewID(), r.Individual || r.Staff != ""
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.keeper(tx, r.Office)
		if err != nil {
			return err
		}
		return enterResource(tx, auth, o, r, p)
	})
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// enterResource stores a resource that was checked, and the plan it goes by.
func enterResource(tx *journal.Tx, auth civic.Authority, o place.Office, r Resource, p *Plan) error {
	if !slices.ContainsFunc(p.Pools, func(x Pool) bool { return x.Places > 0 }) { // else it depends on how many there are
		if err := lawful(p, r.Kind, o.Division, dayOf(tx.Now), 100); err != nil {
			return err
		}
	}
	hash, body := p.hash()
	if _, err := tx.Exec(`INSERT INTO booking_plan (hash, name, body, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, hash, p.Name, body, tx.Now); err != nil {
		return err
	}
	if err := tx.InsertRows("booking_resource", []string{"office", "id", "kind", "department", "name", "about", "plan", "staff", "individual", "ahead", "opens", "state"},
		[][]any{{r.Office, r.ID, r.Kind, r.Department, r.Name, r.About, hash, r.Staff, r.Individual, r.Ahead, r.Opens, "active"}}); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActResource, Detail: map[string]string{"name": r.Name, "plan": p.Name}, About: about(r.Office, "resource", r.ID)})
}

// lawful holds a plan to the share that must be kept of so many places.
func lawful(p *Plan, kind string, div civic.Division, day string, places int) error {
	rule, ok := shareFor(kind, div, day)
	if !ok || p.kept(places)*100 >= rule.Least*places {
		return nil
	}
	return civic.E(civic.Denied, "booking.shares", fmt.Sprintf("按%s，%d个号里至少要留百分之%d给%s，这个方案只留了%d个。请把预留的号加上去。", rule.Clause, places, rule.Least, rule.Say, p.kept(places))).
		Accepting(fmt.Sprintf("把预留的号加到百分之%d以上", rule.Least)).On("plan")
}

type authoriser interface {
	db.Q
	Authorise(civic.Need) (civic.Authority, error)
}

// keeper reads an office and the right to keep its sessions.
func (s *Service) keeper(tx authoriser, office civic.OfficeID) (civic.Authority, place.Office, error) {
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office})
	if err != nil {
		return auth, place.Office{}, err
	}
	o, err := place.Read(tx, office)
	if err != nil {
		return auth, o, err
	}
	auth, err = tx.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office, Division: o.Division})
	return auth, o, err
}

// planner is keeper for who changes the weeks of an office: one after the other, so that
// the second finds what the first has made.
func (s *Service) planner(tx *journal.Tx, office civic.OfficeID) (auth civic.Authority, o place.Office, err error) {
	if auth, o, err = s.keeper(tx, office); err == nil {
		err = place.Hold(tx, office)
	}
	return auth, o, err
}

const resourceColumns = `office, id, kind, department, name, about, plan, staff, individual, ahead, opens, state`

func readResource(q db.Q, office civic.OfficeID, id string) (Resource, error) {
	var r Resource
	err := q.Get(&r, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND id = $2`, office, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoResource
	}
	return r, err
}

// resourcesMost is how many resources of an office one sheet or one week shows.
const resourcesMost = 2000

// activeOf reads what can be booked at an office, as it is listed.
func activeOf(q db.Q, office civic.OfficeID) ([]Resource, error) {
	rs, _, err := activeIn(q, office, "")
	return rs, err
}

// activeIn is activeOf for one department, or for all; cut says that there are more.
func activeIn(q db.Q, office civic.OfficeID, department string) (rs []Resource, cut bool, err error) {
	if err := q.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND state = 'active' AND (department = $2 OR CAST($2 AS TEXT) = '')
		ORDER BY kind, department, name, id LIMIT $3`, office, department, resourcesMost+1); err != nil {
		return nil, false, err
	}
	cut = len(rs) > resourcesMost
	return rs[:min(len(rs), resourcesMost)], cut, nil
}

// departmentsOf lists the departments of what can be booked at an office.
func departmentsOf(q db.Q, office civic.OfficeID) ([]string, error) {
	var ds []string
	err := q.Select(&ds, `SELECT DISTINCT department FROM booking_resource WHERE office = $1 AND state = 'active' AND department <> '' ORDER BY department`, office)
	return ds, err
}

// resourcesOf reads all that could ever be booked at an office.
func resourcesOf(q db.Q, office civic.OfficeID) ([]Resource, error) {
	var rs []Resource
	err := q.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1`, office)
	return rs, err
}

// key names a resource in its office.
type key struct {
	office civic.OfficeID
	id     string
}

// readResources reads resources in one go, by ID. All of them are there.
func readResources(q db.Q, keys []key) (map[string]Resource, error) {
	out := map[string]Resource{}
	var offices, ids []any
	seen := map[any]bool{}
	for _, k := range keys {
		if !seen[k.office] {
			seen[k.office], offices = true, append(offices, k.office)
		}
		if !seen[k.id] {
			seen[k.id], ids = true, append(ids, k.id)
		}
	}
	for part := range slices.Chunk(ids, 200) {
		for at := range slices.Chunk(offices, 200) {
			var w where
			w.in(`office`, at)
			w.in(`id`, part)
			var rs []Resource
			if err := q.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource`+w.text(), w.args...); err != nil {
				return nil, err
			}
			for _, r := range rs {
				out[r.ID] = r
			}
		}
	}
	if len(out) != len(ids) {
		return nil, errNoResource
	}
	return out, nil
}

func checkWeek(ts []Template) error {
	if len(ts) > weekMost {
		return errWeek
	}
	sorted := slices.Clone(ts)
	slices.SortFunc(sorted, func(a, b Template) int {
		return cmp.Or(cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.From, b.From))
	})
	for i, t := range sorted {
		if t.Weekday < 0 || t.Weekday > 6 || t.From < 0 || t.To <= t.From || t.To > dayMinutes || t.Places < 1 || t.Places > placesMost {
			return errWeek
		}
		if i > 0 && sorted[i-1].Weekday == t.Weekday && t.From < sorted[i-1].To {
			return errWeek
		}
	}
	return nil
}

// SetWeek replaces the weekly sessions of a resource from a day on. Sessions that
// were made already and that nobody has booked, holds or waits for are taken back;
// Publish makes them anew. It needs booking.keep at the office.
func (s *Service) SetWeek(ctx context.Context, actor civic.Actor, office civic.OfficeID, resource, since string, week []Template) error {
	if _, err := parseDay(since); err != nil {
		return err
	}
	if err := checkWeek(week); err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.planner(tx, office)
		if err != nil {
			return err
		}
		r, err := readResource(tx, office, resource)
		if err != nil {
			return err
		}
		return s.setWeek(tx, auth, o, r, since, week)
	})
}

// setWeek is SetWeek in a transaction, of a week that was checked.
func (s *Service) setWeek(tx *journal.Tx, auth civic.Authority, o place.Office, r Resource, since string, week []Template) error {
	p, err := s.plan(tx, r.Plan)
	if err != nil {
		return err
	}
	for _, t := range week {
		if err := lawful(p, r.Kind, o.Division, since, t.Places); err != nil {
			return err
		}
	}
	if since < dayOf(tx.Now) {
		return errDay
	}
	if _, err := tx.Exec(`DELETE FROM booking_template WHERE office = $1 AND resource = $2 AND since >= $3`, o.ID, r.ID, since); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE booking_template SET until = $1 WHERE office = $2 AND resource = $3 AND until > $1`, since, o.ID, r.ID); err != nil {
		return err
	}
	rows := make([][]any, len(week))
	for i, t := range week {
		rows[i] = []any{o.ID, db.NewID(), r.ID, int(t.Weekday), t.From, t.To, t.Places, t.Holidays, since, forEver}
	}
	if err := tx.InsertRows("booking_template", []string{"office", "id", "resource", "weekday", "from_min", "to_min", "places", "holidays", "since", "until"}, rows); err != nil {
		return err
	}
	gone, err := takeBack(tx, o.ID, r.ID, since, forEver)
	if err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActWeek, Detail: map[string]string{"name": r.Name, "since": since, "sessions": strconv.Itoa(len(week)), "back": strconv.Itoa(gone)},
		About: about(o.ID, "resource", r.ID)})
}

// someones holds of a session s that somebody has booked, holds or waits for.
const someones = `(EXISTS (SELECT 1 FROM booking_pool p WHERE p.office = s.office AND p.session = s.id AND (p.used > 0 OR p.held > 0))
	OR EXISTS (SELECT 1 FROM booking b WHERE b.office = s.office AND b.session = s.id)
	OR EXISTS (SELECT 1 FROM booking_wait w WHERE w.office = s.office AND w.session = s.id))`

// takeBack deletes the sessions of a resource on the days from, to excluded, that
// nobody has anything to do with, and returns how many.
func takeBack(tx *journal.Tx, office civic.OfficeID, resource, from, to string) (int, error) {
	const those = ` WHERE office = $1 AND session IN (SELECT id FROM booking_session WHERE office = $1 AND (resource = $2 OR CAST($2 AS TEXT) = '') AND day >= $3 AND day < $4 AND state = 'open')`
	// Shut first: whoever is faster has a place, and the session stays.
	if _, err := tx.Exec(`UPDATE booking_pool SET shut = TRUE`+those, office, resource, from, to); err != nil {
		return 0, err
	}
	var free []struct{ ID string }
	if err := tx.Select(&free, `SELECT s.id FROM booking_session s WHERE s.office = $1 AND (s.resource = $2 OR CAST($2 AS TEXT) = '') AND s.day >= $3 AND s.day < $4 AND s.state = 'open'
		AND NOT `+someones+` ORDER BY s.id`, office, resource, from, to); err != nil {
		return 0, err
	}
	for part := range slices.Chunk(free, 200) {
		args := []any{office}
		for _, f := range part {
			args = append(args, f.ID)
		}
		in := db.In(2, len(part))
		if _, err := tx.Exec(`DELETE FROM booking_pool WHERE office = $1 AND session IN `+in, args...); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`DELETE FROM booking_session WHERE office = $1 AND id IN `+in, args...); err != nil {
			return 0, err
		}
	}
	_, err := tx.Exec(`UPDATE booking_pool SET shut = FALSE`+those, office, resource, from, to)
	return len(free), err
}

// NoDay is the weekday of a day without sessions.
const NoDay = -1

// SetDay says that a day is not like its weekday, at the whole office or for one
// resource: that there are no sessions (weekday NoDay), or those of another weekday.
// Sessions that nobody has booked are taken back, and those of the other weekday made; with
// NoDay the others are stopped, and those who had booked are told. It needs booking.keep at the office.
func (s *Service) SetDay(ctx context.Context, actor civic.Actor, office civic.OfficeID, resource, day string, weekday int, reason string) error {
	at, err := parseDay(day)
	if err != nil {
		return err
	}
	if reason, err = checkReason(reason); err != nil {
		return err
	}
	if weekday < NoDay || weekday > 6 {
		return errWeek
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.planner(tx, office)
		if err != nil {
			return err
		}
		if resource != "" {
			if _, err := readResource(tx, office, resource); err != nil {
				return err
			}
		}
		if day < dayOf(tx.Now) || at.Sub(tx.Now) > 2*aheadMost*24*time.Hour {
			return errDay
		}
		if _, err := tx.Exec(`INSERT INTO booking_day (office, resource, day, weekday, reason) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (office, resource, day) DO UPDATE SET weekday = excluded.weekday, reason = excluded.reason`, office, resource, day, weekday, reason); err != nil {
			return err
		}
		reach, err := reachOf(tx, office)
		if err != nil {
			return err
		}
		next := at.AddDate(0, 0, 1).Format(time.DateOnly)
		if _, err := takeBack(tx, office, resource, day, next); err != nil {
			return err
		}
		off := 0
		switch {
		case weekday == NoDay:
			off, err = s.stop(tx, auth, office, resource, day, reason)
		case day <= reach: // what lies further ahead is made in its time
			err = s.publishDay(tx, o, resource, at)
		}
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDay, Detail: map[string]string{"day": day, "reason": reason, "weekday": strconv.Itoa(weekday), "called_off": strconv.Itoa(off)},
			About: about(office, "resource", resource)})
	})
}

// publishDay makes the sessions of one day, of the whole office or of one resource.
func (s *Service) publishDay(tx *journal.Tx, o place.Office, resource string, day time.Time) error {
	var rs []Resource
	if err := tx.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND state = 'active' AND (id = $2 OR CAST($2 AS TEXT) = '') ORDER BY id`, o.ID, resource); err != nil {
		return err
	}
	_, err := s.publishAll(tx, o, rs, day, day)
	return err
}

// reachOf is the last day for which an office has sessions, "" where it has none.
func reachOf(q db.Q, office civic.OfficeID) (string, error) {
	var reach struct{ Day string }
	err := q.Get(&reach, `SELECT COALESCE(MAX(day), '') AS day FROM booking_session WHERE office = $1 AND state = 'open'`, office)
	return reach.Day, err
}

// stop shuts the sessions of a day and calls off what was booked in them.
func (s *Service) stop(tx *journal.Tx, auth civic.Authority, office civic.OfficeID, resource, day, reason string) (int, error) {
	const those = ` WHERE office = $1 AND (resource = $2 OR CAST($2 AS TEXT) = '') AND day = $3 AND state = 'open' AND starts_at > $4`
	args := []any{office, resource, day, tx.Now}
	if _, err := tx.Exec(`UPDATE booking_pool SET shut = TRUE WHERE office = $1 AND session IN (SELECT id FROM booking_session`+those+`)`, args...); err != nil {
		return 0, err
	}
	var bs []Booking
	if err := tx.Select(&bs, `SELECT `+bookingColumns+` FROM booking WHERE office = $1 AND state = 'booked' AND session IN (SELECT id FROM booking_session`+those+`) ORDER BY id`, args...); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(`UPDATE booking_session SET state = 'stopped', reason = $5`+those, append(args, reason)...); err != nil {
		return 0, err
	}
	for _, b := range bs {
		if err := s.end(tx, &b, CalledOff, reason); err != nil {
			return 0, err
		}
		if err := tx.RecordFor(auth, b.Person, journal.Event{Act: ActCalledOff, Detail: map[string]string{"reason": reason, "what": sayWhen(b.StartsAt)}, About: b.about()}); err != nil {
			return 0, err
		}
	}
	return len(bs), nil
}

func checkReason(reason string) (string, error) {
	reason = strings.TrimRight(strings.TrimSpace(reason), "。")
	if reason == "" || utf8.RuneCountInString(reason) > wordsMost || civic.HoldsNumber(reason) {
		return "", errReason
	}
	return reason, nil
}
