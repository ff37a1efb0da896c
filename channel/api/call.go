package api

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

// Ticket is somebody who has come and is called by number and name.
type Ticket struct {
	Booking  civic.RequestID `json:"booking"`
	Number   int             `json:"number"`
	Who      string          `json:"who" doc:"名字，遮住中间的字"`
	First    string          `json:"first,omitempty" doc:"为什么优先"`
	State    string          `json:"state" enum:"waiting,called,passed" doc:"在等、叫到了、过号了"`
	Room     string          `json:"room,omitempty"`
	Calls    int             `json:"calls" doc:"叫了几遍"`
	CalledAt *time.Time      `json:"called_at,omitempty"`
}

// WaitingLine is who waits before one door.
type WaitingLine struct {
	Resource string   `json:"resource"`
	What     string   `json:"what" doc:"医生、场馆或课程"`
	Called   []Ticket `json:"called"`
	Passed   []Ticket `json:"passed"`
	Waiting  []Ticket `json:"waiting" doc:"按叫的先后"`
}

// WaitingLines are today's lines of an office.
type WaitingLines struct {
	Lines []WaitingLine `json:"lines"`
}

func ticketsOf(ts []booking.Ticket) []Ticket {
	out := make([]Ticket, len(ts))
	for i, t := range ts {
		out[i] = Ticket{Booking: t.ID, Number: t.Number, Who: t.Who, First: t.First(), State: string(t.State), Room: t.Room, Calls: t.Calls, CalledAt: t.CalledAt}
	}
	return out
}

func (s *server) lines(ctx context.Context, _ *struct{}) (*struct{ Body WaitingLines }, error) {
	lines, err := s.Booking.Lines(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := WaitingLines{Lines: make([]WaitingLine, len(lines))}
	for i, l := range lines {
		out.Lines[i] = WaitingLine{l.Resource, l.What, ticketsOf(l.Called), ticketsOf(l.Passed), ticketsOf(l.Waiting)}
	}
	return &struct{ Body WaitingLines }{out}, nil
}

type nextIn struct {
	Resource string `path:"resource" maxLength:"64"`
	Body     struct {
		Room string `json:"room" maxLength:"20" doc:"请到哪里，例如 3诊室"`
	}
}

func (s *server) callNext(ctx context.Context, in *nextIn) (*struct{}, error) {
	return nil, s.Booking.CallNext(ctx, actorOf(ctx), in.Resource, in.Body.Room)
}
