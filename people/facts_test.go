package people_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

// opened is a world in which the clerk of Taiyuan has the elder open.
func opened(t *testing.T, d *db.DB) *apptest.World {
	t.Helper()
	w := apptest.New(t, d)
	w.Open(t, w.Taiyuan.Clerk, w.Taiyuan.Elder)
	return w
}

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

func tagWords(tags []people.Tag) string {
	var out []string
	for _, t := range tags {
		out = append(out, t.Words())
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestTagsOverlapAndEndAndAreNeverDeleted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		set := func(tag people.Tag) string {
			t.Helper()
			id, err := w.People.Tag(ctx, a.Clerk, a.Elder, tag)
			must(t, err)
			return id
		}
		alone := set(people.Tag{Kind: "alone", Source: "入户走访"})
		if again := set(people.Tag{Kind: "alone", Source: "入户走访"}); again != alone {
			t.Error("the same fact was registered twice")
		}
		set(people.Tag{Kind: "disabled_care", Scale: "gbt42195-2022", Level: 2, Source: "评估报告"})
		set(people.Tag{Kind: "extreme_poverty", Variant: "scattered", Source: "民政名单"})
		seen := func(actor civic.Actor) string {
			t.Helper()
			f, err := w.People.Facts(ctx, actor, a.Elder)
			must(t, err)
			return tagWords(f.Tags)
		}
		all := "失能（能力中度受损） 特困（分散供养） 独居 老年人 高龄"
		for _, actor := range []civic.Actor{a.Clerk, apptest.AsPerson(a.Elder)} {
			if got := seen(actor); got != all {
				t.Errorf("%v sees %s", actor.Operator.Kind, got)
			}
		}
		if got := seen(apptest.AsPerson(a.Daughter)); got != "独居 老年人 高龄" {
			t.Errorf("the agent sees %s", got)
		}
		// A later assessment ends the one before it.
		w.Clock.Add(30 * 24 * time.Hour)
		w.Open(t, a.Clerk, a.Elder)
		set(people.Tag{Kind: "disabled_care", Scale: "gbt42195-2022", Level: 3, Source: "评估报告"})
		if got := seen(a.Clerk); !strings.Contains(got, "重度") || strings.Contains(got, "中度") {
			t.Errorf("after a later assessment: %s", got)
		}
		must(t, w.People.Untag(ctx, a.Clerk, a.Elder, alone, "和儿子住在一起了"))
		if got := seen(a.Clerk); strings.Contains(got, "独居") {
			t.Errorf("after it ended: %s", got)
		}
		wantCode(t, w.People.Untag(ctx, a.Clerk, a.Elder, alone, "和儿子住在一起了"), "tag.unknown")
		w.Look(t, apptest.System(), func(v *journal.View) error {
			auth, err := v.Authorise(civic.Need{Person: a.Elder, Look: true})
			must(t, err)
			before, err := w.People.TagsOn(v, auth, a.Elder, "2026-11-24")
			if got := tagWords(before); got != all {
				t.Errorf("on the day before: %s", got)
			}
			return err
		})
		if strings.Contains(w.Dump(t), `"what":"失能"`) {
			t.Error("a sensitive fact is in the journal")
		}
	})
}

func TestATagEnteredByMistakeEndsOnTheSameDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		tags := func() string {
			t.Helper()
			f, err := w.People.Facts(ctx, a.Clerk, a.Elder)
			must(t, err)
			return tagWords(f.Tags)
		}
		before := tags()
		id, err := w.People.Tag(ctx, a.Clerk, a.Elder, people.Tag{Kind: "alone", Source: "入户走访"})
		must(t, err)
		must(t, w.People.Untag(ctx, a.Clerk, a.Elder, id, "登记错了"))
		if got := tags(); got != before {
			t.Errorf("after it ended: %s", got)
		}
		wantCode(t, w.People.Untag(ctx, a.Clerk, a.Elder, id, "登记错了"), "tag.unknown")
		// So does a level that is put right on the day.
		for _, level := range []int{2, 3} {
			_, err := w.People.Tag(ctx, a.Clerk, a.Elder, people.Tag{Kind: "disabled_care", Scale: "gbt42195-2022", Level: level, Source: "评估报告"})
			must(t, err)
		}
		if got := tags(); strings.Contains(got, "中度") || !strings.Contains(got, "重度") {
			t.Errorf("after the level was put right: %s", got)
		}
		if again, err := w.People.Tag(ctx, a.Clerk, a.Elder, people.Tag{Kind: "alone", Source: "入户走访"}); err != nil || again == id {
			t.Errorf("the same fact, true this time: %s, %v", again, err)
		}
	})
}

func TestATagThatSaysTooLittleIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		for code, tag := range map[string]people.Tag{
			"tag.kind": {Kind: "aged", Source: "名单"}, "tag.scale": {Kind: "disabled_care", Level: 2, Source: "报告"},
			"fact.source": {Kind: "alone", Source: "电话13912345678"}, "fact.day": {Kind: "alone", Source: "走访", From: "昨天"},
			"tag.order": {Kind: "alone", Source: "走访", From: "2027-01-01"},
		} {
			_, err := w.People.Tag(ctx, w.Taiyuan.Clerk, w.Taiyuan.Elder, tag)
			wantCode(t, err, code)
		}
		for _, tag := range []people.Tag{{Kind: "severe_disability", Scale: "disability-grade", Level: 3, Source: "残疾证"}, {Kind: "disabled_care", Scale: "disability-grade", Level: 1, Source: "残疾证"},
			{Kind: "disabled_care", Scale: "mzt039-2013", Level: 4, Source: "报告"}} {
			_, err := w.People.Tag(ctx, w.Taiyuan.Clerk, w.Taiyuan.Elder, tag)
			wantCode(t, err, "tag.scale")
		}
		_, err := w.People.Tag(ctx, w.Taiyuan.Clerk, w.Taiyuan.Elder, people.Tag{Kind: "extreme_poverty", Source: "名单"})
		wantCode(t, err, "tag.kind")
		_, err = w.People.Tag(ctx, apptest.AsPerson(w.Taiyuan.Elder), w.Taiyuan.Elder, people.Tag{Kind: "alone", Source: "我自己"})
		wantCode(t, err, "fact.desk")
	})
}

func TestPeopleWithATagAreListedByWhereTheyLive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a, b := w.Taiyuan, w.Xihu
		w.Open(t, b.Clerk, b.Elder)
		for clerk, p := range map[civic.Actor]civic.PersonID{a.Clerk: a.Elder, b.Clerk: b.Elder} {
			_, err := w.People.Tag(ctx, clerk, p, people.Tag{Kind: "alone", Source: "入户走访"})
			must(t, err)
		}
		list := func(in civic.Division) (out []civic.PersonID) {
			w.Look(t, apptest.System(), func(v *journal.View) (err error) {
				auth, err := v.Authorise(civic.Need{Permission: civic.MayServePeople, Division: in, Look: true})
				must(t, err)
				out, err = people.Tagged(v, auth, "alone", in, "2026-11-23", "", 10)
				return err
			})
			return out
		}
		if got := list("140105"); !slices.Equal(got, []civic.PersonID{a.Elder}) {
			t.Errorf("in Taiyuan: %v", got)
		}
		// Who moves is on the other list.
		home := b.Street
		must(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Division: &home, Reason: "搬到杭州女儿家", Evidence: "own_word"}))
		if got := list("140105"); len(got) != 0 {
			t.Errorf("after moving away: %v", got)
		}
		if got := list("330106"); len(got) != 2 {
			t.Errorf("in Hangzhou: %v", got)
		}
	})
}

func TestWhoLivesTogetherIsShownMasked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		w.Open(t, a.Clerk, a.Daughter)
		w.Open(t, a.Clerk, a.Stranger)
		must(t, w.People.Join(ctx, a.Clerk, a.Elder, a.Daughter, ""))
		must(t, w.People.Join(ctx, a.Clerk, a.Elder, a.Daughter, ""))
		mates := func(actor civic.Actor, p civic.PersonID) []people.Housemate {
			t.Helper()
			f, err := w.People.Facts(ctx, actor, p)
			must(t, err)
			return f.Household
		}
		if got := mates(a.Clerk, a.Elder); len(got) != 1 || got[0].Name != "李*兰" || got[0].Since != "2026-11-23" {
			t.Errorf("the clerk sees %v", got)
		}
		if got := mates(apptest.AsPerson(a.Daughter), a.Daughter); len(got) != 1 || got[0].Name != "王*英" {
			t.Errorf("the daughter sees %v", got)
		}
		wantCode(t, w.People.Join(ctx, a.Clerk, a.Elder, a.Elder, ""), "household.self")
		wantCode(t, w.People.Join(ctx, a.Clerk, a.Elder, a.Stranger, "2027-01-01"), "household.since")
		must(t, w.People.Leave(ctx, a.Clerk, a.Elder, ""))
		if got := mates(a.Clerk, a.Elder); len(got) != 0 {
			t.Errorf("after she moved out: %v", got)
		}
		if got := mates(apptest.AsPerson(a.Daughter), a.Daughter); len(got) != 0 {
			t.Errorf("the daughter lives alone, not with %v", got)
		}
		wantCode(t, w.People.Leave(ctx, a.Clerk, a.Elder, ""), "household.alone")
		must(t, w.People.Join(ctx, a.Clerk, a.Elder, a.Daughter, "")) // back on the same day
		if got := mates(a.Clerk, a.Elder); len(got) != 1 {
			t.Errorf("after she came back: %v", got)
		}
	})
}

func TestPhonesAreCalledInTheirOrderAndEndedOnesFindNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		id, err := w.People.AddContact(ctx, a.Clerk, a.Elder, people.NewContact{Number: "126 9999 0001", Whose: "女儿", Answers: "李秀兰", Emergency: true, First: true})
		must(t, err)
		p, err := w.People.Show(ctx, a.Clerk, a.Elder)
		must(t, err)
		if c := p.Contacts; len(c) != 2 || c[0].ID != id || c[0].Answers != "李秀兰" || !c[0].Emergency || c[0].Whose != "女儿" {
			t.Fatalf("phones: %+v", c)
		}
		must(t, w.People.CallFirst(ctx, apptest.AsPerson(a.Elder), a.Elder, p.Contacts[1].ID))
		if p, err = w.People.Show(ctx, a.Clerk, a.Elder); err != nil || p.Contacts[1].ID != id {
			t.Errorf("after another is called first: %+v, %v", p.Contacts, err)
		}
		if ms, err := find(w, a.Clerk, "12699990001"); err != nil || len(ms) != 1 {
			t.Errorf("found %v, %v", ms, err)
		}
		must(t, w.People.EndContact(ctx, a.Clerk, a.Elder, id))
		if _, err := w.People.Find(ctx, a.Clerk, "12699990001"); !civic.Is(err, civic.NotFound) {
			t.Errorf("an ended phone still finds somebody: %v", err)
		}
		wantCode(t, w.People.EndContact(ctx, a.Clerk, a.Elder, id), "contact.unknown")
		if dump := w.Dump(t); strings.Contains(dump, "12699990001") {
			t.Error("the number is in the database in clear")
		}
	})
}

func TestAnAgentAddsAPhoneOfTheirOwnAndLeavesTheElders(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		elder := w.Register(t, people.Registration{Name: "周桂花", Division: a.Street, Phones: []people.Phone{{Number: "12699990007", Whose: "own"}},
			Credentials: []people.Card{{Kind: people.KindSeniorCard, Number: "SN90000000077"}}})
		w.Give(t, elder, a.Daughter, "*")
		daughter := apptest.AsPerson(a.Daughter)
		add := func(c people.NewContact) error {
			_, err := w.People.AddContact(ctx, daughter, elder, c)
			return err
		}
		p, err := w.People.Show(ctx, daughter, elder)
		must(t, err)
		theirs := p.Contacts[0].ID
		wantCode(t, add(people.NewContact{Number: "12699990007", Whose: "女儿"}), "contact.own")
		wantCode(t, add(people.NewContact{Number: "12699990008", Whose: "own"}), "contact.own")
		wantCode(t, add(people.NewContact{Number: "12699990008", Whose: "女儿", First: true}), "contact.own")
		must(t, add(people.NewContact{Number: "12699990008", Whose: "女儿"}))
		wantCode(t, w.People.EndContact(ctx, daughter, elder, theirs), "contact.own")
		if p, err = w.People.Show(ctx, daughter, elder); err != nil || len(p.Contacts) != 2 || p.Contacts[0].ID != theirs {
			t.Fatalf("%+v, %v", p.Contacts, err)
		}
		hers := p.Contacts[1].ID
		wantCode(t, w.People.CallFirst(ctx, daughter, elder, hers), "contact.own")
		must(t, w.People.CallFirst(ctx, apptest.AsPerson(elder), elder, hers))
		must(t, w.People.EndContact(ctx, daughter, elder, hers))
		must(t, w.People.EndContact(ctx, apptest.AsPerson(elder), elder, theirs))
	})
}

func TestHowAPersonWantsToBeServedIsABadge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		must(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"reach": "call", "language": "jin", "sight": "good"}))
		must(t, w.People.Prefer(ctx, apptest.AsPerson(a.Elder), a.Elder, map[string]string{"language": ""}))
		f, err := w.People.Facts(ctx, a.Clerk, a.Elder)
		must(t, err)
		if got := strings.Join(f.Badges(), " "); got != "请打电话，别发短信" || len(f.Preferences) != 2 {
			t.Errorf("badges %q of %v", got, f.Preferences)
		}
		wantCode(t, w.People.Prefer(ctx, a.Clerk, a.Elder, map[string]string{"reach": "pigeon"}), "preference.unknown")
	})
}

func TestAServiceGoesByTheBirthDateOfItsOwnFile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		must(t, w.People.SetServiceBirth(ctx, a.Clerk, a.Elder, "pension", "1944-12-01", "退休审批表"))
		w.Look(t, a.Clerk, func(v *journal.View) error {
			auth, err := v.Authorise(civic.Need{Person: a.Elder, Permission: civic.MayServePeople, Look: true})
			must(t, err)
			for service, want := range map[string]people.ServiceBirth{"pension": {Service: "pension", Birth: "1944-12-01", Source: "退休审批表"}, "report-post": {Service: "report-post", Birth: "1945-01-01"}} {
				if got, err := w.People.BirthFor(v, auth, a.Elder, service); err != nil || got.Birth[:2] != "19" || got.Source != want.Source || want.Source != "" && got != want {
					t.Errorf("%s goes by %+v, %v", service, got, err)
				}
			}
			return nil
		})
		wantCode(t, w.People.SetServiceBirth(ctx, a.Clerk, a.Elder, "pension", "1944-13-01", "退休审批表"), "register.birth")
	})
}

func TestACorrectionNeedsProofAndLeavesNoOldValue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		text := func(s string) *string { return &s }
		must(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Name: text("汪桂英"), Address: text("新银槐街1号"), Village: text("新村"), Reason: "登记时写错了姓", Evidence: "household_register"}))
		p, err := w.People.Show(ctx, a.Clerk, a.Elder)
		if err != nil || p.Name != "汪桂英" || p.Address != "新银槐街1号" {
			t.Errorf("after the correction: %+v, %v", p.Person, err)
		}
		if n := w.Acts(t, people.ActCorrected, string(a.Elder)); n != 1 {
			t.Errorf("recorded %d times", n)
		}
		sex, same := people.Male, "汪桂英"
		for code, c := range map[string]people.Correction{
			"correct.evidence": {Name: text("王贵英"), Reason: "老人说的", Evidence: "own_word"},
			"correct.reason":   {Name: text("王贵英"), Reason: "身份证140105194508150028", Evidence: "resident_id"},
			"correct.same":     {Name: &same, Reason: "没有变", Evidence: "resident_id"},
			"correct.id":       {Birth: text("1950-01-01"), Reason: "老人说的", Evidence: "resident_id"},
			"name.characters":  {Name: text("王1"), Reason: "写错了", Evidence: "resident_id"},
		} {
			wantCode(t, w.People.Correct(ctx, a.Clerk, a.Elder, c), code)
		}
		wantCode(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Sex: &sex, Reason: "写错了", Evidence: "resident_id"}), map[bool]string{true: "correct.same", false: "correct.id"}[p.Sex == sex])
		wantCode(t, w.People.Correct(ctx, apptest.AsPerson(a.Elder), a.Elder, people.Correction{Name: text("王贵英"), Reason: "写错了", Evidence: "resident_id"}), "fact.desk")
	})
}

func TestSomebodyCorrectedHasTheKeysOfTheNewNameAndNotOfTheOld(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := opened(t, d)
		a := w.Taiyuan
		name := "孟桂英"
		must(t, w.People.Correct(ctx, a.Clerk, a.Elder, people.Correction{Name: &name, Reason: "登记时写错了姓", Evidence: "household_register"}))
		keys := func(text string) int {
			return w.Count(t, `SELECT COUNT(*) FROM name_key WHERE person = $1 AND text = $2`, a.Elder, text)
		}
		if keys("mgy") != 1 || keys("wgy") != 0 {
			t.Errorf("keys mgy: %d, wgy: %d", keys("mgy"), keys("wgy"))
		}
	})
}
