package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"yinqiao/db"
)

// Postgres returns the URL of the private cluster's own database, whose user may
// do everything. It starts the cluster if need be.
func Postgres(t testing.TB) (adminURL string) {
	t.Helper()
	return start(t).url("postgres")
}

// NewPostgres makes an empty database such as the product asks for (UTF8, locale
// C) and returns its URL. It is dropped at cleanup, with whoever is connected.
func NewPostgres(t testing.TB) (url string) {
	t.Helper()
	c := start(t)
	return c.create(t, "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
}

// clone makes a migrated database and returns its URL.
func clone(t testing.TB) (url string) {
	t.Helper()
	c := start(t)
	if err := c.template(); err != nil {
		t.Fatalf("dbtest: PostgreSQL template: %v", err)
	}
	return c.create(t, "TEMPLATE "+template+" STRATEGY FILE_COPY")
}

const template = "yinqiao_template"

// cluster is the running private cluster.
type cluster struct {
	dir      string
	hold     io.Closer // the keeper's pipe, kept reachable: the collector would close it
	gone     <-chan error
	admin    *sql.DB
	template func() error // makes the migrated template, once
	names    atomic.Int64
}

var theCluster = sync.OnceValues(func() (*cluster, error) {
	c, err := launch()
	if err != nil {
		return nil, err
	}
	c.template = sync.OnceValue(c.makeTemplate)
	return c, nil
})

// errMissing means that this machine has no PostgreSQL server.
var errMissing = errors.New("PostgreSQL's server programs (initdb, postgres) were not found: not in PATH, not by pg_config, not in /usr/lib/postgresql")

func start(t testing.TB) *cluster {
	t.Helper()
	c, err := theCluster()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skipf("dbtest: %v", err)
	}
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return c
}

func (c *cluster) url(name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + name,
		RawQuery: url.Values{"host": {c.dir}}.Encode()}
	return u.String()
}

func (c *cluster) create(t testing.TB, how string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", c.names.Add(1))
	ctx := context.Background()
	if _, err := c.admin.ExecContext(ctx, "CREATE DATABASE "+name+" "+how); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if _, err := c.admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return c.url(name)
}

func (c *cluster) makeTemplate() error {
	ctx := context.Background()
	if _, err := c.admin.ExecContext(ctx, "CREATE DATABASE "+template+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"); err != nil {
		return err
	}
	if err := migrated(db.Config{URL: c.url(template), NoSync: true, Conns: 4}); err != nil {
		return err
	}
	// Nobody may connect from now on, autovacuum included: a template in use
	// can't be copied.
	_, err := c.admin.ExecContext(ctx, "ALTER DATABASE "+template+" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")
	return err
}
