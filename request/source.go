package request

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
)

// Asking is what a source may know of who asks, in the transaction in which they
// do.
type Asking struct {
	Q      db.Q
	Now    time.Time
	Actor  civic.Actor
	Auth   civic.Authority // over the person
	Person civic.PersonID
	Draft  civic.DraftID
	Def    *catalog.Definition // of the draft, as it is followed now
	people *people.Service

	home    civic.Division // "" until asked for
	address string
	who     *people.Person
}

// Lives returns the division and the address where the person lives.
func (k *Asking) Lives() (civic.Division, string, error) {
	var err error
	if k.home == "" {
		k.home, k.address, err = k.people.Lives(k.Q, k.Auth, k.Person)
	}
	return k.home, k.address, err
}

// Who returns the person, with age and sex.
func (k *Asking) Who() (people.Person, error) {
	if k.who == nil {
		p, err := k.people.Known(k.Q, k.Auth, k.Person)
		if err != nil {
			return people.Person{}, err
		}
		k.who = &p
	}
	return *k.who, nil
}

// Tags returns what is known of the person's circumstances on a day, YYYY-MM-DD, by
// the codes of the kinds.
func (k *Asking) Tags(day string) ([]string, error) {
	tags, err := k.people.TagsOn(k.Q, k.Auth, k.Person, day)
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.Kind
	}
	return out, err
}

// Source offers options for questions, the likeliest first. kind is what follows
// the colon of the question's source: hospital, of offices:hospital.
type Source interface {
	Options(k *Asking, kind string, q Query) ([]catalog.Option, error)
}

// Holder is a source whose options are few: one that was chosen is held while the
// draft is open. Hold is asked again when the draft is touched, and prolongs what is
// held. When nothing is left it returns Exhausted or Conflict with a sentence; the
// options offered next are then read anew. Holds are no acts: the tables are scratch.
type Holder interface {
	Source
	Hold(tx *journal.Scratch, k *Asking, kind string, q Query, code string) (hold string, err error)
	Release(tx *journal.Scratch, hold string) error
}

// Offers adds a source of options by its name, which the catalogue must know.
// For the wiring, before the first request.
func (s *Service) Offers(name string, src Source) {
	if !catalog.KnownSource(name) && !catalog.KnownSource(name+":x") {
		panic("request: the catalogue knows no source " + name)
	}
	s.sources[name] = src
}

func (s *Service) source(full string) (Source, string, error) {
	name, kind, _ := strings.Cut(full, ":")
	src, ok := s.sources[name]
	if !ok {
		return nil, "", fmt.Errorf("request: no option source %q", full)
	}
	return src, kind, nil
}

// sitting is one verb's work on a person's draft in one transaction. Options and
// the person's home are read once in it, however many answers are put.
type sitting struct {
	s        *Service
	ask      *Asking
	facts    Facts
	standing *standing // nil until it is asked for
}

func (s *Service) sit(q db.Q, actor civic.Actor, now time.Time, auth civic.Authority, d *Draft) *sitting {
	return &sitting{s: s, ask: &Asking{Q: q, Now: now, Actor: actor, Auth: auth, Person: d.Person, Draft: d.ID, people: s.people},
		facts: Facts{Now: now, Options: Options{}}}
}

// view walks the dialogue to its next step, fetching options as it needs them. An
// open draft follows its service: to the version that is live now, or to a halt.
func (t *sitting) view(d *Draft) (*View, error) {
	def, err := t.s.catalog.Version(t.ask.Q, d.DefHash)
	if err != nil {
		return nil, err
	}
	v := &View{Draft: *d, Def: def}
	if d.State == "open" {
		if err := t.follow(v); err != nil {
			return nil, err
		}
	}
	t.ask.Def = v.Def
	if err := t.remember(v.Def, d); err != nil {
		return nil, err
	}
	for range stepsMost {
		v.Step = Next(v.Def, v.Answers, t.facts)
		if len(v.Step.Need) == 0 {
			v.Form, _ = Form(v.Def, v.Answers, t.facts)
			v.Same = sameAgain(v.Form, v.Def, t.facts)
			if v.Suspended {
				v.Step = Step{Human: t.standing.halt()}
			}
			return v, nil
		}
		if err := t.fetch(v.Step.Need); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("request: the dialogue asks for options without end")
}

// stepsMost bounds how often one view fetches options: more often than any
// definition that passes the check can ask.
const stepsMost = 1000

// fetch reads the options that the dialogue needs, ranked: what is near the
// person's home comes first.
func (t *sitting) fetch(need []Query) error {
	for _, n := range need {
		if _, ok := t.facts.Options[n.ID()]; ok {
			continue
		}
		src, kind, err := t.s.source(n.Source)
		if err != nil {
			return err
		}
		if t.facts.Options[n.ID()], err = src.Options(t.ask, kind, n); err != nil {
			return err
		}
	}
	return nil
}

// remember reads what the person answered the last time they had this service, if
// the definition offers that anywhere.
func (t *sitting) remember(def *catalog.Definition, d *Draft) error {
	if t.facts.Last != nil || d.Likes == "" && !slices.ContainsFunc(def.Questions, func(q catalog.Question) bool { return q.Default == "last" }) {
		return nil
	}
	t.facts.Last = Answers{}
	var row struct {
		ID      civic.DraftID
		Answers []byte
	}
	ids := t.ask.Auth.Selves()
	which, of := `service`, d.Service
	if t.facts.Again = d.Likes != ""; t.facts.Again {
		which, of = `id`, string(d.Likes)
	}
	err := t.ask.Q.Get(&row, `SELECT id, answers FROM request WHERE `+which+` = $1 AND person IN `+db.In(2, len(ids))+` ORDER BY created_at DESC LIMIT 1`,
		append([]any{of}, db.Args(ids)...)...)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err == nil {
		t.facts.Last, err = t.s.openAnswers(row.ID, row.Answers)
	}
	return err
}

// hold takes the place that was chosen, and prolongs those chosen before. A
// place that has gone is asked for again, with what is left.
func (t *sitting) hold(tx *journal.Scratch, v *View) error {
	for _, p := range v.Form {
		if p.Source == "" || len(p.Given) != 1 || !p.Answered {
			continue
		}
		src, kind, err := t.s.source(p.Source)
		if err != nil {
			return err
		}
		h, ok := src.(Holder)
		if !ok {
			continue
		}
		held, err := h.Hold(tx, t.ask, kind, p.query, p.Given[0].Code)
		if civic.Is(err, civic.Exhausted) || civic.Is(err, civic.Conflict) {
			v.Wrong = append(v.Wrong, civic.As(err).On(p.Key))
			delete(v.Answers, p.Key)
			delete(t.facts.Options, p.query.ID())
			continue
		}
		if err != nil {
			return err
		}
		v.Answers[p.Key][0].Hold = held
	}
	return nil
}

// release lets go of the places of answers that fell away.
func (t *sitting) release(tx *journal.Scratch, drops []Drop) error {
	for _, d := range drops {
		if len(d.Holds) == 0 {
			continue
		}
		src, _, err := t.s.source(d.Source)
		if err != nil {
			return err
		}
		if h, ok := src.(Holder); ok {
			for _, id := range d.Holds {
				if err := h.Release(tx, id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// home is the source of the person's registered address.
type home struct{}

// Options implements Source.
func (home) Options(k *Asking, _ string, _ Query) ([]catalog.Option, error) {
	_, address, err := k.Lives()
	if err != nil || address == "" {
		return []catalog.Option{}, err
	}
	return []catalog.Option{{Code: "home", Text: address, Hint: "登记的家庭住址"}}, nil
}

// offices is the source of the offices of a kind in the person's city.
type offices struct{}

// Options implements Source: the nearest first. One that is closed today says so.
func (offices) Options(k *Asking, kind string, _ Query) ([]catalog.Option, error) {
	home, _, err := k.Lives()
	if err != nil {
		return nil, err
	}
	city := home
	if len(city) > 4 {
		city = city[:4]
	}
	list, err := place.Nearest(k.Q, place.From{Division: home}, place.Want{Kinds: []string{kind}, Within: city, At: k.Now, Limit: officesMost})
	if err != nil {
		return nil, err
	}
	opts := make([]catalog.Option, len(list))
	for i, o := range list {
		opts[i] = catalog.Option{Code: string(o.ID), Text: o.Name, Hint: o.Address}
		if o.Status.Known && !o.Status.Today {
			opts[i].Hint += "，" + o.Status.Words(k.Now)
		}
	}
	return opts, nil
}

// officesMost is how many offices are offered.
const officesMost = 100

// Nearest returns the office of a kind that is a home's, as place.Nearest has it:
// of kinds that serve an area, the one whose area is the narrowest round it. Where
// there is none of the kind there may be one of the others, which are tried in order.
func Nearest(q db.Q, kind string, home civic.Division, others ...string) (place.Office, error) {
	for _, k := range append([]string{kind}, others...) {
		list, err := place.Nearest(q, place.From{Division: home}, place.Want{Kinds: []string{k}, Limit: 1})
		if err != nil {
			return place.Office{}, err
		}
		if len(list) > 0 {
			return list[0].Office, nil
		}
	}
	return place.Office{}, civic.E(civic.Unavailable, "office.none", "当地还没有办这件事的单位，请打电话找人工帮您安排。")
}
