package demo

import (
	"math/rand/v2"
	"strconv"
	"time"

	"yinqiao/civic"
)

// The sexes of Person.
const (
	Male   = "male"
	Female = "female"
)

// OwnPhone is the MobileOwner of a person who answers the phone themselves.
const OwnPhone = "own"

// Day is the date on which the ages below are counted. It is fixed: the same
// seed must give the same people next year.
const Day = "2026-01-01"

var day = func() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, Day, civic.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}()

// Person is one fictional person.
type Person struct {
	Name               string
	Sex                string // Male or Female
	Birth              string // YYYY-MM-DD
	ResidentID         string
	SeniorCard         string // empty for a family member
	SocialSecurityCard string
	TransitCard        string // empty but for one woman, who has every kind of card
	ParkCard           string // likewise
	Mobile             string // empty when there is no phone at all
	MobileOwner        string // OwnPhone, whose phone it is (spouse, daughter, neighbour …), or empty
	Street             civic.Division
	Address            string
	AgentOf            int    // index of the older person that a family member acts for, -1 if none
	Relation           string // what the agent is to that person: daughter, son, neighbour …
}

// Older reports whether the person is an older person, not a family member.
func (p Person) Older() bool { return p.AgentOf < 0 }

// People makes n people who live in the given streets, whose codes are of a city
// at least. About three in four are older people of 60 to 97, the others
// family members and neighbours of 30 to 60 who act for one of them. Whoever is
// pointed at, by AgentOf or by a shared phone, is among the n. People in one
// household stand next to each other, older people first. Without a street
// nobody can live anywhere, and there are no people.
func People(seed uint64, n int, streets []civic.Division) []Person {
	if len(streets) == 0 {
		return nil
	}
	t := town{
		draw:    draw{Rand: rand.New(rand.NewPCG(seed, 0)), taken: map[string]bool{}},
		streets: streets,
		phones:  map[civic.Division][]string{},
	}
	for len(t.people) < n {
		t.household(n - len(t.people))
	}
	t.everyCard()
	return t.people
}

// everyCard gives one woman of Taiyuan, the first for whom somebody acts, the
// cards that nobody else has, so that a guide can lay all five on a reader. It
// draws nothing: the others are as they would be without it.
func (t *town) everyCard() {
	for _, p := range t.people {
		if p.Older() {
			continue
		}
		if e := &t.people[p.AgentOf]; e.Sex == Female && civic.Division("1401").Covers(e.Street) {
			e.TransitCard, e.ParkCard = "JT8805162031", "GY6627013948"
			return
		}
	}
}

// draw is the one stream of random numbers that everything comes from.
type draw struct {
	*rand.Rand
	taken map[string]bool // numbers given so far
	rare  int             // rare names given so far: they go round, so that each comes up
}

func (d *draw) pick(list []string) string { return list[d.IntN(len(list))] }

// chance is true in p of a hundred draws.
func (d *draw) chance(p int) bool { return d.IntN(100) < p }

// town is the state of making people, one household after the other.
type town struct {
	draw
	streets    []civic.Division
	phones     map[civic.Division][]string // own phones of older people, for neighbours
	people     []Person
	households int
}

// household adds at most room people who belong together.
func (t *town) household(room int) {
	h := home{sheet: sheetOf(t.households), start: len(t.people)}
	t.households++
	h.street = t.streets[t.IntN(len(t.streets))]
	h.address = t.address(h.street)
	t.elders(&h, room)
	h.elders = len(t.people) - h.start
	for range min(t.relatives(), room-h.elders) {
		t.relative(&h)
	}
	t.handOutPhones(h)
}

// home is what the people of one household have in common.
type home struct {
	sheet         sheet
	start, elders int // people[start:start+elders] are the older ones
	street        civic.Division
	address       string
	surname       string // the father's line: children have it
	father        string // the father's own name where names have no surname
}

// elders adds a couple or a person who lives alone: the older, the rarer is a
// couple, and the likelier the one who is left is a woman.
func (t *town) elders(h *home, room int) {
	age, sex := t.olderAge(), Male
	couple := room > 1 && t.chance(72-(age-60)*3/2)
	if !couple && t.chance(55+(age-60)) {
		sex = Female
	}
	surname := t.surname(h.sheet)
	first := t.older(h, surname, sex, age)
	h.surname = surname
	if sex == Female {
		h.surname = t.surname(sheetOrdinary)
	} else if h.sheet == sheetMinority {
		h.father = beforeDot(first)
	}
	if couple {
		t.older(h, t.surname(sheetOrdinary), Female, min(97, max(60, age+2-t.IntN(8))))
	}
}

// olderAge draws from the spread of the population over sixty, cut at 97.
func (t *town) olderAge() int {
	bands := []struct{ percent, from, years int }{
		{26, 60, 5}, {25, 65, 5}, {20, 70, 5}, {13, 75, 5}, {9, 80, 5}, {5, 85, 5}, {2, 90, 8},
	}
	at := t.IntN(100)
	for _, b := range bands {
		if at < b.percent {
			return b.from + t.IntN(b.years)
		}
		at -= b.percent
	}
	panic("demo: the bands of age do not add up to 100")
}

// older adds one older person and returns the name. In a household with rare
// characters the first person has one.
func (t *town) older(h *home, surname, sex string, age int) string {
	birth := t.birth(age)
	var name string
	switch {
	case h.sheet == sheetMinority:
		name = t.minorityName(sex, "")
	case h.sheet == sheetRare && len(t.people) == h.start:
		name = t.rareName(surname, sex)
	default:
		name = t.fullName(surname, sex, birth.Year())
	}
	p := t.person(name, sex, birth, h.street)
	p.SeniorCard, p.Address, p.AgentOf = t.seniorCard(), h.address, -1
	t.people = append(t.people, p)
	return name
}

// person fills in what everybody has.
func (t *town) person(name, sex string, birth time.Time, street civic.Division) Person {
	return Person{
		Name: name, Sex: sex, Birth: birth.Format(time.DateOnly), Street: street,
		ResidentID:         t.residentID(street, birth, sex),
		SocialSecurityCard: t.socialSecurityCard(),
	}
}

// birth draws a day of birth for somebody of that age on Day.
func (t *town) birth(age int) time.Time { return day.AddDate(-age, 0, -t.IntN(365)) }

// Invented roads, and villages for what is a town or township by its code. A
// province without its own list borrows the first.
var (
	roads = map[civic.Division][]string{
		"14": {"听汾路", "银槐街", "柳溪巷", "晋泉里", "杏苑路", "麦香街", "松荫路", "古槐巷"},
		"33": {"听雨弄", "银桂路", "莲塘街", "采茶里", "竹径路", "荷风弄", "望潮街", "梅影里"},
	}
	villages = map[civic.Division][]string{
		"14": {"柳湾庄", "东槐庄", "杏花沟", "南麦堡", "泉头庄"},
		"33": {"竹溪里", "上莲塘", "茶园坞", "桑园里", "小桥头"},
	}
)

// address makes an address that doesn't exist, in the words people write.
func (t *town) address(street civic.Division) string {
	isTown := len(street) == 9 && street[6] != '0' // 001–099 are streets, from 100 on towns
	table := roads
	if isTown {
		table = villages
	}
	list, ok := table[street[:2]]
	if !ok {
		list = table["14"]
	}
	number := func(n int) string { return strconv.Itoa(1 + t.IntN(n)) }
	where := t.pick(list)
	if isTown {
		return where + "村" + t.pick([]string{"东街", "西街", "前街", "后街"}) + number(80) + "号"
	}
	return where + number(180) + "号" + number(12) + "栋" + number(5) + "单元" + number(6) + "0" + number(4) + "室"
}
