package place

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// From is where somebody is: their home's division, down to the street where that
// is known, their village by name, and coordinates if there are any.
type From struct {
	Division civic.Division
	Village  string
	At       Point
}

// Want is what somebody looks for.
type Want struct {
	Kinds     []string       // none: any kind that is offered to the public
	Features  []string       // all of these are known to be present
	Service   string         // of the catalogue, by name; "": any
	Within    civic.Division // only there; "": the whole province
	OpenFirst bool           // those open now, then those open later today, then the others
	At        time.Time      // when; zero: whether they are open does not matter
	Limit     int            // at most 100; 0 is 20
}

// Near is a place that was found.
type Near struct {
	Office
	Status Status
	// Metres is how far it is as the crow flies, or with Guessed how far places in
	// the same street, county or city are taken to be.
	Metres  float64
	Guessed bool
	Covers  bool // the home lies in the place's division
}

// Nearest finds places, the nearest first: by distance where both coordinates are
// known, else by division: same village, street, county, city, province. Of kinds
// that serve an area, those whose division covers the home come first, the
// narrowest before the wider: a neighbouring district's bureau never before the
// province's. It finds nothing outside the home's province but by coordinates.
func Nearest(q db.Q, from From, w Want) ([]Near, error) {
	if w.Limit <= 0 {
		w.Limit = 20
	}
	w.Limit = min(w.Limit, 100)
	if len(w.Kinds) == 0 {
		for _, k := range kindData().Kinds {
			if !k.Hidden {
				w.Kinds = append(w.Kinds, k.Code)
			}
		}
	}
	s := search{q: q, from: from, want: w, seen: map[civic.OfficeID]bool{}, most: w.Limit}
	if w.OpenFirst {
		s.most = max(w.Limit*2, 20) // an open one further off may come before a closed one
	}
	if err := s.collect(); err != nil {
		return nil, err
	}
	slices.SortFunc(s.found, s.order)
	return s.read(s.found[:min(len(s.found), s.most)])
}

// search is one search. Candidates are read from the index alone; only those that
// are shown are read whole.
type search struct {
	q     db.Q
	from  From
	want  Want
	most  int
	seen  map[civic.OfficeID]bool
	found []candidate
}

type candidate struct {
	ID       civic.OfficeID
	Kind     string
	Division civic.Division
	Name     string
	Village  string
	Lat, Lon *float64

	metres  float64
	guessed bool
	covers  bool
	key     float64 // metres, but for kinds that serve an area
}

func (s *search) collect() error {
	var serves, anywhere []string
	for _, k := range s.want.Kinds {
		if kind, _ := KindOf(k); kind.Nearest == nearestServes {
			serves = append(serves, k)
		} else {
			anywhere = append(anywhere, k)
		}
	}
	levels := levelsIn(s.from.Division)
	if len(serves) > 0 && len(levels) > 0 {
		var own []any
		for _, n := range levels {
			own = append(own, s.from.Division[:n])
		}
		if err := s.add(serves, "division IN "+db.In(1, len(own)), own...); err != nil {
			return err
		}
		if len(anywhere) == 0 && s.enough(kindData().Closeness.Province) {
			return nil
		}
	}
	if !s.from.At.Known() {
		return s.rings(levels, s.want.Kinds, "")
	}
	if len(anywhere) > 0 {
		if err := s.grid(anywhere); err != nil {
			return err
		}
		// Those nearby whose coordinates nobody has entered.
		if err := s.rings(levels, anywhere, " AND cell = ''"); err != nil {
			return err
		}
	}
	if s.enough(kindData().Closeness.Province) {
		return nil
	}
	return s.rings(levels, s.want.Kinds, "")
}

// enough reports whether there are as many as wanted that come before all that is
// further off than far.
func (s *search) enough(far float64) bool {
	n := 0
	for _, c := range s.found {
		if c.key <= far {
			n++
		}
	}
	return n >= s.most
}

// levelsIn lists the lengths of the codes that a division is in, the narrowest
// first.
func levelsIn(d civic.Division) []int {
	var out []int
	for i := len(codeDigits) - 1; i > 0; i-- {
		if len(d) >= codeDigits[i] {
			out = append(out, codeDigits[i])
		}
	}
	return out
}

// farOf is how far places within the code of a length are taken to be.
func farOf(n int) float64 {
	switch c := kindData().Closeness; {
	case n >= codeDigits[LevelStreet]:
		return c.Street
	case n >= codeDigits[LevelCounty]:
		return c.County
	case n >= codeDigits[LevelCity]:
		return c.City
	default:
		return c.Province
	}
}

// rings looks outwards from the home's village and street until there are enough.
func (s *search) rings(levels []int, kinds []string, also string) error {
	if len(kinds) == 0 {
		return nil
	}
	for i, n := range levels {
		// What is not read yet is no nearer than the next ring.
		next := 3 * kindData().Closeness.Province
		if i+1 < len(levels) {
			next = farOf(levels[i+1])
			if s.onlyServes(kinds) {
				next += 2 * kindData().Closeness.Province
			}
		}
		in := s.from.Division[:n]
		if n == codeDigits[LevelStreet] && s.from.Village != "" {
			if err := s.add(kinds, "division = $1 AND village = $2"+also, in, s.from.Village); err != nil {
				return err
			}
		}
		// What belongs to the ring as a whole is not to be cut off by many in its parts.
		for _, where := range []string{"division = $1", "division >= $1 AND division < $2"} {
			args := []any{in, string(in) + "~"}[:strings.Count(where, "$")]
			if err := s.add(kinds, where+also, args...); err != nil {
				return err
			}
		}
		if s.enough(next) {
			return nil
		}
	}
	return nil
}

// onlyServes reports whether all the kinds serve an area.
func (s *search) onlyServes(kinds []string) bool {
	return !slices.ContainsFunc(kinds, func(k string) bool {
		kind, _ := KindOf(k)
		return kind.Nearest != nearestServes
	})
}

// grid looks outwards from the coordinates, in ever larger cells.
func (s *search) grid(kinds []string) error {
	for depth := cellDepth; depth >= widestDepth; depth -= 2 {
		cells, sure := s.from.At.around(depth)
		if err := s.addCells(kinds, cells); err != nil {
			return err
		}
		if s.enough(sure) {
			return nil
		}
	}
	return nil
}

// candidatesMost bounds what one query of a search brings: a cell so full that it
// holds more has a nearer one in a smaller cell.
const candidatesMost = 2000

// add reads the candidates that a condition names, each once.
func (s *search) add(kinds []string, where string, args ...any) error {
	where, args = s.narrow(kinds, where, args)
	return s.take(`SELECT id, kind, division, name, village, lat, lon FROM office WHERE `+where+
		fmt.Sprintf(` ORDER BY division, name, id LIMIT %d`, min(candidatesMost, len(s.found)+s.most)), args)
}

// addCells reads the candidates in cells: one range of the index each.
func (s *search) addCells(kinds []string, cells []string) error {
	var parts []string
	var args []any
	for _, c := range cells {
		var where string
		where, args = s.narrow(kinds, fmt.Sprintf("cell >= $%d AND cell < $%d", len(args)+1, len(args)+2), append(args, c, c+"~"))
		parts = append(parts, `SELECT id, kind, division, name, village, lat, lon FROM office WHERE `+where)
	}
	return s.take(strings.Join(parts, " UNION ALL ")+fmt.Sprintf(" LIMIT %d", candidatesMost), args)
}

// narrow adds what is wanted to a condition.
func (s *search) narrow(kinds []string, where string, args []any) (string, []any) {
	if len(kinds) == 1 {
		where += fmt.Sprintf(" AND kind = $%d", len(args)+1)
	} else {
		where += " AND kind IN " + db.In(len(args)+1, len(kinds))
	}
	args = append(args, db.Args(kinds)...)
	for _, f := range s.want.Features {
		args = append(args, f)
		where += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM place_feature f WHERE f.office = office.id AND f.feature = $%d AND f.present)", len(args))
	}
	if in := s.want.Within; in != "" {
		args = append(args, in, string(in)+"~")
		where += fmt.Sprintf(" AND division >= $%d AND division < $%d", len(args)-1, len(args))
	}
	if s.want.Service != "" {
		args = append(args, "% "+s.want.Service+" %")
		where += fmt.Sprintf(" AND ' ' || services || ' ' LIKE $%d", len(args))
	}
	return where, args
}

// take reads candidates and keeps those that are new.
func (s *search) take(query string, args []any) error {
	var cs []candidate
	if err := s.q.Select(&cs, query, args...); err != nil {
		return err
	}
	for _, c := range cs {
		if !s.seen[c.ID] {
			s.seen[c.ID] = true
			s.measure(&c)
			s.found = append(s.found, c)
		}
	}
	return nil
}

// measure says how far a candidate is, and by what it is put in order.
func (s *search) measure(c *candidate) {
	kind, _ := KindOf(c.Kind)
	c.covers = c.Division.Covers(s.from.Division)
	far := kindData().Closeness
	c.metres, c.guessed = far.Province, true
	for _, n := range levelsIn(s.from.Division) {
		if strings.HasPrefix(string(c.Division), string(s.from.Division[:n])) {
			if c.metres = farOf(n); n == codeDigits[LevelStreet] && s.from.Village != "" && c.Village == s.from.Village {
				c.metres = far.Village
			}
			break
		}
	}
	if s.from.At.Known() && c.Lat != nil && c.Lon != nil {
		c.metres, c.guessed = s.from.At.Metres(Point{*c.Lat, *c.Lon}), false
	}
	c.key = c.metres
	if kind.Nearest == nearestServes {
		if c.key += 2 * far.Province; c.covers {
			c.key = farOf(len(c.Division)) // the narrowest area first, wherever its door is
		}
	}
}

// order puts the nearer first.
func (s *search) order(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.metres, b.metres), yes(b.covers)-yes(a.covers),
		cmp.Compare(a.Division, b.Division), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// read reads the places whole, in their order, and whether they are open.
func (s *search) read(cs []candidate) ([]Near, error) {
	out := make([]Near, len(cs))
	if len(cs) == 0 {
		return out, nil
	}
	ids := make([]civic.OfficeID, len(cs))
	for i, c := range cs {
		ids[i] = c.ID
	}
	var rows []officeRow
	if err := s.q.Select(&rows, `SELECT `+officeColumns+` FROM office WHERE id IN `+db.In(1, len(ids))+` ORDER BY id`, db.Args(ids)...); err != nil {
		return nil, err
	}
	os := make([]Office, len(cs))
	for _, o := range offices(rows) {
		os[slices.Index(ids, o.ID)] = o
	}
	for i, c := range cs {
		out[i] = Near{os[i], Status{}, c.metres, c.guessed, c.covers}
	}
	if s.want.At.IsZero() {
		return out[:min(len(out), s.want.Limit)], nil
	}
	tables, err := timetables(s.q, os, s.want.At)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Status = OpenAt(tables[i], s.want.At)
	}
	if s.want.OpenFirst {
		slices.SortStableFunc(out, func(a, b Near) int { return b.Status.rank() - a.Status.rank() })
	}
	return out[:min(len(out), s.want.Limit)], nil
}

// rank puts open before opening later today, before not known, before closed.
func (s Status) rank() int {
	switch {
	case s.Open:
		return 3
	case s.Today:
		return 2
	case !s.Known:
		return 1
	}
	return 0
}

// FarWords says how far it is, in words for people.
func (n Near) FarWords() string {
	switch {
	case n.Guessed:
		return ""
	case n.Metres < 1000:
		return fmt.Sprintf("约%d米", (int(n.Metres)+99)/100*100)
	case n.Metres < 10_000:
		return fmt.Sprintf("约%.1f公里", n.Metres/1000)
	}
	return fmt.Sprintf("约%d公里", int(n.Metres/1000+0.5))
}

// Near is Nearest for a page. What places there are is public.
func (s *Service) Near(ctx context.Context, from From, w Want) ([]Near, error) {
	var out []Near
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		if w.At.IsZero() {
			w.At = v.Now
		}
		var err error
		out, err = Nearest(v, from, w)
		return err
	})
	return out, err
}

// Count says how many places of each kind there are in a division and below.
func (s *Service) Count(ctx context.Context, in civic.Division) (map[string]int, error) {
	var rows []struct {
		Kind string
		N    int
	}
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		return v.Select(&rows, `SELECT kind, COUNT(*) AS n FROM office WHERE division >= $1 AND division < $2 GROUP BY kind ORDER BY kind`, in, string(in)+"~")
	})
	out := map[string]int{}
	for _, r := range rows {
		out[r.Kind] = r.N
	}
	return out, err
}

// Divided lists the divisions in which there are places.
func (s *Service) Divided(ctx context.Context) ([]civic.Division, error) {
	var out []civic.Division
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		return v.Select(&out, `SELECT DISTINCT division FROM office ORDER BY division`)
	})
	return out, err
}
