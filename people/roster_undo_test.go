package people_test

import (
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

func personOf(t testing.TB, w *apptest.World, number string) civic.PersonID {
	t.Helper()
	found, err := w.People.Find(ctx, w.Taiyuan.Clerk, number)
	if err != nil || len(found.Matches) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	return found.Matches[0].Person
}

func TestWhoWasMergedOrDisputedSinceAListStaysWhenItIsTakenBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		admin := w.Taiyuan.Administrator
		old := twin(t, w, nameOf(1), "SN71000001")
		kept := twin(t, w, nameOf(2), "SN71000002")
		text := "姓名,身份证号码,老年卡号\n"
		for i := range 6 {
			text += nameOf(i) + "," + idOf(i) + ",SN7200000" + string(rune('0'+i)) + "\n"
		}
		id := bring(t, w, text)
		if err := w.People.EnterRoster(ctx, admin, id, true); err != nil {
			t.Fatal(err)
		}
		work(t, w, id)
		if r := roster(t, w, id); r.Count[people.RowEntered] != 6 {
			t.Fatalf("%v %+v", r.Count, r.Rows)
		}
		// The first keeps another, the second is dropped for another, the third's card
		// is brought by somebody else, and the fourth was merged and parted again.
		_, err := w.People.Merge(ctx, admin, personOf(t, w, idOf(1)), old, "同一个人")
		ok(t, err)
		_, err = w.People.Merge(ctx, admin, kept, personOf(t, w, idOf(2)), "同一个人")
		ok(t, err)
		w.Open(t, w.Taiyuan.Clerk, w.Taiyuan.Stranger)
		look(t, w, w.Taiyuan.Clerk, "SN72000003")
		_, err = w.People.RaiseDispute(ctx, w.Taiyuan.Clerk, w.Taiyuan.Stranger, people.Card{Kind: people.KindSeniorCard, Number: "SN72000003"})
		ok(t, err)
		again := twin(t, w, nameOf(4), "SN71000004")
		m, err := w.People.Merge(ctx, admin, personOf(t, w, idOf(4)), again, "同一个人")
		ok(t, err)
		ok(t, w.People.Unmerge(ctx, admin, m, "看错了"))

		undo(t, w, id)
		r := roster(t, w, id)
		if r.Count[people.RowUsed] != 4 || r.Count[people.RowUndone] != 2 {
			t.Fatalf("%v", r.Count)
		}
		for _, i := range []int{1, 2, 4} {
			personOf(t, w, idOf(i)) // still found, and one person
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM credential_dispute WHERE state = 'open'`); n != 1 {
			t.Errorf("%d disputes are open", n)
		}
		for _, i := range []int{0, 5} {
			if _, err := w.People.Find(ctx, w.Taiyuan.Clerk, idOf(i)); !civic.Is(err, civic.NotFound) {
				t.Errorf("person %d is still there: %v", i, err)
			}
			_, err := w.People.Register(ctx, w.Taiyuan.Clerk, people.Registration{Name: nameOf(i), Division: w.Taiyuan.Street, Distinct: true,
				Credentials: []people.Card{{Kind: people.KindResidentID, Number: idOf(i)}, {Kind: people.KindSeniorCard, Number: "SN7200000" + string(rune('0'+i))}}})
			ok(t, err)
		}
	})
}

func TestACheckThatWasBrokenOffGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		w.People.PartsOf(20)
		// The last row has the number of the first, which another run has seen.
		text := listOf(0, 90) + nameOf(0) + "," + idOf(0) + ",,,,,\n"
		id, err := w.People.BringRoster(ctx, w.Taiyuan.Administrator, people.RosterFile{Name: "名单.csv", Division: w.Taiyuan.Street, Bytes: []byte(text)})
		ok(t, err)
		ok(t, w.People.CheckRoster(ctx, w.Taiyuan.Administrator, id, roster(t, w, id).Columns))
		seen, looks := 0, 40
		first := map[string]bool{}
		for runs := 0; ; runs++ {
			if runs > 200 {
				t.Fatal("the check never ends")
			}
			err := w.People.WorkRoster(newCut(looks), people.RosterWork{Roster: id})
			n := w.Count(t, `SELECT COUNT(*) FROM roster_row WHERE roster = $1`, id)
			if n < seen {
				t.Fatalf("%d rows were checked, and then %d", seen, n)
			}
			if n == seen {
				looks += 20 // died before a part was through
			}
			for who := range goodRows(t, w, id) {
				first[who] = true
			}
			if seen = n; err == nil {
				break
			}
		}
		r := roster(t, w, id)
		if r.State != people.RosterChecked || r.Count[people.RowGood] != 90 || r.Count[people.RowBad] != 1 {
			t.Fatalf("%s %v %+v", r.State, r.Count, r.Rows)
		}
		if len(first) != 90 {
			t.Errorf("%d people were drawn for 90 rows: some were checked anew", len(first))
		}
	})
}

// goodRows are the people drawn for the rows that are good.
func goodRows(t testing.TB, w *apptest.World, id string) map[string]bool {
	t.Helper()
	var ids []string
	w.Look(t, apptest.System(), func(v *journal.View) error {
		return v.Select(&ids, `SELECT person FROM roster_row WHERE roster = $1 AND state = 'good'`, id)
	})
	out := map[string]bool{}
	for _, p := range ids {
		out[p] = true
	}
	return out
}
