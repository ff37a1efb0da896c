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
	ActGiven        = journal.Define("grant.given", "委托他人代办")
	ActRevoked      = journal.Define("grant.revoked", "停止了委托")
	ActCodeIssued   = journal.Define("access.issued", "窗口开出了登录口令")
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
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault, p *people.Service, c Services) *Service {
	return &Service{j, v, p, c}
}

var (
	errReason  = civic.E(civic.Invalid, "opening.reason", "请写明为什么要打开这位老人的资料，例如：本人来窗口代寄报告。").On("reason")
	errNumber  = civic.E(civic.Invalid, "text.number", "这里请不要写证件号、卡号或电话，写事情就行。")
	errCode    = civic.E(civic.Denied, "access.code", "口令不对，或者已经用过、过了30分钟。请到窗口再开一张。")
	errGrant   = civic.E(civic.Invalid, "grant.form", "委托要写明受托人、关系和起止日期，结束要晚于开始。")
	errService = civic.E(civic.Invalid, "grant.service", "没有这项服务，请重新选委托办什么。").On("services")
	errStarts  = civic.E(civic.Invalid, "grant.starts", "委托最晚要在一年以内开始。").On("starts")
	errNoSuch  = civic.E(civic.NotFound, "grant.unknown", "没有这份委托，或者已经停止了。")
)
