package grant

import (
	"fmt"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"

	"yinqiao/db"
)

// within checks the limits of unrelated agents. Both people's rows are locked, so
// that gives of several elders to one agent come here one after the other.
func (s *Service) within(tx *journal.Tx, self people.Self, g Grant) error {
	limit := rules.in(self.Division)
	switch {
	case g.Kind == "guardian" || g.AgentKind == "person" && related(g.Relation, g.GivenHow):
		return nil
	case g.AgentKind == "role":
		return s.withinRole(tx, self, g, limit)
	}
	most := g.Starts.AddDate(0, limit.Months, 1)
	if rules.family(g.Relation) && (g.Services == "*" && !limit.Everything || g.Ends == nil || g.Ends.After(most)) {
		return errUnproven
	}
	if g.Services == "*" && !limit.Everything {
		return errEverything
	}
	if g.Ends == nil || g.Ends.After(most) {
		return civic.E(civic.Invalid, "grant.months", fmt.Sprintf("不是亲属的人，一次最多委托%d个月。请写明到哪天为止，到时可以再办。", limit.Months)).On("until")
	}
	agent, err := people.Resolve(tx, g.Agent)
	if err != nil {
		return err
	}
	ids := agent.Selves()
	var rows []struct {
		Person   civic.PersonID
		Relation string
		GivenHow string
	}
	if err := tx.Select(&rows, `SELECT DISTINCT person, relation, given_how FROM proxy_grant WHERE state = 'active' AND agent_kind = 'person' AND kind = 'agent'
		AND (ends IS NULL OR ends > $1) AND agent IN `+db.In(2, len(ids)), append([]any{tx.Now}, db.Args(ids)...)...); err != nil {
		return err
	}
	others := map[civic.PersonID]bool{}
	for _, r := range rows {
		if related(r.Relation, r.GivenHow) {
			continue
		}
		elder, err := people.Resolve(tx, r.Person) // somebody registered twice is one
		if err != nil {
			return err
		}
		if elder.Root != self.Root {
			others[elder.Root] = true
		}
	}
	if len(others) >= limit.Elders {
		return civic.E(civic.Exhausted, "grant.elders", fmt.Sprintf("这位不是亲属的受托人，已经替%d位老人代办，不能再多了。请换一位，或先停掉一份。", len(others))).On("agent")
	}
	return nil
}

// withinRole checks the limits of a grant to a role: whoever has it at the office may
// then act without the person being there, so that none is for everything or for ever,
// or to an office that does not serve where the person lives.
func (s *Service) withinRole(tx *journal.Tx, self people.Self, g Grant, limit Limit) error {
	if g.Services == "*" {
		return errRoleAll
	}
	if most := g.Starts.AddDate(0, limit.Months, 1); g.Ends == nil || g.Ends.After(most) {
		return civic.E(civic.Invalid, "grant.role_months", fmt.Sprintf("委托给单位的岗位，一次最多%d个月。请写明到哪天为止，到时可以再办。", limit.Months)).On("until")
	}
	o, err := place.Read(tx, g.Office)
	if err != nil {
		return err
	}
	if !o.Division.Covers(self.Division) {
		return errRoleFar
	}
	return nil
}

var (
	errRoleAll  = civic.E(civic.Invalid, "grant.role_everything", "不能把「什么事都办」委托给单位的岗位。请选定办哪几件事。").On("services")
	errRoleFar  = civic.E(civic.Invalid, "grant.role_far", "这个单位不管老人住的地方，不能委托给它的岗位。请委托给老人住的街道或社区的单位，或委托给家里人。").On("role")
	errRoleCard = civic.E(civic.Denied, "grant.role_card", "委托给自己单位的岗位，要看着老人的证件办。请把证件放到读卡器上，或输入证件的整个号码，重新打开老人的资料。").
			On("role").Accepting("老人带证件来；或请别的单位的同事登记")
)

var errEverything = civic.E(civic.Invalid, "grant.everything", "不是亲属的人，不能委托「什么事都办」。请选定办哪几件事。").On("services")
