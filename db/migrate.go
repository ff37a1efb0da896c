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
	return d.migrating(ctx, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// MigrateTo takes the schema to a version: forward, or back with what later
// versions hold alone. For tests and developers: no command offers it.
func (d *DB) MigrateTo(ctx context.Context, version int64) error {
	return d.migrating(ctx, func(p *goose.Provider) error {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		move := p.UpTo
		if version < now {
			move = p.DownTo
		}
		_, err = move(ctx, version)
		return err
	})
}

func (d *DB) migrating(ctx context.Context, do func(*goose.Provider) error) error {
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
	d.migrates.Lock()
	defer d.migrates.Unlock()
	p, err := goose.NewProvider(dialect, d.w, sub, opts...)
	if err != nil {
		return err
	}
	if err := do(p); err != nil {
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
