package finding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

// ListMost is how many findings a page of a list holds.
const ListMost = 50

// States of findings that a list may be about.
const (
	StateOpen    = "open"
	StateLate    = "late"    // open, and the day of the answer is past
	StateCleared = "cleared" // the record
)

// Ask says what a list is about.
type Ask struct {
	Division civic.Division // and below
	State    string         // StateOpen if empty
	Force    civic.Force    // "": both
	Rule     string         // "": all
	Clause   string         // of rules that cite it; "": all
	Before   string         // the last of the page before, or ""
}

var (
	errNoFinding = civic.E(civic.NotFound, "finding.unknown", "没有找到这一条。请回到单子上再看一看。")
	errWords     = civic.E(civic.Invalid, "finding.words", "请写一两句话，最多200个字，不写证件号和电话。").On("words")
	errDone      = civic.E(civic.Conflict, "finding.cleared", "这一条已经做到了，不用再办。请回到单子上看别的。")
)

// List lists findings of a division and below, the newest first; more says that another
// page follows. It needs figures.see there.
func (s *Service) List(ctx context.Context, actor civic.Actor, in Ask) (out []Finding, more bool, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: in.Division, Look: true}); err != nil {
			return err
		}
		where, args := in.where(v.Now)
		if in.Clause != "" {
			cited := s.citing(in.Clause)
			if len(cited) == 0 {
				return nil
			}
			where += ` AND rule IN ` + db.In(len(args)+1, len(cited))
			args = append(args, cited...)
		}
		if err := v.Select(&out, `SELECT `+columns+` FROM finding WHERE `+where+fmt.Sprintf(` ORDER BY id DESC LIMIT %d`, ListMost+1), args...); err != nil {
			return err
		}
		if more = len(out) > ListMost; more {
			out = out[:ListMost]
		}
		return s.complete(v, out)
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, nil
}

// citing are the codes of the rules that cite a clause.
func (s *Service) citing(clause string) (out []any) {
	for _, code := range s.order {
		if slices.Contains(s.rules[code].Clauses, clause) {
			out = append(out, code)
		}
	}
	return out
}

func (in Ask) where(now time.Time) (string, []any) {
	where, args := `division >= $1 AND division < $2`, []any{in.Division, string(in.Division) + "~"}
	add := func(cond string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(" AND "+cond, len(args))
	}
	switch in.State {
	case StateCleared:
		where += ` AND cleared_at IS NOT NULL`
	case StateLate:
		where += ` AND cleared_at IS NULL AND force = 'must' AND (answered_at IS NULL OR asked_at > answered_at)`
		add(`due < $%d`, now)
	default:
		where += ` AND cleared_at IS NULL`
	}
	if in.Force != "" {
		add(`force = $%d`, in.Force)
	}
	if in.Rule != "" {
		add(`rule = $%d`, in.Rule)
	}
	if in.Before != "" {
		add(`id < $%d`, in.Before)
	}
	return where, args
}

// Count tells how many duties are not met in a division and below, and how many of them
// were not answered in time. It needs figures.see there.
func (s *Service) Count(ctx context.Context, actor civic.Actor, in civic.Division) (open, late int, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: in, Look: true}); err != nil {
			return err
		}
		for state, n := range map[string]*int{StateOpen: &open, StateLate: &late} {
			where, args := Ask{Division: in, State: state, Force: civic.Must}.where(v.Now)
			if err := v.Get(n, `SELECT COUNT(*) FROM finding WHERE `+where, args...); err != nil {
				return err
			}
		}
		return nil
	})
	return open, late, err
}

// OfPlace lists what is open at one office, duties before hopes. It needs place.keep
// there, or staff.manage or figures.see in its division.
func (s *Service) OfPlace(ctx context.Context, actor civic.Actor, office civic.OfficeID) ([]Finding, error) {
	var out []Finding
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		o, err := place.Read(v, office)
		if err != nil && !civic.Is(err, civic.NotFound) {
			return err
		}
		if _, err := anyOf(v, office, o.Division, civic.MayManageStaff, civic.MaySeeFigures); err != nil {
			return err
		}
		if err := v.Select(&out, `SELECT `+columns+` FROM finding WHERE scope = $1 AND cleared_at IS NULL ORDER BY force DESC, id`, office); err != nil {
			return err
		}
		return s.complete(v, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Show reads one finding. It needs what OfPlace needs for an office's, and figures.see in
// the division for any other. NotFound for others.
func (s *Service) Show(ctx context.Context, actor civic.Actor, id string) (Finding, error) {
	var f Finding
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		if f, err = read(v, id); err != nil {
			return hide(v, err)
		}
		if _, err := anyOf(v, f.Office, f.Division, civic.MayManageStaff, civic.MaySeeFigures); err != nil {
			return err
		}
		one := []Finding{f}
		err = s.complete(v, one)
		f = one[0]
		return err
	})
	if err != nil {
		return Finding{}, err
	}
	return f, nil
}

// authoriser is a write or a look.
type authoriser interface {
	Authorise(civic.Need) (civic.Authority, error)
}

// anyOf authorises who keeps the office, or holds one of the permissions in the division.
func anyOf(by authoriser, office civic.OfficeID, in civic.Division, ps ...civic.Permission) (auth civic.Authority, err error) {
	needs := make([]civic.Need, 0, len(ps)+1)
	if office != "" {
		needs = append(needs, civic.Need{Permission: civic.MayKeepPlace, Office: office})
	}
	for _, p := range ps {
		if in != "" {
			needs = append(needs, civic.Need{Permission: p, Division: in})
		}
	}
	for _, n := range needs {
		if auth, err = by.Authorise(n); err == nil || !civic.Is(err, civic.Denied) {
			return auth, err
		}
	}
	return auth, err
}

// hide tells only staff that there is no such finding.
func hide(by authoriser, err error) error {
	if !civic.Is(err, civic.NotFound) {
		return err
	}
	for _, p := range []civic.Permission{civic.MaySeeFigures, civic.MayKeepPlace} {
		if _, denied := by.Authorise(civic.Need{Permission: p, Look: true}); denied == nil {
			return err
		} else if !civic.Is(denied, civic.Denied) || p == civic.MayKeepPlace {
			return denied
		}
	}
	return err
}

func read(q db.Q, id string) (Finding, error) {
	var f Finding
	err := q.Get(&f, `SELECT `+columns+` FROM finding WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoFinding
	}
	return f, err
}

// complete adds to findings their rules, their places by name and who answers for them.
func (s *Service) complete(q db.Q, fs []Finding) error {
	type post struct {
		role   string
		office civic.OfficeID
		in     civic.Division
	}
	known := map[post][]Owner{}
	places, err := place.Names(q, officesOf(fs))
	if err != nil {
		return err
	}
	names, err := staff.Names(q, tellersOf(fs))
	if err != nil {
		return err
	}
	for i := range fs {
		f := &fs[i]
		f.Asker, f.Teller = names[f.AskedBy], names[f.AnsweredBy]
		f.Of = s.rules[f.Rule] // zero for a rule of another release
		f.Place = places[f.Office]
		p := post{f.Of.Owner, f.Office, f.Division}
		if _, ok := known[p]; !ok {
			ms, err := staff.Answering(q, staff.Role(p.role), p.office, p.in)
			if err != nil {
				return err
			}
			known[p] = []Owner{}
			for _, m := range ms {
				known[p] = append(known[p], Owner{m.ID, m.Name, m.Roles[0].Role.Words()})
			}
		}
		f.Owners = known[p]
	}
	return nil
}

func officesOf(fs []Finding) []civic.OfficeID {
	var ids []civic.OfficeID
	for _, f := range fs {
		if f.Office != "" && !slices.Contains(ids, f.Office) {
			ids = append(ids, f.Office)
		}
	}
	return ids
}

func tellersOf(fs []Finding) []civic.StaffID {
	var ids []civic.StaffID
	for _, f := range fs {
		for _, id := range []civic.StaffID{f.AskedBy, f.AnsweredBy} {
			if id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
