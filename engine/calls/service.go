package calls

import (
	"errors"
	"log/slog"

	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// The acts of this room. What is answered within the seconds of the rules and what is not, what
// was promised and kept in time and what was not, are acts of their own, so that tallies count
// them apart.
var (
	ActCame         = journal.Define("call.came", "打来了电话")
	ActQueued       = journal.Define("call.queued", "电话里等人接")
	ActAnswered     = journal.Define("call.answered", "及时接了电话")
	ActAnsweredLate = journal.Define("call.answered_late", "接了电话，等得久了")
	ActPassed       = journal.Define("call.passed", "把电话转给了同事")
	ActDropped      = journal.Define("call.dropped", "接电话的同事断了线，来电回到原来的位置等")
	ActAbandoned    = journal.Define("call.abandoned", "没有等到人接就挂了")
	ActEnded        = journal.Define("call.ended", "挂了电话")
	ActPromised     = journal.Define("call.promised", "答应给回电话").Carries("due")
	ActRenewed      = journal.Define("call.promise_renewed", "要回的电话改成了最近一次要办的事").Carries("due")
	ActKept         = journal.Define("call.kept", "按时回了电话")
	ActKeptLate     = journal.Define("call.kept_late", "回了电话，比答应的晚")
	ActBackTried    = journal.Define("call.back_tried", "回电话没有人接")
	ActUnreached    = journal.Define("call.unreached", "回了几次电话都没有人接")
	ActNumberSeen   = journal.Define("call.number_seen", "为了回电话看了号码")

	ActForgotten = journal.Define("call.numbers_forgotten", "按期删掉了来电号码")

	ActOn  = journal.Define("seat.on", "开始接电话")
	ActOff = journal.Define("seat.off", "不再接电话")
)

// Service keeps calls, and brings callers and operators together.
type Service struct {
	j      *journal.Journal
	v      *vault.Vault
	log    *slog.Logger
	node   string // this process
	desk   *desk
	keeper *keeper

	counted counted
}

// New makes the room.
func New(j *journal.Journal, v *vault.Vault, log *slog.Logger) *Service {
	s := &Service{j: j, v: v, log: log, node: db.NewID(), desk: newDesk(), counted: counted{of: map[countedKey]Figures{}}}
	s.keeper = newKeeper(s)
	return s
}

var errNobody = errors.New("calls: forgetting needs an authority, and somebody")
