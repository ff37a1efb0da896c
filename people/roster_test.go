package people_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/jobs"
	"yinqiao/people"
)

// listOf is a list of n invented people, from the first-th on, as CSV.
func listOf(first, n int) string {
	var b strings.Builder
	b.WriteString("某街道80岁以上老人花名册\n姓名,身份证号码,联系电话,与老人关系,家庭住址,社区（村）,独居\n")
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "%s,%s,125%08d,女儿,银槐街%d号,银槐社区,是\n", nameOf(i), idOf(i), i, i)
	}
	return b.String()
}

var givens = []rune("秀英桂兰玉珍淑华建国志明文德福生春梅凤莲金海永红军平")

func nameOf(i int) string {
	return "冯" + string([]rune{givens[i%len(givens)], givens[i/len(givens)%len(givens)]})
}

func idOf(i int) string {
	return apptest.ResidentID("140199", fmt.Sprintf("1939%02d%02d", i/900%12+1, i/10800%28+1), i%900+1)
}

// bring brings a list, settles its columns as guessed and has it checked.
func bring(t testing.TB, w *apptest.World, text string) string {
	t.Helper()
	d := w.Taiyuan
	id, err := w.People.BringRoster(ctx, d.Administrator, people.RosterFile{Name: "名单.csv", Division: d.Street, Bytes: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	check(t, w, id)
	return id
}

func check(t testing.TB, w *apptest.World, id string) {
	t.Helper()
	r := roster(t, w, id)
	if err := w.People.CheckRoster(ctx, w.Taiyuan.Administrator, id, r.Columns); err != nil {
		t.Fatal(err)
	}
	work(t, w, id)
}

func work(t apptest.TB, w *apptest.World, id string) {
	t.Helper()
	for {
		err := w.People.WorkRoster(ctx, people.RosterWork{Roster: id})
		if err == nil {
			return
		}
		if !errors.Is(err, jobs.ErrMore) {
			t.Fatalf("%v", err)
		}
	}
}

func roster(t apptest.TB, w *apptest.World, id string) people.Roster {
	t.Helper()
	r, err := w.People.Roster(ctx, w.Taiyuan.Administrator, id)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

func enter(t testing.TB, w *apptest.World, id string) {
	t.Helper()
	if err := w.People.EnterRoster(ctx, w.Taiyuan.Administrator, id, false); err != nil {
		t.Fatal(err)
	}
	work(t, w, id)
}

func undo(t testing.TB, w *apptest.World, id string) {
	t.Helper()
	if err := w.People.UndoRoster(ctx, w.Taiyuan.Administrator, id); err != nil {
		t.Fatal(err)
	}
	work(t, w, id)
}

func TestAListIsCheckedBeforeAnybodyIsEntered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		before := w.Count(t, `SELECT COUNT(*) FROM person`)
		text := listOf(0, 450) +
			"王桂英," + w.Taiyuan.ElderID + ",,,,,\n" + // known
			"李四," + w.Xihu.ElderID + ",,,,,\n" + // a number of somebody else's
			nameOf(0) + "," + idOf(0) + ",,,,,\n" + // twice in the list
			"赵六,1.40105E+17,3517654321,女儿,,,\n" + // mangled
			",140199194001010000,,,,,\n"
		id := bring(t, w, text)
		r := roster(t, w, id)
		if r.State != people.RosterChecked || r.Lines != 455 || r.Count[people.RowGood] != 450 || r.Count[people.RowKnown] != 1 || r.Count[people.RowBad] != 4 {
			t.Fatalf("%s: %d lines, %v, %+v", r.State, r.Lines, r.Count, r.Rows)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM person`); n != before {
			t.Errorf("the check entered %d", n-before)
		}
		said := fmt.Sprintf("%+v", r.Rows)
		for _, want := range []string{"另一个姓名", "和第3行的一样", "科学记数", "区号前面的0", "最后三位是000", "请填写姓名"} {
			if !strings.Contains(said, want) {
				t.Errorf("nothing is said of %s: %s", want, said)
			}
		}
		if r.Rows[len(r.Rows)-1].N != 457 {
			t.Errorf("the last row is %d", r.Rows[len(r.Rows)-1].N)
		}
		enter(t, w, id)
		if n := w.Count(t, `SELECT COUNT(*) FROM person`); n != before+450 {
			t.Fatalf("entered %d", n-before)
		}
		found, err := w.People.Find(ctx, w.Taiyuan.Clerk, idOf(449))
		ms := found.Matches
		if err != nil || len(ms) != 1 || ms[0].Name != people.Masked(nameOf(449)) {
			t.Fatalf("%v, %v", ms, err)
		}
		if n := w.Acts(t, people.ActRegistered, string(ms[0].Person)); n != 1 {
			t.Errorf("%d entries tell of the registration", n)
		}
	})
}

func TestWhomNobodyUsedIsTakenBackAndCanBeRegisteredAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		id := bring(t, w, listOf(0, 230))
		enter(t, w, id)
		found, err := w.People.Find(ctx, w.Taiyuan.Clerk, idOf(7))
		ms := found.Matches
		if err != nil {
			t.Fatal(err)
		}
		w.Open(t, w.Taiyuan.Clerk, ms[0].Person)
		undo(t, w, id)
		r := roster(t, w, id)
		if r.State != people.RosterUndone || r.Count[people.RowUndone] != 229 || r.Count[people.RowUsed] != 1 {
			t.Fatalf("%s %v", r.State, r.Count)
		}
		for _, text := range []string{idOf(8), "12500000008", nameOf(8)} {
			if ms, err := w.People.Find(ctx, w.Taiyuan.Clerk, text); !civic.Is(err, civic.NotFound) {
				t.Errorf("somebody withdrawn is found: %v, %v", ms, err)
			}
		}
		again := bring(t, w, listOf(0, 230))
		enter(t, w, again)
		if r := roster(t, w, again); r.Count[people.RowEntered] != 229 || r.Count[people.RowKnown] != 1 {
			t.Errorf("%v", r.Count)
		}
	})
}
