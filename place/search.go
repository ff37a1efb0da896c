package place

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
)

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
		u, own := s.union(serves, ""), make([]string, len(levels))
		for i, n := range levels {
			own[i] = u.arg(s.from.Division[:n])
		}
		u.add("division IN (" + strings.Join(own, ", ") + ")")
		if err := u.take(); err != nil {
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
// Extra narrows what is read.
func (s *search) rings(levels []int, kinds []string, extra string) error {
	if len(kinds) == 0 {
		return nil
	}
	u := s.union(kinds, extra)
	for i, n := range levels {
		in := s.from.Division[:n]
		if n == codeDigits[LevelStreet] && s.from.Village != "" {
			u.add("division = " + u.arg(in) + " AND village = " + u.arg(s.from.Village))
		}
		// What belongs to the ring as a whole is not to be cut off by many in its parts.
		u.add("division = " + u.arg(in))
		if i == 0 {
			u.add("division > " + u.arg(in) + " AND division < " + u.arg(string(in)+"~"))
		} else { // round the ring that is read already
			inner := s.from.Division[:levels[i-1]]
			u.add("division > " + u.arg(in) + " AND division < " + u.arg(inner))
			u.add("division >= " + u.arg(string(inner)+"~") + " AND division < " + u.arg(string(in)+"~"))
		}
		if n > codeDigits[LevelCounty] {
			continue // the street and its county are one journey to the database
		}
		if err := u.take(); err != nil {
			return err
		}
		// What is not read yet is no nearer than the next ring.
		next := 3 * kindData().Closeness.Province
		if i+1 < len(levels) {
			next = farOf(levels[i+1])
			if s.onlyServes(kinds) {
				next += 2 * kindData().Closeness.Province
			}
		}
		if s.enough(next) {
			return nil
		}
		u = s.union(kinds, extra)
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

// gridDepths are the sizes of cells in which a search looks, the smallest first: about
// 2.4 km high, as in a town, then 20, 40 and 310.
var gridDepths = []int{13, 10, 9, 6}

// grid looks outwards from the coordinates, in ever larger cells. The database puts
// what is in them in order and hands over no more than is wanted, however full they are.
func (s *search) grid(kinds []string) error {
	at := s.from.At
	for _, depth := range gridDepths {
		cells, sure := at.around(depth)
		u := s.union(kinds, "")
		u.limit = 0
		for _, c := range cells {
			u.add("cell >= " + u.arg(c) + " AND cell < " + u.arg(c+"~"))
		}
		// Half the square of the chord, which grows as the distance does.
		u.order = "power(sin(radians(lat - " + u.arg(at.Lat) + ") / 2), 2) + power(sin(radians(lon - " + u.arg(at.Lon) + ") / 2), 2) * cos(radians(lat)) * " +
			u.arg(math.Cos(at.Lat*math.Pi/180)) + ", id"
		if err := u.take(); err != nil {
			return err
		}
		if s.enough(sure) {
			return nil
		}
	}
	return nil
}

// union is one journey to the database: ranges of the index side by side.
type union struct {
	s      *search
	narrow string
	parts  []string
	args   []any
	limit  int    // of each part, by division and name; 0: none
	order  string // of all parts together, as many as are wanted
}

// union begins a read of candidates of some kinds that are as wanted.
func (s *search) union(kinds []string, extra string) *union {
	u := &union{s: s, limit: s.most}
	u.narrow = " AND kind = "
	if len(kinds) == 1 {
		u.narrow += u.arg(kinds[0])
	} else {
		u.narrow = " AND kind IN " + db.In(1, len(kinds))
		u.args = db.Args(kinds)
	}
	for _, f := range s.want.Features {
		u.narrow += " AND EXISTS (SELECT 1 FROM place_feature f WHERE f.office = office.id AND f.feature = " + u.arg(f) + " AND f.present)"
	}
	if in := s.want.Within; in != "" {
		u.narrow += " AND division >= " + u.arg(in) + " AND division < " + u.arg(string(in)+"~")
	}
	if s.want.Service != "" {
		u.narrow += " AND ' ' || services || ' ' LIKE " + u.arg("% "+s.want.Service+" %")
	}
	u.narrow += extra
	return u
}

// arg keeps a value and returns its place in the text.
func (u *union) arg(v any) string {
	u.args = append(u.args, v)
	return fmt.Sprintf("$%d", len(u.args))
}

// add reads one range more.
func (u *union) add(where string) {
	q := `SELECT id, kind, division, name, village, lat, lon FROM office WHERE ` + where + u.narrow
	if u.limit > 0 {
		q = fmt.Sprintf(`SELECT * FROM (%s ORDER BY division, name, id LIMIT %d) AS p%d`, q, u.limit, len(u.parts))
	}
	u.parts = append(u.parts, q)
}

// take reads the candidates and keeps those that are new.
func (u *union) take() error {
	query := strings.Join(u.parts, " UNION ALL ")
	if u.order != "" {
		query = fmt.Sprintf(`SELECT * FROM (%s) AS near ORDER BY %s LIMIT %d`, query, u.order, u.s.most)
	}
	var cs []candidate
	if err := u.s.q.Select(&cs, query, u.args...); err != nil {
		return err
	}
	for _, c := range cs {
		if !u.s.seen[c.ID] {
			u.s.seen[c.ID] = true
			u.s.measure(&c)
			u.s.found = append(u.s.found, c)
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

// read reads the places that are shown, in their order, and whether they are open.
func (s *search) read(cs []candidate) ([]Near, error) {
	status := map[civic.OfficeID]Status{}
	if at := s.want.At; !at.IsZero() {
		tables, err := timetables(s.q, idsOf(cs), at)
		if err != nil {
			return nil, err
		}
		for id, t := range tables {
			status[id] = OpenAt(t, at)
		}
	}
	if s.want.OpenFirst {
		slices.SortStableFunc(cs, func(a, b candidate) int { return status[b.ID].rank() - status[a.ID].rank() })
	}
	cs = cs[:min(len(cs), s.want.Limit)]
	if len(cs) == 0 {
		return nil, nil
	}
	var rows []officeRow
	if err := s.q.Select(&rows, `SELECT `+officeColumns+` FROM office WHERE id IN `+db.In(1, len(cs))+` ORDER BY id`, db.Args(idsOf(cs))...); err != nil {
		return nil, err
	}
	os := map[civic.OfficeID]Office{}
	for _, o := range offices(rows) {
		os[o.ID] = o
	}
	out := make([]Near, len(cs))
	for i, c := range cs {
		out[i] = Near{os[c.ID], status[c.ID], c.metres, c.guessed, c.covers}
	}
	return out, nil
}

func idsOf(cs []candidate) []civic.OfficeID {
	ids := make([]civic.OfficeID, len(cs))
	for i, c := range cs {
		ids[i] = c.ID
	}
	return ids
}
