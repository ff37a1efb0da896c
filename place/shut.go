package place

import (
	"cmp"
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

var errShut = civic.E(civic.Invalid, "place.shut", "请写一句为什么不办了、该去哪里，最多60字，不要写人名和号码，老人要看得懂。").On("shut")

// Shut says that a place serves the public no more, with a reason that people read. It
// stays on the record, its staff keep their cases, and nothing new is sent there. It
// needs staff.manage in its division. Invalid without a reason.
func (s *Service) Shut(ctx context.Context, actor civic.Actor, id civic.OfficeID, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return errShut
	}
	return s.setShut(ctx, actor, id, ActShut, reason)
}

// Reopen lets a place that was shut serve the public again. It needs staff.manage in
// its division.
func (s *Service) Reopen(ctx context.Context, actor civic.Actor, id civic.OfficeID) error {
	return s.setShut(ctx, actor, id, ActReopened, "")
}

func (s *Service) setShut(ctx context.Context, actor civic.Actor, id civic.OfficeID, act journal.Act, why string) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		o, err := Read(tx, id)
		if err != nil {
			if _, denied := tx.Authorise(civic.Need{Permission: civic.MayManageStaff}); denied != nil {
				return denied // who may not learns nothing of what there is
			}
			return err
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: o.Division})
		if err != nil {
			return err
		}
		if n, err := tx.Exec(`UPDATE office SET shut = $1 WHERE id = $2 AND shut <> $1`, why, id); err != nil || n == 0 {
			return cmp.Or(err, journal.ErrUnchanged)
		}
		detail := map[string]string{"name": o.Name, "division": string(o.Division)}
		if why != "" {
			detail["reason"] = why
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: detail, About: about(id)})
	})
}
