package request

import (
	"context"
	"fmt"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
)

// standing is how a draft's service stands where its person lives.
type standing struct {
	catalog.Standing
	title string
}

var errChanged = civic.E(civic.Conflict, "request.changed", "这件事刚刚换了新的办法。您填过的都留着，请再看一遍，看好了再点一次。")

// halt says why a service has stopped, and whom to ask.
func (s *standing) halt() string {
	return fmt.Sprintf("「%s」在您这里暂停办理：%s。您填过的都存着，一样不少。想知道什么时候再办，请打下面的电话，或者到窗口问一问。", s.title, s.Reason)
}

func (t *sitting) stands(d *Draft) (*standing, error) {
	if t.standing != nil {
		return t.standing, nil
	}
	home, _, err := t.ask.Lives()
	if err != nil {
		return nil, err
	}
	st, err := t.s.catalog.Standing(t.ask.Q, d.Service, home)
	if err != nil {
		return nil, err
	}
	t.standing = &standing{Standing: st}
	return t.standing, nil
}

// follow carries a view to the version that is live now, and marks it when the
// service has stopped. It is kept when the draft is next written.
func (t *sitting) follow(v *View) error {
	st, err := t.stands(&v.Draft)
	if err != nil {
		return err
	}
	if v.Suspended = st.Suspended; v.Suspended {
		st.title = v.Def.Title
		return nil
	}
	if st.Keeps(v.DefHash) {
		return nil
	}
	to, err := t.s.catalog.Version(t.ask.Q, st.Hash)
	if err != nil {
		return err
	}
	from, had := v.Def, v.Answers
	v.Def, v.DefHash = to, to.Hash
	v.Answers, v.Again = Rebase(from, to, had)
	for _, key := range v.Again {
		if f := fallen(from, key, had[key]); len(f.Holds) > 0 {
			v.Drops = append(v.Drops, f)
		}
	}
	v.Drops = append(v.Drops, settle(to, v.Answers, "")...)
	return nil
}

// ready refuses to submit a draft whose service has stopped or changed.
func (t *sitting) ready(d *Draft) error {
	st, err := t.stands(d)
	if err != nil {
		return err
	}
	switch {
	case st.Suspended:
		def, err := t.s.catalog.Version(t.ask.Q, d.DefHash)
		if err != nil {
			return err
		}
		st.title = def.Title
		return civic.E(civic.Unavailable, "service.suspended", st.halt())
	case !st.Keeps(d.DefHash):
		return errChanged
	}
	return nil
}

// refresh keeps the new version in a draft, so that it is read back and submitted
// as it is now.
func (s *Service) refresh(ctx context.Context, actor civic.Actor, id civic.DraftID) error {
	return s.j.Scratch(ctx, actor, func(tx *journal.Scratch) error {
		d, auth, err := s.reach(tx, &tx.Actor, id, tx.Authorise)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE draft SET rev = rev + 1, updated_at = $1 WHERE id = $2 AND rev = $3 AND state = 'open'`, tx.Now, id, d.Rev)
		if err != nil || n == 0 {
			return err // somebody else was faster
		}
		sit := s.sit(tx, tx.Actor, tx.Now, auth, d)
		v, err := sit.view(d)
		if err != nil {
			return err
		}
		if err := sit.release(tx, v.Drops); err != nil {
			return err
		}
		return s.keep(tx, v)
	})
}
