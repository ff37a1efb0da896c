package grant

import (
	"strings"

	"yinqiao/civic"
	"yinqiao/people"
)

var (
	errFrozen = civic.E(civic.Denied, "grant.frozen", "老人的家里人意见不一致，委托先停一停，谁都不能替老人办。请老人自己说了算，或请社区主管听老人说清楚以后再定。").
			Accepting("老人本人在网页、窗口或电话里说明白；或找社区主管")
	errUnwanted = civic.E(civic.Denied, "grant.unwanted", "老人说这份委托不是自己的意思，先停下了。请和老人说明白，再请老人到窗口办。").
			Accepting("老人本人带证件到窗口说明白；或找社区主管")
	errUnasked = civic.E(civic.Denied, "grant.unasked", "这份委托是别人登记的，要先问过老人本人，现在还不能用。请让老人自己说一声：在自己的网页上点「是我同意的」；或带证件到窗口说；或接另一位工作人员（不是登记的那一位）打来的电话。老人同意了，马上就能办。").
			Accepting("请老人在自己的网页上、带证件到窗口，或在电话里由另一位工作人员问过，说一声同意")
	errWardHeld = civic.E(civic.Denied, "grant.guardianship", "老人现在有监护人，以前的委托先停下了。请找监护人重新认可。").
			Accepting("请监护人认可这份委托")
	errElderDead = civic.E(civic.Denied, "grant.elder_dead", "这位老人已登记去世，委托到此为止。亲属还能看已有的资料，办标明「身后事」的服务。").
			Accepting("亲属办身后的事；登记错了请到窗口改")
	errOwnWord = civic.E(civic.Denied, "grant.own_word", "老人说过这份委托不是自己的意思，别人不能替老人恢复。请老人带证件到窗口说，或在自己的网页上恢复；老人不愿意，请停掉这份委托。").
			Accepting("老人本人带证件来，或在自己的网页上说；有监护人的，由监护人说")
	errSelfDead = civic.E(civic.Denied, "grant.self_dead", "系统里有一条您去世的登记，网页先停用了。登记错了的话，请带证件到任何一个窗口，请主管改回来。").
			Accepting("本人带证件到窗口，请主管撤销登记")
	errSelfErased = civic.E(civic.Denied, "grant.erased", "这份资料已经按您的要求删除了，不能再用。要再办事，请带证件到窗口重新登记。").
			Accepting("带证件到窗口重新登记")
	errDeskDead = civic.E(civic.Denied, "grant.desk_dead", "这位老人已登记去世，这件事不能再办。家属可以办标明「身后事」的服务；登记错了，请主管撤销登记。").
			Accepting("请主管撤销登记；或办身后的事")
)

// whyHeld says why a grant that would cover an act does not allow it now.
func whyHeld(c candidate, self people.Self, other *civic.Error) *civic.Error {
	held := c.Held
	switch {
	case self.Died != "" || strings.Contains(held, heldElder):
		return errElderDead
	case strings.Contains(held, heldUnwanted):
		return errUnwanted
	case strings.Contains(held, heldDispute):
		return errFrozen
	case strings.Contains(held, heldWard):
		return errWardHeld
	case c.Notice == pending:
		return errUnasked
	}
	return other
}
