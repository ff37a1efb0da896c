package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"time"
)

const superuser = "postgres"

// keeper makes the cluster, runs it, and stays until the test process is gone,
// however that ended: its standard input is a pipe that only the test process
// holds open. Then it ends the server and removes the folder. $1 is the folder,
// $2 where the programs are, $3 "keep" if the data are to stay; the rest are
// settings.
const keeper = `
trap '' INT TERM HUP
dir=$1 bin=$2 keep=$3
shift 3
cd "$dir" || exit 1
if [ ! -d data ]; then
	rm -rf making
	"$bin/initdb" -D making -U ` + superuser + ` -A trust -E UTF8 --locale=C --no-sync </dev/null || exit 1
	mv making data
fi
"$bin/postgres" -D data -k "$dir" -c listen_addresses= -c max_connections=300 \
	-c deadlock_timeout=50ms -c timezone=Asia/Shanghai -c jit=off "$@" </dev/null &
server=$!
cat >/dev/null
if [ "$keep" ]; then
	kill -INT $server
	wait $server
	exit
fi
kill -QUIT $server
wait $server
cd /
rm -rf "$dir"
`

// hasty gives up durability for speed.
var hasty = []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
	"max_wal_size=128MB", "dynamic_shared_memory_type=mmap"}

// launch starts the private cluster and returns once it answers.
func launch() (*cluster, error) {
	// A short path: a socket's may have 107 bytes.
	dir, err := os.MkdirTemp(home(), "yinqiao-pg-")
	if err != nil {
		return nil, err
	}
	c, err := launchIn(dir, false, hasty)
	if err != nil {
		_ = os.RemoveAll(dir) // the keeper may have gone before its last line
	}
	return c, err
}

// launchIn starts a cluster whose data are, or will be, in the folder.
func launchIn(dir string, keep bool, settings []string) (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	args := []string{"-c", keeper, "keeper", dir, bin, ""}
	if keep {
		args[len(args)-1] = "keep"
	}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	log := filepath.Join(dir, "log")
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH") + ":/usr/bin:/bin", "LC_ALL=C"}
	cmd.Stdout, cmd.Stderr = out, out // not ours: "go test" would wait for them
	if err := apart(cmd, dir); err != nil {
		return nil, err
	}
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	c := &cluster{dir: dir, hold: hold, gone: gone}
	if c.admin, err = sql.Open("pgx", c.url("postgres")); err != nil {
		return nil, err
	}
	c.admin.SetMaxOpenConns(4)
	if err := c.await(gone); err != nil {
		said, _ := os.ReadFile(log)
		hold.Close()
		return nil, fmt.Errorf("PostgreSQL did not start: %w\n%s", err, said)
	}
	return c, nil
}

func (c *cluster) await(gone <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	var last error
	for {
		select {
		case err := <-gone:
			return fmt.Errorf("it ended: %v", err)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		case <-again.C:
		}
		if last = c.admin.PingContext(ctx); last == nil {
			return nil
		}
	}
}

// programs finds the folder of initdb and postgres.
func programs() (string, error) {
	var tries []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			tries = append(tries, filepath.Dir(p))
		}
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil && len(out) > 1 {
		tries = append(tries, string(out[:len(out)-1]))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(p)))
		return n
	}
	sort.Slice(debian, func(i, j int) bool { return version(debian[i]) > version(debian[j]) })
	for _, dir := range append(tries, debian...) {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errMissing
}

func executable(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}
