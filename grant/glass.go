package grant

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// The acts of breaking the glass.
var (
	ActGlassBroken   = journal.Define("glass.broken", "紧急情况下打开了资料，会有人复核")
	ActGlassProper   = journal.Define("glass.proper", "监督人员复核：这次紧急打开是应当的")
	ActGlassImproper = journal.Define("glass.improper", "监督人员复核：这次紧急打开不应当")
)

// The verdicts of a review.
const (
	Proper   = "proper"
	Improper = "improper"
)

// GlassReview is one opening in an emergency, as whoever judges it sees it: the
// person masked.
type GlassReview struct {
	ID         string
	Person     civic.PersonID
	Staff      civic.StaffID
	Division   civic.Division
	Emergency  string
	Reason     string
	OpenedAt   time.Time
	Until      time.Time
	DueAt      time.Time
	Verdict    string // "" while nobody has judged
	Note       string
	Reviewer   civic.StaffID
	ReviewedAt *time.Time

	Who  string     `db:"-"` // masked
	By   string     `db:"-"` // who broke the glass
	Done []GlassAct `db:"-"` // what they did about the person in that time
}

// GlassAct is one act in the time of an opening.
type GlassAct struct {
	At   time.Time
	What string
}

const reviewColumns = `id, person, staff, division, emergency, reason, opened_at, until, due_at, verdict, note, reviewer, reviewed_at`

var (
	errEmergency = civic.E(civic.Invalid, "glass.emergency", "请选是哪一种紧急情况。").On("emergency")
	errGlassWhy  = civic.E(civic.Invalid, "glass.reason", "请写明出了什么事，10到200个字，例如：老人在闸口晕倒，要联系家人。").On("reason")
	errGlassLook = civic.E(civic.Denied, "glass.look", "紧急打开的资料只能看，不能办事。").
			Accepting("请老人出示证件，或请辖区的同事来办")
	errVerdict  = civic.E(civic.Invalid, "glass.verdict", "请选这次打开应当还是不应当，并写明理由，最多500个字。").On("verdict")
	errNoGlass  = civic.E(civic.NotFound, "glass.unknown", "没有这次紧急打开，或者不归您复核。")
	errJudged   = civic.E(civic.Conflict, "glass.judged", "这次紧急打开已经复核过了，请刷新看看结果。")
	errOwnGlass = civic.E(civic.Denied, "glass.own", "自己打开的不能由自己复核。").Accepting("请另一位监督人员复核")
)

// BreakGlass opens a person in an emergency, whoever they are and wherever they
// live, for a short time and to look only. The person can read it in their story, and a
// supervisor judges it within days.
func (s *Service) BreakGlass(ctx context.Context, actor civic.Actor, person civic.PersonID, emergency, reason string) error {
	reason = civic.FoldWords(reason)
	if actor.Operator.None() {
		return errNobody
	}
	words := EmergencyWords(emergency)
	switch n := utf8.RuneCountInString(reason); {
	case words == "":
		return errEmergency
	case n < 10 || n > 200:
		return errGlassWhy
	case civic.HoldsNumber(reason):
		return errNumber.On("reason")
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayBreakGlass})
		if err != nil {
			return err
		}
		self, err := people.LockSelf(tx, person)
		if err != nil {
			return err
		}
		tx.Actor.Subject = self.Root
		auth = civic.Mint(civic.BasisGlass, auth.Ref(), self.Root, auth.Division(), auth.Office())
		until := tx.Now.Add(time.Duration(glass.OpenMinutes) * time.Minute)
		if err := open(tx, self.Root, actor.Staff(), civic.BasisGlass, words, "", until); err != nil {
			return err
		}
		id := db.NewID()
		if err := tx.InsertRows("glass_review", []string{"person", "id", "staff", "division", "emergency", "reason", "opened_at", "until", "due_at", "verdict", "note", "reviewer"},
			[][]any{{self.Root, id, actor.Operator.ID, auth.Division(), emergency, reason, tx.Now, until, tx.Now.AddDate(0, 0, glass.ReviewDays), "", "", ""}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActGlassBroken, Detail: map[string]string{"reason": words + "：" + reason, "emergency": emergency},
			About: []journal.About{{ID: id, Kind: "glass", Role: "object"}}})
	})
}

// GlassMost bounds a list of reviews.
const GlassMost = 100

// GlassReviews lists the openings in emergencies by the staff of a division: to
// supervisors those still to be judged, by deadline, or with done those that were; to
// its administrators those that were improper.
func (s *Service) GlassReviews(ctx context.Context, actor civic.Actor, in civic.Division, done bool) ([]GlassReview, error) {
	var out []GlassReview
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		where, order := `verdict = ''`, `due_at`
		if done {
			where, order = `verdict <> ''`, `due_at DESC`
		}
		auth, err := v.Authorise(civic.Need{Permission: civic.MayReviewAccess, Division: in, Look: true})
		if civic.Is(err, civic.Denied) && !actor.Operator.None() {
			auth, err = v.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: in, Look: true})
			where, order = `verdict = 'improper'`, `due_at DESC`
		}
		if err != nil {
			return err
		}
		if err := v.Select(&out, `SELECT `+reviewColumns+` FROM glass_review WHERE `+where+` AND division >= $1 AND division < $2 ORDER BY `+order+`, id LIMIT $3`,
			in, string(in)+"~", GlassMost); err != nil {
			return err
		}
		return masked(v, out, auth)
	})
	return out, err
}

// masked adds to reviews what a list shows.
func masked(q db.Q, rs []GlassReview, auth civic.Authority) error {
	var ids []civic.PersonID
	var by []civic.StaffID
	for _, r := range rs {
		ids, by = append(ids, r.Person), append(by, r.Staff)
	}
	who, err := people.MaskedNames(q, ids)
	if err != nil {
		return err
	}
	names, err := staff.Names(q, by)
	if err != nil {
		return err
	}
	for i := range rs {
		r := &rs[i]
		r.Who, r.By = who[r.Person], names[r.Staff]
		lines, err := journal.DoneBy(q, auth, string(r.Person), string(r.Staff), r.OpenedAt, r.Until)
		if err != nil {
			return err
		}
		for _, l := range slices.Backward(lines) {
			r.Done = append(r.Done, GlassAct{l.At, l.Act.Words()})
		}
	}
	return nil
}

// JudgeGlass says whether an opening in an emergency was proper, with a note for the
// file. The person reads the verdict in their story. It needs access.review over the
// division of whoever opened, and somebody else's hands.
func (s *Service) JudgeGlass(ctx context.Context, actor civic.Actor, id, verdict, note string) error {
	note = civic.FoldWords(note)
	if n := utf8.RuneCountInString(note); !actor.Operator.None() && (verdict != Proper && verdict != Improper || n == 0 || n > 500) {
		return errVerdict
	}
	if civic.HoldsNumber(note) {
		return errNumber.On("note")
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if _, err := tx.Authorise(civic.Need{Permission: civic.MayReviewAccess}); err != nil {
			return err
		}
		var r GlassReview
		err := tx.Get(&r, `SELECT `+reviewColumns+` FROM glass_review WHERE id = $1`, id)
		if errors.Is(err, db.ErrNoRows) {
			return errNoGlass
		}
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayReviewAccess, Division: r.Division})
		if civic.Is(err, civic.Denied) {
			return errNoGlass
		}
		if err != nil {
			return err
		}
		if r.Staff == actor.Staff() {
			return errOwnGlass
		}
		n, err := tx.Exec(`UPDATE glass_review SET verdict = $1, note = $2, reviewer = $3, reviewed_at = $4 WHERE person = $5 AND id = $6 AND verdict = ''`,
			verdict, note, actor.Operator.ID, tx.Now, r.Person, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errJudged
		}
		act := ActGlassProper
		if verdict == Improper {
			act = ActGlassImproper
		}
		// The act is about the person, who reads it; the reviewer has not opened them.
		return tx.Record(auth, journal.Event{Act: act, About: []journal.About{{ID: string(r.Person), Kind: "person", Role: "object"},
			{ID: id, Kind: "glass", Role: "object"}, {ID: string(r.Staff), Kind: "staff", Role: "object"}}})
	})
}

// Shut is the job that closes what a member had open who has left.
type Shut struct {
	Staff civic.StaffID `json:"staff"`
}

// Kind implements jobs.Args.
func (Shut) Kind() string { return "grant.shut" }

var actShut = journal.Define("person.shut", "工作人员离岗，资料已经关上")

// Close closes every opening of a member who has left. They could use none since.
func (s *Service) Close(ctx context.Context, job Shut) error {
	return s.j.Write(ctx, civic.System("grant.shut"), func(tx *journal.Tx) error {
		if _, err := staff.Read(tx, job.Staff); err == nil {
			return journal.ErrUnchanged
		} else if !civic.Is(err, civic.NotFound) {
			return err
		}
		n, err := tx.Exec(`DELETE FROM opening WHERE staff = $1`, job.Staff)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: actShut, About: []journal.About{{ID: string(job.Staff), Kind: "staff", Role: "object"}}})
	})
}
