package grant

import (
	"yinqiao/civic"
	"yinqiao/db"
)

// RelationsTo says what those who hold or held a grant are to the people of an
// authority: 女儿, 侄女. By the grant's ID, and by the holder's.
func RelationsTo(q db.Q, auth civic.Authority) (map[string]string, error) {
	selves := auth.Selves()
	out := map[string]string{}
	if len(selves) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Agent, Relation string }
	if err := q.Select(&rows, `SELECT id, agent, relation FROM proxy_grant WHERE agent_kind = 'person' AND person IN `+db.In(1, len(selves))+` ORDER BY id`,
		db.Args(selves)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID], out[r.Agent] = r.Relation, r.Relation
	}
	return out, nil
}
