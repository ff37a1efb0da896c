package finding

import (
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActFound    = journal.Define("finding.found", "查出一条没有做到")
	ActReworded = journal.Define("finding.reworded", "没有做到的事有了变化")
	ActCleared  = journal.Define("finding.cleared", "查到已经做到了")
	ActAsked    = journal.Define("finding.asked", "要求单位答复")
	ActAnswered = journal.Define("finding.answered", "单位答复了")
	ActSwept    = journal.Define("finding.swept", "把全部规矩查了一遍")
)

// Checker is a room that can be judged: its rules, and what they find in a scope at a
// time. A check reads only, and finds the same for the same rows and time.
type Checker interface {
	Rules() []civic.Rule
	Check(q db.Q, at time.Time, in civic.Scope) ([]civic.Finding, error)
}

// Finding is a duty that is not met, or was not.
type Finding struct {
	ID          string
	Rule        string
	SubjectKind string
	Subject     string
	Scope       string
	Force       civic.Force
	Division    civic.Division
	Office      civic.OfficeID
	Say         string
	Since       time.Time
	Due         time.Time // until when it must be answered
	Asked       string
	AskedBy     civic.StaffID
	AskedAt     *time.Time
	Answer      string
	AnsweredBy  civic.StaffID
	AnsweredAt  *time.Time
	CheckedAt   time.Time // when it was last found to be so
	ClearedAt   *time.Time

	Of     civic.Rule `db:"-"` // its rule as it is now
	Place  string     `db:"-"` // the office by name
	Owners []Owner    `db:"-"` // who answers for it
	Asker  string     `db:"-"` // who asked, and who answered, by name
	Teller string     `db:"-"`
}

// Owner is somebody who answers for a finding, with their post in words.
type Owner struct {
	ID         civic.StaffID
	Name, Role string
}

// columns of a finding.
const columns = `id, rule, subject_kind, subject, scope, force, division, office, say, since, due, asked, asked_by, asked_at, answer, answered_by, answered_at, checked_at, cleared_at`

// Open reports whether it is still so.
func (f Finding) Open() bool { return f.ClearedAt == nil }

// Wanted reports whether an answer is waited for: to what was found, or to what was
// asked since.
func (f Finding) Wanted() bool {
	return f.Open() && f.Force == civic.Must && (f.AnsweredAt == nil || f.AskedAt != nil && f.AskedAt.After(*f.AnsweredAt))
}

// Late reports whether the owner has let the day go by.
func (f Finding) Late(now time.Time) bool { return f.Wanted() && now.After(f.Due) }

// Clauses are the sentences of the plans that the rule serves.
func (f Finding) Clauses() []string { return f.Of.Clauses }

// Service keeps the findings.
type Service struct {
	j        *journal.Journal
	checkers []Checker
	rules    map[string]civic.Rule
	order    []string
}

// New makes the service over the rooms that are judged. It panics on two rules of one
// code: the release's own data.
func New(j *journal.Journal, checkers ...Checker) *Service {
	s := &Service{j: j, checkers: checkers, rules: map[string]civic.Rule{}}
	for _, c := range checkers {
		for _, r := range c.Rules() {
			if _, twin := s.rules[r.Code]; twin || r.Code == "" {
				panic("finding: rule " + r.Code + " is defined twice")
			}
			s.rules[r.Code] = r
			s.order = append(s.order, r.Code)
		}
	}
	return s
}

// Rules lists all rules, in the order of the rooms.
func (s *Service) Rules() []civic.Rule {
	out := make([]civic.Rule, len(s.order))
	for i, code := range s.order {
		out[i] = s.rules[code]
	}
	return out
}

// check asks every room.
func (s *Service) check(q db.Q, at time.Time, in civic.Scope) ([]civic.Finding, error) {
	var out []civic.Finding
	for _, c := range s.checkers {
		fs, err := c.Check(q, at, in)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	return out, nil
}
