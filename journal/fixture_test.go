package journal_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/db/vault"
	"yinqiao/jobs"
	"yinqiao/journal"
)

var (
	actServed = journal.Define("test.served", "办好了一件事")
	actWaited = journal.Define("test.waited", "在窗口等候")
)

// ledger is a journal on a database of its own.
type ledger struct {
	*journal.Journal
	db     *db.DB
	vault  *vault.Vault
	heads  string
	offset atomic.Int64 // of the clock, in nanoseconds
}

var begin = time.Date(2026, 3, 1, 15, 59, 0, 0, time.UTC) // 23:59 in Shanghai

func open(t testing.TB, d *db.DB) *ledger {
	t.Helper()
	l := &ledger{db: d, vault: dbtest.Vault(t), heads: filepath.Join(t.TempDir(), "heads")}
	l.restart(t)
	return l
}

// restart opens the journal anew, as a process that starts does.
func (l *ledger) restart(t testing.TB) {
	t.Helper()
	l.Journal = l.replica(t, l.heads)
}

// replica is another process on the same database, with a heads file of its own.
func (l *ledger) replica(t testing.TB, heads string) *journal.Journal {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	q, err := jobs.New(l.db, log)
	if err != nil {
		t.Fatal(err)
	}
	return journal.New(journal.Config{DB: l.db, Vault: l.vault, Jobs: q, Auth: nobody{}, Log: log, Heads: heads,
		Clock: func() time.Time { return begin.Add(time.Duration(l.offset.Load())) }})
}

// nobody refuses everyone: tests mint their authorities.
type nobody struct{}

func (nobody) Authorise(db.Q, time.Time, civic.Actor, civic.Need) (civic.Authority, error) {
	return civic.Authority{}, civic.E(civic.Denied, "test.denied", "不可以")
}

func (nobody) AuthoriseAll(db.Q, time.Time, []journal.Ask) ([]journal.Ruling, error) {
	return nil, civic.E(civic.Denied, "test.denied", "不可以")
}

const elder, daughter, clerk = "0190-elder", "0190-daughter", "0190-clerk"

// atDesk is a clerk who acts at the daughter's wish for the elder.
var atDesk = civic.Actor{
	Operator: civic.Party{Kind: civic.PartyStaff, ID: clerk},
	Agent:    civic.Party{Kind: civic.PartyPerson, ID: daughter},
	Subject:  elder, Channel: civic.ChannelDesk, Device: "window-3",
}

var allowed = civic.Mint(civic.BasisRole, "role-1", elder, "140105001", "office-1")

func served(thing string) journal.Event {
	return journal.Event{Act: actServed, About: []journal.About{{ID: thing, Kind: "request", Role: "object"}},
		Detail: map[string]string{"thing": thing}}
}

func waited(seconds int64) journal.Event {
	return journal.Event{Act: actWaited, Measure: &seconds}
}

// act records the events in one write.
func (l *ledger) act(t testing.TB, events ...journal.Event) {
	t.Helper()
	if err := record(l.Journal, atDesk, allowed, events...); err != nil {
		t.Fatal(err)
	}
}

func record(j *journal.Journal, actor civic.Actor, auth civic.Authority, events ...journal.Event) error {
	return j.Write(context.Background(), actor, func(tx *journal.Tx) error {
		for _, e := range events {
			if err := tx.Record(auth, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *ledger) seal(t testing.TB) {
	t.Helper()
	if err := l.SealAll(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (l *ledger) verify(t testing.TB) journal.Report {
	t.Helper()
	r, err := l.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sound fails the test if the journal does not verify.
func (l *ledger) sound(t testing.TB) journal.Report {
	t.Helper()
	r := l.verify(t)
	if len(r.Problems) != 0 {
		t.Errorf("an honest journal has problems: %+v", r.Problems)
	}
	return r
}

func (l *ledger) look(t testing.TB, fn func(*journal.View) error) {
	t.Helper()
	if err := l.Look(context.Background(), atDesk, fn); err != nil {
		t.Fatal(err)
	}
}

// count counts rows by a query without arguments.
func (l *ledger) count(t testing.TB, query string) (n int64) {
	t.Helper()
	if err := l.db.Pool().QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

var errMind = errors.New("changed my mind")
