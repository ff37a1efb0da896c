package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"yinqiao/civic"
)

// Start-up and shutdown bounds.
const (
	stopFor     = 20 * time.Second // requests under way may finish
	readFor     = 30 * time.Second
	headerBytes = 64 << 10
)

var errListen = civic.E(civic.Unavailable, "serve.address", "这个地址用不了:可能别的程序正占着它。请用 --addr 换一个。(can't listen on the address; choose another with --addr)")

func (r runner) serve() error {
	c := r.c.Serve
	log := r.log(c.where)
	cfg := Config{Dir: c.Data, Database: c.Database, Addr: c.Addr, Demo: c.Demo, PlainHTTP: c.PlainHTTP}
	a, err := Open(r.ctx, cfg, log)
	if err != nil {
		return say(err)
	}
	ready := func(addr string) {
		fmt.Fprintf(r.out, "银桥 is ready: http://%s\n", addr)
	}
	return errors.Join(say(a.Serve(r.ctx, ready)), a.Close())
}

// Serve enters what an installation needs, listens, works jobs and seals the
// journal until ctx ends; then it finishes what is under way. ready is called
// with the address once requests are answered.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	if a.Config.Demo {
		if err := a.SeedDemo(ctx); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return errListen.Because(err)
	}
	if err := a.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(err, l.Close())
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	sealed := make(chan struct{})
	go func() { defer close(sealed); a.Journal.Run(work) }()

	srv := &http.Server{Handler: a.Handler(), ReadHeaderTimeout: readFor, ReadTimeout: readFor, WriteTimeout: 2 * readFor,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: headerBytes, ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	a.Log.Info("serving", "addr", l.Addr().String(), "engine", a.DB.Dialect(), "demo", a.Config.Demo)
	if ready != nil {
		ready(host(l.Addr()))
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	a.Log.Info("stopping")
	stop, cancel := context.WithTimeout(context.Background(), stopFor)
	defer cancel()
	err = errors.Join(err, srv.Shutdown(stop), a.Jobs.Stop(stop))
	stopWork()
	<-sealed
	if err2 := a.Journal.SealAll(stop); err2 != nil {
		err = errors.Join(err, err2)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// host turns a listening address into one that a browser can open.
func host(addr net.Addr) string {
	t, ok := addr.(*net.TCPAddr)
	if !ok {
		return addr.String()
	}
	if t.IP == nil || t.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", t.Port)
	}
	return t.String()
}
