package people_test

import (
	"strings"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
)

// find is Find, for those who only want the people.
func find(w *apptest.World, actor civic.Actor, text string) ([]people.Match, error) {
	found, err := w.People.Find(ctx, actor, text)
	return found.Matches, err
}

// alike is a match without the identity of its card.
func alike(m people.Match) people.Match {
	return people.Match{Person: m.Person, Name: m.Name, Sex: m.Sex, Birth: m.Birth, Division: m.Division, Village: m.Village, Phone: m.Phone, Why: m.Why,
		State: m.State, Kind: m.Kind, Others: m.Others, Card: m.Card}
}

func TestAPersonIsFoundByAnyCardInAnyForm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		id := w.Register(t, people.Registration{Name: "张玉珍", Division: a.Street, Credentials: []people.Card{
			{Kind: people.KindResidentID, Number: "11010519491231002X"}, {Kind: people.KindSeniorCard, Number: "SN90000000001"}, {Kind: people.KindSocialSecurity, Number: "a84027165"}}})
		for in, kind := range map[string]people.CredentialKind{
			"11010519491231002X": people.KindResidentID, "11010519491231002x": people.KindResidentID, " 110105 19491231 002x ": people.KindResidentID,
			"110105-1949-1231-002X": people.KindResidentID, full("11010519491231002x"): people.KindResidentID,
			"110105491231002": people.KindResidentID, "110105 491231 002": people.KindResidentID,
			"SN90000000001": people.KindSeniorCard, "sn 9000 0000 001": people.KindSeniorCard, full("sn90000000001"): people.KindSeniorCard,
			"A84027165": people.KindSocialSecurity, "a84027165": people.KindSocialSecurity,
		} {
			tail := map[people.CredentialKind]string{people.KindResidentID: "002X", people.KindSeniorCard: "0001", people.KindSocialSecurity: "7165"}[kind]
			want := people.Match{Person: id, Name: "张*珍", Sex: people.Female, Birth: "1949", Division: a.Street, Why: kind.Words() + "尾号" + tail, State: people.Active, Kind: kind, Card: true}
			if ms, err := find(w, a.Clerk, in); err != nil || len(ms) != 1 || alike(ms[0]) != want {
				t.Errorf("%q: %+v, %v", in, ms, err)
			}
		}
		for in, code := range map[string]string{"110105194912310021": "id.check", "110105194102290022": "id.check", "110105410229002": "id.birth", "440524188001010014": "person.unknown",
			"SN90000000002": "person.unknown", "": "find.empty", " 　": "find.empty", strings.Repeat("1", 61): "find.long", "*": "person.unknown", "'; --": "person.unknown", "赵\x00": "person.unknown"} {
			ms, err := find(w, a.Clerk, in)
			if civic.As(err).Code != code || ms != nil {
				t.Errorf("%q: %+v, %v; want %s", in, ms, err, code)
			}
		}
	})
}

func TestAPhoneFindsEverybodyWhoSharesIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		want := map[civic.PersonID]bool{}
		for _, name := range []string{"张三", "李玉珍", "王五一"} {
			in := w.NewPerson(a.Street, name)
			in.Phones = append(in.Phones, people.Phone{Number: "12688887777", Whose: "邻居"}, people.Phone{Number: "0351-8887777", Whose: "邻居"})
			want[w.Register(t, in)] = true
		}
		for _, in := range []string{"12688887777", "+86 126-8888-7777", full("12688887777"), "0351-8887777", "03518887777", "+86 351 888 7777"} {
			ms, err := find(w, a.Clerk, in)
			if err != nil || len(ms) != 3 {
				t.Fatalf("%q: %+v, %v", in, ms, err)
			}
			for _, m := range ms {
				if !want[m.Person] || m.Why != "电话" || !strings.Contains(m.Name, "*") {
					t.Errorf("%q: %+v", in, m)
				}
			}
		}
		if _, err := w.People.Find(ctx, a.Clerk, "12688887778"); civic.As(err).Code != "person.unknown" {
			t.Error(err)
		}
	})
}

func TestANameIsFoundByItsBeginningAndShownMasked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for _, name := range []string{"钱桂英", "钱桂", "钱", "前桂英", "阿依古丽.买买提", "𪚥桂英", "钱𪚥"} {
			w.Register(t, w.NewPerson(a.Street, name))
		}
		for in, n := range map[string]int{"钱": 4, "钱桂": 2, "钱桂英": 1, "阿依古丽·": 1, "阿依古丽•买": 1, "𪚥": 2, "钱𪚥": 1, "桂英": 4, " 钱　": 4} {
			ms, err := find(w, a.Clerk, in)
			if err != nil || len(ms) != n {
				t.Errorf("%q: %d of %d, %v", in, len(ms), n, err)
			}
			for _, m := range ms {
				if !strings.Contains(m.Name, "*") || !strings.HasPrefix(m.Why, "姓") && m.Why != "名，没有姓" || len(m.Birth) != 4 {
					t.Errorf("%+v", m)
				}
			}
		}
		for _, in := range []string{"英桂", "钱桂英英", "%", "钱%", "_"} {
			if ms, err := find(w, a.Clerk, in); civic.As(err).Code != "person.unknown" {
				t.Errorf("%q: %+v, %v", in, ms, err)
			}
		}
	})
}

func TestASearchShowsTenAtMost(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	for range 12 {
		in := w.NewPerson(w.Taiyuan.Street, "孙桂英")
		in.Phones[0].Number = "12688887777"
		w.Register(t, in)
	}
	for _, in := range []string{"孙", "12688887777"} {
		if ms, err := find(w, w.Taiyuan.Clerk, in); err != nil || len(ms) != 10 {
			t.Errorf("%q: %d, %v", in, len(ms), err)
		}
	}
}

func TestOnlyThoseWhoMayFindPeopleSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for code, actor := range map[string]civic.Actor{"grant.role": a.Supervisor, "grant.staff_only": apptest.AsPerson(a.Elder), "sign_in": {}} {
			for _, in := range []string{a.ElderID, "王", "12600000001", "440524188001010014"} {
				ms, err := find(w, actor, in)
				wantKind(t, err, civic.Denied, code)
				if ms != nil {
					t.Errorf("%s was told %+v", code, ms)
				}
			}
		}
	})
}
