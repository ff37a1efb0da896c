package finding

import (
	"context"
	"embed"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/ruledata"
)

const wordsMost = 200

//go:embed data/answers.yaml
var data embed.FS

var answers = ruledata.Must[struct {
	Version int    `yaml:"version"`
	Source  string `yaml:"source"`
	Asked   int    `yaml:"asked_working_days"`
}](data, "data/answers.yaml")

// words of an answer or a question: one or two sentences, without numbers.
func wordsOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > wordsMost || civic.HoldsNumber(text) {
		return "", errWords
	}
	return text, nil
}

// RequireAnswer lets a supervisor ask the owner of a finding for an answer; the time to
// answer begins anew. It needs finding.ask in the division. Conflict when it was cleared.
func (s *Service) RequireAnswer(ctx context.Context, actor civic.Actor, id, words string) error {
	words, err := wordsOf(words)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		f, err := lock(tx, id)
		if err != nil {
			return hide(tx, err)
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MaySupervise, Division: f.Division})
		if err != nil {
			return err
		}
		if !f.Open() {
			return errDone
		}
		if f.Asked == words && f.Wanted() {
			return journal.ErrUnchanged
		}
		days := answers.Asked
		if r := s.rules[f.Rule]; r.Days > 0 && r.Days < days {
			days = r.Days
		}
		if _, err := tx.Exec(`UPDATE finding SET asked = $1, asked_by = $2, asked_at = $3, due = $4 WHERE id = $5`,
			words, actor.Staff(), tx.Now, place.AddWorkingDays(tx.Now, days), id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActAsked, Detail: map[string]string{"rule": f.Rule, "words": words}, About: about(id, f.Office)})
	})
}

// Answer lets the owner say what was done or will be done. The rule is checked again at
// once; an answer alone clears nothing. It needs place.keep at the office, or
// staff.manage or catalog.publish in the division. Conflict when it was cleared.
func (s *Service) Answer(ctx context.Context, actor civic.Actor, id, words string) error {
	words, err := wordsOf(words)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		f, err := lock(tx, id)
		if err != nil {
			return hide(tx, err)
		}
		auth, err := anyOf(tx, f.Office, f.Division, civic.MayManageStaff, civic.MayPublish)
		if err != nil {
			return err
		}
		if !f.Open() {
			return errDone
		}
		if f.Answer == words && !f.Wanted() {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`UPDATE finding SET answer = $1, answered_by = $2, answered_at = $3 WHERE id = $4`, words, actor.Staff(), tx.Now, id); err != nil {
			return err
		}
		if err := tx.Record(auth, journal.Event{Act: ActAnswered, Detail: map[string]string{"rule": f.Rule, "words": words}, About: about(id, f.Office)}); err != nil {
			return err
		}
		_, err = s.settle(tx, f.scopes())
		return err
	})
}

// lock reads a finding that is about to change, holding what it is about: checks hold
// the same rows first, so that the two come one after the other.
func lock(tx *journal.Tx, id string) (Finding, error) {
	f, err := read(tx, id)
	if err != nil {
		return f, err
	}
	if err := f.scopes().hold(tx); err != nil {
		return f, err
	}
	return read(tx, id)
}

// scopes is what is checked to find it again.
func (f Finding) scopes() scopes {
	in := newScopes()
	if f.SubjectKind == civic.SubjectOffice {
		in.offices[civic.OfficeID(f.Scope)] = true
	} else {
		in.divisions[civic.Division(f.Scope)] = true
	}
	return in
}
