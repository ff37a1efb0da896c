package e2e

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"yinqiao/app"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// fails runs a command that must fail with these words, and no trace of a panic.
func (in install) fails(t *testing.T, args []string, words ...string) (out string) {
	t.Helper()
	out, errOut, code := in.run(t, args...)
	if code == 0 {
		t.Errorf("%v: exit 0, want a refusal\n%s", args, out)
	}
	for _, w := range words {
		if !strings.Contains(out+errOut, w) {
			t.Errorf("%v: %q is missing in:\n%s%s", args, w, out, errOut)
		}
	}
	if !isSentence(errOut) || strings.Contains(errOut, "goroutine ") {
		t.Errorf("%v: says\n%s", args, errOut)
	}
	return out
}

func TestTheVersionNamesTheBuild(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "yinqiao ") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%q, %v", out, err)
	}
	err = exec.Command(path, "no-such-command").Run()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() == 0 {
		t.Errorf("a command that is none: %v", err)
	}
}

func TestTheFirstAdministratorIsMadeOnceAndACodeWorksOnce(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		in.must(t, "migrate")
		in.must(t, "migrate") // again changes nothing
		out := in.must(t, "admin", "first", "--division", "14", "--login", "first1")
		again := in.fails(t, []string{"admin", "first", "--division", "33", "--login", "second"}, "首个管理员只能建立一次")
		if strings.Contains(again, "otpauth") {
			t.Errorf("the refused one is given a link: %s", again)
		}
		field := func(name string) string {
			m := regexp.MustCompile(name + `:\s+(\S+)`).FindStringSubmatch(out)
			if m == nil {
				t.Fatalf("no %s in:\n%s", name, out)
			}
			return m[1]
		}
		password := field("password")
		key, err := otp.NewKeyFromURL(field("authenticator"))
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.GenerateCode(key.Secret(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		srv := in.serve(t)
		for what, body := range map[string]object{
			"without a code":     {"login": "first1", "password": password},
			"with a wrong code":  {"login": "first1", "password": password, "code": "x" + code},
			"with a wrong login": {"login": "second", "password": password, "code": code},
		} {
			if r := (client{base: srv.base}).call("POST", "/sessions", body); r.status != http.StatusForbidden {
				t.Errorf("signing in %s: %d %s", what, r.status, r.raw)
			}
		}
		admin := signIn(t, srv.base, "first1", password, code)
		var me struct {
			Posts []struct{ Role, Division string }
		}
		admin.call("GET", "/me", nil).into(t, http.StatusOK, &me)
		if fmt.Sprint(me.Posts) != "[{administrator 14}]" {
			t.Errorf("the administrator has the posts %v", me.Posts)
		}
		if r := (client{base: srv.base}).call("POST", "/sessions", object{"login": "first1", "password": password, "code": code}); r.status != http.StatusForbidden {
			t.Errorf("the same code again: %d", r.status)
		}
		for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": "yinqiao_http_request_seconds", "/status": "正常"} {
			if status, body := get(t, srv.base+path); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s: %d %.200s", path, status, body)
			}
		}
		srv.stop(t)
	})
}

func TestVerifyingNamesTheEntryThatWasChanged(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		in.fails(t, []string{"journal", "verify"}, "没有银桥的数据库")
		in.must(t, "admin", "first", "--division", "14")
		if out := in.must(t, "journal", "retally"); !strings.Contains(out, "figures") {
			t.Errorf("retally says %q", out)
		}
		if out := in.must(t, "journal", "retally"); !strings.Contains(out, " 0 were different") {
			t.Errorf("the second retally says %q", out)
		}
		if out := in.must(t, "journal", "verify"); !strings.Contains(out, " 0 not sealed yet, 0 details erased, 0 problems") {
			t.Errorf("verify says %q", out)
		}
		d := in.writable(t)
		defer d.Close()
		var entry string
		if err := d.QueryRow(`SELECT id FROM journal_entry WHERE act = 'staff.hired'`).Scan(&entry); err != nil {
			t.Fatal(err)
		}
		for _, forgery := range []string{`UPDATE journal_detail SET body = '{}' WHERE entry = $1`, `UPDATE journal_entry SET basis_ref = 'nobody' WHERE id = $1`} {
			tamper(t, d, forgery, entry)
			if out := in.fails(t, []string{"journal", "verify"}); !strings.Contains(out, entry) {
				t.Errorf("after %q the entry %s is not named:\n%s", forgery, entry, out)
			}
		}
	})
}

// tamper changes one row behind the program's back.
func tamper(t *testing.T, d *sql.DB, query string, args ...any) {
	t.Helper()
	r, err := d.Exec(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%s: %d rows, %v", query, n, err)
	}
}

// writable opens the installation's database as its administrator may.
func (in install) writable(t *testing.T) *sql.DB {
	t.Helper()
	driver, dsn := "sqlite", filepath.Join(in.dir, db.File)+"?_pragma=busy_timeout(10000)" // a server writes too
	if in.url != "" {
		driver, dsn = "pgx", in.url
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAnInstallationWithoutItsKeysIsRefused(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		in.must(t, "admin", "first", "--division", "14")
		keys := filepath.Join(in.dir, "keys")
		if err := os.Rename(keys, keys+"-away"); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"journal", "verify"}, {"journal", "retally"}, {"admin", "first", "--division", "14"}} {
			in.fails(t, args, "找不到这个数据库的密钥", "keys")
		}
		if _, err := os.Stat(keys); err == nil {
			t.Error("new keys were made for an old database")
		}
		if err := os.Rename(keys+"-away", keys); err != nil {
			t.Fatal(err)
		}
		in.must(t, "journal", "verify")
	})
}

func TestADatabaseWithAnotherOrderOfLettersIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	admin, err := sql.Open("pgx", dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec(`DROP DATABASE IF EXISTS other_order WITH (FORCE)`)
		_ = admin.Close()
	})
	for _, how := range []string{"LOCALE 'C.UTF-8'", "LOCALE 'C.utf8'", "LOCALE 'en_US.UTF-8'", "LOCALE_PROVIDER icu ICU_LOCALE 'zh' LOCALE 'C'"} {
		if _, err = admin.Exec(`CREATE DATABASE other_order TEMPLATE template0 ENCODING 'UTF8' ` + how); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal("this PostgreSQL knows no locale but C: ", err)
	}
	in := install{dir: t.TempDir(), url: strings.Replace(dbtest.Postgres(t), "/postgres?", "/other_order?", 1)}
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"migrate"}} {
		in.fails(t, args, "createdb -T template0 -E UTF8 -l C", "locale C")
	}
	in.url = strings.Replace(in.url, "other_order", "no_such_database", 1)
	in.fails(t, []string{"migrate"}, "连不上数据库")
	in.url = "mysql://localhost/x"
	in.fails(t, []string{"migrate"}, "postgres://")
}

func TestATakenPortIsSaidInASentence(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		in.fails(t, []string{"serve", "--addr", l.Addr().String()}, "--addr", l.Addr().String())
	})
}

func TestStoppingFinishesTheRequestUnderWay(t *testing.T) {
	t.Parallel()
	eachInstall(t, func(t *testing.T, in install) {
		srv := in.serve(t, "--demo")
		conn, err := net.Dial("tcp", strings.TrimPrefix(srv.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		body := `{"login":"tyclerk","password":"` + app.DemoPassword + `"}`
		fmt.Fprintf(conn, "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
		in1 := bufio.NewReader(conn)
		if line, err := in1.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
			t.Fatalf("%q, %v", line, err)
		}
		// The server has begun to read the request. Now it is asked to stop.
		if err := srv.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		srv.refuses(t)
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(in1)
		if err != nil || !strings.Contains(string(rest), " 201 Created") || !strings.Contains(string(rest), `"token"`) {
			t.Errorf("the request under way got %q, %v", rest, err)
		}
		if err := srv.ended(t); err != nil {
			t.Errorf("the server did not end in order: %v\n%s", err, srv.log)
		}
		if out := in.must(t, "journal", "verify"); !strings.Contains(out, " 0 not sealed yet") {
			t.Errorf("what was under way was not sealed: %s", out)
		}
	})
}

// refuses waits until the server takes no new connections.
func (p *process) refuses(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-tick.C {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
		if err != nil {
			return
		}
		_ = c.Close()
	}
	t.Fatalf("the server still takes connections\n%s", p.log)
}
