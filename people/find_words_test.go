package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/people"
	"yinqiao/speech/pinyin"
)

// born is a registration with an ID number of that birth.
func born(w *apptest.World, street civic.Division, name, birth string, seq int) people.Registration {
	in := w.NewPerson(street, name)
	in.Credentials[0].Number = apptest.ResidentID(string(street[:4])+"99", birth, seq)
	return in
}

func TestAPersonIsFoundByWhateverAClerkTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := born(w, a.Street, "曾绿芳", "19450815", 21)
		in.Village = "柳湾社区"
		id := w.Register(t, in)
		far := w.Register(t, born(w, w.Xihu.Street, "曾绿芳", "19500101", 22))
		if _, err := w.People.AddName(ctx, apptest.System(), id, people.SecondName{Name: "阿朵·玛依", Use: people.EthnicName}); err != nil {
			t.Fatal(err)
		}
		number := in.Credentials[0].Number
		for text, why := range map[string]string{
			number[12:]:                  "身份证后六位",
			strings.ToLower(number[12:]): "身份证后六位",
			number[12:] + " 1945":        "身份证后六位",
			number[12:] + " 曾":           "身份证后六位",
			number[12:] + " zlf":         "身份证后六位",
			"曾绿芳":                        "姓名",
			"曾 绿 芳":                      "姓名",
			"曾绿":                         "姓名开头",
			"zlf":                        "姓名拼音首字母 zlf",
			"ZLF":                        "姓名拼音首字母 zlf",
			"ｚｌｆ":                        "姓名拼音首字母 zlf",
			"z l f":                      "姓名拼音首字母 zlf",
			"zlf45":                      "姓名拼音首字母 zlf",
			"zlf 45":                     "姓名拼音首字母 zlf",
			"zlf1945":                    "姓名拼音首字母 zlf",
			"zlf 1945年生":                 "姓名拼音首字母 zlf",
			"zlf19450815":                "姓名拼音首字母 zlf",
			"zlf 坞城":                     "姓名拼音首字母 zlf",
			"zlf45坞城街道":                  "姓名拼音首字母 zlf",
			"坞城 zlf":                     "姓名拼音首字母 zlf",
			"zlf 小店":                     "姓名拼音首字母 zlf",
			"zlf 太原":                     "姓名拼音首字母 zlf",
			"zlf 柳湾":                     "姓名拼音首字母 zlf",
			"zenglvfang":                 "姓名拼音 zenglvfang",
			"zenglufang":                 "姓名拼音 zenglufang",
			"zeng lyu fang":              "姓名拼音 zenglyufang",
			"Zēng Lǜ-fāng":               "姓名拼音 zenglvfang",
			"zenglü":                     "姓名拼音开头 zenglv",
			"zl":                         "姓名拼音首字母开头 zl",
			"clf":                        "多音字的另一种读法，首字母 clf",
			"曾绿房":                        "读音一样",
			"曾绿房1945":                    "读音一样",
			"曾绿房 坞城":                     "读音一样",
			"曾绿房 柳湾":                     "读音一样",
			"阿多":                         "读音一样开头",
			"阿朵玛依":                       "民族名",
			"阿朵·玛依":                      "民族名",
			"阿朵":                         "民族名开头",
			"admy":                       "民族名的拼音",
			"曾 1945":                     "姓",
			"曾绿芳1945":                    "姓名",
			"1945 曾绿芳":                   "姓名",
			"曾绿芳，坞城":                     "姓名",
			"坞城、曾绿芳":                     "姓名",
			"曾 1945 柳湾":                  "姓",
			"1945 柳湾":                    "住处和出生年份",
			"45 柳湾社区":                    "住处和出生年份",
			in.Phones[0].Number:          "电话",
		} {
			ms, err := find(w, a.Clerk, text)
			if err != nil || len(ms) == 0 || ms[0].Person != id || ms[0].Why != why {
				t.Errorf("%q: %+v, %v; want by %s", text, ms, err, why)
				continue
			}
			if m := ms[0]; m.Name != "曾*芳" || m.Birth != "1945" || m.Village != "柳湾社区" || len(m.Phone) != 2 || m.State != "active" {
				t.Errorf("%q: %+v", text, m)
			}
		}
		if ms, err := find(w, w.Xihu.Clerk, "zlf"); err != nil || len(ms) != 2 || ms[0].Person != far {
			t.Errorf("in the other county: %+v, %v", ms, err)
		}
		for text, code := range map[string]string{"w": "find.letter", "Z": "find.letter", "1945": "find.year", "45": "find.year", "zlf 没有这里": "find.place", "zlf 1946": "person.unknown",
			"zlf 西湖 1945": "person.unknown", "123": "person.unknown", "zlf 12345": "person.unknown", "000000": "person.unknown", "1945 1946": "person.unknown", "zlf 1799": "person.unknown"} {
			if ms, err := find(w, a.Clerk, text); civic.As(err).Code != code || len(ms) > 0 {
				t.Errorf("%q: %+v, %v; want %s", text, ms, err, code)
			}
		}
	})
}

func TestAGivenNameAloneFindsItsBearersBehindWholeNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		add := func(street civic.Division, name string, seq int) civic.PersonID {
			return w.Register(t, born(w, street, name, "19450815", seq))
		}
		asked := add(a.Street, "尤翠嵩", 41)
		begins := add(a.Street, "翠嵩兰", 42)
		sounds := add(a.Street, "冉脆松", 43)
		far := add(w.Xihu.Street, "冉翠嵩", 44)
		one := add(a.Street, "冉嫘", 45)
		dan := add(a.Street, "尤单嵩", 46)
		for text, want := range map[string][]civic.PersonID{
			"翠嵩":       {begins, asked},
			"翠嵩 1945":  {begins, asked},
			"翠嵩 坞城":    {asked},
			"嫘":        {one},
			"单嵩":       {dan},
			"cuisong":  {begins, asked, sounds},
			"cui song": {begins, asked, sounds},
			"脆松":       {sounds},
		} {
			ms, err := find(w, a.Clerk, text)
			var got []civic.PersonID
			for _, m := range ms {
				got = append(got, m.Person)
			}
			slices.Sort(got[min(1, len(got)):])
			slices.Sort(want[min(1, len(want)):])
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: %+v, %v; want %v", text, ms, err, want)
			}
		}
		if ms, err := find(w, a.Clerk, "ll"); err == nil && slices.ContainsFunc(ms, func(m people.Match) bool { return m.Person == far }) {
			t.Errorf("ll: %+v", ms)
		}
		if ms, err := find(w, a.Clerk, "cs"); err != nil || !slices.ContainsFunc(ms, func(m people.Match) bool { return m.Person == asked && m.Why == "名的拼音首字母 cs" }) {
			t.Errorf("cs: %+v, %v", ms, err)
		}
		if ms, err := find(w, w.Xihu.Clerk, "翠嵩"); err != nil || len(ms) == 0 || ms[len(ms)-1].Person != far || ms[len(ms)-1].Why != "名，没有姓" {
			t.Errorf("in the other county: %+v, %v", ms, err)
		}
		if ms, err := find(w, a.Clerk, "翠嵩 1950"); err == nil || len(ms) > 0 {
			t.Errorf("of another year: %+v, %v", ms, err)
		}
	})
}

func TestAConfirmedReadingGoesBeforeTheUsualOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "盖乐芳")
		in.Reading = "gài lè fāng"
		id := w.Register(t, in)
		why := func(text string) string {
			ms, err := find(w, a.Clerk, text)
			if err != nil || len(ms) != 1 || ms[0].Person != id {
				t.Errorf("%q: %+v, %v", text, ms, err)
				return ""
			}
			return ms[0].Why
		}
		if got := why("gailefang"); got != "姓名拼音 gailefang" {
			t.Error(got)
		}
		if got := why("gyf"); got != "多音字的另一种读法，首字母 gyf" {
			t.Error(got)
		}
		if err := w.People.SetReading(ctx, apptest.System(), id, "ge3 yue4 fang1"); err != nil {
			t.Fatal(err)
		}
		if got := why("gyf"); got != "姓名拼音首字母 gyf" {
			t.Error(got)
		}
		if _, err := find(w, a.Clerk, "gailefang"); !civic.Is(err, civic.NotFound) {
			t.Errorf("the old reading still finds: %v", err)
		}
		for _, wrong := range []string{"ge yue", "ge yue fang fang", "ge yue xyz", "geyuefang", "12 3 4"} {
			wantKind(t, w.People.SetReading(ctx, apptest.System(), id, wrong), civic.Invalid, "name.reading")
		}
	})
}

func TestAnEndedNameFindsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		self := apptest.AsPerson(a.Elder)
		id, err := w.People.AddName(ctx, self, a.Elder, people.SecondName{Name: "㛃妹", Use: people.PetName})
		if err != nil {
			t.Fatal(err)
		}
		if ms, err := find(w, a.Clerk, "㛃妹"); err != nil || len(ms) != 1 || ms[0].Person != a.Elder || ms[0].Why != "小名" || ms[0].Name != "王*英" {
			t.Errorf("%+v, %v", ms, err)
		}
		_, err = w.People.AddName(ctx, self, a.Elder, people.SecondName{Name: "㛃妹", Use: people.FormerName})
		wantKind(t, err, civic.Conflict, "name.known")
		_, err = w.People.AddName(ctx, self, a.Elder, people.SecondName{Name: "王桂英", Use: people.FormerName})
		wantKind(t, err, civic.Conflict, "name.known")
		wantKind(t, w.People.EndName(ctx, self, a.Elder, "another"), civic.NotFound, "name.unknown")
		if err := w.People.EndName(ctx, self, a.Elder, id); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.People.EndName(ctx, self, a.Elder, id), civic.NotFound, "name.unknown")
		if _, err := find(w, a.Clerk, "㛃妹"); !civic.Is(err, civic.NotFound) {
			t.Error(err)
		}
	})
}

func TestMoreThanTenAreSaidToBeMoreWithWhatTellsThemApart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		var last people.Registration
		for i := range 12 {
			last = born(w, a.Street, "孙桂兰", fmt.Sprintf("19%02d0101", 30+i), 400+i)
			w.Register(t, last)
		}
		for text, example := range map[string]string{"sgl": "sgl45", "孙桂兰": "wgy45", "孙": "wgy45", "sg": "sg45"} {
			found, err := w.People.Find(ctx, a.Clerk, text)
			if err != nil || len(found.Matches) != 10 || !found.More || !strings.Contains(found.Narrow, example) {
				t.Errorf("%q: %d, %t, %s, %v", text, len(found.Matches), found.More, found.Narrow, err)
			}
		}
		if found, err := w.People.Find(ctx, a.Clerk, "sgl41"); err != nil || len(found.Matches) != 1 || found.More || found.Narrow != "" {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestPeopleRegisteredBeforeThereWereKeysGetThemAtStart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		if _, err := d.Pool().Exec(`DELETE FROM name_key`); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Pool().Exec(`UPDATE person SET keyed = 0`); err != nil {
			t.Fatal(err)
		}
		if _, err := find(w, w.Taiyuan.Clerk, "wgy45"); !civic.Is(err, civic.NotFound) {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Prepare(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if ms, err := find(w, w.Taiyuan.Clerk, "wgy45"); err != nil || len(ms) != 2 || ms[0].Person != w.Taiyuan.Elder {
			t.Errorf("%+v, %v", ms, err)
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM journal_entry WHERE act = $1`, people.ActKeyed); n != 1 {
			t.Errorf("recorded %d times", n)
		}
	})
}

// hard are characters of names: surnames of several readings, ideographs beyond 16
// bits, ü, 〇, and the parts of names with a middle dot.
var hard = []rune("曾单解仇翟查区覃乐朴盖吕绿女𠅤㛃〇𪚥王李英桂阿依古丽买提")

func TestEverybodyIsFoundByEverythingThatIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		seq := 0
		rapid.Check(t, dbtest.Rounds(30, func(rt *rapid.T) {
			seq++
			w.Clock.Add(24 * time.Hour) // a day's look-ups by whole numbers are few
			name := string(rapid.SliceOfN(rapid.SampledFrom(hard), 1, 4).Draw(rt, "name"))
			if rapid.IntRange(0, 4).Draw(rt, "dot") == 0 {
				name += "·" + string(rapid.SliceOfN(rapid.SampledFrom(hard), 1, 3).Draw(rt, "father"))
			}
			birth := fmt.Sprintf("%d%02d%02d", rapid.IntRange(1921, 1965).Draw(rt, "year"), seq%12+1, seq/12%28+1)
			in := born(w, a.Street, name, birth, seq%1000)
			id := w.Register(t, in)
			texts := []string{in.Credentials[0].Number, in.Credentials[1].Number, in.Credentials[0].Number[12:] + " " + birth[:4], in.Phones[0].Number, name + " " + birth[:4]}
			if keys := pinyin.NameKeys(name); len(keys) > 0 {
				texts = append(texts, keys[0].Text+birth[2:4], keys[0].Text+" "+birth)
			}
			for _, text := range texts {
				found, err := w.People.Find(ctx, a.Clerk, text)
				if err != nil {
					rt.Fatalf("%s by %q: %v", name, text, err)
				}
				ok := found.More && len(found.Matches) == 10
				for _, m := range found.Matches {
					ok = ok || m.Person == id
				}
				if !ok {
					rt.Fatalf("%s is not found by %q: %+v", name, text, found)
				}
			}
		}))
	})
}
