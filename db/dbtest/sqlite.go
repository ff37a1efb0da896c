package dbtest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"yinqiao/db"
)

// file is the content of a migrated SQLite file, made once per process.
var file = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "yinqiao-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := migrated(db.Config{Dir: dir, NoSync: true}); err != nil {
		return nil, err
	}
	// Closing the last handle folds the write-ahead log into the file; what
	// stayed in the log would be missing from the copies.
	if st, err := os.Stat(filepath.Join(dir, db.File+"-wal")); err == nil && st.Size() > 0 {
		return nil, fmt.Errorf("the template's log was not folded in")
	}
	return os.ReadFile(filepath.Join(dir, db.File))
})

// copyFile puts a migrated file into a folder of the test's own.
func copyFile(t testing.TB) (dir string) {
	t.Helper()
	b, err := file()
	if err != nil {
		t.Fatalf("dbtest: SQLite template: %v", err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, db.File), b, 0o600); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return dir
}
