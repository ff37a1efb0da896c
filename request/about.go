package request

import (
	"context"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

// Leaflet is what somebody should know before they begin: the service, and the
// office near the person that would handle it.
type Leaflet struct {
	Def    *catalog.Definition
	Office *place.Office // nil where there is none, or the person chooses it
	Doors  place.Status  // of the office, now
	At     time.Time     // now
}

// About shows a service as it is offered where the person lives. It needs what
// beginning it would.
func (s *Service) About(ctx context.Context, actor civic.Actor, service string, person civic.PersonID) (*Leaflet, error) {
	var out *Leaflet
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		d := &Draft{Service: service, Person: person}
		n, err := s.need(v, d)
		if err != nil {
			return err
		}
		n.Look = true
		auth, err := v.Authorise(n)
		if err != nil {
			return err
		}
		home, _, err := s.sit(v, v.Actor, v.Now, auth, d).ask.Lives()
		if err != nil {
			return err
		}
		def, err := s.catalog.Live(v, service, home, actor.Channel)
		if err != nil {
			return err
		}
		l := &Leaflet{Def: def, At: v.Now}
		if c := def.Casework; c != nil && c.OfficeKind != "" {
			o, err := Nearest(v, c.OfficeKind, home, c.OfficeElse...)
			switch {
			case err == nil:
				card, err := place.Standing(v, o.ID, v.Now)
				if err != nil {
					return err
				}
				l.Office, l.Doors = &o, card.Status
			case !civic.Is(err, civic.Unavailable):
				return err
			}
		}
		out = l
		return nil
	})
	return out, err
}
