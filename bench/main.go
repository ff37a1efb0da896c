package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // days are counted in Asia/Shanghai, whatever the machine has

	"yinqiao/db"
)

// bench is one run: how much to measure, where, and where lines go.
type bench struct {
	size
	bin   string
	dir   string // of databases that are kept between runs, and of scratch ones
	only  string
	lines *printer
	disk  *disk
}

// size is how much is measured. Every round measures ours and the peer once.
type size struct {
	rounds    int
	people    int
	submits   int // a round
	bookings  int // a round
	lookups   int // a round
	finds     int // searches by letters, and as many by card
	entries   int // in the journal that is sealed and verified
	counted   int // entries that the overview's figures are of
	overviews int // asked for, and as many lists behind them
	starts    int
	calls     int // look-ups through the API before memory is read

	phoneRounds int
	callers     int           // telephones at once
	listen      time.Duration // that they do in a round
}

var (
	whole = size{rounds: 15, people: 1_000_000, submits: 600, bookings: 2_000, lookups: 3_000, finds: 2_000, entries: 20_000, counted: 10_000_000, overviews: 240, starts: 3, calls: 2_000, phoneRounds: 3, callers: 300, listen: 5 * time.Second}
	brief = size{rounds: 5, people: 20_000, submits: 200, bookings: 1_000, lookups: 500, finds: 300, entries: 3_000, counted: 100_000, overviews: 48, starts: 1, calls: 200, phoneRounds: 1, callers: 60, listen: 2 * time.Second}
)

// engines in the order in which they are measured.
var engines = []db.Dialect{db.SQLite, db.Postgres}

func main() {
	if os.Getenv(lineEnv) != "" {
		if err := answerCalls(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	b := bench{size: whole, dir: filepath.Join(os.TempDir(), fmt.Sprintf("yinqiao-bench-%d", os.Getuid())), lines: &printer{out: os.Stdout}}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	short := fs.Bool("short", false, "a quick check: fewer people, fewer rounds")
	clean := fs.Bool("clean", false, "remove the databases kept between runs, and do nothing else")
	fs.StringVar(&b.only, "only", "", "measure only names that begin with this, for example submit or lookup.sqlite")
	fs.StringVar(&b.bin, "bin", "bin/yinqiao", "the binary whose start is measured; built if it is missing")
	profile := fs.String("cpuprofile", "", "write a CPU profile of the run to this file")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *clean {
		return os.RemoveAll(b.dir)
	}
	if *short {
		b.size = brief
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	began := time.Now()
	if b.disk, err = openDisk(b.dir); err != nil {
		return err
	}
	defer func() {
		if e := b.disk.close(); err == nil {
			err = e
		}
		note("took %v", time.Since(began).Round(time.Second))
	}()
	return b.all(ctx)
}

// all measures everything that was asked for. What can't be measured here is
// said and passed over.
func (b *bench) all(ctx context.Context) error {
	if b.wants("dialogue.next") {
		b.dialogue()
	}
	if b.wants("messages.render") {
		if err := b.render(); err != nil {
			return err
		}
	}
	if b.wants("speech") {
		if err := b.speech(ctx); err != nil {
			note("speech could not be measured: %v", err)
		}
	}
	missing := false
	if b.wants("phone") {
		if err := b.phone(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			note("phone could not be measured: %v", err)
			missing = true
		}
	}
	if b.wants("catalog.load") {
		if err := b.catalog(); err != nil {
			note("catalog.load could not be measured: %v", err)
			missing = true
		}
	}
	for _, m := range []struct {
		names []string
		do    func(context.Context, db.Dialect) error
	}{
		{[]string{"submit"}, b.submit},
		{[]string{"booking.hot"}, b.booking},
		{[]string{"booking.generate", "booking.free_p95"}, b.free},
		{[]string{"seal", "verify"}, b.journal},
		{[]string{"lookup"}, b.lookup},
		{[]string{"nearest"}, b.nearest},
		{[]string{"overdue"}, b.overdue},
		{[]string{"find.initials", "find.exact"}, b.find},
		{[]string{"overview", "behind", "retally"}, b.overview},
		{[]string{"roster"}, b.roster},
		{[]string{"messages"}, b.messages},
		{[]string{"startup", "rss"}, b.serve},
	} {
		for _, e := range engines {
			wanted := false
			for _, n := range m.names {
				wanted = wanted || b.wants(n+"."+string(e))
			}
			if !wanted {
				continue
			}
			if err := m.do(ctx, e); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				note("%s on %s could not be measured: %v", strings.Join(m.names, " and "), e, err)
				missing = true
			}
		}
	}
	if missing {
		return fmt.Errorf("some measurements are missing")
	}
	return nil
}

// wants reports whether a measurement was asked for.
func (b *bench) wants(name string) bool {
	return strings.HasPrefix(name, b.only) || strings.HasPrefix(b.only, name+".")
}

// note tells the person at the terminal.
func note(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
