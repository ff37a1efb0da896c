package casework

import (
	"strconv"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

// State is where a case is.
type State string

// The states of a case. A case that is resolved is not finished: the person says
// whether it is (closed is not solved). One that nobody could ask ends unconfirmed
// and is counted apart.
const (
	Open        State = "open"
	Taken       State = "taken"
	Asked       State = "asked" // the applicant has to say or bring something; the clock stands
	Resolved    State = "resolved"
	Confirmed   State = "confirmed"
	Unconfirmed State = "unconfirmed" // 未确认办结
	Rejected    State = "rejected"
	Withdrawn   State = "withdrawn"
)

var stateWords = map[State]string{
	Open:        "已经收到，等待办理",
	Taken:       "正在办理",
	Asked:       "还差一点材料，等您补充",
	Resolved:    "单位说办好了，请您看看是不是真的办好了",
	Confirmed:   "已经办好了",
	Unconfirmed: "单位说办好了，还没有联系上您确认",
	Rejected:    "这次没有办成",
	Withdrawn:   "您说不办了，已经撤回",
}

// Words says the state to a person.
func (s State) Words() string {
	if w, ok := stateWords[s]; ok {
		return w
	}
	return string(s)
}

// ToPhone reports whether the person should be phoned for their word: some working
// days after the office's answer they have said nothing.
func (c Case) ToPhone(now time.Time) bool {
	return c.State == Resolved && c.ResolvedAt != nil && now.After(place.AddWorkingDays(*c.ResolvedAt, theRules.WordWorkingDays.Value))
}

// Ended reports whether nothing is left to be done, unless somebody appeals or says
// that it is not solved after all.
func (s State) Ended() bool {
	return s == Confirmed || s == Unconfirmed || s == Rejected || s == Withdrawn
}

// Case is a request in the hands of an office.
type Case struct {
	Person     civic.PersonID
	Request    civic.RequestID
	Number     civic.Number
	Service    string
	Skill      string // what whoever works it must know, or ""
	Office     civic.OfficeID
	Division   civic.Division
	State      State
	Assignee   civic.StaffID
	Outcome    []byte // sealed
	Reopened   int64
	Attempts   int64 // to reach the person since the office's answer
	Extended   int64
	Appealed   int64
	AnsweredBy civic.StaffID // who gave the last answer; nobody hears an appeal against their own
	OpenedAt   time.Time
	NearAt     time.Time
	DueAt      time.Time
	WarnedAt   *time.Time // when it was recorded that this deadline is near, or passed
	StoppedAt  *time.Time
	OverdueAt  *time.Time
	ResolvedAt *time.Time
	TriedAt    *time.Time
	EndedAt    *time.Time
	Rev        int64
}

const columns = `person, request, number, service, skill, office, division, state, assignee, outcome, reopened, attempts, extended, appealed, answered_by,
	opened_at, near_at, due_at, warned_at, stopped_at, overdue_at, resolved_at, tried_at, ended_at, rev`

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
	case c.State.Ended():
		return map[State]string{Confirmed: "已办结", Unconfirmed: "未确认办结", Rejected: "没有办成", Withdrawn: "已撤回"}[c.State], "fine"
	case c.State == Resolved:
		return "等老人确认", "fine"
	case c.State == Asked:
		return "等老人补充，期限暂停", "fine"
	case !now.Before(c.DueAt):
		days := days(c.DueAt, now)
		if days == 0 {
			return "今天已经超时", "late"
		}
		return "超时" + strconv.Itoa(days) + "天", "late"
	}
	class = "fine"
	if !now.Before(c.NearAt) {
		class = "soon"
	}
	if days := days(now, c.DueAt); days > 0 {
		return "还有" + strconv.Itoa(days) + "天", class
	}
	return "今天到期", "soon"
}
