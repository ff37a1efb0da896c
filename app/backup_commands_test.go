package app

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/db/dbtest"
)

// command runs the command line.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Main(t.Context(), args, &out, &out)
	return out.String(), err
}

// inhabited makes an installation with a few sealed acts in a new folder.
func inhabited(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	ctx := context.Background()
	a, err := Open(ctx, Config{Dir: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Journal.SealAll(ctx); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAnInstallationMovesToPostgreSQLByBackupAndRestore(t *testing.T) {
	t.Parallel()
	from, to, url := inhabited(t), t.TempDir(), dbtest.NewPostgres(t)
	file := filepath.Join(t.TempDir(), "all.backup")
	out, err := command(t, "backup", "--data", from, "--with-keys", file)
	if err != nil || !strings.Contains(out, "division") || !strings.Contains(out, "密钥在备份里") {
		t.Fatalf("%s, %v", out, err)
	}
	if out, err = command(t, "restore", "--data", to, "--database", url, file); err != nil || !strings.Contains(out, " 0 problems") {
		t.Fatalf("%s, %v", out, err)
	}
	// Every later command finds keys and heads where the restore put them.
	if out, err = command(t, "journal", "verify", "--data", to, "--database", url); err != nil || strings.Contains(out, "0 batches") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err = command(t, "restore", "--data", to, "--database", url, file); err == nil || !strings.Contains(err.Error(), "已经有数据") {
		t.Errorf("twice: %s, %v", out, err)
	}
}

func TestABackupWithoutKeysSaysThatTheyMustBeKeptApart(t *testing.T) {
	t.Parallel()
	from := inhabited(t)
	file := filepath.Join(t.TempDir(), "all.backup")
	out, err := command(t, "backup", "--data", from, file)
	if err != nil || !strings.Contains(out, filepath.Join(from, "keys")) || !strings.Contains(out, "without it this backup can't be read") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err = command(t, "restore", "--data", t.TempDir(), file); err == nil || !strings.Contains(err.Error(), "--with-keys") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestABackupOfNoInstallationMakesNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := command(t, "backup", "--data", dir, filepath.Join(t.TempDir(), "all.backup"))
	if err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("%v", err)
	}
	if fs, _ := filepath.Glob(filepath.Join(dir, "*")); len(fs) != 0 {
		t.Errorf("it made %v", fs)
	}
}
