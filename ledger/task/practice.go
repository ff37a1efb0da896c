package task

import (
	"context"
	"fmt"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/place"
	"yinqiao/staff"
)

// States of a practice.
const (
	Submitted = "submitted"
	Published = "published"
	Returned  = "returned"
)

// Practice is something that one office does well, for others to learn from (SX三(三)).
type Practice struct {
	ID        string
	Division  civic.Division
	Office    civic.OfficeID
	Measure   string // which it serves, "" for none
	Title     string
	Words     string
	State     string
	Said      string // why it was published or returned
	By        civic.StaffID
	At        time.Time
	DecidedBy civic.StaffID `db:"decided_by"`
	DecidedAt *time.Time    `db:"decided_at"`
	Adopted   int64         // by how many offices

	Place     string     `db:"-"`
	Clause    string     `db:"-"`
	Files     []File     `db:"-"`
	Adoptions []Adopting `db:"-"`
	Who       string     `db:"-"`
	Decider   string     `db:"-"`
	Keeps     bool       `db:"-"` // the reader may publish it, or give it back
	Takes     bool       `db:"-"` // the reader's office may adopt it
	Writes    bool       `db:"-"` // the reader's office may write it anew
}

// Adopting is an office that does so too.
type Adopting struct {
	Office   civic.OfficeID
	Division civic.Division
	Words    string
	By       civic.StaffID
	At       time.Time
	Place    string `db:"-"`
	Who      string `db:"-"`
}

// Submission is a practice as it is written.
type Submission struct {
	Title   string
	Words   string
	Measure string
	Files   []Upload
}

var (
	errPublished = civic.E(civic.Conflict, "practice.decided", "这个做法已经推广了。")
	errUnsettled = civic.E(civic.Conflict, "practice.waits", "这个做法还没有推广，现在还不能学用。")
	errOwn       = civic.E(civic.Conflict, "practice.own", "这是本单位自己的做法，不用再学。")
	errElsewhere = civic.E(civic.Denied, "practice.elsewhere", "只有同一个省里的单位能学用。").Accepting("请联系那里的联席会议")
)

const practiceSelect = `SELECT p.id, p.division, p.office, p.measure, p.title, p.words, p.state, p.said, p.by, p.at, p.decided_by, p.decided_at,
	(SELECT COUNT(*) FROM ledger_adoption a WHERE a.practice = p.id) AS adopted FROM ledger_practice p`

func readPractice(q db.Q, id string) (p Practice, err error) {
	err = only(q, &p, practiceSelect+` WHERE p.id = $1`, id)
	return p, err
}

// seen authorises whoever may read a practice: everybody in the province once it is
// published, its own office and those who judge it before.
func (p Practice) seen(v *journal.View) error {
	in := p.Division
	if p.State == Published {
		in = p.Division.Province()
	}
	if _, err := v.Authorise(civic.Need{Permission: civic.MayReportTasks, Office: p.Office, Look: true}); err == nil {
		return nil
	}
	return seesFrom(v, in)
}

// Submit reports a practice of one's own office, for the conference to judge. It needs
// ledger.report there.
func (s *Service) Submit(ctx context.Context, actor civic.Actor, in Submission) (string, error) {
	title, err := titleOf(in.Title)
	if err != nil {
		return "", err
	}
	words, err := wordsOf(in.Words, limits.Minutes, errMinutes.On("words"))
	if err != nil {
		return "", err
	}
	if err := checkFiles(in.Files); err != nil {
		return "", err
	}
	id := db.NewID()
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, m, err := ownOffice(tx)
		if err != nil {
			return err
		}
		if in.Measure != "" {
			var of Measure
			if err := only(tx, &of, `SELECT `+measureColumns+` FROM ledger_measure WHERE id = $1`, in.Measure); err != nil {
				if civic.Is(err, civic.NotFound) {
					return errServes
				}
				return err
			}
		}
		var was []Practice
		if err := tx.Select(&was, practiceSelect+` WHERE p.office = $1 AND p.title = $2 AND p.state <> 'published' ORDER BY p.id`, m.Office, title); err != nil {
			return err
		}
		if len(was) > 0 { // written anew after it was given back, or the same form again
			id = was[0].ID
			if was[0].State == Submitted && was[0].Words == words && len(in.Files) == 0 {
				return journal.ErrUnchanged
			}
			if _, err := tx.Exec(`UPDATE ledger_practice SET words = $1, measure = $2, state = 'submitted', by = $3, at = $4 WHERE id = $5`, words, in.Measure, actor.Operator.ID, tx.Now, id); err != nil {
				return err
			}
		} else if err := tx.InsertRows("ledger_practice", []string{"id", "division", "office", "measure", "title", "words", "state", "said", "by", "at", "decided_by"},
			[][]any{{id, m.Division, m.Office, in.Measure, title, words, Submitted, "", actor.Operator.ID, tx.Now, ""}}); err != nil {
			return err
		}
		if err := keepFiles(tx, "practice", id, in.Files); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActSubmitted, Detail: map[string]string{"title": title}, About: about("practice", id, "office", string(m.Office))})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// ownOffice authorises somebody to report for their own office.
func ownOffice(tx *journal.Tx) (civic.Authority, staff.Member, error) {
	m, err := staff.Read(tx, tx.Actor.Staff())
	if err != nil {
		if civic.Is(err, civic.NotFound) { // nobody, a person, a machine: refused as such
			_, err = tx.Authorise(civic.Need{Permission: civic.MayReportTasks})
			if err == nil {
				err = errMine
			}
		}
		return civic.Authority{}, m, err
	}
	auth, err := tx.Authorise(civic.Need{Permission: civic.MayReportTasks, Office: m.Office})
	return auth, m, err
}

// JudgePractice publishes a practice or gives it back, with a word on why. It needs
// ledger.keep in its division. Conflict when it is published.
func (s *Service) JudgePractice(ctx context.Context, actor civic.Actor, id string, publish bool, said string) error {
	said, err := wordsOf(said, limits.Words, errWords)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		p, err := holdPractice(tx, id)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(keeping(p.Division))
		if err != nil {
			return err
		}
		state, act := Returned, ActSentBack
		if publish {
			state, act = Published, ActPublished
		}
		switch {
		case p.State == state && p.Said == said:
			return journal.ErrUnchanged
		case p.State == Published:
			return errPublished
		}
		if _, err := tx.Exec(`UPDATE ledger_practice SET state = $1, said = $2, decided_by = $3, decided_at = $4 WHERE id = $5`, state, said, actor.Operator.ID, tx.Now, id); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: act, Detail: map[string]string{"title": p.Title, "said": short(said)}, About: about("practice", id, "office", string(p.Office))})
	})
}

func holdPractice(tx *journal.Tx, id string) (Practice, error) {
	if err := tx.SignedIn(); err != nil {
		return Practice{}, err
	}
	if _, err := tx.Exec(`UPDATE ledger_practice SET title = title WHERE id = $1`, id); err != nil {
		return Practice{}, err
	}
	p, err := readPractice(tx, id)
	return p, hide(tx, err)
}

// TakeUp says that one's own office does so too, and how. It needs ledger.report there, in
// the same province. Conflict when it is one's own, or is not published.
func (s *Service) TakeUp(ctx context.Context, actor civic.Actor, id, words string) error {
	words, err := wordsOf(words, limits.Words, errWords)
	if err != nil {
		return err
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		p, err := holdPractice(tx, id)
		if err != nil {
			return err
		}
		auth, m, err := ownOffice(tx)
		switch {
		case err != nil:
			return err
		case p.State != Published:
			return errUnsettled
		case p.Office == m.Office:
			return errOwn
		case p.Division.Province() != m.Division.Province():
			return errElsewhere
		}
		var was []Adopting
		if err := tx.Select(&was, `SELECT office, words FROM ledger_adoption WHERE practice = $1 AND office = $2`, id, m.Office); err != nil {
			return err
		}
		if len(was) > 0 && was[0].Words == words {
			return journal.ErrUnchanged
		}
		if _, err := tx.Exec(`INSERT INTO ledger_adoption (practice, office, division, words, by, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (practice, office) DO UPDATE SET words = excluded.words, by = excluded.by, at = excluded.at`, id, m.Office, m.Division, words, actor.Operator.ID, tx.Now); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActTaken, Detail: map[string]string{"title": p.Title}, About: about("practice", id, "office", string(m.Office))})
	})
}

// Practices lists what was published in the province of a division and what waits or was
// given back in the division itself, what waits first. It needs figures.see there.
func (s *Service) Practices(ctx context.Context, actor civic.Actor, in civic.Division) ([]Practice, error) {
	var out []Practice
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(seeing(in)); err != nil {
			return err
		}
		province := in.Province()
		if err := v.Select(&out, practiceSelect+` WHERE p.division >= $1 AND p.division < $2 AND (p.state = 'published' OR p.division >= $3 AND p.division < $4)
			ORDER BY CASE p.state WHEN 'submitted' THEN 0 WHEN 'returned' THEN 1 ELSE 2 END, p.id DESC`+fmt.Sprintf(` LIMIT %d`, 2*limits.List),
			province, string(province)+"~", in, string(in)+"~"); err != nil {
			return err
		}
		return namePractices(v, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func namePractices(q db.Q, ps []Practice) error {
	var offices []civic.OfficeID
	for _, p := range ps {
		offices = append(offices, p.Office)
		for _, a := range p.Adoptions {
			offices = append(offices, a.Office)
		}
	}
	names, err := place.Names(q, known(offices))
	if err != nil {
		return err
	}
	for i := range ps {
		p := &ps[i]
		p.Place = names[p.Office]
		for k := range p.Adoptions {
			p.Adoptions[k].Place = names[p.Adoptions[k].Office]
		}
		if p.Measure != "" {
			if err := q.Get(&p.Clause, `SELECT y.code || m.ref FROM ledger_measure m JOIN ledger_policy y ON y.id = m.policy WHERE m.id = $1`, p.Measure); err != nil {
				return err
			}
		}
	}
	return nil
}

// Practice reads a practice with who does so too. It needs figures.see in its division, or
// once it is published anywhere in its province. NotFound for others.
func (s *Service) Practice(ctx context.Context, actor civic.Actor, id string) (Practice, error) {
	var p Practice
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		var err error
		if p, err = readPractice(v, id); err != nil {
			return hide(v, err)
		}
		if err := p.seen(v); err != nil {
			return err
		}
		if err := v.Select(&p.Adoptions, `SELECT office, division, words, by, at FROM ledger_adoption WHERE practice = $1 ORDER BY at, office`, id); err != nil {
			return err
		}
		one := []Practice{p}
		if err := namePractices(v, one); err != nil {
			return err
		}
		p = one[0]
		files, err := filesOf(v, "practice", []string{id})
		if err != nil {
			return err
		}
		p.Files = files[id]
		return p.may(v)
	})
	if err != nil {
		return Practice{}, err
	}
	return p, nil
}

// may adds names, and what the reader may do.
func (p *Practice) may(v *journal.View) error {
	ids := []civic.StaffID{p.By, p.DecidedBy}
	for _, a := range p.Adoptions {
		ids = append(ids, a.By)
	}
	names, err := staff.Names(v, known(ids))
	if err != nil {
		return err
	}
	p.Who, p.Decider = names[p.By], names[p.DecidedBy]
	for i := range p.Adoptions {
		p.Adoptions[i].Who = names[p.Adoptions[i].By]
	}
	_, keeps := v.Authorise(keeping(p.Division))
	p.Keeps = keeps == nil && p.State != Published
	m, err := staff.Read(v, v.Actor.Staff())
	if err != nil {
		if civic.Is(err, civic.NotFound) {
			err = nil
		}
		return err
	}
	_, reports := v.Authorise(civic.Need{Permission: civic.MayReportTasks, Office: m.Office})
	p.Takes = reports == nil && p.State == Published && m.Office != p.Office && m.Division.Province() == p.Division.Province()
	p.Writes = reports == nil && p.State == Returned && m.Office == p.Office
	return nil
}
