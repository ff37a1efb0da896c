package booking

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// Allotment says what became of a list of places that a hospital gave.
type Allotment struct {
	Lines   int
	Made    int   // times that were not there before
	Changed int   // times that have more or fewer places now
	Short   []int // lines that give fewer places than are booked and held: those stay, and the hospital must be told
}

// allotMost bounds the lines of one list.
const allotMost = 2000

// Allot takes a hospital's list of the places that it gives us: day, time, department,
// doctor and how many. Within them what is here is so. Times that are not on it stay as
// they are. All of the list is taken, or nothing: Invalid names the first line that is
// wrong. The same list again changes nothing. It needs booking.keep at the office.
func (s *Service) Allot(ctx context.Context, actor civic.Actor, office civic.OfficeID, file []byte) (Allotment, error) {
	var out Allotment
	if err := s.j.Look(ctx, actor, func(v *journal.View) error { // a stranger is not told how lists look
		_, err := v.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office, Look: true})
		return err
	}); err != nil {
		return out, err
	}
	all, err := readListed(file, "day", "time", "until", "resource", "places")
	if err != nil {
		return out, err
	}
	if len(all) > allotMost {
		return out, civic.E(civic.Invalid, "booking.list", fmt.Sprintf("一次最多%d行，请分几份交。", allotMost)).On("file")
	}
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, o, err := s.planner(tx, office)
		if err != nil {
			return err
		}
		out = Allotment{Lines: len(all)}
		found := map[[2]string]Resource{}
		for _, l := range all {
			if err := s.allotLine(tx, o, l, found, &out); err != nil {
				return lineWrong(l, err)
			}
		}
		if out.Made+out.Changed == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActAllotted, Detail: map[string]string{"lines": strconv.Itoa(out.Lines), "made": strconv.Itoa(out.Made), "changed": strconv.Itoa(out.Changed), "short": strconv.Itoa(len(out.Short))},
			About: about(office, "office", string(office))})
	})
	return out, err
}

// lineWrong says in which line something is wrong that a person can mend.
func lineWrong(l listed, err error) error {
	if e := civic.As(err); e.Kind == civic.Invalid || e.Kind == civic.Denied || e.Kind == civic.NotFound {
		return civic.E(civic.Invalid, "booking.list", fmt.Sprintf("第%d行：%s", l.line, e.Say)).On("file")
	}
	return err
}

var (
	errNotAllotted = civic.E(civic.Invalid, "booking.not_allotted", "这个号不是医院分的。请先在「号由谁管」里改成医院分号，再交单子。")
	errTwins       = civic.E(civic.Invalid, "booking.twins", "有两个同名的，请写上科室。")
)

// allotted finds the doctor of a line, whose places must be the hospital's to give.
func (s *Service) allotted(tx *journal.Tx, office civic.OfficeID, l listed) (Resource, error) {
	var rs []Resource
	if err := tx.Select(&rs, `SELECT `+resourceColumns+` FROM booking_resource WHERE office = $1 AND state = 'active' AND name = $2 AND (department = $3 OR CAST($3 AS TEXT) = '') ORDER BY id LIMIT 2`,
		office, l.resource, l.department); err != nil {
		return Resource{}, err
	}
	if len(rs) == 0 {
		return Resource{}, errNoResource
	}
	if len(rs) > 1 {
		return Resource{}, errTwins
	}
	own, err := owner(tx, Session{Office: office, Resource: rs[0].ID})
	if err == nil && own.Way != WayAllotted {
		err = errNotAllotted
	}
	return rs[0], err
}

func (s *Service) allotLine(tx *journal.Tx, o place.Office, l listed, found map[[2]string]Resource, out *Allotment) error {
	key := [2]string{l.department, l.resource}
	r, ok := found[key]
	if !ok {
		var err error
		if r, err = s.allotted(tx, o.ID, l); err != nil {
			return err
		}
		found[key] = r
	}
	day, err := parseDay(l.day)
	if err != nil {
		return err
	}
	if l.from < 0 || l.until <= l.from || l.places == 0 {
		return errWeek
	}
	if l.day < dayOf(tx.Now) || day.Sub(tx.Now) > aheadMost*24*time.Hour {
		return errHorizon
	}
	p, err := s.plan(tx, r.Plan)
	if err != nil {
		return err
	}
	if err := lawful(p, r.Kind, o.Division, l.day, l.places); err != nil {
		return err
	}
	starts := at(day, l.from)
	var x Session
	err = tx.Get(&x, `SELECT `+sessionColumns+` FROM booking_session WHERE office = $1 AND resource = $2 AND starts_at = $3`, o.ID, r.ID, starts)
	if errors.Is(err, db.ErrNoRows) {
		x = Session{Office: o.ID, ID: db.NewID(), Resource: r.ID, Kind: r.Kind, Department: r.Department, Day: l.day, StartsAt: starts, EndsAt: at(day, l.until),
			OpensAt: at(day.AddDate(0, 0, -r.Ahead), r.Opens), Places: l.places, Plan: r.Plan, State: "open"}
		out.Made++
		return insertSessions(tx, [][]any{x.row()}, p.rows(x))
	}
	if err != nil || x.Places == l.places {
		return err
	}
	return s.reallot(tx, x, l, out)
}

// reallot changes how many places a session has. What is booked and held stays.
func (s *Service) reallot(tx *journal.Tx, x Session, l listed, out *Allotment) error {
	p, err := s.plan(tx, x.Plan)
	if err != nil {
		return err
	}
	// The session's row is locked first, so that two who change it take turns.
	if _, err := tx.Exec(`UPDATE booking_session SET places = $1 WHERE office = $2 AND id = $3`, l.places, x.Office, x.ID); err != nil {
		return err
	}
	if _, err := lapse(tx.Tx, x.Office, x.ID, tx.Now); err != nil {
		return err
	}
	sum := 0
	for i, quota := range p.Split(l.places) {
		var row struct{ Quota int }
		if err := tx.Get(&row, `UPDATE booking_pool SET quota = CASE WHEN used + held > $1 THEN used + held ELSE $1 END WHERE office = $2 AND session = $3 AND pool = $4 RETURNING quota`,
			quota, x.Office, x.ID, p.Pools[i].Code); err != nil {
			return err
		}
		sum += row.Quota
	}
	if sum > l.places {
		out.Short = append(out.Short, l.line)
		if _, err := tx.Exec(`UPDATE booking_session SET places = $1 WHERE office = $2 AND id = $3`, sum, x.Office, x.ID); err != nil {
			return err
		}
	}
	if sum != x.Places {
		out.Changed++
	}
	return nil
}
