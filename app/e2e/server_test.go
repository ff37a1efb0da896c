package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"yinqiao/app"
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

// server is a demonstration that serves until the test ends.
type server struct {
	*app.App
	URL string
	Log *syncBuffer
}

// serve starts a server over its own SQLite file, or over a PostgreSQL database
// when url is given.
func serve(t *testing.T, url string) *server {
	t.Helper()
	logs := &syncBuffer{}
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, app.Config{Dir: t.TempDir(), Database: url, Addr: "127.0.0.1:0", Demo: true}, slog.New(slog.NewJSONHandler(logs, nil)))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	addr := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, func(x string) { addr <- x }) }()
	s := &server{App: a, Log: logs}
	select {
	case x := <-addr:
		s.URL = "http://" + x
	case err := <-done:
		cancel()
		t.Fatal("the server did not start: ", err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("the server did not stop cleanly: ", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
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
