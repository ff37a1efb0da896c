package request

import (
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
	"yinqiao/people"
)

// ActSubmitted is a dialogue becoming a request.
var ActSubmitted = journal.Define("request.submitted", "提交了申请")

// Engine fulfils requests. Accept runs in the request's own transaction.
type Engine interface {
	Accept(tx *journal.Tx, auth civic.Authority, r *Request) error
}

// Service starts, resumes and submits dialogues.
type Service struct {
	j       *journal.Journal
	v       *vault.Vault
	catalog *catalog.Service
	people  *people.Service
	engine  Engine
}

// New makes the service. engine fulfils the services that become cases.
func New(j *journal.Journal, v *vault.Vault, c *catalog.Service, p *people.Service, engine Engine) *Service {
	return &Service{j, v, c, p, engine}
}

// need is what acting for a person in a service takes.
func need(d *Draft) civic.Need {
	return civic.Need{Person: d.Person, Service: d.Service, Permission: civic.MayServePeople}
}

var errOwn = civic.E(civic.Denied, "service.own", "这件事要老人本人来办,家人不能代办。").Accepting("请老人本人到窗口、打电话或在自己的网页上办")

// mayAct refuses an agent in a service that asks for the person themselves.
func mayAct(auth civic.Authority, def *catalog.Definition) error {
	if auth.Basis() == civic.BasisGrant && !def.Proxy {
		return errOwn
	}
	return nil
}

// Start begins a dialogue for a person and gives it its number. With a key, the
// same call again returns the same draft.
func (s *Service) Start(ctx context.Context, actor civic.Actor, service string, person civic.PersonID, key string) (*View, error) {
	var out *View
	err := s.j.Scratch(ctx, actor.For(person), func(tx *journal.Scratch) error {
		d := &Draft{ID: civic.DraftID(db.NewID()), Service: service, Person: person, State: "open", Answers: Answers{}, Rev: 1,
			Channel: actor.Channel, Created: tx.Now, Updated: tx.Now}
		auth, err := tx.Authorise(need(d))
		if err != nil {
			return err
		}
		if key != "" {
			first, err := s.once(tx, actor, key, d.ID)
			if err != nil {
				return err
			}
			if first != d.ID {
				if d, err = s.readDraft(tx, first); err != nil {
					return err
				}
				if d.Person != person || d.Service != service {
					return errKey
				}
				out, err = s.sit(tx, auth, person).view(d)
				return err
			}
		}
		sit := s.sit(tx, auth, person)
		home, _, err := sit.lives()
		if err != nil {
			return err
		}
		def, err := s.catalog.Live(tx, service, home, actor.Channel)
		if err != nil {
			return err
		}
		if err := mayAct(auth, def); err != nil {
			return err
		}
		d.DefHash = def.Hash
		if d.Number, err = claim(tx, d); err != nil {
			return err
		}
		sealed, err := s.sealAnswers(d.ID, d.Answers)
		if err != nil {
			return err
		}
		if err := tx.InsertRows("draft", []string{"id", "number", "service", "def_hash", "person", "rev", "state", "answers", "channel", "created_at", "updated_at"},
			[][]any{{d.ID, d.Number, d.Service, d.DefHash, d.Person, d.Rev, d.State, sealed, d.Channel, d.Created, d.Updated}}); err != nil {
			return err
		}
		out, err = sit.view(d)
		return err
	})
	return out, err
}

var errKey = civic.E(civic.Conflict, "idempotency.key", "这个重复键已经用于另一件事,请换一个新的。(the Idempotency-Key was used for something else)")

// once claims an idempotency key and returns the ID that it stands for: the
// given one, or the one it was first used with.
func (s *Service) once(tx *journal.Scratch, actor civic.Actor, key string, id civic.DraftID) (civic.DraftID, error) {
	hash := s.v.Index("idempotency", string(actor.Operator.Kind)+"/"+actor.Operator.ID+"/start/"+key)
	n, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, id, tx.Now)
	if err != nil || n == 1 {
		return id, err
	}
	var first civic.DraftID
	return first, tx.Get(&first, `SELECT result FROM idempotency WHERE hash = $1`, hash)
}

// claim draws a number until a free one is found.
func claim(tx *journal.Scratch, d *Draft) (civic.Number, error) {
	for range 20 {
		n := civic.NewNumber()
		got, err := tx.Exec(`INSERT INTO spoken_number (number, id, person, claimed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, n, d.ID, d.Person, tx.Now)
		if err != nil {
			return "", err
		}
		if got == 1 {
			return n, nil
		}
	}
	return "", errors.New("request: no free number in twenty draws")
}

// Look shows a draft to somebody with authority over its person.
func (s *Service) Look(ctx context.Context, actor civic.Actor, id civic.DraftID) (*View, error) {
	var out *View
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		d, auth, err := s.reach(v, &v.Actor, id, v.Authorise)
		if err != nil {
			return err
		}
		out, err = s.sit(v, auth, d.Person).view(d)
		return err
	})
	return out, err
}

// reach reads a draft and the authority over its person. Whoever has none is
// told the same as if there were no draft, unless they are staff who can mend it.
func (s *Service) reach(q db.Q, actor *civic.Actor, id civic.DraftID, authorise func(civic.Need) (civic.Authority, error)) (*Draft, civic.Authority, error) {
	if actor.Operator.None() {
		_, err := authorise(civic.Need{}) // nobody: say how to sign in
		return nil, civic.Authority{}, err
	}
	d, err := s.readDraft(q, id)
	if err != nil {
		return nil, civic.Authority{}, err
	}
	auth, err := s.over(actor, d, authorise)
	return d, auth, err
}

// over is reach for a draft that was read already.
func (s *Service) over(actor *civic.Actor, d *Draft, authorise func(civic.Need) (civic.Authority, error)) (civic.Authority, error) {
	actor.Subject = d.Person
	auth, err := authorise(need(d))
	if civic.Is(err, civic.Denied) && actor.Operator.Kind == civic.PartyPerson {
		err = errNoDraft.Because(err)
	}
	return auth, err
}

// Answer puts answers into a draft and shows what is next. rev is the revision
// that the answers were given to; Conflict if the draft has moved on. Answers
// that are right are kept even when another one is wrong, and the first wrong one
// is the error, with the view beside it.
func (s *Service) Answer(ctx context.Context, actor civic.Actor, id civic.DraftID, rev int64, given map[string][]string) (*View, error) {
	var out *View
	var wrong error
	err := s.j.Scratch(ctx, actor, func(tx *journal.Scratch) error {
		out, wrong = nil, nil
		d, auth, err := s.reach(tx, &tx.Actor, id, tx.Authorise)
		if err != nil {
			return err
		}
		if d.State != "open" {
			return errSubmitted
		}
		sit := s.sit(tx, auth, d.Person)
		v, err := sit.view(d)
		if err != nil {
			return err
		}
		if d.Rev != rev {
			out, wrong = v, errRev
			return nil
		}
		if v, wrong, err = sit.putAll(v, given, actor.Channel); err != nil {
			return err
		}
		sealed, err := s.sealAnswers(d.ID, v.Answers)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE draft SET answers = $1, rev = rev + 1, updated_at = $2 WHERE id = $3 AND rev = $4 AND state = 'open'`, sealed, tx.Now, id, rev)
		if err != nil {
			return err
		}
		if n == 0 {
			// Another channel was faster by a moment: show what it left.
			if d, err = s.readDraft(tx, id); err != nil {
				return err
			}
			if d.State != "open" {
				return errSubmitted
			}
			out, err = sit.view(d)
			wrong = errRev
			return err
		}
		v.Rev++
		out = v
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, wrong
}

// putAll puts the answers in the order of the definition, since an answer may
// open or close the questions after it. Answers to questions that closed are
// left out silently: a form sends the fields it had.
func (t *sitting) putAll(v *View, given map[string][]string, via civic.Channel) (*View, error, error) {
	for i := range v.Def.Questions {
		key := v.Def.Questions[i].Key
		texts, ok := given[key]
		if !ok {
			continue
		}
		a, drops, err := Put(v.Def, v.Answers, t.opts, key, texts, via)
		if civic.Is(err, civic.Invalid) {
			if e := civic.As(err); e.Code != errNotAsked.Code {
				v.Wrong = append(v.Wrong, e)
			}
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		d := v.Draft
		d.Answers = a
		next, err := t.view(&d)
		if err != nil {
			return nil, nil, err
		}
		next.Drops, next.Wrong = append(v.Drops, drops...), v.Wrong
		v = next
	}
	// What fell away and was given anew in the same form did not fall away.
	v.Drops = slices.DeleteFunc(v.Drops, func(d Drop) bool { _, ok := v.Answers[d.Key]; return ok })
	if len(v.Wrong) > 0 {
		return v, v.Wrong[0], nil
	}
	return v, nil, nil
}

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
}

// Receipt is what the person takes away.
type Receipt struct {
	Person  civic.PersonID
	Request civic.RequestID
	Number  civic.Number
	Def     *catalog.Definition
}

var (
	errIncomplete = civic.E(civic.Invalid, "request.incomplete", "还有问题没有回答完,请接着往下填。")
	errStale      = civic.E(civic.Conflict, "request.stale", "您选的内容刚刚有了变化,请再看一遍,重新选一下。")
)

// Submit turns a finished draft into a request: authorised, stored, handed to
// its engine and journalled in one transaction. The same draft again gives the
// same receipt.
func (s *Service) Submit(ctx context.Context, actor civic.Actor, id civic.DraftID) (Receipt, error) {
	var rc Receipt
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		d, err := s.closeDraft(tx, id)
		if err != nil {
			return err
		}
		auth, err := s.over(&tx.Actor, d, tx.Authorise)
		if err != nil {
			return err
		}
		sit := s.sit(tx, auth, d.Person)
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
		home, _, err := sit.lives()
		if err != nil {
			return err
		}
		r := &Request{d.Person, civic.RequestID(d.ID), d.Number, d.Service, v.Def, d.Answers, home, actor.Channel, tx.Now}
		if err := s.insertRequest(tx, auth, r); err != nil {
			return err
		}
		took := int64(tx.Now.Sub(d.Created) / time.Second)
		if err := tx.Record(auth, journal.Event{Act: ActSubmitted, Measure: &took,
			Detail: map[string]string{"service": r.Service, "begun": string(d.Channel)},
			About:  []journal.About{{ID: string(r.ID), Kind: "request", Role: "object"}}}); err != nil {
			return err
		}
		rc = Receipt{r.Person, r.ID, r.Number, v.Def}
		return s.engine.Accept(tx, auth, r)
	})
	if errors.Is(err, errSubmitted) {
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
		d, _, err := s.reach(v, &v.Actor, id, v.Authorise)
		if err != nil || d.State != "submitted" {
			return err
		}
		def, err := s.catalog.Version(v, d.DefHash)
		rc, ok = Receipt{d.Person, civic.RequestID(d.ID), d.Number, def}, true
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
