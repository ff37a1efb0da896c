package people

import (
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/ruledata"
)

// ActCardTyped is somebody being found by the whole number of a card. It is about the
// card, so that whoever audits look-ups sees them, also when nobody was opened.
var ActCardTyped = journal.Define("people.card_typed", "按完整卡号查找了人员")

// ActCardShown is a reader's card opening a person: the other proof that it was there.
var ActCardShown = journal.Define("person.opened_by_reader", "工作人员在读卡器上读了证件，打开了资料")

// ActCardBorrowed is somebody having come with the card of another.
var ActCardBorrowed = journal.Define("person.card_borrowed", "有人拿着您的卡来办事，不是您本人，没有办")

// showing is the data by which a card counts as shown.
var showing = func() showingData {
	r := ruledata.Must[showingData](data, "data/shown.yaml")
	if r.Typed < 1 || r.Young < 1 || r.Ended < 1 || r.Hour < 1 || r.Day < r.Hour || len(r.Proof) == 0 || r.Source == "" {
		panic("people: data/shown.yaml: a figure or the source is missing")
	}
	return r
}()

type showingData struct {
	Version int
	Source  string
	Proof   []CredentialKind `yaml:"proof"`
	Typed   int              `yaml:"typed_minutes"`
	Young   int              `yaml:"young_days"`
	Ended   int              `yaml:"ended_days"`
	Hour    int              `yaml:"lookups_an_hour"`
	Day     int              `yaml:"lookups_a_day"`
}

// TypedFor is how long a card counts as shown to the member of staff who typed its
// whole number.
func TypedFor() time.Duration { return time.Duration(showing.Typed) * time.Minute }

// ShownCard is a card that identifies a person now and was shown to a member of staff.
type ShownCard struct {
	ID   string
	Kind CredentialKind
	Weak bool // nameless, printed by us, or entered or found again lately: not enough alone for an access code
}

// CardsShown lists the cards of a person that a reader read for this member of staff
// or whose whole number they typed after a moment, in searching or registering the
// person, and that are good now. A card that they added later was not shown by that, and
// nothing counts from before a card of the person's was last reported lost or borrowed.
func (s *Service) CardsShown(q db.Q, who civic.StaffID, self Self, after time.Time) ([]ShownCard, error) {
	ids := self.Selves()
	var rows []struct {
		ID, State, Expires string
		Person             civic.PersonID
		Kind               CredentialKind
		ChangedAt          *time.Time
		CreatedAt          time.Time
	}
	if err := q.Select(&rows, `SELECT c.id, c.person, c.kind, c.state, c.expires, c.changed_at, p.created_at FROM credential c JOIN person p ON p.id = c.person
		WHERE c.state = 'active' AND c.person IN `+db.In(1, len(ids))+` ORDER BY c.id`, db.Args(ids)...); err != nil || len(rows) == 0 {
		return nil, err
	}
	cards := make([]string, len(rows))
	for i, r := range rows {
		cards[i] = r.ID
	}
	since, err := goneSince(q, ids)
	if err != nil {
		return nil, err
	}
	var shown []string
	if err := q.Select(&shown, `SELECT DISTINCT a.id FROM journal_about a JOIN journal_entry e ON e.id = a.entry
		WHERE e.operator_kind = 'staff' AND e.operator_id = $1 AND e.at > $2 AND e.act IN ($3, $4, $5) AND e.id > $6 AND a.kind = 'credential' AND a.id IN `+db.In(7, len(cards)),
		append([]any{who, after, ActCardTyped, ActCardShown, ActRegistered, since}, db.Args(cards)...)...); err != nil {
		return nil, err
	}
	now := s.j.Now()
	var out []ShownCard
	for _, r := range rows {
		if !slices.Contains(shown, r.ID) || stateOn(r.State, r.Expires, now) != Active {
			continue
		}
		// What came with the registration is as old as the person is here.
		young := r.ChangedAt != nil && (len(self.Also) > 0 || r.Person != self.Root || !r.ChangedAt.Equal(r.CreatedAt)) && r.ChangedAt.After(now.AddDate(0, 0, -showing.Young))
		out = append(out, ShownCard{r.ID, r.Kind, young || !slices.Contains(showing.Proof, r.Kind)})
	}
	return out, nil
}

// goneSince is the last entry that says that a card of these people was lost, or in
// another's hand; "" if none does. Entries are named in the order of time.
func goneSince(q db.Q, ids []civic.PersonID) (string, error) {
	var last string
	err := q.Get(&last, `SELECT COALESCE(MAX(e.id), '') FROM journal_entry e JOIN journal_about a ON a.entry = e.id
		WHERE e.act IN ($1, $2) AND a.role = 'subject' AND a.id IN `+db.In(3, len(ids)), append([]any{ActCardLost, ActCardBorrowed}, db.Args(ids)...)...)
	return last, err
}

// CardID is the card by which they were found, "" if it was none.
func (m Match) CardID() string { return m.card }

// CardRead is the card of a person that a reader read at a moment, if it is good now;
// "" if it is not any more. All of theirs that were laid on at that moment must be.
func (s *Service) CardRead(q db.Q, self Self, act journal.Act, reader string, at time.Time) (string, error) {
	ids := self.Selves()
	var rows []struct{ ID, State, Expires string }
	if err := q.Select(&rows, `SELECT c.id, c.state, c.expires FROM credential c JOIN journal_about a ON a.id = c.id JOIN journal_entry e ON e.id = a.entry
		WHERE e.act = $1 AND e.operator_id = $2 AND e.at = $3 AND c.person IN `+db.In(4, len(ids))+` ORDER BY e.id`,
		append([]any{act, reader, at}, db.Args(ids)...)...); err != nil {
		return "", err
	}
	card := ""
	for _, r := range rows {
		if stateOn(r.State, r.Expires, s.j.Now()) != Active {
			return "", nil
		}
		card = r.ID
	}
	return card, nil
}

// recordTyped records that somebody was found by a card's whole number.
func recordTyped(tx *journal.Tx, auth civic.Authority, m Match, spent ...journal.About) error {
	return tx.Record(auth, journal.Event{Act: ActCardTyped, Detail: map[string]string{"by": m.Kind.Words()}, About: append(spent,
		journal.About{ID: m.card, Kind: "credential", Role: "object"},
		journal.About{ID: tx.Actor.Operator.ID, Kind: string(tx.Actor.Operator.Kind), Role: "operator"})})
}

// cardsTyped names the cards with which somebody is registered.
func (n *prepared) cardsTyped() []journal.About {
	var out []journal.About
	for _, c := range n.credentials {
		out = append(out, journal.About{ID: c.id, Kind: "credential", Role: "object"})
	}
	return out
}
