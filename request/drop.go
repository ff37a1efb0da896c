package request

import (
	"context"
	"embed"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

//go:embed data/drafts.yaml
var draftFile embed.FS

var draftData = ruledata.Must[struct {
	Version int
	Source  string
	Restore int64 `yaml:"restore_minutes"`
}](draftFile, "data/drafts.yaml")

// RestoreFor is how long a dropped draft can be taken up again.
func RestoreFor() time.Duration { return time.Duration(draftData.Restore) * time.Minute }

var errGone = civic.E(civic.Conflict, "draft.dropped", "这份单子您说不办了，已经收起来了。要办请重新开始。")

// Restorable reports whether a dropped draft can still be taken up again.
func (d *Draft) Restorable(now time.Time) bool {
	return d.State == "dropped" && now.Sub(d.Updated) < RestoreFor()
}

// Drop puts a half-done draft away and lets go of what it holds. For a while
// it can be restored.
func (s *Service) Drop(ctx context.Context, actor civic.Actor, id civic.DraftID) error {
	return s.j.Scratch(ctx, actor, func(tx *journal.Scratch) error {
		d, auth, err := s.reach(tx, &tx.Actor, id, tx.Authorise)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE draft SET state = 'dropped', rev = rev + 1, updated_at = $1 WHERE id = $2 AND state = 'open'`, tx.Now, id)
		if err != nil {
			return err
		}
		if n == 0 {
			if d.State == "dropped" {
				return nil // pressed twice
			}
			return ErrSubmitted
		}
		def, err := s.catalog.Version(tx, d.DefHash)
		if err != nil {
			return err
		}
		var drops []Drop
		for key, vs := range d.Answers {
			if f := fallen(def, key, vs); len(f.Holds) > 0 {
				drops = append(drops, f)
			}
		}
		return s.sit(tx, tx.Actor, tx.Now, auth, d).release(tx, drops)
	})
}

// Restore takes a dropped draft up again, within RestoreFor. What it held is held
// again if it is still there, and else asked again.
func (s *Service) Restore(ctx context.Context, actor civic.Actor, id civic.DraftID) (*View, error) {
	var out *View
	err := s.j.Scratch(ctx, actor, func(tx *journal.Scratch) error {
		_, auth, err := s.reach(tx, &tx.Actor, id, tx.Authorise)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE draft SET state = 'open', rev = rev + 1, updated_at = $1 WHERE id = $2 AND state = 'dropped' AND updated_at > $3`,
			tx.Now, id, tx.Now.Add(-RestoreFor()))
		if err != nil {
			return err
		}
		d, err := s.readDraft(tx, id)
		if err != nil {
			return err
		}
		if n == 0 && d.State != "open" {
			return errGone
		}
		sit := s.sit(tx, tx.Actor, tx.Now, auth, d)
		v, err := sit.view(d)
		if err != nil {
			return err
		}
		if n == 0 {
			out = v
			return nil
		}
		if err := sit.hold(tx, v); err != nil {
			return err
		}
		if err := s.keep(tx, v); err != nil {
			return err
		}
		out, err = sit.again(v)
		return err
	})
	return out, err
}
