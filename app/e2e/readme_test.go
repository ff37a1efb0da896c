package e2e

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"yinqiao/app"
)

// root is the top of the repository, from this package's folder.
const root = "../.."

func TestTheCommandsOfTheReadmeExist(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile("(?m)^\\| (`.+`)[^|]*\\|")
	command := regexp.MustCompile("`(?:yinqiao )?([a-z]+(?: [a-z]+)?)[^`]*`")
	target := regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)")
	for _, file := range []string{"README.md", "README.zh-CN.md"} {
		b, err := os.ReadFile(root + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range row.FindAllSubmatch(b, -1) {
			for _, c := range command.FindAllSubmatch(r[1], -1) {
				n++
				args := append(strings.Fields(string(c[1])), "--help")
				var out bytes.Buffer
				if err := app.Help(args, &out); err != nil || !strings.Contains(out.String(), "Usage: yinqiao "+string(c[1])) {
					t.Errorf("%s: no such command: %s (%v)\n%s", file, c[1], err, out.String())
				}
			}
		}
		if n < 8 {
			t.Errorf("%s: only %d commands were found", file, n)
		}
		for _, m := range target.FindAllSubmatch(b, -1) {
			if out, err := exec.Command("make", "-C", root, "-n", string(m[1])).CombinedOutput(); err != nil {
				t.Errorf("%s: make %s: %v\n%s", file, m[1], err, out)
			}
		}
	}
}

func TestMakeRunBuildsAndServesTheDemonstration(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "make", "-C", root, "run", "DATA="+t.TempDir(), "ADDR=127.0.0.1:0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that the server under make can be stopped too
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := false
	for sc := bufio.NewScanner(out); sc.Scan(); {
		if strings.Contains(sc.Text(), "ready: http://") {
			ready = true
			break
		}
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	_ = cmd.Wait() // make reports the signal
	if !ready {
		t.Fatal("make run did not become ready: ", errs.String())
	}
}
