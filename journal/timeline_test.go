package journal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
)

func (l *ledger) timeline(t *testing.T, id, before string, limit int) (out []journal.Line) {
	t.Helper()
	l.look(t, func(v *journal.View) (err error) {
		out, err = journal.Timeline(v, allowed, id, before, limit)
		return err
	})
	return out
}

func TestATimelineTellsWhoDidWhatForWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		seconds := int64(61)
		e := served("r1")
		e.Measure = &seconds
		l.act(t, e)
		for _, id := range []string{elder, daughter, "r1"} {
			got := l.timeline(t, id, "", 0)
			if len(got) != 1 {
				t.Fatalf("%s: %d lines", id, len(got))
			}
			g := got[0]
			want := journal.Entry{
				ID: g.ID, At: begin, Act: actServed, OperatorKind: civic.PartyStaff, OperatorID: clerk,
				AgentKind: civic.PartyPerson, AgentID: daughter, Subject: elder, Channel: civic.ChannelDesk, Device: "window-3",
				Basis: civic.BasisRole, BasisRef: "role-1", Division: "140105001", Office: "office-1", Day: "2026-03-01",
				Digest: g.Digest, Hash: g.Hash,
			}
			if *g.Measure != 61 || *g.Bucket != journal.Bucket(61) || g.Batch != nil || !g.At.Equal(begin) {
				t.Errorf("%s: %+v", id, g)
			}
			g.At, g.Measure, g.Bucket = want.At, nil, nil
			if g.Entry != want {
				t.Errorf("%s:\n got %+v\nwant %+v", id, g.Entry, want)
			}
			if len(g.Detail) != 1 || g.Detail["thing"] != "r1" {
				t.Errorf("%s: detail %v", id, g.Detail)
			}
		}
		if got := l.timeline(t, clerk, "", 0); len(got) != 0 {
			t.Errorf("staff have no timeline among people: %v", got)
		}
	})
}

func TestTheDayIsThatOfShanghai(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, served("before midnight"))
		l.offset.Store(int64(time.Minute))
		l.act(t, served("after midnight"))
		got := l.timeline(t, elder, "", 0)
		if len(got) != 2 || got[0].Day != "2026-03-02" || got[1].Day != "2026-03-01" {
			t.Errorf("%+v", got)
		}
	})
}

func TestATimelineIsPagedNewestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		var want []string
		for i := range 7 { // several acts in a write keep their order too
			a, b := fmt.Sprint(i, "a"), fmt.Sprint(i, "b")
			l.act(t, served(a), served(b))
			want = append(want, a, b)
		}
		slices.Reverse(want)
		var got []string
		before := ""
		for {
			page := l.timeline(t, elder, before, 4)
			if len(page) == 0 {
				break
			}
			for _, line := range page {
				got = append(got, line.Detail["thing"])
			}
			before = page[len(page)-1].ID
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestATimelinePageIsBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, slices.Repeat([]journal.Event{waited(1)}, 203)...)
		for limit, want := range map[int]int{-1: 50, 0: 50, 7: 7, 100000: 200} {
			if got := l.timeline(t, elder, "", limit); len(got) != want {
				t.Errorf("limit %d: %d lines, want %d", limit, len(got), want)
			}
		}
	})
}

func TestAThingNamedTwiceIsRecordedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, journal.Event{Act: actServed, About: []journal.About{
			{ID: elder, Kind: "person", Role: "subject"}, // the actor names the elder already
			{ID: elder, Kind: "person", Role: "object"},  // another role is another line
			{ID: "r1", Kind: "request", Role: "object"},
			{ID: "r1", Kind: "request", Role: "object"},
		}})
		if got := l.timeline(t, elder, "", 0); len(got) != 1 {
			t.Errorf("%d lines for one act", len(got))
		}
		if n := l.count(t, `SELECT COUNT(*) FROM journal_about`); n != 4 {
			t.Errorf("%d parts, want 4", n)
		}
		l.seal(t)
		l.sound(t)
	})
}

func TestATimelineNeedsAnAuthority(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.look(t, func(v *journal.View) error {
			if _, err := journal.Timeline(v, civic.Authority{}, elder, "", 0); err == nil {
				t.Error("anyone may read")
			}
			if _, err := v.Authorise(civic.Need{Person: elder}); !civic.Is(err, civic.Denied) {
				t.Errorf("a reader asks the authoriser: %v", err)
			}
			return nil
		})
	})
}

func TestARemovedDetailIsFoundAndItsActStillReads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		l.act(t, served("secret"), served("kept"))
		l.seal(t)
		if _, err := d.Pool().Exec(`DELETE FROM journal_detail WHERE body LIKE '%secret%'`); err != nil {
			t.Fatal(err)
		}
		r := l.verify(t)
		if len(r.Problems) != 1 || r.Problems[0].Batch != 1 || !strings.Contains(r.Problems[0].Say, "removed") || r.Erased != 0 || r.Entries != 2 {
			t.Errorf("%+v", r)
		}
		got := l.timeline(t, elder, "", 0)
		if len(got) != 2 || got[0].Detail["thing"] != "kept" || got[1].Detail != nil {
			t.Errorf("%+v", got)
		}
	})
}
