package demo

import (
	"strings"
	"time"

	"yinqiao/civic"
)

// kin is one way to be related to an older person: how often, of which sex, and
// how many years younger, as the birth of one's own children allows. Only
// blood in the father's line passes the surname on.
type kin struct {
	relation     string
	percent      int
	sex          string
	gap, oldest  int // least and greatest difference of age in years
	line, family bool
}

// kinds adds up to a hundred: most who come to a window for a parent are children.
var kinds = []kin{
	{"daughter", 38, Female, 20, 40, true, true},
	{"son", 32, Male, 20, 40, true, true},
	{"daughter_in_law", 10, Female, 20, 42, false, true},
	{"son_in_law", 3, Male, 20, 42, false, true},
	{"granddaughter", 5, Female, 42, 62, true, true},
	{"grandson", 4, Male, 42, 62, true, true},
	{"neighbour", 8, Female, 0, 99, false, false},
}

// relatives draws how many people act for a household.
func (t *town) relatives() int {
	switch at := t.IntN(100); {
	case at < 52:
		return 0
	case at < 95:
		return 1
	}
	return 2
}

// relative adds somebody who acts for one of the household's older people.
func (t *town) relative(h *home) {
	of := h.start + t.IntN(h.elders)
	elder := t.people[of]
	k, birth := t.kinOf(elder)
	if k.relation == "neighbour" && t.chance(50) {
		k.sex = Male
	}
	street, address := h.street, h.address
	switch {
	case !k.family:
		address = t.address(street) // next door, not under the same roof
	case t.chance(65):
		street = t.streetInCity(h.street)
		address = t.address(street)
	}
	p := t.person(t.kinName(h, k, birth.Year()), k.sex, birth, street)
	p.Address, p.AgentOf, p.Relation = address, of, k.relation
	t.people = append(t.people, p)
}

// kinOf draws a relation that the ages allow: a family member is 30 to 60.
func (t *town) kinOf(elder Person) (kin, time.Time) {
	born, err := time.ParseInLocation(time.DateOnly, elder.Birth, civic.Shanghai)
	if err != nil {
		panic(err) // we wrote it ourselves
	}
	age := day.Year() - born.Year()
	for {
		k := t.drawKin()
		youngest, oldest := max(30, age-k.oldest), min(60, age-k.gap)
		if youngest <= oldest {
			return k, t.birth(youngest + t.IntN(oldest-youngest+1))
		}
	}
}

func (t *town) drawKin() kin {
	at := t.IntN(100)
	for _, k := range kinds {
		if at < k.percent {
			return k
		}
		at -= k.percent
	}
	panic("demo: the kinds of kin do not add up to 100")
}

// kinName gives children and grandchildren the surname of the father's line.
// Where names have none, they carry the father's own name after the dot.
func (t *town) kinName(h *home, k kin, year int) string {
	switch {
	case h.sheet == sheetMinority && k.relation != "neighbour":
		father := ""
		if k.relation == "daughter" || k.relation == "son" {
			father = h.father
		}
		return t.minorityName(k.sex, father)
	case k.line:
		return t.fullName(h.surname, k.sex, year)
	}
	return t.fullName(t.surname(sheetOrdinary), k.sex, year)
}

// streetInCity draws a street of the same city: who acts for somebody lives
// within reach.
func (t *town) streetInCity(near civic.Division) civic.Division {
	for {
		if s := t.streets[t.IntN(len(t.streets))]; near[:4].Covers(s) {
			return s
		}
	}
}

func beforeDot(name string) string {
	own, _, _ := strings.Cut(name, "·")
	return own
}

// handOutPhones gives family members and most older people their own phone, one
// older person in ten none, and one in eight somebody else's. Owners come first,
// so that a shared number always belongs to somebody who is there.
func (t *town) handOutPhones(h home) {
	var sharers []int
	for i := h.start; i < len(t.people); i++ {
		p := &t.people[i]
		none := 8
		if p.Birth < "1946" { // past eighty
			none = 20
		}
		switch at := t.IntN(1000); {
		case p.Older() && at < none*10:
		case p.Older() && at < none*10+130:
			sharers = append(sharers, i)
		default:
			p.Mobile, p.MobileOwner = t.mobile(), OwnPhone
		}
	}
	for _, i := range sharers {
		t.sharePhone(h, i)
	}
	for _, p := range t.people[h.start : h.start+h.elders] {
		if p.MobileOwner == OwnPhone {
			t.phones[h.street] = append(t.phones[h.street], p.Mobile)
		}
	}
}

// sharePhone names whose phone rings for person i: usually somebody of the
// household, else a neighbour in the street. Where there is nobody yet, the
// person has a phone after all.
func (t *town) sharePhone(h home, i int) {
	p := &t.people[i]
	var owners []Person
	for _, o := range t.people[h.start:] {
		if o.MobileOwner == OwnPhone {
			owners = append(owners, o)
		}
	}
	near := t.phones[h.street]
	switch {
	case len(owners) > 0 && (len(near) == 0 || !t.chance(20)):
		o := owners[t.IntN(len(owners))]
		p.Mobile, p.MobileOwner = o.Mobile, o.Relation
		if o.Older() {
			p.MobileOwner = "spouse"
		}
	case len(near) > 0:
		p.Mobile, p.MobileOwner = near[t.IntN(len(near))], "neighbour"
	default:
		p.Mobile, p.MobileOwner = t.mobile(), OwnPhone
	}
}
