package casework

import (
	"time"

	"yinqiao/civic"
)

// State is where a case is.
type State string

// The states of a case. A case that is resolved is not finished: the person says
// whether it is (closed is not solved).
const (
	Open      State = "open"
	Taken     State = "taken"
	Resolved  State = "resolved"
	Confirmed State = "confirmed"
)

// Words says the state to a person.
func (s State) Words() string {
	switch s {
	case Open:
		return "已经收到，等待办理"
	case Taken:
		return "正在办理"
	case Resolved:
		return "单位说办好了，请您看看是不是真的办好了"
	case Confirmed:
		return "已经办好了"
	}
	return string(s)
}

// Case is a request in the hands of an office.
type Case struct {
	Person      civic.PersonID
	Request     civic.RequestID
	Number      civic.Number
	Service     string
	Office      civic.OfficeID
	Division    civic.Division
	State       State
	Assignee    civic.StaffID
	Outcome     []byte // sealed
	Reopened    int64
	OpenedAt    time.Time
	DueAt       time.Time
	OverdueAt   *time.Time
	ResolvedAt  *time.Time
	ConfirmedAt *time.Time
	Rev         int64
}

const columns = `person, request, number, service, office, division, state, assignee, outcome, reopened,
	opened_at, due_at, overdue_at, resolved_at, confirmed_at, rev`

// days counts the midnights in Shanghai between two times.
func days(from, to time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(civic.Shanghai).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(to).Sub(date(from)).Hours() / 24)
}

// Due says how a case stands to its deadline, in words and as a class for
// colour: late, soon or fine. What is resolved waits for the person, not for us.
func (c Case) Due(now time.Time) (words, class string) {
	switch {
	case c.State == Confirmed:
		return "已办结", "fine"
	case c.State == Resolved:
		return "等老人确认", "fine"
	case !now.Before(c.DueAt):
		days := days(c.DueAt, now)
		if days == 0 {
			return "今天已经超时", "late"
		}
		return "超时" + itoa(days) + "天", "late"
	}
	if days := days(now, c.DueAt); days > 0 {
		class = "fine"
		if days == 1 {
			class = "soon"
		}
		return "还有" + itoa(days) + "天", class
	}
	return "今天到期", "soon"
}
