package calls

import (
	"context"
	"errors"
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

const backColumns = `id, call, person, division, service, draft, skill, language, why, state, tries, staff, made_at, due_at, next_at, ended_at`

var (
	errNoBack  = civic.E(civic.NotFound, "call_back.unknown", "没有这个要回的电话，或者同事已经回过了。请刷新看看。")
	errOutcome = civic.E(civic.Invalid, "call_back.outcome", "请选一下结果：打通了，还是没有人接。").On("outcome")
)

// enterPromise enters a call-back, unless one for the same number is open already.
func (s *Service) enterPromise(tx *journal.Tx, c Call, number string, ev journal.Event) (journal.Event, error) {
	at, err := time.Parse(time.RFC3339, ev.Detail["due"])
	if err != nil {
		return ev, err
	}
	var open int
	if err := tx.Get(&open, `SELECT COUNT(*) FROM call_back WHERE number_hash = $1 AND state = 'open'`, c.NumberHash); err != nil {
		return ev, err
	}
	if open > 0 {
		return ev, journal.ErrUnchanged
	}
	id := db.NewID()
	sealed, err := s.v.Seal([]byte(number), "call_back/"+id)
	if err != nil {
		return ev, err
	}
	next := tx.Now
	if !day(next) {
		next = due(next).Add(-rules.BackMinutes.minutes())
	}
	ev.About = append(ev.About, journal.About{ID: id, Kind: "call_back", Role: "object"})
	return ev, tx.InsertRows("call_back", []string{"id", "call", "person", "number_hash", "sealed", "division", "service", "draft", "skill", "language", "why", "state",
		"tries", "staff", "made_at", "due_at", "next_at"},
		[][]any{{id, c.ID, c.Person, c.NumberHash, sealed, c.Division, c.Service, c.Draft, c.Skill, c.Language, ev.Detail["why"], "open", 0, "", tx.Now, at, next}})
}

// CallBacks lists who was promised to be called back where the operator at the controls serves
// people, what is due first in front, as many as the rules say. It needs people.serve.
func (s *Service) CallBacks(ctx context.Context, actor civic.Actor) ([]CallBack, error) {
	var out []CallBack
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		out = nil
		_, where, err := mayServe(v, actor)
		if err != nil {
			return err
		}
		var ids []civic.PersonID
		var sealed [][]byte
		for _, d := range where {
			var rows []struct {
				CallBack
				Sealed []byte
			}
			if err := v.Select(&rows, `SELECT `+backColumns+`, sealed FROM call_back WHERE state = 'open' AND division >= $1 AND division < $2 ORDER BY due_at, id LIMIT $3`,
				d, string(d)+"~", rules.ListMost.Value); err != nil {
				return err
			}
			for _, r := range rows {
				out, sealed = append(out, r.CallBack), append(sealed, r.Sealed)
				if r.Person != "" {
					ids = append(ids, r.Person)
				}
			}
		}
		masked, err := people.MaskedNames(v, ids)
		if err != nil {
			return err
		}
		for i := range out {
			c := &out[i]
			c.Who, c.Late = masked[c.Person], v.Now.After(c.DueAt)
			if c.Tail, err = s.tail(c.ID, sealed[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) tail(id string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	b, err := s.v.Open(sealed, "call_back/"+id)
	if err != nil || len(b) < 4 {
		return "", err
	}
	return string(b[len(b)-4:]), nil
}

// CallBackNumber is the number of a call-back, for whoever dials it; that it was seen is recorded.
func (s *Service) CallBackNumber(ctx context.Context, actor civic.Actor, id string) (string, error) {
	var number string
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		c, auth, err := s.back(tx, id)
		if err != nil {
			return err
		}
		var sealed []byte
		if err := tx.Get(&sealed, `SELECT sealed FROM call_back WHERE id = $1`, id); err != nil {
			return err
		}
		b, err := s.v.Open(sealed, "call_back/"+id)
		if err != nil {
			return err
		}
		number = string(b)
		return record(tx, auth, c.Person, journal.Event{Act: ActNumberSeen, About: backAbout(c)})
	})
	return number, err
}

func backAbout(c CallBack) []journal.About {
	return []journal.About{{ID: c.ID, Kind: "call_back", Role: "object"}, {ID: c.Call, Kind: "call", Role: "object"}}
}

// back reads an open call-back with the right to work on it.
func (s *Service) back(tx *journal.Tx, id string) (CallBack, civic.Authority, error) {
	var c CallBack
	if err := tx.SignedIn(); err != nil {
		return c, civic.Authority{}, err
	}
	err := tx.Get(&c, `SELECT `+backColumns+` FROM call_back WHERE id = $1 AND state = 'open'`, id)
	if errors.Is(err, db.ErrNoRows) {
		return c, civic.Authority{}, errNoBack
	}
	if err != nil {
		return c, civic.Authority{}, err
	}
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayServePeople, Division: c.Division})
	if civic.Is(err, civic.Denied) {
		err = errNoBack
	}
	return c, auth, err
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
		c, auth, err := s.back(tx, id)
		if err != nil {
			return err
		}
		return s.settle(tx, auth, c, outcome, actor.Staff())
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
		if next = tx.Now.Add(rules.BackAgainMinutes.minutes()); !day(next) {
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
	return record(tx, auth, c.Person, journal.Event{Act: act, Measure: &took, About: backAbout(c)})
}

// answered keeps what a caller was promised who is spoken with now: they called again, or waited on.
func (s *Service) answered(tx *journal.Tx, auth civic.Authority, c Call) error {
	if c.NumberHash == "" {
		return nil
	}
	var open []CallBack
	if err := tx.Select(&open, `SELECT `+backColumns+` FROM call_back WHERE number_hash = $1 AND state = 'open' ORDER BY id LIMIT 10`, c.NumberHash); err != nil {
		return err
	}
	for _, b := range open {
		if err := s.settle(tx, auth, b, Reached, c.Staff); err != nil {
			return err
		}
	}
	return nil
}
