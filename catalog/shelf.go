package catalog

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Word is what a division says of a service.
type Word struct {
	Service  string
	Division civic.Division
	State    string
	Hash     string
	Reason   string
	Until    *time.Time
}

// Shelved is a service as those see it who decide what a division offers.
type Shelved struct {
	*Definition
	Word            // the one that counts there: its own, or that of a wider division
	Below    []Word // of divisions inside it
	Versions int
}

// Own reports whether the word is that of the division itself.
func (s Shelved) Own(in civic.Division) bool { return s.Word.Division == in }

// Shelf lists the services on which a division, a wider one or one inside it has a word,
// by title. It needs catalog.publish there.
func (s *Service) Shelf(ctx context.Context, actor civic.Actor, in civic.Division) ([]Shelved, error) {
	var out []Shelved
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayPublish, Division: in, Look: true}); err != nil {
			return err
		}
		var err error
		out, err = s.shelf(v, in, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Shelved) int { return strings.Compare(a.Title, b.Title) })
	return out, nil
}

// shelf reads the words on one service, or on all if it is "".
func (s *Service) shelf(q db.Q, in civic.Division, service string) ([]Shelved, error) {
	var words []Word
	if err := q.Select(&words, `SELECT service, division, state, hash, reason, until FROM service_state WHERE CAST($1 AS TEXT) = '' OR service = $1 ORDER BY service, division`, service); err != nil {
		return nil, err
	}
	var counts []struct {
		Service string
		N       int
	}
	if err := q.Select(&counts, `SELECT service, COUNT(*) AS n FROM service_definition GROUP BY service ORDER BY service`); err != nil {
		return nil, err
	}
	var out []Shelved
	for _, w := range words {
		inside := in != w.Division && in.Covers(w.Division)
		if !inside && !w.Division.Covers(in) {
			continue
		}
		n := len(out) - 1
		if n < 0 || out[n].Word.Service != w.Service {
			out, n = append(out, Shelved{Word: w}), n+1
		}
		if inside {
			out[n].Below = append(out[n].Below, w)
		} else {
			out[n].Word = w // the most local word counts: rows come in that order
		}
	}
	for i := range out {
		var err error
		if out[i].Definition, err = s.Version(q, out[i].Word.Hash); err != nil {
			return nil, err
		}
		for _, c := range counts {
			if c.Service == out[i].Word.Service {
				out[i].Versions = c.N
			}
		}
	}
	return out, nil
}

// Edition is one version of a service, with what changed since the one before it that
// was offered in one of the same divisions.
type Edition struct {
	*Definition
	At      time.Time
	Changes []string
}

// editionsMost bounds the versions of a service that are shown.
const editionsMost = 50

// Editions shows a service to those who decide what a division offers: how it stands
// there, and its versions that are meant for that division or one round or in it, the
// newest first. It needs catalog.publish there. NotFound if there is none.
func (s *Service) Editions(ctx context.Context, actor civic.Actor, service string, in civic.Division) (at Shelved, out []Edition, err error) {
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayPublish, Division: in, Look: true}); err != nil {
			return err
		}
		list, err := s.shelf(v, in, service)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			at = list[0]
		}
		out, err = s.editions(v, service, in)
		if err == nil && len(out) == 0 {
			err = errNoService
		}
		return err
	})
	if err != nil {
		return Shelved{}, nil, err
	}
	return at, out, nil
}

func (s *Service) editions(q db.Q, service string, in civic.Division) ([]Edition, error) {
	var rows []struct {
		Hash        string
		PublishedAt time.Time
	}
	if err := q.Select(&rows, `SELECT hash, published_at FROM service_definition WHERE service = $1 ORDER BY version DESC, published_at DESC, hash LIMIT `+strconv.Itoa(editionsMost), service); err != nil {
		return nil, err
	}
	var out []Edition
	for _, r := range rows {
		d, err := s.Version(q, r.Hash)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(d.Divisions, func(x civic.Division) bool { return x.Covers(in) || in.Covers(x) }) {
			out = append(out, Edition{Definition: d, At: r.PublishedAt})
		}
	}
	for i := range out {
		for _, before := range out[i+1:] {
			if slices.ContainsFunc(out[i].Divisions, before.In) {
				out[i].Changes = Changes(before.Definition, out[i].Definition)
				break
			}
		}
	}
	return out, nil
}
