package grant_test

import (
	"maps"
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
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// model is what should hold of one elder, worked out without the database.
type model struct {
	w       *apptest.World
	elder   civic.PersonID
	agents  []civic.PersonID
	clerk   civic.Actor
	settler civic.Actor
	second  civic.Actor // who settles too
	grants  []*modelGrant
	dead    map[civic.PersonID]bool
	openTo  time.Time // until when the clerk has opened the elder
	openFor civic.PersonID
	shownTo map[civic.PersonID]time.Time // until when a card of theirs counts as shown to the clerk
}

type modelGrant struct {
	id       string
	guardian bool
	entered  bool // a guardianship that nobody has confirmed
	agent    civic.PersonID
	services []string
	starts   time.Time
	given    time.Time // or last resumed
	ends     *time.Time
	revoked  bool
	held     map[string]bool
}

func (g *modelGrant) inTime(now time.Time) bool {
	return !now.Before(g.starts) && (g.ends == nil || now.Before(*g.ends))
}

// covers reports whether an act may rest on the grant: after is for what is left to
// do when the elder has died.
func (g *modelGrant) covers(agent civic.PersonID, service string, now time.Time, elderDead, after bool) bool {
	if g.agent != agent || g.revoked || g.entered || !g.inTime(now) || service != "" && g.services[0] != "*" && !slices.Contains(g.services, service) {
		return false
	}
	if elderDead {
		return after && len(g.held) == 1 && g.held["elder"]
	}
	return len(g.held) == 0
}

func (m *model) may(agent civic.PersonID, service string, after bool) bool {
	return !m.dead[agent] && slices.ContainsFunc(m.grants, func(g *modelGrant) bool {
		return g.covers(agent, service, m.w.Clock.Now(), m.dead[m.elder], after)
	})
}

func (m *model) ward() bool {
	return slices.ContainsFunc(m.grants, func(g *modelGrant) bool { return g.guardian && !g.entered && !g.revoked && g.inTime(m.w.Clock.Now()) })
}

// guards reports whether somebody is a guardian now, alive and for the living.
func (m *model) guards(p civic.PersonID) bool {
	return slices.ContainsFunc(m.grants, func(g *modelGrant) bool {
		return g.guardian && g.covers(p, "", m.w.Clock.Now(), m.dead[m.elder], false)
	})
}

var modelServices = []string{"a", "b", "a-b", "*"}

func (m *model) step(t *rapid.T) {
	verbs := map[string]func(*rapid.T){"give": m.give, "give again": m.give, "revoke": m.revoke, "later": m.later, "open": m.open, "act": m.act, "act again": m.act,
		"desk": m.desk, "desk again": m.desk, "freeze": m.freeze, "settle": m.settle, "settle again": m.settle, "appoint": m.appoint, "confirm": m.confirm, "confirm again": m.confirm, "release": m.release, "death": m.death, "withdraw": m.withdraw}
	m.hold()
	verbs[rapid.SampledFrom(slices.Sorted(maps.Keys(verbs))).Draw(t, "verb")](t)
}

// hold holds what was given before a guardianship that has begun since.
func (m *model) hold() {
	for _, ship := range m.grants {
		if !ship.guardian || ship.entered || ship.revoked || m.w.Clock.Now().Before(ship.starts) {
			continue
		}
		for _, g := range m.grants {
			if !g.guardian && !g.revoked && g.given.Before(ship.starts) {
				g.held["ward"] = true
			}
		}
	}
}

// past reports whether an end has come.
func (m *model) past(ends *time.Time) bool { return ends != nil && !m.w.Clock.Now().Before(*ends) }

func (m *model) agent(t *rapid.T) civic.PersonID { return rapid.SampledFrom(m.agents).Draw(t, "agent") }

func (m *model) one(t *rapid.T) *modelGrant {
	if len(m.grants) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.grants).Draw(t, "grant")
}

// ended compares a refusal with what should be.
func ended(t *rapid.T, what string, err error, want bool) bool {
	if want != (err == nil) || err != nil && (civic.KindOf(err) == civic.Internal || civic.KindOf(err) == civic.Unavailable) {
		t.Fatalf("%s: %v, want allowed %v", what, err, want)
	}
	return err == nil
}

func (m *model) times(t *rapid.T) (time.Time, *time.Time) {
	starts := m.w.Clock.Now().Add(time.Duration(rapid.IntRange(-2, 3).Draw(t, "starts")) * time.Minute)
	if !rapid.Bool().Draw(t, "bounded") {
		return starts, nil
	}
	end := starts.Add(time.Duration(rapid.IntRange(1, 5).Draw(t, "minutes")) * time.Minute)
	return starts, &end
}

func (m *model) give(t *rapid.T) {
	g := &modelGrant{agent: m.agent(t), services: rapid.SliceOfNDistinct(rapid.SampledFrom(modelServices[:3]), 1, 3, rapid.ID).Draw(t, "services"), held: map[string]bool{}}
	g.starts, g.ends = m.times(t)
	if rapid.IntRange(0, 3).Draw(t, "everything") == 0 {
		g.services = modelServices[3:]
	}
	who := m.elder
	if rapid.IntRange(0, 2).Draw(t, "by another") == 0 {
		who = m.agent(t)
	}
	id, err := m.w.Grant.Give(ctx, apptest.AsPerson(who), grant.Grant{Person: m.elder, Agent: g.agent, Relation: "兄弟", Services: strings.Join(g.services, " "), Starts: g.starts, Ends: g.ends})
	may := !m.dead[m.elder] && !m.dead[g.agent] && (who == m.elder && !m.ward() || who != m.elder && m.guards(who) && !m.dead[who])
	if !ended(t, "giving", err, may && !m.past(g.ends)) {
		return
	}
	for _, old := range m.grants {
		if old.id == id { // it said the same as one that stands
			if len(old.held) > 0 || old.revoked {
				t.Fatal("a grant that is held or revoked was given back as the same")
			}
			return
		}
	}
	g.id, g.given = id, m.w.Clock.Now()
	m.grants = append(m.grants, g)
}

func (m *model) revoke(t *rapid.T) {
	g := m.one(t)
	if g == nil {
		return
	}
	err := m.w.Grant.Revoke(ctx, apptest.AsPerson(m.elder), m.elder, g.id)
	if ended(t, "revoking", err, !g.revoked && !g.guardian && !m.dead[m.elder]) {
		g.revoked = true
	}
}

func (m *model) later(t *rapid.T) {
	m.w.Clock.Add(time.Duration(rapid.IntRange(1, 180).Draw(t, "seconds")) * time.Second)
}

func (m *model) open(t *rapid.T) {
	who := rapid.SampledFrom(append(slices.Clone(m.agents), "")).Draw(t, "for")
	card := rapid.Bool().Draw(t, "card")
	for _, p := range []civic.PersonID{m.elder, who} {
		if p != "" && (p == who || card) && rapid.IntRange(0, 3).Draw(t, "not typed") > 0 {
			m.w.Show(t, m.clerk, p)
			m.shownTo[p] = m.w.Clock.Now().Add(people.TypedFor())
		}
	}
	shown := func(p civic.PersonID) bool { return m.w.Clock.Now().Before(m.shownTo[p]) }
	err := m.w.Grant.Open(ctx, m.clerk, m.elder, card, "来窗口", who)
	if ended(t, "opening", err, (!card || shown(m.elder)) && (who == "" || shown(who) && m.may(who, "", true))) {
		m.openTo, m.openFor = m.w.Clock.Now().Add(grant.OpenFor()), who
	}
}

func (m *model) freeze(t *rapid.T) {
	who := rapid.SampledFrom(append(slices.Clone(m.agents), m.elder)).Draw(t, "who")
	err := m.w.Grant.Dispute(ctx, apptest.AsPerson(who), m.elder, "意见不一致")
	var frozen []*modelGrant
	for _, g := range m.grants {
		if !g.guardian && !g.revoked && (g.ends == nil || m.w.Clock.Now().Before(*g.ends)) {
			frozen = append(frozen, g)
		}
	}
	may := who == m.elder && !m.dead[who] || who != m.elder && m.may(who, "", false)
	if ended(t, "freezing", err, may && len(frozen) > 0) {
		for _, g := range frozen {
			g.held["dispute"] = true
		}
	}
}

func (m *model) settle(t *rapid.T) {
	g := m.one(t)
	if g == nil {
		return
	}
	resume := rapid.Bool().Draw(t, "resume")
	who := rapid.SampledFrom(append(slices.Clone(m.agents), m.elder, "")).Draw(t, "who")
	actor, may, guardian := m.settler, true, false
	if who != "" {
		actor = apptest.AsPerson(who)
		guardian = who != m.elder && !m.dead[who] && m.guards(who)
		may = guardian || who == m.elder && !m.dead[m.elder] && !(resume && m.ward())
	}
	lifts := []string{"dispute"}
	if guardian || !m.ward() {
		lifts = append(lifts, "ward")
	}
	may = may && !g.revoked && slices.ContainsFunc(lifts, func(l string) bool { return g.held[l] })
	if !ended(t, "settling", m.w.Grant.Settle(ctx, actor, m.elder, g.id, resume), may) {
		return
	}
	for _, l := range lifts {
		if l == "ward" && g.held[l] {
			g.given = m.w.Clock.Now()
		}
		delete(g.held, l)
	}
	g.revoked = !resume
}

func (m *model) appoint(t *rapid.T) {
	if rapid.IntRange(0, 1).Draw(t, "seldom") == 0 {
		return
	}
	g := &modelGrant{guardian: true, agent: m.agent(t), services: modelServices[3:], held: map[string]bool{}}
	g.starts, g.ends = m.times(t)
	g.entered = true
	id, err := m.w.Grant.Appoint(ctx, m.settler, grant.Guardianship{Person: m.elder, Guardian: g.agent, Document: "区法院的判决", Scan: onePixel, Starts: g.starts, Ends: g.ends})
	if !ended(t, "appointing", err, !m.dead[m.elder] && !m.dead[g.agent] && !m.past(g.ends)) {
		return
	}
	g.id = id
	m.grants = append(m.grants, g)
}

// confirm puts a guardianship in force that was entered, by whoever entered it or another.
func (m *model) confirm(t *rapid.T) {
	g := m.one(t)
	if g == nil {
		return
	}
	who := rapid.SampledFrom([]civic.Actor{m.settler, m.second}).Draw(t, "by")
	if g.guardian {
		if _, err := m.w.Grant.Scan(ctx, who, m.elder, g.id); err != nil {
			t.Fatal(err)
		}
	}
	err := m.w.Grant.ConfirmGuardian(ctx, who, m.elder, g.id)
	if !ended(t, "confirming", err, who == m.second && g.entered && !g.revoked && !m.dead[m.elder] && !m.dead[g.agent] && !m.past(g.ends)) {
		return
	}
	g.entered = false
	for _, old := range m.grants {
		if !old.guardian && !old.revoked && !g.starts.After(m.w.Clock.Now()) {
			old.held["ward"] = true
		}
	}
	if m.openFor == g.agent {
		m.openTo = time.Time{}
	}
}

func (m *model) release(t *rapid.T) {
	g := m.one(t)
	if g != nil && ended(t, "releasing", m.w.Grant.EndGuardianship(ctx, m.settler, m.elder, g.id), g.guardian && !g.revoked) {
		g.revoked = true
	}
}

func (m *model) death(t *rapid.T) {
	who := rapid.SampledFrom(append(slices.Clone(m.agents), m.elder)).Draw(t, "who")
	ended(t, "reporting a death", m.w.Grant.ReportDeath(ctx, m.settler, who, "2026-11-20", "certificate"), true)
	if m.dead[who] {
		return // it was known
	}
	m.dead[who] = true
	for _, g := range m.grants {
		if !g.revoked && who == m.elder {
			g.held["elder"] = true
		} else if !g.revoked && who == g.agent {
			g.held["agent"] = true
		}
	}
	if who == m.elder {
		m.openTo = time.Time{}
	}
}

func (m *model) withdraw(t *rapid.T) {
	who := rapid.SampledFrom(append(slices.Clone(m.agents), m.elder)).Draw(t, "who")
	ended(t, "withdrawing a death", m.w.Grant.WithdrawDeath(ctx, m.settler, who, "登记错了人"), true)
	delete(m.dead, who)
	for _, g := range m.grants {
		if who == m.elder {
			delete(g.held, "elder")
		} else if who == g.agent {
			delete(g.held, "agent")
		}
	}
}

func (m *model) act(t *rapid.T) {
	agent, service, after := m.agent(t), m.service(t), rapid.Bool().Draw(t, "after")
	m.check(t, "an agent", apptest.AsPerson(agent), service, after, m.may(agent, service, after))
}

func (m *model) service(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "a", "b", "a-b", "b-a"}).Draw(t, "service")
}

func (m *model) desk(t *rapid.T) {
	service, after := m.service(t), rapid.Bool().Draw(t, "after")
	clerk, asked := m.clerk, m.openFor
	if rapid.Bool().Draw(t, "named") {
		asked = m.agent(t)
		clerk.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(asked)}
	}
	want := asked == m.openFor && asked != "" && m.may(asked, service, after) || asked == "" && (!m.dead[m.elder] || service == "" || after)
	m.check(t, "a clerk", clerk, service, after, want && m.w.Clock.Now().Before(m.openTo))
}

// check acts, and compares what was committed with what should be.
func (m *model) check(t *rapid.T, who string, actor civic.Actor, service string, after, want bool) {
	count := func() int { return m.w.Acts(t, actUsed, string(m.elder)) }
	before := count()
	err := m.w.Journal.Write(ctx, actor.For(m.elder), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: m.elder, Service: service, Permission: civic.MayServePeople, After: after})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: actUsed})
	})
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
		second := w.Hire(t, "另一位主管", w.Taiyuan.CivilAffairs, staff.Post{Role: staff.Administrator, Division: w.Taiyuan.Division})
		rapid.Check(t, dbtest.Rounds(30, func(rt *rapid.T) {
			m := &model{w: w, clerk: w.Taiyuan.Clerk, settler: w.Taiyuan.Administrator, second: second, dead: map[civic.PersonID]bool{}, shownTo: map[civic.PersonID]time.Time{}}
			for range 3 {
				m.agents = append(m.agents, w.Person(rt, w.Taiyuan.Street))
			}
			m.elder, m.agents = m.agents[0], m.agents[1:]
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				m.step(rt)
			}
		}))
	})
}
