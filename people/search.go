package people

import (
	"cmp"
	"slices"
	"strings"

	"yinqiao/civic"
	"yinqiao/db"
)

// scanMost is how many rows of an index one statement reads where more than the
// key has to fit: a year beside a beginning of a name, a place.
const scanMost = 400

// search is one way to understand a query, being looked for.
type search struct {
	s    *Service
	q    db.Q
	near civic.Division // where the clerk works
	want sought
	at   place
	hits []hit
	more bool // a statement had more than it was asked for
}

// hit is somebody found, with how well: the lower the score the better.
type hit struct {
	person civic.PersonID
	score  int
	why    string
	state  string
}

func (c *search) add(h hit) { c.hits = append(c.hits, h) }

// The scores of what was typed. Somebody found in two ways has the better one.
const (
	scoreSix     = 50
	scoreName    = 100
	scoreNear    = 200 // initials or pinyin, in the clerk's county
	scoreSecond  = 240 // a second name
	scoreFar     = 300 // initials or pinyin, elsewhere
	scoreReading = 330 // another reading of a character
	scoreBegins  = 400 // something longer that begins so
	scoreGiven   = 450 // the name without its surname
	scorePlace   = 500
	elsewhere    = 10 // added to what is not in the county
)

// run fills the hits. errPlace means that there is no such place.
func (c *search) run() error {
	if c.want.place != "" {
		if err := c.findPlace(); err != nil {
			return err
		}
	}
	switch {
	case c.want.six != "":
		return c.bySix()
	case c.want.name == "":
		return c.byPlace()
	}
	return c.byName()
}

// keyRow is a row of the index of names.
type keyRow struct {
	Person   civic.PersonID
	Text     string
	Grade    int
	Via      NameUse
	County   civic.Division
	Division civic.Division
	Born     string
}

// The reads behind a search by name: each is one range of one index.
const (
	keyColumnsRead = `SELECT person, text, grade, via, county, division, born FROM name_key `
	// NearQuery finds a key in one county; the benchmark runs the same one bare.
	NearQuery = keyColumnsRead + `WHERE county = $1 AND text = $2 ORDER BY grade, born LIMIT $3`
	// AllQuery finds a key anywhere.
	AllQuery      = keyColumnsRead + `WHERE text = $1 ORDER BY grade, born LIMIT $2`
	nearBorn      = keyColumnsRead + `WHERE county = $1 AND text = $2 AND grade IN (0, 1, 2, 3, 4, 5, 6, 7) AND born >= $3 AND born < $4 ORDER BY grade, born LIMIT $5`
	allBorn       = keyColumnsRead + `WHERE text = $1 AND grade IN (0, 1, 2, 3, 4, 5, 6, 7) AND born >= $2 AND born < $3 ORDER BY grade, born LIMIT $4`
	nearBeginning = keyColumnsRead + `WHERE county = $1 AND text > $2 AND text < $3 ORDER BY text LIMIT $4`
	allBeginning  = keyColumnsRead + `WHERE text > $1 AND text < $2 ORDER BY text LIMIT $3`
)

// byName looks for a name, and where there is room, for those of whom it is the name without the surname.
func (c *search) byName() error {
	if err := c.byWhole(); err != nil || len(c.distinct()) > matchMost {
		return err
	}
	return c.byGiven()
}

// byWhole reads the keys: exactly what was typed near and elsewhere, then what
// begins so. It stops when more were found than are shown.
func (c *search) byWhole() error {
	text, from, to := c.want.name, c.want.from, c.want.to
	most := matchMost + 1
	if c.want.place != "" {
		most = scanMost
	}
	for _, county := range c.counties() {
		if err := c.read(most, county, false, text, from, to); err != nil {
			return err
		}
	}
	if c.want.place != "" && !c.at.wide {
		return nil // the counties of that place are all there is
	}
	if len(c.distinct()) > matchMost {
		return nil
	}
	if err := c.read(most*2, "", false, text, from, to); err != nil {
		return err
	}
	if len(c.distinct()) > matchMost || c.want.letters && len(text) == 1 {
		return nil
	}
	if from != "" {
		most = scanMost
	}
	for _, county := range c.counties() {
		if err := c.read(most, county, true, text, from, to); err != nil {
			return err
		}
	}
	if len(c.distinct()) > matchMost {
		return nil
	}
	return c.read(most*2, "", true, text, from, to)
}

// counties are those that are looked at first: the clerk's, or where the place is.
func (c *search) counties() []civic.Division {
	var out []civic.Division
	if c.want.place != "" {
		out = c.at.counties()
	}
	if len(c.near) == 6 && (c.want.place == "" || c.at.village != "") && !slices.Contains(out, c.near) {
		out = append(out, c.near)
	}
	return out
}

func (c *search) read(most int, county civic.Division, beginning bool, text, from, to string) error {
	var rows []keyRow
	var err error
	end := text + "\U0010FFFF"
	switch {
	case beginning && county != "":
		err = c.q.Select(&rows, nearBeginning, county, text, end, most)
	case beginning:
		err = c.q.Select(&rows, allBeginning, text, end, most)
	case from != "" && county != "":
		err = c.q.Select(&rows, nearBorn, county, text, from, to, most)
	case from != "":
		err = c.q.Select(&rows, allBorn, text, from, to, most)
	case county != "":
		err = c.q.Select(&rows, NearQuery, county, text, most)
	default:
		err = c.q.Select(&rows, AllQuery, text, most)
	}
	if err != nil {
		return err
	}
	if len(rows) == most && (c.want.place != "" || beginning) {
		c.more = true // some were not read
	}
	if from != "" && beginning {
		rows = slices.DeleteFunc(rows, func(r keyRow) bool { return r.Born < from || r.Born >= to })
	}
	if c.want.place != "" {
		if rows, err = c.inPlace(rows); err != nil {
			return err
		}
	}
	for _, r := range rows {
		c.add(hit{person: r.Person, score: c.score(r, beginning), why: c.why(r, beginning)})
	}
	return nil
}

func (c *search) score(r keyRow, beginning bool) int {
	near := r.County == c.near
	score := scoreFar
	switch r.Grade {
	case gradeName:
		score = scoreName
	case gradeOther:
		score = scoreSecond
	case gradeReading, gradeOtherRead:
		score = scoreReading
	default:
		if near {
			score = scoreNear
		}
	}
	if beginning {
		score = scoreBegins
		if r.Grade == gradeReading || r.Grade == gradeOtherRead {
			score += elsewhere * 2
		}
	}
	if !near {
		score += elsewhere
		if len(c.near) >= 4 && strings.HasPrefix(string(r.County), string(c.near[:4])) {
			score-- // the same city
		}
	}
	return score
}

func (c *search) why(r keyRow, beginning bool) string {
	begins := ""
	if beginning {
		begins = "开头"
	}
	if c.want.sounds {
		return "读音一样" + begins
	}
	switch r.Grade {
	case gradeName:
		return "姓名" + begins
	case gradeSurname:
		return "姓"
	case gradeInitials:
		return "姓名拼音首字母" + begins + " " + c.want.name
	case gradeReading:
		return "多音字的另一种读法，首字母" + begins + " " + c.want.name
	case gradeOther:
		return r.Via.Words() + begins
	case gradeOtherRead:
		return r.Via.Words() + "的拼音" + begins
	}
	return "姓名拼音" + begins + " " + c.want.name
}

// distinct are the hits, each person once by their best, the best first.
func (c *search) distinct() []hit {
	best := map[civic.PersonID]hit{}
	for _, h := range c.hits {
		if b, ok := best[h.person]; !ok || h.score < b.score {
			best[h.person] = h
		}
	}
	out := make([]hit, 0, len(best))
	for _, h := range best {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b hit) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.person, b.person)) })
	return out
}

// answer reads the people of the best hits.
func (c *search) answer() (Found, error) {
	all := c.distinct()
	out := Found{More: c.more}
	// Two identities of one person, and whoever was withdrawn, leave gaps: read some more.
	for len(all) > 0 && len(out.Matches) <= matchMost {
		part := all[:min(len(all), 2*matchMost)]
		all = all[len(part):]
		ids := make([]civic.PersonID, len(part))
		for i, h := range part {
			ids[i] = h.person
		}
		rows, err := readShown(c.q, ids)
		if err != nil {
			return Found{}, err
		}
		for _, h := range part {
			r, ok := rows[h.person]
			if !ok || slices.ContainsFunc(out.Matches, func(m Match) bool { return m.Person == r.ID }) {
				continue
			}
			m := r.match()
			m.Why, m.State = h.why, cmp.Or(h.state, m.State)
			out.Matches = append(out.Matches, m)
			out.by = cmp.Or(out.by, strings.TrimSuffix(h.why, " "+c.want.name))
		}
	}
	if len(out.Matches) > matchMost {
		out.Matches, out.More = out.Matches[:matchMost], true
	}
	return out, addTails(c.q, out.Matches)
}
