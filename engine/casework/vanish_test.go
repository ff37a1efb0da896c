package casework_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/casework"
	"yinqiao/staff"
)

// bureau is two offices that work cases, with who works there and who has left.
type bureau struct {
	w       *apptest.World
	elder   civic.Actor
	at      map[civic.OfficeID][]civic.Actor
	offices []civic.OfficeID
}

// Whatever is done with cases, by whomever and in whatever order, while people fall
// ill, leave and are hired: each case that has not ended is in a list of somebody who is
// there, and so is everything that was handed in.
func TestNothingVanishesFromEveryQueue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		b := &bureau{w: w, elder: apptest.AsPerson(w.Taiyuan.Elder), offices: []civic.OfficeID{w.Taiyuan.Hospital, w.Taiyuan.Market},
			at: map[civic.OfficeID][]civic.Actor{w.Taiyuan.Hospital: {w.Taiyuan.HospitalClerk}, w.Taiyuan.Market: {w.Taiyuan.MarketClerk}}}
		rapid.Check(t, dbtest.Rounds(25, func(rt *rapid.T) {
			b.hire(rt, w.Taiyuan.Hospital)
			ids := []civic.RequestID{w.ReportPost(rt, w.Taiyuan).Request, w.ReportPost(rt, w.Taiyuan).Request}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				b.step(rt, rapid.SampledFrom(ids).Draw(rt, "case"))
				for _, id := range ids {
					b.somewhere(rt, id)
				}
			}
			for _, id := range ids { // an empty desk for the next draw
				b.clear(id)
			}
			for _, office := range b.offices {
				b.hire(rt, office)
			}
		}))
	})
}

func (b *bureau) hire(t apptest.TB, office civic.OfficeID) {
	if len(b.at[office]) < 2 {
		b.at[office] = append(b.at[office], b.w.Hire(t, "新同事", office, staff.Post{Role: staff.Clerk, Division: b.w.Taiyuan.Division}))
	}
}

// leave ends somebody's work; the job that their leaving wakes runs.
func (b *bureau) leave(who civic.Actor) error {
	for office, there := range b.at {
		b.at[office] = slices.DeleteFunc(slices.Clone(there), func(a civic.Actor) bool { return a.Staff() == who.Staff() })
	}
	if err := b.w.Staff.Leave(ctx, b.w.Taiyuan.Administrator, who.Staff()); err != nil {
		return err
	}
	return b.w.Casework.ReleaseAll(ctx, casework.Free{Staff: who.Staff()})
}

func (b *bureau) step(rt *rapid.T, id civic.RequestID) {
	c, clock := b.w.Casework, b.w.Clock
	all := slices.Concat(b.at[b.offices[0]], b.at[b.offices[1]], []civic.Actor{b.elder})
	who := rapid.SampledFrom(all).Draw(rt, "who")
	other := rapid.SampledFrom(all).Draw(rt, "other")
	to := rapid.SampledFrom(append(slices.Clone(b.offices), b.w.Taiyuan.CivilAffairs)).Draw(rt, "office")
	thing := ""
	if f, err := c.Read(ctx, b.elder, id); err == nil && len(f.Things) > 0 {
		thing = f.Things[len(f.Things)-1].ID
	}
	bill := casework.Receipt{Kind: casework.Fee, What: "检查费", Fen: 100}
	steps := map[string]func() error{
		"take": func() error { return c.Take(ctx, who, id) }, "release": func() error { return c.Release(ctx, who, id) },
		"take over": func() error { return c.TakeOver(ctx, who, id) }, "assign": func() error { return c.Assign(ctx, who, id, other.Staff()) },
		"ask": func() error { return c.Ask(ctx, who, id, "请补充") }, "answer": func() error { return c.Answer(ctx, b.elder, id, "补充") },
		"go on": func() error { return c.GoOn(ctx, who, id) }, "transfer": func() error { return c.Transfer(ctx, who, id, to, "转") },
		"extend": func() error { return c.Extend(ctx, who, id, 2, "等") }, "resolve": func() error { return c.Resolve(ctx, who, id, "好了") },
		"reject": func() error { return c.Reject(ctx, who, id, "不行", "另办") }, "try": func() error { return c.Try(ctx, who, id, "没人接") },
		"confirm":   func() error { return c.Confirm(ctx, b.elder, id, rapid.Bool().Draw(rt, "solved")) },
		"appeal":    func() error { return c.Appeal(ctx, b.elder, id, "不同意") },
		"withdraw":  func() error { return c.Withdraw(ctx, b.elder, id) },
		"hand over": func() error { _, err := c.HandOver(ctx, who, other.Staff()); return err },
		"away": func() error {
			_, err := c.Away(ctx, who, casework.Absence{Staff: who.Staff(), Cover: other.Staff(), FromAt: clock.Now(), UntilAt: clock.Now().Add(20 * time.Hour)})
			return err
		},
		"leave": func() error {
			if who == b.elder {
				return nil
			}
			return b.leave(who)
		},
		"hire":     func() error { b.hire(rt, rapid.SampledFrom(b.offices).Draw(rt, "where")); return nil },
		"redirect": func() error { return c.Redirect(ctx, b.w.Taiyuan.Administrator, id, to, "没有人") },
		"hand in":  func() error { return c.HandIn(ctx, who, id, casework.Receipt{Kind: casework.Paper, What: "病历"}) },
		"bill":     func() error { return c.Bill(ctx, who, id, bill) }, "pay": func() error { return c.Pay(ctx, b.elder, id, thing, "现金") },
		"receive": func() error { return c.Receive(ctx, who, id, thing) }, "file": func() error { return c.File(ctx, who, id, thing) },
		"give back": func() error { return c.GiveBack(ctx, who, id, thing) }, "lose": func() error { return c.Lose(ctx, who, id, thing) },
		"later": func() error { clock.Add(5 * time.Hour); return nil }, "due": func() error { return c.MarkDue(ctx, casework.Scan{}) },
	}
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	name := rapid.SampledFrom(names).Draw(rt, "step")
	if err := steps[name](); err != nil && (civic.Is(err, civic.Internal) || civic.As(err).Say == "") {
		rt.Fatalf("%s: %v", name, err)
	}
}

// somewhere fails when a case that has not ended, or a thing of it, is in no list of
// anybody who is there.
func (b *bureau) somewhere(t *rapid.T, id civic.RequestID) {
	f, err := b.w.Casework.Read(ctx, b.elder, id)
	if err != nil {
		t.Fatal(err)
	}
	if f.State == casework.Taken && f.Assignee == "" || f.State == casework.Open && f.Assignee != "" {
		t.Fatalf("%s is %s in the hands of %q", id, f.State, f.Assignee)
	}
	if !f.State.Ended() && !b.listed(t, f.Case.Office, id) {
		t.Fatalf("%s is %s at %s and in no list", id, f.State, f.Case.Office)
	}
	for _, th := range f.Things {
		office := th.Office
		switch th.State {
		case casework.Sent:
			office = th.Towards
		case casework.Held, casework.Told:
		case casework.Due:
			if f.State.Ended() {
				t.Fatalf("%s has ended and money is owed", id)
			}
			continue
		default:
			continue
		}
		list := b.kept(t, office)
		if !slices.ContainsFunc(list, func(k casework.Keeping) bool { return k.ID == th.ID }) {
			t.Fatalf("the %s of %s is %s at %s and in no list", th.What, id, th.State, office)
		}
	}
}

// kept lists what an office answers for, as somebody there sees it, or where nobody is,
// the administrator.
func (b *bureau) kept(t *rapid.T, office civic.OfficeID) (list []casework.Keeping) {
	if there := b.at[office]; len(there) > 0 {
		list, err := b.w.Casework.Keepings(ctx, there[0])
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all, err := b.w.Casework.Strays(ctx, b.w.Taiyuan.Administrator)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all.Things {
		list = append(list, u.Keeping)
	}
	return list
}

// listed reports whether a case is in a list of its office, or where nobody works there,
// in the administrator's.
func (b *bureau) listed(t *rapid.T, office civic.OfficeID, id civic.RequestID) bool {
	for _, desk := range b.at[office][:min(1, len(b.at[office]))] {
		for _, v := range []casework.View{casework.ToDo, casework.Waiting, casework.Said} {
			p, err := b.w.Casework.List(ctx, desk, casework.Filter{View: v})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(p.Items, func(it casework.Item) bool { return it.Request == id }) {
				return true
			}
		}
	}
	if len(b.at[office]) > 0 {
		return false
	}
	strays, err := b.w.Casework.Strays(ctx, b.w.Taiyuan.Administrator)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(strays.Cases, func(s casework.Stray) bool { return s.Request == id })
}

// clear ends a case as far as its person can.
func (b *bureau) clear(id civic.RequestID) {
	_ = b.w.Casework.Confirm(ctx, b.elder, id, true)
	_ = b.w.Casework.Withdraw(ctx, b.elder, id)
}
