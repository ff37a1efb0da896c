package booking

import (
	"encoding/json"
	"errors"
	"sync"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// The acts of this room.
var (
	ActResource   = journal.Define("booking.resource", "登记了可以预约的医生、场馆或课程")
	ActWeek       = journal.Define("booking.week", "排了每周的号")
	ActDay        = journal.Define("booking.day", "改了某一天的号")
	ActPublished  = journal.Define("booking.published", "放出了号")
	ActPlaces     = journal.Define("booking.places", "改了号的个数")
	ActReleased   = journal.Define("booking.released", "到时间放出了没有用的预留号")
	ActBooked     = journal.Define("booking.booked", "约好了").Carries("request", "office", "what")
	ActBookedKept = journal.Define("booking.booked_kept", "用预留号约好了").Carries("request", "office", "what")
	ActLent       = journal.Define("booking.lent", "别人用了放出来的预留号")
	ActBorrowed   = journal.Define("booking.borrowed", "从别的号池借了一个号")
	ActExtra      = journal.Define("booking.extra", "医生加了一个号")
	ActChanged    = journal.Define("booking.changed", "改了时间").Carries("request", "office", "what")
	ActCancelled  = journal.Define("booking.cancelled", "取消了预约").Carries("request", "office", "what")
	ActRestored   = journal.Define("booking.restored", "恢复了取消的预约")
	ActCalledOff  = journal.Define("booking.called_off", "约好的时间停了").Carries("request", "office", "what")
	ActArrived    = journal.Define("booking.arrived", "来了")
	ActCalled     = journal.Define("booking.called", "叫了号")
	ActPassed     = journal.Define("booking.passed", "叫了号人不在")
	ActReturned   = journal.Define("booking.returned", "回来重新排队")
	ActTomorrow   = journal.Define("booking.tomorrow", "提醒了明天的预约").Carries("request", "office", "what")
	ActMissed     = journal.Define("booking.missed", "没有来").Carries("request", "office", "what")
	ActWaiting    = journal.Define("booking.waiting", "排上了候补")
	ActWaitLeft   = journal.Define("booking.wait_left", "不再候补")
	ActWaitOff    = journal.Define("booking.wait_off", "候补的时间停了").Carries("what", "office", "session")
	ActOffered    = journal.Define("booking.offered", "候补有号了").Carries("what", "until", "session")
	ActOfferOver  = journal.Define("booking.offer_over", "候补的号没有要")

	ActOwner       = journal.Define("booking.owner", "改了号由谁管")
	ActAsked       = journal.Define("booking.asked", "号占住了，等医院确认").Carries("request", "office", "what", "until")
	ActConfirmed   = journal.Define("booking.confirmed", "医院确认了").Carries("request", "office", "what")
	ActRefused     = journal.Define("booking.refused", "医院没有确认").Carries("request", "office", "what")
	ActLate        = journal.Define("booking.late", "医院到时间还没有答复").Carries("request", "office", "what")
	ActUnanswered  = journal.Define("booking.unanswered", "医院一直没有答复，号不等了").Carries("request", "office", "what")
	ActNextBest    = journal.Define("booking.next_best", "另外留了一个号").Carries("what", "until", "session")
	ActMoveAsked   = journal.Define("booking.move_asked", "改时间要等医院确认").Carries("request", "office", "what")
	ActMoveRefused = journal.Define("booking.move_refused", "时间没有改成，原来的还在").Carries("request", "office", "what")
	ActTooLate     = journal.Define("booking.too_late", "医院确认得太晚，请医院退掉了")
	ActHeard       = journal.Define("booking.heard", "医院答复了")
	ActAskAgain    = journal.Define("booking.ask_again", "又问了一次医院")
	ActList        = journal.Define("booking.list", "和医院的单子对了账")
	ActDifference  = journal.Define("booking.difference", "处理了和医院单子不一样的一条")
	ActAllotted    = journal.Define("booking.allotted", "按医院分的号改了号数")
)

// CodeMoved is the code of a booking that is not as it was read any more.
const CodeMoved = "booking.moved"

var (
	errNoResource = civic.E(civic.NotFound, "booking.no_resource", "没有这个医生、场馆或课程，请从单子里选。")
	errNoSession  = civic.E(civic.NotFound, "booking.no_session", "没有这个时间，请从列出的里面选一个。")
	errNoBooking  = civic.E(civic.NotFound, "booking.unknown", "没有找到这次预约，请核对号码。")
	errDay        = civic.E(civic.Invalid, "booking.day", "日期要写成 2026-12-31 这样。").On("day")
	errResource   = civic.E(civic.Invalid, "booking.resource", "请写明名称和种类；提前几天放号是0到366；每项最多60个字。").On("name")
	errWeek       = civic.E(civic.Invalid, "booking.week", "每周的号要写星期几、几点到几点、多少个号(1到5000)，时间不能重叠。").On("week")
	errPlan       = civic.E(civic.Invalid, "booking.plan", "没有这个号源方案，请从单子里选。").On("plan")
	errReason     = civic.E(civic.Invalid, "booking.reason", "请写一句为什么，最多60个字，不要写号码，老人要看得懂。").On("reason")
	errHorizon    = civic.E(civic.Invalid, "booking.horizon", "放号最多放到一年以后，最早从今天起。").On("until")
	errFull       = civic.E(civic.Exhausted, "booking.full", "这个时间刚刚约满了，请在剩下的里面另选一个。")
	errNotOpenYet = civic.E(civic.Conflict, "booking.not_yet", "这个时间还没有开始放号，请先选别的时间。")
	errOver       = civic.E(civic.Conflict, "booking.over", "这个时间已经过了，请另选一个。")
	errStopped    = civic.E(civic.Conflict, "booking.stopped", "这个时间停了，请另选一个。")
	errMoved      = civic.E(civic.Conflict, CodeMoved, "这次预约刚刚有人办过了，请刷新看看现在的情况。")
	errGone       = civic.E(civic.Conflict, "booking.past", "约好的时间已经过去了，不能再退、再改。没有去成要再去，请重新约一个；登记有误，请告诉窗口。")
	errEnded      = civic.E(civic.Conflict, "booking.ended", "这次预约已经办完或者取消了，不能再改。要去请重新约一个。")
	errTooFew     = civic.E(civic.Conflict, "booking.too_few", "已经约出去和留着的比这个数多，不能减到这么少。")
	errNoneLeft   = civic.E(civic.Conflict, "booking.none_left", "这个号池没有没用的号，不用放。")
)

// Service makes sessions and books places in them.
type Service struct {
	j        *journal.Journal
	people   *people.Service
	requests *request.Service

	plans   sync.Map // by hash: they never change
	lines   lines    // who waits for which session
	outside outside  // registers of hospitals
}

// New makes the engine. The request service is given later, by Serve, since it
// needs the engine first.
func New(j *journal.Journal, p *people.Service) *Service {
	return &Service{j: j, people: p}
}

// Serve gives the engine the requests that its bookings belong to, and offers its
// sources to their questions.
func (s *Service) Serve(r *request.Service) {
	s.requests = r
	r.Fulfils("booking", s)
	for _, o := range []struct {
		name string
		list lister
	}{{SourceDepartments, s.departments}, {SourceResources, s.resources}, {SourceDays, s.days}, {SourceSessions, s.sessions}} {
		r.Offers(o.name, source{s, o.list})
	}
}

// plan reads a plan by its content's hash.
func (s *Service) plan(q db.Q, hash string) (*Plan, error) {
	if p, ok := s.plans.Load(hash); ok {
		return p.(*Plan), nil
	}
	var body string
	err := q.Get(&body, `SELECT body FROM booking_plan WHERE hash = $1`, hash)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errPlan
	}
	if err != nil {
		return nil, err
	}
	p := new(Plan)
	if err := json.Unmarshal([]byte(body), p); err != nil {
		return nil, err
	}
	s.plans.Store(hash, p)
	return p, nil
}

func about(office civic.OfficeID, kind, id string) []journal.About {
	return []journal.About{{ID: id, Kind: kind, Role: "object"}, {ID: string(office), Kind: "office", Role: "office"}}
}
