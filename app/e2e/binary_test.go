package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yinqiao/channel/api"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if built {
		path, _ := binary()
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

var built bool

// binary builds the program as it is released, once.
var binary = sync.OnceValues(func() (string, error) {
	built = true
	dir, err := os.MkdirTemp("", "yinqiao-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "yinqiao")
	if out, err := exec.Command("go", "build", "-o", path, "yinqiao/cmd/yinqiao").CombinedOutput(); err != nil {
		return path, errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

// install is where an installation keeps its data.
type install struct {
	dir, url string
}

// eachInstall runs fn on an empty installation of each engine.
func eachInstall(t *testing.T, fn func(t *testing.T, in install)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			in := install{dir: filepath.Join(t.TempDir(), "data")}
			if dialect == db.Postgres {
				in.url = dbtest.NewPostgres(t)
			}
			fn(t, in)
		})
	}
}

// command makes a command of the program on the installation's data.
func (in install) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, append(args, "--data", in.dir)...)
	cmd.Env = append(os.Environ(), "YINQIAO_DATABASE="+in.url)
	return cmd
}

// run runs a command to its end and returns what it printed, and its exit code.
func (in install) run(t *testing.T, args ...string) (out, errOut string, code int) {
	t.Helper()
	cmd := in.command(t, args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// must runs a command that succeeds.
func (in install) must(t *testing.T, args ...string) string {
	t.Helper()
	out, errOut, code := in.run(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d\n%s%s", args, code, out, errOut)
	}
	return out
}

// process is the program while it serves.
type process struct {
	*exec.Cmd
	base string
	log  *syncBuffer
	done chan error
}

// serve starts the server and returns once it is ready.
func (in install) serve(t *testing.T, more ...string) *process {
	t.Helper()
	p := &process{Cmd: in.command(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, more...)...), log: &syncBuffer{}, done: make(chan error, 1)}
	p.Stderr = p.log
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		for sc := bufio.NewScanner(out); sc.Scan(); {
			if _, url, ok := strings.Cut(sc.Text(), "http://"); ok {
				ready <- "http://" + url
			}
		}
		p.done <- p.Wait() // the pipe is read to its end first
	}()
	select {
	case p.base = <-ready:
	case err := <-p.done:
		t.Fatalf("the server did not start: %v\n%s", err, p.log)
	case <-time.After(time.Minute):
		t.Fatalf("the server is not ready after a minute\n%s", p.log)
	}
	return p
}

// kill ends the process as a power cut would.
func (p *process) kill() { _ = p.Process.Signal(syscall.SIGKILL) }

// ended waits for the end of the process.
func (p *process) ended(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p.done:
		return err
	case <-time.After(time.Minute):
		t.Fatalf("the server is still there after a minute\n%s", p.log)
		return nil
	}
}

// stop asks the server to end, and checks that it does so in order.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.ended(t); err != nil {
		t.Errorf("the server did not end in order: %v\n%s", err, p.log)
	}
}

// client calls the API of a server.
type client struct {
	base, token string
}

var caller = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}

// reply is an answer of the API. Without one (the server has gone), status is 0.
type reply struct {
	status int
	raw    string
}

func (r reply) text(key string) string {
	var m map[string]any
	_ = json.Unmarshal([]byte(r.raw), &m)
	s, _ := m[key].(string)
	return s
}

// into decodes an answer that has the status, or fails the test.
func (r reply) into(t *testing.T, status int, v any) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %.400s", r.status, status, r.raw)
	}
	if err := json.Unmarshal([]byte(r.raw), v); err != nil {
		t.Fatal(err)
	}
}

// call sends a request with a JSON body, unless that is nil. It may be called
// from any goroutine.
func (c client) call(method, path string, body any) reply {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			panic(err) // maps of a test always marshal
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.base+api.Prefix+path, in)
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Idempotency-Key", db.NewID())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := caller.Do(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}
	}
	return reply{res.StatusCode, string(raw)}
}

type object = map[string]any

// signIn signs a demonstration account in.
func signIn(t *testing.T, base, login, password, code string) client {
	t.Helper()
	var session struct{ Token string }
	body := object{"login": login, "password": password}
	if code != "" {
		body["code"] = code
	}
	client{base: base}.call("POST", "/sessions", body).into(t, http.StatusCreated, &session)
	return client{base, session.Token}
}

// get fetches a page or document.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	res, err := caller.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
