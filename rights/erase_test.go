package rights_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/rights"
	"yinqiao/speech"
)

var ctx = context.Background()

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || civic.As(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// eraseAtWish erases a person who has asked for it on their own page.
func eraseAtWish(w *apptest.World, admin civic.Actor, person civic.PersonID, reason string) error {
	if err := w.Rights.Wish(ctx, apptest.AsPerson(person), person); err != nil && !civic.Is(err, civic.Denied) {
		return err
	}
	w.Clock.Add(rights.EraseAfter())
	return w.Rights.Erase(ctx, admin, person, reason)
}

// lived is a world in which much is known of the elder of Taiyuan, and nothing of
// hers is left open.
func lived(t *testing.T, d *db.DB) *apptest.World {
	t.Helper()
	w := apptest.New(t, d)
	a := w.Taiyuan
	w.Open(t, a.Clerk, a.Elder)
	_, err := w.People.Tag(ctx, a.Clerk, a.Elder, people.Tag{Kind: "disabled_care", Scale: "gbt42195-2022", Level: 3, Source: "评估报告"})
	must(t, err)
	_, err = w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: "12677770001", Whose: "女儿", Answers: "李秀兰", Emergency: true})
	must(t, err)
	must(t, w.People.Join(ctx, apptest.System(), a.Elder, a.Daughter, ""))
	must(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"language": "jin"}))
	must(t, w.People.SetServiceBirth(ctx, a.Clerk, a.Elder, "report-post", "1944-12-01", "退休审批表"))
	village := "柳湾村"
	must(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Village: &village, Reason: "补登记", Evidence: "own_word"}))
	_, err = w.Rights.Give(ctx, a.Clerk, a.Elder, rights.Giving{Purpose: "share-doctor", Version: 1, How: rights.ByVoice, By: rights.Self, Witness: "孙见证"})
	must(t, err)
	rc := w.ReportPost(t, a)
	must(t, w.Casework.Take(ctx, a.HospitalClerk, rc.Request))
	must(t, w.Casework.Resolve(ctx, a.HospitalClerk, rc.Request, "已经寄到家里，单号 SF0009。"))
	must(t, w.Casework.Confirm(ctx, apptest.AsPerson(a.Elder), rc.Request, true))
	_, err = w.Requests.Start(ctx, apptest.AsPerson(a.Elder), "cash-refusal", a.Elder, "")
	must(t, err)
	_, err = w.Grant.IssueCode(ctx, a.Clerk, a.Elder)
	must(t, err)
	return w
}

func TestACopyHoldsEverythingAndOnlyThePersonGetsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := lived(t, d)
		a := w.Taiyuan
		c, err := w.Rights.Copy(ctx, apptest.AsPerson(a.Elder), a.Elder)
		must(t, err)
		b, err := json.Marshal(c)
		must(t, err)
		for _, want := range []string{"王桂英", a.ElderID, a.ElderPhone, "12677770001", "李秀兰", "银槐街18号", "柳湾村", "能力重度受损", "晋语", "1944-12-01", "李*兰",
			"把健康情况告诉家庭医生", "孙见证", "女儿", "SF0009", "家里，交给女儿", "已经办好了", "工作人员打开了资料", "拿了一份自己的全部资料"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("the copy lacks %q", want)
			}
		}
		if len(c.Matters) != 2 || !c.Matters[1].Draft || len(c.GrantsGiven) != 1 || len(c.GrantsHeld) != 0 {
			t.Errorf("matters %v, grants %v and %v", c.Matters, c.GrantsGiven, c.GrantsHeld)
		}
		if _, err := w.Rights.Copy(ctx, a.Clerk, a.Elder); err != nil {
			t.Errorf("the clerk prints it for her: %v", err)
		}
		_, err = w.Rights.Copy(ctx, apptest.AsPerson(a.Daughter), a.Elder)
		wantCode(t, err, "rights.own")
		if n := w.Acts(t, rights.ActCopied, string(a.Elder)); n != 2 {
			t.Errorf("%d copies were recorded, not 2", n)
		}
	})
}

func TestACopyIsForThePersonTheGuardianAndWhoeverHasTheCardInHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		must(t, w.Grant.Open(ctx, a.Clerk, a.Elder, false, "电话里问", ""))
		_, err := w.Rights.Copy(ctx, a.Clerk, a.Elder)
		wantCode(t, err, "rights.card")
		if e := civic.As(err); !strings.Contains(e.Accept, "整个号码") {
			t.Errorf("it does not say what is accepted: %s", e.Accept)
		}
		_, err = w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: a.Stranger, Document: "法院判决", Starts: w.Clock.Now()})
		must(t, err)
		c, err := w.Rights.Copy(ctx, apptest.AsPerson(a.Stranger), a.Elder)
		must(t, err)
		if len(c.Cards) == 0 || c.Story[len(c.Story)-1].What != "拿了一份自己的全部资料" {
			t.Errorf("the guardian's copy has %d cards and ends with %v", len(c.Cards), c.Story[len(c.Story)-1])
		}
		// One that fails was not taken.
		if _, err := w.DB.Pool().Exec(`UPDATE credential SET sealed = $1 WHERE person = $2`, []byte("broken"), a.Elder); err != nil {
			t.Fatal(err)
		}
		_, err = w.Rights.Copy(ctx, apptest.AsPerson(a.Elder), a.Elder)
		if err == nil {
			t.Error("a number that can't be opened was copied")
		}
		if n := w.Acts(t, rights.ActCopied, string(a.Elder)); n != 1 {
			t.Errorf("%d copies were recorded, not 1", n)
		}
		// Lists are lists where there is nothing.
		c, err = w.Rights.Copy(ctx, apptest.AsPerson(a.Stranger), a.Stranger)
		must(t, err)
		b, err := json.Marshal(c)
		must(t, err)
		if strings.Contains(string(b), "null") {
			t.Errorf("a list is null: %s", b)
		}
	})
}

func TestTheWholeStoryIsInTheCopyAlsoWhenItIsLong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for i := range 450 {
			w.Clock.Add(time.Minute)
			must(t, w.People.Prefer(ctx, apptest.AsPerson(a.Elder), a.Elder, map[string]string{"language": []string{"jin", "wu"}[i%2]}))
		}
		c, err := w.Rights.Copy(ctx, apptest.AsPerson(a.Elder), a.Elder)
		must(t, err)
		if n := len(c.Story); n < 452 {
			t.Errorf("the story has %d lines", n)
		}
		if first, last := c.Story[0].What, c.Story[len(c.Story)-1].What; !strings.Contains(first, "登记了个人信息") || !strings.Contains(last, "拿了一份") {
			t.Errorf("from %q to %q", first, last)
		}
	})
}

func TestEveryTableThatHoldsSomethingOfAPersonIsToldOrExplainedAndHasAnEnd(t *testing.T) {
	t.Parallel()
	r, err := dbtest.Open(t, db.SQLite).Read(ctx)
	must(t, err)
	parts := map[string]bool{}
	b, err := json.Marshal(rights.Copy{})
	must(t, err)
	var fields map[string]any
	must(t, json.Unmarshal(b, &fields))
	for f := range fields {
		parts[f] = true
	}
	for table, where := range db.Topology {
		var columns []string
		must(t, r.Select(&columns, `SELECT name FROM pragma_table_info('`+table+`')`))
		ofPerson := where.Kind == "person" || slices.Contains(columns, "person")
		p, listed := rights.Inventory[table]
		switch {
		case ofPerson && !listed:
			t.Errorf("%s holds something of a person: say in rights.Inventory where it is told and what erasure does to it", table)
		case listed && (p.Told == "") == (p.Untold == ""):
			t.Errorf("%s: it is either told or explained", table)
		case listed && p.Told != "" && !parts[p.Told]:
			t.Errorf("%s: the copy has no part %q", table, p.Told)
		case listed && p.Erased == "":
			t.Errorf("%s: what becomes of it?", table)
		}
	}
}

func TestWhatLiesInFilesIsNamedWithItsEnd(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	_, err := w.Speech.Say(ctx, speech.Request{Text: "王奶奶，您好。"})
	must(t, err)
	found, err := os.ReadDir(w.Config.Dir)
	must(t, err)
	for _, f := range found {
		if p := rights.Files[f.Name()]; f.IsDir() && (p.Untold == "" || p.Erased == "") {
			t.Errorf("%s is not in rights.Files", f.Name())
		}
	}
	plan, err := w.Rights.Plan(ctx, w.Taiyuan.Administrator, w.Taiyuan.Elder)
	must(t, err)
	until := w.Clock.Now().Add(rights.ReadAloudFor())
	if !slices.ContainsFunc(plan.Stays, func(s rights.Staying) bool { return strings.Contains(s.Words, "读给我听") && s.Until.Equal(until) }) {
		t.Errorf("the plan says %+v", plan.Stays)
	}
}

func TestErasureLeavesNothingOfThePersonButWhatThePlanSaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := lived(t, d)
		a := w.Taiyuan
		must(t, w.Journal.SealAll(ctx))
		rowsOf := func() string {
			t.Helper()
			var out []string
			for _, l := range strings.Split(w.Dump(t), "\n") {
				if strings.HasPrefix(l, "journal_tally ") {
					out = append(out, l)
				}
			}
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		tallies := rowsOf()
		p, err := w.Rights.Plan(ctx, a.Administrator, a.Elder)
		if err != nil || p.Open != 0 || p.Name != "王*英" || len(p.Stays) < 4 {
			t.Fatalf("plan %+v, %v", p, err)
		}
		// What stood in her rows, sealed and hashed, to be looked for afterwards.
		var planted []string
		w.Look(t, apptest.System(), func(v *journal.View) error {
			for _, query := range []string{`SELECT hash FROM credential_index WHERE person = $1`, `SELECT hash FROM tail_index WHERE person = $1`, `SELECT hash FROM contact_index WHERE person = $1`,
				`SELECT id FROM person_tag WHERE person = $1`} {
				var list []string
				must(t, v.Select(&list, query, a.Elder))
				planted = append(planted, list...)
			}
			for _, query := range []string{`SELECT sealed AS s FROM credential WHERE person = $1`, `SELECT sealed AS s FROM contact WHERE person = $1`, `SELECT address AS s FROM person WHERE id = $1`,
				`SELECT answers AS s FROM request WHERE person = $1`, `SELECT answers AS s FROM draft WHERE person = $1`, `SELECT outcome AS s FROM casework WHERE person = $1`,
				`SELECT witness AS s FROM consent WHERE person = $1`} {
				var list []struct{ S []byte }
				must(t, v.Select(&list, query, a.Elder))
				for _, x := range list {
					planted = append(planted, string(x.S))
				}
			}
			return nil
		})
		if len(planted) < 12 {
			t.Fatalf("only %d things are looked for", len(planted))
		}
		must(t, eraseAtWish(w, a.Administrator, a.Elder, "本人要求"))
		must(t, w.Journal.SealAll(ctx))
		r, err := w.Journal.Verify(ctx)
		if err != nil || len(r.Problems) > 0 || r.Erased == 0 {
			t.Errorf("the journal after it: %+v, %v", r, err)
		}
		for _, l := range strings.Split(tallies, "\n") {
			if strings.Contains(l, "indicator=person.registered") && !strings.Contains(rowsOf(), l) {
				t.Errorf("a figure changed: %s", l)
			}
		}
		dump := w.Dump(t)
		for _, s := range append(planted, "柳湾村", "1944-12-01", "评估报告", "孙见证", "本人来窗口代寄") {
			if strings.Contains(dump, s) {
				t.Errorf("the database still holds %q", s)
			}
		}
		// Her masked name is in others' records only.
		for _, l := range strings.Split(dump, "\n") {
			if strings.Contains(l, string(a.Elder)) && (strings.Contains(l, "王桂英") || strings.Contains(l, "wangguiying")) {
				t.Errorf("a row of hers still says who she is: %s", l)
			}
			if strings.HasPrefix(l, "journal_detail ") && strings.Contains(l, "王*英") {
				var about string
				entry := l[strings.Index(l, "entry=")+6:][:36]
				w.Look(t, apptest.System(), func(v *journal.View) error {
					return v.Get(&about, `SELECT subject FROM journal_entry WHERE id = $1`, entry)
				})
				if about == string(a.Elder) {
					t.Errorf("a detail of hers is left: %s", l)
				}
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM request WHERE person = $1`, a.Elder); n != 1 {
			t.Errorf("%d requests are left for figures", n)
		}
		if ms, err := w.People.Find(ctx, a.Clerk, a.ElderID); err == nil {
			t.Errorf("she is still found: %v", ms)
		}
		wantCode(t, eraseAtWish(w, a.Administrator, a.Elder, "本人要求"), "erase.done")
		if p, err := w.Rights.Plan(ctx, a.Administrator, a.Elder); err != nil || p.Erased != "2026-11-30" {
			t.Errorf("the plan afterwards: %+v, %v", p, err)
		}
		_, err = w.People.Show(ctx, apptest.AsPerson(a.Daughter), a.Elder)
		wantCode(t, err, "grant.none")
		// Years later nothing is left to prove either.
		w.Clock.Add(1100 * 24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{Day: "2029-11-27"}))
		if n := w.Count(t, `SELECT (SELECT COUNT(*) FROM consent WHERE person = $1) + (SELECT COUNT(*) FROM proxy_grant WHERE person = $1)`, a.Elder); n != 0 {
			t.Errorf("%d consents and grants are left after their term", n)
		}
		// The same card may be registered again, for a new person.
		in := w.NewPerson(a.Street, "王桂英")
		in.Credentials[0].Number = a.ElderID
		if _, err := w.People.Register(ctx, a.Clerk, in); err != nil {
			t.Errorf("she can't come back: %v", err)
		}
	})
}

func TestNothingIsErasedWhileAMatterIsOpenOrByWhoMayNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.ReportPost(t, a)
		w.Open(t, a.Clerk, a.Elder)
		before := w.Count(t, `SELECT COUNT(*) FROM journal_entry`)
		wantCode(t, w.Rights.Erase(ctx, a.Administrator, a.Elder, "本人要求"), "erase.open")
		wantCode(t, w.Rights.Erase(ctx, a.Administrator, a.Elder, "身份证"+a.ElderID), "erase.reason")
		wantCode(t, w.Rights.Erase(ctx, a.Clerk, a.Elder, "本人要求"), "grant.role")
		wantCode(t, w.Rights.Erase(ctx, w.Xihu.Administrator, a.Elder, "本人要求"), "grant.division")
		wantCode(t, w.Rights.Erase(ctx, apptest.AsPerson(a.Elder), a.Elder, "我自己"), "grant.staff_only")
		_, err := w.Rights.Plan(ctx, apptest.AsPerson(a.Daughter), a.Elder)
		wantCode(t, err, "rights.own")
		if p, err := w.Rights.Plan(ctx, apptest.AsPerson(a.Elder), a.Elder); err != nil || p.Open != 1 {
			t.Errorf("her own plan: %+v, %v", p, err)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry`); n != before {
			t.Errorf("refusals wrote %d entries", n-before)
		}
	})
}

func TestNobodyIsErasedWithoutTheirOwnWordOrWhileSomethingIsEvidence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, admin, clerk := apptest.AsPerson(a.Elder), a.Administrator, a.Clerk
		erase := func(id civic.PersonID) error { return w.Rights.Erase(ctx, admin, id, "本人要求") }
		wantCode(t, erase(a.Elder), "erase.no_wish")
		wantCode(t, w.Rights.Wish(ctx, apptest.AsPerson(a.Daughter), a.Elder), "erase.wish")
		must(t, w.Grant.Open(ctx, clerk, a.Elder, false, "本人打电话", ""))
		wantCode(t, w.Rights.Wish(ctx, clerk, a.Elder), "erase.wish")
		w.Open(t, clerk, a.Elder)
		must(t, w.Rights.Wish(ctx, clerk, a.Elder))
		wantCode(t, erase(a.Elder), "erase.wait")
		w.Clock.Add(rights.EraseAfter())

		// What may prove that somebody was wronged stays until it is judged.
		must(t, w.Grant.Dispute(ctx, elder, a.Elder, "女儿要房子"))
		wantCode(t, erase(a.Elder), "erase.disputed")
		must(t, w.Grant.ReportDeath(ctx, admin, a.Elder, "2026-11-20", "certificate"))
		wantCode(t, erase(a.Elder), "erase.disputed") // whoever enters a death does not settle by it
		must(t, w.Grant.WithdrawDeath(ctx, admin, a.Elder, "登记错了人"))
		must(t, w.Grant.Settle(ctx, elder, a.Elder, a.Grant, false))
		must(t, w.Grant.BreakGlass(ctx, a.HospitalClerk, a.Elder, "collapse", "老人在大厅晕倒，要联系家人"))
		wantCode(t, erase(a.Elder), "erase.glass")
		if n := w.Count(t, `SELECT COUNT(*) FROM glass_review WHERE reason = ''`); n != 0 {
			t.Error("the reason is gone before anybody judged it")
		}
		if _, err := w.DB.Pool().Exec(`UPDATE glass_review SET verdict = 'improper'`); err != nil {
			t.Fatal(err)
		}

		// A wish is asked for again after its days; a ward's is the guardian's.
		w.Clock.Add(31 * 24 * time.Hour)
		wantCode(t, erase(a.Elder), "erase.no_wish")
		must(t, w.Rights.Wish(ctx, elder, a.Elder))
		_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: a.Daughter, Document: "区法院的判决", Starts: w.Clock.Now()})
		must(t, err)
		wantCode(t, erase(a.Elder), "erase.no_wish")
		wantCode(t, w.Rights.Wish(ctx, elder, a.Elder), "erase.wish")

		// Nobody sets a ward free by having the guardian erased.
		must(t, w.Rights.Wish(ctx, apptest.AsPerson(a.Daughter), a.Daughter))
		wantCode(t, erase(a.Daughter), "erase.guardian")
		must(t, w.Rights.Wish(ctx, apptest.AsPerson(a.Daughter), a.Elder))
		wantCode(t, erase(a.Elder), "erase.wait")
		w.Clock.Add(rights.EraseAfter())
		must(t, erase(a.Elder))
		must(t, erase(a.Daughter))
	})
}

func TestAWardStaysOneWhenADeadGuardianIsForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		_, err := w.Grant.Appoint(ctx, apptest.System(), grant.Guardianship{Person: a.Elder, Guardian: a.Daughter, Document: "区法院的判决", Starts: w.Clock.Now()})
		must(t, err)
		must(t, w.Grant.ReportDeath(ctx, a.Administrator, a.Daughter, "2026-11-20", "certificate"))
		w.Clock.Add(40 * 366 * 24 * time.Hour)
		must(t, w.Rights.Sweep(ctx, rights.Sweep{Day: "2066-11-22"}))
		if n := w.Count(t, `SELECT COUNT(*) FROM person WHERE id = $1 AND state = 'erased'`, a.Daughter); n != 1 {
			t.Fatal("the dead guardian was not forgotten")
		}
		_, err = w.Grant.Give(ctx, apptest.AsPerson(a.Elder), grant.Grant{Person: a.Elder, Agent: a.Stranger, Relation: "孙女", Services: "report-post", Starts: w.Clock.Now()})
		wantCode(t, err, "grant.ward")
	})
}

func TestADetailThatNobodyErasedByRightIsStillMissed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := lived(t, d)
		a := w.Taiyuan
		must(t, eraseAtWish(w, a.Administrator, a.Elder, "本人要求"))
		must(t, w.Journal.SealAll(ctx))
		if _, err := w.DB.Pool().Exec(`DELETE FROM journal_detail WHERE entry IN (SELECT id FROM journal_entry WHERE subject = '` + string(a.Daughter) + `')`); err != nil {
			t.Fatal(err)
		}
		r, err := w.Journal.Verify(ctx)
		if err != nil || len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Say, "removed") {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
