package request

import (
	"fmt"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/people"
	"yinqiao/place"
)

// fetch fills the options that the dialogue needs, ranked: what is near the
// person's home comes first.
func (s *Service) fetch(q db.Q, auth civic.Authority, person civic.PersonID, need []Query, into Options) error {
	for _, n := range need {
		if _, ok := into[n.Source]; ok {
			continue
		}
		opts, err := s.options(q, auth, person, n.Source)
		if err != nil {
			return err
		}
		into[n.Source] = opts
	}
	return nil
}

func (s *Service) options(q db.Q, auth civic.Authority, person civic.PersonID, source string) ([]catalog.Option, error) {
	if kind, ok := strings.CutPrefix(source, "offices:"); ok {
		return offices(q, person, kind)
	}
	if source == "home" {
		p, err := s.people.Profile(q, auth, person)
		if err != nil {
			return nil, err
		}
		if p.Address == "" {
			return []catalog.Option{}, nil
		}
		return []catalog.Option{{Code: "home", Text: p.Address, Hint: "登记的家庭住址"}}, nil
	}
	return nil, fmt.Errorf("request: no option source %q", source)
}

// offices lists the offices of a kind in the person's city, those of their own
// district first.
func offices(q db.Q, person civic.PersonID, kind string) ([]catalog.Option, error) {
	home, err := people.Home(q, person)
	if err != nil {
		return nil, err
	}
	city := home
	if len(city) > 4 {
		city = city[:4]
	}
	list, err := place.OfKind(q, kind, city)
	if err != nil {
		return nil, err
	}
	near, far := []catalog.Option{}, []catalog.Option{}
	for _, o := range list {
		opt := catalog.Option{Code: string(o.ID), Text: o.Name, Hint: o.Address}
		if home.County().Covers(o.Division) {
			near = append(near, opt)
		} else {
			far = append(far, opt)
		}
	}
	return append(near, far...), nil
}

// Nearest returns the first office of a kind that covers a home: in its own
// district, then in its city, then in its province.
func Nearest(q db.Q, kind string, home civic.Division) (place.Office, error) {
	for _, n := range []int{6, 4, 2} {
		if len(home) < n {
			continue
		}
		list, err := place.OfKind(q, kind, home[:n])
		if err != nil {
			return place.Office{}, err
		}
		if len(list) > 0 {
			return list[0], nil
		}
	}
	return place.Office{}, civic.E(civic.Unavailable, "office.none", "当地还没有办这件事的单位,请打电话找人工帮您安排。")
}
