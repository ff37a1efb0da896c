package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"yinqiao/db"
)

// sealMost bounds a batch, so that sealing never holds the writer for long.
const sealMost = 500

type batchRow struct {
	Seq       int64
	SealedAt  time.Time
	Entries   int64
	Root      string
	Head      string
	Signature string
}

func root(hashes []string) string {
	h := sha256.New()
	for _, s := range hashes {
		h.Write([]byte(s))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func head(prev string, b batchRow) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%d\n%s", prev, b.Seq, b.SealedAt.UnixMicro(), b.Entries, b.Root))
	return hex.EncodeToString(h[:])
}

// Run seals new entries as they come, until ctx ends.
func (j *Journal) Run(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second) // entries that other replicas left
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-j.wake:
		case <-tick.C:
		}
		if err := j.SealAll(ctx); err != nil && ctx.Err() == nil {
			j.log.Error("journal: sealing", "err", err)
		}
		// Let a batch gather: one seal for many acts.
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (j *Journal) nudge() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// SealAll seals every entry that is committed now.
func (j *Journal) SealAll(ctx context.Context) error {
	for {
		n, err := j.seal(ctx)
		if err != nil {
			return err
		}
		if n < sealMost {
			return j.keepHeads(ctx)
		}
	}
}

// seal gives the oldest unsealed entries their order, chains and signs them, and
// counts them in the same transaction: an entry is counted once because it is
// sealed once.
func (j *Journal) seal(ctx context.Context) (int, error) {
	if idle, err := j.nothingToSeal(ctx); err != nil || idle {
		return 0, err
	}
	var n int
	err := j.db.Write(ctx, func(tx *db.Tx) error {
		n = 0
		if _, err := tx.Exec(`UPDATE journal_chain SET seq = seq WHERE one = 1`); err != nil {
			return err // the lock: sealers take turns
		}
		var chain struct {
			Seq  int64
			Head string
		}
		if err := tx.Get(&chain, `SELECT seq, head FROM journal_chain WHERE one = 1`); err != nil {
			return err
		}
		var es []sealed
		if err := tx.Select(&es, `SELECT id, hash, act, day, division, channel, measure, bucket FROM journal_entry
			WHERE batch IS NULL ORDER BY id LIMIT $1`, sealMost); err != nil || len(es) == 0 {
			return err
		}
		hashes := make([]string, len(es))
		for i, e := range es {
			hashes[i] = e.Hash
		}
		b := batchRow{Seq: chain.Seq + 1, SealedAt: j.now(), Entries: int64(len(es)), Root: root(hashes)}
		b.Head = head(chain.Head, b)
		sig, err := j.vault.Sign([]byte(b.Head))
		if err != nil {
			return err
		}
		b.Signature = hex.EncodeToString(sig)
		if err := markSealed(tx, b.Seq, es); err != nil {
			return err
		}
		if err := insertBatch(tx, b); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE journal_chain SET seq = $1, head = $2 WHERE one = 1`, b.Seq, b.Head); err != nil {
			return err
		}
		n = len(es)
		return count(tx, es)
	})
	return n, err
}

func (j *Journal) nothingToSeal(ctx context.Context) (bool, error) {
	r, err := j.db.Read(ctx)
	if err != nil {
		return false, err
	}
	var id string
	err = r.Get(&id, `SELECT id FROM journal_entry WHERE batch IS NULL ORDER BY id LIMIT 1`)
	if errors.Is(err, db.ErrNoRows) {
		return true, nil
	}
	return false, err
}

func markSealed(tx *db.Tx, seq int64, es []sealed) error {
	for len(es) > 0 {
		n := min(len(es), 250)
		args := make([]any, 1, n+1)
		args[0] = seq
		for _, e := range es[:n] {
			args = append(args, e.ID)
		}
		got, err := tx.Exec(`UPDATE journal_entry SET batch = $1 WHERE batch IS NULL AND id IN `+db.In(2, n), args...)
		if err != nil {
			return err
		}
		if got != int64(n) {
			return fmt.Errorf("journal: sealed %d of %d entries", got, n)
		}
		es = es[n:]
	}
	return nil
}

func insertBatch(tx *db.Tx, b batchRow) error {
	return tx.InsertRows("journal_batch", []string{"seq", "sealed_at", "entries", "root", "head", "signature"},
		[][]any{{b.Seq, b.SealedAt, b.Entries, b.Root, b.Head, b.Signature}})
}

const batchColumns = `seq, sealed_at, entries, root, head, signature`

// keepHeads copies the heads that the file lacks out of the database. Only heads
// signed with our key are copied, so a batch that somebody else appended to the
// database never becomes a kept one.
func (j *Journal) keepHeads(ctx context.Context) error {
	from, err := j.heads.reach()
	if err != nil {
		return err
	}
	r, err := j.db.Read(ctx)
	if err != nil {
		return err
	}
	for {
		var bs []batchRow
		if err := r.Select(&bs, `SELECT `+batchColumns+` FROM journal_batch WHERE seq > $1 ORDER BY seq LIMIT 1000`, from); err != nil || len(bs) == 0 {
			return err
		}
		ls := make([]headLine, 0, len(bs))
		for _, b := range bs {
			if err := j.checkSignature(b.Head, b.Signature); err != nil {
				return fmt.Errorf("journal: batch %d in the database is not signed by this installation: %w", b.Seq, err)
			}
			ls = append(ls, headLine{b.Seq, b.Head, b.Signature})
		}
		if err := j.heads.add(ls); err != nil {
			return err
		}
		from = bs[len(bs)-1].Seq
	}
}

func (j *Journal) checkSignature(head, signature string) error {
	sig, err := hex.DecodeString(signature)
	if err != nil {
		return err
	}
	return j.vault.Verify(sig, []byte(head))
}
