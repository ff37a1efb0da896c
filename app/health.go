package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yinqiao/civic"
	"yinqiao/journal"
)

// metrics are counts for an operator's own monitoring. Labels are fixed sets:
// route patterns, statuses, engines; never anything that a person typed.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	log      *slog.Logger
}

func newMetrics(a *App) *metrics {
	m := &metrics{log: a.Log, registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "yinqiao_http_request_seconds", Help: "Time to answer a request, by route and status.",
		Buckets: []float64{.005, .02, .05, .15, .3, 1, 3, 10}}, []string{"route", "status"})}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("yinqiao_db_commits", "Commits of the shared writer since start (SQLite).", func() float64 { return float64(a.DB.Stats().Commits) }),
		gauge("yinqiao_db_acts", "Acts in those commits.", func() float64 { return float64(a.DB.Stats().Acts) }),
		gauge("yinqiao_messages_due", "Messages whose next step is due; more than a few hundred for minutes means that they pile up.", kept(5*time.Second, time.Now, func() float64 { n, _ := a.late(); return n })),
		gauge("yinqiao_messages_late_seconds", "How long the first of them has been due.", kept(5*time.Second, time.Now, func() float64 { _, s := a.late(); return s })),
		gauge("yinqiao_gateways_out", "Gateways for short messages that are left out since they fail.", func() float64 { return float64(a.Notify.Out()) }),
		gauge("yinqiao_journal_unsealed", "Entries that wait for their seal; more than a few hundred means that sealing has stopped.", kept(5*time.Second, time.Now, a.unsealed)),
	)
	return m
}

// late tells how many messages are due, and since how many seconds; -1 says that it
// could not be read.
func (a *App) late() (n, seconds float64) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	count, s, err := a.Notify.Late(ctx)
	if err != nil {
		return -1, -1
	}
	return float64(count), s
}

func (a *App) unsealed() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n := -1
	_ = a.Journal.Look(ctx, civic.System("metrics"), func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM journal_entry WHERE batch IS NULL`)
	}) // -1 says that it could not be read
	return float64(n)
}

// kept reads a figure anew when the one it has is older than life, so that
// scrapes cost next to nothing however many there are.
func kept(life time.Duration, now func() time.Time, read func() float64) func() float64 {
	var mu sync.Mutex
	var at time.Time
	var n float64
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		if t := now(); at.IsZero() || t.Sub(at) >= life {
			n, at = read(), t
		}
		return n
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// watch measures every request by its route pattern.
func (m *metrics) watch(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(rec, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		took := time.Since(began)
		m.requests.WithLabelValues(route, statusClass(rec.status)).Observe(took.Seconds())
		// The pattern, never the address: an address may hold what somebody typed.
		m.log.Debug("request", "route", route, "status", rec.status, "ms", took.Milliseconds())
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(code int) { r.status = code; r.ResponseWriter.WriteHeader(code) }

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func statusClass(code int) string {
	switch {
	case code < 300:
		return "2xx"
	case code < 400:
		return "3xx"
	case code < 500:
		return "4xx"
	}
	return "5xx"
}

// healthz says that the process lives; readyz that it can serve.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := a.DB.Ping(ctx); err != nil {
		a.Log.Warn("not ready", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("database away\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
