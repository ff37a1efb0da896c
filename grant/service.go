package grant

import (
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
	"yinqiao/people"
)

// The acts of this room.
var (
	ActOpened       = journal.Define("person.opened", "工作人员打开了资料")
	ActGiven        = journal.Define("grant.given", "委托他人代办").Carries("grant", "relation", "agent", "how", "notice")
	ActRevoked      = journal.Define("grant.revoked", "停止了委托").Carries("grant", "relation", "agent", "how", "notice")
	ActAsked        = journal.Define("grant.asked", "家人请求替老人办事").Carries("grant", "relation", "agent", "how", "notice")
	ActAgreed       = journal.Define("grant.agreed", "老人说委托是自己的意思").Carries("grant", "relation", "agent", "how", "notice")
	ActUnwanted     = journal.Define("grant.unwanted", "老人说委托不是自己的意思，先停下").Carries("grant", "relation", "agent", "how", "notice")
	ActUnreached    = journal.Define("grant.unreached", "打电话告诉老人委托的事，没有找到人")
	ActDisputed     = journal.Define("grant.disputed", "家里人意见不一致，委托先停下")
	ActResumed      = journal.Define("grant.resumed", "委托恢复").Carries("grant", "relation", "agent", "how", "notice")
	ActEntered      = journal.Define("guardian.entered", "录入了监护的文书，等另一位同事核对").Carries("grant", "relation", "agent")
	ActAppointed    = journal.Define("guardian.appointed", "指定了监护人").Carries("grant", "relation", "agent")
	ActReleased     = journal.Define("guardian.released", "监护停止").Carries("grant", "relation", "agent")
	ActDied         = journal.Define("person.died", "登记去世")
	ActAlive        = journal.Define("person.alive", "撤销了去世登记")
	ActEvidenceSeen = journal.Define("grant.evidence_seen", "看了委托书的扫描件")
	ActNamed        = journal.Define("grant.named", "按卡号或口令找家人，没有找到")
	ActCodeIssued   = journal.Define("access.issued", "窗口开出了登录口令")
	ActCodeSent     = journal.Define("access.sent", "把登录口令打到老人自己的电话上").Carries("code_id", "minutes")
	ActCodeRedeemed = journal.Define("access.redeemed", "用口令登录")
)

// Service gives and ends grants, opens people at desks and signs people in by a
// code from the window.
type Service struct {
	j *journal.Journal
	v *vault.Vault
	p *people.Service
	c Services
}

// Services knows which services there are; the catalogue implements it.
type Services interface {
	Known(q db.Q, service string) (bool, error)
	Titles(q db.Q) (map[string]string, error)
	GroupWords(group string) string // "" if there is no such group
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault, p *people.Service, c Services) *Service {
	s := &Service{j, v, p, c}
	p.OnMerge(s.merged)
	p.OnSplit(s.split)
	p.OnLost(lost)
	p.OnStrong(s.Strong)
	return s
}

var (
	errReason   = civic.E(civic.Invalid, "opening.reason", "请写明为什么要打开这位老人的资料，例如：本人来窗口代寄报告。").On("reason")
	errNotShown = civic.E(civic.Denied, "opening.card", "还没有看到这位老人的证件。请让老人把证件放到读卡器上；没有读卡器的，把证件上的号码从头到尾输一遍，再打开。").
			Accepting("身份证、社保卡或老年卡；手里没有证件的，请老人住的街道或社区的同事来办")
	errNumber   = civic.E(civic.Invalid, "text.number", "这里请不要写证件号、卡号或电话，写事情就行。")
	errCode     = civic.E(civic.Denied, "access.code", "口令不对，或者已经用过、过了30分钟。请到窗口再开一张。")
	errGrant    = civic.E(civic.Invalid, "grant.form", "委托要写明受托人、关系和起止日期，结束要晚于开始。")
	errService  = civic.E(civic.Invalid, "grant.service", "没有这项服务，请重新选委托办什么。").On("services")
	errStarts   = civic.E(civic.Invalid, "grant.starts", "委托最晚要在一年以内开始。").On("starts")
	errEnded    = civic.E(civic.Invalid, "grant.ended", "结束的日子已经过了，请写以后的一天。").On("until")
	errReserved = civic.E(civic.Invalid, "grant.reserved", "「监护人」要凭法院或指定单位的文书，由主管登记，不能当作关系来填。请选真实的关系，例如女儿、邻居。").On("relation")
	errRelation = civic.E(civic.Invalid, "grant.relation", "请从列出的关系里选一个，例如女儿、邻居。监护人要凭文书，由主管登记。").On("relation")
	errReport   = civic.E(civic.Denied, "grant.report", "您只受托办个别的事，不能把全家的委托都停下。觉得不对劲，请告诉老人本人，或报告社区主管。").
			Accepting("请老人本人、家属或社区主管来停")
	errUnproven = civic.E(civic.Invalid, "grant.unproven", "老人还没有带证件当面说过你们是这个关系。电话、纸面、见证办的委托，只能选定几件事，最多12个月；要更多，请老人本人带证件来办。").On("relation")
	errUnspoken = civic.E(civic.Denied, "grant.no_phone", "老人没有登记自己的电话，或者自己的电话是刚登记的、还没有核实，电话里说的同意不能算数。请老人带身份证、社保卡或老年卡到窗口说一声；来不了的，请上门看着证件问老人。老人说不同意的，照样可以登记。").
			Accepting("老人带证件到窗口说；上门看着证件问；老人在自己的网页上说")
	errOwnEntry = civic.E(civic.Denied, "grant.own_entry", "这份委托是您录入的，不能由您来替老人回答。请另一位同事打电话问老人。").
			Accepting("请另一位同事问老人，或请老人自己在网页上回答")
	errHow          = civic.E(civic.Invalid, "grant.how", "请选老人是怎么委托的。").On("how")
	errGone         = civic.E(civic.Conflict, "grant.gone", "其中一位已登记去世，或登记已经撤销，不能办委托。登记错了，请主管先改回来。")
	errWard         = civic.E(civic.Denied, "grant.ward", "老人现在有监护人，新的委托由监护人来办。").Accepting("请监护人带证件和文书来办")
	errDisputed     = civic.E(civic.Denied, "grant.disputed", "老人的家里人意见不一致，这时只有老人本人带证件当面说了才能办新的委托。").Accepting("请老人本人带证件来，或请社区主管先处理")
	errGuardian     = civic.E(civic.Denied, "grant.guardian", "监护不能这样停掉，要凭法院或指定单位的文书，由主管来停。").Accepting("请带文书找社区主管")
	errSettled      = civic.E(civic.NotFound, "grant.settled", "这份委托没有要处理的事，请刷新看看现在的情况。")
	errToldDone     = civic.E(civic.Conflict, "grant.told", "这份委托已经问过老人了，请刷新看看结果。")
	errOutcome      = civic.E(civic.Invalid, "grant.outcome", "请选老人是怎么说的。").On("outcome")
	errDocument     = civic.E(civic.Invalid, "guardian.document", "请写明是哪一份文书，例如：小店区人民法院2026年的判决书及文号；最多100个字。").On("document")
	errDocumentScan = civic.E(civic.Invalid, "guardian.scan", "请附上判决书或决定书的扫描件：照片（jpg、png）或 pdf，不超过1兆。").On("scan")
	errOwnShip      = civic.E(civic.Denied, "guardian.own_entry", "这份监护是您录入的，不能由您自己核对。请另一位能处理争议的同事看过文书再核对；本单位没有别人的，请上级的主管来核对。").
			Accepting("另一位主管看过文书的扫描件，再点「核对无误」")
	errUnread = civic.E(civic.Denied, "guardian.unread", "请先打开文书的扫描件看一看，和老人、监护人的姓名对得上，再点「核对无误」。").
			Accepting("先看文书的扫描件")
	errConfirmed = civic.E(civic.Conflict, "guardian.confirmed", "这份监护已经核对过，或者已经停止了，请刷新看看结果。")
	errWhy       = civic.E(civic.Invalid, "grant.reason", "请用一两句话写明原因，最多100个字，不要写证件号和电话。").On("reason")
	errSource    = civic.E(civic.Invalid, "death.source", "请选凭什么登记去世。").On("source")
	errAsks      = civic.E(civic.Exhausted, "grant.asks", "您已经有几份请求在等老人答复，先等一等。急用的话，请陪老人带证件到窗口办。")
	errNamings   = civic.E(civic.Exhausted, "grant.namings", "这一小时里找的次数太多了，请过一小时再试，或带证件到窗口办。")
	errNobodyBy  = civic.E(civic.NotFound, "grant.relative", "没有找到这位家人。请核对证件号码和姓名；家人没有登记过的话，请先到窗口登记。").On("card")
	errNoSuch    = civic.E(civic.NotFound, "grant.unknown", "没有这份委托，或者已经停止了。")
)
