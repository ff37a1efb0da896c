package rights_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/notify"
	"yinqiao/rights"
	"yinqiao/staff"
)

// texts is a gateway that keeps what it is given.
type texts struct {
	mu  sync.Mutex
	got []notify.Parcel
}

func (c *texts) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, p)
	return notify.Sent{Gateway: "good", Ref: "G" + p.ID, Delivered: true}, nil
}

var sixDigits = regexp.MustCompile(`[0-9]{3} [0-9]{3}`)

// code finds the last code that was sent, and to which number.
func (c *texts) code(t *testing.T) (digits, to, text string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.got) - 1; i >= 0; i-- {
		if found := sixDigits.FindString(c.got[i].Text); found != "" && strings.Contains(c.got[i].Text, "确认口令") {
			return found, c.got[i].To, c.got[i].Text
		}
	}
	t.Fatalf("no code was sent: %+v", c.got)
	return "", "", ""
}

// another is a code of the same form that is not this one.
func another(digits string) string {
	if digits[0] == '0' {
		return "1" + digits[1:]
	}
	return "0" + digits[1:]
}

func TestASeparateConsentIsGivenOnTheTelephoneByACodeFromTheEldersOwnPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &texts{}
		w.Notify.Carry(notify.CarrierSMS, c)
		must(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里问", ""))
		give := func(code string) error {
			_, err := w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: "share-doctor", Version: 1, How: rights.ByVoice, By: rights.Self, Code: code})
			return err
		}
		wantCode(t, give("482160"), "consent_code.none")
		wantCode(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "share-doctor", 2), "consent.version")
		wantCode(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "serve", 1), "consent.statutory")
		must(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "share-doctor", 1))
		w.Tell(t)
		digits, to, text := c.code(t)
		if to != a.ElderPhone || !strings.Contains(text, "把健康情况告诉家庭医生") || !strings.Contains(text, "不同意就不要念") {
			t.Errorf("%s: %s", to, text)
		}
		wantCode(t, give("4821 6037"), "consent_code.form") // no code at all is no try
		wantCode(t, give(another(digits)), "consent_code.wrong")
		wantCode(t, give(another(digits)), "consent_code.wrong")
		must(t, give(digits))
		list, err := w.Rights.Consents(ctx, a.Clerk, a.Elder)
		must(t, err)
		for _, st := range list {
			if st.Purpose.Purpose == "share-doctor" && (st.Given == nil || st.Given.HowWords() != "电话里念对了发到自己电话上的口令" || st.Given.GivenBy != rights.Self) {
				t.Errorf("%+v", st.Given)
			}
		}
		wantCode(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "share-doctor", 1), "consent.agreed")
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, grant.ActMisread); n != 2 {
			t.Errorf("%d wrong tries were recorded", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM consent_code WHERE sealed IS NOT NULL`); n != 0 {
			t.Error("a code that was used is kept")
		}
	})
}

func TestAConsentCodeDiesOfWrongTriesOfAgeAndOfTheNextOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &texts{}
		w.Notify.Carry(notify.CarrierSMS, c)
		colleague := w.Hire(t, "同事", a.Hospital, staff.Post{Role: staff.Clerk, Division: a.Division})
		give := func(clerk civic.Actor, purpose, code string) error {
			_, err := w.Rights.Give(ctx, clerk, a.Elder, rights.Giving{Purpose: purpose, Version: 1, How: rights.ByVoice, By: rights.Self, Code: code})
			return err
		}
		send := func() string {
			t.Helper()
			for _, x := range []civic.Actor{a.Clerk, colleague} {
				must(t, w.Grant.Open(ctx, x, a.Elder, false, "电话里问", ""))
			}
			must(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "face-check", 1))
			w.Tell(t)
			digits, _, _ := c.code(t)
			return digits
		}
		first := send()
		wantCode(t, give(colleague, "face-check", first), "consent_code.none") // it was not theirs
		wantCode(t, give(a.Clerk, "share-doctor", first), "consent_code.none") // nor for this
		second := send()
		if first != second {
			wantCode(t, give(a.Clerk, "face-check", first), "consent_code.wrong")
		}
		wantCode(t, give(a.Clerk, "face-check", another(second)), "consent_code.wrong")
		wantCode(t, give(a.Clerk, "face-check", another(second)), "consent_code.dead")
		wantCode(t, give(a.Clerk, "face-check", second), "consent_code.none")
		third := send()
		w.Clock.Add(15 * time.Minute)
		wantCode(t, give(a.Clerk, "face-check", third), "consent_code.none")
		for range 3 {
			send()
		}
		wantCode(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "face-check", 1), "consent_code.many")
		if n := w.Count(t, `SELECT COUNT(*) FROM consent WHERE person = $1`, a.Elder); n != 0 {
			t.Error("something was agreed to")
		}
	})
}

func TestAConsentCodeIsSentToNobodyElsesPhoneAndIsNotReadToWhoeverAskedForIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones[0].Whose = "女儿"
		shared := w.Register(t, in)
		must(t, w.Grant.Open(ctx, a.Clerk, shared, false, "电话里问", ""))
		wantCode(t, w.Rights.SendCode(ctx, a.Clerk, shared, "share-doctor", 1), "consent_code.phone")
		// No machine calls: a hand does, and not the one who asked.
		w.Open(t, a.Clerk, a.Elder)
		must(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"reach": "call"}))
		must(t, w.Rights.SendCode(ctx, a.Clerk, a.Elder, "share-doctor", 1))
		w.Tell(t)
		calls, err := w.Notify.Tasks(ctx, a.Clerk, notify.CarrierVoice)
		must(t, err)
		if len(calls) != 1 || sixDigits.MatchString(calls[0].Words) {
			t.Fatalf("%+v", calls)
		}
		_, err = w.Notify.See(ctx, a.Clerk, a.Elder, calls[0].ID)
		wantCode(t, err, "consent_code.own")
		colleague := w.Hire(t, "同事", a.Hospital, staff.Post{Role: staff.Clerk, Division: a.Division})
		seen, err := w.Notify.See(ctx, colleague, a.Elder, calls[0].ID)
		must(t, err)
		if !strings.Contains(seen.Words, seen.Spoken) || !sixDigits.MatchString(seen.Spoken) {
			t.Errorf("%+v", seen)
		}
		_, err = w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: "share-doctor", Version: 1, How: rights.ByVoice, By: rights.Self, Code: seen.Spoken})
		must(t, err)
	})
}

func TestAGrantTakenByTelephoneStandsWhenTheElderReadsItsCodeBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a, c := w.Taiyuan, &texts{}
		w.Notify.Carry(notify.CarrierSMS, c)
		must(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里委托", ""))
		end := w.Clock.Now().AddDate(0, 6, 0)
		agent := w.Person(t, a.Street)
		id, err := w.Grant.Give(ctx, a.Clerk, grant.Grant{Person: a.Elder, Agent: agent, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
			GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "1"}})
		must(t, err)
		wantCode(t, w.Grant.Answer(ctx, a.Clerk, a.Elder, id, grant.Agreed), "grant.own_entry")
		must(t, w.Grant.SendGrantCode(ctx, a.Clerk, a.Elder, id))
		w.Tell(t)
		digits, _, text := c.code(t)
		if !strings.Contains(text, "同意让邻居") {
			t.Error(text)
		}
		wantCode(t, w.Grant.AnswerByCode(ctx, a.Clerk, a.Elder, id, another(digits)), "consent_code.wrong")
		if _, err := w.People.Show(ctx, apptest.AsPerson(agent), a.Elder); err == nil {
			t.Error("a wrong code let the agent in")
		}
		must(t, w.Grant.AnswerByCode(ctx, a.Clerk, a.Elder, id, digits))
		if _, err := w.Requests.Start(ctx, apptest.AsPerson(agent), "report-post", a.Elder, ""); err != nil {
			t.Errorf("the grant does not stand: %v", err)
		}
		wantCode(t, w.Grant.AnswerByCode(ctx, a.Clerk, a.Elder, id, digits), "consent_code.none")
		wantCode(t, w.Grant.SendGrantCode(ctx, a.Clerk, a.Elder, id), "grant.told")

		// What a relative asks for begins by it too, within the limits of what is taken by phone.
		must(t, w.Grant.Ask(ctx, apptest.AsPerson(a.Stranger), grant.Grant{Person: a.Elder, Relation: "女儿", Services: "report-post", Starts: w.Clock.Now(), Ends: &end}))
		asked := ""
		agents, err := w.Grant.Agents(ctx, a.Clerk, a.Elder)
		must(t, err)
		for _, g := range agents {
			if g.State == "asked" {
				asked = g.Grant.ID
			}
		}
		must(t, w.Grant.SendGrantCode(ctx, a.Clerk, a.Elder, asked))
		w.Tell(t)
		digits, _, _ = c.code(t)
		must(t, w.Grant.AnswerByCode(ctx, a.Clerk, a.Elder, asked, digits))
		w.Tell(t)
		if n := w.Count(t, `SELECT COUNT(*) FROM message WHERE person = $1 AND state = 'open' AND urgency = 'answer' AND about = $2`, a.Elder, asked); n != 0 {
			t.Error("the elder is still asked what they have answered")
		}
		if _, err := w.Requests.Start(ctx, apptest.AsPerson(a.Stranger), "report-post", a.Elder, ""); err != nil {
			t.Errorf("what was asked for did not begin: %v", err)
		}
	})
}
