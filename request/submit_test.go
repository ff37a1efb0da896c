package request_test

import (
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/request"
)

func TestSubmittingTwiceAndAtOnceMakesOneRequest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		v := filled(t, w, a, apptest.AsPerson(a.Elder), a.Elder)
		w.Open(t, a.Clerk, a.Elder)
		w.Clock.Add(90 * time.Second)
		actors := []civic.Actor{apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter), a.Clerk}
		receipts := make([]request.Receipt, 9)
		together(len(receipts), func(i int) {
			rc, err := w.Requests.Submit(ctx, actors[i%3], v.ID, 0)
			if err != nil {
				t.Error(err)
			}
			receipts[i] = rc
		})
		for _, rc := range receipts {
			if rc.Number != v.Number || rc.Request != civic.RequestID(v.ID) || rc.Person != a.Elder || rc.Def == nil {
				t.Errorf("receipt %+v", rc)
			}
		}
		if rc, err := w.Requests.Submit(ctx, actors[0], v.ID, 0); err != nil || rc != receipts[0] {
			t.Errorf("once more: %+v, %v", rc, err)
		}
		id := string(v.ID)
		for what, n := range map[string]int{
			"requests":      w.Count(t, `SELECT COUNT(*) FROM request`),
			"cases":         w.Count(t, `SELECT COUNT(*) FROM casework`),
			"entries":       w.Acts(t, request.ActSubmitted, id),
			"cases opened":  w.Acts(t, "case.opened", id),
			"jobs":          w.JobCount(t, "casework.watch"),
			"closed drafts": w.Count(t, `SELECT COUNT(*) FROM draft WHERE state = 'submitted'`),
		} {
			if n != 1 {
				t.Errorf("%d %s, want one", n, what)
			}
		}
		if took := w.Count(t, `SELECT measure FROM journal_entry WHERE act = 'request.submitted'`); took != 90 {
			t.Errorf("it took %d seconds, want 90", took)
		}
		_, err := w.Requests.Answer(ctx, actors[0], v.ID, v.Rev, map[string][]string{"note": {"晚了"}})
		wantKind(t, err, civic.Conflict, "draft.submitted")
	})
}

func TestAnAnswerGivenWhileAnotherSubmitsIsInTheRequestOrRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for range 8 {
			v := filled(t, w, a, apptest.AsPerson(a.Elder), a.Elder)
			var answered error
			together(2, func(i int) {
				if i == 0 {
					_, answered = w.Requests.Answer(ctx, apptest.AsPerson(a.Daughter), v.ID, v.Rev, map[string][]string{"note": {"最后一句"}})
				} else if _, err := w.Requests.Submit(ctx, apptest.AsPerson(a.Elder), v.ID, 0); err != nil {
					t.Error(err)
				}
			})
			f, err := w.Casework.Read(ctx, apptest.AsPerson(a.Elder), civic.RequestID(v.ID))
			if err != nil {
				t.Fatal(err)
			}
			if in := f.Lines[len(f.Lines)-1].Shown == "最后一句"; in != (answered == nil) {
				t.Errorf("the answer is in the request: %v, but was told %v", in, answered)
			}
			if answered != nil {
				wantKind(t, answered, civic.Conflict, "draft.submitted")
			}
		}
	})
}

func TestAnUnfinishedDraftIsNotSubmitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		v := start(t, w, elder, a.Elder)
		v, err := w.Requests.Answer(ctx, elder, v.ID, v.Rev, map[string][]string{"hospital": {string(a.Hospital)}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Requests.Submit(ctx, elder, v.ID, 0)
		wantKind(t, err, civic.Invalid, "request.incomplete")
		if civic.As(err).Field != "report" {
			t.Errorf("the error points at %q", civic.As(err).Field)
		}
		nothingStored(t, w, v)
	})
}

func nothingStored(t *testing.T, w *apptest.World, v *request.View) {
	t.Helper()
	if n := w.Count(t, `SELECT COUNT(*) FROM request`) + w.Acts(t, request.ActSubmitted, string(v.ID)) + w.JobCount(t, "casework.watch"); n != 0 {
		t.Errorf("%d rows of a request that was refused", n)
	}
	if got, err := w.Requests.Look(ctx, apptest.AsPerson(v.Person), v.ID); err != nil || got.State != "open" {
		t.Errorf("the draft: %+v, %v", got, err)
	}
}

// close takes an office away, as a reform of a town's hospitals might.
func closeOffice(t *testing.T, w *apptest.World, id civic.OfficeID) {
	t.Helper()
	if _, err := w.DB.Pool().Exec(`UPDATE office SET kind = 'closed' WHERE id = $1`, string(id)); err != nil {
		t.Fatal(err)
	}
}

func TestAChoiceThatHasGoneSinceIsNotSubmitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		v := filled(t, w, a, elder, a.Elder)
		other := w.Office(t, "hospital", a.Division)
		closeOffice(t, w, a.Hospital)
		_, err := w.Requests.Submit(ctx, elder, v.ID, 0)
		wantKind(t, err, civic.Conflict, "request.stale")
		if civic.As(err).Field != "hospital" {
			t.Errorf("the error points at %q", civic.As(err).Field)
		}
		nothingStored(t, w, v)
		if v, err = w.Requests.Look(ctx, elder, v.ID); err != nil || len(v.Step.Ask) != 1 || v.Step.Ask[0].Key != "hospital" {
			t.Fatalf("it is not asked again: %+v, %v", v.Step, err)
		}
		closeOffice(t, w, other)
		_, err = w.Requests.Submit(ctx, elder, v.ID, 0)
		wantKind(t, err, civic.Unavailable, "request.human")
		nothingStored(t, w, v)
	})
}

func TestAStrangerIsToldThereIsNoSuchDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		v := filled(t, w, a, apptest.AsPerson(a.Elder), a.Elder)
		limited := w.Person(t, a.Street)
		w.Give(t, a.Elder, limited, "cash-refusal")
		for name, who := range map[string]civic.PersonID{"a stranger": a.Stranger, "another district's elder": w.Xihu.Elder, "an agent in another matter": limited} {
			stranger := apptest.AsPerson(who)
			for _, id := range []civic.DraftID{v.ID, civic.DraftID(db.NewID()), "", "'"} {
				_, err1 := w.Requests.Look(ctx, stranger, id)
				_, err2 := w.Requests.Answer(ctx, stranger, id, 2, map[string][]string{"note": {"x"}})
				_, err3 := w.Requests.Submit(ctx, stranger, id, 0)
				for _, err := range []error{err1, err2, err3} {
					if e := civic.As(err); e.Kind != civic.NotFound || e.Code != "draft.unknown" || e.Accept != "" {
						t.Errorf("%s learns of %q: %v", name, id, err)
					}
				}
			}
			_, err := w.Requests.Start(ctx, stranger, "report-post", a.Elder, "")
			wantKind(t, err, civic.Denied, "grant.none")
		}
		_, err := w.Requests.Look(ctx, civic.Actor{}, v.ID)
		wantKind(t, err, civic.Denied, "sign_in")
		_, err = w.Requests.Look(ctx, a.Supervisor, v.ID)
		wantKind(t, err, civic.Denied, "grant.role")
		nothingStored(t, w, v)
	})
}

func TestANumberRevealsNothingToOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		v := start(t, w, apptest.AsPerson(a.Elder), a.Elder)
		free := civic.NewNumber()
		for free == v.Number {
			free = civic.NewNumber()
		}
		limited := w.Person(t, a.Street)
		w.Give(t, a.Elder, limited, "cash-refusal")
		for _, who := range []civic.PersonID{a.Stranger, limited} {
			f, err := w.Requests.Find(ctx, apptest.AsPerson(who), string(v.Number))
			_, none := w.Requests.Find(ctx, apptest.AsPerson(who), string(free))
			if f != (request.Found{}) || civic.As(err).Code != "number.unknown" || civic.As(err).Say != civic.As(none).Say || civic.As(err).Kind != civic.As(none).Kind {
				t.Errorf("%+v, %v; a free number gives %v", f, err, none)
			}
		}
		for _, n := range []civic.Number{v.Number, free} {
			_, err := w.Requests.Find(ctx, a.Supervisor, string(n))
			wantKind(t, err, civic.Denied, "grant.role")
			_, err = w.Requests.Find(ctx, civic.Actor{}, string(n))
			wantKind(t, err, civic.Denied, "sign_in")
		}
		for _, who := range []civic.Actor{apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter), a.Clerk, w.Xihu.Clerk} {
			if f, err := w.Requests.Find(ctx, who, string(v.Number)); err != nil || f.ID != v.ID || (f.Service == "report-post") != (who.Staff() == "") {
				t.Errorf("%v: %+v, %v", who.Operator, f, err) // what somebody asked for is told to them, not to whoever types numbers
			}
		}
		_, err := w.Requests.Find(ctx, a.Clerk, string(v.Number[:9]))
		wantKind(t, err, civic.Invalid, "number.length")
	})
}

func TestAnAgentSeesTheMattersThatTheirGrantCovers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.ReportPost(t, a)
		open, err := w.Requests.Start(ctx, apptest.AsPerson(a.Elder), "cash-refusal", a.Elder, "")
		if err != nil {
			t.Fatal(err)
		}
		limited := w.Person(t, a.Street)
		w.Services(t, "other")
		w.Give(t, a.Elder, limited, "cash-refusal other")
		for who, want := range map[civic.PersonID]int{a.Elder: 2, a.Daughter: 2, limited: 1} {
			got, err := w.Requests.Of(ctx, apptest.AsPerson(who), a.Elder)
			if err != nil || len(got) != want {
				t.Errorf("%d of %d matters, %v", len(got), want, err)
			}
			if want == 1 && (got[0].ID != civic.RequestID(open.ID) || !got[0].Draft) {
				t.Errorf("the wrong one: %+v", got[0])
			}
		}
		// However many newer ones of other services there are, the one of theirs is there.
		for range 51 {
			w.Clock.Add(time.Second)
			w.ReportPost(t, a)
		}
		if got, err := w.Requests.Of(ctx, apptest.AsPerson(limited), a.Elder); err != nil || len(got) != 1 {
			t.Errorf("%d of their matters among many, %v", len(got), err)
		}
		_, err = w.Requests.Story(ctx, apptest.AsPerson(limited), a.Elder, request.StoryAsk{})
		wantKind(t, err, civic.Denied, "grant.none")
		_, err = w.Requests.Of(ctx, apptest.AsPerson(a.Stranger), a.Elder)
		wantKind(t, err, civic.Denied, "grant.none")
	})
}

func TestTheStorySaysWhoActedWhoAskedAndWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		w.Show(t, a.Clerk, a.Elder)
		w.Show(t, a.Clerk, a.Daughter)
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, true, "女儿来代寄报告", a.Daughter); err != nil {
			t.Fatal(err)
		}
		clerk := a.Clerk
		clerk.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(a.Daughter)}
		v := filled(t, w, a, clerk, a.Elder)
		if _, err := w.Requests.Submit(ctx, clerk, v.ID, 0); err != nil {
			t.Fatal(err)
		}
		page, err := w.Requests.Story(ctx, apptest.AsPerson(a.Elder), a.Elder, request.StoryAsk{})
		if err != nil {
			t.Fatal(err)
		}
		story := page.Lines
		last := story[0]
		if last.What != "交给单位办理（140105 hospital）" || last.Who != "工作人员 郝春燕" || last.Asked != "李*兰" || last.Why != "老人的委托" || last.Channel != "窗口" || last.At != "2026年11月23日 上午9点05分" {
			t.Errorf("%+v", last)
		}
		for _, l := range story {
			if l.What == "工作人员打开了资料（女儿来代寄报告）" && (l.Why != "当场出示了证件" || l.Asked != "李*兰") {
				t.Errorf("%+v", l)
			}
		}
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, false, "核对名册", ""); err != nil {
			t.Fatal(err)
		}
		if page, err = w.Requests.Story(ctx, apptest.AsPerson(a.Elder), a.Elder, request.StoryAsk{}); err != nil || page.Lines[0].Asked != "" {
			t.Errorf("nobody came, and the story says that %q asked: %v", page.Lines[0].Asked, err)
		}
		w.Look(t, apptest.AsPerson(a.Elder), func(v *journal.View) error {
			_, err := journal.Timeline(v, civic.Authority{}, string(a.Elder), "", 10)
			if err == nil {
				t.Error("a timeline was read without an authority")
			}
			return nil
		})
	})
}

func TestWhatWasReadBackIsWhatIsSubmitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder, daughter := apptest.AsPerson(a.Elder), apptest.AsPerson(a.Daughter)
		v := start(t, w, elder, a.Elder)
		read, err := w.Requests.Answer(ctx, elder, v.ID, v.Rev, a.ReportAnswers())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Requests.Answer(ctx, daughter, v.ID, read.Rev, map[string][]string{"to": {"女儿家"}}); err != nil {
			t.Fatal(err)
		}
		_, err = w.Requests.Submit(ctx, elder, v.ID, read.Rev)
		wantKind(t, err, civic.Conflict, "draft.rev")
		nothingStored(t, w, v)
		rc, err := w.Requests.Submit(ctx, elder, v.ID, read.Rev+1)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.Requests.Submit(ctx, elder, v.ID, read.Rev); err != nil || again.Number != rc.Number {
			t.Errorf("the second press of the button got %v, %v", again, err)
		}
	})
}
