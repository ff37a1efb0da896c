package people_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
	"yinqiao/request"
	"yinqiao/staff"
)

// cardOf finds the newest card of a kind in a person's profile.
func cardOf(t testing.TB, w *apptest.World, who civic.PersonID, kind people.CredentialKind) people.Credential {
	t.Helper()
	p, err := w.People.Show(ctx, apptest.AsPerson(who), who)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(p.Credentials) - 1; i >= 0; i-- {
		if p.Credentials[i].Kind == kind {
			return p.Credentials[i]
		}
	}
	t.Fatalf("no %s in %+v", kind, p.Credentials)
	return people.Credential{}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestALostCardIsRefusedWithWhatElseWillDo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		me := apptest.AsPerson(a.Elder)
		card := cardOf(t, w, a.Elder, people.KindSeniorCard)
		number := "SN0000000001"
		ok(t, w.People.LoseCard(ctx, me, a.Elder, card.ID))
		ok(t, w.People.LoseCard(ctx, me, a.Elder, card.ID)) // twice is once
		if n := w.Acts(t, people.ActCardLost, string(a.Elder)); n != 1 {
			t.Errorf("%d times lost", n)
		}
		m, err := w.People.FindCard(ctx, a.Clerk, number)
		if err != nil || m.State != people.Lost {
			t.Fatalf("%+v, %v", m, err)
		}
		if say := civic.As(m.Refuse()).Say; say != "这张老年卡已经挂失。请用：身份证，或报姓名和身份证后六位。" {
			t.Error(say)
		}
		wantKind(t, w.People.FoundCard(ctx, me, a.Elder, card.ID), civic.Denied, "card.desk")
		w.Open(t, a.Clerk, a.Elder)
		ok(t, w.People.FoundCard(ctx, a.Clerk, a.Elder, card.ID))
		if m, err := w.People.FindCard(ctx, a.Clerk, number); err != nil || m.Refuse() != nil {
			t.Errorf("%+v, %v", m, err)
		}
		wantKind(t, w.People.LoseCard(ctx, apptest.AsPerson(a.Stranger), a.Elder, card.ID), civic.Denied, "")
		wantKind(t, w.People.LoseCard(ctx, me, a.Elder, db.NewID()), civic.NotFound, "card.unknown")
		narrow := w.Person(t, a.Street)
		w.Services(t, "a")
		w.Give(t, a.Elder, narrow, "a")
		wantKind(t, w.People.LoseCard(ctx, apptest.AsPerson(narrow), a.Elder, card.ID), civic.Denied, "")
		ok(t, w.People.LoseCard(ctx, apptest.AsPerson(a.Daughter), a.Elder, card.ID)) // her grant covers everything
		if text := strings.Join(lines(t, w, a.Elder), "\n"); !strings.Contains(text, "挂失了卡（老年卡）") || strings.Contains(text, "0001") {
			t.Error(text)
		}
	})
}

func lines(t testing.TB, w *apptest.World, who civic.PersonID) (out []string) {
	t.Helper()
	story, err := w.Requests.Story(ctx, apptest.AsPerson(who), who, request.StoryAsk{Most: 200})
	ok(t, err)
	for _, l := range slices.Backward(story.Lines) {
		out = append(out, l.What)
	}
	return out
}

func TestACardIsGoodToTheEndOfTheDayThatItSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		card := cardOf(t, w, a.Elder, people.KindResidentID)
		for _, wrong := range []people.Dates{{Expires: "2027-13-01"}, {Issued: "2027-01-01", Expires: "2027-01-01"}, {Issued: "昨天"}, {Issued: "1850-01-01"}} {
			wantKind(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, card.ID, wrong), civic.Invalid, "card.dates")
		}
		ok(t, w.People.SetCardDates(ctx, a.Clerk, a.Elder, card.ID, people.Dates{Issued: "2006-11-24", Expires: "2026-11-23"}))
		w.Clock.Set(time.Date(2026, 11, 23, 15, 59, 59, 0, time.UTC)) // a second before midnight in Shanghai
		if m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID); err != nil || m.State != people.Active {
			t.Errorf("%+v, %v", m, err)
		}
		w.Clock.Add(time.Second)
		m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID)
		if err != nil || m.State != people.Expired || civic.As(m.Refuse()).Say != "这张身份证已经过期。请用：老年卡，或报姓名和身份证后六位。" {
			t.Errorf("%+v, %v", m, err)
		}
		// Renewed: another card of the same number, good until 2046.
		// An expired card opens nobody; whoever settles disputes at home may enter the new one.
		ok(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "换了新的身份证", ""))
		_, err = w.People.ReplaceCard(ctx, a.Clerk, a.Elder, card.ID, "", people.Dates{Issued: "2026-11-24", Expires: "2046-11-24"})
		wantKind(t, err, civic.Denied, "card.proof")
		chief := w.Hire(t, "主管", a.CivilAffairs, staff.Post{Role: staff.Clerk, Division: a.Division}, staff.Post{Role: staff.Administrator, Division: a.Division})
		ok(t, w.Grant.Open(ctx, chief, a.Elder, false, "换了新的身份证", ""))
		fresh, err := w.People.ReplaceCard(ctx, chief, a.Elder, card.ID, "", people.Dates{Issued: "2026-11-24", Expires: "2046-11-24"})
		ok(t, err)
		if m, err := w.People.FindCard(ctx, a.Clerk, a.ElderID); err != nil || m.State != people.Active || m.Person != a.Elder {
			t.Errorf("%+v, %v", m, err)
		}
		if _, err := w.People.ReplaceCard(ctx, chief, a.Elder, card.ID, "", people.Dates{}); !civic.Is(err, civic.Conflict) {
			t.Errorf("a replaced card was replaced: %v", err)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM tail_index WHERE person = $1`, a.Elder); n != 1 {
			t.Errorf("%d index rows of her last six", n)
		}
		ok(t, w.People.LoseCard(ctx, apptest.AsPerson(a.Elder), a.Elder, fresh))
	})
}

func TestANumberThatWasReplacedStaysFindableAndMayBecomeAnothers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		card := cardOf(t, w, a.Elder, people.KindSeniorCard)
		_, err := w.People.ReplaceCard(ctx, a.Clerk, a.Elder, card.ID, "SN88880000", people.Dates{})
		ok(t, err)
		ms, err := find(w, a.Clerk, "SN0000000001")
		if err != nil || len(ms) != 1 || ms[0].Person != a.Elder || ms[0].State != people.Replaced || !strings.Contains(ms[0].Why, "以前的号码") {
			t.Errorf("%+v, %v", ms, err)
		}
		if m, err := w.People.FindCard(ctx, a.Clerk, "SN0000000001"); err != nil || civic.As(m.Refuse()).Code != "card.replaced" {
			t.Errorf("%+v, %v", m, err)
		}
		other := w.Person(t, a.Street)
		w.Open(t, a.Clerk, other)
		_, err = w.People.AddCard(ctx, a.Clerk, other, people.Card{Kind: people.KindTransitCard, Number: "SN0000000001"}, people.Dates{})
		ok(t, err)
		if ms, err := find(w, a.Clerk, "SN0000000001"); err != nil || len(ms) != 1 || ms[0].Person != other || ms[0].State != people.Active {
			t.Errorf("%+v, %v", ms, err)
		}
		_, err = w.People.AddCard(ctx, a.Clerk, other, people.Card{Kind: people.KindParkCard, Number: "SN88880000"}, people.Dates{})
		wantKind(t, err, civic.Conflict, "card.taken")
		_, err = w.People.AddCard(ctx, a.Clerk, other, people.Card{Kind: people.KindTransitCard, Number: "SN0000000001"}, people.Dates{})
		wantKind(t, err, civic.Conflict, "card.have")
		_, err = w.People.AddCard(ctx, a.Clerk, other, people.Card{Kind: people.KindResidentID, Number: "11010519491231002X"}, people.Dates{})
		wantKind(t, err, civic.Conflict, "card.second_id")
	})
}

func TestTheOnlyCardIsNotWithdrawnAndAWrongOneIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		card := cardOf(t, w, a.Elder, people.KindSeniorCard)
		ok(t, w.People.WithdrawCard(ctx, a.Clerk, a.Elder, card.ID))
		ok(t, w.People.WithdrawCard(ctx, a.Clerk, a.Elder, card.ID))
		wantKind(t, w.People.WithdrawCard(ctx, a.Clerk, a.Elder, cardOf(t, w, a.Elder, people.KindResidentID).ID), civic.Conflict, "card.last")
		wantKind(t, w.People.LoseCard(ctx, a.Clerk, a.Elder, card.ID), civic.Conflict, "card.moved")
		if m, err := w.People.FindCard(ctx, a.Clerk, "SN0000000001"); err != nil || m.State != people.Withdrawn {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func TestACardThatWePrintIsFoundByItsNumberAndReplacesTheOneBefore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Elder)
		first, err := w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		ok(t, err)
		if first.Name != "王桂英" || len(first.Number) != 12 || strings.ReplaceAll(first.Grouped, " ", "") != first.Number {
			t.Errorf("%+v", first)
		}
		if m, err := w.People.FindCard(ctx, a.Clerk, first.Grouped); err != nil || m.Person != a.Elder || m.Refuse() != nil {
			t.Errorf("%+v, %v", m, err)
		}
		second, err := w.People.IssuePrinted(ctx, a.Clerk, a.Elder)
		ok(t, err)
		m, err := w.People.FindCard(ctx, a.Clerk, first.Number)
		if err != nil || m.State != people.Replaced || !strings.Contains(civic.As(m.Refuse()).Say, "银桥便民卡") {
			t.Errorf("%+v, %v", m, err)
		}
		if _, err := w.People.FindCard(ctx, a.Clerk, second.Number); err != nil {
			t.Error(err)
		}
		_, err = w.People.AddCard(ctx, a.Clerk, a.Elder, people.Card{Kind: people.KindPrintedCard, Number: second.Number[:11] + string('0'+(second.Number[11]-'0'+1)%10)}, people.Dates{})
		wantKind(t, err, civic.Invalid, "card.printed")
		_, err = w.People.IssuePrinted(ctx, apptest.AsPerson(a.Elder), a.Elder)
		wantKind(t, err, civic.Denied, "card.desk")
	})
}

func TestEveryKindOfCardIsRegisteredAndFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for kind, number := range map[people.CredentialKind]string{people.KindResidentID: "810000195001010010", people.KindSocialSecurity: "A84027165", people.KindSeniorCard: "SN77770001",
			people.KindTransitCard: "3104890012345678", people.KindParkCard: "GY00001234", people.KindPrintedCard: printed(), people.KindTravelPermit: "USA110175010112"} {
			id := w.Register(t, people.Registration{Name: "某人", Division: a.Street, Credentials: []people.Card{{Kind: kind, Number: number}}})
			if m, err := w.People.FindCard(ctx, a.Clerk, number); err != nil || m.Person != id || m.Kind != kind {
				t.Errorf("%s: %+v, %v", kind, m, err)
			}
		}
	})
}

// printed is a number as we print it.
func printed() string { return "80000000001" + string(civic.CheckDigit("80000000001")) }
