package people_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// byRole opens a person at a clerk's desk with a typed reason alone: no card was shown.
func byRole(t testing.TB, w *apptest.World, clerk civic.Actor, who civic.PersonID) {
	t.Helper()
	ok(t, w.Grant.Open(ctx, clerk, who, false, "核对资料", ""))
}

// phones are those of a person in the order of the calls.
func phones(t testing.TB, w *apptest.World, who civic.PersonID) []people.Contact {
	t.Helper()
	p, err := w.People.Show(ctx, apptest.AsPerson(who), who)
	ok(t, err)
	return p.Contacts
}

func TestStaffToWhomNoCardWasShownLeaveTheEldersOwnPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		byRole(t, w, a.Clerk, a.Elder)
		add := func(number, whose string, first bool) error {
			_, err := w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: number, Whose: whose, First: first})
			return err
		}
		for _, whose := range []string{"own", "本人", " 本 人 ", "自己", "老人自己", "Own", ""} {
			wantKind(t, add("12699990001", whose, false), civic.Denied, "contact.proof")
		}
		wantKind(t, add(a.ElderPhone, "女儿", false), civic.Denied, "contact.proof")
		wantKind(t, add("12699990002", "女儿", true), civic.Denied, "contact.proof")
		ok(t, add("12699990002", "女儿", false))
		ps := phones(t, w, a.Elder)
		if len(ps) != 2 || ps[0].Whose != "own" {
			t.Fatalf("%+v", ps)
		}
		wantKind(t, w.People.CallFirst(ctx, a.Clerk, a.Elder, ps[1].ID), civic.Denied, "contact.proof")
		wantKind(t, w.People.EndContact(ctx, a.Clerk, a.Elder, ps[0].ID), civic.Denied, "contact.proof")
		ok(t, w.People.EndContact(ctx, a.Clerk, a.Elder, ps[1].ID))
		w.Open(t, a.Clerk, a.Elder) // she shows her card
		ok(t, add("12699990003", "本人", true))
		ok(t, w.People.EndContact(ctx, a.Clerk, a.Elder, ps[0].ID))
		if ps = phones(t, w, a.Elder); len(ps) != 1 || ps[0].Whose != "own" || ps[0].Tail != "0003" {
			t.Errorf("%+v", ps)
		}

		// Somebody without a phone is given the first one by whoever answers the telephone.
		in := w.NewPerson(a.Street, "韩玉兰")
		in.Phones = []people.Phone{{Number: "12699990009", Whose: "女儿"}}
		none := w.Register(t, in)
		byRole(t, w, a.Clerk, none)
		_, err := w.People.AddContact(ctx, a.Clerk, none, people.NewContact{Number: "12699990004", Whose: "own"})
		ok(t, err)
		_, err = w.People.AddContact(ctx, a.Clerk, none, people.NewContact{Number: "12699990005", Whose: "own"})
		wantKind(t, err, civic.Denied, "contact.proof")
	})
}

func TestACardThatWasPrintedHereProvesNobodyToBeThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.OpenWeak(t, a.HospitalClerk, a.Elder)
		_, err := w.People.AddContact(ctx, a.HospitalClerk, a.Elder, people.NewContact{Number: "12699990001", Whose: "own"})
		wantKind(t, err, civic.Denied, "access.card_new")
		wantKind(t, w.People.EndContact(ctx, a.HospitalClerk, a.Elder, phones(t, w, a.Elder)[0].ID), civic.Denied, "access.card_new")
		name := "王桂花"
		wantKind(t, w.People.Correct(ctx, a.HospitalClerk, a.Elder, people.Correction{Name: &name, Evidence: "resident_id", Reason: "登记错了"}), civic.Denied, "access.card_new")
		if ps := phones(t, w, a.Elder); len(ps) != 1 {
			t.Errorf("%+v", ps)
		}
		w.Open(t, a.HospitalClerk, a.Elder)
		_, err = w.People.AddContact(ctx, a.HospitalClerk, a.Elder, people.NewContact{Number: "12699990001", Whose: "own"})
		ok(t, err)
	})
}

func TestWordsThatMeanThePersonAreTheirOwnPhoneWhereverAPhoneEnters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for i, whose := range []string{"本人", "自己", "", "老人本人", "女儿"} {
			in := w.NewPerson(a.Street, "周桂花")
			in.Phones[0].Whose = whose
			who := w.Register(t, in)
			if got := phones(t, w, who)[0].Whose; (got == "own") != (i < 4) {
				t.Errorf("%q is registered as %q", whose, got)
			}
			w.Give(t, who, a.Daughter, "*")
			_, err := w.People.AddContact(ctx, apptest.AsPerson(a.Daughter), who, people.NewContact{Number: "12699990006", Whose: whose})
			if i < 4 {
				wantKind(t, err, civic.Denied, "contact.own")
			} else {
				ok(t, err)
			}
		}
	})
}

func TestCardsAreDatedAndWithdrawnByThoseToWhomAnotherWasShown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		card := cardOf(t, w, a.Elder, people.KindSeniorCard)
		byRole(t, w, a.Clerk, a.Elder)
		refused := func() {
			t.Helper()
			wantKind(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, card.ID, people.Dates{Expires: "2020-01-01"}), civic.Denied, "card.proof")
			wantKind(t, w.People.WithdrawCard(ctx, a.Clerk, a.Elder, card.ID), civic.Denied, "card.proof")
		}
		refused()
		w.Show(t, a.Clerk, a.Elder)
		w.Show(t, a.Clerk, a.Daughter)
		ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, true, "女儿拿着卡来", a.Daughter))
		refused() // an agent with her card is not her
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, card.ID, people.Dates{Expires: "2020-01-01"}))
		ok(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, card.ID, people.Dates{Expires: "2040-01-01"}))
	})
}

func TestAnExpiredCardThatIsGivenAnotherDateYieldsNoCodeAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := cardOf(t, w, a.Elder, people.KindResidentID)
		w.Clock.Add(30 * 24 * time.Hour)
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, id.ID, people.Dates{Expires: "2020-01-01"}))
		_, err := w.People.Find(ctx, a.Clerk, "SN0000000001")
		ok(t, err)
		ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, true, "带了老年卡", ""))
		ok(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, id.ID, people.Dates{Expires: "2040-01-01"}))
		weak := func() bool {
			t.Helper()
			_, err := w.People.Find(ctx, a.HospitalClerk, a.ElderID)
			ok(t, err)
			var shown []people.ShownCard
			w.Look(t, a.HospitalClerk, func(v *journal.View) (err error) {
				shown, err = w.People.CardsShown(v, a.HospitalClerk.Staff(), selfOf(t, w, a.Elder), w.Clock.Now().Add(-time.Minute))
				return err
			})
			if len(shown) != 1 || shown[0].ID != id.ID {
				t.Fatalf("%+v", shown)
			}
			return shown[0].Weak
		}
		if !weak() {
			t.Error("a card that was revived just now is enough for a code")
		}
		w.Clock.Add(8 * 24 * time.Hour)
		if weak() {
			t.Error("it never is enough again")
		}
	})
}

func TestAnAgentReportsNeitherTheLastCardLostNorEndsTheEldersSignIns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		daughter := apptest.AsPerson(a.Daughter)
		_, err := w.DB.Pool().Exec(`INSERT INTO sign_session (token, data, expires, party) VALUES ($1, $2, $3, $4)`,
			db.NewID(), []byte("x"), w.Clock.Now().AddDate(0, 0, 30), "person:"+string(a.Elder))
		ok(t, err)
		signedIn := func() int {
			return w.Count(t, `SELECT COUNT(*) FROM sign_session WHERE party = $1`, "person:"+string(a.Elder))
		}
		ids := w.CardIDs(t, a.Elder)
		ok(t, w.People.LoseCard(ctx, daughter, a.Elder, ids[0]))
		wantKind(t, w.People.LoseCard(ctx, daughter, a.Elder, ids[1]), civic.Denied, "card.lost_last")
		if left := w.CardIDs(t, a.Elder); len(left) != 1 || signedIn() != 1 {
			t.Errorf("%d cards and %d sign-ins are left", len(left), signedIn())
		}
		byRole(t, w, a.Clerk, a.Elder) // she rings up: her bag is gone
		ok(t, w.People.LoseCard(ctx, a.Clerk, a.Elder, ids[1]))
		if signedIn() != 0 {
			t.Error("whoever found her bag stays signed in")
		}
	})
}

func TestNobodyIsMadeAnotherOrMovedAwayWithoutTheirCard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "钱桂兰")
		in.Credentials, in.Sex, in.Birth = in.Credentials[1:], people.Female, "1945-01-01"
		who := w.Register(t, in)
		name, birth, sex, far, near, village := "钱改名", "1946-01-01", people.Male, w.Xihu.Street, a.Division+"002", "柳湾村"
		byRole(t, w, a.Clerk, who)
		correct := func(by civic.Actor, c people.Correction) error {
			c.Reason, c.Evidence = "登记时写错了", "household_register"
			return w.People.Correct(ctx, by, who, c)
		}
		for _, c := range []people.Correction{{Name: &name}, {Birth: &birth}, {Sex: &sex}, {Division: &far}} {
			wantKind(t, correct(a.Clerk, c), civic.Denied, "correct.proof")
		}
		ok(t, correct(a.Clerk, people.Correction{Division: &near, Village: &village}))
		chief := w.Hire(t, "主管", a.CivilAffairs, staff.Post{Role: staff.Clerk, Division: a.Division}, staff.Post{Role: staff.Administrator, Division: a.Division})
		byRole(t, w, chief, who)
		ok(t, correct(chief, people.Correction{Birth: &birth}))
		w.Open(t, a.Clerk, who)
		ok(t, correct(a.Clerk, people.Correction{Name: &name, Sex: &sex, Division: &far}))
	})
}
