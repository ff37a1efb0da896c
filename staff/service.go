package staff

import (
	"yinqiao/civic"
	"yinqiao/db/vault"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActHired        = journal.Define("staff.hired", "开通了工作人员账号")
	ActSignedIn     = journal.Define("staff.signed_in", "工作人员登录")
	ActSignInFailed = journal.Define("staff.sign_in_failed", "工作人员登录失败")
	ActPosts        = journal.Define("staff.posts_changed", "调整了岗位")
	ActMoved        = journal.Define("staff.moved", "调到了别的单位")
	ActReset        = journal.Define("staff.reset", "重发了密码或动态码")
	ActLeft         = journal.Define("staff.left", "离岗")
	ActEnrolled     = journal.Define("device.enrolled", "登记了设备")
	ActRevoked      = journal.Define("device.revoked", "停用了设备")
	ActCodeDrawn    = journal.Define("device.code_drawn", "发出了手机登记码")
	ActPINFailed    = journal.Define("device.pin_failed", "手机密码输错")
	ActDutyAdded    = journal.Define("duty.added", "排了班")
	ActDutyEnded    = journal.Define("duty.ended", "取消或提前结束了值班")
	ActDutyCopied   = journal.Define("duty.copied", "照上周排了班")
	ActHandedOver   = journal.Define("duty.handed_over", "写了交班的话")
	ActNoteRead     = journal.Define("duty.note_read", "看了交班的话")
)

// Service manages staff, their devices and their duty, and signs them in.
type Service struct {
	j *journal.Journal
	v *vault.Vault

	cost Cost
	// decoy is compared with when there is no such login, so that the time it takes
	// does not tell which logins exist.
	decoy string
}

// New makes the service. The zero Cost is the usual one.
func New(j *journal.Journal, v *vault.Vault, cost Cost) *Service {
	if cost == (Cost{}) {
		cost = usual
	}
	return &Service{j: j, v: v, cost: cost, decoy: cost.hash("decoy")}
}

func about(id civic.StaffID) []journal.About {
	return []journal.About{{ID: string(id), Kind: "staff", Role: "object"}}
}
