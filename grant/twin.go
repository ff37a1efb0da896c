package grant

import (
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
)

// twins is what the identities of somebody who was registered twice hold against
// each other: a dispute or a guardian of one freezes the grants of the others that
// were given before they were one. It is worked out at each look and written
// nowhere, so that an undone merge gives each their own again.
type twins struct {
	by     map[civic.PersonID][]string // the words, by the identity on which they stand
	merged time.Time                   // the newest merge: what is given since is of one person
}

// twinsOf reads the holds of a person's identities. Whoever was never merged costs
// no read.
func twinsOf(q db.Q, now time.Time, self people.Self) (twins, error) {
	out := twins{by: map[civic.PersonID][]string{}}
	if len(self.Also) == 0 {
		return out, nil
	}
	ids := self.Selves()
	var rows []struct {
		Person civic.PersonID
		Kind   string
		Held   string
		Starts time.Time
	}
	if err := q.Select(&rows, `SELECT person, kind, held, starts FROM proxy_grant WHERE state = 'active' AND (held <> '' OR kind = 'guardian')
		AND (ends IS NULL OR ends > $1) AND person IN `+db.In(2, len(ids)), append([]any{now}, db.Args(ids)...)...); err != nil {
		return out, err
	}
	for _, r := range rows {
		if strings.Contains(r.Held, heldDispute) {
			out.by[r.Person] = append(out.by[r.Person], heldDispute)
		}
		if r.Kind == "guardian" && !r.Starts.After(now) || strings.Contains(r.Held, heldWard) {
			out.by[r.Person] = append(out.by[r.Person], heldWard)
		}
	}
	if len(out.by) == 0 {
		return out, nil
	}
	var merges []struct{ MergedAt time.Time }
	err := q.Select(&merges, `SELECT merged_at FROM person_merge WHERE undone_at IS NULL AND dropped IN `+db.In(1, len(self.Also))+` ORDER BY merged_at DESC LIMIT 1`,
		db.Args(self.Also)...)
	if len(merges) > 0 {
		out.merged = merges[0].MergedAt
	}
	return out, err
}

// over lists the words that the other identities put on a grant of a person,
// beyond those that are written on it.
func (t twins) over(person civic.PersonID, kind, agentKind, held string, given *time.Time) string {
	if len(t.by) == 0 || kind != "agent" || given != nil && given.After(t.merged) {
		return ""
	}
	out := ""
	for id, words := range t.by {
		for _, w := range words {
			if id == person || strings.Contains(held+out, w) || w == heldDispute && agentKind != "person" {
				continue
			}
			out += w
		}
	}
	return out
}

// frozen reports whether another identity holds a grant.
func (t twins) frozen(g Grant) bool {
	return t.over(g.Person, g.Kind, g.AgentKind, g.Held, g.GivenAt) != ""
}

// show puts what the other identities hold onto grants that are shown.
func (t twins) show(gs []Grant) []Grant {
	for i := range gs {
		if gs[i].State == "active" {
			gs[i].Held += t.over(gs[i].Person, gs[i].Kind, gs[i].AgentKind, gs[i].Held, gs[i].GivenAt)
		}
	}
	return gs
}
