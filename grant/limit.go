package grant

import (
	"fmt"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"

	"yinqiao/db"
)

// within checks the limits of unrelated agents. Both people's rows are locked, so
// that gives of several elders to one agent come here one after the other.
func (s *Service) within(tx *journal.Tx, self people.Self, g Grant) error {
	if g.AgentKind != "person" || g.Kind == "guardian" || related(g.Relation, g.GivenHow) {
		return nil
	}
	limit := rules.in(self.Division)
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

var errEverything = civic.E(civic.Invalid, "grant.everything", "不是亲属的人，不能委托「什么事都办」。请选定办哪几件事。").On("services")
