package grant

import (
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// Judge implements journal.Authoriser on the rows of the transaction it is asked
// in, so that a grant revoked a moment ago is refused now.
type Judge struct{}

var (
	errNobody = civic.E(civic.Denied, "sign_in", "请先登录。工作人员用账号登录；老人可以到窗口领取登录口令。").
			Accepting("登录后再办")
	errNotYours = civic.E(civic.Denied, "grant.none", "您还没有得到这位老人的委托，不能替老人办这件事。").
			Accepting("请老人本人在窗口、电话里或用自己的证件委托您")
	errStaffOnly = civic.E(civic.Denied, "grant.staff_only", "这件事由工作人员办理。").
			Accepting("请到窗口或打电话找工作人员")
	errRole = civic.E(civic.Denied, "grant.role", "您的岗位不能办这件事。").
		Accepting("请找有这项职责的同事，或请管理员调整岗位")
	errDivision = civic.E(civic.Denied, "grant.division", "这件事不在您的辖区。").
			Accepting("老人带了证件的话，请把证件放到读卡器上，或输入证件的整个号码，再打开")
	errOffice = civic.E(civic.Denied, "grant.office", "这件事不归您的单位办理。").
			Accepting("请负责这件事的单位的同事来办")
	errNotOpen = civic.E(civic.Denied, "grant.not_open", "这位老人的资料没有打开，或已经超过时间自动关上。请重新刷卡或说明理由后打开。").
			Accepting("重新打开老人的资料")
	errAgentCard = civic.E(civic.Denied, "opening.agent_card", "还没有看到来办事的家人的证件。请家人把自己的证件放到读卡器上，或把证件上的号码从头到尾输一遍，再打开。家人没带证件，或是打电话来的，「谁来办」请选老人本人，在原因里写明是家人来问，照您的岗位能办的办。").
			Accepting("家人自己的身份证、社保卡或老年卡").On("agent-card")
	errGuardianCard = civic.E(civic.Denied, "opening.guardian_card", "便民卡、刚添或刚换的卡，单凭它还不能证明来的是监护人。请监护人再出示一张原来就登记过的证件，放到读卡器上或输入它的整个号码，再打开。").
			Accepting("监护人的身份证、社保卡、老年卡里原来就登记过的一张").On("agent-card")
	errAgent = civic.E(civic.Denied, "grant.agent", "来办事的家人还没有得到老人的委托，或委托已经停止。").
			Accepting("请老人本人先办委托")
)

// Authorise implements journal.Authoriser.
func (Judge) Authorise(q db.Q, now time.Time, actor civic.Actor, need civic.Need) (civic.Authority, error) {
	return judge(q, nil, now, actor, need)
}

// holding is who is held already, in the write that asks.
type holding map[civic.PersonID]people.Self

func judge(q db.Q, h holding, now time.Time, actor civic.Actor, need civic.Need) (civic.Authority, error) {
	switch actor.Operator.Kind {
	case civic.PartySystem:
		return civic.Mint(civic.BasisSystem, actor.Operator.ID, need.Person, need.Division.County(), need.Office), nil
	case civic.PartyPerson:
		return judgePerson(q, h, now, actor.Person(), need)
	case civic.PartyDevice:
		return judgeDevice(q, h, actor, need)
	case civic.PartyStaff:
		if err := judgePhone(q, actor); err != nil {
			return civic.Authority{}, err
		}
		return judgeStaff(q, h, now, actor, need)
	}
	return civic.Authority{}, errNobody
}

// AuthoriseAll implements journal.Authoriser. In a write all whom the asks are about are
// held by one statement, so that it costs many hardly more than one.
func (Judge) AuthoriseAll(q db.Q, now time.Time, asks []journal.Ask) ([]journal.Ruling, error) {
	var h holding
	if w, ok := q.(people.Writer); ok && w.Locks() {
		var about []civic.PersonID
		for _, a := range asks {
			if kind := a.Actor.Operator.Kind; a.Need.Person != "" && !a.Need.Look && (kind == civic.PartyPerson || kind == civic.PartyStaff) {
				about = append(about, a.Need.Person)
			}
		}
		slices.Sort(about) // in one order, so that two who hold the same can't deadlock
		var err error
		if h, err = people.HoldAll(w, slices.Compact(about)); err != nil {
			return nil, err
		}
	}
	out := make([]journal.Ruling, len(asks))
	for i, a := range asks {
		auth, err := judge(q, h, now, a.Actor, a.Need)
		if err != nil && civic.KindOf(err) == civic.Internal {
			return nil, err
		}
		out[i] = journal.Ruling{Authority: auth, Refused: err}
	}
	return out, nil
}

func judgePerson(q db.Q, h holding, now time.Time, who civic.PersonID, need civic.Need) (civic.Authority, error) {
	if need.Person == "" || need.Office != "" || need.Division != "" {
		return civic.Authority{}, errStaffOnly // a place asks for a role there, which people don't have
	}
	self, err := held(q, h, need)
	if err != nil {
		return civic.Authority{}, err
	}
	if slices.Contains(self.Selves(), who) {
		if self.State != "active" {
			return civic.Authority{}, errSelfErased
		}
		if self.Died != "" {
			return civic.Authority{}, errSelfDead
		}
		return over(civic.BasisOwn, "", need.Person, self, self.Division, ""), nil
	}
	if self.State != "active" {
		return civic.Authority{}, errNotYours
	}
	g, err := agentRests(q, now, self, who, need, errNotYours)
	if err != nil {
		return civic.Authority{}, err
	}
	return over(g.basis(), g.ID, need.Person, self, self.Division, ""), nil
}

// held resolves whom an act is for. In a write their row is held until it ends, so
// that whatever takes the ground away comes before the act, and is seen, or after.
func held(q db.Q, h holding, need civic.Need) (people.Self, error) {
	if self, ok := h[need.Person]; ok {
		return self, nil
	}
	if w, ok := q.(people.Writer); ok && w.Locks() && !need.Look {
		return people.HoldSelf(w, need.Person)
	}
	return people.Resolve(q, need.Person)
}

// agentRests finds the grant on which an agent acts, under any of their
// identities. An agent who has died, or has had everything erased, acts no more.
func agentRests(q db.Q, now time.Time, self people.Self, agent civic.PersonID, need civic.Need, refusal *civic.Error) (candidate, error) {
	me, err := people.Resolve(q, agent)
	if civic.Is(err, civic.NotFound) {
		return candidate{}, refusal
	}
	if err != nil {
		return candidate{}, err
	}
	if me.State != "active" {
		return candidate{}, refusal
	}
	if me.Died != "" {
		return candidate{}, errSelfDead
	}
	cs, err := ofAgent(q, now, self, me.Selves())
	if err != nil {
		return candidate{}, err
	}
	return rest(q, now, self, cs, need, refusal)
}

// over mints an authority that reaches a person under all their identities.
func over(b civic.Basis, ref string, person civic.PersonID, self people.Self, d civic.Division, o civic.OfficeID) civic.Authority {
	auth := civic.Mint(b, ref, person, d.County(), o)
	if len(self.Also) > 0 {
		auth = auth.Reaching(self.Selves())
	}
	return auth
}

func judgeStaff(q db.Q, h holding, now time.Time, actor civic.Actor, need civic.Need) (civic.Authority, error) {
	none := civic.Authority{}
	if need.Permission == "" {
		return none, errRole
	}
	m, err := staff.Read(q, actor.Staff())
	if civic.Is(err, civic.NotFound) {
		return none, errNobody
	}
	if err != nil {
		return none, err
	}
	post, ok := m.May(need.Permission)
	if !ok && need.Person != "" && need.Look && need.Office == "" && need.Division == "" {
		post, ok = m.May(civic.MayBreakGlass) // an opening in an emergency shows the person
	}
	if !ok {
		return none, errRole
	}
	here := func(b civic.Basis, ref string) (civic.Authority, error) {
		return civic.Mint(b, ref, need.Person, m.Division.County(), m.Office), nil
	}
	switch {
	case need.Office != "":
		if m.Office != need.Office {
			return none, errOffice
		}
		if _, ok := m.MayIn(need.Permission, m.Division); !ok {
			return none, errDivision // the post is for another place than the office's
		}
		return here(civic.BasisOffice, string(m.Office))
	case need.Division != "":
		post, ok := m.MayIn(need.Permission, need.Division)
		if !ok {
			return none, errDivision
		}
		return here(civic.BasisRole, string(post.Role))
	case need.Person != "":
		return judgeOpening(q, h, now, actor, m, need)
	}
	return here(civic.BasisRole, string(post.Role))
}

// judgeOpening lets staff act for a person whom they have opened, or who lets
// the role at their office act. When somebody came for the person in opening, that agent
// needs a live grant, and the act rests on it; nobody else is said to have asked.
func judgeOpening(q db.Q, h holding, now time.Time, actor civic.Actor, m staff.Member, need civic.Need) (civic.Authority, error) {
	self, err := held(q, h, need)
	if civic.Is(err, civic.NotFound) || err == nil && self.State != "active" {
		err = errNotOpen // who exists is not told
	}
	if err != nil {
		return civic.Authority{}, err
	}
	here := func(b civic.Basis, ref string) civic.Authority {
		return over(b, ref, need.Person, self, m.Division, m.Office)
	}
	var o struct {
		Basis civic.Basis
		Agent civic.PersonID
	}
	ids := self.Selves()
	err = q.Get(&o, `SELECT basis, agent FROM opening WHERE staff = $1 AND until > $2 AND person IN `+db.In(3, len(ids))+` ORDER BY until DESC LIMIT 1`,
		append([]any{m.ID, now}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return judgeRole(q, now, actor, self, m, need)
	}
	if err != nil {
		return civic.Authority{}, err
	}
	if o.Basis == civic.BasisGlass && !need.Look {
		return civic.Authority{}, errGlassLook
	}
	if a := actor.Agent; !a.None() && (a.Kind != civic.PartyPerson || a.ID != string(o.Agent) && !slices.Contains(ids, civic.PersonID(a.ID))) {
		return civic.Authority{}, errAgentCard // the desk shows who came in opening, by their card
	}
	if o.Agent != "" && !slices.Contains(ids, o.Agent) {
		g, err := agentRests(q, now, self, o.Agent, need, errAgent)
		if err != nil {
			return civic.Authority{}, err
		}
		return here(g.basis(), g.ID).AskedBy(civic.Party{Kind: civic.PartyPerson, ID: string(o.Agent)}), nil
	}
	if self.Died != "" && need.Service != "" && !need.Look && !need.After {
		return civic.Authority{}, errDeskDead
	}
	return here(o.Basis, string(staff.Clerk)), nil
}

// judgeRole lets staff act without an opening for a person who has granted that
// to their role at their office.
func judgeRole(q db.Q, now time.Time, actor civic.Actor, self people.Self, m staff.Member, need civic.Need) (civic.Authority, error) {
	if !actor.Agent.None() {
		return civic.Authority{}, errNotOpen // somebody came: that is the desk's matter
	}
	if !need.Look && (need.Service == "" || need.Service == "*") {
		return civic.Authority{}, errNotOpen // cards, phones, grants, copies: with an opening and its reason alone
	}
	cs, err := ofPosts(q, now, self, m, need.Permission)
	if err != nil {
		return civic.Authority{}, err
	}
	g, err := rest(q, now, self, cs, need, errNotOpen)
	if err != nil {
		return civic.Authority{}, err
	}
	return over(civic.BasisGrant, g.ID, need.Person, self, m.Division, m.Office), nil
}
