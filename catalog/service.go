package catalog

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
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

func isNoRows(err error) bool { return errors.Is(err, db.ErrNoRows) }

var errNoService = civic.E(civic.NotFound, "service.unknown", "没有这项服务，或者当地暂时不办。请打电话或到窗口问一问。")

// Publish makes a version live in each of its divisions. Publishing the version
// that is live already changes nothing. It needs catalog.publish there.
func (s *Service) Publish(ctx context.Context, actor civic.Actor, d *Definition) error {
	return s.PublishAll(ctx, actor, []*Definition{d})
}

// PublishAll is Publish for several versions in one act: all of them or none. Where
// a division has suspended a service, it stays so, and what is resumed is the new
// version.
func (s *Service) PublishAll(ctx context.Context, actor civic.Actor, ds []*Definition) error {
	bodies, idle := make([]string, len(ds)), true
	for i, d := range ds {
		if err := d.check(); err != nil {
			return civic.E(civic.Invalid, "service.form", "服务定义有错，没有发布："+err.Error())
		}
		bodies[i] = d.seal()
		live, err := s.isLive(ctx, d)
		if err != nil {
			return err
		}
		idle = idle && live
	}
	if idle {
		return nil
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		changed := false
		for i, d := range ds {
			if err := s.checkKin(tx, d, ds); err != nil {
				return err
			}
			n, err := s.publish(tx, d, bodies[i])
			if err != nil {
				return err
			}
			changed = changed || n > 0
		}
		if !changed {
			return journal.ErrUnchanged // another replica was faster
		}
		return nil
	})
}

// publish enters a version and makes it what its divisions offer. It returns in how
// many of them that was new.
func (s *Service) publish(tx *journal.Tx, d *Definition, body string) (n int, err error) {
	if err := s.enter(tx, d, body); err != nil {
		return 0, err
	}
	for _, div := range d.Divisions {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayPublish, Division: div})
		if err != nil {
			return 0, err
		}
		k, err := tx.Exec(`INSERT INTO service_state (service, division, state, hash) VALUES ($1, $2, 'live', $3)
			ON CONFLICT (service, division) DO UPDATE SET hash = excluded.hash,
				state = CASE WHEN service_state.state = 'suspended' THEN 'suspended' ELSE 'live' END
			WHERE service_state.hash <> excluded.hash OR service_state.state NOT IN ('live', 'suspended')`, d.Service, div, d.Hash)
		if err != nil {
			return 0, err
		}
		if k == 0 {
			continue
		}
		n++
		if err := tx.Record(auth, journal.Event{Act: ActPublished, Detail: map[string]string{"service": d.Service, "hash": d.Hash, "division": string(div)},
			About: aboutService(d.Service)}); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// enter stores a version, once.
func (s *Service) enter(tx *journal.Tx, d *Definition, body string) error {
	_, err := tx.Exec(`INSERT INTO service_definition (hash, service, version, body, published_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		d.Hash, d.Service, d.Version, body, tx.Now)
	return err
}

func aboutService(service string) []journal.About {
	return []journal.About{{ID: service, Kind: "service", Role: "object"}}
}

func (s *Service) isLive(ctx context.Context, d *Definition) (bool, error) {
	var n int
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM service_state WHERE service = $1 AND hash = $2 AND state IN ('live', 'suspended')`, d.Service, d.Hash)
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
	if err := s.Halted(q, service, where); err != nil {
		return nil, err
	}
	return nil, errNoService
}

// Halted is Unavailable, with why and until when, where a service is suspended in a
// division, and nil where it is not.
func (s *Service) Halted(q db.Q, service string, where civic.Division) error {
	st, err := s.Standing(q, service, where)
	if err != nil || !st.Suspended {
		return err
	}
	titles, err := s.Titles(q)
	if err != nil {
		return err
	}
	return civic.E(civic.Unavailable, "service.suspended", fmt.Sprintf("「%s」在您这里暂停办理：%s。急着办的，请打电话或到窗口问一问。", titles[service], strings.TrimRight(st.Reason, "。")))
}

// Look returns a service as it is offered in a division on a channel, for anybody.
// Unavailable with why where it is suspended, NotFound where it is not offered.
func (s *Service) Look(ctx context.Context, service string, where civic.Division, ch civic.Channel) (*Definition, error) {
	var out *Definition
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		var err error
		out, err = s.Live(v, service, where, ch)
		return err
	})
	return out, err
}

// Halt is a service that is suspended in a division or in a part of it.
type Halt struct {
	*Definition
	Division civic.Division
	Why      string // the reason, and until when if that is known
}

// Halts lists what is suspended in a division and inside it, by service. It is public.
func (s *Service) Halts(ctx context.Context, in civic.Division) ([]Halt, error) {
	var out []Halt
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		var rows []Word
		if err := v.Select(&rows, `SELECT service, division, state, hash, reason, until FROM service_state WHERE state = 'suspended' ORDER BY service, division`); err != nil {
			return err
		}
		for _, r := range rows {
			if !in.Covers(r.Division) && !r.Division.Covers(in) {
				continue
			}
			d, err := s.Version(v, r.Hash)
			if err != nil {
				return err
			}
			out = append(out, Halt{d, r.Division, strings.TrimRight(Why(r.Reason, r.Until), "。")})
		}
		return nil
	})
	return out, err
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
	if err := q.Select(&rows, `SELECT service, hash, division, state FROM service_state WHERE state IN ('live', 'suspended', 'pilot') ORDER BY service, division`); err != nil {
		return nil, err
	}
	best := map[string]string{} // the most local version wins: rows come in that order
	for _, r := range rows {
		if !r.Division.Covers(where) {
			continue
		}
		switch {
		case r.State == Live, r.State == Pilot && ch == civic.ChannelDesk:
			best[r.Service] = r.Hash
		case r.State == Suspended:
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

// Spot is a service in a division that a version of it names: its province, or a
// city that has a version of its own.
type Spot struct {
	Service  string
	Division civic.Division
}

// Newest returns the highest version of each service in each division for which one
// was ever published.
func (s *Service) Newest(ctx context.Context) (map[Spot]int, error) {
	out := map[Spot]int{}
	err := s.j.Look(ctx, civic.System("catalog"), func(v *journal.View) error {
		var hashes []string
		if err := v.Select(&hashes, `SELECT hash FROM service_definition ORDER BY hash`); err != nil {
			return err
		}
		for _, h := range hashes {
			d, err := s.Version(v, h)
			if err != nil {
				return err
			}
			for _, div := range d.Divisions {
				at := Spot{d.Service, div}
				out[at] = max(out[at], d.Version)
			}
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
