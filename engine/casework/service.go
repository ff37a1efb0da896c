package casework

import (
	"context"
	"errors"
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
	ActOpened      = journal.Define("case.opened", "交给单位办理").Carries("request", "office", "due")
	ActSeen        = journal.Define("case.seen", "承办单位看了这件事")
	ActTaken       = journal.Define("case.taken", "单位开始办理")
	ActReleased    = journal.Define("case.released", "放回单位，等同事来办")
	ActTakenOver   = journal.Define("case.taken_over", "同事接过来办")
	ActAssigned    = journal.Define("case.assigned", "交给一位同事办理")
	ActAsked       = journal.Define("case.asked", "请您补充").Carries("request", "office")
	ActAnswered    = journal.Define("case.answered", "补充了情况")
	ActWentOn      = journal.Define("case.went_on", "单位不再等补充，接着办")
	ActTransferred = journal.Define("case.transferred", "转给另一个单位办理").Carries("request", "office")
	ActExtended    = journal.Define("case.extended", "延长了办理期限").Carries("request", "office")
	ActResolved    = journal.Define("case.resolved", "单位回复已办好").Carries("request", "office")
	ActRejected    = journal.Define("case.rejected", "单位回复这次办不成").Carries("request", "office")
	ActConfirmed   = journal.Define("case.confirmed", "确认办好了")
	ActTried       = journal.Define("case.tried", "联系过，没有联系上")
	ActUnconfirmed = journal.Define("case.unconfirmed", "两次没有联系上，按未确认办结").Carries("request")
	ActReopened    = journal.Define("case.reopened", "说没有办好，重新办理")
	ActAppealed    = journal.Define("case.appealed", "不同意结果，请上一级再看")
	ActNeedless    = journal.Define("case.needless", "不用再办了，单位不用去了")
	ActWithdrawn   = journal.Define("case.withdrawn", "说不办了，撤回")
	ActOverdue     = journal.Define("case.overdue", "超过了办理期限").Carries("request", "office")
	ActNearDue     = journal.Define("case.near_due", "快到办理期限了")
	ActRedirected  = journal.Define("case.redirected", "原单位没有人办，转给别的单位").Carries("request", "office")

	ActHandedIn = journal.Define("case.handed_in", "单位收下了材料或者钱")
	ActBilled   = journal.Define("case.billed", "单位开了账单").Carries("request", "office")
	ActPaid     = journal.Define("case.paid", "说已经付了钱")
	ActReceived = journal.Define("case.received", "单位收到了材料或者钱")
	ActFiled    = journal.Define("case.filed", "材料存了档，或者钱入了账")
	ActReturned = journal.Define("case.returned", "退回了材料、钱或者撤销了账单").Carries("request", "office")
	ActLost     = journal.Define("case.lost", "材料或者钱在路上没有找到").Carries("request", "office")

	ActAway = journal.Define("absence.registered", "登记了不在岗的日子和代班的同事")
	ActBack = journal.Define("absence.ended", "提前回岗")
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

var (
	errUnasked  = civic.E(civic.Unavailable, "office.unasked", "还要您自己选一个单位")
	errNoCase   = civic.E(civic.NotFound, "case.unknown", "没有找到这件事，请核对号码。")
	errMoved    = civic.E(civic.Conflict, "case.moved", "这件事刚刚有人办过了，请刷新看看现在的情况。")
	errNotYours = civic.E(civic.Denied, "case.assignee", "这件事是另一位同事在办。同事不在的话，您可以接过来办。")
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
	if err := tx.InsertRows("casework", []string{"person", "request", "number", "service", "skill", "office", "division", "state", "assignee", "reopened", "attempts",
		"extended", "appealed", "answered_by", "opened_at", "near_at", "due_at", "rev"},
		[][]any{{r.Person, r.ID, r.Number, r.Service, def.Skill, office.ID, office.Division, Open, "", 0, 0, 0, 0, "", tx.Now, near(due), due, 1}}); err != nil {
		return err
	}
	for _, left := range r.Left {
		if err := s.note(tx, &Case{Person: r.Person, Request: r.ID}, "left", left); err != nil {
			return err
		}
	}
	detail := watched(r.ID, due)
	detail["service"], detail["office"] = r.Service, office.Name
	return tx.Record(auth, journal.Event{Act: ActOpened, Detail: detail, About: about(r.ID, office.ID)})
}

// CanTake implements request.Able: whether there is an office for the request.
func (s *Service) CanTake(q db.Q, r *request.Request) error {
	_, err := s.office(q, r)
	return err
}

// watched is the detail by which app's flows watch a case until it is due.
func watched(id civic.RequestID, due time.Time) map[string]string {
	return map[string]string{"request": string(id), "due": due.Format(time.RFC3339)}
}

func (s *Service) office(q db.Q, r *request.Request) (place.Office, error) {
	if r.Office != "" {
		return place.Read(q, r.Office)
	}
	if from := r.Def.Casework.OfficeFrom; from != "" {
		codes := r.Answers.Codes(from)
		if len(codes) != 1 {
			return place.Office{}, errUnasked
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

// personNeed is what speaking for the person takes.
func (s *Service) personNeed(q db.Q, c Case) (civic.Need, error) {
	return s.requests.Need(q, c.Person, c.Service)
}

// act runs one step of a case in a write: read, authorise, step, store. A step that
// the same hands took before is journal.ErrUnchanged: pressing a button twice is no
// fault and no second act.
func (s *Service) act(ctx context.Context, actor civic.Actor, id civic.RequestID, need func(db.Q, Case) (civic.Need, error),
	step func(tx *journal.Tx, c *Case) (journal.Event, error)) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		return s.step(tx, id, need, step)
	})
}

// step runs one step of a case in a write that is there.
func (s *Service) step(tx *journal.Tx, id civic.RequestID, need func(db.Q, Case) (civic.Need, error), step func(tx *journal.Tx, c *Case) (journal.Event, error)) error {
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
	before := c
	ev, err := step(tx, &c)
	if err != nil {
		return err
	}
	if !c.DueAt.Equal(before.DueAt) {
		c.WarnedAt = nil // of another deadline
	}
	changed, err := tx.Exec(`UPDATE casework SET office = $1, division = $2, state = $3, assignee = $4, outcome = $5, reopened = $6, attempts = $7, extended = $8,
			appealed = $9, near_at = $10, due_at = $11, stopped_at = $12, overdue_at = $13, resolved_at = $14, tried_at = $15, ended_at = $16, answered_by = $17,
			warned_at = $18, rev = rev + 1 WHERE person = $19 AND request = $20 AND rev = $21`,
		c.Office, c.Division, c.State, c.Assignee, c.Outcome, c.Reopened, c.Attempts, c.Extended, c.Appealed, c.NearAt, c.DueAt, c.StoppedAt,
		c.OverdueAt, c.ResolvedAt, c.TriedAt, c.EndedAt, c.AnsweredBy, c.WarnedAt, c.Person, c.Request, c.Rev)
	if err != nil {
		return err
	}
	if changed == 0 {
		return errMoved
	}
	ev.About = append(ev.About, about(c.Request, c.Office)...)
	if before.Office != c.Office {
		ev.About = append(ev.About, journal.About{ID: string(before.Office), Kind: "office", Role: "from"})
	}
	return tx.Record(auth, ev)
}
