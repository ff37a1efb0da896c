package people

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts on cards.
var (
	ActCardAdded     = journal.Define("card.added", "添了一张卡")
	ActCardReplaced  = journal.Define("card.replaced", "换了新卡")
	ActCardDated     = journal.Define("card.dated", "改了卡的有效期")
	ActCardWithdrawn = journal.Define("card.withdrawn", "作废了登记错的卡")
)

var (
	errCardDesk = civic.E(civic.Denied, "card.desk", "添卡、换卡要看着卡办。请带上卡到窗口。").
			Accepting("老人或受委托的家人带卡到窗口")
	errCardProof = civic.E(civic.Denied, "card.proof", "添卡、换卡、改有效期、作废卡、打印便民卡、解除挂失，要老人本人在场：请出示另一张登记过的证件，放到读卡器上或输入它的整个号码，重新打开资料。").
			Accepting("老人本人带另一张证件来；监护人带证件来；证件全丢了的，请主管核对后办理")
	errCardHave  = civic.E(civic.Conflict, "card.have", "这个号码已经登记在这位老人名下了。卡换了新的，请点「换卡」。").On("card")
	errCardID    = civic.E(civic.Conflict, "card.second_id", "这位老人已经有一个身份证号，和这个不一样。号码变了请点「换卡」，登记错了请先作废那一个。").On("card")
	errNoSuch    = civic.E(civic.NotFound, "card.unknown", "没有这张卡，请回到老人的资料重新选。")
	errCardMoved = civic.E(civic.Conflict, "card.moved", "这张卡的情况刚刚变了，请刷新看看现在怎样，再接着办。")
	errCardLast  = civic.E(civic.Conflict, "card.last", "这是这份登记里唯一能用的卡，作废了就找不到人。请先添上对的卡，或先给挂失的、过期的卡办好，再作废这一张。")
	errCardMany  = civic.E(civic.Conflict, "card.many", "这位老人的卡太多了，请先作废不用的。").On("card")
	errCardBirth = civic.E(civic.Conflict, "card.birth", "这个身份证号里的出生日期或性别，和登记的不一样，可能是别人的号码。请对照证件再看一遍；登记错了，请先更正资料，再添这个号码。").On("card")
	errDates     = civic.E(civic.Invalid, "card.dates", "日期要写成 2030-12-31 这样，有效期要晚于发证的日子；长期有效的就空着。").On("expires")
)

// Dates are what is printed on a card: when it was issued and until when it is
// good, YYYY-MM-DD, or "" where it does not say.
type Dates struct{ Issued, Expires string }

func (d Dates) check() error {
	for _, s := range []string{d.Issued, d.Expires} {
		if _, err := time.Parse(time.DateOnly, s); s != "" && (err != nil || s < "1900") {
			return errDates
		}
	}
	if d.Issued != "" && d.Expires != "" && d.Expires <= d.Issued {
		return errDates
	}
	return nil
}

// cardNeed is what changing somebody's cards takes: themselves, staff who have
// opened them, or an agent whose grant covers everything.
func cardNeed(id civic.PersonID) civic.Need {
	return civic.Need{Person: id, Service: "*", Permission: civic.MayRegisterPeople}
}

// present refuses to make or revive a card for whoever is not proved to be there: the
// person by another card that is not young, nobody acting for them, or their guardian. Otherwise a card
// that anybody asked for would open the person. Who settles disputes may do it for
// somebody who has lost every card.
func (t *cards) present() error {
	switch t.auth.Basis() {
	case civic.BasisPresented:
		return t.s.shown(t.Tx, t.self)
	case civic.BasisGuardian, civic.BasisSystem:
		return nil
	case civic.BasisRole:
		_, err := t.Authorise(settleNeed(t.self.Division))
		if civic.Is(err, civic.Denied) {
			return errCardProof
		}
		return err
	}
	return errCardProof
}

// another reports whether the person can use another card than c. While a merge may be
// undone, each identity keeps one.
func (t *cards) another(c cardRow) (bool, error) {
	others, err := t.others(c)
	return len(others) > 0, err
}

// others are the cards that the person can use besides c, of the same identity while a
// merge may be undone.
func (t *cards) others(c cardRow) ([]cardRow, error) {
	rows, err := t.rows()
	if err != nil {
		return nil, err
	}
	apart, err := t.mayPart()
	return slices.DeleteFunc(rows, func(r cardRow) bool {
		return r.ID == c.ID || apart && r.Person != c.Person || stateOn(r.State, r.Expires, t.Now) != Active
	}), err
}

// isLast reports whether c is the last card that the person can use. Another of the same
// number does not count: what stops the one stops the other.
func (t *cards) isLast(c cardRow) (bool, error) {
	if stateOn(c.State, c.Expires, t.Now) != Active {
		return false, nil
	}
	others, err := t.others(c)
	if err != nil {
		return false, err
	}
	number, err := t.s.number(c)
	if err != nil {
		return false, err
	}
	for _, r := range others {
		if same, err := t.s.number(r); err != nil || same != number {
			return false, err
		}
	}
	return true, nil
}

// cards is one change of a person's cards in its transaction.
type cards struct {
	*journal.Tx
	s    *Service
	auth civic.Authority
	self Self
}

// changeCards runs one change of a person's cards. Two at once take turns at the
// root's row. Only at a desk can somebody see that a card is there.
func (s *Service) changeCards(ctx context.Context, actor civic.Actor, id civic.PersonID, desk bool, fn func(c *cards) (journal.Event, error)) error {
	return s.j.Write(ctx, actor.For(id), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(cardNeed(id))
		if err != nil {
			return err
		}
		if desk && actor.Person() != "" {
			return errCardDesk
		}
		self, err := LockSelf(tx, id)
		if err != nil {
			return err
		}
		tx.Actor.Subject = self.Root
		ev, err := fn(&cards{tx, s, auth, self})
		if err != nil {
			return err
		}
		return tx.Record(auth, ev)
	})
}

// about is the event of an act on a card: its kind in words, never its number.
func about(act journal.Act, kind CredentialKind, id string) journal.Event {
	return journal.Event{Act: act, Detail: map[string]string{"what": kind.Words()}, About: []journal.About{{ID: id, Kind: "credential", Role: "object"}}}
}

// AddCard enters another card of a person's. Conflict if the number is somebody
// else's (then a dispute may be raised), or theirs already; Exhausted as charge says.
func (s *Service) AddCard(ctx context.Context, actor civic.Actor, id civic.PersonID, c Card, d Dates) (string, error) {
	number, err := normalise(c.Kind, c.Number, s.j.Now())
	if err != nil {
		return "", onCard(err)
	}
	if err := d.check(); err != nil {
		return "", err
	}
	if err := s.charge(ctx, actor, cardNeed(id), s.CredentialHash(number)); err != nil {
		return "", err
	}
	var card string
	err = s.changeCards(ctx, actor, id, true, func(t *cards) (journal.Event, error) {
		if err := t.present(); err != nil {
			return journal.Event{}, err
		}
		if err := t.mayHave(c.Kind, number); err != nil {
			return journal.Event{}, err
		}
		if err := t.agrees(t.self.Root, c.Kind, number); err != nil {
			return journal.Event{}, err
		}
		var err error
		card, err = t.enter(t.self.Root, c.Kind, number, d)
		return about(ActCardAdded, c.Kind, card), err
	})
	if err != nil {
		return "", err
	}
	return card, nil
}

// onCard points an error at the field of the card's number.
func onCard(err error) error {
	if e := civic.As(err); e.Field == "" && e.Kind != civic.Internal {
		return e.On("card")
	}
	return err
}

// mayHave refuses a card that the person has, one too many, and a second ID number.
func (t *cards) mayHave(kind CredentialKind, number string) error {
	rows, err := t.rows()
	if err != nil {
		return err
	}
	n := 0
	for _, r := range rows {
		if !r.live() && r.State != Disputed {
			continue
		}
		n++
		has, err := t.s.number(r)
		if err != nil {
			return err
		}
		switch {
		case r.Kind == kind && has == number:
			return errCardHave
		case r.Kind == kind && kind == KindResidentID:
			return errCardID
		}
	}
	if n >= 2*mostEach {
		return errCardMany
	}
	return nil
}

// enter claims a number and writes the card. A number that the person holds under
// another kind is not claimed twice; the card then goes to the identity that holds
// it, so that an undone merge leaves every number with one person.
func (t *cards) enter(who civic.PersonID, kind CredentialKind, number string, d Dates) (string, error) {
	hash, id := t.s.CredentialHash(number), db.NewID()
	n, err := t.Exec(`INSERT INTO credential_index (hash, person, credential) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, who, id)
	if err != nil {
		return "", err
	}
	if n == 0 {
		owner, err := holder(t, hash)
		if err != nil {
			return "", err
		}
		if !slices.Contains(t.self.Selves(), owner.Person) {
			return "", errTaken
		}
		who = owner.Person
	}
	return id, t.insert(who, id, kind, number, Active, d)
}

// insert writes the row of a card, and the index of an ID's last six.
func (t *cards) insert(who civic.PersonID, id string, kind CredentialKind, number, state string, d Dates) error {
	sealed, err := t.s.v.Seal([]byte(number), sealOf(who, id))
	if err != nil {
		return err
	}
	if err := t.InsertRows("credential", []string{"person", "id", "kind", "sealed", "tail", "state", "issued", "expires", "replaced_by", "changed_at"},
		[][]any{{who, id, kind, sealed, Tail(number), state, d.Issued, d.Expires, "", t.Now}}); err != nil || kind != KindResidentID {
		return err
	}
	return t.InsertRows("tail_index", []string{"hash", "person", "credential"}, [][]any{{t.s.lastSixHash(number[len(number)-6:]), who, id}})
}

// ReplaceCard puts a new card in the place of an old one: of a new number, or with
// an empty number another card of the same, as an ID card is renewed. The old
// number stays findable and may become somebody else's. Exhausted as charge says.
func (s *Service) ReplaceCard(ctx context.Context, actor civic.Actor, id civic.PersonID, card, number string, d Dates) (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	if folded := s.folded(number); folded != "" {
		if err := s.charge(ctx, actor, cardNeed(id), s.CredentialHash(folded)); err != nil {
			return "", err
		}
	}
	var fresh string
	err := s.changeCards(ctx, actor, id, true, func(t *cards) (journal.Event, error) {
		if err := t.present(); err != nil {
			return journal.Event{}, err
		}
		old, err := t.row(card)
		if err != nil {
			return journal.Event{}, err
		}
		fresh, err = t.replace(old, number, d)
		return about(ActCardReplaced, old.Kind, fresh), err
	})
	if err != nil {
		return "", err
	}
	return fresh, nil
}

func (t *cards) replace(old cardRow, text string, d Dates) (string, error) {
	if old.Kind == KindPrintedCard {
		return "", errPrintAnew
	}
	was, err := t.s.number(old)
	if err != nil {
		return "", err
	}
	number := was
	if civic.Digits(text) != "" {
		if number, err = normalise(old.Kind, text, t.Now); err != nil {
			return "", onCard(err)
		}
	}
	// The new card stays with the identity of the old one, so that an undone merge
	// gives each their own.
	id := db.NewID()
	if err := t.step(old, Replaced, id, Active, Lost); err != nil {
		return "", err
	}
	if number == was {
		if _, err := t.Exec(`UPDATE credential_index SET credential = $1 WHERE hash = $2 AND person = $3 AND credential = $4`,
			id, t.s.CredentialHash(was), old.Person, old.ID); err != nil {
			return "", err
		}
		return id, t.insert(old.Person, id, old.Kind, number, Active, d)
	}
	if err := t.mayHave(old.Kind, number); err != nil {
		return "", err
	}
	if err := t.agrees(old.Person, old.Kind, number); err != nil {
		return "", err
	}
	if err := t.release(old, was); err != nil {
		return "", err
	}
	fresh, err := t.enter(old.Person, old.Kind, number, d)
	if err != nil {
		return "", err
	}
	_, err = t.Exec(`UPDATE credential SET replaced_by = $1 WHERE person = $2 AND id = $3`, fresh, old.Person, old.ID)
	return fresh, err
}

// SetCardDates corrects the dates of a card. It takes what making one does: a date makes
// a card void or good again, and like one that is new it is not enough for a code at once.
func (s *Service) SetCardDates(ctx context.Context, actor civic.Actor, id civic.PersonID, card string, d Dates) error {
	if err := d.check(); err != nil {
		return err
	}
	return s.changeCards(ctx, actor, id, true, func(t *cards) (journal.Event, error) {
		if err := t.present(); err != nil {
			return journal.Event{}, err
		}
		c, err := t.row(card)
		if err != nil {
			return journal.Event{}, err
		}
		if c.Issued == d.Issued && c.Expires == d.Expires {
			return journal.Event{}, journal.ErrUnchanged
		}
		n, err := t.Exec(`UPDATE credential SET issued = $1, expires = $2, changed_at = $3 WHERE person = $4 AND id = $5 AND state IN ('active', 'lost')`,
			d.Issued, d.Expires, t.Now, c.Person, c.ID)
		if err == nil && n == 0 {
			err = errCardMoved
		}
		return about(ActCardDated, c.Kind, c.ID), err
	})
}

// WithdrawCard takes back a card that was entered by mistake. Its number is free
// again, and stays findable as one that was entered here. It takes what making one does:
// the number may become another's.
func (s *Service) WithdrawCard(ctx context.Context, actor civic.Actor, id civic.PersonID, card string) error {
	return s.changeCards(ctx, actor, id, true, func(t *cards) (journal.Event, error) {
		if err := t.present(); err != nil {
			return journal.Event{}, err
		}
		c, err := t.row(card)
		if err != nil {
			return journal.Event{}, err
		}
		if c.State == Withdrawn {
			return journal.Event{}, journal.ErrUnchanged
		}
		if c.live() {
			if other, err := t.another(c); err != nil || !other {
				return journal.Event{}, cmp.Or(err, error(errCardLast))
			}
		}
		if err := t.step(c, Withdrawn, "", Active, Lost); err != nil {
			return journal.Event{}, err
		}
		number, err := t.s.number(c)
		if err != nil {
			return journal.Event{}, err
		}
		return about(ActCardWithdrawn, c.Kind, c.ID), t.release(c, number)
	})
}
