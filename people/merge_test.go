package people_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/people"
)

// twin registers somebody by a senior card alone.
func twin(t testing.TB, w *apptest.World, name, number string) civic.PersonID {
	t.Helper()
	return w.Register(t, people.Registration{Name: name, Distinct: true, Division: w.Taiyuan.Street, Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: number}},
		Phones: []people.Phone{{Number: "12677776666", Whose: "own"}}})
}

func TestWhoWasRegisteredTwiceIsOnePersonAfterAMerge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		admin := a.Administrator
		old := twin(t, w, "王桂英", "SN70000001")
		w.ReportPostOf(t, a, old)
		village, address := "柳湾村", "银槐街20号"
		ok(t, w.People.Correct(ctx, apptest.System(), old, people.Correction{Village: &village, Address: &address, Reason: "入户", Evidence: "own_word"}))
		given := w.Give(t, old, a.Stranger, "*")
		held := w.Give(t, a.Stranger, old, "*")
		waits := w.ReportPostOf(t, a, old).Request
		ok(t, w.Casework.Take(ctx, a.HospitalClerk, waits))
		ok(t, w.Casework.Resolve(ctx, a.HospitalClerk, waits, "寄了。"))

		pre, err := w.People.PreviewMerge(ctx, admin, a.Elder, old)
		ok(t, err)
		if pre.Refused != nil || pre.Drop.Matters != 2 || pre.Drop.Grants != 2 || pre.Keep.Grants != 1 || len(pre.Keep.Cards) != 2 || pre.Keep.Name != "王*英" || pre.Drop.Village != village || pre.Drop.Address != address || len(pre.Drop.Phones) != 1 {
			t.Errorf("%+v", pre)
		}
		for _, c := range []civic.Actor{a.Clerk, a.Supervisor, w.Xihu.Administrator, apptest.AsPerson(a.Elder), {}} {
			_, err := w.People.Merge(ctx, c, a.Elder, old, "同一个人")
			wantKind(t, err, civic.Denied, "")
		}
		_, err = w.People.Merge(ctx, admin, a.Elder, old, "  ")
		wantKind(t, err, civic.Invalid, "settle.reason")
		_, err = w.People.Merge(ctx, admin, a.Elder, a.Stranger, "看错了")
		wantKind(t, err, civic.Conflict, "merge.two_ids")
		m, err := w.People.Merge(ctx, admin, a.Elder, old, "同一个人登记了两次")
		ok(t, err)
		_, err = w.People.Merge(ctx, admin, old, a.Elder, "再来一次")
		wantKind(t, err, civic.Conflict, "merge.same")

		// By either ID, at every door, she is one person.
		for _, id := range []civic.PersonID{a.Elder, old} {
			me := apptest.AsPerson(id)
			p, err := w.People.Show(ctx, me, id)
			if err != nil || p.ID != a.Elder || len(p.Credentials) != 3 || len(p.Contacts) != 2 {
				t.Fatalf("%+v, %v", p, err)
			}
			if ms, err := w.Requests.Of(ctx, me, id); err != nil || len(ms) != 2 {
				t.Errorf("%d matters, %v", len(ms), err)
			}
			if ws, err := w.Casework.Waiting(ctx, me, id); err != nil || len(ws) != 1 {
				t.Errorf("%d waiting, %v", len(ws), err)
			}
			if as, err := w.Grant.Agents(ctx, me, id); err != nil || len(as) != 2 {
				t.Errorf("%d agents, %v", len(as), err)
			}
			if es, err := w.Grant.Elders(ctx, me); err != nil || len(es) != 1 || es[0].Person != a.Stranger {
				t.Errorf("for whom: %+v, %v", es, err)
			}
			if _, err := w.People.Show(ctx, me, a.Stranger); err != nil {
				t.Errorf("the one who gave a grant to her other self: %v", err)
			}
			if g, err := w.People.Glance(ctx, a.Clerk, id); err != nil || g.Person != a.Elder {
				t.Errorf("%+v, %v", g, err)
			}
		}
		for _, id := range []civic.PersonID{a.Elder, old} {
			v, err := w.Requests.Start(ctx, apptest.AsPerson(id), "report-post", id, "")
			if err != nil || v.Person != a.Elder {
				t.Errorf("a draft under %s, %v", v.Person, err)
			}
		}
		if m, err := w.People.FindCard(ctx, a.Clerk, "SN70000001"); err != nil || m.Person != a.Elder || m.Birth != "1945" {
			t.Errorf("%+v, %v", m, err)
		}
		for _, text := range []string{"王桂英", "12677776666"} {
			ms, err := find(w, a.Clerk, text)
			n := 0
			for _, m := range ms {
				if m.Person == a.Elder {
					n++
				}
				if m.Person == old {
					t.Errorf("%s finds an alias", text)
				}
			}
			if err != nil || n != 1 {
				t.Errorf("%s finds her %d times, %v", text, n, err)
			}
		}
		// An agent of the one acts for both, and stops for both.
		if _, err := w.People.Show(ctx, apptest.AsPerson(a.Stranger), a.Elder); err != nil {
			t.Error(err)
		}
		ok(t, w.Grant.Revoke(ctx, apptest.AsPerson(a.Elder), a.Elder, given))
		if _, err := w.People.Show(ctx, apptest.AsPerson(a.Stranger), old); !civic.Is(err, civic.Denied) {
			t.Errorf("after it was stopped: %v", err)
		}
		_, err = w.Grant.Give(ctx, apptest.AsPerson(a.Elder), grant.Grant{Person: a.Elder, Agent: old, Relation: "兄弟", Services: "*", Starts: w.Clock.Now()})
		wantKind(t, err, civic.Invalid, "grant.form")
		// The desk opens the root, by whichever ID.
		w.Open(t, a.Clerk, old)
		if n := w.Count(t, `SELECT COUNT(*) FROM opening WHERE person = $1`, old); n != 0 {
			t.Error("an alias was opened")
		}
		// The cards that the merge brought together are no week old: not for a code.
		_, err = w.Grant.IssueCode(ctx, a.Clerk, old)
		wantKind(t, err, civic.Denied, "access.card_new")
		w.Clock.Add(8 * 24 * time.Hour)
		w.Open(t, a.Clerk, old)
		code, err := w.Grant.IssueCode(ctx, a.Clerk, old)
		ok(t, err)
		if who, err := w.Grant.RedeemCode(ctx, code.Digits, civic.ChannelElder); err != nil || who != a.Elder {
			t.Errorf("the slip signs in %s, %v", who, err)
		}
		story := lines(t, w, old)
		if len(story) < 10 || story[len(story)-1] != "用口令登录" {
			t.Errorf("%q", story)
		}

		// Taken back, each has what was theirs.
		if ms, err := w.People.Merges(ctx, admin, a.Division); err != nil || len(ms) != 1 || ms[0].ID != m || ms[0].Dropped.Person != old {
			t.Errorf("%+v, %v", ms, err)
		}
		wantKind(t, w.People.Unmerge(ctx, a.Clerk, m, "弄错了"), civic.Denied, "")
		wantKind(t, w.People.Unmerge(ctx, w.Xihu.Administrator, m, "弄错了"), civic.Denied, "")
		ok(t, w.People.Unmerge(ctx, admin, m, "其实是两个人"))
		wantKind(t, w.People.Unmerge(ctx, admin, m, "其实是两个人"), civic.Conflict, "merge.undone")
		if p, err := w.People.Show(ctx, apptest.AsPerson(old), old); err != nil || p.ID != old || len(p.Credentials) != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := w.People.Show(ctx, apptest.AsPerson(old), a.Elder); !civic.Is(err, civic.Denied) {
			t.Errorf("two people see each other: %v", err)
		}
		_ = held
	})
}

func TestAMergeIsTakenBackWithinItsTermOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		old := twin(t, w, "王桂英", "SN70000001")
		m, err := w.People.Merge(ctx, a.Administrator, old, a.Elder, "同一个人")
		ok(t, err)
		w.Clock.Add(people.UndoFor())
		if ms, err := w.People.Merges(ctx, a.Administrator, a.Division); err != nil || len(ms) != 0 {
			t.Errorf("%+v, %v", ms, err)
		}
		w.Clock.Add(time.Second)
		wantKind(t, w.People.Unmerge(ctx, a.Administrator, m, "弄错了"), civic.Conflict, "merge.late")
		if self := selfOf(t, w, a.Elder); self.Root != old {
			t.Errorf("%+v", self)
		}
	})
}
