package notify

import (
	"log/slog"

	"yinqiao/civic"
	"yinqiao/db/vault"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// The acts of this room. What was tried, and by which way somebody was reached, are
// acts of their own for each carrier, so that tallies count them apart.
var (
	ActQueued    = journal.Define("message.queued", "有一件事要告诉老人")
	ActJoined    = journal.Define("message.joined", "同一个电话刚收到一模一样的话，不再发一遍")
	ActSent      = journal.Define("message.sent", "消息发出了")
	ActDelivered = journal.Define("message.delivered", "消息送到了")
	ActFailed    = journal.Define("message.failed", "消息没有送到")
	ActUnsure    = journal.Define("message.unsure", "不清楚消息有没有发出，不再重发，换别的办法")
	ActMissed    = journal.Define("message.missed", "去告诉老人，没有找到人")
	ActWaits     = journal.Define("message.waits", "等到合适的时候再告诉")
	ActExpired   = journal.Define("message.expired", "各种办法都没有联系上，交给专人").Carries("what", "whom", "ask")
	ActCancelled = journal.Define("message.cancelled", "不用再告诉了")
	ActTaskSeen  = journal.Define("message.task_seen", "为了告诉老人一件事，看了老人的电话或住址")
	ActRefused   = journal.Define("message.refused", "说了不要用哪些办法通知")
	ActStopped   = journal.Define("carrier.stopped", "停用了一种通知办法")
	ActStarted   = journal.Define("carrier.started", "恢复了一种通知办法")

	ActTried   = map[string]journal.Act{}
	ActReached = map[string]journal.Act{}
)

func init() {
	for _, c := range []struct{ carrier, tried, reached string }{
		{CarrierVoice, "要打电话告诉", "电话里告诉了"}, {CarrierSMS, "要发短信告诉", "短信告诉了"}, {CarrierFamily, "要请家里人转告", "家里人转告了"},
		{CarrierTV, "要在电视上提醒", "电视上告诉了"}, {CarrierPaper, "要打印寄送", "打印寄送了"}, {CarrierDoor, "要请网格员上门告诉", "网格员上门告诉了"},
		{CarrierDesk, "要在工作台上提醒", "工作台上看到了"}, {CarrierMail, "要发邮件告诉", "邮件告诉了"}, {CarrierPage, "要在网页上提醒", "老人自己看到了或当面说了"},
	} {
		ActTried[c.carrier] = journal.Define(journal.Act("message.tried."+c.carrier), c.tried)
		ActReached[c.carrier] = journal.Define(journal.Act("message.reached."+c.carrier), c.reached)
	}
}

// Service makes messages of acts, and brings them.
type Service struct {
	j        *journal.Journal
	v        *vault.Vault
	people   *people.Service
	requests *request.Service
	codes    Codes
	book     *book
	carriers map[string]Carrier
	log      *slog.Logger
}

// Codes is what the grant room knows: the digits of a code that is to be told, and whether
// the card that was shown proves that the person is there.
type Codes interface {
	Spoken(tx *journal.Tx, auth civic.Authority, id string) (string, error)
	Proven(tx *journal.Tx, auth civic.Authority, self people.Self) error
}

// Config is what the service is made of.
type Config struct {
	Journal  *journal.Journal
	Vault    *vault.Vault
	People   *people.Service
	Grants   *grant.Service
	Requests *request.Service
	Carriers map[string]Carrier // of machines, by name; none is fine
	Log      *slog.Logger
}

// New makes the service. It reads the data, whose acts must be defined by then, and
// returns what is wrong in them.
func New(c Config) (*Service, error) {
	b, err := open(data)
	if err != nil {
		return nil, err
	}
	s := &Service{j: c.Journal, v: c.Vault, people: c.People, requests: c.Requests, codes: c.Grants, book: b, carriers: map[string]Carrier{}, log: c.Log}
	for name, x := range c.Carriers {
		s.carriers[name] = x
	}
	return s, nil
}

// Carry adds a carrier, before the service is used: the room of the telephone brings
// voice, that of emergencies brings television.
func (s *Service) Carry(name string, c Carrier) { s.carriers[name] = c }

// Acts lists the acts that wake the room: those that make messages, and those that end
// them.
func (s *Service) Acts() []journal.Act {
	var out []journal.Act
	for _, a := range journal.Acts() {
		if a == ActExpired { // whoever gives a message up tells somebody of it at once
			continue
		}
		if len(s.book.byAct[a]) > 0 || len(s.book.ends[a]) > 0 {
			out = append(out, a)
		}
	}
	return out
}

var (
	errNoMessage = civic.E(civic.NotFound, "message.unknown", "没有这条消息，或者已经不用告诉了。请刷新看看。")
	errNoTask    = civic.E(civic.NotFound, "message.task", "没有这件要通知的事，或者已经办完了。请刷新看看。")
	errAnswer    = civic.E(civic.Conflict, "message.answer", "这件事要您说同意不同意，光知道了还不算。请打开「谁能替我办」，或打电话告诉我们。")
	errOutcome   = civic.E(civic.Invalid, "message.outcome", "请选一下结果：告诉了，还是没有找到人。").On("outcome")
	errCarrier   = civic.E(civic.Invalid, "message.carrier", "请从表里选一种通知办法。").On("carrier")
	errReason    = civic.E(civic.Invalid, "message.reason", "请用一两句话写明原因，最多100个字，不要写证件号和电话。").On("reason")
)
