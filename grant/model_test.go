package grant_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
)

// model is what should hold of one elder, worked out without the database.
type model struct {
	w       *apptest.World
	elder   civic.PersonID
	agents  []civic.PersonID
	clerk   civic.Actor
	grants  []*modelGrant
	openTo  time.Time // until when the clerk has opened the elder
	openFor civic.PersonID
}

type modelGrant struct {
	id       string
	agent    civic.PersonID
	services []string
	starts   time.Time
	ends     *time.Time
	revoked  bool
}

func (g *modelGrant) covers(agent civic.PersonID, service string, now time.Time) bool {
	return g.agent == agent && !g.revoked && !now.Before(g.starts) && (g.ends == nil || now.Before(*g.ends)) &&
		(service == "" || g.services[0] == "*" || slices.Contains(g.services, service))
}

func (m *model) may(agent civic.PersonID, service string) bool {
	return slices.ContainsFunc(m.grants, func(g *modelGrant) bool { return g.covers(agent, service, m.w.Clock.Now()) })
}

var modelServices = []string{"a", "b", "a-b", "*"}

func (m *model) step(t *rapid.T) {
	now := m.w.Clock.Now()
	agent := rapid.SampledFrom(m.agents).Draw(t, "agent")
	service := rapid.SampledFrom([]string{"", "a", "b", "a-b", "b-a"}).Draw(t, "service")
	switch rapid.SampledFrom([]string{"give", "give", "revoke", "later", "open", "act", "act", "act", "desk", "desk"}).Draw(t, "verb") {
	case "give":
		g := &modelGrant{agent: agent, services: rapid.SliceOfNDistinct(rapid.SampledFrom(modelServices[:3]), 1, 3, rapid.ID).Draw(t, "services"),
			starts: now.Add(time.Duration(rapid.IntRange(-2, 3).Draw(t, "starts")) * time.Minute)}
		if rapid.IntRange(0, 3).Draw(t, "everything") == 0 {
			g.services = modelServices[3:]
		}
		if rapid.Bool().Draw(t, "bounded") {
			end := g.starts.Add(time.Duration(rapid.IntRange(1, 5).Draw(t, "minutes")) * time.Minute)
			g.ends = &end
		}
		var err error
		g.id, err = m.w.Grant.Give(ctx, apptest.AsPerson(m.elder), grant.Grant{Person: m.elder, Agent: agent, Relation: "亲戚", Services: strings.Join(g.services, " "), Starts: g.starts, Ends: g.ends})
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range m.grants {
			if old.id == g.id { // it said the same as one that stands
				return
			}
		}
		m.grants = append(m.grants, g)
	case "revoke":
		if len(m.grants) == 0 {
			return
		}
		g := rapid.SampledFrom(m.grants).Draw(t, "grant")
		err := m.w.Grant.Revoke(ctx, apptest.AsPerson(m.elder), m.elder, g.id)
		if (err == nil) == g.revoked || err != nil && !civic.Is(err, civic.NotFound) {
			t.Fatalf("revoking a grant (revoked before: %v): %v", g.revoked, err)
		}
		g.revoked = true
	case "later":
		m.w.Clock.Add(time.Duration(rapid.IntRange(1, 180).Draw(t, "seconds")) * time.Second)
	case "open":
		who := rapid.SampledFrom(append(m.agents, "")).Draw(t, "for")
		err := m.w.Grant.Open(ctx, m.clerk, m.elder, rapid.Bool().Draw(t, "card"), "来窗口", who)
		if want := who == "" || m.may(who, ""); want != (err == nil) {
			t.Fatalf("opening for %q: %v, want allowed %v", who, err, want)
		}
		if err == nil {
			m.openTo, m.openFor = now.Add(grant.OpenFor), who
		}
	case "act":
		m.check(t, "an agent", apptest.AsPerson(agent), service, m.may(agent, service))
	case "desk":
		clerk := m.clerk
		asked := m.openFor
		if rapid.Bool().Draw(t, "named") {
			asked = agent
			clerk.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(agent)}
		}
		m.check(t, "a clerk", clerk, service, now.Before(m.openTo) && (asked == "" || m.may(asked, service)))
	}
}

// check acts, and compares what was committed with what should be.
func (m *model) check(t *rapid.T, who string, actor civic.Actor, service string, want bool) {
	count := func() int { return m.w.Acts(t, actUsed, string(m.elder)) }
	before := count()
	err := use(m.w, actor, m.elder, service)
	did := count() - before
	if want != (err == nil) || want != (did == 1) || err != nil && !civic.Is(err, civic.Denied) {
		t.Fatalf("%s acts in %q: %v, %d committed, want allowed %v", who, service, err, did, want)
	}
}

func TestNoInterleavingLetsAnActOutsideItsScopeOrTimeCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		w.Services(t, "a", "b", "a-b")
		rapid.Check(t, func(rt *rapid.T) {
			m := &model{w: w, clerk: w.Taiyuan.Clerk}
			for range 3 {
				m.agents = append(m.agents, w.Person(rt, w.Taiyuan.Street))
			}
			m.elder, m.agents = m.agents[0], m.agents[1:]
			for range rapid.IntRange(1, 15).Draw(rt, "steps") {
				m.step(rt)
			}
		})
	})
}
