package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/engine/booking"
	_ "yinqiao/engine/calls" // whose acts figures count
	"yinqiao/engine/casework"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/staff"
)

// rooms are the rooms that are measured, wired as the application wires them but
// without its channels: what is measured is the verb.
type rooms struct {
	db       *db.DB
	vault    *vault.Vault
	journal  *journal.Journal
	people   *people.Service
	place    *place.Service
	staff    *staff.Service
	catalog  *catalog.Service
	requests *request.Service
	casework *casework.Service
	booking  *booking.Service
	findings *finding.Service
	figures  *indicator.Service
	tasks    *task.Service
}

func migrate(ctx context.Context, c db.Config) error {
	d, err := db.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(d.Migrate(ctx), jobs.Migrate(ctx, d), d.Close())
}

// open opens a migrated store. The keys in its folder are made if it has none.
func (s store) open(ctx context.Context, nosync bool) (*rooms, error) {
	c := s.Config
	c.NoSync = nosync
	d, err := db.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(filepath.Join(s.Dir, "keys"), true)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	q, err := jobs.New(d, log)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	j := journal.New(journal.Config{DB: d, Vault: v, Jobs: q, Auth: grant.Judge{}, Clock: time.Now, Log: log, Heads: filepath.Join(s.Dir, "journal.heads")})
	r := &rooms{db: d, vault: v, journal: j, people: people.New(j, v), place: place.New(j), staff: staff.New(j, v, staff.Cost{}), catalog: catalog.New(j)}
	r.casework = casework.New(j, v, r.people)
	r.requests = request.New(j, v, r.catalog, r.people, r.casework)
	r.casework.Serve(r.requests)
	r.booking = booking.New(j, r.people)
	r.booking.Serve(r.requests)
	r.findings, r.figures, r.tasks = finding.New(j, r.place, r.catalog, r.booking), indicator.New(j), task.New(j)
	// The flow of a submitted case, as in the application: watched until it is due.
	j.On(casework.ActOpened, func(e journal.Entry, detail map[string]string) (jobs.Args, time.Time) {
		due, err := time.Parse(time.RFC3339, detail["due"])
		if err != nil {
			due = e.At
		}
		return casework.Watch{Request: civic.RequestID(detail["request"])}, due.Add(time.Second)
	})
	return r, nil
}

func (r *rooms) close() error { return r.db.Close() }

// street is where the people of the benchmark live.
const street = civic.Division("140105001")

// furnish enters what a small installation has: divisions, this release's
// services, a hospital and a community station with a clerk who signs in with the
// password alone.
func (r *rooms) furnish(ctx context.Context) (hospital civic.OfficeID, clerk civic.StaffID, err error) {
	if err := r.place.LoadDivisions(ctx); err != nil {
		return "", "", err
	}
	defs, err := catalog.Embedded()
	if err != nil {
		return "", "", err
	}
	if err := r.catalog.PublishAll(ctx, sys, defs); err != nil {
		return "", "", err
	}
	if hospital, err = r.place.Open(ctx, sys, place.Office{Kind: "hospital", Name: "第一人民医院", Division: street.County(), Address: "一号路1号"}); err != nil {
		return "", "", err
	}
	station, err := r.place.Open(ctx, sys, place.Office{Kind: "community", Name: "社区服务站", Division: street.County(), Address: "一号路2号"})
	if err != nil {
		return "", "", err
	}
	h, err := r.staff.Hire(ctx, sys, staff.Hire{Login: login, Name: "窗口", Office: station, Password: password, WithoutTOTP: true,
		Posts: []staff.Post{{Role: staff.Clerk, Division: street.County()}}})
	return hospital, h.ID, err
}

// The clerk of a furnished store.
const (
	login    = "benchclerk"
	password = "bench-clerk-password"
)

var sys = civic.System("bench")

// own is a person at their own pages.
func own(p civic.PersonID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(p)}, Channel: civic.ChannelElder}
}

// desk is a member of staff at a desk.
func desk(id civic.StaffID) civic.Actor {
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyStaff, ID: string(id)}, Channel: civic.ChannelDesk}
}
