package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/app"
	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/db/dbtest"
	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
)

// How hard servers that book are worked before one is killed.
const (
	bookers    = 6
	bookSteps  = 25 // of each, in a round
	bookRounds = 3
	settleFor  = 3 * time.Minute // the two come to agree within
)

// Servers book, change and cancel places that a hospital has to confirm, several at once
// where the database is for several; they are killed, and the hospital fails, refuses and
// says nothing. Nothing is oversold, and in the end it has what we have and nothing else.
func TestNothingIsOversoldOrOwnedTwiceWhenServersAreKilledAndTheHospitalFails(t *testing.T) {
	if !dbtest.Slow() {
		t.Skip("several minutes: YINQIAO_SLOW=1")
	}
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		k := newKilledBookings(t, in)
		for round := range bookRounds {
			k.work(t)
			k.balanced(t)
			t.Logf("round %d: %d calls took effect, %d servers were killed, the hospital was called %d times", round, k.done.Load(), k.kills, k.sim.Calls())
		}
		k.calm.Store(true)
		k.agree(t)
		for _, s := range k.servers {
			s.stop(t)
		}
		if out, errOut, code := in.run(t, "journal", "verify"); code != 0 || !strings.Contains(out, " 0 problems") {
			t.Errorf("journal verify: exit %d\n%s%s", code, out, errOut)
		}
	})
}

// killedBookings is an installation whose servers book places of a hospital.
type killedBookings struct {
	in             install
	args           []string
	sim            *sim.Hospital
	calm           atomic.Bool
	servers        []*process
	mu             sync.RWMutex // of the servers
	clerk, hosp    string       // tokens
	people, times  []string
	office         string
	done, answered atomic.Int64
	kills          int
}

func newKilledBookings(t *testing.T, in install) *killedBookings {
	t.Helper()
	k := &killedBookings{in: in, sim: &sim.Hospital{Key: "yq", Secret: "right", Most: 9}}
	k.sim.Mood = func(bool, string) sim.Mood {
		if k.calm.Load() {
			return sim.Agree
		}
		return []sim.Mood{sim.Agree, sim.Agree, sim.Agree, sim.Refuse, sim.Fail, sim.Mute}[rand.IntN(6)]
	}
	srv := httptest.NewServer(k.sim)
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	for name, text := range map[string]string{"h.secret": "right", "h.yaml": "hospitals:\n  - {name: h, url: \"" + srv.URL + "\", key: yq, secret_file: h.secret}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k.args = []string{"--demo", "--hospitals", filepath.Join(dir, "h.yaml")}
	first := in.serve(t, k.args...)
	clerk := signIn(t, first.base, "tyclerk", app.DemoPassword, "")
	k.clerk, k.hosp = clerk.token, signIn(t, first.base, "tyhospital", app.DemoPassword, "").token
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if len(k.people) < 10 && p.SeniorCard != "" && civic.Division("1401").Covers(p.Street) {
			var found struct{ Matches []struct{ Person string } }
			clerk.call("POST", "/people/search", object{"text": p.SeniorCard}).into(t, http.StatusOK, &found)
			k.people = append(k.people, found.Matches[0].Person)
			clerk.call("POST", "/people/"+found.Matches[0].Person+"/open", object{"reason": "本人来窗口挂号"}).into(t, http.StatusOK, &object{})
		}
	}
	k.choose(t)
	k.servers = []*process{first}
	if in.url != "" {
		k.servers = append(k.servers, in.serve(t, k.args...))
	}
	return k
}

// choose gives the hospital's places to its own register, and takes a few times of them.
func (k *killedBookings) choose(t *testing.T) {
	t.Helper()
	d := k.in.writable(t)
	defer d.Close()
	if err := d.QueryRow(`SELECT o.id FROM office o WHERE o.kind = 'hospital' AND o.division LIKE '14%'`).Scan(&k.office); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(`INSERT INTO booking_owner (office, resource, way, system, code) VALUES ($1, '', 'confirmed', 'h', '')`, k.office); err != nil {
		t.Fatal(err)
	}
	rows, err := d.Query(`SELECT id FROM booking_session WHERE office = $1 AND kind = 'clinic' AND day > $2 ORDER BY starts_at, id LIMIT 6`, k.office, time.Now().In(civic.Shanghai).Format(time.DateOnly))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		k.times = append(k.times, id)
	}
	if len(k.times) != 6 {
		t.Fatalf("%d times", len(k.times))
	}
}

// work books, changes and cancels from many sides, and kills a server meanwhile.
func (k *killedBookings) work(t *testing.T) {
	t.Helper()
	var wg sync.WaitGroup
	for range bookers {
		wg.Go(func() {
			var mine []string
			for range bookSteps {
				person, at := k.people[rand.IntN(len(k.people))], k.times[rand.IntN(len(k.times))]
				var r reply
				switch n := rand.IntN(10); {
				case n < 6 || len(mine) == 0:
					if r = k.call("POST", "/bookings", object{"service": "hospital-register", "person": person, "time": at}); r.status == http.StatusCreated {
						mine = append(mine, r.text("booking"))
					}
				case n < 8:
					r = k.call("POST", "/bookings/"+mine[rand.IntN(len(mine))]+"/cancel", nil)
				default:
					r = k.call("POST", "/bookings/"+mine[rand.IntN(len(mine))]+"/change", object{"time": at})
				}
				if r.status == http.StatusCreated || r.status == http.StatusNoContent {
					k.done.Add(1)
				}
				k.answered.Add(1)
			}
		})
	}
	at, all := k.answered.Load()+int64(bookers*bookSteps/3), k.answered.Load()+int64(bookers*bookSteps)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for k.answered.Load() < min(at, all) {
		<-tick.C
	}
	k.replace(t, rand.IntN(len(k.servers)))
	wg.Wait()
}

// replace kills a server and starts another.
func (k *killedBookings) replace(t *testing.T, i int) {
	t.Helper()
	k.servers[i].kill()
	_ = k.servers[i].ended(t)
	k.kills++
	next := k.in.serve(t, k.args...)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.servers[i] = next
}

func (k *killedBookings) call(method, path string, body any) reply {
	k.mu.RLock()
	base := k.servers[rand.IntN(len(k.servers))].base
	k.mu.RUnlock()
	return client{base, k.clerk}.call(method, path, body)
}

// balanced holds the rows to each other: what is counted is what there is.
func (k *killedBookings) balanced(t *testing.T) {
	t.Helper()
	d := k.in.readOnly(t)
	defer d.Close()
	var wrong int
	if err := d.QueryRow(`SELECT COUNT(*) FROM booking_pool p WHERE p.office = $1 AND (p.used + p.held > p.quota
		OR p.used <> (SELECT COUNT(*) FROM booking b WHERE b.office = p.office AND b.session = p.session AND b.pool = p.pool AND b.state IN ('booked', 'arrived', 'missed'))
		OR p.held <> (SELECT COUNT(*) FROM booking_hold h WHERE h.office = p.office AND h.session = p.session AND h.pool = p.pool))`, k.office).Scan(&wrong); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d pools do not add up", wrong)
	}
}

// agree lets the hospital come to itself and a clerk ask it again, until nothing is open;
// then it must have what we have, each once, and nothing else.
func (k *killedBookings) agree(t *testing.T) {
	t.Helper()
	desk := client{k.servers[0].base, k.hosp}
	for deadline := time.Now().Add(settleFor); ; {
		var board struct{ Asks []struct{ Ask string } }
		desk.call("GET", "/hospital/asks", nil).into(t, http.StatusOK, &board)
		if len(board.Asks) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d are still open", len(board.Asks))
		}
		for _, a := range board.Asks {
			desk.call("POST", "/hospital/asks/"+a.Ask+"/again", nil)
		}
		time.Sleep(300 * time.Millisecond) // the queue works meanwhile: there is no event to wait for
	}
	d := k.in.readOnly(t)
	defer d.Close()
	rows, err := d.Query(`SELECT b.id, a.id FROM booking b JOIN booking_ask a ON a.office = b.office AND a.request = b.id AND a.session = b.session AND a.want = 'held' AND a.has = 'held'
		WHERE b.office = $1 AND b.state = 'booked' AND b.theirs = 'confirmed'`, k.office)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	ours := map[string]bool{}
	for rows.Next() {
		var id, key string
		if err := rows.Scan(&id, &key); err != nil {
			t.Fatal(err)
		}
		ours[key] = true
	}
	theirs := k.sim.Keys(external.Confirmed)
	if len(theirs) != len(ours) {
		t.Errorf("the hospital has %d, we have %d", len(theirs), len(ours))
	}
	for _, key := range theirs {
		if !ours[key] {
			t.Errorf("the hospital has %s, which is nobody's here", key)
		}
	}
	var open int
	if err := d.QueryRow(`SELECT COUNT(*) FROM booking WHERE office = $1 AND state = 'booked' AND theirs IN ('asked', 'late')`, k.office).Scan(&open); err != nil || open != 0 {
		t.Errorf("%d still wait, %v", open, err)
	}
	k.balanced(t)
	t.Logf("both have %s", fmt.Sprint(len(ours)))
}
