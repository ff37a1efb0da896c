package booking

import (
	"context"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
)

var errSeen = civic.E(civic.Conflict, "booking.week_seen", "看过以后，这一周又有人改过了。请再看一遍改动，没有问题再发布。")

// until is the day before which a sheet holds.
func (in WeekFile) until() string {
	if !in.Once {
		return forEver
	}
	since, _ := parseDay(in.Since) // checked before
	return since.AddDate(0, 0, 7).Format(time.DateOnly)
}

// PublishWeek does what CheckWeek said it would, in one transaction: it enters what is
// new, sets the weeks and makes their sessions as far ahead as the office's reach now.
// seen is what CheckWeek named; Conflict when something has changed since. Invalid, on
// the file, while anything in the sheet is wrong. It needs booking.keep at the office.
func (s *Service) PublishWeek(ctx context.Context, actor civic.Actor, in WeekFile, seen string) (Published, error) {
	var sum Published
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		sum = Published{}
		auth, o, err := s.planner(tx, in.Office)
		if err != nil {
			return err
		}
		d, err := s.weekDraft(tx, o, in, tx.Now)
		if err != nil {
			return err
		}
		if n := len(d.Wrong); n > 0 {
			return civic.E(civic.Invalid, "booking.sheet_wrong", "表里还有"+strconv.Itoa(n)+"处不对，没有发布。请照列出的改好，再上传。").On("file")
		}
		if len(d.Changes) == 0 { // all of it is done already
			return journal.ErrUnchanged
		}
		if d.Seen != seen {
			return errSeen
		}
		sum, err = s.publishDraft(tx, auth, o, d, in)
		return err
	})
	return sum, err
}

func (s *Service) publishDraft(tx *journal.Tx, auth civic.Authority, o place.Office, d *WeekDraft, in WeekFile) (Published, error) {
	var sum Published
	reach, err := reachOf(tx, o.ID)
	if err != nil {
		return sum, err
	}
	later, err := laterWeeks(tx, in)
	if err != nil {
		return sum, err
	}
	var rs []Resource
	for _, c := range d.Changes {
		r := c.Resource
		if c.New() {
			p := planNamed(r.Plan)
			r.ID = db.NewID()
			if err := enterResource(tx, auth, o, r, p); err != nil {
				return sum, err
			}
			r.Plan, _ = p.hash()
		}
		if err := s.setWeek(tx, auth, o, r, in.Since, c.After); err != nil {
			return sum, err
		}
		if in.Once {
			if err := s.setWeek(tx, auth, o, r, in.until(), later[c.Resource.ID]); err != nil {
				return sum, err
			}
		}
		rs = append(rs, r)
		if d := dayOf(tx.Now.AddDate(0, 0, min(r.Ahead+extendBefore, aheadMost-1))); d > reach {
			reach = d
		}
	}
	last, err := parseDay(reach)
	if err != nil {
		return sum, err
	}
	if sum, err = s.publishAll(tx, o, rs, at(tx.Now.In(civic.Shanghai), 0), last); err != nil {
		return sum, err
	}
	return sum, tx.Record(auth, journal.Event{Act: ActPublished, Detail: map[string]string{"until": reach, "sessions": strconv.Itoa(sum.Sessions), "places": strconv.Itoa(sum.Places)},
		About: about(o.ID, "office", string(o.ID))})
}

// laterWeeks are the weeks to which those that change for seven days go back. What was
// to change after that day anyway changes then no more: the sheet says what holds.
func laterWeeks(q db.Q, in WeekFile) (map[string][]Template, error) {
	if !in.Once {
		return nil, nil
	}
	return weeksOn(q, in.Office, in.until())
}
