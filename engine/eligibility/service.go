package eligibility

import (
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// The acts of this room.
var (
	ActEnrolled  = journal.Define("eligibility.enrolled", "登记了领取的待遇和认证到期日")
	ActCertified = journal.Define("eligibility.certified", "查到了记录，待遇资格认证好了").Carries("what", "until")
	ActVisit     = journal.Define("eligibility.visit", "没有查到记录，安排上门认证").Carries("what", "request")
	ActDecided   = journal.Define("eligibility.decided", "工作人员认证了待遇资格")
	ActRefused   = journal.Define("eligibility.refused", "工作人员没有认证通过，没有停发待遇")
	ActOpen      = journal.Define("eligibility.open", "待遇资格还没有认证，过一阵再安排")
	ActLeft      = journal.Define("eligibility.left", "不再领这种待遇，从名单上去掉了")
	ActTried     = journal.Define("eligibility.tried", "试着比对了一份名单，没有登记")
	ActBrought   = journal.Define("eligibility.brought", "比对了一份名单")
)

// State is how somebody stands.
type State string

// The states.
const (
	Good    State = "good"    // until GoodUntil
	Asked   State = "asked"   // a case is open
	Refused State = "refused" // an officer has said no; what follows is the officer's

	// Withdrawn is what becomes of a visit that the person did not want; nobody stands so.
	Withdrawn State = "withdrawn"
)

// The ways in which it came to be known.
const (
	ByList    = "list"
	ByData    = "data"
	ByOfficer = "officer"
)

// Service keeps who may draw what.
type Service struct {
	j        *journal.Journal
	people   *people.Service
	requests *request.Service
	ends     Ends
}

// Ends ends the case of a visit that is not needed any more, in the write that settled it.
type Ends func(tx *journal.Tx, person civic.PersonID, id civic.RequestID) error

// New makes the room.
func New(j *journal.Journal, p *people.Service, r *request.Service, ends Ends) *Service {
	return &Service{j, p, r, ends}
}

// Standing is how one person stands with one benefit.
type Standing struct {
	Person    civic.PersonID
	Benefit   string
	Office    civic.OfficeID
	State     State
	GoodUntil string // YYYY-MM-DD, included
	Basis     string
	Source    string
	SeenOn    string
	Request   civic.RequestID
	AskedAt   *time.Time // when a visit was arranged last
	Due       bool       // it ends soon, or has ended
}

const columns = `person, benefit, office, state, good_until, basis, source, seen_on, request, asked_at`

// Words says for the person how they stand.
func (s Standing) Words() string {
	b, _ := benefit(s.Benefit)
	until := sayDay(s.GoodUntil)
	switch {
	case s.State == Asked:
		return b.Words + "资格正在认证，工作人员会上门或者打电话，您等着就行，钱照发。"
	case s.State == Refused:
		return b.Words + "资格这一次没有认证通过，请看单位的回复；不同意可以申诉。"
	case s.Due:
		return b.Words + "资格认证到" + until + "。还没有查到记录，我们会来看您，您不用跑，钱照发。"
	case s.Basis == ByData:
		return b.Words + "资格已经认证好了，到" + until + "，您不用做什么。是由" + sourceWords(s.Source) + "查到的。"
	}
	return b.Words + "资格已经认证好了，到" + until + "，您不用做什么。"
}

// Known says for the office how it came to be known.
func (s Standing) Known() string {
	switch s.Basis {
	case ByData:
		return sourceWords(s.Source) + " " + s.SeenOn
	case ByOfficer:
		return "工作人员认证"
	}
	return "名单上写的"
}

// sayDay says a day of a column: 2027年10月31日.
func sayDay(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("2006年1月2日")
}
