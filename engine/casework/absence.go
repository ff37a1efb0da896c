package casework

import (
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Absence is a time in which a member is away and a colleague goes on with what they
// have in hand. Nothing changes hands, so that nothing has to be given back.
type Absence struct {
	ID      string
	Staff   civic.StaffID
	Cover   civic.StaffID
	FromAt  time.Time
	UntilAt time.Time

	Name, CoverName string `db:"-"`
}

var (
	errAbsence   = civic.E(civic.Invalid, "case.absence", "请写明谁不在、从哪天到哪天、谁代班；代班的要是另一位在岗的同事，最长一年。").On("cover")
	errNotHere   = civic.E(civic.Denied, "case.not_here", "请假和代班的都要是本单位在岗、能办事的同事。").Accepting("请从单子里选").On("cover")
	errAway      = civic.E(civic.Invalid, "case.away", "这位同事现在不在岗，有人代班。请选别的同事。").On("to")
	errNoAbsence = civic.E(civic.NotFound, "case.no_absence", "没有这条登记，或者已经结束了。")
)

// Away registers that a member of the office is away and who covers for them.
// Whoever falls ill can't do so themselves: any colleague may.
func (s *Service) Away(ctx context.Context, actor civic.Actor, a Absence) (string, error) {
	a.ID = db.NewID()
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayWorkCases})
		if err != nil {
			return err
		}
		long := a.UntilAt.Sub(a.FromAt)
		if a.Staff == a.Cover || long <= 0 || long > 366*24*time.Hour || a.UntilAt.Before(tx.Now) || a.FromAt.After(tx.Now.AddDate(1, 0, 0)) {
			return errAbsence
		}
		for _, who := range []civic.StaffID{a.Staff, a.Cover} {
			if err := worksAt(tx, auth.Office(), who); civic.Is(err, civic.Invalid) {
				return errNotHere
			} else if err != nil {
				return err
			}
		}
		if err := tx.InsertRows("absence", []string{"office", "id", "staff", "cover", "from_at", "until_at"},
			[][]any{{auth.Office(), a.ID, a.Staff, a.Cover, a.FromAt, a.UntilAt}}); err != nil {
			return err
		}
		return tx.Record(auth, absenceEvent(ActAway, auth.Office(), a))
	})
	if err != nil {
		return "", err
	}
	return a.ID, nil
}

// Back ends an absence now.
func (s *Service) Back(ctx context.Context, actor civic.Actor, id string) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayWorkCases})
		if err != nil {
			return err
		}
		var a Absence
		err = tx.Get(&a, `SELECT id, staff, cover, from_at, until_at FROM absence WHERE office = $1 AND id = $2 AND until_at > $3`, auth.Office(), id, tx.Now)
		if errors.Is(err, db.ErrNoRows) {
			return errNoAbsence
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM absence WHERE office = $1 AND id = $2`, auth.Office(), id); err != nil {
			return err
		}
		return tx.Record(auth, absenceEvent(ActBack, auth.Office(), a))
	})
}

func absenceEvent(act journal.Act, office civic.OfficeID, a Absence) journal.Event {
	return journal.Event{Act: act, Detail: map[string]string{"from": a.FromAt.UTC().Format(time.RFC3339), "until": a.UntilAt.UTC().Format(time.RFC3339)},
		About: []journal.About{{ID: string(a.Staff), Kind: "staff", Role: "object"}, {ID: string(a.Cover), Kind: "staff", Role: "cover"}, {ID: string(office), Kind: "office", Role: "office"}}}
}

// Absences lists who of one's office is away, now or later.
func (s *Service) Absences(ctx context.Context, actor civic.Actor) ([]Absence, error) {
	var out []Absence
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		if out, err = absences(v, auth.Office(), v.Now); err != nil {
			return err
		}
		var ids []civic.StaffID
		for _, a := range out {
			ids = append(ids, a.Staff, a.Cover)
		}
		names, err := staff.Names(v, ids)
		for i, a := range out {
			out[i].Name, out[i].CoverName = names[a.Staff], names[a.Cover]
		}
		return err
	})
	return out, err
}

func absences(q db.Q, office civic.OfficeID, now time.Time) ([]Absence, error) {
	var out []Absence
	err := q.Select(&out, `SELECT id, staff, cover, from_at, until_at FROM absence WHERE office = $1 AND until_at > $2 ORDER BY from_at, id LIMIT 500`, office, now)
	return out, err
}

// coveredBy lists for whom a member stands in now.
func coveredBy(q db.Q, now time.Time, office civic.OfficeID, cover civic.StaffID) ([]civic.StaffID, error) {
	all, err := absences(q, office, now)
	var out []civic.StaffID
	for _, a := range all {
		if a.Cover == cover && !a.FromAt.After(now) {
			out = append(out, a.Staff)
		}
	}
	return out, err
}

// worksAt refuses whoever does not work the cases of an office.
func worksAt(q db.Q, office civic.OfficeID, who civic.StaffID) error {
	m, err := staff.Read(q, who)
	if civic.Is(err, civic.NotFound) {
		return errColleague
	}
	if err != nil {
		return err
	}
	if _, may := m.MayIn(civic.MayWorkCases, m.Division); !may || m.Office != office {
		return errColleague
	}
	return nil
}

// present refuses to give a case to whoever does not work there, or is away.
func present(q db.Q, now time.Time, office civic.OfficeID, who civic.StaffID) error {
	if err := worksAt(q, office, who); err != nil {
		return err
	}
	all, err := absences(q, office, now)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Staff == who && !a.FromAt.After(now) {
			return errAway
		}
	}
	return nil
}
