package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Duty is one turn of a member's: at an office, in a role, from and until.
type Duty struct {
	ID      string
	Office  civic.OfficeID
	Staff   civic.StaffID
	Role    Role
	FromAt  time.Time
	UntilAt time.Time
	NotedAt *time.Time // when they wrote what the next should know

	Name string `db:"-"`
}

// Gap is a time in which nobody is on duty in a role.
type Gap struct {
	Role     Role
	From, To time.Time
}

const dutyColumns = `id, office, staff, role, from_at, until_at, noted_at`

var (
	errDuty     = civic.E(civic.Invalid, "duty.form", "值班要写明谁、什么岗位、从几点到几点；一班最长24小时，不能排到两个月以后。").On("from")
	errDutyWho  = civic.E(civic.Invalid, "duty.who", "这位同事不在这个单位，或者没有这个岗位，不能排班。").On("who")
	errNoDuty   = civic.E(civic.NotFound, "duty.unknown", "没有这个班，或者已经结束了。")
	errNoWeek   = civic.E(civic.Conflict, "duty.nothing", "上周没有可以照抄的班，或者都已经抄过了。")
	errNotOn    = civic.E(civic.Denied, "duty.not_on", "您现在没有值班，也没有刚下班，不能写交班的话。").Accepting("请管理员先把班排上")
	errDutyNote = civic.E(civic.Invalid, "duty.note", "请写交班的话，最多500个字；不要写证件号、卡号和电话。").On("note")
	errNoNote   = civic.E(civic.NotFound, "duty.no_note", "上一班没有留话，或者您现在没有值班。").On("note")
)

// Bounds of a roster.
const (
	dutyAhead = 62 * 24 * time.Hour // who plans further ahead writes a year by mistake
	justOff   = 2 * time.Hour       // in which a member may still hand over
	dutyMost  = 500                 // rows of a week
	week      = 7 * 24 * time.Hour
)

// keepDuty asks for duty.keep in the division of an office.
func keepDuty(may authorise, q db.Q, office civic.OfficeID) (civic.Authority, civic.Division, error) {
	if auth, err := may(civic.Need{Permission: civic.MayKeepDuty}); err != nil {
		return auth, "", err
	}
	d, err := officeDivision(q, office)
	if err != nil {
		return civic.Authority{}, "", err
	}
	auth, err := may(civic.Need{Permission: civic.MayKeepDuty, Division: d})
	return auth, d, err
}

// Colleagues lists who works at an office, for its roster.
func (s *Service) Colleagues(ctx context.Context, actor civic.Actor, office civic.OfficeID) ([]Member, error) {
	var out []Member
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, _, err := keepDuty(v.Authorise, v, office); err != nil {
			return err
		}
		var rows []struct{ ID civic.StaffID }
		if err := v.Select(&rows, `SELECT id FROM staff WHERE office = $1 AND state = 'active' ORDER BY name, id LIMIT $2`, office, dutyMost); err != nil {
			return err
		}
		var ids []civic.StaffID
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		all, err := accounts(v, v.Now, ids)
		for _, a := range all {
			out = append(out, a.Member)
		}
		return err
	})
	return out, err
}

// AddDuty puts a member on duty. Turns may overlap. It needs duty.keep where the
// office is, and a member of that office who has the role.
func (s *Service) AddDuty(ctx context.Context, actor civic.Actor, d Duty) (string, error) {
	d.ID = db.NewID()
	now := s.j.Now()
	if long := d.UntilAt.Sub(d.FromAt); !actor.Operator.None() &&
		(long <= 0 || long > time.Duration(limits.DutyMostHours)*time.Hour || d.FromAt.After(now.Add(dutyAhead)) || d.UntilAt.Before(now)) {
		return "", errDuty
	}
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, home, err := keepDuty(tx.Authorise, tx, d.Office)
		if err != nil {
			return err
		}
		if err := mayStand(tx, d, home); err != nil {
			return err
		}
		if err := insertDuty(tx, d); err != nil {
			return err
		}
		return tx.Record(auth, dutyEvent(ActDutyAdded, d))
	})
	if err != nil {
		return "", err
	}
	return d.ID, nil
}

func dutyEvent(act journal.Act, d Duty) journal.Event {
	return journal.Event{Act: act, Detail: map[string]string{"role": string(d.Role), "from": d.FromAt.UTC().Format(time.RFC3339), "until": d.UntilAt.UTC().Format(time.RFC3339)},
		About: append(about(d.Staff), journal.About{ID: d.ID, Kind: "duty", Role: "object"}, journal.About{ID: string(d.Office), Kind: "office", Role: "object"})}
}

func insertDuty(tx *journal.Tx, d Duty) error {
	return tx.InsertRows("duty", []string{"office", "id", "staff", "role", "from_at", "until_at"}, [][]any{{d.Office, d.ID, d.Staff, d.Role, d.FromAt, d.UntilAt}})
}

// mayStand checks that a member works at the office in the role.
func mayStand(q db.Q, d Duty, home civic.Division) error {
	m, err := Read(q, d.Staff)
	if civic.Is(err, civic.NotFound) {
		return errDutyWho
	}
	if err != nil {
		return err
	}
	if m.Office != d.Office || !slices.ContainsFunc(m.Roles, func(p Post) bool { return p.Role == d.Role && (p.Division.Covers(home) || home.Covers(p.Division)) }) {
		return errDutyWho
	}
	return nil
}

// EndDuty takes a turn off the roster, or ends it now when it has begun.
func (s *Service) EndDuty(ctx context.Context, actor civic.Actor, office civic.OfficeID, id string) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, _, err := keepDuty(tx.Authorise, tx, office)
		if err != nil {
			return err
		}
		var d Duty
		err = tx.Get(&d, `SELECT `+dutyColumns+` FROM duty WHERE office = $1 AND id = $2 AND until_at > $3`, office, id, tx.Now)
		if errors.Is(err, db.ErrNoRows) {
			return errNoDuty
		}
		if err != nil {
			return err
		}
		if d.FromAt.After(tx.Now) {
			_, err = tx.Exec(`DELETE FROM duty WHERE office = $1 AND id = $2`, office, id)
		} else {
			_, err = tx.Exec(`UPDATE duty SET until_at = $1 WHERE office = $2 AND id = $3`, tx.Now, office, id)
		}
		if err != nil {
			return err
		}
		return tx.Record(auth, dutyEvent(ActDutyEnded, d))
	})
}

// CopyWeek puts the turns that began in the week before monday into the week of
// monday, but for members who may stand them no more and turns that are there already.
// It returns how many.
func (s *Service) CopyWeek(ctx context.Context, actor civic.Actor, office civic.OfficeID, monday time.Time) (int, error) {
	n := 0
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, home, err := keepDuty(tx.Authorise, tx, office)
		if err != nil {
			return err
		}
		if monday.After(tx.Now.Add(dutyAhead)) {
			return errDuty
		}
		before, err := duties(tx, office, monday.Add(-week), monday)
		if err != nil {
			return err
		}
		there, err := duties(tx, office, monday, monday.Add(week))
		if err != nil {
			return err
		}
		for _, d := range before {
			if d.FromAt.Before(monday.Add(-week)) {
				continue
			}
			d.ID, d.FromAt, d.UntilAt, d.NotedAt = db.NewID(), d.FromAt.Add(week), d.UntilAt.Add(week), nil
			if slices.ContainsFunc(there, func(x Duty) bool { return x.Staff == d.Staff && x.Role == d.Role && x.FromAt.Equal(d.FromAt) }) {
				continue
			}
			if err := mayStand(tx, d, home); civic.Is(err, civic.Invalid) {
				continue
			} else if err != nil {
				return err
			}
			if err := insertDuty(tx, d); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return errNoWeek
		}
		return tx.Record(auth, journal.Event{Act: ActDutyCopied, Detail: map[string]string{"week": monday.In(civic.Shanghai).Format(time.DateOnly)},
			About: []journal.About{{ID: string(office), Kind: "office", Role: "object"}}})
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// duties reads the turns of an office that touch a time.
func duties(q db.Q, office civic.OfficeID, from, to time.Time) ([]Duty, error) {
	var out []Duty
	// No turn is longer than a day, which bounds the range of the index.
	err := q.Select(&out, `SELECT `+dutyColumns+` FROM duty WHERE office = $1 AND from_at >= $2 AND from_at < $3 AND until_at > $4 ORDER BY from_at, id LIMIT $5`,
		office, from.Add(-time.Duration(limits.DutyMostHours)*time.Hour), to, from, dutyMost)
	return out, err
}

// Roster lists the turns of an office in the week of monday, with the gaps of each
// role that is on it.
func (s *Service) Roster(ctx context.Context, actor civic.Actor, office civic.OfficeID, monday time.Time) ([]Duty, []Gap, error) {
	var out []Duty
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, _, err := keepDuty(v.Authorise, v, office); err != nil {
			return err
		}
		var err error
		if out, err = duties(v, office, monday, monday.Add(week)); err != nil {
			return err
		}
		return nameAll(v, out)
	})
	if err != nil {
		return nil, nil, err
	}
	return out, gaps(out, monday, monday.Add(week)), nil
}

func nameAll(q db.Q, ds []Duty) error {
	var ids []civic.StaffID
	for _, d := range ds {
		ids = append(ids, d.Staff)
	}
	names, err := Names(q, ids)
	for i := range ds {
		ds[i].Name = names[ds[i].Staff]
	}
	return err
}

// gaps finds when nobody is on duty, for each role that has turns at all.
func gaps(ds []Duty, from, to time.Time) []Gap {
	var out []Gap
	var roles []Role
	for _, d := range ds {
		if !slices.Contains(roles, d.Role) {
			roles = append(roles, d.Role)
		}
	}
	for _, role := range roles {
		at := from
		for _, d := range ds { // by beginning
			if d.Role != role {
				continue
			}
			if d.FromAt.After(at) {
				out = append(out, Gap{role, at, d.FromAt})
			}
			if d.UntilAt.After(at) {
				at = d.UntilAt
			}
		}
		if at.Before(to) {
			out = append(out, Gap{role, at, to})
		}
	}
	return out
}

// OnDuty lists who is on duty at an office in a role at a time, the one who began last
// first, so that engines know whom to tell. Members who have left are on no duty.
func OnDuty(q db.Q, office civic.OfficeID, role Role, at time.Time) ([]civic.StaffID, error) {
	var rows []struct{ Staff civic.StaffID }
	err := q.Select(&rows, `SELECT staff FROM duty WHERE office = $1 AND from_at > $2 AND from_at <= $3 AND until_at > $3 AND role = $4 ORDER BY from_at DESC, id`,
		office, at.Add(-time.Duration(limits.DutyMostHours)*time.Hour-time.Microsecond), at, role)
	var out []civic.StaffID
	for _, r := range rows {
		if !slices.Contains(out, r.Staff) {
			out = append(out, r.Staff)
		}
	}
	return out, err
}

// own reads the member at the controls, with an authority for what is theirs alone.
func own(may authorise, q db.Q, actor civic.Actor) (Member, civic.Authority, error) {
	if actor.Staff() == "" {
		_, err := may(civic.Need{Permission: civic.MayFindPeople})
		if err == nil {
			err = errNoStaff
		}
		return Member{}, civic.Authority{}, err
	}
	m, err := Read(q, actor.Staff())
	if err != nil {
		return m, civic.Authority{}, err
	}
	auth, err := may(Own(m))
	return m, auth, err
}

// MyDuty lists the turns of the member at the controls, from those that ended a day
// ago to those of the next two weeks.
func (s *Service) MyDuty(ctx context.Context, actor civic.Actor) ([]Duty, error) {
	var out []Duty
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, _, err := own(v.Authorise, v, actor); err != nil {
			return err
		}
		return v.Select(&out, `SELECT `+dutyColumns+` FROM duty WHERE staff = $1 AND from_at > $2 AND from_at < $3 ORDER BY from_at, id LIMIT $4`,
			actor.Operator.ID, v.Now.Add(-48*time.Hour), v.Now.Add(2*week), dutyMost)
	})
	return out, err
}

// HandOver keeps what the next on duty should know. It is sealed; the journal holds
// that it was written, not what.
func (s *Service) HandOver(ctx context.Context, actor civic.Actor, text string) error {
	text = civic.FoldWords(text)
	if n := len([]rune(text)); !actor.Operator.None() && (n == 0 || n > 500 || civic.HoldsNumber(text)) {
		return errDutyNote
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		_, auth, err := own(tx.Authorise, tx, actor)
		if err != nil {
			return err
		}
		var d Duty
		err = tx.Get(&d, `SELECT `+dutyColumns+` FROM duty WHERE staff = $1 AND from_at <= $2 AND until_at > $3 ORDER BY from_at DESC, id LIMIT 1`,
			actor.Operator.ID, tx.Now, tx.Now.Add(-justOff))
		if errors.Is(err, db.ErrNoRows) {
			return errNotOn
		}
		if err != nil {
			return err
		}
		sealed, err := s.v.Seal([]byte(text), "duty.note/"+d.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE duty SET note = $1, noted_at = $2 WHERE office = $3 AND id = $4`, sealed, tx.Now, d.Office, d.ID); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActHandedOver, About: append(about(d.Staff), journal.About{ID: d.ID, Kind: "duty", Role: "object"})})
	})
}

// Note is what the turn before has left.
type Note struct {
	Text string
	By   string
	At   time.Time
}

// ReadNote reads what was left last by another at the office and in the role in which
// the member at the controls is on duty. Reading is recorded.
func (s *Service) ReadNote(ctx context.Context, actor civic.Actor) (Note, error) {
	var out Note
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		_, auth, err := own(tx.Authorise, tx, actor)
		if err != nil {
			return err
		}
		var mine Duty
		err = tx.Get(&mine, `SELECT `+dutyColumns+` FROM duty WHERE staff = $1 AND from_at <= $2 AND until_at > $2 ORDER BY from_at DESC, id LIMIT 1`, actor.Operator.ID, tx.Now)
		if errors.Is(err, db.ErrNoRows) {
			return errNoNote
		}
		if err != nil {
			return err
		}
		var left struct {
			ID      string
			Staff   civic.StaffID
			Note    []byte
			NotedAt time.Time
		}
		err = tx.Get(&left, `SELECT id, staff, note, noted_at FROM duty WHERE office = $1 AND role = $2 AND staff <> $3 AND noted_at > $4 ORDER BY noted_at DESC, id LIMIT 1`,
			mine.Office, mine.Role, mine.Staff, tx.Now.Add(-week))
		if errors.Is(err, db.ErrNoRows) {
			return errNoNote
		}
		if err != nil {
			return err
		}
		b, err := s.v.Open(left.Note, "duty.note/"+left.ID)
		if err != nil {
			return err
		}
		if out.By, err = Name(tx, left.Staff); err != nil {
			return err
		}
		out.Text, out.At = string(b), left.NotedAt
		return tx.Record(auth, journal.Event{Act: ActNoteRead, About: []journal.About{{ID: left.ID, Kind: "duty", Role: "object"}}})
	})
	if err != nil {
		return Note{}, err
	}
	return out, nil
}
