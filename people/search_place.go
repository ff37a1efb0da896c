package people

import (
	"slices"
	"strings"

	"yinqiao/civic"
)

// place is what a word for a place may mean.
type place struct {
	divisions []civic.Division // streets, counties … whose names begin so
	village   string           // the beginning of a village's name, "" if there is none such
	wide      bool             // not within one county
}

// Bounds of what a word for a place may mean.
const (
	divisionsMost = 20
	countiesMost  = 5
	villagesMost  = 5
)

// findPlace looks up the word: first among the streets of the clerk's county, then
// everywhere; and among the names of villages and communities.
func (c *search) findPlace() error {
	word := c.want.place
	end := word + "\U0010FFFF"
	if c.near != "" {
		if err := c.q.Select(&c.at.divisions, `SELECT code FROM division WHERE name >= $1 AND name < $2 AND code >= $3 AND code < $4 ORDER BY code LIMIT $5`,
			word, end, c.near, string(c.near)+":", divisionsMost); err != nil {
			return err
		}
	}
	var far []civic.Division
	if err := c.q.Select(&far, `SELECT code FROM division WHERE name >= $1 AND name < $2 ORDER BY name, code LIMIT $3`, word, end, divisionsMost); err != nil {
		return err
	}
	for _, d := range far {
		if !slices.Contains(c.at.divisions, d) {
			c.at.divisions = append(c.at.divisions, d)
		}
	}
	var village []string
	if err := c.q.Select(&village, `SELECT village FROM person WHERE village >= $1 AND village < $2 ORDER BY village LIMIT 1`, word, end); err != nil {
		return err
	}
	if len(village) > 0 {
		c.at.village, c.at.wide = word, true
	}
	for _, d := range c.at.divisions {
		c.at.wide = c.at.wide || len(d) < 6
	}
	if len(c.at.divisions) == 0 && c.at.village == "" {
		return errPlace
	}
	c.at.wide = c.at.wide || len(c.at.counties()) == countiesMost
	return nil
}

// counties are those in which the place may be.
func (p place) counties() []civic.Division {
	var out []civic.Division
	for _, d := range p.divisions {
		if county := d.County(); len(county) == 6 && !slices.Contains(out, county) && len(out) < countiesMost {
			out = append(out, county)
		}
	}
	return out
}

// inPlace keeps the keys of people who live in the place.
func (c *search) inPlace(rows []keyRow) ([]keyRow, error) {
	villages := map[civic.PersonID]bool{}
	if c.at.village != "" {
		ids := make([]civic.PersonID, len(rows))
		for i, r := range rows {
			ids[i] = r.Person
		}
		people, err := readShown(c.q, ids)
		if err != nil {
			return nil, err
		}
		for id, p := range people {
			villages[id] = strings.HasPrefix(p.Village, c.at.village)
		}
	}
	return slices.DeleteFunc(rows, func(r keyRow) bool {
		return !villages[r.Person] && !civic.Covered(c.at.divisions, r.Division)
	}), nil
}

// byPlace finds by a place and a birth, without a name.
func (c *search) byPlace() error {
	from, to := c.want.from, c.want.to
	if from == "" {
		return nil
	}
	add := func(column, value, why string) error {
		var ids []civic.PersonID
		if err := c.q.Select(&ids, `SELECT id FROM person WHERE `+column+` = $1 AND birth >= $2 AND birth < $3 ORDER BY birth LIMIT $4`, value, from, to, matchMost+1); err != nil {
			return err
		}
		for _, id := range ids {
			c.add(hit{person: id, score: scorePlace, why: why})
		}
		return nil
	}
	for _, d := range c.at.divisions {
		if len(d) == 9 {
			if err := add("division", string(d), "住处和出生年份"); err != nil {
				return err
			}
		}
	}
	for at, n := c.at.village, 0; c.at.village != "" && n < villagesMost; n++ {
		var next []string
		if err := c.q.Select(&next, `SELECT village FROM person WHERE village >= $1 AND village < $2 ORDER BY village LIMIT 1`, at, c.at.village+"\U0010FFFF"); err != nil {
			return err
		}
		if len(next) == 0 {
			break
		}
		if err := add("village", next[0], "住处和出生年份"); err != nil {
			return err
		}
		at = next[0] + "\x01" // the next one after it
	}
	return nil
}

// sixMost is how many ID numbers that end alike are looked at.
const sixMost = 200

// bySix finds by the last six of an ID number, with a name, year or place beside
// them or without.
func (c *search) bySix() error {
	var refs []struct {
		Person     civic.PersonID
		Credential string
	}
	if err := c.q.Select(&refs, `SELECT person, credential FROM tail_index WHERE hash = $1 ORDER BY person LIMIT $2`, c.s.lastSixHash(c.want.six), sixMost); err != nil {
		return err
	}
	c.more = len(refs) == sixMost
	ids := make([]civic.PersonID, len(refs))
	for i, r := range refs {
		ids[i] = r.Person
	}
	rows, err := readShown(c.q, ids)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		r, ok := rows[ref.Person]
		if !ok || !c.fits(r) {
			continue
		}
		score := scoreSix
		if r.Division.County() != c.near {
			score += elsewhere
		}
		c.add(hit{person: ref.Person, score: score, why: "身份证后六位", state: ref.Credential})
	}
	return c.cardStates()
}

// fits reports whether a person has the name, birth and home that were typed.
func (c *search) fits(r shown) bool {
	w := c.want
	if w.from != "" && (r.Birth < w.from || r.Birth >= w.to) {
		return false
	}
	if w.place != "" && !(c.at.village != "" && strings.HasPrefix(r.Village, c.at.village)) &&
		!civic.Covered(c.at.divisions, r.Division) {
		return false
	}
	if w.name == "" {
		return true
	}
	for _, row := range keyRows(named{r.ID, r.Name, r.Reading, r.Birth, r.Division}, nil) {
		if strings.HasPrefix(row[1].(string), w.name) {
			return true
		}
	}
	return false
}

// cardStates puts the state of the card in the place of its ID, of those who will
// be shown.
func (c *search) cardStates() error {
	c.hits = c.distinct()
	for i := range c.hits {
		h := &c.hits[i]
		var card struct{ State, Expires string }
		if i <= matchMost {
			if err := c.q.Get(&card, `SELECT state, expires FROM credential WHERE person = $1 AND id = $2`, h.person, h.state); err != nil {
				return err
			}
			h.state = stateOn(card.State, card.Expires, c.s.j.Now())
		} else {
			h.state = Active
		}
	}
	return nil
}
