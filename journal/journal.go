package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/jobs"
)

// Authoriser decides whether an actor may do what it needs. The grant room
// implements it; the journal asks on behalf of every verb, so that an authority
// is always judged on the rows of the same transaction.
type Authoriser interface {
	Authorise(q db.Q, now time.Time, actor civic.Actor, need civic.Need) (civic.Authority, error)
	// AuthoriseAll is Authorise for what several ask for at once, each by their own
	// right. A refusal is one ask's own; the error is a fault.
	AuthoriseAll(q db.Q, now time.Time, asks []Ask) ([]Ruling, error)
}

// Ask is what somebody needs.
type Ask struct {
	Actor civic.Actor
	Need  civic.Need
}

// Ruling is the authority that somebody has, or the refusal.
type Ruling struct {
	Authority civic.Authority
	Refused   error
}

// Flow turns an entry into a job, in the entry's own transaction. At is zero for
// at once. A nil job enqueues nothing.
type Flow func(e Entry, detail map[string]string) (job jobs.Args, at time.Time)

// Journal writes, reads, seals and counts acts.
type Journal struct {
	db     *db.DB
	vault  *vault.Vault
	jobs   *jobs.Queue
	auth   Authoriser
	clock  civic.Clock
	log    *slog.Logger
	flows  map[Act][]Flow
	within []reaction
	heads  *headFile
	wake   chan struct{}

	lacked atomic.Int64 // heads that the file lacked at the start; -1 before it was looked at
}

// Config is what a journal is made of. Heads is the file in which the signed
// heads are kept, outside the database.
type Config struct {
	DB    *db.DB
	Vault *vault.Vault
	Jobs  *jobs.Queue
	Auth  Authoriser
	Clock civic.Clock
	Log   *slog.Logger
	Heads string
}

// New makes a journal. Flows are added with On before the first write.
func New(c Config) *Journal {
	j := &Journal{db: c.DB, vault: c.Vault, jobs: c.Jobs, auth: c.Auth, clock: c.Clock, log: c.Log,
		flows: map[Act][]Flow{}, heads: &headFile{path: c.Heads}, wake: make(chan struct{}, 1)}
	j.lacked.Store(-1)
	return j
}

// On lets an act wake a job. app/flows.go is the one list of them.
func (j *Journal) On(act Act, f Flow) {
	if act.Words() == "" {
		panic("journal: no such act: " + string(act))
	}
	j.flows[act] = append(j.flows[act], f)
}

// scene is what writes, scratches and looks have in common.
type scene struct {
	Actor civic.Actor
	Now   time.Time // fixed for the whole transaction
	auth  Authoriser
	q     db.Q
}

// Authorise returns the authority that the actor has for the need, or Denied
// with what would be accepted instead.
func (s *scene) Authorise(need civic.Need) (civic.Authority, error) {
	return s.auth.Authorise(s.q, s.Now, s.Actor, need)
}

// SignedIn refuses nobody before anything is read, so that what exists is not told.
func (s *scene) SignedIn() error {
	if !s.Actor.Operator.None() {
		return nil
	}
	_, err := s.Authorise(civic.Need{})
	return err
}

// Tx is a write in which acts are recorded.
type Tx struct {
	*db.Tx
	scene
	j       *Journal
	entries []Entry
	about   [][]About
	details []map[string]string
	last    []func() error
}

// Scratch is a write to tables that are not acts.
type Scratch struct {
	*db.Tx
	scene
}

// View reads outside a write.
type View struct {
	*db.Snapshot
	scene
}

var errNothing = errors.New("journal: a write that records no act is refused")

// ErrUnchanged is what a write's function returns when it finds that all is so
// already: a form sent twice, a look that today's entry tells of. Nothing is
// written, and Write succeeds.
var ErrUnchanged = errors.New("journal: it is so already")

// Write runs fn in one transaction: its rows, its entries and its jobs commit
// together or not at all. A write that records nothing is refused, unless fn says
// ErrUnchanged.
func (j *Journal) Write(ctx context.Context, actor civic.Actor, fn func(tx *Tx) error) error {
	err := j.db.Write(ctx, func(t *db.Tx) error {
		tx := &Tx{Tx: t, j: j, scene: scene{actor, j.now(), j.auth, t}}
		if err := fn(tx); err != nil {
			return err
		}
		if len(tx.entries) == 0 {
			return errNothing
		}
		if err := tx.react(); err != nil {
			return err
		}
		if err := tx.flush(); err != nil {
			return err
		}
		for _, do := range tx.last {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, ErrUnchanged) {
		return nil
	}
	if err == nil {
		j.nudge()
	}
	return err
}

// Scratch runs fn in a transaction that may write allow-listed tables only.
func (j *Journal) Scratch(ctx context.Context, actor civic.Actor, fn func(*Scratch) error) error {
	return j.db.Scratch(ctx, func(t *db.Tx) error {
		return fn(&Scratch{Tx: t, scene: scene{actor, j.now(), j.auth, t}})
	})
}

// Look runs fn with a reader.
func (j *Journal) Look(ctx context.Context, actor civic.Actor, fn func(*View) error) error {
	s, err := j.db.Read(ctx)
	if err != nil {
		return err
	}
	return fn(&View{Snapshot: s, scene: scene{actor, j.now(), j.auth, s}})
}

// Now tells the journal's time.
func (j *Journal) Now() time.Time { return j.now() }

func (j *Journal) now() time.Time { return j.clock().UTC().Truncate(time.Microsecond) }

// Last runs fn after all else that the write does, for a row that many wait for: it is
// held through the commit alone. Its error is the write's.
func (t *Tx) Last(fn func() error) { t.last = append(t.last, fn) }

// Record adds an entry to the write. The authority says why the act was allowed.
func (t *Tx) Record(auth civic.Authority, ev Event) error {
	if !auth.Valid() {
		return errors.New("journal: an act needs an authority")
	}
	if t.Actor.Operator.None() {
		return errors.New("journal: an act needs somebody at the controls")
	}
	if ev.Act.Words() == "" {
		return fmt.Errorf("journal: act %q is not defined", ev.Act)
	}
	if name := ev.lacks(); name != "" {
		return fmt.Errorf("journal: act %s carries %s, and this entry of it does not", ev.Act, name)
	}
	e := Entry{
		ID: db.NewID(), At: t.Now, Act: ev.Act,
		OperatorKind: t.Actor.Operator.Kind, OperatorID: t.Actor.Operator.ID,
		Subject: t.Actor.Subject, Channel: t.Actor.Channel, Device: t.Actor.Device,
		Basis: auth.Basis(), BasisRef: auth.Ref(), Division: auth.Division(), Office: auth.Office(),
		Day: t.Now.In(civic.Shanghai).Format(time.DateOnly),
	}
	agent := auth.AskedFor(t.Actor)
	e.AgentKind, e.AgentID = agent.Kind, agent.ID
	if ev.Measure != nil {
		m, b := *ev.Measure, Bucket(*ev.Measure)
		e.Measure, e.Bucket = &m, &b
	}
	about := ev.About
	if e.Subject != "" {
		about = append([]About{{string(e.Subject), "person", "subject"}}, about...)
	}
	if e.AgentKind == civic.PartyPerson && e.AgentID != string(e.Subject) {
		about = append(about, About{e.AgentID, "person", "agent"})
	}
	if e.OperatorKind == civic.PartyPerson && e.OperatorID != string(e.Subject) && e.OperatorID != e.AgentID {
		about = append(about, About{e.OperatorID, "person", "operator"})
	}
	t.entries = append(t.entries, e)
	t.about = append(t.about, once(about))
	t.details = append(t.details, ev.Detail)
	return nil
}

// Recorded lists what the write has recorded so far, oldest first, as a timeline
// will tell it: for an account that tells of itself.
func (t *Tx) Recorded() []Line {
	out := make([]Line, len(t.entries))
	for i, e := range t.entries {
		out[i] = Line{e, t.details[i]}
	}
	return out
}

// RecordFor is Record in a write about many people: the entry is about this one.
func (t *Tx) RecordFor(auth civic.Authority, person civic.PersonID, ev Event) error {
	all := t.Actor
	t.Actor = all.For(person)
	defer func() { t.Actor = all }()
	return t.Record(auth, ev)
}

// RecordBy is Record in a write that several asked for: the entry is of this actor.
func (t *Tx) RecordBy(auth civic.Authority, actor civic.Actor, ev Event) error {
	all := t.Actor
	t.Actor = actor
	defer func() { t.Actor = all }()
	return t.Record(auth, ev)
}

// AuthoriseBy is Authorise in a write that several asked for: for this actor.
func (t *Tx) AuthoriseBy(actor civic.Actor, need civic.Need) (civic.Authority, error) {
	return t.auth.Authorise(t.q, t.Now, actor, need)
}

// AuthoriseAll is AuthoriseBy for many: what it rests on is held and read together.
func (t *Tx) AuthoriseAll(asks []Ask) ([]Ruling, error) {
	return t.auth.AuthoriseAll(t.q, t.Now, asks)
}

// once drops what is named twice in the same role: a verb may name the subject
// that the actor names already.
func once(about []About) []About {
	type part struct{ id, role string }
	seen, out := map[part]bool{}, make([]About, 0, len(about))
	for _, a := range about {
		if k := (part{a.ID, a.Role}); !seen[k] {
			seen[k] = true
			out = append(out, a)
		}
	}
	return out
}

// Enqueue adds a job to the write; a zero time means at once.
func (t *Tx) Enqueue(args jobs.Args, at time.Time) error {
	return t.j.jobs.Enqueue(t.Tx, args, at)
}

// flush writes the entries, in one statement a table, and wakes their flows.
func (t *Tx) flush() error {
	var rows, details, abouts [][]any
	for i := range t.entries {
		e := &t.entries[i]
		salt, body := newSalt(), encodeDetail(t.details[i])
		e.Digest = digest(salt, body)
		e.Hash = e.sum(t.about[i])
		rows = append(rows, []any{e.ID, e.At, e.Act, e.OperatorKind, e.OperatorID, e.AgentKind, e.AgentID, e.Subject,
			e.Channel, e.Device, e.Basis, e.BasisRef, e.Division, e.Office, e.Day, e.Measure, e.Bucket, e.Digest, e.Hash})
		details = append(details, []any{e.ID, salt, body})
		for _, a := range t.about[i] {
			abouts = append(abouts, []any{a.ID, a.Kind, e.ID, a.Role})
		}
	}
	if err := t.InsertLater("journal_entry", []string{"id", "at", "act", "operator_kind", "operator_id", "agent_kind", "agent_id",
		"subject", "channel", "device", "basis", "basis_ref", "division", "office", "day", "measure", "bucket", "digest", "hash"}, rows); err != nil {
		return err
	}
	if err := t.InsertLater("journal_detail", []string{"entry", "salt", "body"}, details); err != nil {
		return err
	}
	if err := t.InsertLater("journal_about", []string{"id", "kind", "entry", "role"}, abouts); err != nil {
		return err
	}
	var woken []jobs.Job
	for i, e := range t.entries {
		for _, f := range t.j.flows[e.Act] {
			if job, at := f(e, t.details[i]); job != nil {
				woken = append(woken, jobs.Job{Args: job, At: at})
			}
		}
	}
	return t.j.jobs.EnqueueAll(t.Tx, woken)
}
