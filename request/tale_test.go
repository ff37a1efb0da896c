package request_test

import (
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
	"yinqiao/request"
)

func tale(t *testing.T, w *apptest.World, actor civic.Actor, who civic.PersonID, ask request.StoryAsk) request.Story {
	t.Helper()
	s, err := w.Requests.Story(ctx, actor, who, ask)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func says(s request.Story) string {
	var out []string
	for _, l := range s.Lines {
		out = append(out, l.Says)
	}
	return strings.Join(out, "\n")
}

func TestTheStorySpeaksToThePersonAndTellsOthersOfThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		daughter, elder := apptest.AsPerson(a.Daughter), apptest.AsPerson(a.Elder)
		v := filled(t, w, a, daughter, a.Elder)
		if _, err := w.Requests.Submit(ctx, daughter, v.ID, 0); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(10 * time.Minute)
		w.Show(t, a.Clerk, a.Elder)
		if err := w.Grant.Open(ctx, a.Clerk, a.Elder, true, "本人来窗口办事", ""); err != nil {
			t.Fatal(err)
		}
		if err := w.Casework.Take(ctx, a.HospitalClerk, civic.RequestID(v.ID)); err != nil {
			t.Fatal(err)
		}
		all := says(tale(t, w, elder, a.Elder, request.StoryAsk{}))
		for _, want := range []string{"女儿李*兰用您的委托，替您交了代寄检查报告。", "窗口人员郝春燕看过您的资料，输入了证件号码，理由：本人来窗口办事。", "开始办理您的代寄检查报告。"} {
			if !strings.Contains(all, want) {
				t.Errorf("the story does not say %q:\n%s", want, all)
			}
		}
		if other := says(tale(t, w, a.Clerk, a.Elder, request.StoryAsk{})); strings.Contains(other, "您") || !strings.Contains(other, "看过老人的资料") {
			t.Errorf("the clerk reads:\n%s", other)
		}
		if sheet := says(tale(t, w, a.Clerk, a.Elder, request.StoryAsk{ToThem: true})); sheet != all {
			t.Errorf("on paper it says:\n%s\non the screen:\n%s", sheet, all)
		}
		if hers := says(tale(t, w, daughter, a.Daughter, request.StoryAsk{})); !strings.Contains(hers, "您用王*英的委托，替王*英交了代寄检查报告。") {
			t.Errorf("the daughter's own story:\n%s", hers)
		}
		for only, want := range map[request.Only]string{request.Acted: "替您交了", request.Seen: "看过您的资料", request.Granted: "女儿李*兰"} {
			part := tale(t, w, elder, a.Elder, request.StoryAsk{Only: only})
			for _, l := range part.Lines {
				if l.Part != only || only != request.Granted && l.Own {
					t.Errorf("%s holds %+v", only, l)
				}
			}
			if !strings.Contains(says(part), want) {
				t.Errorf("%s lacks %q:\n%s", only, want, says(part))
			}
		}
	})
}

func TestOlderPagesOfAStoryFollowWithoutAGapAndNothingTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		elder := apptest.AsPerson(a.Elder)
		for range 12 {
			w.Open(t, a.Clerk, a.Elder)
			w.Clock.Add(time.Hour)
			if err := w.Grant.Leave(ctx, a.Clerk, a.Elder); err != nil && !civic.Is(err, civic.Denied) {
				t.Fatal(err)
			}
		}
		for _, only := range request.Onlys {
			whole := tale(t, w, elder, a.Elder, request.StoryAsk{Only: only, Most: 1000})
			var got []request.StoryLine
			ask := request.StoryAsk{Only: only, Most: 5}
			for {
				p := tale(t, w, elder, a.Elder, ask)
				got = append(got, p.Lines...)
				if p.Next == "" {
					break
				}
				if len(p.Lines) != 5 {
					t.Fatalf("a page that goes on has %d lines", len(p.Lines))
				}
				ask.Before = p.Next
			}
			if whole.Next != "" || len(got) != len(whole.Lines) || says(request.Story{Lines: got}) != says(whole) {
				t.Errorf("%q: %d lines in pages, %d at once", only, len(got), len(whole.Lines))
			}
		}
		since := tale(t, w, elder, a.Elder, request.StoryAsk{Since: w.Clock.Now().Add(-90 * time.Minute)})
		if len(since.Lines) == 0 || len(since.Lines) > 3 || since.Next != "" {
			t.Errorf("of the last hour and a half: %d lines", len(since.Lines))
		}
		for _, bad := range []request.StoryAsk{{Before: "\x00"}, {Before: "1"}, {Only: "everything"}} {
			_, err := w.Requests.Story(ctx, elder, a.Elder, bad)
			if !civic.Is(err, civic.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func TestTheStoryOfAMergedPersonHoldsWhatHappenedUnderBothIdentities(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		twin := func(card string) civic.PersonID {
			id := w.Register(t, people.Registration{Name: "周重复", Division: a.Street, Distinct: true, Credentials: []people.Card{{Kind: people.KindParkCard, Number: card}}})
			w.Show(t, a.Clerk, id)
			if err := w.Grant.Open(ctx, a.Clerk, id, true, "拿着"+card[:2]+"卡来的", ""); err != nil {
				t.Fatal(err)
			}
			return id
		}
		keep, drop := twin("AA123456789"), twin("BB123456789")
		if _, err := w.People.Merge(ctx, a.Administrator, keep, drop, "同一个人"); err != nil {
			t.Fatal(err)
		}
		for _, id := range []civic.PersonID{keep, drop} {
			all := says(tale(t, w, apptest.AsPerson(id), id, request.StoryAsk{}))
			for _, want := range []string{"拿着AA卡来的", "拿着BB卡来的", "把您重复登记的资料合成了一份"} {
				if !strings.Contains(all, want) {
					t.Errorf("it lacks %q:\n%s", want, all)
				}
			}
		}
	})
}
