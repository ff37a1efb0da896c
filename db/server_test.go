package db_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestAServerThatWouldAnswerOtherwiseIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version                     int
		encoding, collate, provider string
		want                        string
	}{
		{150000, "UTF8", "C", "c", ""},
		{180001, "UTF8", "POSIX", "c", ""},
		{140011, "UTF8", "C", "c", "db.version"},
		{90624, "UTF8", "C", "", "db.version"},
		{150000, "SQL_ASCII", "C", "c", "db.encoding"},
		{150000, "EUC_CN", "C", "c", "db.encoding"},
		{150000, "UTF8", "zh_CN.UTF-8", "c", "db.locale"},
		{150000, "UTF8", "C.UTF-8", "c", "db.locale"},
		{150000, "UTF8", "C", "i", "db.locale"},
		{150000, "UTF8", "C", "", "db.locale"},
	} {
		err := db.Judge(c.version, c.encoding, c.collate, c.provider)
		if c.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		var e *civic.Error
		if !errors.As(err, &e) || e.Code != c.want || e.Kind != civic.Unavailable {
			t.Errorf("%+v: %v", c, err)
		} else if !strings.Contains(e.Say, "请") {
			t.Errorf("%+v: the remedy is missing: %s", c, e.Say)
		}
	}
}

func TestADatabaseMadeWithTheWrongSettingsIsRefused(t *testing.T) {
	t.Parallel()
	admin := dbtest.Postgres(t)
	a, err := sql.Open("pgx", admin)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	make := func(name string, hows ...string) string {
		var err error
		for _, how := range hows {
			if _, err = a.Exec("CREATE DATABASE " + name + " TEMPLATE template0 " + how); err == nil {
				t.Cleanup(func() { drop(t, admin, name) })
				u, err := url.Parse(admin)
				if err != nil {
					t.Fatal(err)
				}
				u.Path = "/" + name
				return u.String()
			}
		}
		t.Fatal(err)
		return ""
	}
	for want, url := range map[string]string{
		"db.encoding": make("wrong_encoding", "ENCODING 'SQL_ASCII' LOCALE 'C'"),
		// A server built without ICU has some other locale than C.
		"db.locale": make("wrong_locale", "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'zh' LOCALE 'C'", "ENCODING 'UTF8' LOCALE 'C.UTF-8'"),
	} {
		_, err := db.Open(context.Background(), db.Config{URL: url})
		var e *civic.Error
		if !errors.As(err, &e) || e.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func drop(t *testing.T, admin, name string) {
	a, err := sql.Open("pgx", admin)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
		t.Error(err)
	}
}

func TestEveryConnectionKeepsUTCWhateverTheServerDoes(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.Postgres)
	var write, readZone string
	if err := d.Pool().QueryRow(`SHOW timezone`).Scan(&write); err != nil {
		t.Fatal(err)
	}
	if err := read(t, d).Get(&readZone, `SELECT current_setting('timezone')`); err != nil {
		t.Fatal(err)
	}
	if write != "UTC" || readZone != "UTC" {
		t.Errorf("write handle %s, read handle %s", write, readZone)
	}
}

func TestTheReadHandleCannotWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var one []int64
		if err := read(t, d).Select(&one, `UPDATE journal_chain SET seq = 9 RETURNING one`); err == nil {
			t.Error("a reader wrote")
		}
		var n int
		if err := read(t, d).Get(&n, `SELECT COUNT(*) FROM journal_chain WHERE seq = 0`); err != nil || n != 1 {
			t.Errorf("the row was changed: %d, %v", n, err)
		}
	})
}
