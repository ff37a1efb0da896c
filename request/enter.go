package request

import (
	"errors"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Entry is a request that somebody at a counter or another system makes in one go,
// without a dialogue.
type Entry struct {
	Service string
	Person  civic.PersonID
	Auth    civic.Authority
	Actor   civic.Actor
	Answers Answers
	Parent  civic.RequestID // the request that makes this one, or ""
	// Self and Def are read anew unless whoever enters many at once brings them.
	Self *people.Self
	Def  *catalog.Definition
}

// Live returns the version of a service that may be entered for a person who lives
// in the division, for Entry.Def. NotFound where it is not offered.
func (s *Service) Live(q db.Q, service string, home civic.Division, ch civic.Channel) (*catalog.Definition, error) {
	return s.catalog.Live(q, service, home, ch)
}

// Known reads what an entry does not bring, and refuses one that its authority does not
// reach to.
func (s *Service) Known(q db.Q, e *Entry) error {
	if e.Self == nil {
		self, err := people.Resolve(q, e.Person)
		if err != nil {
			return err
		}
		e.Self = &self
	}
	if e.Def == nil {
		def, err := s.catalog.Live(q, e.Service, e.Self.Division, e.Actor.Channel)
		if err != nil {
			return err
		}
		e.Def = def
	}
	return mayAct(e.Auth, e.Def)
}

// Enter makes requests that need no dialogue, with a number each, and records that
// they were submitted. Handing them to their engine is left to the engine, which
// calls this. The person's row is held by their authority. NotFound where a service
// is not offered.
func (s *Service) Enter(tx *journal.Tx, all []Entry) ([]*Request, error) {
	var drafts, rows [][]any
	out := make([]*Request, len(all))
	for i, e := range all {
		if !e.Auth.Over(e.Person) {
			return nil, errors.New("request: entering one needs an authority over its person")
		}
		if err := s.Known(tx, &e); err != nil {
			return nil, err
		}
		self, def := e.Self, e.Def
		r := &Request{Person: self.Root, ID: civic.RequestID(db.NewID()), Number: civic.NewNumber(), Service: e.Service, Def: def, Answers: e.Answers,
			Home: self.Division, Channel: e.Actor.Channel, Created: tx.Now, Parent: e.Parent}
		sealed, err := s.sealAnswers(civic.DraftID(r.ID), e.Answers)
		if err != nil {
			return nil, err
		}
		agent := e.Auth.AskedFor(e.Actor)
		drafts = append(drafts, []any{r.ID, r.Number, r.Service, def.Hash, r.Person, 1, "submitted", sealed, r.Channel, tx.Now, tx.Now, ""})
		rows = append(rows, []any{r.Person, r.ID, r.Number, r.Service, def.Hash, sealed, e.Actor.Operator.Kind, e.Actor.Operator.ID,
			agent.Kind, agent.ID, e.Auth.Basis(), r.Channel, e.Parent, tx.Now})
		out[i] = r
	}
	if err := claimAll(tx, out, drafts, rows); err != nil {
		return nil, err
	}
	if err := tx.InsertLater("draft", []string{"id", "number", "service", "def_hash", "person", "rev", "state", "answers", "channel", "created_at", "updated_at", "likes"}, drafts); err != nil {
		return nil, err
	}
	if err := tx.InsertLater("request", []string{"person", "id", "number", "service", "def_hash", "answers", "operator_kind", "operator_id",
		"agent_kind", "agent_id", "basis", "channel", "parent", "created_at"}, rows); err != nil {
		return nil, err
	}
	for i, e := range all {
		about := []journal.About{{ID: string(out[i].ID), Kind: "request", Role: "object"}}
		if e.Parent != "" {
			about = append(about, journal.About{ID: string(e.Parent), Kind: "parent", Role: "parent"})
		}
		if err := tx.RecordBy(e.Auth, e.Actor.For(e.Person), journal.Event{Act: ActSubmitted, Detail: map[string]string{"service": e.Service, "begun": string(e.Actor.Channel)},
			About: about}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// claimAll claims the numbers of requests; one that is taken is drawn again.
func claimAll(tx *journal.Tx, rs []*Request, drafts, rows [][]any) error {
	open := map[int]bool{}
	for i := range rs {
		open[i] = true
	}
	for range 20 {
		var claims [][]any
		for i := range rs {
			if open[i] {
				claims = append(claims, []any{rs[i].Number, rs[i].ID, rs[i].Person, tx.Now})
			}
		}
		got, err := tx.InsertNew("spoken_number", []string{"number", "id", "person", "claimed_at"}, claims)
		if err != nil {
			return err
		}
		won := map[string]bool{}
		for _, n := range got {
			won[n] = true
		}
		for i := range rs {
			if open[i] && won[string(rs[i].Number)] {
				delete(open, i)
				drafts[i][1], rows[i][2] = rs[i].Number, rs[i].Number
			} else if open[i] {
				rs[i].Number = civic.NewNumber()
			}
		}
		if len(open) == 0 {
			return nil
		}
	}
	return errors.New("request: no free number in twenty draws")
}

// Hand hands an entered request to the engine that its definition names, in the
// transaction in which it was entered.
func (s *Service) Hand(tx *journal.Tx, auth civic.Authority, r *Request) error {
	return s.engines[r.Def.Engine()].Accept(tx, auth, r)
}
