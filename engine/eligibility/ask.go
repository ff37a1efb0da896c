package eligibility

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/jobs"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// Ask is the job that has whoever is due, and was not seen by any data, visited.
type Ask struct{}

// Kind implements jobs.Args.
func (Ask) Kind() string { return "eligibility.ask" }

// asksEach is how many are asked in one transaction.
const asksEach = 50

// AskDue makes a case of each who is due: an officer visits them, and decides. Each is
// asked once, however often it runs. ErrMore of jobs when there are more.
func (s *Service) AskDue(ctx context.Context, _ Ask) error {
	for _, b := range rules.Benefits {
		more := false
		err := s.j.Write(ctx, civic.System("eligibility.ask"), func(tx *journal.Tx) error {
			var due []Standing
			if err := tx.Select(&due, `SELECT `+columns+` FROM eligibility WHERE state = 'good' AND benefit = $1 AND good_until <= $2 ORDER BY good_until, person LIMIT $3`,
				b.Code, b.soon(tx.Now), asksEach); err != nil {
				return err
			}
			more = len(due) == asksEach
			slices.SortFunc(due, func(x, y Standing) int { return cmp.Compare(x.Person, y.Person) }) // two sweeps lock in one order
			n := 0
			for _, st := range due {
				asked, err := s.ask(tx, b, st)
				if err != nil {
					return err
				}
				if asked {
					n++
				}
			}
			if n == 0 {
				more = false
				return journal.ErrUnchanged
			}
			return nil
		})
		if err != nil {
			return err
		}
		if more {
			return jobs.ErrMore
		}
	}
	return nil
}

// soon is the last day of whoever is due.
func (b Benefit) soon(now time.Time) string { return day(now.AddDate(0, 0, b.AskDays)) }

// ask makes the case of one person, unless it was seen to meanwhile.
func (s *Service) ask(tx *journal.Tx, b Benefit, st Standing) (bool, error) {
	self, err := people.HoldSelf(tx, st.Person)
	if civic.Is(err, civic.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if self.State != "active" || self.Died != "" {
		return false, nil
	}
	auth, err := tx.Authorise(civic.Need{Person: self.Root, Division: self.Division})
	if err != nil {
		return false, err
	}
	auth = auth.Reaching(self.Selves())
	now, found, err := standing(tx, self.Selves(), b.Code)
	if err != nil || !found || now.State != Good || now.GoodUntil > st.GoodUntil {
		return false, err
	}
	def, err := s.requests.Live(tx, b.Service, self.Division, civic.ChannelDesk)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Unavailable) {
		return false, nil // suspended there: the office sees who is due
	}
	if err != nil {
		return false, err
	}
	answers, err := s.answers(tx, auth, self, b, def)
	if err != nil {
		return false, err
	}
	rs, err := s.requests.Enter(tx, []request.Entry{{Service: b.Service, Person: self.Root, Auth: auth, Actor: tx.Actor, Answers: answers, Self: &self, Def: def}})
	if err != nil {
		return false, err
	}
	if err := tx.As(tx.Actor.For(self.Root), func() error { return s.requests.Hand(tx, auth, rs[0]) }); err != nil {
		return false, err
	}
	now.State, now.Request = Asked, rs[0].ID
	if err := put(tx, auth, now); err != nil {
		return false, err
	}
	return true, tx.RecordFor(auth, self.Root, journal.Event{Act: ActVisit, Detail: map[string]string{"what": b.Words, "until": sayDay(now.GoodUntil)},
		About: []journal.About{{ID: string(rs[0].ID), Kind: "request", Role: "object"}, {ID: string(now.Office), Kind: "office", Role: "office"}}})
}

// answers are what the platform knows for the visit: that it is one, and where.
func (s *Service) answers(q db.Q, auth civic.Authority, self people.Self, b Benefit, def *catalog.Definition) (request.Answers, error) {
	out := request.Answers{}
	for key, v := range b.Visit {
		question := def.Question(key)
		if question == nil || !slices.ContainsFunc(question.Options, func(o catalog.Option) bool { return o.Code == v.Code }) {
			return nil, errors.New("eligibility: " + b.Service + " has no answer " + v.Code + " to " + key)
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
