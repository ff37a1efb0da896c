package grant_test

import (
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
)

func TestACodeIsDrawnOnlyBeforeACardAndThePersonIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, false, "核对名册", ""); err != nil {
			t.Fatal(err)
		}
		_, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
		wantKind(t, err, civic.Denied, "access.card")
		if at, err := w.Grant.LastCode(ctx, elder, a.Elder); err != nil || !at.IsZero() {
			t.Errorf("told of a code that nobody drew: %v, %v", at, err)
		}
		w.Open(t, a.Clerk, a.Elder)
		if _, err := w.Grant.IssueCode(ctx, a.Clerk, a.Elder); err != nil {
			t.Fatal(err)
		}
		if at, err := w.Grant.LastCode(ctx, elder, a.Elder); err != nil || !at.Equal(w.Clock.Now()) {
			t.Errorf("she is told %v, %v", at, err)
		}
		for _, other := range []civic.Actor{apptest.AsPerson(a.Daughter), a.Clerk} {
			if _, err := w.Grant.LastCode(ctx, other, a.Elder); !civic.Is(err, civic.Denied) {
				t.Errorf("%v: %v", other.Operator, err)
			}
		}
	})
}

func TestAWideRelationIsNoFamilyAndAGuardianIsAppointedNotGiven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, end, past := apptest.AsPerson(a.Elder), w.Clock.Now().AddDate(0, 6, 0), w.Clock.Now().Add(-time.Minute)
		give := func(relation, services string, starts time.Time, ends *time.Time) error {
			_, err := w.Grant.Give(ctx, elder, grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: relation, Services: services, Starts: starts, Ends: ends})
			return err
		}
		for _, r := range []string{"亲戚", "家人", "侄女", "外甥", "邻居"} {
			wantKind(t, give(r, "*", w.Clock.Now(), &end), civic.Invalid, "grant.everything")
			wantKind(t, give(r, "report-post", w.Clock.Now(), nil), civic.Invalid, "grant.months")
		}
		wantKind(t, give("监护人", "report-post", w.Clock.Now(), &end), civic.Invalid, "grant.reserved")
		wantKind(t, give("孙女", "report-post", w.Clock.Now().Add(-time.Hour), &past), civic.Invalid, "grant.ended")
		if err := give("孙女", "*", w.Clock.Now(), nil); err != nil {
			t.Error(err)
		}
	})
}

// kin lists by whom a message may reach a person.
func kin(t *testing.T, w *apptest.World, person civic.PersonID) []civic.PersonID {
	t.Helper()
	var out []civic.PersonID
	fine(t, w.Journal.Look(ctx, civic.System("notify"), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person})
		if err != nil {
			return err
		}
		list, err := grant.KinOf(v, auth, v.Now, person)
		for _, k := range list {
			out = append(out, k.Agent)
		}
		return err
	}))
	return out
}

func TestAGuardianshipHoldsWhatWasGivenBeforeItFromItsStartOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		daughter, guardian, later := apptest.AsPerson(a.Daughter), w.Person(t, a.Street), w.Person(t, a.Street)
		ship, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: guardian, Document: "区法院的判决", Starts: w.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Minute)
		given, err := w.Grant.Give(ctx, apptest.AsPerson(a.Elder), grant.Grant{Person: a.Elder, Agent: later, Relation: "孙女", Services: "report-post", Starts: w.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		for _, agent := range []civic.Actor{daughter, apptest.AsPerson(later)} {
			if err := use(w, agent, a.Elder, "report-post"); err != nil {
				t.Errorf("before it starts: %v", err)
			}
		}
		if got := kin(t, w, a.Elder); !slices.Equal(got, []civic.PersonID{a.Daughter, later}) {
			t.Errorf("before it starts a message may reach her by %v", got)
		}
		w.Clock.Add(59 * time.Minute)
		for _, agent := range []civic.Actor{daughter, apptest.AsPerson(later)} {
			wantKind(t, use(w, agent, a.Elder, "report-post"), civic.Denied, "grant.guardianship")
			if es, err := w.Grant.Elders(ctx, agent); err != nil || len(es) != 0 {
				t.Errorf("still offered %v, %v", es, err)
			}
		}
		if got := kin(t, w, a.Elder); !slices.Equal(got, []civic.PersonID{guardian}) {
			t.Errorf("from its start on a message may reach her by %v, want the guardian alone", got)
		}
		wantKind(t, w.Grant.Settle(ctx, apptest.AsPerson(a.Elder), a.Elder, given, true), civic.Denied, "grant.ward")
		if err := w.Grant.Settle(ctx, apptest.AsPerson(guardian), a.Elder, given, true); err != nil {
			t.Fatal(err)
		}
		if err := use(w, apptest.AsPerson(later), a.Elder, "report-post"); err != nil {
			t.Errorf("resumed by the guardian: %v", err)
		}
		w.Clock.Add(time.Minute)
		if err := w.Grant.EndGuardianship(ctx, a.Administrator, a.Elder, ship); err != nil {
			t.Fatal(err)
		}
		wantKind(t, use(w, daughter, a.Elder, "report-post"), civic.Denied, "grant.guardianship") // until she says so herself
		if err := w.Grant.Settle(ctx, apptest.AsPerson(a.Elder), a.Elder, a.Grant, true); err != nil {
			t.Fatal(err)
		}
		for _, agent := range []civic.Actor{daughter, apptest.AsPerson(later)} {
			if err := use(w, agent, a.Elder, "report-post"); err != nil {
				t.Errorf("after it ended: %v", err)
			}
		}
	})
}
