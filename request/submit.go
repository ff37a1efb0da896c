package request

import (
	"context"
	"errors"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
)

// ActSubmitted is a dialogue becoming a request.
var ActSubmitted = journal.Define("request.submitted", "提交了申请").Carries("request")

// Request is a finished dialogue.
type Request struct {
	Person  civic.PersonID
	ID      civic.RequestID
	Number  civic.Number
	Service string
	Def     *catalog.Definition
	Answers Answers
	Home    civic.Division
	Channel civic.Channel
	Created time.Time
	Parent  civic.RequestID // the request that made this one, or ""
	Left    []string        // what it should have made and could not, in sentences for the person
	// Office has to answer it, where whoever enters it knows that; "" leaves it to the
	// definition.
	Office civic.OfficeID
}

// Receipt is what the person takes away.
type Receipt struct {
	Person  civic.PersonID
	Request civic.RequestID
	Number  civic.Number
	Def     *catalog.Definition
	Made    []Kin // the requests that it made
}

// Receipt is what the person of a request takes away, but for the requests that it made.
func (r *Request) Receipt() Receipt {
	return Receipt{Person: r.Person, Request: r.ID, Number: r.Number, Def: r.Def}
}

var (
	errIncomplete = civic.E(civic.Invalid, "request.incomplete", "还有问题没有回答完，请接着往下填。")
	errStale      = civic.E(civic.Conflict, "request.stale", "您选的内容刚刚有了变化，请再看一遍，重新选一下。")
)

// Submit turns a finished draft into a request: authorised, stored, handed to
// its engine and journalled in one transaction. rev is the revision that was read
// back and confirmed, or 0 for whatever there is; Conflict if somebody has changed
// the draft since. The same draft again gives the same receipt.
func (s *Service) Submit(ctx context.Context, actor civic.Actor, id civic.DraftID, rev int64) (Receipt, error) {
	var rc Receipt
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		d, err := s.closeDraft(tx, id, rev)
		if err != nil {
			return err
		}
		auth, err := s.over(tx, &tx.Actor, d, tx.Authorise)
		if err != nil {
			return err
		}
		sit := s.sit(tx, tx.Actor, tx.Now, auth, d)
		if err := sit.ready(d); err != nil {
			return err
		}
		v, err := sit.view(d)
		if err != nil {
			return err
		}
		if err := mayAct(auth, v.Def); err != nil {
			return err
		}
		if err := v.finished(); err != nil {
			return err
		}
		home, _, err := sit.ask.Lives()
		if err != nil {
			return err
		}
		r := &Request{Person: d.Person, ID: civic.RequestID(d.ID), Number: d.Number, Service: d.Service, Def: v.Def, Answers: d.Answers, Home: home, Channel: actor.Channel, Created: tx.Now}
		if err := s.insertRequest(tx, auth, r); err != nil {
			return err
		}
		took := int64(tx.Now.Sub(d.Created) / time.Second)
		if err := tx.Record(auth, journal.Event{Act: ActSubmitted, Measure: &took,
			Detail: map[string]string{"service": r.Service, "begun": string(d.Channel), "answered": v.byOthers(tx.Actor.Operator)},
			About:  []journal.About{{ID: string(r.ID), Kind: "request", Role: "object"}}}); err != nil {
			return err
		}
		rc = r.Receipt()
		if err := (&family{s: s, tx: tx, auth: auth}).hand(auth, r); err != nil || len(r.Def.Makes) == 0 {
			return err
		}
		rc.Made, err = s.kin(tx, r.Person, r.ID, "")
		return err
	})
	if errors.Is(err, errChanged) {
		if fault := s.refresh(ctx, actor, id); fault != nil {
			return rc, fault
		}
		return rc, err
	}
	if errors.Is(err, ErrSubmitted) {
		// It was submitted before; that receipt is the answer.
		rc, ok, err2 := s.already(ctx, actor, id)
		if err2 != nil || ok {
			return rc, err2
		}
	}
	return rc, err
}

// already returns the receipt of a draft that was submitted before.
func (s *Service) already(ctx context.Context, actor civic.Actor, id civic.DraftID) (Receipt, bool, error) {
	var rc Receipt
	ok := false
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		d, _, err := s.reach(v, &v.Actor, id, looks(v.Authorise))
		if err != nil || d.State != "submitted" {
			return err
		}
		def, err := s.catalog.Version(v, d.DefHash)
		if err != nil {
			return err
		}
		rc, ok = Receipt{Person: d.Person, Request: civic.RequestID(d.ID), Number: d.Number, Def: def}, true
		rc.Made, err = s.kin(v, d.Person, rc.Request, "")
		return err
	})
	return rc, ok, err
}

// finished checks everything again at the end: an option may have gone since it
// was chosen.
func (v *View) finished() error {
	if v.Step.Human != "" {
		return civic.E(civic.Unavailable, "request.human", v.Step.Human)
	}
	for _, p := range v.Form {
		if !p.Answered && len(p.Given) > 0 {
			return errStale.On(p.Key)
		}
	}
	if len(v.Step.Ask) > 0 {
		return errIncomplete.On(v.Step.Ask[0].Key)
	}
	return nil
}

func (s *Service) insertRequest(tx *journal.Tx, auth civic.Authority, r *Request) error {
	if !auth.Over(r.Person) {
		return errors.New("request: storing one needs an authority over its person")
	}
	sealed, err := s.sealAnswers(civic.DraftID(r.ID), r.Answers)
	if err != nil {
		return err
	}
	agent := auth.AskedFor(tx.Actor)
	return tx.InsertRows("request", []string{"person", "id", "number", "service", "def_hash", "answers", "operator_kind", "operator_id",
		"agent_kind", "agent_id", "basis", "channel", "parent", "created_at"},
		[][]any{{r.Person, r.ID, r.Number, r.Service, r.Def.Hash, sealed, tx.Actor.Operator.Kind, tx.Actor.Operator.ID,
			agent.Kind, agent.ID, auth.Basis(), r.Channel, "", r.Created}})
}

// byOthers names the answers that somebody else than the one who submits had
// given, and who: "to:staff/01a2…". The story turns it into words.
func (v *View) byOthers(operator civic.Party) string {
	var out []string
	for _, p := range v.Form {
		if len(p.Given) == 0 || p.Given[0].By.None() || p.Given[0].By == operator {
			continue
		}
		by := p.Given[0].By
		out = append(out, p.Label+":"+string(by.Kind)+"/"+by.ID)
	}
	return strings.Join(out, ";")
}
