package place

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// From is where somebody is: their home's division, down to the street where that
// is known, their village by name, and coordinates if there are any.
type From struct {
	Division civic.Division
	Village  string
	At       Point
}

// Want is what somebody looks for.
type Want struct {
	Kinds     []string       // none: any kind that is offered to the public
	Features  []string       // all of these are known to be present
	Service   string         // of the catalogue, by name; "": any
	Within    civic.Division // only there; "": the whole province
	OpenFirst bool           // those open now, then those open later today, then the others
	At        time.Time      // when; zero: whether they are open does not matter
	Limit     int            // at most 100; 0 is 20
}

// Near is a place that was found.
type Near struct {
	Office
	Status Status
	// Metres is how far it is as the crow flies, or with Guessed how far places in
	// the same street, county or city are taken to be.
	Metres  float64
	Guessed bool
	Covers  bool // the home lies in the place's division
}

// Nearest finds places, the nearest first: by distance where both coordinates are
// known, else by division: same village, street, county, city, province. Of kinds
// that serve an area, those whose division covers the home come first, the
// narrowest before the wider: a neighbouring district's bureau never before the
// province's. It finds nothing outside the home's province but by coordinates.
func Nearest(q db.Q, from From, w Want) ([]Near, error) {
	if w.Limit <= 0 {
		w.Limit = 20
	}
	w.Limit = min(w.Limit, 100)
	if len(w.Kinds) == 0 {
		for _, k := range kindData().Kinds {
			if !k.Hidden {
				w.Kinds = append(w.Kinds, k.Code)
			}
		}
	}
	s := search{q: q, from: from, want: w, seen: map[civic.OfficeID]bool{}, most: w.Limit}
	if w.OpenFirst {
		s.most = max(w.Limit*2, 20) // an open one further off may come before a closed one
	}
	if err := s.collect(); err != nil {
		return nil, err
	}
	slices.SortFunc(s.found, s.order)
	return s.read(s.found[:min(len(s.found), s.most)])
}

// rank puts open before opening later today, before not known, before closed.
func (s Status) rank() int {
	switch {
	case s.Open:
		return 3
	case s.Today:
		return 2
	case !s.Known:
		return 1
	}
	return 0
}

// FarWords says how far it is, in words for people.
func (n Near) FarWords() string {
	switch {
	case n.Guessed:
		return ""
	case n.Metres < 1000:
		return fmt.Sprintf("约%d米", (int(n.Metres)+99)/100*100)
	case n.Metres < 10_000:
		return fmt.Sprintf("约%.1f公里", n.Metres/1000)
	}
	return fmt.Sprintf("约%d公里", int(n.Metres/1000+0.5))
}

// Near is Nearest for a page. What places there are is public.
func (s *Service) Near(ctx context.Context, from From, w Want) ([]Near, error) {
	var out []Near
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		if w.At.IsZero() {
			w.At = v.Now
		}
		var err error
		out, err = Nearest(v, from, w)
		return err
	})
	return out, err
}

// Count says how many places of each kind there are in a division and below.
func (s *Service) Count(ctx context.Context, in civic.Division) (map[string]int, error) {
	var rows []struct {
		Kind string
		N    int
	}
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT kind, COUNT(*) AS n FROM office WHERE division >= $1 AND division < $2 GROUP BY kind ORDER BY kind`, in, string(in)+"~")
	})
	out := map[string]int{}
	for _, r := range rows {
		out[r.Kind] = r.N
	}
	return out, err
}

// Divided lists the divisions in which there are places.
func (s *Service) Divided(ctx context.Context) ([]civic.Division, error) {
	var out []civic.Division
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		return v.Select(&out, `SELECT DISTINCT division FROM office ORDER BY division`)
	})
	return out, err
}
