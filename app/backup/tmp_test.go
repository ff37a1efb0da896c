package backup
import ("testing";"yinqiao/db";"time";"fmt";"runtime";"os";"sync/atomic";"path/filepath")
func TestTmpBig(t *testing.T){
 const N = 300000
 for _, from := range []db.Dialect{db.SQLite, db.Postgres} {
 a := empty(t, from).open(true)
 blob := make([]byte, 60)
 for i := 0; i < N; i += 10000 {
  var p, c, x [][]any
  for k := i; k < i+10000; k++ {
   id := fmt.Sprintf("0193-%012d-aaaa-bbbb-cccc", k)
   p = append(p, []any{id, "王桂英", "female", "1941-02-03", "140105001", blob, time.Now()})
   c = append(c, []any{id, id+"c", "resident_id", blob, "1234", "active"})
   x = append(x, []any{fmt.Sprintf("%040d", k*7919), id, id+"c"})
  }
  if err := a.db.Write(t.Context(), func(tx *db.Tx) error {
   if err := tx.InsertRows("person", []string{"id","name","sex","birth","division","address","created_at"}, p); err != nil { return err }
   if err := tx.InsertRows("credential", []string{"person","id","kind","sealed","tail","state"}, c); err != nil { return err }
   return tx.InsertRows("credential_index", []string{"hash","person","credential"}, x)
  }); err != nil { t.Fatal(err) }
 }
 var peak atomic.Uint64
 stop := make(chan bool)
 go func(){ for { select { case <-stop: return; case <-time.After(50*time.Millisecond): var m runtime.MemStats; runtime.ReadMemStats(&m); if m.HeapAlloc > peak.Load() { peak.Store(m.HeapAlloc) } } } }()
 runtime.GC()
 t0 := time.Now()
 f := a.write(true)
 st, _ := os.Stat(f)
 d := time.Since(t0)
 t.Logf("%s write %v %.0f rows/s size %d MB heap peak %d MB", from, d, 3*N/d.Seconds(), st.Size()>>20, peak.Load()>>20)
 for _, to := range []db.Dialect{db.SQLite, db.Postgres} {
  b := empty(t, to)
  peak.Store(0); runtime.GC()
  t0 = time.Now()
  ar, err := inspect(t.Context(), f)
  ti := time.Since(t0)
  _ = ar
  if _, err = Restore(t.Context(), b.db, b.dir, f); err != nil { t.Fatal(err) }
  d := time.Since(t0)-ti
  t.Logf("  restore into %s %v %.0f rows/s (inspect %v) heap peak %d MB", to, d, 3*N/d.Seconds(), ti, peak.Load()>>20)
  if to == db.SQLite { m, _ := filepath.Glob(filepath.Join("/tmp","*","*","yinqiao.db-wal")); _ = m }
 }
 close(stop)
 }
}
