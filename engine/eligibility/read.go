package eligibility

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/place"
	"yinqiao/request"
)

// Of tells how a person stands with what they draw: for themselves, whoever acts for
// them in it, or staff who have them open. Denied to everybody else.
func (s *Service) Of(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Standing, error) {
	var out []Standing
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		var may []string
		var denied error
		for _, b := range rules.Benefits {
			need, err := s.requests.Need(v, self.Root, b.Service)
			if err != nil {
				return err
			}
			need.Look = true
			switch _, err = v.Authorise(need); {
			case err == nil:
				may = append(may, b.Code)
			case civic.Is(err, civic.Denied):
				denied = cmp.Or(denied, err)
			default:
				return err
			}
		}
		if len(may) == 0 {
			return denied
		}
		mine, err := all(v, self.Selves())
		for _, st := range mine {
			if slices.Contains(may, st.Benefit) {
				out = append(out, st.on(v))
			}
		}
		return err
	})
	return out, err
}

// on marks who is due.
func (s Standing) on(v *journal.View) Standing {
	if b, ok := benefit(s.Benefit); ok {
		s.Due = s.State == Good && s.GoodUntil <= b.soon(v.Now)
	}
	return s
}

// Desk says which office the member of staff works at and what it pays; nothing where
// it pays nothing, or where they work no cases.
func (s *Service) Desk(ctx context.Context, actor civic.Actor) (place.Office, []Benefit, error) {
	var o place.Office
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayWorkCases, Look: true})
		if err != nil {
			return err
		}
		o, err = place.Read(v, auth.Office())
		return err
	})
	return o, Benefits(o.Kind), err
}

// Row is one person in an office's list.
type Row struct {
	Standing
	Name string // masked
}

// Roll is who draws a benefit of an office, in one of its views, by when it ends.
type Roll struct {
	Benefit                   Benefit
	Good, Due, Asked, Refused int // Good are not those who are due
	ByData, ByOfficer         int // of the good
	Rows                      []Row
	Next                      string // of the next page, or ""
}

// The views of a roll beside the states.
const Due State = "due"

// rowsMost is how many rows a page has.
const rowsMost = 50

// Roll lists who draws a benefit of an office, in one view: Good, Due, Asked or
// Refused. It takes case.work at the office.
func (s *Service) Roll(ctx context.Context, actor civic.Actor, office civic.OfficeID, code string, view State, after string) (Roll, error) {
	var out Roll
	b, ok := benefit(code)
	if !ok {
		return out, errBenefit
	}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := s.pays(v, v.Authorise, office); err != nil {
			return err
		}
		out.Benefit = b
		soon := b.soon(v.Now)
		var sums []struct {
			State State
			Due   bool
			Basis string
			N     int
		}
		if err := v.Select(&sums, `SELECT state, good_until <= $1 AS due, basis, COUNT(*) AS n FROM eligibility WHERE office = $2 AND benefit = $3 GROUP BY state, good_until <= $1, basis`, soon, office, code); err != nil {
			return err
		}
		for _, n := range sums {
			switch {
			case n.State == Asked:
				out.Asked += n.N
			case n.State == Refused:
				out.Refused += n.N
			case n.Due:
				out.Due += n.N
			default:
				out.Good += n.N
				switch n.Basis {
				case ByData:
					out.ByData += n.N
				case ByOfficer:
					out.ByOfficer += n.N
				}
			}
		}
		return s.rows(v, &out, office, view, soon, after)
	})
	return out, err
}

func (s *Service) rows(v *journal.View, out *Roll, office civic.OfficeID, view State, soon, after string) error {
	state, from, to := view, "", "9999-12-31"
	switch view {
	case Due:
		state, to = Good, soon
	case Good:
		from = soon
	}
	skip, _ := strconv.Atoi(after)
	var page []Standing
	if err := v.Select(&page, `SELECT `+columns+` FROM eligibility WHERE office = $1 AND benefit = $2 AND state = $3 AND good_until > $4 AND good_until <= $5
		ORDER BY good_until, person LIMIT $6 OFFSET $7`, office, out.Benefit.Code, state, from, to, rowsMost+1, max(0, skip)); err != nil {
		return err
	}
	if len(page) > rowsMost {
		page, out.Next = page[:rowsMost], strconv.Itoa(max(0, skip)+rowsMost)
	}
	ids := make([]civic.PersonID, len(page))
	for i, st := range page {
		ids[i] = st.Person
	}
	names, err := people.MaskedNames(v, ids)
	if err != nil {
		return err
	}
	for _, st := range page {
		out.Rows = append(out.Rows, Row{st.on(v), names[st.Person]})
	}
	return nil
}

// SourceStanding offers, in a dialogue, what is known of how the person stands with a
// benefit: that they need do nothing, or that they are not found yet.
var SourceStanding = catalog.DefineSource("eligibility:", "whether the data have found somebody to draw a benefit rightly")

// The codes that the source offers.
const (
	CodeGood = "good"
	CodeNone = "none"
)

// Options implements request.Source. kind is the benefit.
func (s *Service) Options(k *request.Asking, kind string, _ request.Query) ([]catalog.Option, error) {
	self, err := people.Resolve(k.Q, k.Person)
	if err != nil {
		return nil, err
	}
	st, found, err := standing(k.Q, self.Selves(), kind)
	if err != nil {
		return nil, err
	}
	b, _ := benefit(kind)
	if found && st.State == Good && st.GoodUntil > b.soon(k.Now) {
		return []catalog.Option{{Code: CodeGood, Text: "已经认证到" + sayDay(st.GoodUntil), Hint: "您不用再办。还不放心，可以接着往下，请工作人员再看一遍。"}}, nil
	}
	return []catalog.Option{{Code: CodeNone, Text: "还没有查到，请工作人员接着办", Hint: "钱照发，您不用跑，我们来找您。"}}, nil
}
