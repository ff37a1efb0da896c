package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts on what a division offers.
var (
	ActPiloted   = journal.Define("service.piloted", "开始试行服务")
	ActSuspended = journal.Define("service.suspended", "暂停了服务")
	ActResumed   = journal.Define("service.resumed", "恢复了服务")
)

// The states of a service in a division.
const (
	Live      = "live"      // offered on all its channels
	Pilot     = "pilot"     // tried at the desk only
	Suspended = "suspended" // not begun, and what is begun waits
)

// Standing is how a service stands where somebody lives.
type Standing struct {
	Hash      string   // the version that is live there, "" if none is
	Pilots    []string // versions that are tried there
	Suspended bool
	Reason    string // of the suspension, a sentence for the person
}

// Keeps reports whether a draft begun under the version may go on under it.
func (s Standing) Keeps(hash string) bool {
	return s.Hash == "" || s.Hash == hash || slices.Contains(s.Pilots, hash)
}

// Standing tells how a service stands in a division: the most local word counts.
func (s *Service) Standing(q db.Q, service string, where civic.Division) (Standing, error) {
	var rows []struct {
		State, Hash, Reason string
		Division            civic.Division
		Until               *time.Time
	}
	if err := q.Select(&rows, `SELECT state, hash, reason, division, until FROM service_state WHERE service = $1 ORDER BY division`, service); err != nil {
		return Standing{}, err
	}
	var st Standing
	for _, r := range rows {
		if !r.Division.Covers(where) {
			continue
		}
		switch r.State {
		case Live:
			st.Hash, st.Suspended, st.Reason = r.Hash, false, ""
		case Suspended:
			st.Suspended, st.Reason = true, Why(r.Reason, r.Until)
		case Pilot:
			st.Pilots = append(st.Pilots, r.Hash)
		}
	}
	return st, nil
}

// Why says why a service is suspended, and until when if that is known.
func Why(reason string, until *time.Time) string {
	if until == nil {
		return reason
	}
	t := until.In(civic.Shanghai)
	return fmt.Sprintf("%s，%d月%d日%s恢复", reason, t.Month(), t.Day(), civic.SayTime(t))
}

const reasonMost = 60

var (
	errReason = civic.E(civic.Invalid, "service.reason", "请写明为什么暂停，让老人看得懂，最多60个字，不写号码。").On("reason")
	errUntil  = civic.E(civic.Invalid, "service.until", "到什么时候恢复要写成 2026-12-31 13:30 这样，要比现在晚；说不准就空着。").On("until")
	errState  = civic.E(civic.Conflict, "service.state", "这项服务刚刚换了状态，请看一看最新的再办。")
)

// Suspend stops a service in a division, with a reason that people read, until a time if
// that is known: then it is resumed. What is half done there keeps its answers and
// waits. It needs catalog.publish there.
func (s *Service) Suspend(ctx context.Context, actor civic.Actor, service string, where civic.Division, reason string, until *time.Time) error {
	reason = strings.TrimRight(strings.TrimSpace(reason), "。")
	if reason == "" || utf8.RuneCountInString(reason) > reasonMost || civic.HoldsNumber(reason) {
		return errReason
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: where})
		if err != nil {
			return err
		}
		if until != nil && !until.After(tx.Now) {
			return errUntil
		}
		st, err := s.Standing(tx, service, where)
		if err != nil {
			return err
		}
		if st.Hash == "" && len(st.Pilots) == 0 {
			return errNoService
		}
		hash := st.Hash
		if hash == "" {
			hash = st.Pilots[len(st.Pilots)-1]
		}
		n, err := tx.Exec(`INSERT INTO service_state (service, division, state, hash, reason, was, until) VALUES ($1, $2, 'suspended', $3, $4, 'none', $5)
			ON CONFLICT (service, division) DO UPDATE SET was = CASE WHEN service_state.state = 'suspended' THEN service_state.was ELSE service_state.state END,
				state = 'suspended', reason = excluded.reason, until = excluded.until
			WHERE service_state.state <> 'suspended' OR service_state.reason <> excluded.reason OR service_state.until IS DISTINCT FROM excluded.until`,
			service, where, hash, reason, until)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		detail := map[string]string{"service": service, "division": string(where), "reason": reason}
		if until != nil {
			detail["until"] = until.UTC().Format(time.RFC3339Nano)
		}
		return tx.Record(auth, journal.Event{Act: ActSuspended, Detail: detail, About: aboutService(service)})
	})
}

// Resume offers a suspended service again, as it was before. It needs
// catalog.publish there.
func (s *Service) Resume(ctx context.Context, actor civic.Actor, service string, where civic.Division) error {
	return s.resume(ctx, actor, service, where, false)
}

// resume is Resume, or with due only of what is over.
func (s *Service) resume(ctx context.Context, actor civic.Actor, service string, where civic.Division, due bool) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		also, args := "", []any{service, where}
		if due {
			also, args = ` AND until <= $3`, append(args, tx.Now)
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: where})
		if err != nil {
			return err
		}
		// Where only a wider division offers it, its word counts again.
		gone, err := tx.Exec(`DELETE FROM service_state WHERE service = $1 AND division = $2 AND state = 'suspended' AND was = 'none'`+also, args...)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE service_state SET state = was, reason = '', until = NULL WHERE service = $1 AND division = $2 AND state = 'suspended'`+also, args...)
		if err != nil {
			return err
		}
		if gone+n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActResumed, Detail: map[string]string{"service": service, "division": string(where)}, About: aboutService(service)})
	})
}

// ResumeDue is the job that resumes a service when its suspension ends.
type ResumeDue struct {
	Service  string
	Division civic.Division
}

// Kind names the job.
func (ResumeDue) Kind() string { return "catalog.resume" }

// ResumeAt does the job. A suspension that was made longer, or has no end now, stays.
func (s *Service) ResumeAt(ctx context.Context, r ResumeDue) error {
	return s.resume(ctx, civic.System("catalog"), r.Service, r.Division, true)
}

// Adopt makes a version that is known live in a division, or with pilot tries it at
// the desk there. It needs catalog.publish there. Conflict where it is suspended.
func (s *Service) Adopt(ctx context.Context, actor civic.Actor, hash string, where civic.Division, pilot bool) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: where})
		if err != nil {
			return err
		}
		d, err := s.Version(tx, hash)
		if err != nil {
			return err
		}
		return s.adopt(tx, auth, d, where, pilot)
	})
}

// Try enters a version and tries it at the desk in a division. It needs
// catalog.publish there. Invalid if the definition has faults.
func (s *Service) Try(ctx context.Context, actor civic.Actor, d *Definition, where civic.Division) error {
	if err := d.check(); err != nil {
		return civic.E(civic.Invalid, "service.form", "服务定义有错，没有试行："+err.Error())
	}
	if !d.In(where) {
		return errElsewhere
	}
	body := d.seal()
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: where})
		if err != nil {
			return err
		}
		if err := s.checkKin(tx, d, []*Definition{d}); err != nil {
			return err
		}
		if err := s.enter(tx, d, body); err != nil {
			return err
		}
		return s.adopt(tx, auth, d, where, true)
	})
}

var errElsewhere = civic.E(civic.Invalid, "service.divisions", "定义里的 divisions 不包括这个地方。请改定义，或者选里面的一个区划。").On("division")

func (s *Service) adopt(tx *journal.Tx, auth civic.Authority, d *Definition, where civic.Division, pilot bool) error {
	state, act, hash := Live, ActPublished, d.Hash
	if pilot {
		state, act = Pilot, ActPiloted
	}
	var is struct{ State, Hash string }
	err := tx.Get(&is, `SELECT state, hash FROM service_state WHERE service = $1 AND division = $2`, d.Service, where)
	switch {
	case err == nil && is.State == Suspended:
		return errState
	case err == nil && is.State == state && is.Hash == hash:
		return journal.ErrUnchanged
	case err == nil && is.State == Live && pilot:
		// The division's own live version would be gone; the pilot belongs to a part of it.
		return errPilot
	case err != nil && !isNoRows(err):
		return err
	}
	n, err := tx.Exec(`INSERT INTO service_state (service, division, state, hash) VALUES ($1, $2, $3, $4)
			ON CONFLICT (service, division) DO UPDATE SET state = excluded.state, hash = excluded.hash
			WHERE service_state.state <> 'suspended'`, d.Service, where, state, hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return errState
	}
	return tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"service": d.Service, "hash": hash, "division": string(where)}, About: aboutService(d.Service)})
}

var errPilot = civic.E(civic.Conflict, "service.pilot", "这里正在办这项服务。试行请选下面的一个区、县或街道，别处照旧。")
