package rights

import (
	"context"
	"strconv"

	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/people"
)

// matterOf is what a consent code for a purpose is good for: the words of one version.
func matterOf(p Purpose) grant.Matter {
	return grant.Matter{Kind: "consent", ID: p.Purpose + "@" + strconv.FormatInt(p.Version, 10)}
}

// SendCode has a code sent to the person's own phone, by which they agree to one purpose as its words are
// now: Give takes it, from the member of staff at the controls alone. Denied to agents and guardians;
// Conflict when the words were changed, or the person has no phone of their own.
func (s *Service) SendCode(ctx context.Context, actor civic.Actor, person civic.PersonID, purpose string, version int64) error {
	p, err := askable(purpose, version)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*"})
		if err != nil {
			return err
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		if standing, err := holding(tx, self.Selves(), p, tx.Now); err != nil || standing != nil {
			if err == nil {
				err = errAgreed
			}
			return err
		}
		return s.grants.DrawConsentCode(tx, auth, person, matterOf(p), journal.Event{Act: grant.ActConsentCode, Detail: map[string]string{"what": p.Title, "purpose": p.Purpose}})
	})
}

var errAgreed = civic.E(civic.Conflict, "consent.agreed", "这一项老人已经同意了，不用再发口令。").On("purpose")
