package grant_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/staff"
)

var ctx = context.Background()

func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// judged is what the judge says: the basis, or the code of the refusal.
func judged(t testing.TB, w *apptest.World, actor civic.Actor, need civic.Need) string {
	t.Helper()
	var auth civic.Authority
	err := w.Journal.Look(ctx, actor, func(v *journal.View) error {
		var err error
		auth, err = v.Authorise(need)
		return err
	})
	if err != nil {
		if e := civic.As(err); e.Kind != civic.Denied && e.Kind != civic.NotFound || auth.Valid() {
			t.Errorf("%+v for %v: %v, %v", need, actor, err, auth)
		} else if e.Kind == civic.Denied && (e.Say == "" || e.Accept == "") {
			t.Errorf("the refusal %s does not say what would be accepted", e.Code)
		}
		return civic.As(err).Code
	}
	if !auth.Valid() || auth.Over(need.Person) != (need.Person != "") || auth.Over("somebody else") {
		t.Errorf("%+v: an authority over the wrong person: %+v", need, auth)
	}
	return string(auth.Basis())
}

const (
	none   = "grant.none"
	only   = "grant.staff_only"
	role   = "grant.role"
	away   = "grant.division"
	other  = "grant.office"
	shut   = "grant.not_open"
	agent  = "grant.agent"
	unseen = "opening.agent_card"
)

func TestTheJudgeKnowsEveryOperatorAndEveryNeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Services(t, "report-posting")
		person := func(services string, starts, ends time.Duration) civic.Actor {
			p := w.Person(t, a.Street)
			end := w.Clock.Now().Add(ends)
			if _, err := w.Grant.Give(ctx, apptest.System(), grant.Grant{Person: a.Elder, Agent: p, Relation: "孙女", Services: services, Starts: w.Clock.Now().Add(starts), Ends: &end}); err != nil {
				t.Fatal(err)
			}
			return apptest.AsPerson(p)
		}
		limited := person("cash-refusal report-posting", -time.Hour, time.Hour)
		future, past := person("*", time.Second, time.Hour), person("*", -time.Hour, 0)
		revoked := w.Person(t, a.Street)
		if err := w.Grant.Revoke(ctx, apptest.AsPerson(a.Elder), a.Elder, w.Give(t, a.Elder, revoked, "*")); err != nil {
			t.Fatal(err)
		}
		clerk := func(posts ...staff.Post) civic.Actor { return w.Hire(t, "某人", a.Community, posts...) }
		open := func(c civic.Actor, presented bool, agent civic.PersonID) civic.Actor {
			if presented {
				w.Show(t, c, a.Elder)
			}
			if agent != "" {
				w.Show(t, c, agent)
			}
			if err := w.Grant.Open(ctx, c, a.Elder, presented, "来窗口", agent); err != nil {
				t.Fatal(err)
			}
			return c
		}
		here := staff.Post{Role: staff.Clerk, Division: a.Division}
		byRole, byCard := open(clerk(here), false, ""), open(w.Xihu.Clerk, true, "")
		forDaughter, forLimited := open(clerk(here), false, a.Daughter), open(clerk(here), false, limited.Person())
		with := func(c civic.Actor, p civic.PersonID) civic.Actor {
			c.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(p)}
			return c
		}
		withDevice := byRole
		withDevice.Agent = civic.Party{Kind: civic.PartyDevice, ID: "kiosk"}
		left := clerk(here)
		if _, err := w.DB.Pool().Exec(`UPDATE staff SET state = 'left' WHERE id = $1`, left.Operator.ID); err != nil {
			t.Fatal(err)
		}
		party := func(k civic.PartyKind, id string) civic.Actor {
			return civic.Actor{Operator: civic.Party{Kind: k, ID: id}}
		}

		serve := civic.MayServePeople
		needs := []civic.Need{
			{Person: a.Elder, Permission: serve},                                   // general
			{Person: a.Elder, Permission: serve, Service: "report-post"},           // in one service
			{Person: a.Elder, Permission: serve, Service: "cash-refusal"},          // in another
			{Person: a.Elder, Service: "report-post"},                              // where staff have no business
			{Person: w.Xihu.Elder, Permission: serve},                              // over somebody else
			{Permission: serve, Division: a.Street},                                // in the division
			{Permission: serve, Division: "330106"},                                // in another
			{Person: a.Elder, Permission: civic.MayWorkCases, Office: a.Community}, // at the office
			{Person: a.Elder, Permission: civic.MayWorkCases, Office: a.Hospital},  // at another
			{Permission: civic.MayFindPeople},                                      // anywhere
			{Permission: civic.MayPublish, Division: a.Division},                   // of administrators
			{Permission: civic.MaySeeFigures},                                      // of supervisors and administrators
			{},                                                                     // nothing
		}
		for _, c := range []struct {
			who   string
			actor civic.Actor
			want  [13]string
		}{
			{"the elder", apptest.AsPerson(a.Elder), [13]string{"own", "own", "own", "own", none, only, only, only, only, only, only, only, only}},
			{"the daughter", apptest.AsPerson(a.Daughter), [13]string{"grant", "grant", "grant", "grant", none, only, only, only, only, only, only, only, only}},
			{"an agent in one service", limited, [13]string{"grant", none, "grant", none, none, only, only, only, only, only, only, only, only}},
			{"an agent from later on", future, [13]string{none, none, none, none, none, only, only, only, only, only, only, only, only}},
			{"an agent until now", past, [13]string{none, none, none, none, none, only, only, only, only, only, only, only, only}},
			{"an agent revoked", apptest.AsPerson(revoked), [13]string{none, none, none, none, none, only, only, only, only, only, only, only, only}},
			{"a stranger", apptest.AsPerson(a.Stranger), [13]string{none, none, none, none, none, only, only, only, only, only, only, only, only}},
			{"a clerk who opened by role", byRole, [13]string{"role", "role", "role", role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk from elsewhere with the card", byCard, [13]string{"presented", "presented", "presented", role, shut, away, "role", other, other, "role", role, role, role}},
			{"a clerk who opened nobody", a.Clerk, [13]string{shut, shut, shut, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk who says that the daughter is there", with(byRole, a.Daughter), [13]string{unseen, unseen, unseen, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk with the elder herself", with(byRole, a.Elder), [13]string{"role", "role", "role", role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk who opened for a limited agent", forLimited, [13]string{"grant", agent, "grant", role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk who opened for the daughter and says another", with(forDaughter, limited.Person()), [13]string{unseen, unseen, unseen, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk who opened for the daughter", forDaughter, [13]string{"grant", "grant", "grant", role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk who says that a limited agent is there", with(byRole, limited.Person()), [13]string{unseen, unseen, unseen, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk with a stranger", with(byRole, a.Stranger), [13]string{unseen, unseen, unseen, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"a clerk with a machine as agent", withDevice, [13]string{unseen, unseen, unseen, role, shut, "role", away, "office", other, "role", role, role, role}},
			{"the hospital's clerk", a.HospitalClerk, [13]string{shut, shut, shut, role, shut, "role", away, other, "office", "role", role, role, role}},
			{"the supervisor", a.Supervisor, [13]string{role, role, role, role, role, role, role, role, role, role, role, "role", role}},
			{"the administrator", a.Administrator, [13]string{role, role, role, role, role, role, role, role, role, "role", "role", "role", role}},
			{"another district's administrator", w.Xihu.Administrator, [13]string{role, role, role, role, role, role, role, role, role, "role", away, "role", role}},
			{"somebody who left", left, [13]string{"sign_in", "sign_in", "sign_in", role, "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", role}},
			{"nobody", civic.Actor{}, [13]string{"sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in"}},
			{"a machine", party(civic.PartyDevice, "kiosk"), [13]string{"sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in"}},
			{"a person as staff", party(civic.PartyStaff, string(a.Elder)), [13]string{"sign_in", "sign_in", "sign_in", role, "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", "sign_in", role}},
			{"staff as a person", party(civic.PartyPerson, a.Clerk.Operator.ID), [13]string{none, none, none, none, none, only, only, only, only, only, only, only, only}},
			{"the platform", civic.System("test"), [13]string{"system", "system", "system", "system", "system", "system", "system", "system", "system", "system", "system", "system", "system"}},
		} {
			var asks []journal.Ask
			for i, need := range needs {
				asks = append(asks, journal.Ask{Actor: c.actor, Need: need})
				if got := judged(t, w, c.actor, need); got != c.want[i] {
					t.Errorf("%s, need %d %+v: %s, want %s", c.who, i, need, got, c.want[i])
				}
			}
			for i, got := range judgedTogether(t, w, asks) {
				if got != c.want[i] {
					t.Errorf("%s, need %d %+v among others: %s, want %s", c.who, i, needs[i], got, c.want[i])
				}
			}
		}
	})
}

// judgedTogether is what the judge says when all is asked at once, in a write.
func judgedTogether(t testing.TB, w *apptest.World, asks []journal.Ask) []string {
	t.Helper()
	out := make([]string, len(asks))
	if err := w.Journal.Write(ctx, apptest.System(), func(tx *journal.Tx) error {
		rulings, err := tx.AuthoriseAll(asks)
		for i, r := range rulings {
			if out[i] = string(r.Authority.Basis()); r.Refused != nil {
				out[i] = civic.As(r.Refused).Code
			} else if !r.Authority.Valid() || asks[i].Need.Person != "" && !r.Authority.Over(asks[i].Need.Person) {
				t.Errorf("%+v: an authority over the wrong person: %+v", asks[i], r.Authority)
			}
		}
		return errors.Join(err, journal.ErrUnchanged)
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNobodyMaySpeakForAPersonWhoDoesNotExist(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	ghost := civic.PersonID(db.NewID())
	for _, actor := range []civic.Actor{apptest.AsPerson(ghost), apptest.AsPerson(w.Taiyuan.Elder)} {
		if got := judged(t, w, actor, civic.Need{Person: ghost}); got != "person.unknown" {
			t.Errorf("got %s", got)
		}
	}
}

func TestAnActIsCountedWhereItBelongs(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	a := w.Taiyuan
	w.Open(t, w.Xihu.Clerk, a.Elder)
	for _, c := range []struct {
		actor    civic.Actor
		need     civic.Need
		division civic.Division
		office   civic.OfficeID
		ref      string
	}{
		{apptest.AsPerson(a.Elder), civic.Need{Person: a.Elder}, a.Division, "", ""},
		{apptest.AsPerson(a.Daughter), civic.Need{Person: a.Elder}, a.Division, "", a.Grant},
		{w.Xihu.Clerk, civic.Need{Person: a.Elder, Permission: civic.MayServePeople}, w.Xihu.Division, w.Xihu.Community, "clerk"},
		{civic.System("test"), civic.Need{Person: a.Elder, Division: a.Street, Office: a.Market}, a.Division, a.Market, "test"},
	} {
		err := w.Journal.Look(ctx, c.actor, func(v *journal.View) error {
			auth, err := v.Authorise(c.need)
			if auth.Division() != c.division || auth.Office() != c.office || auth.Ref() != c.ref {
				return errors.Join(err, errors.New("the wrong place"))
			}
			return err
		})
		if err != nil {
			t.Errorf("%+v: %v", c.need, err)
		}
	}
}
