package line_test

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yinqiao/channel/phone/line"
)

// sipp walks a scenario against a line, with SIPp, as its trunk or as a desk phone.
func sipp(t *testing.T, at netip.AddrPort, scenario string, args ...string) {
	t.Helper()
	bin, err := exec.LookPath("sipp")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no sipp: apt-get install sip-tester")
	}
	file, err := filepath.Abs(filepath.Join("testdata/sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, append([]string{at.String(), "-sf", file, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-timeout", "40s", "-timeout_error", "-trace_err", "-m", "1"}, args...)...)
	cmd.Dir = t.TempDir() // its logs
	cmd.Env = append(os.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	logs, _ := filepath.Glob(filepath.Join(cmd.Dir, "*"))
	for _, l := range logs {
		b, _ := os.ReadFile(l)
		out = append(out, b...)
	}
	t.Fatalf("%s: %v\n%s", scenario, err, out[max(0, len(out)-4000):])
}

func TestSIPpIsHeardPressingKeysAsATelephoneRecordedThem(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := map[string]int{}
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		if c.Ring() != nil || c.Answer() != nil {
			return
		}
		keys := ""
		for len(keys) < 3 {
			k, err := c.Key(ctx, 8*time.Second)
			if err != nil || k == 0 {
				break
			}
			keys += string(k)
		}
		mu.Lock()
		got[keys]++
		mu.Unlock()
	})
	sipp(t, addr, "keys", "-s", "95128", "-m", "4", "-r", "4", "-mp", "20000")
	if mu.Lock(); len(got) != 1 || got["42*"] != 4 {
		t.Errorf("the keys were heard as %v", got)
	}
	mu.Unlock()
}

func TestSIPpIsToldWhatTheLineCan(t *testing.T) {
	t.Parallel()
	addr := open(t, line.Config{}, nil)
	sipp(t, addr, "options")
	sipp(t, addr, "options", "-t", "t1")
}

func TestSIPpLosesPacketsAndTheCallGoesOn(t *testing.T) {
	t.Parallel()
	calls := make(chan *line.Call, 4)
	addr := open(t, line.Config{}, func(ctx context.Context, c *line.Call) {
		calls <- c
		_ = c.Answer()
		<-ctx.Done()
	})
	sipp(t, addr, "again", "-s", "95128")
	<-(<-calls).Done()
	if len(calls) > 0 {
		t.Error("one call counted twice")
	}
}

func TestSIPpRegistersWithTheRightSecretAlone(t *testing.T) {
	t.Parallel()
	l := office(t, newClock(), nil)
	sipp(t, l.Addr(), "register_wrong", "-s", "801", "-au", "801", "-ap", "guessed")
	if l.Registered("801") {
		t.Error("a wrong secret registers")
	}
	sipp(t, l.Addr(), "register_right", "-s", "801", "-au", "801", "-ap", "long and drawn")
	if !l.Registered("801") {
		t.Error("it was told 200 and is not there")
	}
}
