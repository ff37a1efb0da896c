package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// disk is where the databases of both engines are: side by side, so that a sync
// costs both the same.
type disk struct {
	dir     string
	cluster *dbtest.Durable // started when first asked for
}

func openDisk(dir string) (*disk, error) {
	// Whom PostgreSQL runs as must get through.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &disk{dir: dir}, nil
}

func (d *disk) close() error {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Close()
}

func (d *disk) postgres() (*dbtest.Durable, error) {
	if d.cluster == nil {
		c, err := dbtest.OpenDurable(filepath.Join(d.dir, "postgres"))
		if err != nil {
			return nil, err
		}
		d.cluster = c
	}
	return d.cluster, nil
}

// store is one database of one engine, with the data folder (keys, the journal's
// heads) that belongs to it.
type store struct {
	db.Config
	engine db.Dialect
	name   string
	disk   *disk
}

// at names a store; it may not exist yet.
func (d *disk) at(e db.Dialect, name string) (store, error) {
	s := store{Config: db.Config{Dir: filepath.Join(d.dir, string(e)+"-"+name)}, engine: e, name: "bench_" + name, disk: d}
	if e == db.Postgres {
		c, err := d.postgres()
		if err != nil {
			return s, err
		}
		s.URL = c.URL(s.name)
	}
	return s, nil
}

// fresh makes an empty, migrated store, which replaces one of that name.
func (d *disk) fresh(ctx context.Context, e db.Dialect, name string) (store, error) {
	s, err := d.at(e, name)
	if err != nil {
		return s, err
	}
	if err := s.drop(ctx); err != nil {
		return s, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return s, err
	}
	if e == db.Postgres {
		return s, d.cluster.Create(ctx, s.name)
	}
	return s, migrate(ctx, s.Config)
}

// copy makes a store like this one, which nobody may have open.
func (s store) copy(ctx context.Context, name string) (store, error) {
	c, err := s.disk.at(s.engine, name)
	if err != nil {
		return c, err
	}
	if err := c.drop(ctx); err != nil {
		return c, err
	}
	if err := os.CopyFS(c.Dir, os.DirFS(s.Dir)); err != nil {
		return c, err
	}
	if s.engine == db.Postgres {
		return c, s.disk.cluster.Copy(ctx, s.name, c.name)
	}
	return c, nil
}

func (s store) drop(ctx context.Context) error {
	err := os.RemoveAll(s.Dir)
	if s.engine == db.Postgres {
		err = errors.Join(err, s.disk.cluster.Drop(ctx, s.name))
	}
	return err
}

// bare opens the store as the peer does: database/sql alone, with the engine set
// as ours is. A writer on SQLite has one connection, like ours.
func (s store) bare(conns int, writes bool) (*sql.DB, error) {
	name, dsn := "pgx", s.URL+"&timezone=UTC&client_encoding=UTF8"
	if s.engine == db.SQLite {
		v := url.Values{"_pragma": {"foreign_keys(1)", "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)"},
			"_timezone": {"UTC"}, "_dqs": {"0"}, "_time_format": {"sqlite"}}
		if writes {
			v.Add("_pragma", "cache_size(-65536)")
			v.Set("_txlock", "immediate")
			conns = 1
		} else {
			v.Add("_pragma", "query_only(1)")
			v.Add("_pragma", "cache_size(-16384)")
		}
		name, dsn = "sqlite", "file:"+(&url.URL{Path: filepath.Join(s.Dir, db.File)}).EscapedPath()+"?"+v.Encode()
	}
	d, err := sql.Open(name, dsn)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(conns)
	d.SetMaxIdleConns(conns)
	return d, d.Ping()
}
