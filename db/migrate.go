package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema to this release's version. It may run while the
// release before is still serving, and twice at the same time.
func (d *DB) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.dialect == Postgres {
		dialect = goose.DialectPostgres
		l, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(l))
	}
	// PostgreSQL's lock holds off other processes; this one, SQLite's twin.
	d.migrating.Lock()
	defer d.migrating.Unlock()
	p, err := goose.NewProvider(dialect, d.w, sub, opts...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return wrap(fmt.Errorf("db: migrating: %w", err))
	}
	return nil
}

// NewID returns a new UUIDv7: IDs sort by the time they were made.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // no randomness: nothing may go on
	}
	return id.String()
}
