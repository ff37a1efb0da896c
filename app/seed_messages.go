package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yinqiao/app/demo"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/notify"
	"yinqiao/rights"
)

// seedClock is the clock of yesterday, by which a demonstration's people were told what its
// pages show.
type seedClock struct{ at time.Time }

func (c *seedClock) now() time.Time { return c.at }

// yesterday is the App as it was yesterday at half past eight in Shanghai. Its acts wake nothing
// until its flows are set, and its queue is never started: what is to be done, it does itself.
func (a *App) yesterday() (*App, *seedClock, error) {
	y, m, d := a.Journal.Now().In(civic.Shanghai).AddDate(0, 0, -1).Date()
	clock := &seedClock{time.Date(y, m, d, 8, 30, 0, 0, civic.Shanghai)}
	q, err := jobs.New(a.DB, a.Log)
	if err != nil {
		return nil, nil, err
	}
	c := a.Config
	c.Clock, c.Phone = clock.now, "" // yesterday's people are called by hand: no line is open
	past, err := rooms(c, a.DB, a.Vault, q, a.Log)
	return past, clock, err
}

// neighbour is a person of the demonstration with what their registration gave.
type neighbour struct {
	demo.Person
	ID civic.PersonID
}

// town is who can be told something, by how they can be reached.
type town struct {
	all    []neighbour
	agents map[int][]neighbour // of the person at the index
}

func newTown(ps []demo.Person, ids []civic.PersonID) town {
	t := town{agents: map[int][]neighbour{}}
	for i, p := range ps {
		t.all = append(t.all, neighbour{p, ids[i]})
		if p.AgentOf >= 0 {
			t.agents[p.AgentOf] = append(t.agents[p.AgentOf], t.all[i])
		}
	}
	return t
}

// take finds and removes the first older person of a place for whom nobody acts, with a phone of
// their own or none at all.
func (t *town) take(in civic.Division, own bool) neighbour {
	n, _ := t.first(in, func(n neighbour, helpers []neighbour) bool {
		return len(helpers) == 0 && own == (n.MobileOwner == demo.OwnPhone) && (own || n.Mobile == "")
	})
	return n
}

// first finds and removes the first older person of a place who fits, and says who acts for them.
func (t *town) first(in civic.Division, fits func(neighbour, []neighbour) bool) (neighbour, []neighbour) {
	for i, n := range t.all {
		if n.ID != "" && n.Older() && in.Covers(n.Street) && fits(n, t.agents[i]) {
			t.all[i].ID = ""
			return n, t.agents[i]
		}
	}
	return neighbour{}, nil
}

// errNobodyFits says that a demonstration has nobody whom a scene is about.
var errNobodyFits = errors.New("demo: nobody in the town fits")

// scenes are the acts of one morning in a district, done by the verbs of the rooms.
type scenes struct {
	*App
	ctx                             context.Context
	town                            *town
	in                              civic.Division
	clerk, hospital, operator, grid civic.Actor
	office                          civic.OfficeID // of the hospital
}

// seedMessages lets two districts have a day behind them: matters handed in and answered, a
// grant taken by phone, consents, a new phone; and lets everybody be told of them as far as a day goes.
func (a *App) seedMessages(ctx context.Context, clock *seedClock, ps []demo.Person, ids []civic.PersonID, members map[string]civic.StaffID) error {
	t := newTown(ps, ids)
	began := clock.at
	for _, d := range []struct {
		prefix string
		in     civic.Division
	}{{"ty", "140105"}, {"hz", "330106"}} {
		as := func(login string) civic.Actor {
			return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(members[d.prefix+login])}, Channel: civic.ChannelDesk}
		}
		s := scenes{App: a, ctx: ctx, town: &t, in: d.in, clerk: as("clerk"), hospital: as("hospital"), operator: as("call"), grid: as("grid")}
		h, err := a.Staff.Find(ctx, s.hospital.Staff())
		if err != nil {
			return err
		}
		s.office = h.Office
		if err := s.play(); err != nil {
			return fmt.Errorf("%s: %w", d.in, err)
		}
	}
	heeded := ""
	tell := func() (err error) {
		heeded, err = a.tellNow(ctx, began, heeded)
		return err
	}
	if err := tell(); err != nil {
		return err
	}
	// The day goes on: what nobody heard by phone or text climbs, and a grid worker has been at a door.
	for _, later := range []time.Duration{3 * time.Hour, 3 * time.Hour} {
		clock.at = clock.at.Add(later)
		if err := tell(); err != nil {
			return err
		}
	}
	for _, prefix := range []string{"ty", "hz"} {
		if err := a.visitOne(ctx, members[prefix+"grid"]); err != nil {
			return err
		}
	}
	return tell()
}

func (s *scenes) play() error {
	for _, scene := range []func() error{s.daughterAndHospital, s.manWithoutPhone, s.manWithoutPhone, s.grantByPhone, s.consentAtDesk, s.askRefused} {
		if err := scene(); err != nil && !errors.Is(err, errNobodyFits) {
			return err
		}
	}
	return nil
}

func ofPerson(p civic.PersonID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(p)}, Channel: civic.ChannelElder}
}

// report hands in that a report be posted, by whoever is at the controls.
func (s *scenes) report(by civic.Actor, of neighbour) (civic.RequestID, error) {
	v, err := s.Requests.Start(s.ctx, by, "report-post", of.ID, "")
	if err != nil {
		return "", err
	}
	v, err = s.Requests.Answer(s.ctx, by, v.ID, v.Rev, map[string][]string{"hospital": {string(s.office)}, "report": {"lab"}, "to": {of.Address}, "phone": {"12600000000"}, "note": {""}})
	if err != nil {
		return "", err
	}
	rc, err := s.Requests.Submit(s.ctx, by, v.ID, 0)
	return rc.Request, err
}

func (s *scenes) answered(id civic.RequestID) error {
	if err := s.Casework.Take(s.ctx, s.hospital, id); err != nil {
		return err
	}
	return s.Casework.Resolve(s.ctx, s.hospital, id, "报告寄出了，三天内送到家里。")
}

// daughterAndHospital: a relative hands something in for the elder whom a visitor can be first, and the
// hospital answers.
func (s *scenes) daughterAndHospital() error {
	elder, kin := s.town.first(s.in, func(_ neighbour, helpers []neighbour) bool { return len(helpers) > 0 })
	if elder.ID == "" || s.office == "" {
		return errNobodyFits
	}
	by := ofPerson(elder.ID)
	for _, k := range kin {
		if k.Relation != "neighbour" {
			by = ofPerson(k.ID)
		}
	}
	id, err := s.report(by, elder)
	if err != nil {
		return err
	}
	return s.answered(id)
}

// manWithoutPhone: somebody whom no phone reaches has an answer.
func (s *scenes) manWithoutPhone() error {
	elder := s.town.take(s.in, false)
	if elder.ID == "" || s.office == "" {
		return errNobodyFits
	}
	id, err := s.report(ofPerson(elder.ID), elder)
	if err != nil {
		return err
	}
	return s.answered(id)
}

func (s *scenes) open(clerk civic.Actor, elder neighbour, why string) error {
	if _, err := s.People.Find(s.ctx, clerk, elder.ResidentID); err != nil {
		return err
	}
	return s.Grant.Open(s.ctx, clerk, elder.ID, true, why, "")
}

// grantByPhone: an elder lets a neighbour act for them, by telephone; another colleague has to ask them.
func (s *scenes) grantByPhone() error {
	elder := s.town.take(s.in, true)
	friend := s.town.take(s.in, true)
	if elder.ID == "" || friend.ID == "" {
		return errNobodyFits
	}
	if err := s.open(s.clerk, elder, "老人打电话来，委托邻居取报告"); err != nil {
		return err
	}
	end := s.Journal.Now().AddDate(0, 6, 0)
	_, err := s.Grant.Give(s.ctx, s.clerk, grant.Grant{Person: elder.ID, Agent: friend.ID, Relation: "邻居", Services: "report-post", Starts: s.Journal.Now(), Ends: &end,
		GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "1"}})
	return err
}

// consentAtDesk: two elders agree to something at the window, one has a phone and one a letter box.
func (s *scenes) consentAtDesk() error {
	for _, own := range []bool{true, false} {
		elder := s.town.take(s.in, own)
		if elder.ID == "" {
			return errNobodyFits
		}
		if err := s.open(s.clerk, elder, "本人来窗口"); err != nil {
			return err
		}
		if _, err := s.Rights.Give(s.ctx, s.clerk, elder.ID, rights.Giving{Purpose: "notices", Version: 1, How: rights.FaceToFace, By: rights.Self}); err != nil {
			return err
		}
	}
	return nil
}

// askRefused: an elder says on their own page that what somebody entered is not their wish.
func (s *scenes) askRefused() error {
	elder := s.town.take(s.in, true)
	other := s.town.take(s.in, true)
	if elder.ID == "" || other.ID == "" {
		return errNobodyFits
	}
	if err := s.open(s.clerk, elder, "邻居说老人托他办事"); err != nil {
		return err
	}
	end := s.Journal.Now().AddDate(0, 3, 0)
	id, err := s.Grant.Give(s.ctx, s.clerk, grant.Grant{Person: elder.ID, Agent: other.ID, Relation: "朋友", Services: "report-post", Starts: s.Journal.Now(), Ends: &end,
		GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "1"}})
	if err != nil {
		return err
	}
	return s.Grant.Answer(s.ctx, ofPerson(elder.ID), elder.ID, id, grant.Refused)
}

// tellNow does what the acts since a moment have made people be told, as far as it is due: what
// the queue does by itself. Entries up to heeded are done; it returns the last that is now.
func (a *App) tellNow(ctx context.Context, since time.Time, heeded string) (string, error) {
	var entries []string
	acts := a.Notify.Acts()
	if err := a.Journal.Look(ctx, civic.System("demo"), func(v *journal.View) error {
		return v.Select(&entries, `SELECT id FROM journal_entry WHERE at >= $1 AND id > $2 AND act IN `+db.In(3, len(acts))+` ORDER BY id`, append([]any{since, heeded}, db.Args(acts)...)...)
	}); err != nil {
		return heeded, err
	}
	for _, id := range entries {
		if err := a.Notify.Heed(ctx, notify.Heed{Entry: id}); err != nil {
			return heeded, err
		}
		heeded = id
	}
	if err := a.Notify.Walk(ctx, notify.Walk{}); err != nil && !errors.Is(err, jobs.ErrMore) {
		return heeded, err
	}
	var due []notify.Send
	if err := a.Journal.Look(ctx, civic.System("demo"), func(v *journal.View) error {
		return v.Select(&due, `SELECT person, id AS attempt FROM message_attempt WHERE state = 'due' ORDER BY id LIMIT 200`)
	}); err != nil {
		return heeded, err
	}
	for _, send := range due {
		if err := a.Notify.Send(ctx, send); err != nil {
			return heeded, err
		}
	}
	return heeded, nil
}

// visitOne notes, at the desk, the first visit of the day that a grid worker has made.
func (a *App) visitOne(ctx context.Context, worker civic.StaffID) error {
	by := civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(worker)}, Channel: civic.ChannelDesk}
	list, err := a.Notify.Tasks(ctx, by, notify.CarrierDoor)
	if err != nil || len(list) == 0 {
		return err
	}
	return a.Notify.Tick(ctx, by, list[0].Person, list[0].ID, notify.Told)
}
