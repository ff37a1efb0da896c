package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yinqiao/db"
)

// Report is what a verification found.
type Report struct {
	Batches  int64
	Entries  int64 // sealed entries checked
	Unsealed int64 // entries younger than the last seal
	Kept     int64 // the highest batch whose head is kept outside the database
	Behind   bool  // heads are missing that should be kept by now; it is among the problems
	// Erased counts details that were erased by right: an entry of ActErased names
	// theirs, and nothing else excuses a detail that is not there.
	Erased   int64
	Problems []Problem
}

// keepFor is how long a head may take from the seal to the file.
const keepFor = time.Minute

// Problem is one trace of tampering and where it is.
type Problem struct {
	Batch int64
	Entry string // empty when the whole batch is meant
	Say   string
}

// Verify recomputes every hash from the rows and holds the chain against the
// signed heads outside the database. It finds changed, added, removed and
// reordered entries and a cut tail, also when whoever did it recomputed the
// chain inside the database. That it lacks the heads to do so is a problem too.
// Keys of another database are vault.ErrWrongKeys, not a forgery.
func (j *Journal) Verify(ctx context.Context) (Report, error) {
	v := verifier{j: j, kept: map[int64]headLine{}}
	r, err := j.db.Read(ctx)
	if err != nil {
		return v.Report, err
	}
	if _, err := Marked(r, j.vault); err != nil && !errors.Is(err, db.ErrNoRows) {
		return v.Report, err
	}
	lines, err := j.heads.load()
	if err != nil {
		return v.Report, err
	}
	for _, l := range lines {
		if err := j.checkSignature(l); err != nil {
			v.found(l.Seq, "", "the kept head has no valid signature of this installation")
		}
		if k, ok := v.kept[l.Seq]; ok && k.Head != l.Head {
			v.found(l.Seq, "", "two different heads were kept for this batch")
		}
		v.kept[l.Seq] = l
		v.Kept = max(v.Kept, l.Seq)
	}
	v.due = j.now().Add(-keepFor)
	if v.excused, err = excused(r); err != nil {
		return v.Report, err
	}
	if err := v.chain(r); err != nil {
		return v.Report, err
	}
	return v.Report, v.strays(r)
}

type verifier struct {
	Report
	j       *Journal
	kept    map[int64]headLine
	awaited int64 // the chain's end that the walk was last sent on to
	excused map[string]bool
	due     time.Time // heads of batches sealed before are to be kept
}

func (v *verifier) found(batch int64, entry, say string) {
	v.Problems = append(v.Problems, Problem{batch, entry, say})
}

// chain walks the batches in their order to where the database says they end.
func (v *verifier) chain(q db.Q) error {
	prev, seq := "", int64(0)
	for {
		var bs []batchRow
		if err := q.Select(&bs, `SELECT `+batchColumns+` FROM journal_batch WHERE seq > $1 ORDER BY seq LIMIT 200`, seq); err != nil {
			return err
		}
		for _, b := range bs {
			v.gap(seq+1, b.Seq-1, "missing")
			if err := v.batch(q, prev, b); err != nil {
				return err
			}
			prev, seq = b.Head, b.Seq
		}
		if len(bs) > 0 {
			continue
		}
		more, err := v.end(q, seq, prev)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	v.gap(seq+1, v.Kept, "cut off: heads are kept outside the database")
	if v.Behind {
		v.found(v.Kept+1, "", fmt.Sprintf("heads are kept only to %d of %d outside the database", v.Kept, seq))
	}
	return nil
}

// end compares where the walk ended with where the database says the chain ends.
// It returns true, and reports nothing, when there may be batches that were
// sealed during the walk.
func (v *verifier) end(q db.Q, seq int64, head string) (more bool, err error) {
	var chain batchRow
	err = q.Get(&chain, `SELECT seq, head FROM journal_chain WHERE one = 1`)
	switch {
	case errors.Is(err, db.ErrNoRows):
		v.found(seq, "", "the row that says where the chain ends is missing")
		return false, nil
	case err != nil:
		return false, err
	case chain.Seq > seq && chain.Seq != v.awaited:
		v.awaited = chain.Seq
		return true, nil
	case chain.Seq != seq || chain.Head != head:
		v.found(seq, "", "the end of the chain is not where the database says")
	}
	return false, nil
}

// gap reports batches that are not there, as one problem: a forged number must
// not make the report endless.
func (v *verifier) gap(from, to int64, say string) {
	switch {
	case from == to:
		v.found(from, "", "the batch is "+say)
	case from < to:
		v.found(from, "", fmt.Sprintf("the batches %d to %d are %s", from, to, say))
	}
}

func (v *verifier) batch(q db.Q, prev string, b batchRow) error {
	v.Batches++
	var es []Entry
	if err := q.Select(&es, `SELECT `+entryColumns+` FROM journal_entry WHERE batch = $1 ORDER BY id`, b.Seq); err != nil {
		return err
	}
	var abouts []struct{ ID, Kind, Entry, Role string }
	if err := q.Select(&abouts, `SELECT id, kind, entry, role FROM journal_about
		WHERE entry IN (SELECT id FROM journal_entry WHERE batch = $1)`, b.Seq); err != nil {
		return err
	}
	about := map[string][]About{}
	for _, a := range abouts {
		about[a.Entry] = append(about[a.Entry], About{a.ID, a.Kind, a.Role})
	}
	var details []struct{ Entry, Salt, Body string }
	if err := q.Select(&details, `SELECT entry, salt, body FROM journal_detail
		WHERE entry IN (SELECT id FROM journal_entry WHERE batch = $1)`, b.Seq); err != nil {
		return err
	}
	digests := map[string]string{}
	for _, d := range details {
		digests[d.Entry] = digest(d.Salt, d.Body)
	}
	hashes := make([]string, len(es))
	for i := range es {
		e := &es[i]
		v.Entries++
		hashes[i] = e.sum(about[e.ID])
		if hashes[i] != e.Hash {
			v.found(b.Seq, e.ID, "the entry, or what it is about, was changed")
		}
		switch d, ok := digests[e.ID]; {
		case !ok && v.excused[e.ID]:
			v.Erased++
		case !ok:
			v.found(b.Seq, e.ID, "the entry's detail was removed")
		case d != e.Digest:
			v.found(b.Seq, e.ID, "the entry's detail was changed")
		}
	}
	if int64(len(es)) != b.Entries {
		v.found(b.Seq, "", fmt.Sprintf("the batch was sealed with %d entries and has %d", b.Entries, len(es)))
	}
	got := b
	got.Root = root(hashes)
	if got.Root != b.Root {
		v.found(b.Seq, "", "the entries are not those that were sealed, or not in that order")
	}
	if h := head(prev, got); h != b.Head {
		v.found(b.Seq, "", "the batch does not follow from the one before it")
	}
	if err := v.j.checkSignature(headLine{b.Seq, b.Head, b.Signature}); err != nil {
		v.found(b.Seq, "", "the batch is not signed by this installation")
	}
	if k, ok := v.kept[b.Seq]; ok && k.Head != b.Head {
		v.found(b.Seq, "", "the batch differs from the head kept outside the database")
	} else if !ok && b.Seq <= v.Kept {
		v.found(b.Seq, "", "no head was kept for this batch")
	}
	// The time is sealed too: it can't be moved to excuse a lost file.
	v.Behind = v.Behind || b.Seq > v.Kept && b.SealedAt.Before(v.due)
	return nil
}

// strays finds what the walk from the first batch can't reach, and counts the
// entries that are still waiting.
func (v *verifier) strays(q db.Q) error {
	var below []int64
	if err := q.Select(&below, `SELECT seq FROM journal_batch WHERE seq < 1 ORDER BY seq LIMIT 100`); err != nil {
		return err
	}
	for _, seq := range below {
		v.found(seq, "", "no batch has such a number")
	}
	var ids []string
	if err := q.Select(&ids, `SELECT id FROM journal_entry WHERE batch IS NOT NULL
		AND (batch < 1 OR batch NOT IN (SELECT seq FROM journal_batch)) ORDER BY id LIMIT 100`); err != nil {
		return err
	}
	for _, id := range ids {
		v.found(0, id, "the entry claims a batch that was never sealed")
	}
	return q.Get(&v.Unsealed, `SELECT COUNT(*) FROM journal_entry WHERE batch IS NULL`)
}
