package people

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts on a number that two persons bring.
var (
	ActDisputed = journal.Define("card.disputed", "卡号和别人的重了，交给主管处理").Carries("side")
	ActSettled  = journal.Define("card.settled", "主管处理了重号")
)

// Whose a disputed number is.
const (
	ToHolder   = "holder"   // who had it registered first
	ToClaimant = "claimant" // who brought it afterwards
)

var (
	errDisputed  = civic.E(civic.Conflict, "card.disputed", "这个号码有两位老人在用，主管正在处理。请先用别的证件，或报姓名和身份证后六位。").On("card")
	errFree      = civic.E(civic.Conflict, "card.free", "这个号码现在没有别人在用，不算重号，请直接添卡。").On("card")
	errNoDispute = civic.E(civic.NotFound, "dispute.unknown", "没有这件重号的事，请回到列表重新选。")
	errSettled   = civic.E(civic.Conflict, "dispute.settled", "这件重号已经有人处理过了，请回到列表看看。")
	errUnseen    = civic.E(civic.Denied, "dispute.card", "报重号，要先看到这张卡：请把卡放到读卡器上，或在查找框里把它的整个号码输入一遍，看清楚登记的是谁，再来报。").
			Accepting("卡在手边的话，读一下或输入整个号码").On("card")
	errWhose2 = civic.E(civic.Invalid, "dispute.winner", "请选这个号码到底是哪一位老人的。").On("winner")
)

// Dispute is a number that two persons bring, as whoever settles it sees it.
type Dispute struct {
	ID       string
	Kind     CredentialKind
	Holder   Match
	Claimant Match
	RaisedAt time.Time
}

// RaiseDispute enters a card whose number is somebody else's already: both cards
// identify nobody until the dispute is settled, but the last card that the holder can use
// goes on as theirs. Conflict if nobody holds the number, or it is disputed already; Denied
// if the member of staff has not had the number read or typed it whole a moment ago.
func (s *Service) RaiseDispute(ctx context.Context, actor civic.Actor, id civic.PersonID, c Card) (string, error) {
	number, err := normalise(c.Kind, c.Number, s.j.Now())
	if err != nil {
		return "", onCard(err)
	}
	var dispute string
	err = s.j.Write(ctx, actor.For(id), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(cardNeed(id))
		if err != nil {
			return err
		}
		if actor.Person() != "" {
			return errCardDesk
		}
		hash := s.CredentialHash(number)
		owner, err := holder(tx, hash)
		if errors.Is(err, errCardMoved) {
			return errFree
		}
		if err != nil {
			return err
		}
		self, err := LockSelf(tx, id, owner.Person)
		if err != nil {
			return err
		}
		if slices.Contains(self.Selves(), owner.Person) {
			return errCardHave
		}
		t := &cards{tx, s, auth, self}
		if err := t.mayHave(c.Kind, number); err != nil {
			return err
		}
		dispute, err = t.raise(self.Root, self.Division, c.Kind, number)
		return err
	})
	if err != nil {
		return "", err
	}
	return dispute, nil
}

// seen refuses a dispute over a card that the member of staff at the controls had not read
// and whose whole number they did not look up: whoever raises one has looked whose it is.
func (t *cards) seen(card string) error {
	if t.Actor.Staff() == "" {
		return nil
	}
	n := 0
	err := t.Get(&n, `SELECT COUNT(*) FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE e.operator_kind = 'staff' AND e.operator_id = $1 AND e.at > $2 AND e.act IN ($3, $4) AND a.kind = 'credential' AND a.id = $5`,
		t.Actor.Staff(), t.Now.Add(-TypedFor()), ActCardTyped, ActCardShown, card)
	if err == nil && n == 0 {
		err = errUnseen
	}
	return err
}

// contested reports whether a card is in an open dispute. One that is the last of its holder
// goes on meanwhile, so that its state alone does not say.
func contested(q db.Q, card string) (bool, error) {
	n := 0
	err := q.Get(&n, `SELECT COUNT(*) FROM credential_dispute WHERE state = 'open' AND holder_card = $1`, card)
	return n > 0, err
}

// freeze takes the holder's card out of use until the dispute is settled, but not the last
// that they can use. It returns the state before. Conflict if the card is disputed already.
func (t *cards) freeze(owner ref, self Self) (string, error) {
	if open, err := contested(t, owner.Credential); err != nil || open {
		return "", cmp.Or(err, error(errDisputed))
	}
	theirs := &cards{t.Tx, t.s, t.auth, self}
	card, err := theirs.row(owner.Credential)
	if err != nil {
		return "", err
	}
	if !card.live() {
		return "", errDisputed
	}
	if last, err := theirs.isLast(card); err != nil || last {
		return card.State, err
	}
	n, err := t.Exec(`UPDATE credential SET state = 'disputed', changed_at = $1 WHERE person = $2 AND id = $3 AND state IN ('active', 'lost')`,
		t.Now, owner.Person, owner.Credential)
	if err == nil && n == 0 {
		err = errDisputed
	}
	return card.State, err
}

// raise freezes the holder's card, enters the claimant's and tells both. Both
// persons' roots are locked, or one was entered in this write.
func (t *cards) raise(who civic.PersonID, home civic.Division, kind CredentialKind, number string) (string, error) {
	hash, card, id := t.s.CredentialHash(number), db.NewID(), db.NewID()
	owner, err := holder(t, hash)
	if err != nil {
		return "", err
	}
	self, err := Resolve(t, owner.Person)
	if err != nil {
		return "", err
	}
	was, err := t.freeze(owner, self)
	if err != nil {
		return "", err
	}
	if err := t.seen(owner.Credential); err != nil {
		return "", err
	}
	if err := t.insert(who, card, kind, number, Disputed, Dates{}); err != nil {
		return "", err
	}
	if err := former(t, hash, who, card); err != nil {
		return "", err
	}
	if err := t.InsertRows("credential_dispute", []string{"id", "kind", "holder", "holder_card", "holder_was", "holder_division",
		"claimant", "claimant_card", "claimant_division", "state", "reason", "raised_at", "settled_by"},
		[][]any{{id, kind, owner.Person, owner.Credential, was, self.Division, who, card, home, "open", "", t.Now, ""}}); err != nil {
		return "", err
	}
	ev := journal.Event{Act: ActDisputed, Detail: map[string]string{"what": kind.Words(), "side": "claimant"},
		About: []journal.About{{ID: id, Kind: "dispute", Role: "object"}}}
	theirs := ev
	theirs.Detail = map[string]string{"what": kind.Words(), "side": "holder"}
	return id, t.tellBoth(ev, theirs, t.auth, civic.MayRegisterPeople, who, self.Root)
}

// setApart takes out of a registration the cards whose numbers are somebody else's,
// and locks those people, so that disputes can be raised.
func (s *Service) setApart(tx *journal.Tx, all *prepared) (*prepared, []Card, error) {
	n := *all // the write may run again
	hashes := make([]string, len(n.credentials))
	for i, c := range n.credentials {
		hashes[i] = c.hash
	}
	owners, err := holders(tx, hashes)
	if err != nil {
		return nil, nil, err
	}
	var theirs []Card
	var who []civic.PersonID
	var own []sealedNumber
	for i, c := range n.credentials {
		owner, taken := owners[c.hash]
		if !taken {
			own = append(own, c)
			continue
		}
		if slices.Contains(hashes[:i], c.hash) {
			continue // the same number under another kind: one dispute is enough
		}
		b, err := s.v.Open(c.sealed, sealOf(n.ID, c.id))
		if err != nil {
			return nil, nil, err
		}
		theirs, who = append(theirs, Card{CredentialKind(c.kind), string(b)}), append(who, owner)
	}
	n.credentials = own
	if len(who) > 0 {
		_, err = LockSelf(tx, who...)
	}
	return &n, theirs, err
}

// tellBoth records an act in the stories of two people, neither of whom learns who
// the other is: the one event is of the first, over whom auth is, the other of the second.
func (t *cards) tellBoth(ev, theirs journal.Event, auth civic.Authority, by civic.Permission, first, second civic.PersonID) error {
	defer func(was civic.PersonID) { t.Actor.Subject = was }(t.Actor.Subject)
	t.Actor.Subject = first
	if err := t.Record(auth, ev); err != nil {
		return err
	}
	other, err := t.Authorise(civic.Need{Permission: by}) // without whoever asked for the first
	if err != nil {
		return err
	}
	t.Actor.Subject, t.Actor.Agent = second, civic.Party{}
	return t.Record(other, theirs)
}

type disputeRow struct {
	ID               string
	Kind             CredentialKind
	Holder           civic.PersonID
	HolderCard       string
	HolderWas        string
	HolderDivision   civic.Division
	Claimant         civic.PersonID
	ClaimantCard     string
	ClaimantDivision civic.Division
	State            string
	RaisedAt         time.Time
}

const disputeColumns = `id, kind, holder, holder_card, holder_was, holder_division, claimant, claimant_card, claimant_division, state, raised_at`

// disputesMost bounds the list; what is settled makes room.
const disputesMost = 200

// Disputes lists the open disputes in which either side lives in the division, the
// oldest first. It needs people.settle there.
func (s *Service) Disputes(ctx context.Context, actor civic.Actor, in civic.Division) ([]Dispute, error) {
	var out []Dispute
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := maySettleIn(v, in); err != nil {
			return err
		}
		var rows []disputeRow
		for _, side := range []string{"holder_division", "claimant_division"} {
			var some []disputeRow
			if err := v.Select(&some, `SELECT `+disputeColumns+` FROM credential_dispute WHERE state = 'open' AND `+side+` >= $1 AND `+side+` < $2 ORDER BY id LIMIT $3`,
				in, in+":", disputesMost); err != nil { // : comes after the digits
				return err
			}
			rows = append(rows, some...)
		}
		slices.SortFunc(rows, func(a, b disputeRow) int { return strings.Compare(a.ID, b.ID) })
		rows = slices.CompactFunc(rows, func(a, b disputeRow) bool { return a.ID == b.ID })
		for _, r := range rows {
			d := Dispute{ID: r.ID, Kind: r.Kind, RaisedAt: r.RaisedAt}
			var err error
			if d.Holder, err = s.byRef(v, ref{r.Holder, r.HolderCard}); err == nil {
				d.Claimant, err = s.byRef(v, ref{r.Claimant, r.ClaimantCard})
			}
			if civic.Is(err, civic.NotFound) {
				continue // one of the two is gone: there is nothing to decide
			}
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// maySettleIn refuses a list of a division to whoever may not settle there.
func maySettleIn(v *journal.View, in civic.Division) error {
	need := settleNeed(in)
	need.Look = true
	if _, err := v.Authorise(need); err != nil {
		return err
	}
	if !divisionFits(in) {
		return errNoHome
	}
	return nil
}

// Settle decides whose a disputed number is: ToHolder or ToClaimant. It takes from
// the one who loses it, and so needs people.settle where that one lives.
func (s *Service) Settle(ctx context.Context, actor civic.Actor, dispute, winner, reason string) error {
	reason, errReason := cleanReason(reason)
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if _, err := tx.Authorise(civic.Need{Permission: civic.MaySettlePeople}); err != nil {
			return err // before anything is read, so that what exists is not told
		}
		var d disputeRow
		err := tx.Get(&d, `SELECT `+disputeColumns+` FROM credential_dispute WHERE id = $1`, dispute)
		if errors.Is(err, db.ErrNoRows) {
			return errNoDispute
		}
		if err != nil {
			return err
		}
		won, lost := ref{d.Holder, d.HolderCard}, ref{d.Claimant, d.ClaimantCard}
		switch winner {
		case ToHolder:
		case ToClaimant:
			won, lost = lost, won
		default:
			return errWhose2
		}
		loser, err := Resolve(tx, lost.Person)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(settleNeed(loser.Division))
		if err != nil {
			return err
		}
		if errReason != nil {
			return errReason
		}
		if loser, err = LockSelf(tx, lost.Person, won.Person); err != nil {
			return err
		}
		t := &cards{tx, s, auth, loser}
		if err := t.decide(d, winner, reason); err != nil {
			return err
		}
		root, err := Resolve(tx, won.Person)
		if err != nil {
			return err
		}
		ev := journal.Event{Act: ActSettled, Detail: map[string]string{"what": d.Kind.Words(), "reason": reason},
			About: []journal.About{{ID: d.ID, Kind: "dispute", Role: "object"}}}
		return t.tellBoth(ev, ev, auth, civic.MaySettlePeople, loser.Root, root.Root)
	})
}

// decide closes a dispute. The winner's card is good again and holds the number;
// the loser's is void, with whatever else of theirs shows the same number.
func (t *cards) decide(d disputeRow, outcome, reason string) error {
	n, err := t.Exec(`UPDATE credential_dispute SET state = $1, reason = $2, settled_by = $3, settled_at = $4 WHERE id = $5 AND state = 'open'`,
		outcome, reason, t.Actor.Operator.ID, t.Now, d.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errSettled
	}
	won, lost, state := ref{d.Holder, d.HolderCard}, ref{d.Claimant, d.ClaimantCard}, d.HolderWas
	if outcome == ToClaimant {
		won, lost, state = lost, won, Active
	}
	var row cardRow
	if err := t.Get(&row, `SELECT `+cardColumns+` FROM credential WHERE person = $1 AND id = $2`, won.Person, won.Credential); err != nil {
		return err
	}
	number, err := t.s.number(row)
	if err != nil {
		return err
	}
	hash := t.s.CredentialHash(number)
	if _, err := t.Exec(`UPDATE credential SET state = $1, changed_at = $2 WHERE person = $3 AND id = $4 AND state = 'disputed'`, state, t.Now, won.Person, won.Credential); err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE credential_index SET person = $1, credential = $2 WHERE hash = $3`, won.Person, won.Credential, hash); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM credential_former WHERE hash = $1 AND person = $2 AND credential = $3`, hash, won.Person, won.Credential); err != nil {
		return err
	}
	rows, err := readCards(t, []civic.PersonID{lost.Person})
	if err != nil {
		return err
	}
	for _, r := range rows {
		same, err := t.s.number(r)
		if err != nil {
			return err
		}
		if r.ID != lost.Credential && (same != number || !r.live() || outcome != ToClaimant) {
			continue
		}
		if _, err := t.Exec(`UPDATE credential SET state = 'withdrawn', changed_at = $1 WHERE person = $2 AND id = $3`, t.Now, r.Person, r.ID); err != nil {
			return err
		}
		if _, err := t.Exec(`DELETE FROM tail_index WHERE person = $1 AND credential = $2`, r.Person, r.ID); err != nil {
			return err
		}
		if err := former(t, hash, r.Person, r.ID); err != nil {
			return err
		}
	}
	return nil
}
