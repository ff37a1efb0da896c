package phone_test

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"yinqiao/channel/phone"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/speech"
)

// server lets a test take a database of PostgreSQL away and give it back.
type server struct {
	t     *testing.T
	name  string
	admin *sql.DB
}

func newServer(t *testing.T, c db.Config) *server {
	t.Helper()
	u, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return &server{t, strings.TrimPrefix(u.Path, "/"), admin}
}

func (s *server) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.admin.Exec(query, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) away() {
	s.t.Helper()
	s.exec(`ALTER DATABASE ` + s.name + ` WITH ALLOW_CONNECTIONS false`)
	s.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, s.name)
}

func (s *server) back() {
	s.t.Helper()
	s.exec(`ALTER DATABASE ` + s.name + ` WITH ALLOW_CONNECTIONS true`)
}

// The database goes while a caller answers, and comes back: they are asked to wait, what they had answered is
// there, and what they are told is done is done.
func TestACallOutlivesTheDatabaseAndNothingThatWasSaidIsLost(t *testing.T) {
	t.Parallel()
	config := dbtest.Fresh(t, db.Postgres)
	d, err := db.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h, pg := newHotline(t, d), newServer(t, config)
	c := h.dial(h.at, h.Taiyuan.ElderPhone)
	c.answers("医院挂号，请按1。代寄检查报告，请按2。看戏和上课，请按3。", '3')
	c.answers("在哪个文化馆？", '1')
	c.hears("参加哪一个？", speech.Style{})
	pg.away()
	c.Forget()
	c.Press('1')
	c.hears("请稍等。", speech.Style{})
	outage := time.Second
	if dbtest.Slow() {
		outage = 5 * time.Second
	}
	<-time.After(outage) // nothing is waited for: this is the outage itself
	pg.back()
	c.answers("哪一次？", '1')
	c.hears("您要办的是看戏和上课。地方，140105 culture_house。活动，晋剧《打金枝》。", speech.Style{})
	pg.away()
	c.Forget()
	c.Press('1')
	c.hears("请稍等。", speech.Style{})
	pg.back()
	c.hears("已经办好了。", speech.Slow)
	id, number, _ := h.request(h.Taiyuan.Elder)
	c.hears(phone.Spoken(number), speech.Slow)
	c.Ended(10 * time.Second)
	if n := h.Acts(t, booking.ActBooked, string(id)) + h.Acts(t, booking.ActBookedKept, string(id)); n != 1 {
		t.Errorf("%d bookings", n)
	}
	h.Calls.Kept()
	if n := h.Count(t, `SELECT COUNT(*) FROM call WHERE request = $1 AND state = 'ended' AND how = 'led'`, id); n != 1 {
		t.Error("the call is not kept")
	}
}

// Whoever hangs up while the database is away is called back all the same.
func TestAPromiseMadeWhileTheDatabaseIsAwayIsKeptForLater(t *testing.T) {
	t.Parallel()
	config := dbtest.Fresh(t, db.Postgres)
	d, err := db.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h, pg := newHotline(t, d), newServer(t, config)
	c := h.dial(h.at, "03511234567")
	c.answers("您好，这里是老年人服务热线。", '0')
	c.hears("请稍等，正在给您接工作人员。", speech.Style{})
	pg.away()
	c.Hangup()
	<-time.After(time.Second) // the outage itself
	pg.back()
	h.Calls.Kept()
	h.waitFor(func() bool {
		list, err := h.Calls.Calls(t.Context(), h.operator)
		return err == nil && len(list) == 0
	})
	h.Calls.Kept()
	list, err := h.Calls.CallBacks(t.Context(), h.operator)
	h.ok(err)
	if len(list) != 1 || h.Acts(t, calls.ActPromised, list[0].ID) != 1 {
		t.Errorf("%+v", list)
	}
}
