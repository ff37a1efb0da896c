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

var errListen = civic.E(civic.Unavailable, "serve.address", "这个地址用不了：可能别的程序正占着它。请用 --addr 或 --metrics-addr 换一个。(can't listen on the address; choose another with --addr or --metrics-addr)")

func (r runner) serve() error {
	c := r.c.Serve
	log := r.log(c.where)
	cfg := Config{Dir: c.Data, Database: c.Database, Addr: c.Addr, Demo: c.Demo, PlainHTTP: c.PlainHTTP, Services: c.Services,
		Prompts: c.VoicePrompts, VoiceURL: c.VoiceURL, Messages: c.Messages, Phone: c.Phone, Hospitals: c.Hospitals}
	trusted, err := parseProxies(c.TrustedProxies)
	if err != nil {
		return say(err)
	}
	a, err := Open(r.ctx, cfg, log)
	if err != nil {
		return say(err)
	}
	ready := func(addr string) {
		fmt.Fprintf(r.out, "银桥 is ready: http://%s\n", addr)
	}
	return errors.Join(say(a.ServeAt(r.ctx, Edge{Trusted: trusted, MetricsAddr: c.MetricsAddr}, ready)), a.Close())
}

// Serve is ServeAt with no proxy in front and no address for the metrics.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	return a.ServeAt(ctx, Edge{}, ready)
}

// ServeAt enters what an installation needs, listens, works jobs and seals the
// journal until ctx ends; then it finishes what is under way. ready is called
// with the address once requests are answered.
func (a *App) ServeAt(ctx context.Context, e Edge, ready func(addr string)) error {
	if err := a.admit(ctx); err != nil {
		return err
	}
	if err := a.Journal.CheckHeads(ctx); err != nil {
		return err
	}
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	if a.Config.Demo {
		if err := a.SeedDemo(ctx); err != nil {
			return err
		}
	}
	if err := a.Rights.Schedule(ctx); err != nil {
		return err
	}
	main, metrics := a.Handlers(e)
	servers := &servers{log: a.Log, failed: make(chan error, 2)}
	addr, err := servers.listen(a.Config.Addr, main)
	if err != nil {
		return err
	}
	if metrics != nil {
		at, err := servers.listen(e.MetricsAddr, metrics)
		if err != nil {
			return errors.Join(err, servers.close())
		}
		a.Log.Info("metrics", "addr", at.String())
	}
	if err := a.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(err, servers.close())
	}
	ringing, err := a.openPhone(context.WithoutCancel(ctx))
	if err != nil {
		return errors.Join(err, servers.close(), a.Jobs.Stop(ctx))
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	if a.Config.Services != "" {
		go a.watchServices(ctx, a.Config.Services)
	}
	sealed := make(chan struct{})
	go func() { defer close(sealed); a.Journal.Run(work) }()
	go a.Speech.Sweep(work)

	for _, missing := range a.Speech.Check(ctx) {
		a.Log.Warn("speech", "missing", missing.Rule, "say", missing.Say)
	}
	servers.start()
	a.Log.Info("serving", "addr", addr.String(), "engine", a.DB.Dialect(), "demo", a.Config.Demo)
	if ready != nil {
		ready(host(addr))
	}
	select {
	case err = <-servers.failed:
	case <-ctx.Done():
	}
	a.Log.Info("stopping")
	close(a.stopping)
	stop, cancel := context.WithTimeout(context.Background(), stopFor)
	defer cancel()
	err = errors.Join(err, ringing.close(stop))
	err = errors.Join(err, servers.shutdown(stop), a.Jobs.Stop(stop))
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

// servers are the addresses that are listened on.
type servers struct {
	log    *slog.Logger
	all    []*http.Server
	at     []net.Listener
	failed chan error // of the first that ends
}

// listen takes an address; requests wait there until start.
func (s *servers) listen(addr string, h http.Handler) (net.Addr, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, errListen.Because(err)
	}
	s.at = append(s.at, l)
	s.all = append(s.all, &http.Server{Handler: h, ReadHeaderTimeout: readFor, ReadTimeout: readFor, WriteTimeout: 2 * readFor,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: headerBytes, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)})
	return l.Addr(), nil
}

func (s *servers) start() {
	for i, srv := range s.all {
		go func() { s.failed <- srv.Serve(s.at[i]) }()
	}
}

// shutdown lets requests under way finish.
func (s *servers) shutdown(ctx context.Context) (err error) {
	for _, srv := range s.all {
		err = errors.Join(err, srv.Shutdown(ctx))
	}
	return err
}

// close gives up addresses where nothing was served.
func (s *servers) close() (err error) {
	for _, l := range s.at {
		err = errors.Join(err, l.Close())
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
