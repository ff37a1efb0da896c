package request

import (
	"encoding/json"
	"errors"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Draft is a half-done dialogue. Its number finds it on any channel; Rev is
// where two channels at once meet.
type Draft struct {
	ID      civic.DraftID
	Number  civic.Number
	Service string
	DefHash string
	Person  civic.PersonID
	Rev     int64
	State   string // open, submitted, dropped
	Answers Answers
	Channel civic.Channel
	Created time.Time
	Updated time.Time
	Likes   civic.RequestID // the request whose answers are offered, of the same again
}

type draftRow struct {
	ID        civic.DraftID
	Number    civic.Number
	Service   string
	DefHash   string
	Person    civic.PersonID
	Rev       int64
	State     string
	Answers   []byte
	Channel   civic.Channel
	CreatedAt time.Time
	UpdatedAt time.Time
	Likes     civic.RequestID
}

const draftColumns = `id, number, service, def_hash, person, rev, state, answers, channel, created_at, updated_at, likes`

// ErrSubmitted is an answer to what was submitted: Submit reads the receipt.
var ErrSubmitted = civic.E(civic.Conflict, "draft.submitted", "这件事已经交上去了，不能再改；要改请打电话或到窗口。")

var (
	errNoDraft = civic.E(civic.NotFound, "draft.unknown", "没有找到这份没办完的事，请核对号码。")
	errRev     = civic.E(civic.Conflict, "draft.rev", "这份单子刚刚在别的地方改过了。已经为您换成最新的，请看一看再继续。")
)

// sealed answers carry the draft's ID as their place; the request it becomes
// has the same ID, so that its answers need not be sealed again.
func answersOf(id civic.DraftID) string { return "answers/" + string(id) }

func (s *Service) sealAnswers(id civic.DraftID, a Answers) ([]byte, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.v.Seal(b, answersOf(id))
}

// Erased stands where answers were that a person had erased.
var Erased = []byte{0}

func (s *Service) openAnswers(id civic.DraftID, sealed []byte) (Answers, error) {
	if len(sealed) == len(Erased) {
		return Answers{}, nil
	}
	b, err := s.v.Open(sealed, answersOf(id))
	if err != nil {
		return nil, err
	}
	a := Answers{}
	return a, json.Unmarshal(b, &a)
}

// keep stores the answers of a draft that the transaction holds, under the version
// that they belong to.
func (s *Service) keep(tx *journal.Scratch, v *View) error {
	sealed, err := s.sealAnswers(v.ID, v.Answers)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE draft SET answers = $1, def_hash = $2 WHERE id = $3`, sealed, v.DefHash, v.ID)
	return err
}

func (s *Service) readDraft(q db.Q, id civic.DraftID) (*Draft, error) {
	var r draftRow
	err := q.Get(&r, `SELECT `+draftColumns+` FROM draft WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoDraft
	}
	if err != nil {
		return nil, err
	}
	return s.fromRow(r)
}

// closeDraft marks an open draft as submitted and reads it. As a write's first
// statement it locks the draft, so that two submits take turns.
func (s *Service) closeDraft(tx *journal.Tx, id civic.DraftID, rev int64) (*Draft, error) {
	var r draftRow
	err := tx.Get(&r, `UPDATE draft SET state = 'submitted', updated_at = $1 WHERE id = $2 AND state = 'open' AND (rev = $3 OR $3 = 0)
		RETURNING `+draftColumns, tx.Now, id, rev)
	if errors.Is(err, db.ErrNoRows) {
		var states []string
		if err := tx.Select(&states, `SELECT state FROM draft WHERE id = $1 AND state IN ('open', 'dropped')`, id); err != nil {
			return nil, err
		}
		switch {
		case len(states) == 0:
			return nil, ErrSubmitted
		case states[0] == "open":
			return nil, errRev
		}
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	return s.fromRow(r)
}

func (s *Service) fromRow(r draftRow) (*Draft, error) {
	a, err := s.openAnswers(r.ID, r.Answers)
	if err != nil {
		return nil, err
	}
	return &Draft{r.ID, r.Number, r.Service, r.DefHash, r.Person, r.Rev, r.State, a, r.Channel, r.CreatedAt, r.UpdatedAt, r.Likes}, nil
}

// View is a draft as a channel shows it.
type View struct {
	Draft
	Def   *catalog.Definition
	Step  Step
	Form  []Prompt       // every question asked, answered ones too
	Drops []Drop         // answers that the last change made fall away
	Wrong []*civic.Error // what was wrong with the answers just given, by field
	// Again names the questions that are asked anew, since the service has a new
	// version.
	Again     []string
	Suspended bool // the service has stopped here: Step says why
	// Same are the answers of last time to the questions that come next, at least two:
	// they may be given at once. Whether they still fit is seen then.
	Same []Known
}
