package task

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/staff"
)

// Meeting is one of the joint conference.
type Meeting struct {
	ID       string
	Division civic.Division // whose conference it is
	Title    string
	HeldOn   string `db:"held_on"`
	Minutes  string
	By       civic.StaffID
	At       time.Time

	Who       string `db:"-"`
	Files     []File `db:"-"`
	Decisions []Task `db:"-"`
	Decided   int64  // how many things it has decided, and how many of them are done
	Done      int64
}

// Minutes are those of a meeting as they are written.
type Minutes struct {
	Division civic.Division
	Title    string
	HeldOn   string
	Minutes  string
	Files    []Upload
}

// Decision is one thing that a meeting has decided: somebody does something by a day.
type Decision struct {
	Division civic.Division // where it is to be done
	Unit     string
	Words    string
	Due      string
	Measure  string // which it serves, "" for none
}

var (
	errMinutes = civic.E(civic.Invalid, "meeting.minutes", "请写会议纪要，不超过8000个字，不写证件号和电话。").On("minutes")
	errHeldOn  = civic.E(civic.Invalid, "meeting.held_on", "开会的日子要写成2026-11-20这样，不能晚于今天。").On("day")
	errWho     = civic.E(civic.Invalid, "meeting.unit", "请写由哪个单位办，不超过40个字；地方要在开会的地方里面。").On("unit")
	errDone    = civic.E(civic.Invalid, "meeting.due", "请写什么时候办好，写成2026-12-31这样，晚于开会的日子。").On("until")
	errServes  = civic.E(civic.Invalid, "meeting.measure", "请选台账里有的一条，或者不选。").On("measure")
)

const meetingSelect = `SELECT m.id, m.division, m.title, m.held_on, m.minutes, m.by, m.at,
	(SELECT COUNT(*) FROM ledger_task t WHERE t.meeting = m.id) AS decided,
	(SELECT COUNT(*) FROM ledger_task t WHERE t.meeting = m.id AND t.state IN ('done', 'accepted')) AS done FROM ledger_meeting m`

func titleOf(text string) (string, error) {
	return wordsOf(strings.ReplaceAll(text, "\n", " "), limits.Title, errTitle)
}

// Hold enters a meeting with its minutes. It needs ledger.keep in the division.
func (s *Service) Hold(ctx context.Context, actor civic.Actor, in Minutes) (string, error) {
	title, err := titleOf(in.Title)
	if err != nil {
		return "", err
	}
	minutes, err := wordsOf(in.Minutes, limits.Minutes, errMinutes)
	if err != nil {
		return "", err
	}
	day, ok := dayOf(in.HeldOn)
	if !ok {
		return "", errHeldOn
	}
	if err := checkFiles(in.Files); err != nil {
		return "", err
	}
	id := db.NewID()
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(keeping(in.Division))
		if err != nil {
			return err
		}
		if day > today(tx.Now) {
			return errHeldOn
		}
		var twins []string
		if err := tx.Select(&twins, `SELECT id FROM ledger_meeting WHERE division = $1 AND held_on = $2 AND title = $3`, in.Division, day, title); err != nil {
			return err
		}
		if len(twins) > 0 {
			id = twins[0]
			return journal.ErrUnchanged // the same form again
		}
		if err := tx.InsertRows("ledger_meeting", []string{"id", "division", "title", "held_on", "minutes", "by", "at"},
			[][]any{{id, in.Division, title, day, minutes, actor.Operator.ID, tx.Now}}); err != nil {
			return err
		}
		if err := keepFiles(tx, "meeting", id, in.Files); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActMet, Detail: map[string]string{"title": title, "day": day}, About: about("meeting", id)})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// Decide enters a decision of a meeting: it is a task of its unit. It needs ledger.keep in
// the meeting's division.
func (s *Service) Decide(ctx context.Context, actor civic.Actor, meeting string, in Decision) error {
	words, err := wordsOf(in.Words, limits.Words, errWords)
	if err != nil {
		return err
	}
	unit := strings.TrimSpace(in.Unit)
	due, ok := dayOf(in.Due)
	switch {
	case unit == "" || len([]rune(unit)) > unitMost || civic.HoldsNumber(unit):
		return errWho
	case !ok:
		return errDone
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE ledger_meeting SET title = title WHERE id = $1`, meeting); err != nil {
			return err
		}
		m, err := readMeeting(tx, meeting)
		if err != nil {
			return hide(tx, err)
		}
		auth, err := tx.Authorise(keeping(m.Division))
		if err != nil {
			return err
		}
		switch {
		case !m.Division.Covers(in.Division):
			return errWho
		case due <= m.HeldOn:
			return errDone
		}
		policy, force := "", "must"
		if in.Measure != "" {
			var of Measure
			if err := only(tx, &of, `SELECT `+measureColumns+` FROM ledger_measure WHERE id = $1`, in.Measure); err != nil {
				if civic.Is(err, civic.NotFound) {
					return errServes
				}
				return err
			}
			policy = of.Policy
		}
		var twin int
		if err := tx.Get(&twin, `SELECT COUNT(*) FROM ledger_task WHERE meeting = $1 AND unit = $2 AND division = $3 AND words = $4`, meeting, unit, in.Division, words); err != nil {
			return err
		}
		if twin > 0 {
			return journal.ErrUnchanged
		}
		id := db.NewID()
		if err := tx.InsertRows("ledger_task", taskInsert, [][]any{{id, policy, in.Measure, 0, meeting, in.Division, unit, false, force, words, due, "silent", "", "", "", false}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDecided, Detail: map[string]string{"title": m.Title, "unit": unit, "words": short(words), "until": due}, About: about("meeting", meeting, "task", id)})
	})
}

func readMeeting(q db.Q, id string) (m Meeting, err error) {
	err = only(q, &m, meetingSelect+` WHERE m.id = $1`, id)
	return m, err
}

// Meetings lists the conferences of a division, of what is round it and of what lies in it,
// the newest first. It needs figures.see there.
func (s *Service) Meetings(ctx context.Context, actor civic.Actor, in civic.Division) ([]Meeting, error) {
	var out []Meeting
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		where, args := around(in)
		return v.Select(&out, meetingSelect+` WHERE `+where+fmt.Sprintf(` ORDER BY m.held_on DESC, m.id DESC LIMIT %d`, limits.List), args...)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Meeting reads a meeting with its minutes and what it decided. It needs figures.see in its
// division, or in one that lies in it.
func (s *Service) Meeting(ctx context.Context, actor civic.Actor, id string) (Meeting, error) {
	var m Meeting
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		if m, err = readMeeting(v, id); err != nil {
			return hide(v, err)
		}
		if err := seesFrom(v, m.Division); err != nil {
			return err
		}
		where, args := Ask{Meeting: id}.where(v.Now)
		if err := v.Select(&m.Decisions, taskSelect+where+` ORDER BY t.id`, args...); err != nil {
			return err
		}
		if err := placeTasks(v, m.Decisions); err != nil {
			return err
		}
		files, err := filesOf(v, "meeting", []string{id})
		if err != nil {
			return err
		}
		m.Files = files[id]
		m.Who, err = staff.Name(v, m.By)
		return err
	})
	if err != nil {
		return Meeting{}, err
	}
	return m, nil
}
