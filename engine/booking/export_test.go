package booking

import (
	"context"
	"time"

	"yinqiao/civic"
)

// RankOf is by when somebody is called who was ready at a time, and by how many minutes
// that is before.
func RankOf(age int, tags []string, ready time.Time) (time.Time, int) {
	f := goesFirst(age, tags)
	return f.rank(ready), f.Minutes
}

// Waiting is how many wait for a session who are not being served.
func (s *Service) Waiting(session string) int {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	if x := s.lines.of[session]; x != nil {
		return len(x.wait)
	}
	return 0
}

// Serves reports whether somebody of a session's line is being served, and nobody waits.
func (s *Service) Serves(session string) bool {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	x := s.lines.of[session]
	return x != nil && len(x.wait) == 0
}

// ReadSheet is the weekly sessions of each row of a sheet.
func ReadSheet(b []byte) ([][]Template, []Wrong, error) {
	rows, wrong, err := readSheet(b)
	var out [][]Template
	for _, r := range rows {
		var ts []Template
		for _, d := range r.days {
			ts = append(ts, Template{d, r.from, r.to, r.places, r.holidays})
		}
		out = append(out, ts)
	}
	return out, wrong, err
}

// Together books in one transaction, and returns what became of each order.
func (s *Service) Together(ctx context.Context, actor civic.Actor, orders []Order) []error {
	batch := make([]*turn, len(orders))
	for i, o := range orders {
		o.actor = actor.For(o.Person)
		batch[i] = &turn{o: o}
	}
	s.together(ctx, orders[0].Session, batch)
	out := make([]error, len(batch))
	for i, t := range batch {
		out[i] = t.err
	}
	return out
}
