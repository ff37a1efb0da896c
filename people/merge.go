package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts on two registrations of one person.
var (
	ActMerged   = journal.Define("person.merged", "把重复登记的资料合成了一份")
	ActUnmerged = journal.Define("person.unmerged", "撤销了合并，资料分回两份")
)

var (
	errOne       = civic.E(civic.Conflict, "merge.same", "这两份资料已经是同一个人的了，不用再合并。")
	errTwoFacts  = civic.E(civic.Conflict, "merge.two_facts", "两份资料的出生日期或者性别不一样，可能是两个人，不能合并。请对照证件；有一份登记错了的话，请先更正，再来合并。")
	errTwoIDs    = civic.E(civic.Conflict, "merge.two_ids", "两份资料的身份证号不一样，应该是两个人，不能合并。有一份登记错了的话，请先改对。")
	errDeaths    = civic.E(civic.Conflict, "merge.died", "一份资料登记了去世，另一份没有。请先核实清楚，再合并。")
	errGone      = civic.E(civic.Conflict, "merge.gone", "有一份资料已经撤销或删除，不能合并。")
	errManySelf  = civic.E(civic.Conflict, "merge.many", "这个人的重复登记太多了，请联系系统管理员处理。")
	errNoMerge   = civic.E(civic.NotFound, "merge.unknown", "没有这次合并，请回到列表重新选。")
	errUndone    = civic.E(civic.Conflict, "merge.undone", "这次合并已经撤销过了，不用再撤。")
	errMergeLate = civic.E(civic.Conflict, "merge.late", "合并已经太久，不能再撤销了。请在两份资料里分别改正。")
)

// Side is one of two registrations, as whoever decides about them sees it: no
// number in full, and the name masked.
type Side struct {
	Match
	BirthDay string // YYYY-MM-DD, "" if it is not known
	Address  string // "" if it is not known
	Cards    []Credential
	Phones   []Contact
	Matters  int // requests and open drafts
	Grants   int // given and held, live
}

// MergePreview is what a merge would join.
type MergePreview struct {
	Keep, Drop Side
	Refused    *civic.Error // why it can't be done; nil when it can
}

// PreviewMerge shows both sides of a merge before it is done. It needs people.settle
// in both homes.
func (s *Service) PreviewMerge(ctx context.Context, actor civic.Actor, keep, drop civic.PersonID) (MergePreview, error) {
	var out MergePreview
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		k, d, _, err := twins(v, v.Authorise, keep, drop, true)
		if err != nil {
			return err
		}
		if err := s.mergeable(v, k, d); err != nil {
			if !civic.Is(err, civic.Conflict) {
				return err
			}
			out.Refused = civic.As(err)
		}
		if out.Keep, err = s.side(v, k); err == nil {
			out.Drop, err = s.side(v, d)
		}
		return err
	})
	if err != nil {
		return MergePreview{}, err
	}
	return out, nil
}

// twins resolves both sides and asks for the right to settle in both homes. The
// authority is of the home of the kept one.
func twins(q db.Q, authorise func(civic.Need) (civic.Authority, error), keep, drop civic.PersonID, look bool) (k, d Self, auth civic.Authority, err error) {
	if _, err = authorise(civic.Need{Permission: civic.MaySettlePeople, Look: look}); err != nil {
		return
	}
	if k, err = Resolve(q, keep); err != nil {
		return
	}
	if d, err = Resolve(q, drop); err != nil {
		return
	}
	need := settleNeed(d.Division)
	need.Look = look
	if _, err = authorise(need); err != nil {
		return
	}
	need.Division = k.Division
	auth, err = authorise(need)
	return
}

func (s *Service) side(q db.Q, self Self) (Side, error) {
	r, err := readPerson(q, self.Root)
	if err != nil {
		return Side{}, err
	}
	out := Side{Match: Match{Person: r.ID, Name: Masked(r.Name), Sex: r.Sex, Birth: year(r.Birth), Division: r.Division, Village: r.Village, State: Active}, BirthDay: r.Birth}
	if out.Address, err = s.openAddress(r); err != nil {
		return out, err
	}
	ids := self.Selves()
	if out.Cards, err = s.readCredentials(q, ids); err != nil {
		return out, err
	}
	if out.Phones, err = s.contacts(q, ids); err != nil {
		return out, err
	}
	// Only how many: what they are is not for whoever settles.
	args := db.Args(ids)
	if err = q.Get(&out.Matters, `SELECT COUNT(*) FROM draft WHERE state IN ('open', 'submitted') AND person IN `+db.In(1, len(ids)), args...); err != nil {
		return out, err
	}
	var held int
	if err = q.Get(&out.Grants, `SELECT COUNT(*) FROM proxy_grant WHERE state = 'active' AND person IN `+db.In(1, len(ids)), args...); err != nil {
		return out, err
	}
	err = q.Get(&held, `SELECT COUNT(*) FROM proxy_grant WHERE state = 'active' AND agent IN `+db.In(1, len(ids)), args...)
	out.Grants += held
	return out, err
}

// mergeable says why two registrations can't be of one person.
func (s *Service) mergeable(q db.Q, k, d Self) error {
	switch {
	case k.Root == d.Root:
		return errOne
	case k.State != "active" || d.State != "active":
		return errGone
	case k.Died != d.Died:
		return errDeaths
	case len(k.Also)+len(d.Also)+2 > aliasesMost:
		return errManySelf
	}
	var facts []personRow
	for _, self := range []Self{k, d} {
		r, err := readPerson(q, self.Root)
		if err != nil {
			return err
		}
		facts = append(facts, r)
	}
	if a, b := facts[0], facts[1]; known(a.Sex) && known(b.Sex) && a.Sex != b.Sex || a.Birth != "" && b.Birth != "" && a.Birth != b.Birth {
		return errTwoFacts
	}
	var numbers []string
	for _, self := range []Self{k, d} {
		rows, err := readCards(q, self.Selves())
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Kind != KindResidentID || !r.live() && r.State != Disputed {
				continue
			}
			n, err := s.number(r)
			if err != nil {
				return err
			}
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	if len(slices.Compact(numbers)) > 1 {
		return errTwoIDs
	}
	return nil
}

// Merge makes two registrations one person: drop becomes an alias of keep, and
// everything about either is read for both. Nothing that was written is changed.
// It needs people.settle in both homes, and returns the merge's ID.
func (s *Service) Merge(ctx context.Context, actor civic.Actor, keep, drop civic.PersonID, reason string) (string, error) {
	reason, errReason := cleanReason(reason)
	id := db.NewID()
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if _, _, _, err := twins(tx, tx.Authorise, keep, drop, false); err != nil {
			return err
		}
		if errReason != nil {
			return errReason
		}
		if _, err := LockSelf(tx, keep, drop); err != nil {
			return err
		}
		k, d, auth, err := twins(tx, tx.Authorise, keep, drop, false)
		if err != nil {
			return err
		}
		if err := s.mergeable(tx, k, d); err != nil {
			return err
		}
		tx.Actor.Subject = k.Root
		t := &cards{tx, s, auth, k}
		if err := t.settleBetween(k, d, reason); err != nil {
			return err
		}
		if s.merged != nil {
			if err := s.merged(tx, id, k, d); err != nil {
				return err
			}
		}
		n, err := tx.Exec(`UPDATE person SET alias_of = $1 WHERE id = $2 AND alias_of = ''`, k.Root, d.Root)
		if err == nil && n == 0 {
			err = errCardMoved
		}
		if err != nil {
			return err
		}
		if n, err = tx.Exec(`UPDATE person SET aliases = aliases + 1 WHERE id = $1 AND alias_of = ''`, k.Root); err == nil && n == 0 {
			err = errCardMoved
		}
		if err != nil {
			return err
		}
		if err := tx.InsertRows("person_merge", []string{"id", "kept", "dropped", "division", "reason", "merged_by", "merged_at", "undone_by", "undo_reason"},
			[][]any{{id, k.Root, d.Root, k.Division, reason, actor.Operator.ID, tx.Now, "", ""}}); err != nil {
			return err
		}
		return tx.Record(auth, mergeEvent(ActMerged, id, d.Root, reason))
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func mergeEvent(act journal.Act, id string, dropped civic.PersonID, reason string) journal.Event {
	return journal.Event{Act: act, Detail: map[string]string{"reason": reason},
		About: []journal.About{{ID: string(dropped), Kind: "person", Role: "object"}, {ID: id, Kind: "merge", Role: "object"}}}
}

// settleBetween closes the disputes that the two had with each other: they are one.
func (t *cards) settleBetween(k, d Self, reason string) error {
	var open []disputeRow
	ks, ds := k.Selves(), d.Selves()
	for _, side := range [][2][]civic.PersonID{{ks, ds}, {ds, ks}} {
		var some []disputeRow
		if err := t.Select(&some, `SELECT `+disputeColumns+` FROM credential_dispute WHERE state = 'open' AND holder IN `+db.In(1, len(side[0]))+
			` AND claimant IN `+db.In(1+len(side[0]), len(side[1])), append(db.Args(side[0]), db.Args(side[1])...)...); err != nil {
			return err
		}
		open = append(open, some...)
	}
	for _, o := range open {
		if err := t.decide(o, "merged", reason); err != nil {
			return err
		}
	}
	return nil
}

// Merged is a merge that was done.
type Merged struct {
	ID       string
	Kept     Match
	Dropped  Match
	Reason   string
	MergedAt time.Time
	Until    time.Time // until when it may be undone
}

type mergeRow struct {
	ID       string
	Kept     civic.PersonID
	Dropped  civic.PersonID
	Reason   string
	MergedAt time.Time
	UndoneAt *time.Time
}

const mergeColumns = `id, kept, dropped, reason, merged_at, undone_at`

// Merges lists the merges in a division that may still be undone, newest first. It
// needs people.settle there.
func (s *Service) Merges(ctx context.Context, actor civic.Actor, in civic.Division) ([]Merged, error) {
	var out []Merged
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := maySettleIn(v, in); err != nil {
			return err
		}
		var rows []mergeRow
		if err := v.Select(&rows, `SELECT `+mergeColumns+` FROM person_merge WHERE division >= $1 AND division < $2 AND merged_at > $3 AND undone_at IS NULL
			ORDER BY id DESC LIMIT $4`, in, in+":", v.Now.Add(-UndoFor()), disputesMost); err != nil {
			return err
		}
		for _, r := range rows {
			m := Merged{ID: r.ID, Reason: r.Reason, MergedAt: r.MergedAt, Until: r.MergedAt.Add(UndoFor())}
			var err error
			if m.Kept, err = bare(v, r.Kept); err != nil {
				return err
			}
			if m.Dropped, err = bare(v, r.Dropped); err != nil {
				return err
			}
			out = append(out, m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// bare is one registration by itself, whatever it was merged into.
func bare(q db.Q, id civic.PersonID) (Match, error) {
	var r personRow
	err := q.Get(&r, `SELECT id, name, sex, birth, division FROM person WHERE id = $1`, id)
	return Match{Person: r.ID, Name: Masked(r.Name), Sex: r.Sex, Birth: year(r.Birth), Division: r.Division, State: Active}, err
}

// Unmerge takes a merge back: each registration has its own cards, matters and
// grants again, and what was written meanwhile stays with the kept one, but what was
// given to others meanwhile ends, and both are signed out. Whoever can use no card then is told
// what to do. Conflict when it was undone before or is too long ago.
func (s *Service) Unmerge(ctx context.Context, actor civic.Actor, merge, reason string) error {
	reason, errReason := cleanReason(reason)
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if _, err := tx.Authorise(civic.Need{Permission: civic.MaySettlePeople}); err != nil {
			return err
		}
		var m mergeRow
		err := tx.Get(&m, `SELECT `+mergeColumns+` FROM person_merge WHERE id = $1`, merge)
		if errors.Is(err, db.ErrNoRows) {
			return errNoMerge
		}
		if err != nil {
			return err
		}
		_, _, auth, err := twins(tx, tx.Authorise, m.Kept, m.Dropped, false)
		if err != nil {
			return err
		}
		// The dropped one's own home counts too, whatever it was merged into.
		own, err := bare(tx, m.Dropped)
		if err != nil {
			return err
		}
		if _, err := tx.Authorise(settleNeed(own.Division)); err != nil {
			return err
		}
		switch {
		case errReason != nil:
			return errReason
		case tx.Now.Sub(m.MergedAt) > UndoFor():
			return errMergeLate
		}
		self, err := LockSelf(tx, m.Kept)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE person_merge SET undone_by = $1, undo_reason = $2, undone_at = $3 WHERE id = $4 AND undone_at IS NULL`,
			actor.Operator.ID, reason, tx.Now, m.ID)
		if err == nil && n == 0 {
			err = errUndone
		}
		if err != nil {
			return err
		}
		if n, err = tx.Exec(`UPDATE person SET alias_of = '' WHERE id = $1 AND alias_of = $2`, m.Dropped, m.Kept); err == nil && n == 0 {
			err = errUndone
		}
		if err != nil {
			return err
		}
		if _, err = tx.Exec(`UPDATE person SET aliases = aliases - 1 WHERE id = $1`, m.Kept); err != nil {
			return err
		}
		kept, err := Resolve(tx, m.Kept)
		if err != nil {
			return err
		}
		dropped, err := Resolve(tx, m.Dropped)
		if err != nil {
			return err
		}
		t := &cards{tx, s, auth, kept}
		if err := t.part(kept, dropped); err != nil {
			return err
		}
		// A phone that was added meanwhile is nobody's for sure.
		for _, self := range []Self{kept, dropped} {
			ids := self.Selves()
			if _, err := tx.Exec(`UPDATE contact SET added_at = $1 WHERE added_at > $2 AND person IN `+db.In(3, len(ids)), append([]any{tx.Now, m.MergedAt}, db.Args(ids)...)...); err != nil {
				return err
			}
		}
		if s.split != nil {
			if err := s.split(tx, m.ID, kept, dropped); err != nil {
				return err
			}
		}
		tx.Actor.Subject = self.Root
		if err := tx.Record(auth, mergeEvent(ActUnmerged, m.ID, m.Dropped, reason)); err != nil {
			return err
		}
		return t.without(kept, dropped)
	})
}

// FindToSettle finds one person by a card for a member of staff who may settle
// where that person lives, so that two registrations can be put side by side.
func (s *Service) FindToSettle(ctx context.Context, actor civic.Actor, number string) (Match, error) {
	var m Match
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySettlePeople, Look: true}); err != nil {
			return err
		}
		var err error
		if m, err = s.ByCard(v, number); err != nil {
			return err
		}
		need := settleNeed(m.Division)
		need.Look = true
		_, err = v.Authorise(need)
		return err
	})
	if err != nil {
		return Match{}, err
	}
	return m, nil
}
