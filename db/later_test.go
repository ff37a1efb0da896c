package db_test

import (
	"errors"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestWhatIsLeftForLaterIsThereForTheNextStatementAndTheCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		probe(t, d)
		ctx := soon(t)
		one := func(k string) [][]any { return [][]any{{k}} }
		if err := d.Write(ctx, func(tx *db.Tx) error {
			if err := errors.Join(tx.InsertLater("probe", []string{"k"}, [][]any{{"a"}, {"b"}}), tx.ExecLater(`DELETE FROM probe WHERE k = $1`, "a"), tx.InsertLater("probe", []string{"k"}, one("c"))); err != nil {
				return err
			}
			var ks []string
			if err := tx.Select(&ks, `SELECT k FROM probe ORDER BY k`); err != nil || len(ks) != 2 {
				t.Errorf("the next statement sees %v, %v", ks, err)
			}
			return tx.InsertLater("probe", []string{"k"}, one("d"))
		}); err != nil {
			t.Fatal(err)
		}
		if got := keys(t, d); got != "b c d" {
			t.Errorf("committed %q", got)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			return errors.Join(tx.InsertLater("probe", []string{"k"}, one("e")), tx.InsertLater("probe", []string{"k"}, one("b")))
		})
		if !db.IsUnique(err) {
			t.Errorf("a key that is there already is told of at the commit: %v", err)
		}
		bad := errors.New("changed my mind")
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(tx.InsertLater("probe", []string{"k"}, one("f")), bad) }); !errors.Is(err, bad) {
			t.Errorf("the closure's own error comes back: %v", err)
		}
		if got := keys(t, d); got != "b c d" {
			t.Errorf("committed %q", got)
		}
	})
}
