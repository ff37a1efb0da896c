package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"yinqiao/db"
)

// Durable is a private cluster as production runs one: its data stay in their
// folder, on that folder's disk, and a commit is on the disk before it is
// answered. It is for benchmarks; tests are many times faster without.
type Durable struct{ c *cluster }

// OpenDurable starts the cluster in the folder, making it if there is none. The
// folder's path must be short, and every folder above it open to whom PostgreSQL
// runs as.
func OpenDurable(dir string) (*Durable, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	c, err := launchIn(dir, true, []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB", "max_wal_size=4GB",
		"checkpoint_timeout=30min"})
	if err != nil {
		return nil, err
	}
	return &Durable{c}, nil
}

// URL names a database in the cluster.
func (d *Durable) URL(name string) string { return d.c.url(name) }

// Has reports whether there is such a database.
func (d *Durable) Has(ctx context.Context, name string) (bool, error) {
	n := 0
	err := d.c.admin.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_database WHERE datname = $1`, name).Scan(&n)
	return n > 0, err
}

// Create makes an empty, migrated database, which replaces one of that name.
func (d *Durable) Create(ctx context.Context, name string) error {
	err := d.do(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
	if err != nil {
		return err
	}
	return migrated(db.Config{URL: d.URL(name)})
}

// Copy makes a database like another one, to which nobody may be connected.
func (d *Durable) Copy(ctx context.Context, from, name string) error {
	return d.do(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name+" TEMPLATE "+from)
}

// Drop removes a database.
func (d *Durable) Drop(ctx context.Context, name string) error {
	return d.do(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func (d *Durable) do(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := d.c.admin.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the cluster in good order and returns when it has gone.
func (d *Durable) Close() error {
	err := errors.Join(d.c.admin.Close(), d.c.hold.Close())
	<-d.c.gone
	return err
}
