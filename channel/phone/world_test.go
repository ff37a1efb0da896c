package phone_test

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"yinqiao/app/apptest"
	"yinqiao/channel/phone"
	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/speech"
)

// murmur is a voice that says every text by a noise of its own, short enough that a test
// hears many.
type murmur struct{}

func (murmur) ID(u speech.Utterance) string { return "murmur " + u.Text }

func (murmur) Say(_ context.Context, u speech.Utterance, s speech.Style) (speech.PCM, error) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(u.Text))
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(s.Rate*10)))
	p := speech.PCM{Rate: 8000, Samples: make([]int16, 480)}
	for i := range p.Samples {
		p.Samples[i] = int16(r.IntN(20000) - 10000)
	}
	return p, nil
}

// world is the application with a clinic and a stage in Taiyuan.
type world struct {
	*apptest.World
	t     *testing.T
	say   *speech.Service
	voice *phone.Voice
	house civic.OfficeID // of culture
}

// aloud tells a test that fails what was said.
type aloud struct{ w *world }

func (a aloud) Say(ctx context.Context, req speech.Request) (speech.Clip, error) {
	a.w.t.Log(req.Text)
	return a.w.say.Say(ctx, req)
}

func newWorld(t *testing.T, d *db.DB, voices ...speech.Voice) *world {
	t.Helper()
	w := &world{World: apptest.New(t, d), t: t}
	if voices == nil {
		voices = []speech.Voice{murmur{}}
	}
	var err error
	w.say, err = speech.New(speech.Config{Clock: w.Clock.Now, Voices: voices})
	w.ok(err)
	w.voice = &phone.Voice{Speech: aloud{w}, People: w.People, Catalog: w.Catalog, Requests: w.Requests, Casework: w.Casework, Booking: w.Booking, Now: w.Clock.Now, Division: "140105"}
	w.house = w.Office(t, "culture_house", "140105")
	w.stage(w.house, booking.Resource{Kind: "class", Name: "晋剧《打金枝》", Plan: "class"}, 3)
	w.stage(w.Taiyuan.Hospital, booking.Resource{Kind: "clinic", Department: "内科", Name: "马大夫", About: "主任医师", Plan: "clinic", Individual: true}, 2)
	return w
}

// stage makes something that can be booked every morning of the coming days.
func (w *world) stage(office civic.OfficeID, r booking.Resource, places int) {
	w.t.Helper()
	ctx, sys := w.t.Context(), civic.System("test")
	day := func(n int) string { return w.Clock.Now().In(civic.Shanghai).AddDate(0, 0, n).Format(time.DateOnly) }
	r.Office, r.Ahead = office, 14
	id, err := w.Booking.Add(ctx, sys, r, nil)
	w.ok(err)
	var week []booking.Template
	for d := range time.Weekday(7) {
		week = append(week, booking.Template{Weekday: d, From: 14 * 60, To: 16 * 60, Places: places, Holidays: true})
	}
	w.ok(w.Booking.SetWeek(ctx, sys, office, id, day(0), week))
	_, err = w.Booking.Publish(ctx, sys, office, day(2), nil)
	w.ok(err)
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ends receives how far each call came.
type ends chan phone.End

// open opens a line on which callers are led.
func (w *world) open() (netip.AddrPort, ends) {
	w.t.Helper()
	got := make(ends, 10)
	l, err := line.Open(line.Config{Addr: "127.0.0.1:0", Clock: w.Clock.Now, Trunk: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		func(ctx context.Context, c *line.Call) {
			if err := c.Answer(); err != nil {
				return
			}
			end, err := w.voice.Lead(ctx, c, phone.From{Number: c.From}, phone.NoNotes{})
			if err != nil {
				w.t.Log(err)
			}
			got <- end
		})
	w.ok(err)
	w.t.Cleanup(func() { w.ok(l.Close()) })
	return l.Addr(), got
}

// ear is a call with what its caller expects to hear.
type ear struct {
	*phonetest.Call
	w *world
}

func (w *world) dial(at netip.AddrPort, number string) *ear {
	w.t.Helper()
	c, err := phonetest.New(w.t, number).Dial(at, "95128", phonetest.Offer{})
	w.ok(err)
	return &ear{c, w}
}

// hears waits until the sentences of a text were heard.
func (e *ear) hears(text string, style speech.Style) {
	e.w.t.Helper()
	sounds, err := phone.Sounds(e.w.t.Context(), e.w.say, text, style)
	e.w.ok(err)
	for _, s := range sounds {
		e.Hears(s, 20*time.Second)
	}
}

// answers hears a text and presses a key.
func (e *ear) answers(text string, key byte) {
	e.w.t.Helper()
	e.hears(text, speech.Style{})
	e.Forget()
	e.Press(key)
}

// number is the number of the newest request of a person.
func (w *world) request(person civic.PersonID) (id civic.RequestID, number civic.Number, service string) {
	w.t.Helper()
	var row struct {
		ID      civic.RequestID
		Number  civic.Number
		Service string
	}
	w.Look(w.t, apptest.System(), func(v *journal.View) error {
		return v.Get(&row, `SELECT id, number, service FROM request WHERE person = $1 ORDER BY id DESC LIMIT 1`, person)
	})
	return row.ID, row.Number, row.Service
}

// texts takes the texts that are sent.
type texts chan notify.Parcel

func (x texts) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	x <- p
	return notify.Sent{Gateway: "test", Ref: p.ID, Delivered: true}, nil
}

// writtenToo checks that what was said at the end of a call is sent as a text as well, as from every other channel.
func (w *world) writtenToo(number civic.Number) {
	w.t.Helper()
	sent := make(texts, 10)
	w.Notify.Carry(notify.CarrierSMS, sent)
	w.Tell(w.t)
	close(sent)
	n := 0
	for p := range sent {
		if p.To == w.Taiyuan.ElderPhone && strings.Contains(p.Text, number.Grouped()) {
			n++
		} else {
			w.t.Logf("%+v", p)
		}
	}
	if n != 1 {
		w.t.Errorf("%d texts say what was said", n)
	}
}

// neighbours are two people who share one phone.
func (w *world) neighbours() (number string, all []civic.PersonID) {
	w.t.Helper()
	for _, name := range []string{"孙福海", "周凤英"} {
		in := w.NewPerson(w.Taiyuan.Street, name)
		in.Phones = []people.Phone{{Number: "12698765432", Whose: "own"}}
		in.Address = "银槐街3号"
		all = append(all, w.Register(w.t, in))
	}
	return "12698765432", all
}
