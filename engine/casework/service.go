package casework

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

// The acts of this room.
var (
	ActOpened    = journal.Define("case.opened", "交给单位办理")
	ActSeen      = journal.Define("case.seen", "承办单位看了这件事")
	ActTaken     = journal.Define("case.taken", "单位开始办理")
	ActReleased  = journal.Define("case.released", "放回单位，等同事来办")
	ActTakenOver = journal.Define("case.taken_over", "同事接过来办")
	ActResolved  = journal.Define("case.resolved", "单位回复已办好")
	ActConfirmed = journal.Define("case.confirmed", "确认办好了")
	ActReopened  = journal.Define("case.reopened", "说没有办好，重新办理")
	ActOverdue   = journal.Define("case.overdue", "超过了办理期限")
)

// Service works cases.
type Service struct {
	j        *journal.Journal
	v        *vault.Vault
	people   *people.Service
	requests *request.Service
}

// New makes the engine. The request service is given later, by Serve, since it
// needs the engine first.
func New(j *journal.Journal, v *vault.Vault, p *people.Service) *Service {
	return &Service{j: j, v: v, people: p}
}

// Serve gives the engine the requests that its cases belong to.
func (s *Service) Serve(r *request.Service) { s.requests = r }

func itoa(n int) string { return strconv.Itoa(n) }

var (
	errNoCase   = civic.E(civic.NotFound, "case.unknown", "没有找到这件事，请核对号码。")
	errMoved    = civic.E(civic.Conflict, "case.moved", "这件事刚刚有人办过了，请刷新看看现在的情况。")
	errNotYours = civic.E(civic.Denied, "case.assignee", "这件事是另一位同事在办。同事不在的话，您可以接过来办。")
	errOutcome  = civic.E(civic.Invalid, "case.outcome", "请写明办理结果，让老人看得懂；最多500个字。").On("outcome")
	errOwnWork  = civic.E(civic.Denied, "case.own_work", "这件事是您自己办的，不能再替老人说办好了。").Accepting("请老人自己确认，或请别的同事问过老人再确认")
	errSaid     = civic.E(civic.Conflict, "case.said", "已经记下您说办好了。又有了问题，请打承办单位的电话，或者重新办一次。")
	errNotDone  = civic.E(civic.Conflict, "case.not_resolved", "这件事还没有办完，办完以后再请您确认。")
)

// Accept implements request.Engine: it opens a case at the office that the
// definition names, in the request's own transaction.
func (s *Service) Accept(tx *journal.Tx, auth civic.Authority, r *request.Request) error {
	def := r.Def.Casework
	if def == nil {
		return errors.New("casework: service " + r.Service + " has no casework")
	}
	office, err := s.office(tx, r)
	if err != nil {
		return err
	}
	due := request.Due(def, tx.Now)
	if err := tx.InsertRows("casework", []string{"person", "request", "number", "service", "office", "division", "state", "assignee", "reopened", "opened_at", "due_at", "rev"},
		[][]any{{r.Person, r.ID, r.Number, r.Service, office.ID, office.Division, Open, "", 0, tx.Now, due, 1}}); err != nil {
		return err
	}
	detail := watched(r.ID, due)
	detail["service"], detail["office"] = r.Service, office.Name
	return tx.Record(auth, journal.Event{Act: ActOpened, Detail: detail, About: about(r.ID, office.ID)})
}

// watched is the detail by which app's flows watch a case until it is due.
func watched(id civic.RequestID, due time.Time) map[string]string {
	return map[string]string{"request": string(id), "due": due.Format(time.RFC3339)}
}

func (s *Service) office(q db.Q, r *request.Request) (place.Office, error) {
	if from := r.Def.Casework.OfficeFrom; from != "" {
		codes := r.Answers.Codes(from)
		if len(codes) != 1 {
			return place.Office{}, errors.New("casework: the office was not answered")
		}
		return place.Read(q, civic.OfficeID(codes[0]))
	}
	return request.Nearest(q, r.Def.Casework.OfficeKind, r.Home, r.Def.Casework.OfficeElse...)
}

func about(id civic.RequestID, office civic.OfficeID) []journal.About {
	return []journal.About{{ID: string(id), Kind: "request", Role: "object"}, {ID: string(office), Kind: "office", Role: "office"}}
}

// read reads a case. On Citus the request's ID finds it on any shard.
func read(q db.Q, id civic.RequestID) (Case, error) {
	var c Case
	err := q.Get(&c, `SELECT `+columns+` FROM casework WHERE request = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoCase
	}
	return c, err
}

// officeNeed is what working on a case takes: a role at its office. The division
// says where the platform's own acts on it are counted.
func officeNeed(_ db.Q, c Case) (civic.Need, error) {
	return civic.Need{Person: c.Person, Office: c.Office, Division: c.Division, Permission: civic.MayWorkCases}, nil
}

// signedIn refuses nobody before anything is read, so that what exists is not told.
func signedIn(authorise func(civic.Need) (civic.Authority, error), actor civic.Actor) error {
	if actor.Operator.None() {
		_, err := authorise(civic.Need{})
		return err
	}
	return nil
}

// act runs one step of a case in a write: read, authorise, step, store. A step that
// the same hands took before is journal.ErrUnchanged: pressing a button twice is no
// fault and no second act.
func (s *Service) act(ctx context.Context, actor civic.Actor, id civic.RequestID, need func(db.Q, Case) (civic.Need, error),
	step func(tx *journal.Tx, c *Case) (journal.Event, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := signedIn(tx.Authorise, actor); err != nil {
			return err
		}
		c, err := read(tx, id)
		if err != nil {
			return err
		}
		tx.Actor.Subject = c.Person
		n, err := need(tx, c)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(n)
		if err != nil {
			return err
		}
		ev, err := step(tx, &c)
		if err != nil {
			return err
		}
		changed, err := tx.Exec(`UPDATE casework SET state = $1, assignee = $2, outcome = $3, reopened = $4, overdue_at = $5, resolved_at = $6,
			confirmed_at = $7, due_at = $8, rev = rev + 1 WHERE person = $9 AND request = $10 AND rev = $11`,
			c.State, c.Assignee, c.Outcome, c.Reopened, c.OverdueAt, c.ResolvedAt, c.ConfirmedAt, c.DueAt, c.Person, c.Request, c.Rev)
		if err != nil {
			return err
		}
		if changed == 0 {
			return errMoved
		}
		ev.About = append(ev.About, about(c.Request, c.Office)...)
		return tx.Record(auth, ev)
	})
}

// Take puts an open case into the hands of the member of staff at the controls.
// Conflict if it is in somebody's hands already.
func (s *Service) Take(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.State == Taken && c.Assignee == actor.Staff() {
			return journal.Event{}, journal.ErrUnchanged
		}
		if c.State != Open {
			return journal.Event{}, errMoved
		}
		c.State, c.Assignee = Taken, actor.Staff()
		waited := int64(tx.Now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActTaken, Measure: &waited}, nil
	})
}

// Resolve says what was done, in words for the person. The case then waits for
// the person's own word.
func (s *Service) Resolve(ctx context.Context, actor civic.Actor, id civic.RequestID, outcome string) error {
	outcome = strings.TrimSpace(outcome)
	if outcome == "" || len([]rune(outcome)) > 500 {
		return errOutcome
	}
	return s.act(ctx, actor, id, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State == Resolved && c.Assignee == actor.Staff():
			return journal.Event{}, journal.ErrUnchanged
		case c.State != Taken:
			return journal.Event{}, errMoved
		case c.Assignee != actor.Staff():
			return journal.Event{}, errNotYours
		}
		sealed, err := s.v.Seal([]byte(outcome), "outcome/"+string(c.Request))
		if err != nil {
			return journal.Event{}, err
		}
		now := tx.Now
		c.State, c.Outcome, c.ResolvedAt = Resolved, sealed, &now
		took := int64(now.Sub(c.OpenedAt) / time.Second)
		return journal.Event{Act: ActResolved, Measure: &took}, nil
	})
}

// Release puts a case back into the office's queue, for a colleague to take.
func (s *Service) Release(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Taken:
			return journal.Event{}, errMoved
		case c.Assignee != actor.Staff():
			return journal.Event{}, errNotYours
		}
		c.State, c.Assignee = Open, ""
		return journal.Event{Act: ActReleased}, nil
	})
}

// TakeOver puts a case from a colleague's hands into those of the member of staff
// at the controls: nobody's absence may hold up an older person's matter.
func (s *Service) TakeOver(ctx context.Context, actor civic.Actor, id civic.RequestID) error {
	return s.act(ctx, actor, id, officeNeed, func(_ *journal.Tx, c *Case) (journal.Event, error) {
		switch {
		case c.State != Taken:
			return journal.Event{}, errMoved
		case c.Assignee == actor.Staff():
			return journal.Event{}, journal.ErrUnchanged
		}
		from := c.Assignee
		c.Assignee = actor.Staff()
		return journal.Event{Act: ActTakenOver, About: []journal.About{{ID: string(from), Kind: "staff", Role: "object"}}}, nil
	})
}

// personNeed is what speaking for the person takes.
func (s *Service) personNeed(q db.Q, c Case) (civic.Need, error) {
	return s.requests.Need(q, c.Person, c.Service)
}

// Confirm is the person's own word on a resolved case: solved, or not, which
// opens it again at the same office.
func (s *Service) Confirm(ctx context.Context, actor civic.Actor, id civic.RequestID, solved bool) error {
	return s.act(ctx, actor, id, s.personNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		switch again := c.State == Confirmed && solved || c.Reopened > 0 && (c.State == Open || c.State == Taken) && !solved; {
		case again:
			return journal.Event{}, journal.ErrUnchanged
		case c.State == Confirmed:
			return journal.Event{}, errSaid
		case c.State != Resolved:
			return journal.Event{}, errNotDone
		case solved && c.Assignee != "" && c.Assignee == actor.Staff():
			return journal.Event{}, errOwnWork
		}
		now := tx.Now
		if solved {
			c.State, c.ConfirmedAt = Confirmed, &now
			return journal.Event{Act: ActConfirmed}, nil
		}
		def, err := s.requests.Definition(tx, c.Request)
		if err != nil {
			return journal.Event{}, err
		}
		// A new term: the office is given the days of the definition again.
		c.State, c.Assignee, c.ResolvedAt, c.Reopened, c.OverdueAt = Open, "", nil, c.Reopened+1, nil
		c.DueAt = request.Due(def.Casework, now)
		return journal.Event{Act: ActReopened, Detail: watched(c.Request, c.DueAt)}, nil
	})
}

// Watch is the job that marks a case overdue when its time has come.
type Watch struct {
	Request civic.RequestID `json:"request"`
}

// Kind implements jobs.Args.
func (Watch) Kind() string { return "casework.watch" }

// Overdue marks a case whose deadline has passed, once. It does nothing when the
// case was resolved in time.
func (s *Service) Overdue(ctx context.Context, w Watch) error {
	err := s.act(ctx, civic.System("casework.watch"), w.Request, officeNeed, func(tx *journal.Tx, c *Case) (journal.Event, error) {
		if c.OverdueAt != nil || c.State != Open && c.State != Taken || tx.Now.Before(c.DueAt) {
			return journal.Event{}, errMoved
		}
		now := tx.Now
		c.OverdueAt = &now
		return journal.Event{Act: ActOverdue}, nil
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}
