package finding

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

// Sweep is the daily job that checks everything: what time alone changed, and what
// new rules of a release find.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "finding.sweep" }

// sweepEach is how many offices are checked together.
const sweepEach = 200

// SweepAll checks everything. It reads first, and writes only where the account is not
// in line, one scope at a time.
func (s *Service) SweepAll(ctx context.Context, _ Sweep) error {
	changed := 0
	for after := civic.OfficeID(""); ; {
		ids, off, err := s.sweepOffices(ctx, after)
		if err != nil {
			return err
		}
		for id := range off.offices {
			if err := s.resettle(ctx, scopes{offices: map[civic.OfficeID]bool{id: true}}); err != nil {
				return err
			}
			changed++
		}
		if len(ids) < sweepEach {
			break
		}
		after = ids[len(ids)-1]
	}
	off, err := s.sweepDivisions(ctx)
	if err != nil {
		return err
	}
	for d := range off.divisions {
		if err := s.resettle(ctx, scopes{divisions: map[civic.Division]bool{d: true}}); err != nil {
			return err
		}
		changed++
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE finding SET checked_at = $1 WHERE cleared_at IS NULL`, tx.Now)
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActSwept, Detail: map[string]string{"open": strconv.FormatInt(n, 10), "changed": strconv.Itoa(changed)}})
	})
}

// sweepOffices checks a page of offices and names those that are not in line.
func (s *Service) sweepOffices(ctx context.Context, after civic.OfficeID) (ids []civic.OfficeID, off scopes, err error) {
	off = newScopes()
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.Select(&ids, `SELECT id FROM office WHERE id > $1 ORDER BY id LIMIT `+strconv.Itoa(sweepEach), after); err != nil || len(ids) == 0 {
			return err
		}
		now, err := s.check(v, v.Now, civic.Scope{Offices: ids})
		if err != nil {
			return err
		}
		was, err := openIn(v, ids)
		if err != nil {
			return err
		}
		for _, k := range differ(now, was) {
			off.offices[civic.OfficeID(k.of.ID)] = true
		}
		return nil
	})
	return ids, off, err
}

// sweepDivisions checks every division that has a word of its own on a service or has
// joined, and those with something open.
func (s *Service) sweepDivisions(ctx context.Context) (scopes, error) {
	off := newScopes()
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		all, err := divisions(v)
		if err != nil {
			return err
		}
		for d := range all {
			now, err := s.check(v, v.Now, civic.Scope{Division: d})
			if err != nil {
				return err
			}
			was, err := openIn(v, []civic.Division{d})
			if err != nil {
				return err
			}
			if len(differ(now, was)) > 0 {
				off.divisions[d] = true
			}
		}
		return nil
	})
	return off, err
}

// divisions lists the divisions in which something may be found, or is.
func divisions(q db.Q) (map[civic.Division]bool, error) {
	var codes []civic.Division
	if err := q.Select(&codes, `SELECT DISTINCT division FROM service_state UNION SELECT DISTINCT scope FROM finding WHERE cleared_at IS NULL AND subject_kind <> 'office' ORDER BY 1`); err != nil {
		return nil, err
	}
	joined, err := place.Joined(q, "")
	out := map[civic.Division]bool{}
	for _, d := range append(codes, joined...) {
		out[d] = true
	}
	return out, err
}

// openIn reads what is open in scopes.
func openIn[S ~string](q db.Q, in []S) ([]Finding, error) {
	var out []Finding
	err := q.Select(&out, `SELECT `+columns+` FROM finding WHERE cleared_at IS NULL AND scope IN `+db.In(1, len(in))+` ORDER BY id`, db.Args(in)...)
	return out, err
}

// differ lists what is found and not kept in these words, and what is kept and not found.
func differ(now []civic.Finding, was []Finding) []key {
	left := map[key]string{}
	for _, f := range was {
		left[f.key()] = f.Say
	}
	var out []key
	for _, f := range now {
		k := keyOf(f)
		if say, kept := left[k]; !kept || say != f.Say {
			out = append(out, k)
		}
		delete(left, k)
	}
	for k := range left {
		out = append(out, k)
	}
	return out
}
