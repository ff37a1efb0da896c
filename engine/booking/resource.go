package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
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
