package request_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/request"
)

// afterDeath begins what the family has to do, with the matters named, as far as
// the read-back.
func afterDeath(t *testing.T, w *apptest.World, actor civic.Actor, elder civic.PersonID, matters ...string) *request.View {
	t.Helper()
	v, err := w.Requests.Start(ctx, actor, "after-death", elder, "")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string][]string{"day": {"昨天"}, "where": {"home"}, "paper": {"yes"}, "will": {"no"}, "dispute": {"yes"}, "phone": {"12612345678"}}
	for i, m := range matters {
		round := "matters." + string(rune('1'+i)) + "."
		given[round+"what"], given[round+"note"], given[round+"more"] = []string{m}, []string{""}, []string{"yes"}
		if i == len(matters)-1 {
			given[round+"more"] = []string{"no"}
		}
	}
	for n := 0; len(v.Step.Ask) > 0; n++ {
		if n > 30 {
			t.Fatalf("still asked: %s", v.Step.Ask[0].Key)
		}
		p := v.Step.Ask[0]
		if v, err = w.Requests.Answer(ctx, actor, v.ID, v.Rev, map[string][]string{p.Key: given[p.Key]}); err != nil {
			t.Fatalf("%s = %v: %v", p.Key, given[p.Key], err)
		}
	}
	return v
}

func TestOneMatterToldOnceMakesTheOthersOnceEachWithItsParent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		daughter := apptest.AsPerson(a.Daughter)
		v := afterDeath(t, w, daughter, a.Elder, "household", "bank", "funeral", "household")
		receipts := make([]request.Receipt, 4)
		together(len(receipts), func(i int) {
			var err error
			if receipts[i], err = w.Requests.Submit(ctx, daughter, v.ID, 0); err != nil {
				t.Error(err)
			}
		})
		made := receipts[0].Made
		if len(made) != 2 || made[0].Service != "household" || made[1].Service != "funeral-subsidy" || made[0].Number == made[1].Number {
			t.Fatalf("made %+v", made)
		}
		for _, rc := range receipts[1:] {
			if !slices.Equal(rc.Made, made) {
				t.Errorf("another receipt has %+v", rc.Made)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM request WHERE parent = $1`, v.ID); n != 2 {
			t.Errorf("%d requests have the parent, want two", n)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM request WHERE parent <> '' AND parent NOT IN (SELECT id FROM request)`); n != 0 {
			t.Errorf("%d requests have a parent that there is not", n)
		}
		for _, k := range made {
			if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry e JOIN journal_about x ON x.entry = e.id AND x.id = $1 JOIN journal_about p ON p.entry = e.id AND p.id = $2 AND p.role = 'parent'
				WHERE e.act = 'request.submitted'`, k.ID, v.ID); n != 1 {
				t.Errorf("%s: %d entries name the parent, want one", k.Service, n)
			}
			if n := w.Acts(t, "case.opened", string(k.ID)); n != 1 {
				t.Errorf("%s: %d cases opened", k.Service, n)
			}
		}
		parent, err := w.Casework.Read(ctx, daughter, civic.RequestID(v.ID))
		if err != nil || len(parent.Made) != 2 || parent.Parent != nil || parent.Made[0].Number != made[0].Number {
			t.Fatalf("the parent's file: %+v, %v", parent, err)
		}
		child, err := w.Casework.Read(ctx, daughter, made[1].ID)
		if err != nil || child.Parent == nil || child.Parent.ID != civic.RequestID(v.ID) || len(child.Made) != 0 {
			t.Fatalf("the child's file: %+v, %v", child, err)
		}
		lines := map[string]string{}
		for _, l := range child.Lines {
			lines[l.Key] = l.Shown
		}
		if want := map[string]string{"day": lines["day"], "phone": "12612345678"}; !maps.Equal(lines, want) || !strings.Contains(lines["day"], "昨天") {
			t.Errorf("carried over: %v", lines)
		}
		if want := []string{"证明", "生前待遇", "还在发", "家人", "领钱办法"}; !slices.Equal(child.Unasked, want) {
			t.Errorf("left to ask: %v, want %v", child.Unasked, want)
		}
		house, err := w.Casework.Read(ctx, daughter, made[0].ID)
		if err != nil || house.Lines[0].Shown != "家里有人走了，销户口" {
			t.Errorf("what is fixed is not answered: %+v, %v", house, err)
		}
		// The number of each finds it.
		if f, err := w.Requests.Find(ctx, daughter, string(made[0].Number)); err != nil || f.ID != civic.DraftID(made[0].ID) {
			t.Errorf("found %+v, %v", f, err)
		}
	})
}

func TestWhatCannotBeMadeIsSaidOnTheParentAndTheParentGoesThrough(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		son := w.Person(t, a.Street)
		w.Give(t, a.Elder, son, "after-death household")
		until := w.Clock.Now().Add(72 * time.Hour)
		if err := w.Catalog.Suspend(ctx, apptest.System(), "household", "14", "派出所搬家", &until); err != nil {
			t.Fatal(err)
		}
		v := afterDeath(t, w, apptest.AsPerson(son), a.Elder, "household", "funeral")
		rc, err := w.Requests.Submit(ctx, apptest.AsPerson(son), v.ID, 0)
		if err != nil || len(rc.Made) != 0 {
			t.Fatalf("%+v, %v", rc, err)
		}
		f, err := w.Casework.Read(ctx, apptest.AsPerson(son), rc.Request)
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, n := range f.Notes {
			if n.Kind == "left" {
				left = append(left, n.Text)
			}
		}
		if len(left) != 2 || !strings.Contains(left[0], "派出所搬家") || !strings.Contains(left[0], "恢复") || !strings.Contains(left[1], "「领丧葬费抚恤金」没有一起交上去") {
			t.Errorf("said on the case: %q", left)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM request`); n != 1 {
			t.Errorf("%d requests, want the parent alone", n)
		}
	})
}

func TestTheCopyOfEverythingSaysWhatWasToldTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		v := afterDeath(t, w, apptest.AsPerson(a.Daughter), a.Elder, "funeral")
		if _, err := w.Requests.Submit(ctx, apptest.AsPerson(a.Daughter), v.ID, 0); err != nil {
			t.Fatal(err)
		}
		w.Look(t, apptest.AsPerson(a.Elder).For(a.Elder), func(look *journal.View) error {
			auth, err := look.Authorise(civic.Need{Person: a.Elder, Look: true})
			if err != nil {
				return err
			}
			all, err := w.Requests.Everything(look, auth)
			if err == nil && (len(all) != 2 || all[0].Parent != "" || all[1].Parent != all[0].ID || all[1].Service != "funeral-subsidy") {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}
