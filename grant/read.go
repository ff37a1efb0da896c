package grant

import (
	"context"
	"errors"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// CardRead is what a reader read: the number, and what the chip says of its dates
// (YYYY-MM-DD, or ""). Key is the bridge's own, one for each time a card is laid on.
type CardRead struct {
	Key     string
	Kind    people.CredentialKind
	Number  string
	Name    string
	Issued  string
	Expires string
}

// Verdict is what a card on the reader is.
type Verdict string

// The verdicts.
const (
	CardFine    Verdict = "fine"
	CardUnknown Verdict = "unknown" // nobody has it
	CardLost    Verdict = "lost"
	CardOld     Verdict = "old" // replaced by a newer one, or older than the one registered
	CardExpired Verdict = "expired"
	CardDied    Verdict = "died"  // its holder is registered as dead
	CardDoubt   Verdict = "doubt" // disputed, withdrawn, or the name on it is another's
)

var verdictWords = map[Verdict]string{
	CardFine:    "这张卡可以用，请在工作台上点「读卡」。",
	CardUnknown: "这张卡没有登记过。请用别的证件或姓名查找，都没有就登记新人。",
	CardLost:    "这张卡已经挂失，不能用。请老人换身份证、社保卡或老年卡；都没带的，按姓名查找再核对。",
	CardOld:     "这是一张旧卡，已经换过新的。请老人出示新卡，或换一种证件。",
	CardExpired: "这张卡已经过期。请老人出示新卡，或换一种证件。",
	CardDied:    "这张卡的主人已登记去世，不能凭它打开资料。是家里人来办身后的事，请按姓名查找，由老人住的街道或社区打开；登记错了，请主管先撤销。",
	CardDoubt:   "这张卡和登记的对不上，不能凭它打开资料。请换一种证件，再请同事核对。",
}

// Words says what the card is and what to do; it names nobody.
func (v Verdict) Words() string { return verdictWords[v] }

// The acts of cards on readers.
var (
	ActCardRead     = journal.Define("card.read", "读卡器读了一张卡")
	ActCardRefused  = journal.Define("card.refused", "读到的卡不能用")
	ActReaderOpened = people.ActCardShown
)

var (
	errRead   = civic.E(civic.Invalid, "read.form", "读卡的内容不对：要有编号和卡号，日期写成2031-05-01这样。")
	errNoRead = civic.E(civic.NotFound, "read.none", "读卡器上没有刚读的卡。请把证件放到读卡器上，听到响声再点「读卡」。").On("read")
	errReader = civic.E(civic.NotFound, "read.reader", "没有这台读卡器，或者它不在您的单位。请重新选桌上的读卡器。").On("reader")
	errKey    = civic.E(civic.Conflict, "read.key", "这个编号已经用在另一张卡上，请换一个编号再发。")
)

func goodDate(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// PresentCard takes what a reader in use has read, and says what the card is. The
// number is not kept: only whom it names, until a clerk of the office takes the read or
// it is too old. The same key again gives the same answer.
func (s *Service) PresentCard(ctx context.Context, actor civic.Actor, in CardRead) (Verdict, error) {
	if n := len(in.Key); (n < 8 || n > 128 || len(in.Number) > 60 || in.Number == "" || !goodDate(in.Issued) || !goodDate(in.Expires)) && !actor.Operator.None() {
		return "", errRead
	}
	var out Verdict
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayReadCards})
		if err != nil {
			return err
		}
		device := actor.DeviceID()
		if err := s.once(tx, device, in, &out); err != nil {
			return err
		}
		var n int
		if err := tx.Get(&n, `SELECT COUNT(*) FROM card_read WHERE device = $1 AND read_at > $2`, device, tx.Now.Add(-time.Minute)); err != nil {
			return err
		}
		if err := staff.Within(n); err != nil {
			return err
		}
		person, card, verdict, err := s.judgeCard(tx, in)
		if err != nil {
			return err
		}
		got, err := tx.Exec(`INSERT INTO card_read (device, key, person, verdict, read_at, used_by) VALUES ($1, $2, $3, $4, $5, '') ON CONFLICT DO NOTHING`,
			device, in.Key, person, verdict, tx.Now)
		if err != nil {
			return err
		}
		if got == 0 {
			return errKey // the same key at the same moment: the bridge sends again
		}
		out = verdict
		about := []journal.About{{ID: device, Kind: "device", Role: "object"}}
		if card != "" {
			about = append(about, journal.About{ID: card, Kind: "credential", Role: "object"})
		} else {
			about = append(about, s.p.ReadAt(tx, auth.Office(), in.Number)) // whoever it is may be registered by it
		}
		return tx.Record(auth, journal.Event{Act: ActCardRead, Detail: map[string]string{"card": string(verdict)}, About: about})
	})
	if err != nil {
		return "", err
	}
	return out, nil
}

// once answers a key that was sent before, with ErrUnchanged.
func (s *Service) once(tx *journal.Tx, device string, in CardRead, out *Verdict) error {
	var before struct {
		Person  civic.PersonID
		Verdict Verdict
	}
	err := tx.Get(&before, `SELECT person, verdict FROM card_read WHERE device = $1 AND key = $2`, device, in.Key)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	person, _, _, err := s.judgeCard(tx, in)
	if err != nil {
		return err
	}
	if person != before.Person {
		return errKey
	}
	*out = before.Verdict
	return journal.ErrUnchanged
}

// judgeCard says whose card it is, and whether it may be relied on; then also which.
func (s *Service) judgeCard(q db.Q, in CardRead) (person civic.PersonID, card string, v Verdict, err error) {
	m, err := s.p.ByCard(q, in.Number)
	if civic.Is(err, civic.NotFound) || civic.Is(err, civic.Invalid) {
		return "", "", CardUnknown, nil
	}
	if civic.As(err).Code == "card.disputed" && err != nil {
		return "", "", CardDoubt, nil // two people have the number: it names neither
	}
	if err != nil {
		return "", "", "", err
	}
	today := s.j.Now().In(civic.Shanghai).Format(time.DateOnly)
	self, err := people.Resolve(q, m.Person)
	if err != nil {
		return "", "", "", err
	}
	if self.Died != "" {
		return m.Person, "", CardDied, nil
	}
	switch m.State {
	case "active":
	case "lost":
		return m.Person, "", CardLost, nil
	case "replaced":
		return m.Person, "", CardOld, nil
	case "expired":
		return m.Person, "", CardExpired, nil
	default:
		return m.Person, "", CardDoubt, nil
	}
	p, err := s.p.PrintedOn(q, in.Number)
	if err != nil {
		return "", "", "", err
	}
	switch {
	case in.Expires != "" && in.Expires < today:
		return m.Person, "", CardExpired, nil
	case in.Issued != "" && p.Issued != "" && in.Issued < p.Issued:
		return m.Person, "", CardOld, nil
	case in.Name != "" && people.Masked(civic.Fold(in.Name)) != m.Name:
		return m.Person, "", CardDoubt, nil
	}
	return m.Person, m.CardID(), CardFine, nil
}

// Waiting reports whether a read of the reader waits for a clerk of its office.
func (s *Service) Waiting(ctx context.Context, actor civic.Actor, reader string) (bool, error) {
	var n int
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := ownReader(v.Authorise, v, reader); err != nil {
			return err
		}
		return v.Get(&n, `SELECT COUNT(*) FROM card_read WHERE device = $1 AND used_by = '' AND read_at > $2`, reader, v.Now.Add(-ReadFor()))
	})
	return n > 0, err
}

// ownReader authorises a clerk at a reader of their own office.
func ownReader(may func(civic.Need) (civic.Authority, error), q db.Q, reader string) (civic.Authority, error) {
	auth, err := may(civic.Need{Permission: civic.MayServePeople})
	if err != nil {
		return auth, err
	}
	d, err := staff.ReadDevice(q, reader)
	if civic.Is(err, civic.NotFound) || err == nil && (d.Kind != staff.Reader || d.Office != auth.Office()) {
		err = errReader
	}
	return auth, err
}

// OpenRead takes the newest read of a reader of the clerk's own office and opens the
// person whose card it was, as presented: a card at an authenticated reader. A read is
// taken once, by one clerk; those before it are spent with it. When the card can't be
// relied on, nobody is opened and the verdict says why. NotFound when nothing was read
// a moment ago.
func (s *Service) OpenRead(ctx context.Context, actor civic.Actor, reader string) (civic.PersonID, Verdict, error) {
	var r struct {
		Key     string
		Person  civic.PersonID
		Verdict Verdict
		ReadAt  time.Time
	}
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := ownReader(tx.Authorise, tx, reader)
		if err != nil {
			return err
		}
		err = tx.Get(&r, `SELECT key, person, verdict, read_at FROM card_read WHERE device = $1 AND used_by = '' AND read_at > $2 ORDER BY read_at DESC, key DESC LIMIT 1`,
			reader, tx.Now.Add(-ReadFor()))
		if errors.Is(err, db.ErrNoRows) {
			return errNoRead
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE card_read SET used_by = $1 WHERE device = $2 AND key = $3 AND used_by = ''`, actor.Operator.ID, reader, r.Key)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoRead // a colleague was first
		}
		if _, err := tx.Exec(`UPDATE card_read SET used_by = $1 WHERE device = $2 AND used_by = ''`, actor.Operator.ID, reader); err != nil {
			return err
		}
		tx.Actor.Device = reader
		at := []journal.About{{ID: reader, Kind: "device", Role: "object"}}
		var self people.Self
		var card string
		if r.Verdict == CardFine {
			if self, card, err = s.stillGood(tx, r.Person, reader, r.ReadAt); err != nil {
				return err
			}
			switch {
			case self.Died != "":
				r.Verdict = CardDied
			case card == "":
				r.Verdict = CardLost // or taken back, or everything erased: between the read and now
			}
		}
		if r.Verdict != CardFine {
			return tx.Record(auth, journal.Event{Act: ActCardRefused, Detail: map[string]string{"card": string(r.Verdict)}, About: at})
		}
		r.Person = self.Root
		tx.Actor.Subject = r.Person
		at = append(at, journal.About{ID: card, Kind: "credential", Role: "object"})
		auth = civic.Mint(civic.BasisPresented, reader, r.Person, auth.Division(), auth.Office())
		if err := open(tx, r.Person, actor.Staff(), civic.BasisPresented, "本人在读卡器上出示证件", "", tx.Now.Add(OpenFor())); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActReaderOpened, Detail: map[string]string{"basis": string(civic.BasisPresented), "presented": "reader"}, About: at})
	})
	if err != nil {
		return "", "", err
	}
	if r.Verdict != CardFine {
		return "", r.Verdict, nil
	}
	return r.Person, CardFine, nil
}

// stillGood judges a read again as it is taken, with the person's row locked: the card
// may have been reported lost, or the person erased, since it was laid on. card is ""
// when it can't be relied on any more.
func (s *Service) stillGood(tx *journal.Tx, person civic.PersonID, reader string, at time.Time) (self people.Self, card string, err error) {
	all, err := people.LockAll(tx, person)
	if civic.Is(err, civic.NotFound) {
		return self, "", nil
	}
	if err != nil || all[0].State != "active" {
		return self, "", err
	}
	card, err = s.p.CardRead(tx, all[0], ActCardRead, reader, at)
	return all[0], card, err
}

// open stores an opening.
func open(tx *journal.Tx, person civic.PersonID, who civic.StaffID, basis civic.Basis, reason string, agent civic.PersonID, until time.Time) error {
	_, err := tx.Exec(`INSERT INTO opening (person, staff, basis, reason, agent, until) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person, staff) DO UPDATE SET basis = excluded.basis, reason = excluded.reason, agent = excluded.agent, until = excluded.until`,
		person, who, basis, reason, agent, until)
	return err
}

// SweepReads forgets what was read long ago. For the daily job.
func (s *Service) SweepReads(ctx context.Context) error {
	return s.j.Scratch(ctx, civic.System("sweep"), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`DELETE FROM card_read WHERE read_at < $1`, tx.Now.Add(-24*time.Hour))
		return err
	})
}
