package rights

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/ruledata"
)

// Purpose is one use of personal data, as rights/data/purposes.yaml has it, in
// words to be read out.
type Purpose struct {
	Purpose   string `yaml:"purpose"`
	Version   int64  `yaml:"version"`
	Statutory bool   `yaml:"statutory"` // rests on a duty; needs no consent
	Separate  bool   `yaml:"separate"`  // agreed to by itself, never by an agent
	Title     string `yaml:"title"`
	Data      string `yaml:"data"`   // which data
	Need      string `yaml:"need"`   // why they are needed
	Effect    string `yaml:"effect"` // what it means for the person
	Keep      string `yaml:"keep"`   // how long they are kept
	Source    string `yaml:"source"`
}

var purposeData = ruledata.Must[struct {
	Version  int
	Source   string
	Purposes []Purpose
}](data, "data/purposes.yaml")

func purposeOf(name string) (Purpose, bool) {
	i := slices.IndexFunc(purposeData.Purposes, func(p Purpose) bool { return p.Purpose == name })
	if i < 0 {
		return Purpose{}, false
	}
	return purposeData.Purposes[i], true
}

// askable is a purpose that somebody may be asked about, in the words that are in force.
func askable(name string, version int64) (Purpose, error) {
	p, ok := purposeOf(name)
	switch {
	case !ok:
		return p, errPurpose
	case p.Statutory:
		return p, errStatutory
	case version != p.Version:
		return p, errReread
	}
	return p, nil
}

// The ways in which a consent is given.
const (
	OnPaper    = "paper"
	ByVoice    = "voice"
	FaceToFace = "face_to_face"
	OwnPage    = "own_page"
)

// HowWords says how a consent was given.
var HowWords = map[string]string{OnPaper: "签了字的纸", ByVoice: "电话里说的", FaceToFace: "当面说的", OwnPage: "自己在网页上点的"}

// HowWords says how the consent was given.
func (c Consent) HowWords() string {
	if c.Code != "" {
		return "电话里念对了发到自己电话上的口令"
	}
	return HowWords[c.How]
}

// By whom a consent is given.
const (
	Self     = "self"
	Guardian = "guardian"
	Agent    = "agent"
)

// ByWords says who gave it.
var ByWords = map[string]string{Self: "本人", Guardian: "监护人", Agent: "代办的人"}

// Giving is a consent as it is given. Version is that of the words that were read.
type Giving struct {
	Purpose string
	Version int64
	How     string
	By      string
	Witness string // the name of who was there, "" if nobody else was
	Code    string // the consent code that the person read back on the telephone, "" without one
}

// Consent is a consent as it is kept.
type Consent struct {
	ID          string
	Purpose     string
	Version     int64
	How         string
	GivenBy     string
	ByPerson    civic.PersonID
	Witness     []byte
	GivenAt     time.Time
	WithdrawnAt *time.Time
	Code        string // the consent code that proved it, "" without one
	Witnessed   string `db:"-"` // the witness's name, opened
}

const consentColumns = `id, purpose, version, how, given_by, by_person, witness, given_at, withdrawn_at, code`

// Standing is one purpose and how a person stands to it.
type Standing struct {
	Purpose
	Given *Consent  // that holds now, nil if none does
	Past  []Consent // withdrawn ones, and those of earlier words
}

// Holds reports whether the data may be used for the purpose now.
func (s Standing) Holds() bool { return s.Statutory || s.Given != nil }

var (
	// ActConsented and ActWithdrew say that a person agreed and no longer does.
	ActConsented = journal.Define("consent.given", "同意了使用资料").Carries("what", "consent")
	ActWithdrew  = journal.Define("consent.withdrawn", "不再同意使用资料")

	errStatutory = civic.E(civic.Invalid, "consent.statutory", "这一项是法律规定的职责，不用同意。").On("purpose")
	errReread    = civic.E(civic.Conflict, "consent.version", "这一项的说法改过了。请把新的念一遍，再问同不同意。").On("purpose")
	errSeparate  = civic.E(civic.Denied, "consent.separate", "这一项要老人本人或监护人单独同意，代办的人不能替老人同意。").Accepting("请老人带证件来说，或自己登录后同意")
	errPresence  = civic.E(civic.Denied, "consent.presence", "这一项要老人本人单独同意，登记的时候要看着老人的证件。").
			Accepting("请老人把证件放到读卡器上，或输入证件的整个号码，重新打开资料；老人也可以自己登录后同意")
	errGuardian = civic.E(civic.Denied, "consent.guardian", "监护人同意的，要登记过的监护人来办。这次打开资料的时候，来办的不是监护人。").
			Accepting("请选监护人来办，重新打开资料；还没有登记监护的，请主管先登记").On("by")
	errHow       = civic.E(civic.Invalid, "consent.how", "请选是怎么同意的、谁同意的。电话里说的，要输入老人念的确认口令，或写见证人的姓名；监护人同意的，要写见证人。").On("how")
	errNoConsent = civic.E(civic.NotFound, "consent.unknown", "没有这份同意，或者已经不再同意了。")
)

// Give records a consent: the person's own, on their page, or before staff who have
// them open. Denied where an agent would give what only the person can, where nobody
// saw the person's card though the consent is a separate one, and where a guardian
// is said to agree who did not come. The same consent again is the one that there is.
func (s *Service) Give(ctx context.Context, actor civic.Actor, person civic.PersonID, g Giving) (string, error) {
	p, err := askable(g.Purpose, g.Version)
	if err != nil {
		return "", err
	}
	if g.Witness != "" {
		name, err := people.CleanName(g.Witness)
		if err != nil {
			return "", civic.As(err).On("witness")
		}
		g.Witness = name
	}
	id := db.NewID()
	var wrong error
	err = s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*"})
		if err != nil {
			return err
		}
		by := g.By
		agent := auth.AskedFor(tx.Actor).ID
		switch auth.Basis() {
		case civic.BasisOwn:
			by, g.How, g.Witness, agent = Self, OwnPage, "", ""
		case civic.BasisGrant:
			if by == "" || by == Self {
				by = Agent // whoever came says so for somebody else
			}
			if actor.Person() != "" {
				by, g.How, agent = Agent, OwnPage, string(actor.Person())
			}
		case civic.BasisGuardian:
			by = Guardian
			if actor.Person() != "" {
				g.How, g.Witness, agent = OwnPage, "", string(actor.Person())
			}
		}
		if HowWords[g.How] == "" || ByWords[by] == "" || g.How == OwnPage && actor.Person() == "" || by == Agent && agent == "" ||
			g.Code != "" && (by != Self || g.How != ByVoice || actor.Staff() == "") ||
			g.Witness == "" && (g.How == ByVoice && g.Code == "" || by == Guardian && g.How != OwnPage) {
			return errHow
		}
		switch {
		case by == Guardian && auth.Basis() != civic.BasisGuardian:
			return errGuardian // on nobody's word: the appointment is on file, or there is none
		case p.Separate && by == Agent:
			return errSeparate
		case p.Separate && by == Self && auth.Basis() != civic.BasisOwn && auth.Basis() != civic.BasisPresented && g.Code == "":
			return errPresence
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		if p.Separate {
			if err := s.grants.Proven(tx, auth, self); err != nil {
				return err
			}
		}
		if self.State == "erased" {
			return errErased
		}
		// Two at the same moment take turns at the person's row.
		if _, err := tx.Exec(`UPDATE person SET division = division WHERE id = $1`, self.Root); err != nil {
			return err
		}
		standing, err := holding(tx, self.Selves(), p, tx.Now)
		if err != nil {
			return err
		}
		if standing != nil {
			id = standing.ID
			return journal.ErrUnchanged
		}
		code := ""
		if g.Code != "" {
			heard, err := s.grants.TakeConsentCode(tx, auth, person, matterOf(p), g.Code)
			if err != nil || heard.Wrong != nil {
				wrong = heard.Wrong
				return err
			}
			code = heard.ID
		}
		var witness []byte
		if g.Witness != "" {
			if witness, err = s.v.Seal([]byte(g.Witness), "consent.witness/"+id); err != nil {
				return err
			}
		}
		if err := tx.InsertRows("consent", []string{"person", "id", "purpose", "version", "how", "given_by", "by_person", "witness", "given_at", "code"},
			[][]any{{self.Root, id, p.Purpose, p.Version, g.How, by, agent, witness, tx.Now, code}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActConsented, Detail: map[string]string{"what": p.Title, "reason": Consent{How: g.How, Code: code}.HowWords(), "purpose": p.Purpose, "by": by},
			About: []journal.About{{ID: id, Kind: "consent", Role: "object"}}})
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

// Withdraw takes a consent back, at once, for whoever may act for the person. It
// refuses the person nothing else.
func (s *Service) Withdraw(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*"})
		if err != nil {
			return err
		}
		self, err := people.Resolve(tx, person)
		if err != nil {
			return err
		}
		ids := self.Selves()
		var gone []string
		if err := tx.Select(&gone, `UPDATE consent SET withdrawn_at = $1 WHERE id = $2 AND withdrawn_at IS NULL AND person IN `+db.In(3, len(ids))+` RETURNING purpose`,
			append([]any{tx.Now, id}, db.Args(ids)...)...); err != nil {
			return err
		}
		if len(gone) == 0 {
			return errNoConsent
		}
		p, _ := purposeOf(gone[0])
		return tx.Record(auth, journal.Event{Act: ActWithdrew, Detail: map[string]string{"what": p.Title, "purpose": gone[0]},
			About: []journal.About{{ID: id, Kind: "consent", Role: "object"}}})
	})
}

// Consents lists all purposes and how a person stands to each, for the person,
// staff who have them open, and an agent for every service.
func (s *Service) Consents(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Standing, error) {
	var out []Standing
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Service: "*", Look: true})
		if err != nil {
			return err
		}
		out, err = s.standings(v, auth, person)
		return err
	})
	return out, err
}

func (s *Service) standings(q db.Q, auth civic.Authority, person civic.PersonID) ([]Standing, error) {
	self, err := people.Resolve(q, person)
	if err != nil {
		return nil, err
	}
	ids := self.Selves()
	var all []Consent
	if err := q.Select(&all, `SELECT `+consentColumns+` FROM consent WHERE person IN `+db.In(1, len(ids))+` ORDER BY given_at DESC, id DESC`, db.Args(ids)...); err != nil {
		return nil, err
	}
	var out []Standing
	for _, p := range purposeData.Purposes {
		st := Standing{Purpose: p}
		for _, c := range all {
			if c.Purpose != p.Purpose {
				continue
			}
			if c.Witness != nil && auth.Over(person) {
				b, err := s.v.Open(c.Witness, "consent.witness/"+c.ID)
				if err != nil {
					return nil, err
				}
				c.Witnessed = string(b)
			}
			if c.WithdrawnAt == nil && c.Version == p.Version && st.Given == nil {
				st.Given = &c
			} else {
				st.Past = append(st.Past, c)
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// Allows reports whether a person's data may be used for a purpose at a time: it is
// a statutory one, or there is a consent to its present words, given before and not
// taken back by then. Nobody's data may be used who had them erased.
func Allows(q db.Q, person civic.PersonID, purpose string, now time.Time) (bool, error) {
	p, ok := purposeOf(purpose)
	if !ok {
		return false, errPurpose
	}
	self, err := people.Resolve(q, person)
	if err != nil || self.State == "erased" {
		return false, err
	}
	if p.Statutory {
		return true, nil
	}
	c, err := holding(q, self.Selves(), p, now)
	return c != nil, err
}

// holding finds the consent to a purpose's present words that holds at a time.
func holding(q db.Q, ids []civic.PersonID, p Purpose, now time.Time) (*Consent, error) {
	var cs []Consent
	err := q.Select(&cs, `SELECT `+consentColumns+` FROM consent WHERE purpose = $1 AND version = $2 AND given_at <= $3
		AND (withdrawn_at IS NULL OR withdrawn_at > $3) AND person IN `+db.In(4, len(ids))+` ORDER BY id LIMIT 1`,
		append([]any{p.Purpose, p.Version, now}, db.Args(ids)...)...)
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	return &cs[0], nil
}
