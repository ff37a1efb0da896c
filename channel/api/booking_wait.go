package api

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// TimeChoice is a session that somebody may choose.
type TimeChoice struct {
	Time    string `json:"time" doc:"时间的编号"`
	What    string `json:"what"`
	When    string `json:"when"`
	Free    int    `json:"free" doc:"现在能约的号"`
	Kept    int    `json:"kept" doc:"给窗口、电话和老年人留着、还没有用的号"`
	Waiting bool   `json:"waiting" doc:"已经在等"`
}

// TimeChoices are sessions to choose from.
type TimeChoices struct {
	Times []TimeChoice `json:"times"`
}

func timeChoices(cs ...booking.Choice) *struct{ Body TimeChoices } {
	out := TimeChoices{Times: make([]TimeChoice, len(cs))}
	for i, c := range cs {
		out.Times[i] = TimeChoice{c.ID, c.What, c.When, c.Free, c.Kept, c.Waiting}
	}
	return &struct{ Body TimeChoices }{out}
}

func (s *server) choices(ctx context.Context, in *OnBooking) (*struct{ Body TimeChoices }, error) {
	o, err := s.Booking.Others(ctx, actorOf(ctx), in.Booking)
	if err != nil {
		return nil, err
	}
	return timeChoices(append(o.Same, o.Else...)...), nil
}

type fullIn struct {
	OnPerson
	Service    string         `path:"service" maxLength:"40" doc:"哪件事，例如 hospital-register"`
	Place      civic.OfficeID `path:"place" maxLength:"64"`
	Kind       string         `query:"kind" maxLength:"60" doc:"种类，例如 clinic；不写就是都要"`
	Department string         `query:"department" maxLength:"60"`
	Resource   string         `query:"resource" maxLength:"64"`
}

func (s *server) fullTimes(ctx context.Context, in *fullIn) (*struct{ Body TimeChoices }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	cs, err := s.Booking.Full(ctx, a, booking.FullAsk{Service: in.Service, Person: id, Office: in.Place, Kind: in.Kind, Department: in.Department, Resource: in.Resource})
	if err != nil {
		return nil, err
	}
	return timeChoices(cs...), nil
}

// WaitedTime is a session that somebody waits for.
type WaitedTime struct {
	Time    string          `json:"time"`
	Service string          `json:"service"`
	What    string          `json:"what"`
	Where   string          `json:"where"`
	When    string          `json:"when"`
	Ahead   int             `json:"ahead" doc:"前面还有几位"`
	Offered bool            `json:"offered" doc:"有号了，给他留着"`
	Until   *time.Time      `json:"until,omitempty" doc:"留到什么时候"`
	Gives   civic.RequestID `json:"gives,omitempty" doc:"只能留一个，要它就换掉的那个预约；要的时候写上它的编号"`
	GivesAt string          `json:"gives_at,omitempty" doc:"那个预约是什么时候、找谁"`
}

// WaitedTimes are what somebody waits for.
type WaitedTimes struct {
	Waits []WaitedTime `json:"waits"`
}

func (s *server) waits(ctx context.Context, in *OnPerson) (*struct{ Body WaitedTimes }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	ws, err := s.Booking.Waits(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := WaitedTimes{Waits: make([]WaitedTime, len(ws))}
	for i, w := range ws {
		out.Waits[i] = WaitedTime{w.ID, w.Service, w.What, w.Where, w.When, w.Ahead, w.Offered, w.Until, w.Gives, w.GivesAt}
	}
	return &struct{ Body WaitedTimes }{out}, nil
}

type takeIn struct {
	Body struct {
		OrderBody
		Gives civic.RequestID `json:"gives,omitempty" maxLength:"64" doc:"换掉的那个预约的编号，和候补单子上给的一样"`
	}
}

func (s *server) takeOffer(ctx context.Context, in *takeIn) (*struct{ Body BookedPlace }, error) {
	o := in.Body.order()
	o.Gives = in.Body.Gives
	return bookedPlace(s.Booking.TakeOffer(ctx, actorOf(ctx), o))
}

type checkInIn struct {
	Body struct {
		Card string `json:"card" minLength:"1" maxLength:"60" doc:"卡号，或者预约的号码；不会保存"`
	}
}

// GivenNumber is what somebody is told who has come.
type GivenNumber struct {
	Number     int    `json:"number"`
	Who        string `json:"who" doc:"遮住中间的字"`
	What       string `json:"what"`
	Department string `json:"department,omitempty"`
	Where      string `json:"where"`
	When       string `json:"when"`
	Ahead      int    `json:"ahead" doc:"前面还有几位"`
	State      string `json:"state" enum:"waiting,called,passed,done"`
	Room       string `json:"room,omitempty"`
}

// GivenNumbers are the numbers of what somebody booked today.
type GivenNumbers struct {
	Numbers []GivenNumber `json:"numbers"`
}

func (s *server) checkIn(ctx context.Context, in *checkInIn) (*struct{ Body GivenNumbers }, error) {
	a := actorOf(ctx)
	a.Channel = civic.ChannelKiosk
	list, err := s.Booking.CheckIn(ctx, a, in.Body.Card)
	if err != nil {
		return nil, err
	}
	out := GivenNumbers{Numbers: make([]GivenNumber, len(list))}
	for i, c := range list {
		out.Numbers[i] = GivenNumber{c.Number, c.Who, c.What, c.Department, c.Where, c.When, c.Ahead, string(c.State), c.Room}
	}
	return &struct{ Body GivenNumbers }{out}, nil
}
