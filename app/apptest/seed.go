package apptest

import (
	"context"
	"fmt"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/staff"
)

func (w *World) district(t TB, div civic.Division) *District {
	t.Helper()
	d := &District{Division: div, Street: div + "001"}
	d.Hospital = w.Office(t, "hospital", div)
	d.Community = w.Office(t, "community", div)
	d.CivilAffairs = w.Office(t, "civil_affairs", div)
	d.Market = w.Office(t, "market_supervision", div)
	hire := func(name string, office civic.OfficeID, role staff.Role) civic.Actor {
		return w.Hire(t, name, office, staff.Post{Role: role, Division: div})
	}
	d.Clerk = hire("郝春燕", d.Community, staff.Clerk)
	d.Supervisor = hire("段海燕", d.CivilAffairs, staff.Supervisor)
	d.Administrator = hire("原晓东", d.CivilAffairs, staff.Administrator)
	d.HospitalClerk = hire("闫丽娟", d.Hospital, staff.Clerk)
	d.MarketClerk = hire("解志宏", d.Market, staff.Clerk)

	in := w.NewPerson(d.Street, "王桂英")
	d.ElderID, d.ElderPhone = in.Credentials[0].Number, in.Phones[0].Number
	in.Address = "银槐街18号2单元301"
	d.Elder = w.Register(t, in)
	d.Daughter = w.Register(t, w.NewPerson(d.Street, "李秀兰"))
	d.Stranger = w.Register(t, w.NewPerson(d.Street, "赵建国"))
	d.Grant = w.Give(t, d.Elder, d.Daughter, "*")
	return d
}

// Office opens an office.
func (w *World) Office(t TB, kind string, div civic.Division) civic.OfficeID {
	t.Helper()
	id, err := w.Place.Open(context.Background(), System(), place.Office{Kind: kind, Name: string(div) + " " + kind, Division: div, Address: "一号路1号"})
	check(t, err)
	return id
}

// Hire enters a member of staff who has no login and returns them at their desk.
func (w *World) Hire(t TB, name string, office civic.OfficeID, posts ...staff.Post) civic.Actor {
	t.Helper()
	id := civic.StaffID(db.NewID())
	check(t, w.Journal.Write(context.Background(), System(), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff})
		if err != nil {
			return err
		}
		if err := tx.InsertRows("staff", []string{"id", "name", "office", "state", "created_at"}, [][]any{{id, name, office, "active", tx.Now}}); err != nil {
			return err
		}
		for _, p := range posts {
			if err := tx.InsertRows("staff_role", []string{"staff", "role", "division"}, [][]any{{id, p.Role, p.Division}}); err != nil {
				return err
			}
		}
		return tx.Record(auth, journal.Event{Act: staff.ActHired, About: []journal.About{{ID: string(id), Kind: "staff", Role: "object"}}})
	}))
	return AsStaff(id)
}

// NewPerson makes a registration with an ID, a senior card and a mobile number
// that nobody else in the world has.
func (w *World) NewPerson(street civic.Division, name string) people.Registration {
	w.people++
	return people.Registration{
		Name: name, Division: street,
		Credentials: []people.Card{
			{Kind: people.KindResidentID, Number: ResidentID(string(street[:4])+"99", fmt.Sprintf("1945%02d%02d", w.people/500%12+1, w.people/40%28+1), w.people%900+1)},
			{Kind: people.KindSeniorCard, Number: fmt.Sprintf("SN%010d", w.people)},
		},
		Phones: []people.Phone{{Number: fmt.Sprintf("126%08d", w.people), Whose: "own"}},
	}
}

// Register registers a person, whoever else is like them.
func (w *World) Register(t TB, in people.Registration) civic.PersonID {
	t.Helper()
	in.Distinct = true
	id, err := w.People.Register(context.Background(), System(), in)
	check(t, err)
	return id
}

// Person registers a new person who lives in the street.
func (w *World) Person(t TB, street civic.Division) civic.PersonID {
	t.Helper()
	return w.Register(t, w.NewPerson(street, "张玉珍"))
}

// Give lets agent act for person in the services from now on, without an end.
func (w *World) Give(t TB, person, agent civic.PersonID, services string) string {
	t.Helper()
	id, err := w.Grant.Give(context.Background(), System(), grant.Grant{Person: person, Agent: agent, Relation: "女儿", Services: services,
		Starts: w.Clock.Now(), GivenHow: "apptest"})
	check(t, err)
	return id
}

// Number is the whole number of a good card of a person, the first there is.
func (w *World) Number(t TB, person civic.PersonID) string {
	t.Helper()
	var cards []people.FullCard
	w.Look(t, System(), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Look: true})
		if err != nil {
			return err
		}
		cards, _, err = w.People.Numbers(v, auth, person)
		return err
	})
	for _, c := range cards {
		if c.State == people.Active && c.Kind != string(people.KindPrintedCard) {
			return c.Number
		}
	}
	t.Fatalf("%s has no card to show", person)
	return ""
}

// Show lets a member of staff type the whole number of the person's card.
func (w *World) Show(t TB, clerk civic.Actor, person civic.PersonID) {
	t.Helper()
	_, err := w.People.Find(context.Background(), clerk, w.Number(t, person))
	check(t, err)
}

// Open opens a person at the clerk's desk, by the number of their card.
func (w *World) Open(t TB, clerk civic.Actor, person civic.PersonID) {
	t.Helper()
	w.Show(t, clerk, person)
	check(t, w.Grant.Open(context.Background(), clerk, person, true, "本人来窗口", ""))
}

// OpenFor opens a person at the clerk's desk by the role, for an agent who came with a card
// of their own.
func (w *World) OpenFor(t TB, clerk civic.Actor, person, agent civic.PersonID) {
	t.Helper()
	w.Show(t, clerk, agent)
	check(t, w.Grant.Open(context.Background(), clerk, person, false, "家里人来窗口", agent))
}

// OpenWeak opens a person at the clerk's desk by a card that was printed here, which is no
// proof: anybody at a window could have had one made.
func (w *World) OpenWeak(t TB, clerk civic.Actor, person civic.PersonID) {
	t.Helper()
	ctx := context.Background()
	printed, err := w.People.IssuePrinted(ctx, System(), person)
	check(t, err)
	_, err = w.People.Find(ctx, clerk, printed.Number)
	check(t, err)
	check(t, w.Grant.Open(ctx, clerk, person, true, "本人来窗口", ""))
}

// ResidentID makes an 18-digit number of an area, a birth date (YYYYMMDD) and a
// sequence, with its check character.
func ResidentID(area, birth string, seq int) string {
	body := fmt.Sprintf("%s%s%03d", area, birth, seq)
	sum, weight := 0, 1
	for i := len(body) - 1; i >= 0; i-- { // ISO 7064 MOD 11-2: powers of two from the right
		weight = weight * 2 % 11
		sum += weight * int(body[i]-'0')
	}
	return body + "0123456789X"[(12-sum%11)%11:][:1]
}

// Services publishes services of the given names that nobody asks for, so that
// grants may be about them.
func (w *World) Services(t TB, names ...string) {
	defs, err := catalog.Embedded()
	check(t, err)
	for _, n := range names {
		d := *defs[0]
		d.Service, d.Divisions = n, []civic.Division{"99"}
		check(t, w.Catalog.Publish(context.Background(), System(), &d))
	}
}

// CardIDs lists the cards of a person that are in use.
func (w *World) CardIDs(t TB, person civic.PersonID) []string {
	t.Helper()
	p, err := w.People.Show(context.Background(), AsPerson(person), person)
	check(t, err)
	var out []string
	for _, c := range p.Credentials {
		if c.State == people.Active {
			out = append(out, c.ID)
		}
	}
	return out
}
