package people

import (
	"errors"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActRegistered = journal.Define("person.registered", "登记了个人信息")
	ActListed     = journal.Define("people.listed", "按姓名或电话查找了人员")
	ActSeen       = journal.Define("person.seen", "受委托的人看了资料")
	ActKeyed      = journal.Define("people.keyed", "整理了查找用的姓名拼音")
	ActRead       = journal.Define("person.reading", "记下了姓名的读音")
	ActNamed      = journal.Define("person.named", "登记了另一个名字")
	ActUnnamed    = journal.Define("person.unnamed", "停用了另一个名字")
)

// Service registers and finds people.
type Service struct {
	j    *journal.Journal
	v    *vault.Vault
	part int // rows of a list that are sealed, checked and entered together

	merged func(tx *journal.Tx, merge string, keep, drop Self) error
	split  func(tx *journal.Tx, merge string, sides ...Self) error
	lost   func(tx *journal.Tx, self Self, signIns bool) error
	strong func(q db.Q, clerk civic.StaffID, self Self) error
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault) *Service { return &Service{j: j, v: v, part: rosterPart} }

// OnSplit sets what else is to be done, in the same write, when an undone merge
// parts somebody in two. The room that keeps grants sets it as it is made.
func (s *Service) OnSplit(do func(tx *journal.Tx, merge string, sides ...Self) error) { s.split = do }

// OnMerge sets what else is to be done, in the same write, before two registrations
// become one person. The room that keeps grants sets it as it is made.
func (s *Service) OnMerge(do func(tx *journal.Tx, merge string, keep, drop Self) error) {
	s.merged = do
}

// OnLost sets what else ends, in the same write, when a card is reported lost: the
// sign-ins only if they say so. The room that signs people in sets it as it is made.
func (s *Service) OnLost(do func(tx *journal.Tx, self Self, signIns bool) error) { s.lost = do }

// OnStrong sets what says that a presented opening rests on a card that nobody could have
// made for the purpose. The room that opens people sets it as it is made.
func (s *Service) OnStrong(ask func(q db.Q, clerk civic.StaffID, self Self) error) { s.strong = ask }

// shown refuses to rest on a card that was shown what takes one that is proof enough.
func (s *Service) shown(tx *journal.Tx, self Self) error {
	if s.strong == nil {
		return nil
	}
	return s.strong(tx, tx.Actor.Staff(), self)
}

var (
	errNoCard    = civic.E(civic.Invalid, "register.no_card", "请至少登记一种证件：身份证、社保卡或老年卡。").On("card")
	errTaken     = civic.E(civic.Conflict, "card.taken", "这张卡已经登记在另一位老人名下。请核对卡号；如果确实重号，请交给主管处理。").On("card")
	errNoPerson  = civic.E(civic.NotFound, "person.unknown", "没有找到这个人。请换一种证件再试，或当场登记。")
	errAddress   = civic.E(civic.Invalid, "address.long", "住址太长了，最多200个字。").On("address")
	errBirth     = civic.E(civic.Invalid, "register.birth", "出生日期不对，请写成1945-08-15这样。").On("birth")
	errSex       = civic.E(civic.Invalid, "register.sex", "性别请选男、女或不清楚。").On("sex")
	errMany      = civic.E(civic.Invalid, "register.many", "证件和电话各最多登记10个。")
	errWhose     = civic.E(civic.Invalid, "register.whose", "请用几个字写明是谁的电话，比如：女儿。").On("phone")
	errNoText    = civic.E(civic.Invalid, "find.empty", "请刷卡，或输入证件号、电话、姓名。")
	errTextLong  = civic.E(civic.Invalid, "find.long", "输入的内容太长了，请只输入一个证件号、电话或姓名。")
	errNoHome    = civic.E(civic.Invalid, "register.no_home", "请选择老人住在哪个街道。").On("division")
	errAuthority = errors.New("people: reading a person needs an authority over them")
)
