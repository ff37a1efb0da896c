package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/journal"
	"yinqiao/people"
)

var ctx = context.Background()

func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// rows counts what a registration leaves behind.
func rows(t testing.TB, w *apptest.World) (n int) {
	for _, table := range []string{"person", "credential", "credential_index", "contact", "contact_index", "journal_entry", "journal_about"} {
		n += w.Count(t, `SELECT COUNT(*) FROM `+table)
	}
	return n
}

func TestACardThatBelongsToSomebodyIsAConflictAndLeavesOnlyThatItWasTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		before := rows(t, w)
		in := w.NewPerson(a.Street, "张三")
		in.Credentials = append(in.Credentials, people.Card{Kind: people.KindSocialSecurity, Number: strings.ToLower(a.ElderID[:6]) + " " + a.ElderID[6:]})
		_, err := w.People.Register(ctx, a.Clerk, in)
		wantKind(t, err, civic.Conflict, "card.taken")
		if civic.As(err).Field != "card" || strings.Contains(civic.As(err).Say, "王") {
			t.Errorf("%+v", civic.As(err))
		}
		if after := rows(t, w); after != before+3*(1+3) { // of each number the entry, the mark, and the hour and day it is counted in
			t.Errorf("%d rows before, %d after", before, after)
		}
		in.Credentials = in.Credentials[:2]
		if _, err := w.People.Register(ctx, a.Clerk, in); err != nil {
			t.Errorf("without it: %v", err)
		}
	})
}

func TestTwoRegistrationsOfOneCardAtOnceGiveOnePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for range 5 {
			in := w.NewPerson(a.Street, "张三")
			in.Distinct = true // the five of them are namesakes
			turned := in       // the same cards in the other order must not deadlock
			turned.Credentials = []people.Card{in.Credentials[1], in.Credentials[0]}
			var wg sync.WaitGroup
			errs := make([]error, 6)
			gate := make(chan struct{})
			for i := range errs {
				wg.Go(func() {
					<-gate
					_, errs[i] = w.People.Register(ctx, a.Clerk, []people.Registration{in, turned}[i%2])
				})
			}
			close(gate)
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					wantKind(t, err, civic.Conflict, "card.taken")
				}
			}
			if won != 1 {
				t.Errorf("%d registrations won", won)
			}
			if ms, err := find(w, a.Clerk, in.Credentials[0].Number); err != nil || len(ms) != 1 {
				t.Errorf("%v, %v", ms, err)
			}
		}
		if n := w.Count(t, `SELECT COUNT(*) FROM person WHERE name = '张三'`); n != 5 {
			t.Errorf("%d persons, want 5", n)
		}
	})
}

func TestOnlyAClerkOfTheDivisionRegisters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		before := rows(t, w)
		for code, actor := range map[string]civic.Actor{"grant.role": a.Supervisor, "grant.division": w.Xihu.Clerk, "grant.staff_only": apptest.AsPerson(a.Elder), "sign_in": {}} {
			_, err := w.People.Register(ctx, actor, w.NewPerson(a.Street, "张三"))
			wantKind(t, err, civic.Denied, code)
		}
		if after := rows(t, w); after != before {
			t.Errorf("%d rows before, %d after", before, after)
		}
	})
}

func TestARegistrationThatDoesNotFitIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, dbtest.Open(t, db.SQLite))
	a := w.Taiyuan
	for code, change := range map[string]func(*people.Registration){
		"name.empty":       func(r *people.Registration) { r.Name = " " },
		"name.characters":  func(r *people.Registration) { r.Name = "王2" },
		"register.no_card": func(r *people.Registration) { r.Credentials = nil },
		"register.no_home": func(r *people.Registration) { r.Division = "" },
		"register.birth":   func(r *people.Registration) { r.Birth = "1945" },
		"register.sex":     func(r *people.Registration) { r.Sex = "f" },
		"register.many":    func(r *people.Registration) { r.Phones = make([]people.Phone, 11) },
		"register.whose":   func(r *people.Registration) { r.Phones[0].Whose = strings.Repeat("远", 21) },
		"address.long":     func(r *people.Registration) { r.Address = strings.Repeat("长", 201) },
		"id.check":         func(r *people.Registration) { r.Credentials[0].Number = "110105194912310021" },
		"card.form":        func(r *people.Registration) { r.Credentials[1].Number = "SN*0000001" },
		"phone.form":       func(r *people.Registration) { r.Phones[0].Number = "110" },
	} {
		in := w.NewPerson(a.Street, "张三")
		change(&in)
		_, err := w.People.Register(ctx, apptest.System(), in)
		wantKind(t, err, civic.Invalid, code)
	}
	for _, nowhere := range []civic.Division{"140105\x00", "太原", "140105001001001"} {
		in := w.NewPerson(a.Street, "张三")
		in.Division = nowhere
		_, err := w.People.Register(ctx, apptest.System(), in)
		wantKind(t, err, civic.Invalid, "register.no_home")
	}
	in := w.NewPerson(a.Street, "张三")
	in.Phones[0].Whose = full("12612345678") // which would be shown and kept in clear
	_, err := w.People.Register(ctx, apptest.System(), in)
	wantKind(t, err, civic.Invalid, "register.whose")
	in = w.NewPerson(a.Street, "张三")
	in.Credentials[1].Kind = "passport"
	_, err = w.People.Register(ctx, apptest.System(), in)
	wantKind(t, err, civic.Invalid, "card.form")
}

func TestSexAndBirthAreReadFromTheResidentID(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := people.Registration{Name: "买买提.阿不都", Birth: "1950-01-01", Sex: people.Male, Division: a.Street, Address: "文新街1号",
			Credentials: []people.Card{{Kind: people.KindResidentID, Number: "110105491231002"}, {Kind: people.KindSocialSecurity, Number: "11010519491231002x"}},
			Phones:      []people.Phone{{Number: "+86 351 1234567", Whose: "女儿"}, {Number: "12699999999", Whose: "own"}}}
		id, err := w.People.Register(ctx, a.Clerk, in)
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.People.Show(ctx, apptest.AsPerson(id), id)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != "买买提·阿不都" || p.Birth != "1949-12-31" || p.Sex != people.Female || p.Address != in.Address || p.Division != a.Street {
			t.Errorf("%+v", p)
		}
		if len(p.Credentials) != 2 || p.Credentials[0].Tail != "002X" || p.Credentials[1].Kind != people.KindSocialSecurity || p.Credentials[1].State != "active" {
			t.Errorf("%+v", p.Credentials)
		}
		if len(p.Contacts) != 2 || p.Contacts[0].Kind != "landline" || p.Contacts[0].Tail != "4567" || p.Contacts[0].Whose != "女儿" || p.Contacts[1].Kind != "mobile" {
			t.Errorf("%+v", p.Contacts)
		}
	})
}

func TestAPersonIsShownToThoseWithARightOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		for code, actor := range map[string]civic.Actor{"grant.none": apptest.AsPerson(a.Stranger), "grant.not_open": a.Clerk, "grant.role": a.Supervisor, "sign_in": {}} {
			p, err := w.People.Show(ctx, actor, a.Elder)
			wantKind(t, err, civic.Denied, code)
			if p.Name != "" || p.Address != "" || p.Credentials != nil {
				t.Errorf("%s was shown %+v", code, p)
			}
		}
		_, err := w.People.Show(ctx, apptest.AsPerson(a.Elder), "ghost")
		wantKind(t, err, civic.NotFound, "person.unknown")
		if g, err := w.People.Glance(ctx, a.Clerk, a.Elder); err != nil || g.Name != "王*英" || g.Birth != "1945" {
			t.Errorf("%+v, %v", g, err)
		}
		_, err = w.People.Glance(ctx, apptest.AsPerson(a.Daughter), a.Elder)
		wantKind(t, err, civic.Denied, "grant.staff_only")
		w.Look(t, a.Clerk, func(v *journal.View) error {
			if p, err := w.People.Profile(v, civic.Authority{}, a.Elder); err == nil || p.Name != "" {
				t.Error("a profile was read without an authority")
			}
			if name, err := w.People.Name(v, civic.Authority{}, a.Elder); err != nil || name != "王*英" {
				t.Errorf("without an authority a name is %q, %v", name, err)
			}
			return nil
		})
	})
}

func TestNumbersAreNowhereInClear(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		a := w.Taiyuan
		in := w.NewPerson(a.Street, "张三")
		in.Address = "竹径路31号2单元"
		in.Credentials = append(in.Credentials, people.Card{Kind: people.KindSocialSecurity, Number: "K8402716593"})
		in.Phones = append(in.Phones, people.Phone{Number: "0351-7654321", Whose: "邻居"})
		id, err := w.People.Register(ctx, a.Clerk, in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.People.Register(ctx, a.Clerk, in) // and a refusal with the same numbers
		wantKind(t, err, civic.Conflict, "card.taken")
		w.Open(t, a.Clerk, id)
		dump := w.Dump(t) + w.Logged.String() + err.Error()
		secrets := []string{"竹径路", "K8402716593", "03517654321", "7654321", in.Phones[0].Number}
		for _, c := range in.Credentials {
			secrets = append(secrets, c.Number, c.Number[:len(c.Number)-4])
		}
		for _, s := range secrets {
			if strings.Contains(dump, s) {
				t.Errorf("%q is there in clear", s)
			}
		}
		if !strings.Contains(dump, string(id)) {
			t.Error("the dump is empty")
		}
	})
}
