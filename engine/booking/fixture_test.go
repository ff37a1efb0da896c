package booking_test

import (
	"context"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/request"
	"yinqiao/staff"
)

var ctx = context.Background()

// wantKind fails unless err is of the kind, and of the code if one is given.
func wantKind(t testing.TB, err error, kind civic.Kind, code string) {
	t.Helper()
	if e := civic.As(err); err == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clinic is a hospital in which one doctor sees so many on each working day.
type clinic struct {
	*apptest.World
	t      testing.TB
	d      *apptest.District
	keeper civic.Actor
	both   civic.Actor // see keeper2
	doctor string
}

// tomorrow and after are days on which the doctor works; the clock stands on a Monday.
const (
	today    = "2026-11-23"
	tomorrow = "2026-11-24"
	after    = "2026-11-25"
)

// plan of the tests: two places for the window on the day itself until an hour
// before, two for those of 60 and over until the evening before, the rest for anybody.
func tenPlan() *booking.Plan {
	return &booking.Plan{Name: "ten", Words: "试验", Source: "测试", Pools: []booking.Pool{
		{Code: "window", Words: "现场", Kept: true, Places: 2, Who: booking.Who{Channels: []civic.Channel{civic.ChannelDesk}, SameDay: true},
			Release: &booking.Release{Before: 60, To: []string{"open"}, Why: "一小时前放"}},
		{Code: "elder", Words: "老年", Kept: true, Places: 2, Who: booking.Who{FromAge: 60}, Release: &booking.Release{Before: 720, To: []string{"open"}, Why: "十二小时前放"},
			Borrow: []booking.Loan{{From: "window", Keep: 1, Why: "老年号没了，借一个现场号"}}},
		{Code: "open", Words: "公开", Rest: true, Who: booking.Who{ToAge: 200}},
	}}
}

func newClinic(t testing.TB, d *db.DB, places int, plan *booking.Plan) *clinic {
	t.Helper()
	c := &clinic{World: apptest.New(t, d), t: t}
	c.d = c.Taiyuan
	c.keeper = c.Hire(t, "院长", c.d.Hospital, staff.Post{Role: staff.HospitalManager, Division: c.d.Division})
	c.doctor = c.add("内科", "李医生", plan)
	c.week(c.doctor, places)
	c.publish("2026-12-04")
	return c
}

func (c *clinic) add(department, name string, plan *booking.Plan) string {
	c.t.Helper()
	id, err := c.Booking.Add(ctx, c.keeper, booking.Resource{Office: c.d.Hospital, Kind: "clinic", Department: department, Name: name, About: "主任医师", Plan: "clinic", Ahead: 14}, plan)
	must(c.t, err)
	return id
}

func (c *clinic) week(resource string, places int) {
	c.t.Helper()
	var week []booking.Template
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, booking.Template{Weekday: d, From: 14 * 60, To: 17 * 60, Places: places})
	}
	must(c.t, c.Booking.SetWeek(ctx, c.keeper, c.d.Hospital, resource, today, week))
}

func (c *clinic) publish(until string) booking.Published {
	c.t.Helper()
	p, err := c.Booking.Publish(ctx, c.keeper, c.d.Hospital, until, nil)
	must(c.t, err)
	return p
}

// on is the session of a resource on a day.
func (c *clinic) on(day, resource string) string {
	c.t.Helper()
	all, err := c.Booking.Free(ctx, c.d.Hospital, "clinic", day, day)
	must(c.t, err)
	for _, f := range all {
		if f.Session.Resource == resource {
			return f.ID
		}
	}
	c.t.Fatalf("no session of %s on %s", resource, day)
	return ""
}

// choose walks a registration up to the choice of the session, which is held.
func (c *clinic) choose(actor civic.Actor, p civic.PersonID, day, session string) (*request.View, error) {
	c.t.Helper()
	v, err := c.Requests.Start(ctx, actor, "hospital-register", p, "")
	must(c.t, err)
	for _, a := range [][2]string{{"hospital", string(c.d.Hospital)}, {"department", "d:内科"}, {"doctor", c.doctor}, {"day", day}} {
		if v, err = c.Requests.Answer(ctx, actor, v.ID, v.Rev, map[string][]string{a[0]: {a[1]}}); err != nil {
			return v, err
		}
	}
	return c.Requests.Answer(ctx, actor, v.ID, v.Rev, map[string][]string{"time": {session}})
}

// register is choose and submit.
func (c *clinic) register(actor civic.Actor, p civic.PersonID, day, session string) (request.Receipt, error) {
	c.t.Helper()
	v, err := c.choose(actor, p, day, session)
	if err != nil {
		return request.Receipt{}, err
	}
	return c.Requests.Submit(ctx, actor, v.ID, v.Rev)
}

func (c *clinic) person() civic.PersonID { return c.Person(c.t, c.d.Street) }

// young is somebody of 30.
func (c *clinic) young() civic.PersonID {
	in := c.NewPerson(c.d.Street, "青年")
	in.Credentials = in.Credentials[1:]
	in.Birth = "1996-01-01"
	return c.Register(c.t, in)
}

// pool returns what is booked and held of a pool.
func (c *clinic) pool(session, pool string) (used, held int) {
	c.t.Helper()
	return c.Count(c.t, `SELECT used FROM booking_pool WHERE session = $1 AND pool = $2`, session, pool),
		c.Count(c.t, `SELECT held FROM booking_pool WHERE session = $1 AND pool = $2`, session, pool)
}

func each(t *testing.T, places int, fn func(t *testing.T, c *clinic)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newClinic(t, d, places, tenPlan())) })
}

func as(p civic.PersonID) civic.Actor { return apptest.AsPerson(p) }

func posts(div civic.Division) []staff.Post {
	return []staff.Post{{Role: staff.HospitalManager, Division: div}, {Role: staff.Clerk, Division: div}}
}
