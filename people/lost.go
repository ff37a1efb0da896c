package people

import (
	"cmp"
	"context"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts on a card that went missing.
var (
	ActCardLost  = journal.Define("card.lost", "挂失了卡")
	ActCardFound = journal.Define("card.found", "卡找到了，解除挂失")
)

var errLostLast = civic.E(civic.Denied, "card.lost_last", "这是老人现在唯一能用的卡，挂失了老人就没有卡可用，代办的人不能挂失。卡真丢了，请老人自己在网页上挂失，或打服务电话、到窗口，由工作人员挂失，再补一张。").
	Accepting("老人自己挂失，或请工作人员挂失")

// LoseCard reports a card lost: from now on it identifies nobody. The person may do
// it themselves on any channel, and so may staff who have opened them and an agent
// whose grant covers everything; an agent leaves the last card that can be used, and does
// not end the person's own sign-ins.
func (s *Service) LoseCard(ctx context.Context, actor civic.Actor, id civic.PersonID, card string) error {
	return s.turnCard(ctx, actor, id, card, false, Lost, Active, ActCardLost)
}

// FoundCard makes a lost card good again, at a desk where it can be seen.
func (s *Service) FoundCard(ctx context.Context, actor civic.Actor, id civic.PersonID, card string) error {
	return s.turnCard(ctx, actor, id, card, true, Active, Lost, ActCardFound)
}

func (s *Service) turnCard(ctx context.Context, actor civic.Actor, id civic.PersonID, card string, desk bool, to, from string, act journal.Act) error {
	return s.changeCards(ctx, actor, id, desk, func(t *cards) (journal.Event, error) {
		if to == Active {
			if err := t.present(); err != nil {
				return journal.Event{}, err
			}
		}
		c, err := t.row(card)
		if err != nil {
			return journal.Event{}, err
		}
		if c.State == to {
			return journal.Event{}, journal.ErrUnchanged
		}
		agent := t.auth.Basis() == civic.BasisGrant
		if to == Lost && agent {
			if last, err := t.isLast(c); err != nil || last {
				return journal.Event{}, cmp.Or(err, error(errLostLast))
			}
		}
		if err := t.step(c, to, "", from); err != nil {
			return journal.Event{}, err
		}
		if to == Lost && s.lost != nil {
			err = s.lost(t.Tx, t.self, !agent)
		}
		return about(act, c.Kind, c.ID), err
	})
}

// Refuse says why the card by which somebody was found can't be used, and what
// else will do. It is nil when the card is good.
func (m Match) Refuse() error {
	if m.State == Active || m.State == "" {
		return nil
	}
	what := "这张" + m.Kind.Words() + StateWords(m.State)
	switch m.State {
	case Disputed:
		what = "这个号码重号，还没有处理好"
	case Replaced:
		what = "这是以前的号码，" + m.Kind.Words() + "已经换新"
	case Withdrawn:
		what = "这个号码登记错了，已经作废"
	}
	return civic.E(civic.Conflict, "card."+m.State, what+"。"+m.Instead())
}

// Instead says what will do in place of a card that can't be used.
func (m Match) Instead() string {
	var words []string
	for _, k := range m.Others.List() {
		if k == KindPrintedCard || k != m.Kind {
			words = append(words, k.Words())
		}
	}
	if len(words) == 0 {
		return "请报姓名和身份证后六位。"
	}
	return "请用：" + strings.Join(words, "、") + "，或报姓名和身份证后六位。"
}

// formers finds who had a number before, or claims it while it is disputed.
func (s *Service) formers(q db.Q, hash string) ([]Match, error) {
	var refs []ref
	if err := q.Select(&refs, `SELECT person, credential FROM credential_former WHERE hash = $1 ORDER BY person, credential LIMIT 50`, hash); err != nil {
		return nil, err
	}
	var out []Match
	seen := map[civic.PersonID]int{}
	for _, r := range refs {
		m, err := s.byRef(q, r)
		if civic.Is(err, civic.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i, again := seen[m.Person]; !again {
			seen[m.Person] = len(out)
			out = append(out, m)
		} else if m.State == Disputed { // what waits to be decided comes before what was
			out[i] = m
		}
	}
	return out, nil
}

// byCard finds the one person whom a card's number means or meant.
func (s *Service) byCard(q db.Q, hash string) (Match, error) {
	m, err := s.byHash(q, hash)
	switch {
	case err == nil && m.State == Disputed:
		return Match{}, errDisputed
	case err == nil || !civic.Is(err, civic.NotFound):
		return m, err
	}
	old, err := s.formers(q, hash)
	if err != nil {
		return Match{}, err
	}
	if len(old) != 1 {
		return Match{}, errNoPerson
	}
	old[0].Card = false
	return old[0], nil
}

// byNumber finds everybody whom a card's number may mean: its holder; both sides of
// a dispute over it; or when nobody holds it, those who had it before.
func (s *Service) byNumber(q db.Q, hash string) ([]Match, error) {
	m, err := s.byHash(q, hash)
	if err == nil && m.State != Disputed {
		return []Match{m}, nil
	}
	if err != nil && !civic.Is(err, civic.NotFound) {
		return nil, err
	}
	old, err := s.formers(q, hash)
	if err != nil {
		return nil, err
	}
	var out []Match
	if m.Person != "" {
		m.Card = false
		out = append(out, m)
	}
	for _, f := range old {
		if m.Person == "" || f.State == Disputed && f.Person != m.Person {
			f.Card = false
			if f.State != Disputed {
				f.Why = "以前的号码：" + f.Why
			}
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil, errNoPerson
	}
	return out, nil
}
