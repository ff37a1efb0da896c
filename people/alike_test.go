package people_test

import (
	"fmt"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

// byCard is a registration without an ID number, by a senior card.
func byCard(street civic.Division, name, birth, card string) people.Registration {
	return people.Registration{Name: name, Sex: people.Female, Birth: birth, Division: street,
		Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: card}}}
}

func TestALikelyTwinIsShownBeforeAnybodyIsRegisteredTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		was := byCard(a.Street, "单桂英", "1945-08-15", "SN77700000001")
		was.Phones = []people.Phone{{Number: "12677770001", Whose: "own"}}
		id := w.Register(t, was)
		elsewhere := civic.Division("330106001")
		for i, c := range []struct {
			why   string // "" for somebody else
			again people.Registration
		}{
			{"同名，同一天出生，住同一个区县", byCard("140105002", "单桂英", "1945-08-15", "")},
			{"同名，同一天出生", byCard(elsewhere, "单桂英", "1945-08-15", "")},
			{"同名，住同一个街道，出生只差一两年", byCard(a.Street, "单桂英", "1947-01-01", "")},
			{"", byCard(a.Street, "单桂英", "1948-01-01", "")},
			{"", byCard("140105002", "单桂英", "1946-01-01", "")},
			{"同名，住同一个街道，出生日期不清楚", byCard(a.Street, "单桂英", "", "")},
			{"名字读音一样，同一天出生，住同一个区县", byCard("140105002", "单贵英", "1945-08-15", "")},
			{"", byCard(elsewhere, "单贵英", "1945-08-15", "")},
			{"名字读音一样，住同一个街道，出生只差一两年", byCard(a.Street, "善桂英", "1943-12-31", "")},
			{"", byCard(a.Street, "单桂香", "1945-08-15", "")},
			{"同名，留的是同一个电话", func() people.Registration {
				in := byCard(elsewhere, "单桂英", "1950-01-01", "")
				in.Phones = []people.Phone{{Number: "+86 126-7777-0001", Whose: "女儿"}}
				return in
			}()},
			{"", func() people.Registration {
				in := byCard(a.Street, "李四", "1950-01-01", "")
				in.Phones = was.Phones // a phone alone is no twin
				return in
			}()},
			{"", func() people.Registration {
				in := byCard(elsewhere, "单桂英", "1945-08-15", "")
				in.Sex = people.Male
				return in
			}()},
		} {
			in := c.again
			in.Credentials[0].Number = fmt.Sprintf("SN7770001%04d", i)
			actor := a.Clerk
			if in.Division == elsewhere {
				actor = w.Xihu.Clerk
			}
			twins, err := w.People.Twins(ctx, actor, in)
			if err != nil {
				t.Fatal(err)
			}
			if c.why == "" {
				if len(twins) != 0 {
					t.Errorf("%d: %+v, want nobody", i, twins)
				}
				continue
			}
			if len(twins) != 1 || twins[0].Person != id || twins[0].Why != c.why || twins[0].Name != "单*英" || twins[0].Phone != "01" {
				t.Errorf("%d: %+v, want %s", i, twins, c.why)
			}
			_, err = w.People.Register(ctx, actor, in)
			wantKind(t, err, civic.Conflict, "register.alike")
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM person WHERE name LIKE '单%'`); n != 1 {
			t.Errorf("%d were registered", n)
		}
		again := byCard(a.Street, "单桂英", "1945-08-15", "SN77700000002")
		again.Distinct = true
		if _, err := w.People.Register(ctx, a.Clerk, again); err != nil {
			t.Errorf("whoever was said to be another: %v", err)
		}
	})
}

func TestNamesakesWithIDNumbersOfTheirOwnAreNotHeldForTwinsAcrossCounties(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	one := people.Registration{Name: "王桂英", Division: w.Taiyuan.Street, Credentials: []people.Card{{Kind: people.KindResidentID, Number: apptest.ResidentID("140199", "19450815", 100)}}}
	w.Register(t, one)
	two := one
	two.Credentials = []people.Card{{Kind: people.KindResidentID, Number: apptest.ResidentID("330199", "19450815", 102)}}
	if twins, err := w.People.Twins(ctx, w.Taiyuan.Clerk, two); err != nil || len(twins) != 1 {
		t.Errorf("in the county: %+v, %v", twins, err)
	}
	two.Division = w.Xihu.Street
	if twins, err := w.People.Twins(ctx, w.Xihu.Clerk, two); err != nil || len(twins) != 0 {
		t.Errorf("elsewhere: %+v, %v", twins, err)
	}
}

func TestManyNewPeopleAreComparedAtOnceAsOneByOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		var ls []people.Likeness
		for i := range 40 {
			name := []string{"李秀英", "张秀英", "李秀莹", "𠅤秀英"}[i%4]
			birth := fmt.Sprintf("19%02d-03-01", 30+i)
			if i%2 == 0 {
				w.Register(t, byCard(w.Taiyuan.Street, name, birth, fmt.Sprintf("SN8880000%04d", i)))
			}
			ls = append(ls, people.Likeness{Name: name, Sex: people.Female, Birth: birth, Division: w.Taiyuan.Street})
		}
		w.Look(t, apptest.System(), func(v *journal.View) error {
			auth, err := v.Authorise(civic.Need{Permission: civic.MayRegisterPeople})
			if err != nil {
				return err
			}
			if _, err := people.Alike(v, civic.Authority{}, ls); err == nil {
				t.Error("people were compared without an authority")
			}
			all, err := people.Alike(v, auth, ls)
			if err != nil {
				return err
			}
			for i, l := range ls {
				one, err := people.Alike(v, auth, []people.Likeness{l})
				if err != nil {
					return err
				}
				if got, want := fmt.Sprint(all[i]), fmt.Sprint(one[0]); got != want {
					t.Errorf("%d: %s at once, %s alone", i, got, want)
				}
				if i%2 == 0 && (len(all[i]) == 0 || !strings.HasPrefix(all[i][0].Why, "同名，同一天出生")) {
					t.Errorf("%d: %+v", i, all[i])
				}
			}
			return nil
		})
	})
}
