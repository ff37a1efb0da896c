package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"yinqiao/db"
)

// The limits of a start and of memory on a machine that serves a county.
const (
	startLimit = 3 * time.Second
	memLimit   = 300 // MB
)

// serve measures the real binary over the kept people: how long from exec until
// it answers that it is ready, and how much memory it holds after look-ups.
func (b *bench) serve(ctx context.Context, e db.Dialect) error {
	if err := b.binary(ctx); err != nil {
		return err
	}
	m, err := b.crowd(ctx, e)
	if err != nil {
		return err
	}
	var starts []float64
	var mem map[string]float64
	how := ""
	for i := range b.starts {
		p, took, err := b.start(ctx, m.store)
		if err != nil {
			return err
		}
		starts = append(starts, took.Seconds())
		if i == b.starts-1 && b.wants("rss."+string(e)) {
			if how, err = p.visit(ctx, b.calls, b.people); err == nil {
				mem, err = p.memory()
			}
		}
		if err := errors.Join(err, p.stop()); err != nil {
			return err
		}
	}
	if b.wants("startup." + string(e)) {
		b.lines.print(within("startup."+string(e), "s", starts, startLimit.Seconds(), extra{"people": m.People, "starts": len(starts)}))
	}
	if mem != nil {
		b.lines.print(within("rss."+string(e), "MB", []float64{mem["VmRSS"]}, memLimit, extra{"people": m.People, "after": how, "highest_mb": round(mem["VmHWM"])}))
	}
	return nil
}

// binary builds the binary if there is none.
func (b *bench) binary(ctx context.Context) error {
	if _, err := os.Stat(b.bin); err == nil {
		return nil
	}
	note("building %s", b.bin)
	out, err := exec.CommandContext(ctx, "go", "build", "-o", b.bin, "./cmd/yinqiao").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", b.bin, err, out)
	}
	return nil
}

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	base string
	said *bytes.Buffer
}

var readyLine = regexp.MustCompile(`ready: (http://\S+)`)

// start runs the server and returns once it has answered that it is ready.
func (b *bench) start(ctx context.Context, s store) (*process, time.Duration, error) {
	bin, err := filepath.Abs(b.bin)
	if err != nil {
		return nil, 0, err
	}
	args := []string{"serve", "--data", s.Dir, "--addr", "127.0.0.1:0", "--plain-http"}
	if s.engine == db.Postgres {
		args = append(args, "--database", s.URL)
	}
	p := &process{cmd: exec.CommandContext(ctx, bin, args...), said: &bytes.Buffer{}}
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, 0, err
	}
	late := time.AfterFunc(time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(out)
	for p.base == "" && lines.Scan() {
		if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
			p.base = m[1]
		}
	}
	if p.base == "" {
		err := p.cmd.Wait()
		return nil, 0, fmt.Errorf("the server ended before it was ready: %w\n%s", err, p.said)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	status, _, err := p.send(ctx, http.MethodGet, "/readyz", "", nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("readyz answered %d", status)
	}
	if err != nil {
		return nil, 0, errors.Join(err, p.stop())
	}
	return p, time.Since(began), nil
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("stopping: %w\n%s", err, p.said)
	}
	return nil
}

func (p *process) send(ctx context.Context, method, path, token string, body any) (int, []byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(b))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, got, err
}

// visit looks people up through the API, four callers at once. A binary without
// an API is asked for pages instead.
func (p *process) visit(ctx context.Context, calls, people int) (string, error) {
	status, got, err := p.send(ctx, http.MethodPost, "/api/v1/sessions", "", map[string]string{"login": login, "password": password})
	if err != nil {
		return "", err
	}
	if status == http.StatusNotFound {
		calls = min(calls, 200)
		return fmt.Sprintf("%d pages", calls), each(ctx, calls, 4, func(ctx context.Context, _ int) error {
			_, _, err := p.send(ctx, http.MethodGet, "/", "", nil)
			return err
		})
	}
	var s struct{ Token string }
	if err := json.Unmarshal(got, &s); err != nil || s.Token == "" {
		return "", fmt.Errorf("signing in answered %d: %s", status, got)
	}
	return fmt.Sprintf("%d look-ups through the API", calls), each(ctx, calls, 4, func(ctx context.Context, i int) error {
		e := elder(i * 7919 % people)
		status, got, err := p.send(ctx, http.MethodPost, "/api/v1/people/search", s.Token, map[string]string{"text": e.card()})
		if err == nil && (status != http.StatusOK || !bytes.Contains(got, []byte(e.home()))) {
			err = fmt.Errorf("look-up %d answered %d: %s", i, status, got)
		}
		return err
	})
}

var memLine = regexp.MustCompile(`(?m)^(VmRSS|VmHWM):\s+(\d+) kB$`)

// memory reads what the process holds and has held at most, in MB.
func (p *process) memory() (map[string]float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, m := range memLine.FindAllStringSubmatch(string(b), -1) {
		kb, _ := strconv.ParseFloat(m[2], 64)
		out[m[1]] = kb / 1024
	}
	return out, nil
}
