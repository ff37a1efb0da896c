package rights

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/ruledata"
)

// Term is how long one sort of thing is kept, and why.
type Term struct {
	What   string `yaml:"what"`
	Days   int    `yaml:"days"`
	Words  string `yaml:"words"`
	Why    string `yaml:"why"`
	Source string `yaml:"source"`
}

var retentionData = ruledata.Must[struct {
	Version    int
	Source     string
	Sweeps     []Term
	Erased     []Term
	Stays      []Term
	DeadDays   int `yaml:"dead_days"`
	BackupDays int `yaml:"backup_days"`
	WishDays   int `yaml:"wish_days"` // how long a wish to be erased holds
	WaitDays   int `yaml:"wait_days"` // how long after it nothing is erased
}](data, "data/retention.yaml")

// ReadAloudFor is how long the sound of what was read aloud is kept. It lies in files beside the database, and
// whoever keeps them sweeps them.
func ReadAloudFor() time.Duration {
	for _, t := range retentionData.Stays {
		if t.What == "read_aloud" {
			return time.Duration(t.Days) * 24 * time.Hour
		}
	}
	panic("rights: nothing says how long what was read aloud is kept")
}

// sweeps are the statements that delete what is past its term; $1 is the moment, or
// where the table has days, the day.
var sweeps = map[string][]string{
	"access_codes": {`DELETE FROM access_code WHERE expires < $1`, `DELETE FROM consent_code WHERE expires < $1`},
	"idempotency":  {`DELETE FROM idempotency WHERE created_at < $1`},
	"openings":     {`DELETE FROM opening WHERE until < $1`},
	// The number of a draft that is gone stays claimed, so that it is never drawn for
	// somebody else, and says no more whose it was.
	"drafts": {`UPDATE spoken_number SET person = '' WHERE person <> '' AND id IN (SELECT id FROM draft WHERE state <> 'submitted' AND updated_at < $1)`,
		`DELETE FROM draft WHERE state <> 'submitted' AND updated_at < $1`},
	"messages": {`DELETE FROM message_attempt WHERE message IN (SELECT id FROM message WHERE ended_at < $1)`,
		`DELETE FROM message_sending WHERE at < $1`, `DELETE FROM message_report WHERE at < $1`, `DELETE FROM message WHERE ended_at < $1`},
	"person_seen": {`DELETE FROM person_seen WHERE day < $1`},
	"case_seen":   {`DELETE FROM casework_seen WHERE day < $1`},
	"consents":    {`DELETE FROM consent WHERE withdrawn_at < $1 AND person IN (SELECT id FROM person WHERE state = 'erased')`},
	"grants":      {`DELETE FROM proxy_grant WHERE state = 'revoked' AND person IN (SELECT id FROM person WHERE state = 'erased' AND erased_on < $1)`},
}

// byDay are the sweeps that compare days and not moments.
var byDay = map[string]bool{"person_seen": true, "case_seen": true, "grants": true}

// Sweep is the job of one day; nothing else of it is kept.
type Sweep struct {
	Day string `json:"day"`
}

// Kind implements jobs.Args.
func (Sweep) Kind() string { return "rights.sweep" }

// ActSwept says what was deleted because its term was over.
var ActSwept = journal.Define("retention.swept", "删除了过了保存期限的内容")

// deadAtOnce bounds how many of the dead are erased in one transaction.
const deadAtOnce = 20

// Schedule plans the sweep of the day, if nobody has: at 3:00 in Shanghai, or now
// when that is past. It is called at the start, and by each sweep for the next day.
func (s *Service) Schedule(ctx context.Context) error {
	return s.j.Write(ctx, civic.System("retention"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		planned, err := s.planDay(tx, tx.Now)
		if err != nil {
			return err
		}
		if !planned {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActPlanned})
	})
}

// ActPlanned says that the platform was told to look for what is past its term.
var ActPlanned = journal.Define("retention.planned", "安排了清理过期内容")

// planDay enqueues the sweep of a day once, however many replicas ask.
func (s *Service) planDay(tx *journal.Tx, at time.Time) (bool, error) {
	at = at.In(civic.Shanghai)
	day := at.Format(time.DateOnly)
	n, err := tx.Exec(`INSERT INTO retention_day (day, planned_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, day, tx.Now)
	if err != nil || n == 0 {
		return false, err
	}
	y, m, d := at.Date()
	return true, tx.Enqueue(Sweep{day}, time.Date(y, m, d, 3, 0, 0, 0, civic.Shanghai))
}

// Sweep deletes what is past its term and plans the next day. It is a job, and
// may run twice.
func (s *Service) Sweep(ctx context.Context, job Sweep) error {
	more := false
	err := s.j.Write(ctx, civic.System("retention"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		counts := map[string]string{}
		for _, t := range append(append([]Term{}, retentionData.Sweeps...), retentionData.Erased...) {
			n, err := s.sweepOne(tx, t)
			if err != nil {
				return err
			}
			if n > 0 {
				counts[t.What] = strconv.FormatInt(n, 10)
			}
		}
		dead, err := s.sweepDead(tx)
		if err != nil {
			return err
		}
		if more = dead == deadAtOnce; dead > 0 {
			counts["dead"] = strconv.Itoa(dead)
		}
		if _, err := tx.Exec(`DELETE FROM retention_day WHERE day < $1`, tx.Now.AddDate(0, 0, -30).In(civic.Shanghai).Format(time.DateOnly)); err != nil {
			return err
		}
		planned, err := s.planDay(tx, tx.Now.AddDate(0, 0, 1))
		if err != nil {
			return err
		}
		if len(counts) == 0 && !planned {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActSwept, Detail: counts})
	})
	if err == nil && more {
		return jobs.ErrMore
	}
	return err
}

func (s *Service) sweepOne(tx *journal.Tx, t Term) (int64, error) {
	statements, ok := sweeps[t.What]
	if !ok {
		return 0, fmt.Errorf("rights: no sweep of %s", t.What)
	}
	at := tx.Now.AddDate(0, 0, -t.Days)
	var before any = at
	if byDay[t.What] {
		before = at.In(civic.Shanghai).Format(time.DateOnly)
	}
	var n int64
	for _, st := range statements {
		var err error
		if n, err = tx.Exec(st, before); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// sweepDead erases those who died so long ago that nobody needs their data.
func (s *Service) sweepDead(tx *journal.Tx) (int, error) {
	before := tx.Now.AddDate(0, 0, -retentionData.DeadDays).In(civic.Shanghai).Format(time.DateOnly)
	var ids []civic.PersonID
	if err := tx.Select(&ids, `SELECT id FROM person WHERE died_on <> '' AND died_on < $1 AND state = 'active' AND alias_of = '' ORDER BY id LIMIT $2`, before, deadAtOnce); err != nil {
		return 0, err
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	done := 0
	all := tx.Actor
	defer func() { tx.Actor = all }()
	for _, id := range ids {
		tx.Actor = all.For(id)
		auth, err := tx.Authorise(civic.Need{Person: id})
		if err != nil {
			return done, err
		}
		self, err := people.LockErased(tx, id)
		if civic.Is(err, civic.Conflict) || err == nil && (self.Died == "" || self.Died >= before) {
			continue // merged, or found alive, just now
		}
		if err != nil {
			return done, err
		}
		if err = s.ready(tx, self); err == nil {
			err = s.erase(tx, auth, self, "去世后保存期满")
		}
		switch {
		case civic.Is(err, civic.Conflict): // something is still open: another day
		case err != nil:
			return done, err
		default:
			done++
		}
	}
	return done, nil
}
