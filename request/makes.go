package request

import (
	"fmt"
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Able is an engine that can be asked whether it could take a request, before there is
// one: a request that another one makes is left out, and said so, where it can't.
type Able interface {
	CanTake(q db.Q, r *Request) error
}

// family is the work of one submit on the requests that one makes.
type family struct {
	s    *Service
	tx   *journal.Tx
	auth civic.Authority // for the first of them
	line []string        // services from the first down to the one that is handed over now
}

// hand gives a request to its engine, and then makes those that it makes, each with
// its parent. What can't be made is in Left when the engine accepts the parent.
func (f *family) hand(auth civic.Authority, r *Request) error {
	f.line = append(f.line, r.Service)
	defer func() { f.line = f.line[:len(f.line)-1] }()
	var entries []Entry
	given := r.open()
	for _, m := range r.Def.Makes {
		if !m.When.Holds(func(key string) []string { return given[key] }) {
			continue
		}
		e, why, err := f.entry(r, m, given)
		if err != nil {
			return err
		}
		if why != "" {
			r.Left = append(r.Left, why)
			continue
		}
		entries = append(entries, e)
	}
	if err := f.s.Hand(f.tx, auth, r); err != nil || len(entries) == 0 {
		return err
	}
	made, err := f.s.Enter(f.tx, entries)
	if err != nil {
		return err
	}
	for i, child := range made {
		if err := f.hand(entries[i].Auth, child); err != nil {
			return err
		}
	}
	return nil
}

// entry is the request that one makes by what was given, or a sentence for the person why
// it has to be done separately.
func (f *family) entry(r *Request, m catalog.Make, given map[string][]string) (e Entry, left string, err error) {
	st, err := f.s.catalog.Standing(f.tx, m.Service, r.Home)
	if err != nil {
		return e, "", err
	}
	aside := func(why string) (Entry, string, error) {
		titles, err := f.s.catalog.Titles(f.tx)
		return Entry{}, fmt.Sprintf("「%s」没有一起交上去：%s。这一样要另外办，请打电话或者到窗口说一声。", titles[m.Service], strings.TrimRight(why, "。")), err
	}
	if st.Suspended {
		return aside("您那里现在停办，" + st.Reason)
	}
	def, err := f.s.catalog.Live(f.tx, m.Service, r.Home, r.Channel)
	if civic.Is(err, civic.NotFound) {
		return aside("您那里现在不办，或者只在窗口办")
	}
	if err != nil {
		return e, "", err
	}
	engine, ok := f.s.engines[def.Engine()].(Able)
	if !ok || slices.Contains(f.line, m.Service) {
		return aside("这一样要自己来约")
	}
	auth, err := f.tx.Authorise(civic.Need{Person: r.Person, Service: m.Service, Group: def.Group, After: def.AfterDeath, Permission: civic.MayServePeople})
	if err == nil {
		err = mayAct(auth, def)
	}
	switch {
	case civic.Is(err, civic.Denied), err == nil && (auth.Basis() != f.auth.Basis() || auth.Ref() != f.auth.Ref()):
		return aside("替老人办的人，没有老人对这一样的同意")
	case err != nil:
		return e, "", err
	}
	child := &Request{Person: r.Person, Service: m.Service, Def: def, Answers: carried(r, m, def, given, f.tx), Home: r.Home, Channel: r.Channel, Created: f.tx.Now, Parent: r.ID}
	if err := engine.CanTake(f.tx, child); civic.Is(err, civic.Unavailable) || civic.Is(err, civic.NotFound) {
		return aside(civic.As(err).Say)
	} else if err != nil {
		return e, "", err
	}
	return Entry{Service: m.Service, Person: r.Person, Auth: auth, Actor: f.tx.Actor, Answers: child.Answers, Parent: r.ID,
		Self: &people.Self{Root: r.Person, Division: r.Home}, Def: def}, "", nil
}

// open are the codes answered to what was really asked; those of a group's items from
// all rounds together, by the key without the number.
func (r *Request) open() map[string][]string {
	out := map[string][]string{}
	each(r.Def, r.Answers, func(q *catalog.Question, open bool, _ []string) {
		if !open {
			return
		}
		key := q.Key
		if parts := strings.Split(key, "."); len(parts) == 3 {
			key = parts[0] + "." + parts[2]
		}
		out[key] = append(out[key], r.Answers.Codes(q.Key)...)
	})
	return out
}

// carried are the answers with which a request is made: those of its parent, as far as
// the version that is live takes them, and what is fixed. Whatever is missing its
// office asks.
func carried(r *Request, m catalog.Make, def *catalog.Definition, given map[string][]string, tx *journal.Tx) Answers {
	out := Answers{}
	for to, from := range m.Answers {
		q, was := def.Question(to), r.Def.Question(from)
		if q == nil || was == nil || q.Kind != was.Kind || q.Source != was.Source || len(given[from]) == 0 {
			continue
		}
		var vs []Value
		for _, v := range r.Answers[from] {
			v.Hold = ""
			if q.Source == "" {
				text := v.Code
				if text == free {
					text = v.Shown
				}
				fits, err := read(Prompt{Question: q, Options: fixedOptions(q)}, []string{text}, tx.Now)
				if err != nil || len(fits) != 1 {
					continue
				}
				v.Code, v.Shown = fits[0].Code, fits[0].Shown
			}
			vs = append(vs, v)
		}
		if len(vs) > 0 {
			out[to] = vs
		}
	}
	for to, code := range m.Fixed {
		for _, o := range fixedOptions(def.Question(to)) {
			if o.Code == code {
				out[to] = []Value{{Code: code, Shown: o.Text, Via: r.Channel, By: tx.Actor.Operator}}
			}
		}
	}
	settle(def, out, "")
	return out
}

// fixedOptions are the options that a question has by itself.
func fixedOptions(q *catalog.Question) []catalog.Option {
	switch {
	case q == nil:
		return nil
	case q.Kind == catalog.YesNo:
		return YesNo(q)
	case q.Kind == catalog.Document:
		return papers
	}
	return q.Options
}

// Kin is a request that another one made, or that made it.
type Kin struct {
	ID      civic.RequestID
	Number  civic.Number
	Service string
	Title   string
}

// Family names the request that made one, up, if one did, and those that it made, in their
// order. A person sees those for which they may read.
func (s *Service) Family(v *journal.View, auth civic.Authority, person civic.PersonID, id, up civic.RequestID) (parent *Kin, made []Kin, err error) {
	if !auth.Over(person) {
		return nil, nil, fmt.Errorf("request: the family of one needs an authority over its person")
	}
	kin, err := s.kin(v, person, id, up)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range kin {
		if ok, err := s.mayLook(v, person, k.Service); err != nil {
			return nil, nil, err
		} else if !ok {
			continue
		}
		if k.ID == up {
			parent = &k
		} else {
			made = append(made, k)
		}
	}
	return parent, made, nil
}

// mayLook reports whether whoever looks may read a person's matters of a service.
// Staff see what belongs together; the page of each is judged by itself.
func (s *Service) mayLook(v *journal.View, person civic.PersonID, service string) (bool, error) {
	if v.Actor.Operator.Kind != civic.PartyPerson {
		return true, nil
	}
	n, err := s.Need(v, person, service)
	if err != nil {
		return false, err
	}
	n.Look = true
	if _, err = v.Authorise(n); civic.Is(err, civic.Denied) {
		return false, nil
	}
	return err == nil, err
}

// kin reads the requests that one made, and the one named up, "" for none, under
// whichever identity of the person they lie.
func (s *Service) kin(q db.Q, person civic.PersonID, id, up civic.RequestID) ([]Kin, error) {
	self, err := people.Resolve(q, person)
	if err != nil {
		return nil, err
	}
	ids := self.Selves()
	var rows []struct {
		ID      civic.RequestID
		Number  civic.Number
		Service string
		DefHash string
	}
	if err := q.Select(&rows, `SELECT id, number, service, def_hash FROM request WHERE (parent = $1 OR id = $2) AND person IN `+db.In(3, len(ids))+` ORDER BY id`,
		append([]any{id, up}, db.Args(ids)...)...); err != nil {
		return nil, err
	}
	var out []Kin
	for _, r := range rows {
		def, err := s.catalog.Version(q, r.DefHash)
		if err != nil {
			return nil, err
		}
		out = append(out, Kin{r.ID, r.Number, r.Service, def.Title})
	}
	return out, nil
}

// unasked are the labels of what a request that another one made was never asked, for
// its office.
func unasked(def *catalog.Definition, a Answers) []string {
	var out []string
	each(def, a, func(q *catalog.Question, open bool, _ []string) {
		if _, answered := a[q.Key]; !open || answered || q.Optional || isMore(q.Key) {
			return
		}
		label := q.Label
		if strings.Contains(q.Key, ".") {
			label, _, _ = strings.Cut(label, "：")
			label = strings.TrimRight(label, "0123456789")
		}
		if !slices.Contains(out, label) {
			out = append(out, label)
		}
	})
	return out
}
