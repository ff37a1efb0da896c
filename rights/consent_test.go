package rights_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/rights"
)

func TestAConsentIsGivenByWhoMayAndWithdrawnInOneAct(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		elder, daughter := apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter)
		give := func(actor civic.Actor, g rights.Giving) (string, error) { return w.Rights.Give(ctx, actor, a.Elder, g) }
		id, err := give(elder, rights.Giving{Purpose: "share-doctor", Version: 1})
		must(t, err)
		if again, err := give(elder, rights.Giving{Purpose: "share-doctor", Version: 1}); err != nil || again != id {
			t.Errorf("the same again: %s, %v; want %s", again, err, id)
		}
		_, err = give(daughter, rights.Giving{Purpose: "face-check", Version: 1, By: rights.Self})
		wantCode(t, err, "consent.separate")
		if _, err := give(daughter, rights.Giving{Purpose: "notices", Version: 1}); err != nil {
			t.Errorf("an agent agrees to notices: %v", err)
		}
		for code, g := range map[string]rights.Giving{
			"consent.purpose": {Purpose: "sell", Version: 1}, "consent.statutory": {Purpose: "serve", Version: 1}, "consent.version": {Purpose: "face-check", Version: 2},
		} {
			_, err := give(elder, g)
			wantCode(t, err, code)
		}
		for _, g := range []rights.Giving{{Purpose: "face-check", Version: 1, How: "pigeon", By: rights.Self}, {Purpose: "face-check", Version: 1, How: rights.ByVoice, By: rights.Self},
			{Purpose: "face-check", Version: 1, How: rights.OwnPage, By: rights.Self},
			{Purpose: "face-check", Version: 1, How: rights.OnPaper, By: rights.Agent}} {
			_, err := give(a.Clerk, g)
			wantCode(t, err, "consent.how")
		}
		_, err = give(a.Clerk, rights.Giving{Purpose: "face-check", Version: 1, How: rights.OnPaper, By: rights.Guardian, Witness: "孙见证"})
		wantCode(t, err, "consent.guardian") // there is none
		must(t, w.Rights.Withdraw(ctx, elder, a.Elder, id))
		wantCode(t, w.Rights.Withdraw(ctx, elder, a.Elder, id), "consent.unknown")
		list, err := w.Rights.Consents(ctx, a.Clerk, a.Elder)
		must(t, err)
		for _, st := range list {
			if want := st.Statutory || st.Purpose.Purpose == "notices"; st.Holds() != want {
				t.Errorf("%s holds: %v", st.Purpose.Purpose, st.Holds())
			}
		}
	})
}

func TestASeparateConsentIsTakenOnlyFromThePersonOrARegisteredGuardian(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		faces := rights.Giving{Purpose: "face-check", Version: 1, How: rights.FaceToFace, Witness: "孙见证"}
		by := func(actor civic.Actor, who string, g rights.Giving) error {
			g.By = who
			_, err := w.Rights.Give(ctx, actor, a.Elder, g)
			return err
		}
		// The daughter comes with a grant and her own card.
		w.OpenFor(t, a.Clerk, a.Elder, a.Daughter)
		wantCode(t, by(a.Clerk, rights.Guardian, faces), "consent.guardian")
		wantCode(t, by(a.Clerk, rights.Self, faces), "consent.separate")
		// Nobody's card was seen.
		must(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里问", ""))
		wantCode(t, by(a.Clerk, rights.Self, faces), "consent.presence")
		wantCode(t, by(a.Clerk, rights.Guardian, faces), "consent.guardian")
		must(t, by(a.Clerk, rights.Self, rights.Giving{Purpose: "notices", Version: 1, How: rights.ByVoice, Witness: "孙见证"}))
		w.OpenWeak(t, a.MarketClerk, a.Elder) // a card that anybody could have had printed
		wantCode(t, by(a.MarketClerk, rights.Self, faces), "access.card_new")
		w.Open(t, a.Clerk, a.Elder)
		wantCode(t, by(a.Clerk, rights.Guardian, faces), "consent.guardian")
		must(t, by(a.Clerk, rights.Self, faces))
		// Her guardian consents, at the desk and by themselves.
		_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: a.Stranger, Document: "法院判决", Starts: w.Clock.Now()})
		must(t, err)
		w.OpenFor(t, a.Clerk, a.Elder, a.Stranger)
		must(t, by(a.Clerk, rights.Guardian, rights.Giving{Purpose: "family-copy", Version: 1, How: rights.FaceToFace, Witness: "孙见证"}))
		must(t, by(apptest.AsPerson(a.Stranger), "", rights.Giving{Purpose: "share-doctor", Version: 1}))
		if n := w.Count(t, `SELECT COUNT(*) FROM consent WHERE given_by = 'guardian'`); n != 2 {
			t.Errorf("%d consents of the guardian, not 2", n)
		}
	})
}

func TestDataMayBeUsedOnlyWithinAConsentThatWasNotWithdrawn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		rapid.Check(t, dbtest.Rounds(40, func(rt *rapid.T) {
			p := w.Person(rt, a.Street)
			me := apptest.AsPerson(p)
			names := []string{"share-doctor", "share-volunteer", "notices"}
			given := map[string]string{} // what holds, by purpose
			var spans []struct {
				purpose  string
				from, to time.Time
			}
			open := map[string]time.Time{}
			end := func(name string) {
				if from, ok := open[name]; ok {
					spans = append(spans, struct {
						purpose  string
						from, to time.Time
					}{name, from, w.Clock.Now()})
					delete(open, name)
					delete(given, name)
				}
			}
			erased := false
			for range rapid.IntRange(1, 8).Draw(rt, "acts") {
				w.Clock.Add(time.Minute)
				name := rapid.SampledFrom(names).Draw(rt, "purpose")
				switch rapid.IntRange(0, 9).Draw(rt, "act") {
				case 0:
					if !erased && eraseAtWish(w, a.Administrator, p, "本人要求") == nil {
						erased = true
						for _, n := range names {
							end(n)
						}
					}
				case 1, 2, 3:
					if id, ok := given[name]; ok && w.Rights.Withdraw(ctx, me, p, id) == nil {
						end(name)
					}
				default:
					id, err := w.Rights.Give(ctx, me, p, rights.Giving{Purpose: name, Version: int64(rapid.IntRange(1, 2).Draw(rt, "version"))})
					if _, has := given[name]; err == nil && !has {
						given[name], open[name] = id, w.Clock.Now()
					}
				}
			}
			now := w.Clock.Add(time.Minute)
			w.Look(rt, apptest.System(), func(v *journal.View) error {
				for _, name := range names {
					for at := now.Add(-10 * time.Minute); !at.After(now); at = at.Add(time.Minute) {
						want := false
						for _, s := range spans {
							want = want || s.purpose == name && !at.Before(s.from) && at.Before(s.to)
						}
						if from, ok := open[name]; ok {
							want = want || !at.Before(from)
						}
						want = want && !erased
						if got, err := rights.Allows(v, p, name, at); err != nil || got != want {
							rt.Fatalf("%s at %s: %v, %v; want %v", name, at.Format("15:04"), got, err, want)
						}
					}
				}
				return nil
			})
		}))
	})
}
