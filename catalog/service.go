package catalog

import (
	"context"
	"errors"
	"sort"
	"sync"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// ActPublished is a version of a service going live.
var ActPublished = journal.Define("service.published", "发布了服务")

// Service publishes definitions and finds them. Versions never change, so they
// are cached by their hash for ever.
type Service struct {
	j     *journal.Journal
	known sync.Map // hash → *Definition
}

// New makes the service.
func New(j *journal.Journal) *Service { return &Service{j: j} }

var errNoService = civic.E(civic.NotFound, "service.unknown", "没有这项服务，或者当地暂时不办。请打电话或到窗口问一问。")

// Publish makes a version live in each of its divisions. Publishing the version
// that is live already changes nothing. It needs catalog.publish there.
func (s *Service) Publish(ctx context.Context, actor civic.Actor, d *Definition) error {
	if err := d.check(); err != nil {
		return civic.E(civic.Invalid, "service.form", "服务定义有错，没有发布："+err.Error())
	}
	body := d.seal()
	live, err := s.isLive(ctx, d)
	if err != nil || live {
		return err
	}
	err = s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if _, err := tx.Exec(`INSERT INTO service_definition (hash, service, version, body, published_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			d.Hash, d.Service, d.Version, body, tx.Now); err != nil {
			return err
		}
		changed := false
		for _, div := range d.Divisions {
			auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: div})
			if err != nil {
				return err
			}
			n, err := tx.Exec(`INSERT INTO service_state (service, division, state, hash) VALUES ($1, $2, 'live', $3)
				ON CONFLICT (service, division) DO UPDATE SET state = excluded.state, hash = excluded.hash
				WHERE service_state.state <> excluded.state OR service_state.hash <> excluded.hash`, d.Service, div, d.Hash)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			changed = true
			if err := tx.Record(auth, journal.Event{Act: ActPublished, Detail: map[string]string{"service": d.Service, "hash": d.Hash, "division": string(div)},
				About: []journal.About{{ID: d.Service, Kind: "service", Role: "object"}}}); err != nil {
				return err
			}
		}
		if !changed {
			return errLive // another replica was faster
		}
		return nil
	})
	if errors.Is(err, errLive) {
		return nil
	}
	return err
}

var errLive = errors.New("catalog: the version is live already")

func (s *Service) isLive(ctx context.Context, d *Definition) (bool, error) {
	var n int
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM service_state WHERE service = $1 AND hash = $2 AND state = 'live'`, d.Service, d.Hash)
	})
	return n == len(d.Divisions), err
}

// Version returns the definition with the hash.
func (s *Service) Version(q db.Q, hash string) (*Definition, error) {
	if d, ok := s.known.Load(hash); ok {
		return d.(*Definition), nil
	}
	var body string
	err := q.Get(&body, `SELECT body FROM service_definition WHERE hash = $1`, hash)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoService
	}
	if err != nil {
		return nil, err
	}
	d, err := decode(body)
	if err != nil {
		return nil, err
	}
	s.known.Store(hash, d)
	return d, nil
}

// Live returns the version of a service that is live where the person is, and
// offered on the channel.
func (s *Service) Live(q db.Q, service string, where civic.Division, ch civic.Channel) (*Definition, error) {
	ds, err := s.all(q, where, ch)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		if d.Service == service {
			return d, nil
		}
	}
	return nil, errNoService
}

// List lists the services live in a division and offered on the channel, by
// title. They are public.
func (s *Service) List(ctx context.Context, where civic.Division, ch civic.Channel) ([]*Definition, error) {
	var out []*Definition
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		var err error
		out, err = s.all(v, where, ch)
		return err
	})
	return out, err
}

func (s *Service) all(q db.Q, where civic.Division, ch civic.Channel) ([]*Definition, error) {
	var rows []struct {
		Service, Hash, State string
		Division             civic.Division
	}
	if err := q.Select(&rows, `SELECT service, hash, division, state FROM service_state WHERE state IN ('live', 'suspended') ORDER BY service, division`); err != nil {
		return nil, err
	}
	best := map[string]string{} // the most local version wins: rows come in that order
	for _, r := range rows {
		if !r.Division.Covers(where) {
			continue
		}
		if r.State == "live" {
			best[r.Service] = r.Hash
		} else {
			delete(best, r.Service) // a place may stop what its province offers
		}
	}
	var out []*Definition
	for _, hash := range best {
		d, err := s.Version(q, hash)
		if err != nil {
			return nil, err
		}
		if d.On(ch) {
			out = append(out, d)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Service < out[j].Service })
	return out, nil
}

// Newest returns the highest version of each service that was ever published.
func (s *Service) Newest(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		var rows []struct {
			Service string
			Version int
		}
		if err := v.Select(&rows, `SELECT service, MAX(version) AS version FROM service_definition GROUP BY service`); err != nil {
			return err
		}
		for _, r := range rows {
			out[r.Service] = r.Version
		}
		return nil
	})
	return out, err
}

// Known reports whether there is or was such a service.
func (s *Service) Known(q db.Q, service string) (bool, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM service_definition WHERE service = $1`, service)
	return n > 0, err
}

// Titles names services by their codes, each as in its newest version.
func (s *Service) Titles(q db.Q) (map[string]string, error) {
	var rows []struct{ Service, Hash string }
	if err := q.Select(&rows, `SELECT service, hash FROM service_definition ORDER BY service, version`); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range rows {
		d, err := s.Version(q, r.Hash)
		if err != nil {
			return nil, err
		}
		out[r.Service] = d.Title
	}
	return out, nil
}
