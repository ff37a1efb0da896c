package backup

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/app/demo"
	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/db/vault"
	_ "yinqiao/engine/booking" // names the sources of its definitions
	"yinqiao/engine/casework"
	_ "yinqiao/engine/eligibility"
	"yinqiao/grant"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

const street = civic.Division("140105001")

// site is an installation: a database and a data folder.
type site struct {
	*rooms
	t   *testing.T
	db  *db.DB
	dir string
}

// rooms are put together once there are keys.
type rooms struct {
	vault    *vault.Vault
	queue    *jobs.Queue
	journal  *journal.Journal
	people   *people.Service
	place    *place.Service
	grant    *grant.Service
	catalog  *catalog.Service
	requests *request.Service
	cases    *casework.Service
	bells    chan string
}

// ring is a job of the tests.
type ring struct {
	Bell  string `json:"bell"`
	Exact int64  `json:"exact"`
}

func (ring) Kind() string { return "backup_test_ring" }

// empty is a migrated database with a data folder that has no keys.
func empty(t *testing.T, dialect db.Dialect) *site {
	t.Helper()
	return &site{t: t, db: dbtest.Open(t, dialect), dir: t.TempDir()}
}

// open puts the rooms together over the keys in the data folder.
func (s *site) open(create bool) *site {
	s.t.Helper()
	r := &rooms{bells: make(chan string, 10)}
	var err error
	if r.vault, err = vault.Open(keysDir(s.dir), create); err != nil {
		s.t.Fatal(err)
	}
	if create {
		_, err := journal.Mark(s.t.Context(), s.db, r.vault, func(db.Q) (journal.Kind, error) { return journal.Demo, nil })
		s.ok(err)
	}
	log := slog.New(slog.DiscardHandler)
	if r.queue, err = jobs.New(s.db, log); err != nil {
		s.t.Fatal(err)
	}
	jobs.Handle(r.queue, func(_ context.Context, j ring) error { r.bells <- fmt.Sprint(j.Bell, j.Exact); return nil })
	r.journal = journal.New(journal.Config{DB: s.db, Vault: r.vault, Jobs: r.queue, Auth: grant.Judge{}, Clock: time.Now, Log: log,
		Heads: filepath.Join(s.dir, HeadsFile)})
	r.people, r.place, r.catalog = people.New(r.journal, r.vault), place.New(r.journal), catalog.New(r.journal)
	r.grant = grant.New(r.journal, r.vault, r.people, r.catalog)
	r.cases = casework.New(r.journal, r.vault, r.people)
	r.requests = request.New(r.journal, r.vault, r.catalog, r.people, r.cases)
	r.cases.Serve(r.requests)
	s.rooms = r
	return s
}

var sys = civic.System("test")

// town is an installation with a hospital, a service and n people.
func town(t *testing.T, dialect db.Dialect, n int) (*site, []demo.Person, []civic.PersonID) {
	t.Helper()
	s := empty(t, dialect).open(true)
	ctx := t.Context()
	s.ok(s.place.LoadDivisions(ctx))
	if _, err := s.place.Open(ctx, sys, place.Office{Kind: "hospital", Name: "“银槐”医院\n\t<东院> & \\ \u2028 𠮷", Division: "140105"}); err != nil {
		t.Fatal(err)
	}
	defs, err := catalog.Embedded()
	s.ok(err)
	s.ok(s.catalog.PublishAll(ctx, sys, defs))
	ps := demo.People(7, n, []civic.Division{street})
	ids := make([]civic.PersonID, n)
	for i, p := range ps {
		in := people.Registration{Name: p.Name, Division: street, Address: p.Address, Distinct: true,
			Credentials: []people.Card{{Kind: people.KindResidentID, Number: p.ResidentID}}}
		if p.Mobile != "" {
			in.Phones = []people.Phone{{Number: p.Mobile, Whose: p.MobileOwner}}
		}
		ids[i], err = s.people.Register(ctx, sys, in)
		s.ok(err)
	}
	return s, ps, ids
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// ask submits a request for the person; it may run beside others.
func (s *site) ask(ctx context.Context, p civic.PersonID) error {
	actor := civic.Actor{Operator: civic.Party{Kind: civic.PartyPerson, ID: string(p)}, Channel: civic.ChannelElder}
	v, err := s.requests.Start(ctx, actor, "report-post", p, "")
	if err != nil {
		return err
	}
	v, err = s.requests.Answer(ctx, actor, v.ID, v.Rev, map[string][]string{"hospital": {v.Form[0].Options[0].Code}, "report": {"lab"},
		"to": {"家里"}, "phone": {"12612345678"}, "note": {""}})
	if err != nil {
		return err
	}
	_, err = s.requests.Submit(ctx, actor, v.ID, 0)
	return err
}

// enqueue adds a job.
func (s *site) enqueue(a jobs.Args, at time.Time) {
	s.t.Helper()
	s.ok(s.db.Write(s.t.Context(), func(tx *db.Tx) error { return s.queue.Enqueue(tx, a, at) }))
}

// insert writes a row as it is.
func (s *site) insert(table string, columns []string, rows ...[]any) {
	s.t.Helper()
	s.ok(s.db.Write(s.t.Context(), func(tx *db.Tx) error { return tx.InsertRows(table, columns, rows) }))
}

// dump is every table's rows, in an order of their own, as the drivers give them.
func (s *site) dump() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	s.ok(s.db.Export(s.t.Context(), func(x *db.Export) error {
		for _, table := range x.Tables {
			var rows [][]string
			columns, err := x.Table(table, func(row []any) error {
				var vs []string
				for _, v := range row {
					vs = append(vs, fmt.Sprintf("%T %v", v, v))
				}
				rows = append(rows, vs)
				return nil
			})
			if err != nil {
				return err
			}
			out[table] = []string{}
			for _, vs := range rows {
				for i := range vs {
					vs[i] = columns[i] + " " + vs[i]
				}
				slices.Sort(vs) // the engines may keep columns in another order
				out[table] = append(out[table], strings.Join(vs, "|"))
			}
			slices.Sort(out[table])
		}
		return nil
	}))
	return out
}

// file names a backup that is not there yet.
func file(t *testing.T) string { return filepath.Join(t.TempDir(), "yinqiao.backup") }

// write makes a backup of the site.
func (s *site) write(withKeys bool) string {
	s.t.Helper()
	f := file(s.t)
	if _, err := Write(s.t.Context(), s.db, Options{Dir: s.dir, File: f, WithKeys: withKeys, Release: "test"}); err != nil {
		s.t.Fatal(err)
	}
	return f
}

// unzipped is the content of a backup without its compression.
func unzipped(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// files lists what is in a data folder.
func (s *site) files() []string {
	s.t.Helper()
	es, err := os.ReadDir(s.dir)
	s.ok(err)
	var out []string
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}
