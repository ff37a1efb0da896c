package request

import (
	"errors"
	"fmt"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/place"
)

// sitting is one verb's work on a person's draft in one transaction. Options and
// the person's home are read once in it, however many answers are put.
type sitting struct {
	s      *Service
	q      db.Q
	auth   civic.Authority
	person civic.PersonID
	opts   Options

	home    civic.Division // "" until asked for
	address string
}

func (s *Service) sit(q db.Q, auth civic.Authority, person civic.PersonID) *sitting {
	return &sitting{s: s, q: q, auth: auth, person: person, opts: Options{}}
}

// lives returns the division and the address where the person lives.
func (t *sitting) lives() (civic.Division, string, error) {
	var err error
	if t.home == "" {
		t.home, t.address, err = t.s.people.Lives(t.q, t.auth, t.person)
	}
	return t.home, t.address, err
}

// view walks the dialogue to its next step, fetching options as it needs them.
func (t *sitting) view(d *Draft) (*View, error) {
	def, err := t.s.catalog.Version(t.q, d.DefHash)
	if err != nil {
		return nil, err
	}
	v := &View{Draft: *d, Def: def}
	for range len(def.Questions) + 1 {
		v.Step = Next(def, d.Answers, t.opts)
		if len(v.Step.Need) == 0 {
			v.Form, _ = Form(def, d.Answers, t.opts)
			return v, nil
		}
		if err := t.fetch(v.Step.Need); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("request: the dialogue asks for options without end")
}

// fetch reads the options that the dialogue needs, ranked: what is near the
// person's home comes first.
func (t *sitting) fetch(need []Query) error {
	for _, n := range need {
		if _, ok := t.opts[n.Source]; ok {
			continue
		}
		opts, err := t.options(n.Source)
		if err != nil {
			return err
		}
		t.opts[n.Source] = opts
	}
	return nil
}

func (t *sitting) options(source string) ([]catalog.Option, error) {
	if kind, ok := strings.CutPrefix(source, "offices:"); ok {
		return t.offices(kind)
	}
	if source == "home" {
		_, address, err := t.lives()
		if err != nil {
			return nil, err
		}
		if address == "" {
			return []catalog.Option{}, nil
		}
		return []catalog.Option{{Code: "home", Text: address, Hint: "登记的家庭住址"}}, nil
	}
	return nil, fmt.Errorf("request: no option source %q", source)
}

// offices lists the offices of a kind in the person's city, those of their own
// district first.
func (t *sitting) offices(kind string) ([]catalog.Option, error) {
	home, _, err := t.lives()
	if err != nil {
		return nil, err
	}
	city := home
	if len(city) > 4 {
		city = city[:4]
	}
	list, err := place.OfKind(t.q, kind, city)
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
	return place.Office{}, civic.E(civic.Unavailable, "office.none", "当地还没有办这件事的单位，请打电话找人工帮您安排。")
}
