package rights_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yinqiao/app/apptest"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/grant"
	"yinqiao/journal"
	"yinqiao/rights"
	"yinqiao/staff"
)

// sentCode is a code as the model knows it.
type sentCode struct {
	elder, matter, clerk int
	digits               string
	at                   time.Time
	tries                int
	over                 bool // used, dead, or replaced
}

// codeModel is what should hold of the codes of two elders, worked out without the
// database. Matters 0 and 1 are purposes, 2 is a grant that waits for the elder's word.
type codeModel struct {
	w      *apptest.World
	elders []civic.PersonID
	clerks []civic.Actor
	grants []string
	stands map[[2]int]bool // elder and matter
	codes  []*sentCode
}

var codePurposes = []string{"share-doctor", "face-check"}

func newCodeModel(t *rapid.T, w *apptest.World, clerks []civic.Actor) *codeModel {
	m := &codeModel{w: w, clerks: clerks, stands: map[[2]int]bool{}}
	agent := w.Person(t, w.Taiyuan.Street)
	end := w.Clock.Now().AddDate(0, 6, 0)
	for range 2 {
		elder := w.Person(t, w.Taiyuan.Street)
		m.elders = append(m.elders, elder)
		m.open(t, elder)
		id, err := w.Grant.Give(ctx, clerks[0], grant.Grant{Person: elder, Agent: agent, Relation: "邻居", Services: "report-post", Starts: w.Clock.Now(), Ends: &end,
			GivenHow: "phone", Evidence: grant.Evidence{ReadBack: "1"}})
		if err != nil {
			t.Fatal(err)
		}
		m.grants = append(m.grants, id)
	}
	return m
}

func (m *codeModel) open(t *rapid.T, elder civic.PersonID) {
	for _, clerk := range m.clerks {
		if err := m.w.Grant.Open(ctx, clerk, elder, false, "电话里问", ""); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *codeModel) drawnToday(elder int) int {
	n := 0
	for _, c := range m.codes {
		if c.elder == elder && c.at.After(m.w.Clock.Now().Add(-24*time.Hour)) {
			n++
		}
	}
	return n
}

// waits finds the code that is good for a matter, from one clerk, now.
func (m *codeModel) waits(elder, matter, clerk int) *sentCode {
	for _, c := range m.codes {
		if c.elder == elder && c.matter == matter && c.clerk == clerk && !c.over && m.w.Clock.Now().Before(c.at.Add(15*time.Minute)) {
			return c
		}
	}
	return nil
}

func (m *codeModel) send(t *rapid.T, elder, matter, clerk int) {
	var err error
	if matter < 2 {
		err = m.w.Rights.SendCode(ctx, m.clerks[clerk], m.elders[elder], codePurposes[matter], 1)
	} else {
		err = m.w.Grant.SendGrantCode(ctx, m.clerks[clerk], m.elders[elder], m.grants[elder])
	}
	if want := !m.stands[[2]int{elder, matter}] && m.drawnToday(elder) < 6; want != (err == nil) {
		t.Fatalf("a code was sent: %v, want %v", err, want)
	}
	if err != nil {
		return
	}
	for _, c := range m.codes {
		c.over = c.over || c.elder == elder && c.matter == matter
	}
	m.codes = append(m.codes, &sentCode{elder: elder, matter: matter, clerk: clerk, digits: m.last(t, m.elders[elder]), at: m.w.Clock.Now()})
}

// last opens the code that was drawn last, as the machine that sends it does.
func (m *codeModel) last(t *rapid.T, elder civic.PersonID) (digits string) {
	err := m.w.Journal.Write(ctx, apptest.System(), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: elder, Division: "140105"})
		if err != nil {
			return err
		}
		var id string
		if err := tx.Get(&id, `SELECT id FROM consent_code WHERE person = $1 ORDER BY id DESC LIMIT 1`, elder); err != nil {
			return err
		}
		if digits, err = m.w.Grant.Spoken(tx, auth.Reaching([]civic.PersonID{elder}), id); err != nil {
			return err
		}
		return journal.ErrUnchanged
	})
	if err != nil {
		t.Fatal(err)
	}
	return digits
}

// try reads some digits back for a matter.
func (m *codeModel) try(t *rapid.T, elder, matter, clerk int, digits string) {
	var err error
	if matter < 2 {
		_, err = m.w.Rights.Give(ctx, m.clerks[clerk], m.elders[elder], rights.Giving{Purpose: codePurposes[matter], Version: 1, How: rights.ByVoice, By: rights.Self, Code: digits})
	} else {
		err = m.w.Grant.AnswerByCode(ctx, m.clerks[clerk], m.elders[elder], m.grants[elder], digits)
	}
	if matter < 2 && m.stands[[2]int{elder, matter}] {
		if err != nil {
			t.Fatal("what stands already: ", err)
		}
		return // nothing was taken
	}
	c := m.waits(elder, matter, clerk)
	good := c != nil && c.digits == digits
	if good != (err == nil) {
		t.Fatalf("elder %d, matter %d, clerk %d: %v, want accepted %v", elder, matter, clerk, err, good)
	}
	switch {
	case good:
		c.over, m.stands[[2]int{elder, matter}] = true, true
	case c != nil:
		c.tries++
		c.over = c.tries >= 3
	}
}

// again takes back what was agreed to, so that it can be asked anew.
func (m *codeModel) again(t *rapid.T, elder, matter int) {
	if matter == 2 || !m.stands[[2]int{elder, matter}] {
		return
	}
	list, err := m.w.Rights.Consents(ctx, m.clerks[0], m.elders[elder])
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s rights.Standing) bool { return s.Purpose.Purpose == codePurposes[matter] })
	if err := m.w.Rights.Withdraw(ctx, m.clerks[0], m.elders[elder], list[i].Given.ID); err != nil {
		t.Fatal(err)
	}
	m.stands[[2]int{elder, matter}] = false
}

func (m *codeModel) step(t *rapid.T) {
	elder, matter, clerk := rapid.IntRange(0, 1).Draw(t, "elder"), rapid.IntRange(0, 2).Draw(t, "matter"), rapid.IntRange(0, 1).Draw(t, "clerk")
	switch rapid.SampledFrom([]string{"send", "send", "right", "right", "any", "any", "wrong", "later", "again"}).Draw(t, "verb") {
	case "send":
		m.send(t, elder, matter, clerk)
	case "right":
		if c := m.waits(elder, matter, clerk); c != nil {
			m.try(t, elder, matter, clerk, c.digits)
		}
	case "any": // of whatever was ever sent to anybody for anything
		if len(m.codes) > 0 {
			m.try(t, elder, matter, clerk, rapid.SampledFrom(m.codes).Draw(t, "code").digits)
		}
	case "wrong":
		m.try(t, elder, matter, clerk, "000 00"+string(rune('0'+rapid.IntRange(0, 9).Draw(t, "digit"))))
	case "later":
		m.w.Clock.Add(time.Duration(rapid.SampledFrom([]int{1, 7, 14, 15, 24 * 60}).Draw(t, "minutes")) * time.Minute)
		for _, e := range m.elders {
			m.open(t, e)
		}
	case "again":
		m.again(t, elder, matter)
	}
}

// Whatever is drawn, tried, used, forgotten and drawn again in any order: a code is taken
// once, by the one who asked for it, for its one matter and its one person.
func TestAConsentCodeIsTakenOnceForItsMatterAndItsPersonAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := apptest.New(t, d)
		clerks := []civic.Actor{w.Taiyuan.Clerk, w.Hire(t, "同事", w.Taiyuan.Hospital, staff.Post{Role: staff.Clerk, Division: w.Taiyuan.Division})}
		rapid.Check(t, dbtest.Rounds(4, func(t *rapid.T) {
			m := newCodeModel(t, w, clerks)
			for range rapid.IntRange(1, 60).Draw(t, "steps") {
				m.step(t)
			}
		}))
	})
}
