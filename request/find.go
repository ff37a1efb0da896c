package request

import (
	"context"
	"errors"
	"strconv"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
)

// Found is what a number stands for. It says that there is such a matter and
// whether it is finished, and nothing else: a number alone reveals nothing.
type Found struct {
	Person  civic.PersonID
	ID      civic.DraftID // and of the request, once submitted
	Draft   bool          // still half done
	Service string        // to the person and who acts for them alone
}

var errNoNumber = civic.E(civic.NotFound, "number.unknown", "没有这个号码，请对照回执再看一遍。")

// Find resolves a spoken number for staff who may serve people, or for the
// person whose matter it is. Everybody else is told that there is no such number.
func (s *Service) Find(ctx context.Context, actor civic.Actor, text string) (Found, error) {
	var f Found
	n, err := civic.ParseNumber(text)
	if err != nil {
		return f, err
	}
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		var row struct {
			ID     civic.DraftID
			Person civic.PersonID
		}
		if actor.Person() == "" {
			if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
				return err
			}
		}
		err := v.Get(&row, `SELECT id, person FROM spoken_number WHERE number = $1`, n)
		if errors.Is(err, db.ErrNoRows) {
			return errNoNumber
		}
		if err != nil {
			return err
		}
		d, err := s.readDraft(v, row.ID)
		if err != nil {
			return err
		}
		if actor.Person() != "" {
			// An agent sees what their grant covers; the rest is not there.
			n, err := s.need(v, d)
			if err != nil {
				return err
			}
			n.Look, n.Permission = true, ""
			if _, err := v.Authorise(n); err != nil {
				return hide(err, errNoNumber)
			}
		}
		f = Found{d.Person, d.ID, d.State == "open", d.Service}
		if actor.Person() == "" {
			f.Service = ""
		}
		return nil
	})
	if err != nil || actor.Staff() == "" {
		return f, err
	}
	// A number names a person to whoever tries it: that they did is kept.
	return f, s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayFindPeople})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActNumberTyped, About: []journal.About{
			{ID: "number/" + string(f.ID), Kind: "number", Role: "object"}, {ID: actor.Operator.ID, Kind: string(actor.Operator.Kind), Role: "operator"}}})
	})
}

// ActNumberTyped is staff finding a matter by its number. It is about the matter as a
// thing looked up, so that it is no step of the matter itself.
var ActNumberTyped = journal.Define("number.typed", "按号码查找了一件事")

// hide turns a refusal into there being no such thing. A fault stays a fault.
func hide(err error, as *civic.Error) error {
	if civic.Is(err, civic.Denied) || civic.Is(err, civic.NotFound) {
		return as.Because(err)
	}
	return err
}

// Summary is one matter in a list.
type Summary struct {
	ID      civic.RequestID
	Number  civic.Number
	Service string
	Title   string
	At      string // day and time, Asia/Shanghai
	Draft   bool
}

const listMost = 50

// Of lists a person's requests and open drafts, newest first. An agent sees
// those of the services that their grant covers.
func (s *Service) Of(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Summary, error) {
	var out []Summary
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		mine := civic.Need{Person: person, Permission: civic.MayServePeople, Look: true}
		if _, err := v.Authorise(mine); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		ids := self.Selves()
		covered, err := s.covered(v, person, ids)
		if err != nil || len(covered) == 0 {
			return err
		}
		var rows []draftRow
		if err := v.Select(&rows, `SELECT `+draftColumns+` FROM draft WHERE state IN ('open', 'submitted') AND person IN `+db.In(1, len(ids))+` AND service IN `+db.In(1+len(ids), len(covered))+`
			ORDER BY updated_at DESC LIMIT `+strconv.Itoa(listMost), append(db.Args(ids), db.Args(covered)...)...); err != nil {
			return err
		}
		for _, r := range rows {
			def, err := s.catalog.Version(v, r.DefHash)
			if err != nil {
				return err
			}
			out = append(out, Summary{civic.RequestID(r.ID), r.Number, r.Service, def.Title, r.UpdatedAt.In(civic.Shanghai).Format("1月2日 15:04"), r.State == "open"})
		}
		return nil
	})
	return out, err
}

// covered lists the services of a person's matters that the actor may see, before the
// list is cut: an agent for one of them sees it however many others there are.
func (s *Service) covered(v *journal.View, person civic.PersonID, ids []civic.PersonID) ([]string, error) {
	var rows []struct{ Service, DefHash string }
	if err := v.Select(&rows, `SELECT service, MAX(def_hash) AS def_hash FROM draft WHERE state IN ('open', 'submitted') AND person IN `+db.In(1, len(ids))+`
		GROUP BY service ORDER BY service`, db.Args(ids)...); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		n, err := s.need(v, &Draft{Person: person, Service: r.Service, DefHash: r.DefHash})
		if err != nil {
			return nil, err
		}
		n.Look = true
		if _, err := v.Authorise(n); civic.Is(err, civic.Denied) {
			continue
		} else if err != nil {
			return nil, err
		}
		out = append(out, r.Service)
	}
	return out, nil
}

// Stored is a request as it is read back.
type Stored struct {
	Request
	Lines   []Line
	Unasked []string // of one that another made: the labels of what its office still has to ask
}

// Read reads a request for somebody with authority over its person, or, with an
// office's authority, for the office that works on it.
func (s *Service) Read(q db.Q, auth civic.Authority, person civic.PersonID, id civic.RequestID) (*Stored, error) {
	if !auth.Over(person) {
		return nil, errors.New("request: reading one needs an authority over its person")
	}
	var row struct {
		Number  civic.Number
		Service string
		DefHash string
		Answers []byte
		Channel civic.Channel
		Parent  civic.RequestID
	}
	err := q.Get(&row, `SELECT number, service, def_hash, answers, channel, parent FROM request WHERE person = $1 AND id = $2`, person, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoDraft
	}
	if err != nil {
		return nil, err
	}
	def, err := s.catalog.Version(q, row.DefHash)
	if err != nil {
		return nil, err
	}
	a, err := s.openAnswers(civic.DraftID(id), row.Answers)
	if err != nil {
		return nil, err
	}
	out := &Stored{Request: Request{Person: person, ID: id, Number: row.Number, Service: row.Service, Def: def, Answers: a, Channel: row.Channel, Parent: row.Parent}}
	each(def, a, func(q *catalog.Question, open bool, _ []string) {
		if vs := a[q.Key]; open && len(vs) > 0 && !isMore(q.Key) {
			out.Lines = append(out.Lines, Line{Key: q.Key, Label: q.Label, Shown: shown(vs)})
		}
	})
	if row.Parent != "" && len(row.Answers) != len(Erased) {
		out.Unasked = unasked(def, a)
	}
	return out, nil
}

// Titles names the services of requests.
func (s *Service) Titles(q db.Q, ids []civic.RequestID) (map[civic.RequestID]string, error) {
	out := map[civic.RequestID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID      civic.RequestID
		DefHash string
	}
	if err := q.Select(&rows, `SELECT id, def_hash FROM request WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		d, err := s.catalog.Version(q, r.DefHash)
		if err != nil {
			return nil, err
		}
		out[r.ID] = d.Title
	}
	return out, nil
}

// PersonOf names the person of a draft or request for staff who may find people,
// so that they can open that person first. It reveals nothing else.
func (s *Service) PersonOf(ctx context.Context, actor civic.Actor, id civic.DraftID) (civic.PersonID, error) {
	var p civic.PersonID
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true}); err != nil {
			return err
		}
		d, err := s.readDraft(v, id)
		if err != nil {
			return err
		}
		p = d.Person
		return nil
	})
	return p, err
}

// Definition returns the version of the service that a request was made under.
func (s *Service) Definition(q db.Q, id civic.RequestID) (*catalog.Definition, error) {
	var hash string
	err := q.Get(&hash, `SELECT def_hash FROM request WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoDraft
	}
	if err != nil {
		return nil, err
	}
	return s.catalog.Version(q, hash)
}
