package request

import (
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Start begins a dialogue for a person and gives it its number. With a key, the
// same call again returns the same draft. A button pressed twice on a page makes one
// draft: one that nobody has answered yet is taken again.
func (s *Service) Start(ctx context.Context, actor civic.Actor, service string, person civic.PersonID, key string) (*View, error) {
	return s.begin(ctx, actor, service, person, key, "")
}

// StartAgain begins the same service again for the person of an earlier request.
// What was answered then and still fits is offered as a default.
func (s *Service) StartAgain(ctx context.Context, actor civic.Actor, id civic.RequestID) (*View, error) {
	var d *Draft
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		d, _, err = s.reach(v, &v.Actor, civic.DraftID(id), v.Authorise)
		if err == nil && d.State != "submitted" {
			err = errNoDraft
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, actor, d.Service, d.Person, "", id)
}

func (s *Service) begin(ctx context.Context, actor civic.Actor, service string, person civic.PersonID, key string, likes civic.RequestID) (*View, error) {
	var out *View
	err := s.j.Scratch(ctx, actor.For(person), func(tx *journal.Scratch) error {
		d := &Draft{ID: civic.DraftID(db.NewID()), Service: service, Person: person, State: "open", Answers: Answers{}, Rev: 1,
			Channel: actor.Channel, Created: tx.Now, Updated: tx.Now, Likes: likes}
		n, err := s.need(tx, d)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(n)
		if err != nil {
			return err
		}
		// Held until the draft is there: whoever erases the person comes before, and the
		// draft is refused, or after, and takes it too.
		self, err := people.HoldSelf(tx, person)
		if err != nil {
			return err
		}
		if self.State != "active" {
			return people.ErrErased
		}
		d.Person = self.Root // whatever is new is written under the root
		if key != "" {
			first, err := s.once(tx, actor, key, d.ID)
			if err != nil {
				return err
			}
			if first != d.ID {
				if d, err = s.readDraft(tx, first); err != nil {
					return err
				}
				if !auth.Over(d.Person) || d.Service != service {
					return errKey
				}
				out, err = s.sit(tx, tx.Actor, tx.Now, auth, d).view(d)
				return err
			}
		}
		sit := s.sit(tx, tx.Actor, tx.Now, auth, d)
		home, _, err := sit.ask.Lives()
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
		if key == "" && actor.Channel != civic.ChannelAPI {
			twin, err := s.pressed(tx, actor, d)
			if err != nil {
				return err
			}
			if twin != nil {
				out, err = sit.view(twin)
				return err
			}
		}
		if d.Number, err = claim(tx, d); err != nil {
			return err
		}
		sealed, err := s.sealAnswers(d.ID, d.Answers)
		if err != nil {
			return err
		}
		if err := tx.InsertRows("draft", []string{"id", "number", "service", "def_hash", "person", "rev", "state", "answers", "channel", "created_at", "updated_at", "likes"},
			[][]any{{d.ID, d.Number, d.Service, d.DefHash, d.Person, d.Rev, d.State, sealed, d.Channel, d.Created, d.Updated, d.Likes}}); err != nil {
			return err
		}
		out, err = sit.view(d)
		return err
	})
	return out, err
}

var errKey = civic.E(civic.Conflict, "idempotency.key", "这个重复键已经用于另一件事，请换一个新的。(the Idempotency-Key was used for something else)")

// once claims an idempotency key and returns the ID that it stands for: the
// given one, or the one it was first used with.
func (s *Service) once(tx *journal.Scratch, actor civic.Actor, key string, id civic.DraftID) (civic.DraftID, error) {
	hash := s.v.Index("idempotency", string(actor.Operator.Kind)+"/"+actor.Operator.ID+"/start/"+key)
	n, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, id, tx.Now)
	if err != nil || n == 1 {
		return id, err
	}
	var first civic.DraftID
	err = tx.Get(&first, `SELECT result FROM idempotency WHERE hash = $1`, hash)
	return first, err
}

// pressFor is how long a second press on the same button begins nothing new.
const pressFor = 10 * time.Minute

// pressed finds the draft that the same hands have just begun for the same service
// and nobody has answered, or takes note of the one that is begun now.
func (s *Service) pressed(tx *journal.Scratch, actor civic.Actor, d *Draft) (*Draft, error) {
	hash := s.v.Index("idempotency", string(actor.Operator.Kind)+"/"+actor.Operator.ID+"/press/"+string(d.Person)+"/"+d.Service+"/"+string(d.Likes))
	n, err := tx.Exec(`INSERT INTO idempotency (hash, result, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, d.ID, tx.Now)
	if err != nil || n == 1 {
		return nil, err
	}
	for range 3 { // whoever presses at the same moment waits for the row, and finds the draft
		var first civic.DraftID
		if err := tx.Get(&first, `SELECT result FROM idempotency WHERE hash = $1`, hash); err != nil {
			return nil, err
		}
		twin, err := s.readDraft(tx, first)
		if err != nil && !civic.Is(err, civic.NotFound) {
			return nil, err
		}
		if err == nil && twin.State == "open" && twin.Rev == 1 && twin.DefHash == d.DefHash && tx.Now.Sub(twin.Created) < pressFor {
			return twin, nil
		}
		if n, err = tx.Exec(`UPDATE idempotency SET result = $1, created_at = $2 WHERE hash = $3 AND result = $4`, d.ID, tx.Now, hash, first); err != nil || n == 1 {
			return nil, err
		}
	}
	return nil, errRev
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
