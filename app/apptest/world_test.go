package apptest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestAWorldHasTwoDistrictsWithPeopleAndOffices(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		began := time.Now()
		w := apptest.New(t, d)
		t.Logf("made in %v", time.Since(began))
		for _, d := range []*apptest.District{w.Taiyuan, w.Xihu} {
			found, err := w.People.Find(context.Background(), d.Clerk, d.ElderID)
			ms := found.Matches
			if err != nil || len(ms) != 1 || ms[0].Person != d.Elder {
				t.Errorf("%s: found %v, %v", d.Division, ms, err)
			}
		}
		rc := w.ReportPost(t, w.Taiyuan)
		if n := w.JobCount(t, "casework.watch"); n != 1 {
			t.Errorf("%d jobs", n)
		}
		if !strings.Contains(w.Dump(t), string(rc.Number)) {
			t.Error("the dump lacks a number that is there")
		}
	})
}

func TestTheClockStandsUntilItIsSet(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite), apptest.Bare(), apptest.At(apptest.Begin.AddDate(1, 0, 0)))
	w.Clock.Add(time.Hour)
	if got := w.Journal.Now(); !got.Equal(apptest.Begin.AddDate(1, 0, 0).Add(time.Hour)) {
		t.Errorf("the journal says %v", got)
	}
	w.Clock.Set(apptest.Begin)
	if got := w.Journal.Now().In(civic.Shanghai).Format("Mon 15:04"); got != "Mon 09:05" {
		t.Errorf("the world begins on %s", got)
	}
}
