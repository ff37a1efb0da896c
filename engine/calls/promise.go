package calls

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// CallBack is somebody who was promised to be called back.
type CallBack struct {
	ID       string
	Call     string // the call in which it was promised
	Person   civic.PersonID
	Division civic.Division
	Service  string
	Draft    civic.DraftID // what was begun, to go on with
	Skill    string
	Language string
	Why      string // waited, abandoned or lost
	State    string // open, kept or unreached
	Tries    int64  // calls that nobody answered
	Staff    civic.StaffID
	MadeAt   time.Time
	DueAt    time.Time // what was promised
	NextAt   time.Time // when it is to be tried
	EndedAt  *time.Time

	Who  string `db:"-"` // masked, "" for nobody who is known
	Tail string `db:"-"` // the last four digits of the number
	Late bool   `db:"-"` // what was promised is over
}

// SkillWords says what whoever calls back must know.
func (c CallBack) SkillWords() string { return skillWords(c.Skill) }

const backColumns = `id, call, person, division, service, draft, skill, language, why, state, tries, staff, made_at, due_at, next_at, ended_at, sealed`

var (
	errNoBack  = civic.E(civic.NotFound, "call_back.unknown", "没有这个要回的电话，或者同事已经回过了。请回到来电台看看。")
	errOutcome = civic.E(civic.Invalid, "call_back.outcome", "请选一下结果：打通了，还是没有人接。").On("outcome")
)

// enterPromise enters a call-back, and returns its name and the act that it was: a promise, or, where one for the same
// number is open already, that it is about what they called for now. "" where that is as it was.
func (s *Service) enterPromise(tx *journal.Tx, c Call, number string, p promise) (id string, act journal.Act, err error) {
	var open []CallBack
	if err := tx.Select(&open, `SELECT `+openColumns+` FROM call_back WHERE number_hash = $1 AND state = 'open' ORDER BY id LIMIT 1`, c.NumberHash); err != nil {
		return "", act, err
	}
	if len(open) > 0 {
		id, err := renewBack(tx, c, open[0])
		return id, ActRenewed, err
	}
	id = db.NewID()
	sealed, err := s.v.Seal([]byte(number), sealOfBack(id))
	if err != nil {
		return "", act, err
	}
	next := tx.Now
	if !day(next) {
		next = due(next).Add(-rules.BackMinutes.Minutes())
	}
	return id, ActPromised, tx.InsertRows("call_back", []string{"id", "call", "person", "number_hash", "sealed", "division", "service", "draft", "skill", "language", "why", "state",
		"tries", "staff", "made_at", "due_at", "next_at"},
		[][]any{{id, c.ID, c.Person, c.NumberHash, sealed, c.Division, c.Service, c.Draft, c.Skill, c.Language, p.why, "open", 0, "", tx.Now, p.due, next}})
}

const openColumns = `id, person, division, service, draft, skill, language, next_at`

// renewBack has an open call-back be about what was called for last, and returns its name, "" where nothing changes. It is due as it
// was; but whoever has just called again sits by the phone and is not kept waiting for having missed us. What was
// begun in the call before is kept where the same person began nothing in this one.
func renewBack(tx *journal.Tx, c Call, b CallBack) (string, error) {
	now := b
	if c.Person != "" && c.Person != b.Person {
		now.Person, now.Service, now.Draft = c.Person, "", ""
	}
	now.Division, now.Language = c.Division, c.Language
	if c.Service != "" {
		now.Service, now.Skill = c.Service, c.Skill
	}
	if c.Draft != "" {
		now.Draft = c.Draft
	}
	if now.NextAt.After(tx.Now) {
		now.NextAt = tx.Now
	}
	if now == b {
		return "", nil
	}
	_, err := tx.Exec(`UPDATE call_back SET person = $2, division = $3, service = $4, draft = $5, skill = $6, language = $7, next_at = $8 WHERE id = $1`,
		b.ID, now.Person, now.Division, now.Service, now.Draft, now.Skill, now.Language, now.NextAt)
	return b.ID, err
}

// sealOfBack and sealOfCall are what the numbers are sealed to.
func sealOfBack(id string) string { return "call_back/" + id }
func sealOfCall(id string) string { return "call/" + id }

// backRow is a call-back as it is kept.
type backRow struct {
	CallBack
	Sealed []byte
}

// CallBacks lists who was promised to be called back where the operator at the controls serves
// people, who is to be tried first in front, as many as the rules say: whom nobody reached a
// moment ago stands behind those who were not tried yet. It needs people.serve.
func (s *Service) CallBacks(ctx context.Context, actor civic.Actor) ([]CallBack, error) {
	var out []CallBack
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		out = nil
		_, where, err := mayServe(v, actor)
		if err != nil {
			return err
		}
		var all []backRow
		for _, d := range where {
			var rows []backRow
			if err := v.Select(&rows, `SELECT `+backColumns+` FROM call_back WHERE state = 'open' AND division >= $1 AND division < $2 ORDER BY next_at, id LIMIT $3`,
				d, string(d)+"~", rules.ListMost.Value); err != nil {
				return err
			}
			all = append(all, rows...)
		}
		slices.SortFunc(all, func(a, b backRow) int { return cmp.Or(a.NextAt.Compare(b.NextAt), strings.Compare(a.ID, b.ID)) })
		out, err = s.shown(v, all[:min(len(all), rules.ListMost.Value)])
		return err
	})
	return out, err
}

// CallBack is one promise that is open and that the operator at the controls may keep. NotFound where it was kept, or lies
// elsewhere. It needs people.serve.
func (s *Service) CallBack(ctx context.Context, actor civic.Actor, id string) (CallBack, error) {
	var out CallBack
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		_, where, err := mayServe(v, actor)
		if err != nil {
			return err
		}
		r, err := readBack(v, id)
		if err != nil {
			return err
		}
		if !civic.Covered(where, r.Division) {
			return errNoBack
		}
		all, err := s.shown(v, []backRow{r})
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

// shown are call-backs as they are shown: whom, masked, and by the end of which number.
func (s *Service) shown(v *journal.View, rows []backRow) ([]CallBack, error) {
	var ids []civic.PersonID
	for _, r := range rows {
		if r.Person != "" {
			ids = append(ids, r.Person)
		}
	}
	masked, err := people.MaskedNames(v, ids)
	if err != nil {
		return nil, err
	}
	out := make([]CallBack, 0, len(rows))
	for _, r := range rows {
		number, err := s.number(r)
		if err != nil {
			return nil, err
		}
		r.Who, r.Late, r.Tail = masked[r.Person], v.Now.After(r.DueAt), people.Tail(number)
		out = append(out, r.CallBack)
	}
	return out, nil
}

// number is the number that is called back, "" where it was forgotten.
func (s *Service) number(r backRow) (string, error) {
	if r.Sealed == nil {
		return "", nil
	}
	b, err := s.v.Open(r.Sealed, sealOfBack(r.ID))
	return string(b), err
}

// CallBackNumber is the number of a call-back, for whoever dials it; that it was seen is recorded.
func (s *Service) CallBackNumber(ctx context.Context, actor civic.Actor, id string) (string, error) {
	var number string
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		r, auth, err := s.back(tx, id)
		if err != nil {
			return err
		}
		if number, err = s.number(r); err != nil {
			return err
		}
		return recordFor(tx, auth, r.Person, journal.Event{Act: ActNumberSeen, About: backAbout(r.CallBack)})
	})
	return number, err
}

func backAbout(c CallBack) []journal.About {
	return []journal.About{{ID: c.ID, Kind: "call_back", Role: "object"}, {ID: c.Call, Kind: "call", Role: "object"}}
}

// readBack reads an open call-back.
func readBack(q db.Q, id string) (backRow, error) {
	var r backRow
	err := q.Get(&r, `SELECT `+backColumns+` FROM call_back WHERE id = $1 AND state = 'open'`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoBack
	}
	return r, err
}

// back reads an open call-back with the right to work on it.
func (s *Service) back(tx *journal.Tx, id string) (backRow, civic.Authority, error) {
	if err := tx.SignedIn(); err != nil {
		return backRow{}, civic.Authority{}, err
	}
	r, err := readBack(tx, id)
	if err != nil {
		return r, civic.Authority{}, err
	}
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayServePeople, Division: r.Division})
	if civic.Is(err, civic.Denied) {
		err = errNoBack
	}
	return r, auth, err
}

// What came of calling back.
const (
	Reached = "reached"
	Missed  = "missed"
)

// KeepCallBack says what came of calling back: reached keeps the promise, in time or late; missed is tried again
// later, and after the tries of the rules it is left as unreached. Of two operators the
// second is told NotFound.
func (s *Service) KeepCallBack(ctx context.Context, actor civic.Actor, id, outcome string) error {
	if outcome != Reached && outcome != Missed {
		return errOutcome
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		r, auth, err := s.back(tx, id)
		if err != nil {
			return err
		}
		return s.settle(tx, auth, r.CallBack, outcome, actor.Staff())
	})
}

// settle notes what came of a call-back.
func (s *Service) settle(tx *journal.Tx, auth civic.Authority, c CallBack, outcome string, who civic.StaffID) error {
	state, act, next := "kept", ActKept, tx.Now
	took := int64(tx.Now.Sub(c.MadeAt) / time.Second)
	switch {
	case outcome == Missed && int(c.Tries)+1 >= rules.BackTries.Value:
		state, act, c.Tries = "unreached", ActUnreached, c.Tries+1
	case outcome == Missed:
		state, act, c.Tries = "open", ActBackTried, c.Tries+1
		if next = tx.Now.Add(rules.BackAgainMinutes.Minutes()); !day(next) {
			next = due(next)
		}
	case tx.Now.After(c.DueAt):
		act = ActKeptLate
	}
	var ended *time.Time
	if state != "open" {
		ended = &tx.Now
	}
	n, err := tx.Exec(`UPDATE call_back SET state = $1, tries = $2, staff = $3, next_at = $4, ended_at = $5 WHERE id = $6 AND state = 'open'`, state, c.Tries, who, next, ended, c.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNoBack
	}
	return recordFor(tx, auth, c.Person, journal.Event{Act: act, Measure: &took, About: backAbout(c)})
}

// answered keeps what a caller was promised who is spoken with now: they called again, or waited on.
func (s *Service) answered(tx *journal.Tx, auth civic.Authority, c Call, who civic.StaffID) error {
	if c.NumberHash == "" {
		return nil
	}
	var open []backRow
	if err := tx.Select(&open, `SELECT `+backColumns+` FROM call_back WHERE number_hash = $1 AND state = 'open' ORDER BY id LIMIT $2`, c.NumberHash, rules.ListMost.Value); err != nil {
		return err
	}
	for _, b := range open {
		if err := s.settle(tx, auth, b.CallBack, Reached, who); err != nil {
			return err
		}
	}
	return nil
}
