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

// gather is how long new entries wait for others before they are sealed together.
const gather = time.Second

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
		case <-time.After(gather):
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
	looked := j.CheckHeads(ctx) // a file that can't be read must not stop the sealing
	for {
		n, err := j.seal(ctx)
		if err != nil {
			return err
		}
		if n < sealMost {
			return errors.Join(looked, j.KeepHeads(ctx))
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
		if err := lockChain(tx); err != nil {
			return err
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
		sig, err := j.vault.Sign(signed(b.Seq, b.Head))
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

// lockChain makes sealers and recounts take turns.
func lockChain(tx *db.Tx) error {
	n, err := tx.Exec(`UPDATE journal_chain SET seq = seq WHERE one = 1`)
	if err == nil && n != 1 {
		err = errors.New("journal: the row that says where the chain ends is missing")
	}
	return err
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

// KeepHeads copies the heads that the file lacks out of the database. Only heads
// signed with our key are copied, so a batch that somebody else put into the
// database never becomes a kept one, nor does it keep ours from being kept.
func (j *Journal) KeepHeads(ctx context.Context) error {
	from, err := j.heads.reach()
	if err != nil {
		return err
	}
	r, err := j.db.Read(ctx)
	if err != nil {
		return err
	}
	var foreign error
	for {
		var bs []batchRow
		if err := r.Select(&bs, `SELECT `+batchColumns+` FROM journal_batch WHERE seq > $1 ORDER BY seq LIMIT 1000`, from); err != nil {
			return err
		}
		if len(bs) == 0 {
			return foreign
		}
		ls := make([]headLine, 0, len(bs))
		for _, b := range bs {
			l := headLine{b.Seq, b.Head, b.Signature}
			if err := j.checkSignature(l); err != nil {
				foreign = fmt.Errorf("journal: batch %d in the database is not signed by this installation: %w", b.Seq, err)
				continue
			}
			ls = append(ls, l)
		}
		if err := j.heads.add(ls); err != nil {
			return err
		}
		from = bs[len(bs)-1].Seq
	}
}

// signed is what a signature covers. The sequence is in it so that a head can't
// be passed off as that of another batch.
func signed(seq int64, head string) []byte { return fmt.Appendf(nil, "%d\n%s", seq, head) }

func (j *Journal) checkSignature(l headLine) error {
	sig, err := hex.DecodeString(l.Signature)
	if err != nil {
		return err
	}
	if hex.EncodeToString(sig) != l.Signature {
		return errors.New("the signature is not written as it was")
	}
	return j.vault.Verify(sig, signed(l.Seq, l.Head))
}
