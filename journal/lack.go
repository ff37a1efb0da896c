package journal

import (
	"context"
)

// handful is how many of the newest heads may be missing from the file when a
// process starts: those that the one before had no time to copy.
const handful = 10

// CheckHeads looks once, before the file is filled again, at how many heads it
// lacks. More than the newest handful mean that it was lost, or that this replica
// is new: the log says so, since what is copied out of the database afterwards
// proves nothing of the time before.
func (j *Journal) CheckHeads(ctx context.Context) error {
	if j.lacked.Load() >= 0 {
		return nil
	}
	kept, err := j.heads.reach()
	if err != nil {
		return err
	}
	r, err := j.db.Read(ctx)
	if err != nil {
		return err
	}
	var n int64
	if err := r.Get(&n, `SELECT COUNT(*) FROM journal_batch WHERE seq > $1`, kept); err != nil {
		return err
	}
	if j.lacked.CompareAndSwap(-1, n) && n > handful {
		j.log.Error("journal: the heads file is missing or far behind, and is filled again from the database. It proves nothing of the batches before now. "+
			"Stop, put the right file into the data folder, run journal verify, and start again",
			"file", j.heads.path, "kept", kept, "lacked", n)
	}
	return nil
}

// Lacked returns how many heads had to be copied anew from the database when the
// process started, beyond the newest handful: 0 when all is well.
func (j *Journal) Lacked() int64 {
	if n := j.lacked.Load(); n > handful {
		return n
	}
	return 0
}
