package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"yinqiao/civic"
	"yinqiao/journal"
)

// ActCardPrinted is a card of our own being printed.
var ActCardPrinted = journal.Define("card.printed", "打印了银桥便民卡")

var (
	errPrintAnew = civic.E(civic.Conflict, "card.print", "便民卡是我们自己打印的，请直接点「打印便民卡」，旧卡会自动作废。")
	errPrinted   = civic.E(civic.Invalid, "card.printed", "银桥便民卡的号码有一位不对，请对照卡面再念一遍。").On("card")
)

// PrintedCard is a card to be printed: the one time that its number is shown.
type PrintedCard struct {
	Name    string
	Number  string
	Grouped string // 8123 4567 8901
}

// IssuePrinted draws a number for a card that we print ourselves and enters it. The
// ones printed before are replaced.
func (s *Service) IssuePrinted(ctx context.Context, actor civic.Actor, id civic.PersonID) (PrintedCard, error) {
	var out PrintedCard
	err := s.changeCards(ctx, actor, id, true, func(t *cards) (journal.Event, error) {
		if err := t.present(); err != nil {
			return journal.Event{}, err
		}
		if t.auth.Basis() == civic.BasisPresented && t.s.strong != nil {
			if err := t.s.strong(t, t.Actor.Staff(), t.self); err != nil {
				return journal.Event{}, err
			}
		}
		rows, err := t.rows()
		if err != nil {
			return journal.Event{}, err
		}
		to := printedTo(t.self.Root, rows)
		card, number, err := t.drawPrinted(to)
		if err != nil {
			return journal.Event{}, err
		}
		for _, r := range rows {
			if r.Kind != KindPrintedCard || !r.live() || r.Person != to && r.State == Lost {
				continue // a lost one identifies nobody already
			}
			if err := t.step(r, Replaced, card, Active, Lost); err != nil {
				return journal.Event{}, err
			}
			was, err := t.s.number(r)
			if err != nil {
				return journal.Event{}, err
			}
			if err := t.release(r, was); err != nil {
				return journal.Event{}, err
			}
		}
		p, err := readPerson(t, t.self.Root)
		out = PrintedCard{p.Name, number, number[:4] + " " + number[4:8] + " " + number[8:]}
		return about(ActCardPrinted, KindPrintedCard, card), err
	})
	if err != nil {
		return PrintedCard{}, err
	}
	return out, nil
}

// printedTo is the identity under which a card is printed anew: that of the one
// before, so that an undone merge leaves it with whose it was.
func printedTo(root civic.PersonID, rows []cardRow) civic.PersonID {
	to := civic.PersonID("")
	for _, r := range rows {
		if r.Kind == KindPrintedCard && r.live() && to != root {
			to = r.Person
		}
	}
	if to == "" {
		return root
	}
	return to
}

// drawPrinted draws numbers until one is nobody's.
func (t *cards) drawPrinted(to civic.PersonID) (card, number string, err error) {
	for range 20 {
		if number, err = newPrinted(); err != nil {
			return "", "", err
		}
		card, err = t.enter(to, KindPrintedCard, number, Dates{Issued: t.Now.In(civic.Shanghai).Format("2006-01-02")})
		if !errors.Is(err, errTaken) {
			return card, number, err
		}
	}
	return "", "", errors.New("people: no free card number in twenty draws")
}

// newPrinted draws the number of a printed card: twelve digits, so that it is
// neither a matter's number, a phone nor an ID, the first 8, the last a check digit
// by ISO 7064 MOD 11,10.
func newPrinted() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(10_000_000_000))
	if err != nil {
		return "", err
	}
	body := fmt.Sprintf("8%010d", n)
	return body + string(civic.CheckDigit(body)), nil
}

// printedFits reports whether a number is one that we may have printed.
func printedFits(s string) bool {
	return len(s) == 12 && allDigits(s) && s[0] == '8' && civic.CheckDigit(s[:11]) == s[11]
}
