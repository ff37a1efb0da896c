package eligibility

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// Ask is the job that has whoever is due, and was not seen by any data, visited.
type Ask struct{}

// Kind implements jobs.Args.
func (Ask) Kind() string { return "eligibility.ask" }

// asksEach is how many who are due are read at once.
const asksEach = 200

// AskDue makes a case of each who is due: an officer visits them, and decides. Each is
// asked once, however often it runs, in a write of their own: where one can't be asked the
// others are. What failed is returned when all were tried, so that the job is repeated.
func (s *Service) AskDue(ctx context.Context, _ Ask) error {
	var failed error
	for _, b := range rules.Benefits {
		for from := (Standing{}); ; {
			var due []Standing
			err := s.j.Look(ctx, asker, func(v *journal.View) error {
				return v.Select(&due, `SELECT `+columns+` FROM eligibility WHERE state = 'good' AND benefit = $1 AND good_until <= $2
					AND (asked_at IS NULL OR asked_at <= $3) AND (good_until > $4 OR good_until = $4 AND person > $5) ORDER BY good_until, person LIMIT $6`,
					b.Code, b.soon(v.Now), v.Now.AddDate(0, 0, -b.AgainDays), from.GoodUntil, from.Person, asksEach)
			})
			if err != nil {
				return err
			}
			for _, st := range due {
				err := s.j.Write(ctx, asker, func(tx *journal.Tx) error { return s.ask(tx, b, st) })
				if err != nil && ctx.Err() != nil {
					return err
				}
				failed = cmp.Or(failed, err)
			}
			if len(due) < asksEach {
				break
			}
			from = due[len(due)-1]
		}
	}
	return failed
}

var asker = civic.System("eligibility.ask")

// soon is the last day of whoever is due.
func (b Benefit) soon(now time.Time) string { return day(now.AddDate(0, 0, b.AskDays)) }

// ask makes the case of one person at the office that pays, unless it was seen to
// meanwhile. It leaves out whoever has died, and where the service is suspended.
func (s *Service) ask(tx *journal.Tx, b Benefit, st Standing) error {
	self, err := people.HoldSelf(tx, st.Person)
	if civic.Is(err, civic.NotFound) {
		return journal.ErrUnchanged
	}
	if err != nil {
		return err
	}
	if self.State != "active" || self.Died != "" {
		return journal.ErrUnchanged
	}
	auth, err := tx.Authorise(civic.Need{Person: self.Root, Division: self.Division})
	if err != nil {
		return err
	}
	auth = auth.Reaching(self.Selves())
	now, found, err := standing(tx, self.Selves(), b.Code)
	if err != nil || !found || now.State != Good || now.GoodUntil > st.GoodUntil {
		return cmp.Or(err, journal.ErrUnchanged)
	}
	def, err := s.requests.Live(tx, b.Service, self.Division, civic.ChannelDesk)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Unavailable) {
		return journal.ErrUnchanged // the office sees who is due
	}
	if err != nil {
		return err
	}
	answers, err := s.answers(tx, auth, self, b, def)
	if err != nil {
		return err
	}
	rs, err := s.requests.Enter(tx, []request.Entry{{Service: b.Service, Person: self.Root, Auth: auth, Actor: tx.Actor, Answers: answers, Self: &self, Def: def}})
	if err != nil {
		return err
	}
	rs[0].Office = now.Office
	if err := tx.As(tx.Actor.For(self.Root), func() error { return s.requests.Hand(tx, auth, rs[0]) }); err != nil {
		return err
	}
	now.State, now.Request, now.AskedAt = Asked, rs[0].ID, &tx.Now
	if err := put(tx, auth, now); err != nil {
		return err
	}
	return tx.RecordFor(auth, self.Root, journal.Event{Act: ActVisit, Detail: map[string]string{"what": b.Words, "until": sayDay(now.GoodUntil)},
		About: matter{rs[0].ID, now.Office}.about()})
}

// answers are what the platform knows for the visit: that it is one, and where.
func (s *Service) answers(q db.Q, auth civic.Authority, self people.Self, b Benefit, def *catalog.Definition) (request.Answers, error) {
	out := request.Answers{}
	for key, v := range b.Visit {
		// An office's own version of the service may ask otherwise.
		question := def.Question(key)
		if question == nil || !slices.ContainsFunc(question.Options, func(o catalog.Option) bool { return o.Code == v.Code }) {
			continue
		}
		out[key] = []request.Value{{Code: v.Code, Shown: v.Text, Via: civic.ChannelSystem}}
	}
	_, address, err := s.people.Lives(q, auth, self.Root)
	if err != nil {
		return nil, err
	}
	for _, question := range def.Questions {
		if question.Source == "home" && address != "" {
			out[question.Key] = []request.Value{{Code: "home", Shown: address, Via: civic.ChannelSystem}}
		}
	}
	return out, nil
}
