package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/channel/hook"
	"yinqiao/channel/phone"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/engine/casework"
	"yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/ledger/finding"
	"yinqiao/ledger/indicator"
	"yinqiao/ledger/task"
	"yinqiao/notify"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
	"yinqiao/rights"
	"yinqiao/speech"
	"yinqiao/staff"
)

// App is the rooms, put together. The server, the commands and the end-to-end
// tests all use this one.
type App struct {
	Config   Config
	Log      *slog.Logger
	DB       *db.DB
	Vault    *vault.Vault
	Jobs     *jobs.Queue
	Journal  *journal.Journal
	People   *people.Service
	Staff    *staff.Service
	Sessions *staff.Sessions
	Place    *place.Service
	Grant    *grant.Service
	Catalog  *catalog.Service
	Requests *request.Service
	Casework *casework.Service
	Booking  *booking.Service
	Eligible *eligibility.Service
	Calls    *calls.Service
	Phone    *phone.Phone
	stopping chan struct{} // closed when the server is about to end
	Rights   *rights.Service
	Notify   *notify.Service
	Findings *finding.Service
	Figures  *indicator.Service
	Ledger   *task.Service
	Speech   *speech.Service

	phoneSettings *phone.Settings // of the file; nil for none

	reporters map[string]hook.Reporter // gateways that bring reports
	hearers   map[string]string        // passwords of the hospitals that bring answers
}

// Config is what an installation sets.
type Config struct {
	Dir       string // data folder: SQLite file, keys, heads of the journal
	Database  string // postgres://… or empty for SQLite in Dir
	Addr      string
	Demo      bool
	PlainHTTP bool       // cookies also without HTTPS
	Services  string     // folder of the office's own service definitions; none if empty
	Prompts   string     // folder of recorded prompts; none if empty
	VoiceURL  string     // HTTP synthesiser of speech; espeak-ng alone if empty
	Messages  string     // file of the gateways and the mail server; none if empty
	Phone     string     // file of the telephone line; none if empty
	Hospitals string     // file of the registers of hospitals that confirm by themselves; none if empty
	Passwords staff.Cost // of hashes; the usual one if zero
	Clock     civic.Clock
}

// KeysDir is the folder of the keys inside the data folder.
func (c Config) KeysDir() string { return filepath.Join(c.Dir, "keys") }

// Open opens the database, brings its schema up to date and puts the rooms
// together.
func Open(ctx context.Context, c Config, log *slog.Logger) (*App, error) {
	d, err := db.Open(ctx, db.Config{URL: c.Database, Dir: c.Dir})
	if err != nil {
		return nil, err
	}
	a, err := assemble(ctx, c, d, log)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func assemble(ctx context.Context, c Config, d *db.DB, log *slog.Logger) (*App, error) {
	if err := checkKeys(ctx, c, d); err != nil {
		return nil, err
	}
	if err := Migrate(ctx, d); err != nil {
		return nil, err
	}
	fresh, err := isFresh(ctx, d)
	if err != nil {
		return nil, err
	}
	// Keys are made for a new database only: a wrong folder must never look like a
	// fresh start.
	v, err := vault.Open(c.KeysDir(), fresh)
	if err != nil {
		return nil, err
	}
	if err := settle(ctx, c, d, v); err != nil {
		return nil, err
	}
	q, err := jobs.New(d, log)
	if err != nil {
		return nil, err
	}
	return Wire(c, d, v, q, log)
}

// Wire puts the rooms together over an open, migrated database.
func Wire(c Config, d *db.DB, v *vault.Vault, q *jobs.Queue, log *slog.Logger) (*App, error) {
	a, err := rooms(c, d, v, q, log)
	if err != nil {
		return nil, err
	}
	a.flows()
	return a, nil
}

// rooms is Wire without the flows: acts wake nothing.
func rooms(c Config, d *db.DB, v *vault.Vault, q *jobs.Queue, log *slog.Logger) (*App, error) {
	said, err := speech.New(c.speech())
	if err != nil {
		return nil, err
	}
	j := newJournal(c, d, v, q, log)
	a := &App{Config: c, Log: log, DB: d, Vault: v, Jobs: q, Journal: j,
		People: people.New(j, v), Staff: staff.New(j, v, c.Passwords), Sessions: staff.NewSessions(j, !c.Demo && !c.PlainHTTP),
		Place: place.New(j), Catalog: catalog.New(j), Speech: said}
	a.Grant = grant.New(j, v, a.People, a.Catalog)
	a.Casework = casework.New(j, v, a.People)
	a.Requests = request.New(j, v, a.Catalog, a.People, a.Casework)
	a.Casework.Serve(a.Requests)
	a.Booking = booking.New(j, a.People)
	a.Booking.Serve(a.Requests)
	if err := a.hospitals(); err != nil {
		return nil, err
	}
	a.Eligible = eligibility.New(j, a.People, a.Requests, a.Casework.Needless)
	a.Requests.Offers(eligibility.SourceStanding, a.Eligible)
	if c.Phone != "" {
		if a.phoneSettings, err = phone.ReadSettings(c.Phone); err != nil {
			return nil, errPhone.Because(err)
		}
	}
	a.Calls = calls.New(j, v, log)
	a.stopping = make(chan struct{})
	a.Phone = phone.New(&phone.Voice{Speech: said, People: a.People, Catalog: a.Catalog, Requests: a.Requests, Casework: a.Casework, Booking: a.Booking, Now: j.Now}, a.Calls, log)
	a.Rights = rights.New(j, v, a.People, a.Grant, a.Requests, engines{a.Casework, a.Booking, a.Eligible, a.Calls})
	if err := a.tell(); err != nil {
		return nil, err
	}
	a.Findings = finding.New(j, a.Place, a.Catalog, a.Booking)
	a.Figures = indicator.New(j)
	a.Ledger = task.New(j)
	return a, nil
}

// speech is what reads aloud. Without a data folder nothing is kept of what was said.
func (c Config) speech() speech.Config {
	s := speech.Config{Prompts: c.Prompts, URL: c.VoiceURL, Clock: c.clock(), CacheAge: rights.ReadAloudFor()}
	if c.Dir != "" {
		s.Cache = filepath.Join(c.Dir, "speech")
	}
	return s
}

func (c Config) clock() civic.Clock {
	if c.Clock == nil {
		return time.Now
	}
	return c.Clock
}

func newJournal(c Config, d *db.DB, v *vault.Vault, q *jobs.Queue, log *slog.Logger) *journal.Journal {
	return journal.New(journal.Config{DB: d, Vault: v, Jobs: q, Auth: grant.Judge{}, Clock: c.clock(), Log: log, Heads: c.headsFile()})
}

// Migrate brings the schema to this release's version.
func Migrate(ctx context.Context, d *db.DB) error {
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// Prepare enters what every installation has: divisions and the services of this
// release.
func (a *App) Prepare(ctx context.Context) error {
	if err := a.Place.LoadDivisions(ctx); err != nil {
		return err
	}
	defs, err := catalog.Embedded()
	if err != nil {
		return err
	}
	newest, err := a.Catalog.Newest(ctx)
	if err != nil {
		return err
	}
	var fresh []*catalog.Definition
	for _, d := range defs {
		// Forward only: an older release that starts beside a newer one must not bring
		// its own version back.
		if slices.ContainsFunc(d.Divisions, func(div civic.Division) bool {
			return d.Version > newest[catalog.Spot{Service: d.Service, Division: div}]
		}) {
			fresh = append(fresh, d)
		}
	}
	if len(fresh) > 0 {
		if err := a.Catalog.PublishAll(ctx, civic.System("release"), fresh); err != nil {
			return err
		}
	}
	return a.keyNames(ctx)
}

// keyNames catches up on the keys of names of people who were registered before
// there were any, or before they changed.
func (a *App) keyNames(ctx context.Context) error {
	for total := 0; ; {
		n, err := a.People.KeyNames(ctx)
		if err != nil || n == 0 {
			return err
		}
		total += n
		a.Log.Info("names are made findable by pinyin", "people", total)
	}
}

// Close closes the database.
func (a *App) Close() error { return a.DB.Close() }
