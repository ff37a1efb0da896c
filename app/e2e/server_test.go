package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"yinqiao/app"
	"yinqiao/app/apptest"
	"yinqiao/app/demo"
	"yinqiao/civic"
)

// syncBuffer collects logs from many goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// server is an application that serves until the test ends.
type server struct {
	*app.App
	URL string
	Log *syncBuffer

	number string // of whoever calls
	stop   func() // ends it before the test does
}

// serve starts a demonstration over its own SQLite file, or over a PostgreSQL
// database when url is given.
func serve(t *testing.T, url string) *server {
	t.Helper()
	return serveWith(t, app.Config{Dir: t.TempDir(), Database: url, Demo: true, Passwords: apptest.Cheap}, slog.LevelInfo, nil)
}

// serveWith starts a server; prepare, if any, fills its rooms first.
func serveWith(t *testing.T, c app.Config, level slog.Level, prepare func(a *app.App)) *server {
	t.Helper()
	s := &server{Log: &syncBuffer{}}
	c.Addr = "127.0.0.1:0"
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, c, slog.New(slog.NewJSONHandler(s.Log, &slog.HandlerOptions{Level: level})))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	s.App = a
	if prepare != nil {
		prepare(a)
	}
	addr := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, func(x string) { addr <- x }) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("the server did not stop cleanly: ", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	select {
	case x := <-addr:
		s.URL = "http://" + x
	case err := <-done:
		done <- nil
		t.Fatal("the server did not start: ", err)
	}
	return s
}

// seniorCard returns the number of a demonstration person's senior card in the
// city, which the demonstration always makes the same.
func (s *server) seniorCard(t *testing.T, city civic.Division) string {
	t.Helper()
	for _, p := range demo.People(app.DemoSeed, app.DemoPeople, app.DemoStreets()) {
		if city.Covers(p.Street) && p.SeniorCard != "" && p.Mobile != "" {
			return p.SeniorCard
		}
	}
	t.Fatal("no such person")
	return ""
}
