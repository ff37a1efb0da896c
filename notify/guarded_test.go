package notify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/notify"
	"yinqiao/people"
)

// arrives is a gateway whose texts all arrive.
type arrives struct{ to []string }

func (c *arrives) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	c.to = append(c.to, p.To)
	return notify.Sent{Gateway: "good", Ref: "G" + p.ID, Delivered: true}, nil
}

func wantCode(t apptest.TB, err error, code string) {
	t.Helper()
	if err == nil || civic.As(err).Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// told lists to which numbers texts went since the last call.
func (c *arrives) told() []string {
	to := c.to
	c.to = nil
	slices.Sort(to)
	return to
}

func TestAChangeOfPhonesIsToldToThoseBeforeAndToTheOneThatWasEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t)
		c.told()
		want := func(what string, numbers ...string) {
			t.Helper()
			w.Tell(t)
			if got := c.told(); !slices.Equal(got, numbers) {
				t.Errorf("%s: told %v, want %v", what, got, numbers)
			}
		}
		w.Clock.Add(time.Hour)
		w.Open(t, a.Clerk, a.Elder)
		_, err := w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: "12699990001", Whose: "own", First: true})
		ok(t, err)
		want("another phone, to be called first", a.ElderPhone)
		old, err := w.People.Show(ctx, apptest.AsPerson(a.Elder), a.Elder)
		ok(t, err)
		ok(t, w.People.EndContact(ctx, a.Clerk, a.Elder, old.Contacts[1].ID))
		want("the one before is ended", a.ElderPhone, "12699990001")
		if m := states(t, w, a.Elder, "contact.ended/elder/own"); len(m) != 1 || m[0].State != notify.Confirmed {
			t.Errorf("%+v", m)
		}
		// Whatever is not of phones, cards and agents goes to the phones in use alone.
		w.ReportPost(t, a)
		want("a matter", "12699990001")
		w.Clock.Add(2 * time.Hour)
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.LoseCard(ctx, a.Clerk, a.Elder, w.CardIDs(t, a.Elder)[0]))
		want("a lost card", a.ElderPhone, "12699990001")
		w.Clock.Add(8 * 24 * time.Hour)
		w.Clock.Set(time.Date(2026, 12, 2, 10, 0, 0, 0, civic.Shanghai))
		c.told()
		w.Open(t, a.Clerk, a.Elder)
		village := "柳湾村"
		ok(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Village: &village, Reason: "老人说的", Evidence: "own_word"}))
		want("when both are old", "12699990001")
	})
}

func TestTextsToAPhoneThatWasEndedAloneNeverCountAsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t)
		c.told()
		ok(t, w.People.EndContact(ctx, apptest.AsPerson(a.Elder), a.Elder, phoneOf(t, w, a.Elder)))
		w.Tell(t)
		m := states(t, w, a.Elder, "contact.ended/elder/own")
		if got := c.told(); len(m) != 1 || m[0].State != notify.Open || !slices.Contains(got, a.ElderPhone) {
			t.Fatalf("%+v, told %v", m, got)
		}
		w.Clock.Add(5 * time.Hour)
		w.Tell(t)
		if as := tried(t, w, m[0].ID); len(as) < 2 {
			t.Errorf("it goes no further: %+v", as)
		}
	})
}

func TestACodeIsNeverToldToAPhoneThatWasEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &arrives{}
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = append(in.Phones, people.Phone{Number: "12699990004", Whose: "own"})
		elder := w.Register(t, in)
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Tell(t)
		c.told()
		ok(t, w.People.EndContact(ctx, apptest.AsPerson(elder), elder, phoneOf(t, w, elder)))
		w.Tell(t)
		if got := c.told(); len(got) != 2 {
			t.Fatalf("that it was ended is told to %v", got)
		}
		w.Open(t, a.Clerk, elder)
		ok(t, w.Grant.SendCode(ctx, a.Clerk, elder))
		w.Tell(t)
		if got := c.told(); len(got) != 1 || got[0] != "12699990004" && got[0] != in.Phones[0].Number {
			t.Fatalf("the code is told to %v", got)
		} else if left, err := w.People.Find(ctx, a.Clerk, got[0]); err != nil || len(left.Matches) != 1 {
			t.Errorf("it went to a phone that is not in use: %v, %v", left, err)
		}
	})
}

func phoneOf(t apptest.TB, w *apptest.World, who civic.PersonID) string {
	t.Helper()
	p, err := w.People.Show(ctx, apptest.AsPerson(who), who)
	ok(t, err)
	return p.Contacts[0].ID
}

func TestTheElderIsToldOfCorrectionsAndOfWhoeverClaimsTheirNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		village := "柳湾村"
		ok(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Village: &village, Reason: "老人说的", Evidence: "own_word"}))
		in := w.NewPerson(a.Street, "刘二")
		in.Credentials[1], in.Dispute, in.Distinct = people.Card{Kind: people.KindSeniorCard, Number: "SN0000000001"}, true, true
		_, err := w.People.Find(ctx, a.Clerk, "SN0000000001")
		ok(t, err)
		second, err := w.People.Register(ctx, a.Clerk, in)
		ok(t, err)
		w.Tell(t)
		for template, n := range map[string]int{"person.corrected/elder": 1, "card.disputed/elder": 1} {
			if ms := states(t, w, a.Elder, template); len(ms) != n {
				t.Errorf("%s: %+v", template, ms)
			}
		}
		if ms := states(t, w, second, "card.disputed/elder"); len(ms) != 0 {
			t.Errorf("whoever brings the number was there: %+v", ms)
		}
	})
}

func TestAnAgentNeitherHearsForTheElderNorChoosesHowTheyAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		narrow := w.Person(t, a.Street)
		w.Services(t, "a")
		w.Give(t, a.Elder, narrow, "a")
		w.Open(t, a.Clerk, a.Elder)
		_, err := w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: "12699990002", Whose: "邻居"})
		ok(t, err)
		w.Tell(t)
		m := states(t, w, a.Elder, "contact.added/elder")
		if len(m) != 1 {
			t.Fatalf("%+v", m)
		}
		no := []string{notify.CarrierVoice, notify.CarrierSMS, notify.CarrierTV, notify.CarrierPaper, notify.CarrierDoor}
		atDesk := a.HospitalClerk
		_, err = w.People.Find(ctx, atDesk, a.ElderID)
		ok(t, err)
		w.Show(t, atDesk, a.Daughter)
		ok(t, w.Grant.Open(ctx, atDesk, a.Elder, true, "女儿拿着证件来", a.Daughter))
		for _, agent := range []civic.Actor{apptest.AsPerson(narrow), apptest.AsPerson(a.Daughter), atDesk} {
			wantCode(t, w.Notify.Heard(ctx, agent, a.Elder, m[0].ID), "message.agent")
			wantCode(t, w.Notify.Refuse(ctx, agent, a.Elder, no), "message.ways_agent")
			wantCode(t, w.Notify.Refuse(ctx, agent, a.Elder, []string{"pigeon"}), "message.ways_agent")
		}
		wantCode(t, w.Notify.Refuse(ctx, civic.Actor{}, a.Elder, []string{"pigeon"}), "sign_in") // who may not is told so first
		wantCode(t, w.Notify.Refuse(ctx, apptest.AsPerson(a.Elder), a.Elder, []string{"pigeon"}), "message.carrier")
		wantCode(t, w.People.Prefer(ctx, apptest.AsPerson(a.Daughter), a.Elder, map[string]string{"language": "jin", "reach": "family_first"}), "preference.reach")
		ways, err := w.Notify.Ways(ctx, apptest.AsPerson(a.Elder), a.Elder)
		if now := states(t, w, a.Elder, "contact.added/elder"); err != nil || slices.ContainsFunc(ways, func(w notify.Way) bool { return w.No }) || now[0].State != notify.Open {
			t.Errorf("%v, %v, %+v", ways, err, now)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM person_preference WHERE person = $1`, a.Elder); n != 0 {
			t.Errorf("%d preferences were written", n)
		}
		for who, says := range map[civic.PersonID]bool{a.Elder: true, a.Daughter: false} {
			list, err := w.Notify.Inbox(ctx, apptest.AsPerson(who), a.Elder)
			if i := slices.IndexFunc(list, func(l notify.Letter) bool { return l.ID == m[0].ID }); err != nil || i < 0 || list[i].Says != says {
				t.Errorf("%+v, %v", list, err)
			}
		}
		ok(t, w.People.Prefer(ctx, apptest.AsPerson(a.Daughter), a.Elder, map[string]string{"language": "jin"}))
		ok(t, w.Notify.Heard(ctx, apptest.AsPerson(a.Elder), a.Elder, m[0].ID))
	})
}

func TestWhatIsAboutAnAgentIsNotToldThroughThatAgent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "韩玉兰")
		agent := w.NewPerson(a.Street, "李秀兰")
		in.Phones = []people.Phone{{Number: agent.Phones[0].Number, Whose: "女儿"}, {Number: "12699990003", Whose: "邻居"}}
		elder := w.Register(t, in)
		daughter, son := w.Register(t, agent), w.Person(t, a.Street)
		c := &arrives{}
		w.Notify.Carry(notify.CarrierSMS, c)
		w.Give(t, elder, son, "*")
		w.Give(t, elder, daughter, "*")
		w.Tell(t)
		c.told()
		ok(t, w.People.LoseCard(ctx, apptest.AsPerson(daughter), elder, w.CardIDs(t, elder)[0]))
		for range 30 {
			w.Tell(t)
			w.Clock.Add(2 * time.Hour)
		}
		got := c.told()
		if slices.Contains(got, agent.Phones[0].Number) || !slices.Contains(got, "12699990003") || len(got) != 2 {
			t.Errorf("told through %v", got)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM message_attempt WHERE target = $1`, daughter); n != 0 {
			t.Errorf("it was given to her %d times", n)
		}
	})
}
