package rights

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/request"
)

// Copy is everything that is kept about a person, with whole numbers. It is for
// the person alone: in a file, and printed.
type Copy struct {
	Format      string             `json:"format"` // of this file, for programs that read it
	MadeAt      time.Time          `json:"made_at"`
	Person      CopyPerson         `json:"person"`
	Merged      []CopyPerson       `json:"merged"` // the same person as registered elsewhere
	OtherNames  []string           `json:"other_names"`
	Cards       []people.FullCard  `json:"cards"`
	Phones      []people.FullPhone `json:"phones"`
	Tags        []CopyTag          `json:"tags"`
	Household   []CopyMate         `json:"household"`
	Preferences []CopyPreference   `json:"preferences"`
	Births      []CopyBirth        `json:"births"`
	Consents    []CopyConsent      `json:"consents"`
	GrantsGiven []CopyGrant        `json:"grants_given"`
	GrantsHeld  []CopyGrant        `json:"grants_held"`
	Matters     []CopyMatter       `json:"matters"`
	Messages    []CopyMessage      `json:"messages"`
	Story       []CopyStory        `json:"story"`
}

// CopyMessage is one thing that the person was told.
type CopyMessage struct {
	At    time.Time `json:"at"`
	Words string    `json:"words"`
	State string    `json:"state"`
	How   string    `json:"how,omitempty"`
}

// CopyPerson is who the person is.
type CopyPerson struct {
	Name     string `json:"name"`
	Sex      string `json:"sex"`
	Birth    string `json:"birth"`
	Division string `json:"division"`
	Village  string `json:"village"`
	Address  string `json:"address"`
	DiedOn   string `json:"died_on,omitempty"`
}

// CopyTag is one fact, also one that has ended.
type CopyTag struct {
	Words    string `json:"words"`
	Source   string `json:"source"`
	From     string `json:"from"`
	To       string `json:"to,omitempty"`
	Reassess string `json:"reassess,omitempty"`
}

// CopyMate is somebody who lives with the person.
type CopyMate struct {
	Name  string `json:"name"`
	Since string `json:"since"`
}

// CopyPreference is how the person wants to be served.
type CopyPreference struct {
	Question string `json:"question"`
	Words    string `json:"words"`
}

// CopyBirth is the birth date of a service's file.
type CopyBirth struct {
	Service string `json:"service"`
	Birth   string `json:"birth"`
	Source  string `json:"source"`
}

// CopyConsent is one consent, also one that was taken back.
type CopyConsent struct {
	Purpose     string     `json:"purpose"`
	Title       string     `json:"title"`
	Version     int64      `json:"version"`
	How         string     `json:"how"`
	By          string     `json:"by"`
	Witness     string     `json:"witness,omitempty"`
	GivenAt     time.Time  `json:"given_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// CopyGrant is a grant that the person gave or holds; the other's name is masked.
type CopyGrant struct {
	Name     string     `json:"name"`
	Relation string     `json:"relation"`
	Services string     `json:"services"`
	State    string     `json:"state"`
	Starts   time.Time  `json:"starts"`
	Ends     *time.Time `json:"ends,omitempty"`
}

// CopyMatter is one request or draft with what was answered and what came of it.
type CopyMatter struct {
	Number  string       `json:"number"`
	Service string       `json:"service"`
	Title   string       `json:"title"`
	At      time.Time    `json:"at"`
	Draft   bool         `json:"draft,omitempty"`
	Answers []CopyAnswer `json:"answers"`
	With    string       `json:"with,omitempty"` // the number of the matter that made this one
	State   string       `json:"state,omitempty"`
	Outcome string       `json:"outcome,omitempty"`
}

// CopyAnswer is one answer.
type CopyAnswer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// CopyStory is one thing that happened, and who did it.
type CopyStory struct {
	At      string `json:"at"`
	What    string `json:"what"`
	Who     string `json:"who"`
	Asked   string `json:"asked,omitempty"`
	Why     string `json:"why"`
	Channel string `json:"channel"`
}

// copyFormat names the form of the file; a change that programs notice gets a new
// number.
const copyFormat = "yinqiao-copy/1"

// ActCopied says that a copy of everything was made.
var ActCopied = journal.Define("rights.copied", "拿了一份自己的全部资料")

// Copy makes a copy of everything about a person, for the person, their guardian, or
// staff who have the person's card in hand and give it to them. Denied to agents and
// to who opened the person by their role alone: it holds whole numbers. That it was
// made is recorded with it: a copy that fails was not taken.
func (s *Service) Copy(ctx context.Context, actor civic.Actor, person civic.PersonID) (*Copy, error) {
	var c *Copy
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		switch auth.Basis() {
		case civic.BasisOwn, civic.BasisGuardian, civic.BasisPresented:
		case civic.BasisGrant:
			return errOwnOnly
		default:
			return errCopyCard
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		if err := s.grants.Proven(tx, auth, self); err != nil {
			return err
		}
		if self.Died != "" {
			return errCopyDead // whoever holds the card of the dead is not them
		}
		if err := tx.Record(auth, journal.Event{Act: ActCopied}); err != nil {
			return err
		}
		c, err = s.copyOf(tx, auth, person, tx.Now, tx.Recorded())
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Service) copyOf(q db.Q, auth civic.Authority, person civic.PersonID, now time.Time, last []journal.Line) (*Copy, error) {
	p, err := s.people.Profile(q, auth, person)
	if err != nil {
		return nil, err
	}
	c := &Copy{Format: copyFormat, MadeAt: now, Person: CopyPerson{Name: p.Name, Sex: string(p.Sex), Birth: p.Birth, Division: string(p.Division), Address: p.Address}}
	also, villages, err := s.people.EveryOther(q, auth, person)
	if err != nil {
		return nil, err
	}
	c.Merged = []CopyPerson{}
	for i, o := range also {
		c.Merged = append(c.Merged, CopyPerson{Name: o.Name, Sex: string(o.Sex), Birth: o.Birth, Division: string(o.Division), Village: villages[i], Address: o.Address})
	}
	// A program that reads the file finds lists, never nothing.
	c.Cards, c.Phones = []people.FullCard{}, []people.FullPhone{}
	c.OtherNames, c.Tags, c.Household, c.Preferences, c.Births = []string{}, []CopyTag{}, []CopyMate{}, []CopyPreference{}, []CopyBirth{}
	c.Consents, c.GrantsGiven, c.GrantsHeld, c.Matters, c.Story = []CopyConsent{}, []CopyGrant{}, []CopyGrant{}, []CopyMatter{}, []CopyStory{}
	for _, part := range []func(db.Q, civic.Authority, civic.PersonID, *Copy) error{s.copyFacts, s.copyConsents, s.copyGrants, s.copyMatters} {
		if err := part(q, auth, person, c); err != nil {
			return nil, err
		}
	}
	if c.Messages, err = s.messages.Told(q, auth); err != nil {
		return nil, err
	}
	return c, s.copyStory(q, auth, last, c)
}

func (s *Service) copyFacts(q db.Q, auth civic.Authority, person civic.PersonID, c *Copy) error {
	cards, phones, err := s.people.Numbers(q, auth, person)
	if err != nil {
		return err
	}
	names, err := s.people.EveryName(q, auth, person)
	if err != nil {
		return err
	}
	c.Cards, c.Phones, c.OtherNames = append(c.Cards, cards...), append(c.Phones, phones...), append(c.OtherNames, names...)
	tags, err := s.people.EveryTag(q, auth, person)
	if err != nil {
		return err
	}
	for _, t := range tags {
		c.Tags = append(c.Tags, CopyTag{t.Words(), t.Source, t.From, t.To, t.Reassess})
	}
	f, err := s.people.FactsOf(q, auth, person)
	if err != nil {
		return err
	}
	c.Person.Village = f.Village
	for _, t := range f.Tags {
		if t.Computed() {
			c.Tags = append(c.Tags, CopyTag{Words: t.Words(), Source: t.Source})
		}
	}
	for _, h := range f.Household {
		c.Household = append(c.Household, CopyMate{h.Name, h.Since})
	}
	for _, x := range f.Preferences {
		c.Preferences = append(c.Preferences, CopyPreference{x.Question(), x.Words()})
	}
	for _, b := range f.Births {
		c.Births = append(c.Births, CopyBirth(b))
	}
	self, err := people.Resolve(q, person)
	c.Person.DiedOn = self.Died
	return err
}

func (s *Service) copyConsents(q db.Q, auth civic.Authority, person civic.PersonID, c *Copy) error {
	list, err := s.standings(q, auth, person)
	if err != nil {
		return err
	}
	for _, st := range list {
		all := st.Past
		if st.Given != nil {
			all = append([]Consent{*st.Given}, all...)
		}
		for _, x := range all {
			c.Consents = append(c.Consents, CopyConsent{x.Purpose, st.Title, x.Version, x.HowWords(), ByWords[x.GivenBy], x.Witnessed, x.GivenAt, x.WithdrawnAt})
		}
	}
	return nil
}

func (s *Service) copyGrants(q db.Q, auth civic.Authority, _ civic.PersonID, c *Copy) error {
	ids := auth.Selves()
	for mine, other := range map[string]string{"person": "agent", "agent": "person"} {
		var rows []struct {
			Other                     civic.PersonID
			Relation, Services, State string
			Starts                    time.Time
			Ends                      *time.Time
		}
		if err := q.Select(&rows, `SELECT `+other+` AS other, relation, services, state, starts, ends FROM proxy_grant WHERE `+mine+` IN `+db.In(1, len(ids))+` ORDER BY starts, id`,
			db.Args(ids)...); err != nil {
			return err
		}
		for _, r := range rows {
			g := CopyGrant{Relation: r.Relation, Services: r.Services, State: r.State, Starts: r.Starts, Ends: r.Ends}
			if r.Other != "" {
				var err error
				if g.Name, err = s.people.Name(q, auth, r.Other); err != nil {
					return err
				}
			}
			if mine == "person" {
				c.GrantsGiven = append(c.GrantsGiven, g)
			} else {
				c.GrantsHeld = append(c.GrantsHeld, g)
			}
		}
	}
	return nil
}

func (s *Service) copyMatters(q db.Q, auth civic.Authority, _ civic.PersonID, c *Copy) error {
	all, err := s.requests.Everything(q, auth)
	if err != nil {
		return err
	}
	told, err := s.cases.Told(q, auth)
	if err != nil {
		return err
	}
	numbers := map[civic.RequestID]civic.Number{}
	for _, w := range all {
		numbers[w.ID] = w.Number
	}
	for _, w := range all {
		m := CopyMatter{Number: w.Number.Grouped(), Service: w.Service, Title: w.Def.Title, At: w.At, Draft: w.Draft, State: told[w.ID][0], Outcome: told[w.ID][1], Answers: []CopyAnswer{}}
		for _, l := range w.Lines {
			m.Answers = append(m.Answers, CopyAnswer{l.Label, l.Shown})
		}
		if w.Parent != "" {
			m.With = numbers[w.Parent].Grouped()
		}
		c.Matters = append(c.Matters, m)
	}
	return nil
}

// storyPage is how many entries are read at once; the whole story is told.
const storyPage = 200

func (s *Service) copyStory(q db.Q, auth civic.Authority, last []journal.Line, c *Copy) error {
	before := ""
	var pages [][]request.StoryLine
	for {
		lines, err := journal.TimelineOf(q, auth, auth.Selves(), before, storyPage)
		if err != nil {
			return err
		}
		told, err := s.requests.Tell(q, auth, lines)
		if err != nil {
			return err
		}
		pages = append(pages, told)
		if len(lines) < storyPage {
			break
		}
		before = lines[len(lines)-1].ID
	}
	told, err := s.requests.Tell(q, auth, last) // the copy itself, which is not kept yet
	if err != nil {
		return err
	}
	pages = slices.Insert(pages, 0, told)
	for i := len(pages) - 1; i >= 0; i-- {
		for _, l := range pages[i] {
			c.Story = append(c.Story, CopyStory{l.At, l.What, l.Who, l.Asked, l.Why, l.Channel})
		}
	}
	return nil
}
