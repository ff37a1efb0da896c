package booking

import (
	"context"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Free is one session as the public is told of it.
type Free struct {
	Session
	What  string // the doctor, hall or class
	About string
	When  string // in words
	Open  int    // places that anybody can book online now
	Kept  int    // places that are kept for windows, phones and older people, and unused
}

// freeMost bounds a list of free times.
const freeMost = 500

// Free lists the sessions of a kind at an office on the days from, to included, by
// time, with what is left. What times there are is public.
func (s *Service) Free(ctx context.Context, office civic.OfficeID, kind, from, to string) ([]Free, error) {
	var out []Free
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) error {
		if err := parseSpan(from, to, aheadMost); err != nil {
			return err
		}
		all, pools, err := s.openAfter(v, want{kind: kind, office: office, from: from, to: to}, v.Now, Session{}, freeMost)
		if err != nil {
			return err
		}
		for _, x := range all {
			f, err := s.tell(v, x, pools[x.ID])
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// Books reports whether anything can be booked at an office. It is public.
func (s *Service) Books(ctx context.Context, office civic.OfficeID) (bool, error) {
	var n int
	err := s.j.Look(ctx, civic.System("booking"), func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM booking_resource WHERE office = $1 AND state = 'active'`, office)
	})
	return n > 0, err
}
