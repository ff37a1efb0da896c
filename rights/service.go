package rights

import (
	"embed"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

//go:embed data/*.yaml
var data embed.FS

// Cases is what the engines tell of a person's matters; app puts it together, since
// no engine is known here.
type Cases interface {
	Told(q db.Q, auth civic.Authority) (map[civic.RequestID][2]string, error)
	Unfinished(q db.Q, ids []civic.PersonID) (int, error)
	Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error
}

// Service keeps consents, makes copies, plans and does erasure, and sweeps.
type Service struct {
	j        *journal.Journal
	v        *vault.Vault
	people   *people.Service
	grants   *grant.Service
	requests *request.Service
	cases    Cases
	messages Messages
}

// Messages is what the room that tells people keeps of a person. No room beside this
// one is known here, so that app hands it in.
type Messages interface {
	Told(q db.Q, auth civic.Authority) ([]CopyMessage, error)
	Forget(tx *journal.Tx, auth civic.Authority, ids []civic.PersonID) error
}

// Keeps hands in the room that tells people.
func (s *Service) Keeps(m Messages) { s.messages = m }

// New makes the service.
func New(j *journal.Journal, v *vault.Vault, p *people.Service, g *grant.Service, r *request.Service, c Cases) *Service {
	return &Service{j: j, v: v, people: p, grants: g, requests: r, cases: c}
}

var (
	errCopyCard = civic.E(civic.Denied, "rights.card", "全部资料里有完整的证件号码，要看着老人的证件才能拿。").
			Accepting("请老人把证件放到读卡器上，或输入证件的整个号码，重新打开资料；老人也可以自己登录后拿")
	errCopyDead = civic.E(civic.Denied, "rights.copy_dead", "老人已登记去世，全部资料不能再凭证件拿。近亲属要查阅的，请带死亡证明和亲属关系证明，到老人住的街道或社区找主管。").
			Accepting("老人还健在、登记错了的，请主管先撤销去世登记")
	errOwnOnly = civic.E(civic.Denied, "rights.own", "这是老人自己的权利，代办的人不能替老人办。").Accepting("请老人本人来，或由工作人员当面问过老人再办")
	errPurpose = civic.E(civic.Invalid, "consent.purpose", "请从表里选一项。").On("purpose")
)
