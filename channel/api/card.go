package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
)

func (s *server) cards() {
	nf := []civic.Kind{civic.NotFound, civic.Conflict}
	const at = "/people/{person}/cards"
	handle(s, route{id: "cards-add", method: http.MethodPost, path: at, tag: tagPeople, status: http.StatusCreated, kinds: nf,
		summary: "给老人添一张卡(SX1、ZJ1.1)", more: "限打开了资料的工作人员。号码在别人名下时，先把卡读一遍或查找整个号码，核对无误可以写 dispute，登记为重号交给主管处理；对方只剩这一张能用的卡时，处理好以前照样能用。"}, s.addCard)
	handle(s, route{id: "cards-lost", method: http.MethodPost, path: at + "/{card}/lost", tag: tagPeople, kinds: nf,
		summary: "挂失一张卡", more: "本人、全权代办的家人和打开了资料的工作人员都可以；老人最后一张能用的卡，代办的人不能挂失。"}, s.loseCard)
	handle(s, route{id: "cards-found", method: http.MethodPost, path: at + "/{card}/found", tag: tagPeople, kinds: nf, summary: "卡找到了，解除挂失"}, s.foundCard)
	handle(s, route{id: "cards-replace", method: http.MethodPost, path: at + "/{card}/replace", tag: tagPeople, status: http.StatusCreated, kinds: nf,
		summary: "换一张新卡", more: "号码没变就不写 number。以前的号码还能找到老人，也可以再登记给别人。"}, s.replaceCard)
	handle(s, route{id: "cards-dates", method: http.MethodPut, path: at + "/{card}/dates", tag: tagPeople, kinds: nf, summary: "改卡的发证日期和有效期", more: "限出示了证件打开的工作人员，或能处理重号的人员。"}, s.dateCard)
	handle(s, route{id: "cards-withdraw", method: http.MethodDelete, path: at + "/{card}", tag: tagPeople, kinds: nf, summary: "作废登记错的卡", more: "限出示了证件打开的工作人员，或能处理重号的人员。"}, s.withdrawCard)
	handle(s, route{id: "cards-print", method: http.MethodPost, path: "/people/{person}/printed-cards", tag: tagPeople, status: http.StatusCreated, kinds: nf,
		summary: "开一张银桥便民卡", more: "号码只给这一次，请打印出来当面交给老人。以前开的自动作废。"}, s.printCard)
	handle(s, route{id: "people-borrowed", method: http.MethodPost, path: "/people/{person}/not-owner", tag: tagPeople, kinds: nf,
		summary: "拿卡来的不是本人，关上资料", more: "卡的主人会看到这件事。"}, s.borrowed)
	s.settling()
}

// OnCard is the path of one card of a person.
type OnCard struct {
	OnPerson
	Card string `path:"card" maxLength:"64" doc:"卡的编号，不是卡号"`
}

// CardDates are what is printed on a card.
type CardDates struct {
	Issued  string `json:"issued,omitempty" format:"date" maxLength:"10" doc:"发证的日子，不知道就不写"`
	Expires string `json:"expires,omitempty" format:"date" maxLength:"10" doc:"有效到哪天，长期有效就不写"`
}

// CardAdded is the card that was entered, or the dispute that was raised.
type CardAdded struct {
	Card    string `json:"card,omitempty"`
	Dispute string `json:"dispute,omitempty"`
}

type addCardIn struct {
	OnPerson
	Body struct {
		Card
		CardDates
		Dispute bool `json:"dispute,omitempty" doc:"号码核对过了，登记为重号"`
	}
}

func (s *server) addCard(ctx context.Context, in *addCardIn) (*struct{ Body CardAdded }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	var out CardAdded
	if in.Body.Dispute {
		out.Dispute, err = s.People.RaiseDispute(ctx, a, id, people.Card(in.Body.Card))
	} else {
		out.Card, err = s.People.AddCard(ctx, a, id, people.Card(in.Body.Card), people.Dates(in.Body.CardDates))
	}
	if err != nil {
		return nil, err
	}
	return &struct{ Body CardAdded }{out}, nil
}

// onCard runs a verb on one card.
func (s *server) onCard(ctx context.Context, in *OnCard, do func(context.Context, civic.Actor, civic.PersonID, string) error) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, do(ctx, a, id, in.Card)
}

func (s *server) loseCard(ctx context.Context, in *OnCard) (*struct{}, error) {
	return s.onCard(ctx, in, s.People.LoseCard)
}

func (s *server) foundCard(ctx context.Context, in *OnCard) (*struct{}, error) {
	return s.onCard(ctx, in, s.People.FoundCard)
}

func (s *server) withdrawCard(ctx context.Context, in *OnCard) (*struct{}, error) {
	return s.onCard(ctx, in, s.People.WithdrawCard)
}

type replaceCardIn struct {
	OnCard
	Body struct {
		Number string `json:"number,omitempty" maxLength:"40" doc:"新卡的号码，没变就不写"`
		CardDates
	}
}

func (s *server) replaceCard(ctx context.Context, in *replaceCardIn) (*struct{ Body CardAdded }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	card, err := s.People.ReplaceCard(ctx, a, id, in.Card, in.Body.Number, people.Dates(in.Body.CardDates))
	if err != nil {
		return nil, err
	}
	return &struct{ Body CardAdded }{CardAdded{Card: card}}, nil
}

type dateCardIn struct {
	OnCard
	Body CardDates
}

func (s *server) dateCard(ctx context.Context, in *dateCardIn) (*struct{}, error) {
	return s.onCard(ctx, &in.OnCard, func(ctx context.Context, a civic.Actor, id civic.PersonID, card string) error {
		return s.People.SetCardDates(ctx, a, id, card, people.Dates(in.Body))
	})
}

// PrintedCard is what is printed on a card of our own.
type PrintedCard struct {
	Name    string `json:"name"`
	Number  string `json:"number"`
	Grouped string `json:"grouped" doc:"分组的号码，好念"`
}

func (s *server) printCard(ctx context.Context, in *OnPerson) (*struct{ Body PrintedCard }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	c, err := s.People.IssuePrinted(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &struct{ Body PrintedCard }{PrintedCard(c)}, nil
}

func (s *server) borrowed(ctx context.Context, in *OnPerson) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Grant.Borrowed(ctx, a, id)
}

// shownTime is a moment as the API gives it.
func shownTime(t time.Time) time.Time { return t.In(civic.Shanghai) }

// shownMoment is shownTime of what may not have been.
func shownMoment(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := shownTime(*t)
	return &at
}
