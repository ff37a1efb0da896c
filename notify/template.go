package notify

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"yinqiao/journal"
	"yinqiao/ruledata"
	"yinqiao/staff"
)

//go:embed data/*.yaml
var data embed.FS

// Audience says to whom a message goes.
type Audience string

// The audiences.
const (
	Elder  Audience = "elder"  // the person whom the act is for
	Family Audience = "family" // a relative who holds or asks for a grant, or may look after a death
	Staff  Audience = "staff"  // one named member of staff
)

// Languages of messages.
const (
	Chinese = "zh"
	English = "en"
)

// wording is a message in one language as the data have it.
type wording struct{ Read, Say, Discreet string }

// templateData is one message as the data have it.
type templateData struct {
	Act      journal.Act
	To       Audience
	As       string // tells it from others of the same act and audience
	Receiver string // of family: agent or kin
	Roles    []staff.Role
	Urgency  Urgency
	When     map[string]string
	By       string
	About    string // request, grant, consent or session: what of the act it is about
	Private  bool
	OwnPhone bool `yaml:"own_phone"` // to a phone of the person's own that nobody else has, or not at all
	Ends     []journal.Act
	Anything bool // whatever of Ends the person does settles it, not only what is about the same thing
	Answer   bool // it asks the person something: only Ends settles it
	Zh, En   wording
}

type messagesData struct {
	Version  int
	Source   string
	Params   map[string]int
	Messages []templateData
	Rooms    []string                 // beginnings of the acts that need a message or a reason
	Guarded  []string                 // beginnings of the acts that are not told to phones entered lately
	Silent   map[journal.Act]string   // why nobody is sent a message
	PassOn   struct{ Zh, En wording } `yaml:"pass_on"`
	Folded   struct{ Zh, En string }
}

// texts are a message in one language, compiled.
type texts struct{ read, say, discreet text }

// Template is one message that an act makes.
type Template struct {
	templateData
	Name string // the act and the audience: case.resolved/elder

	guarded bool // of a room whose acts change who acts for a person, or by what they are known
	words   map[string]texts
}

// tellsFormer reports whether a phone that was ended lately is told too: of changes, never
// a code.
func (t *Template) tellsFormer() bool { return t.guarded && t.To == Elder && t.Urgency != Code }

// insists reports whether it is told by all ways, also those that the person refused: who
// acts for them, and by what they are known, is not changed behind a refusal, which whoever
// changes it may have entered first.
func (t *Template) insists() bool { return t.To == Elder && (t.guarded || t.Answer) }

// book is all that the data say.
type book struct {
	params    map[string]int
	templates []*Template
	byAct     map[journal.Act][]*Template
	byName    map[string]*Template
	ends      map[journal.Act][]*Template
	passOn    map[string]texts
	folded    map[string]text
	english   map[string]string
	chains    chainsData
	silent    map[journal.Act]string
	rooms     []string
}

// open reads and checks the data. The files are the release's own, so that what is
// wrong in them stops the program at its start; acts must exist by then.
func open(files fs.FS) (*book, error) {
	m := ruledata.Must[messagesData](files, messagesFile)
	b := &book{params: m.Params, byAct: map[journal.Act][]*Template{}, byName: map[string]*Template{}, ends: map[journal.Act][]*Template{},
		chains: ruledata.Must[chainsData](files, "data/chains.yaml")}
	english := ruledata.Must[englishData](files, "data/english.yaml")
	if err := english.check(m.Params); err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	b.english = english.Words
	if m.Source == "" || b.chains.Source == "" {
		return nil, fmt.Errorf("notify: the data name no source")
	}
	if err := b.chains.check(); err != nil {
		return nil, err
	}
	var err error
	if b.passOn, err = b.compileBoth(m.PassOn.Zh, m.PassOn.En); err != nil {
		return nil, fmt.Errorf("notify: pass_on: %w", err)
	}
	b.folded = map[string]text{}
	for lang, words := range map[string]string{Chinese: m.Folded.Zh, English: m.Folded.En} {
		if b.folded[lang], err = compile(words, m.Params); err != nil {
			return nil, fmt.Errorf("notify: folded: %w", err)
		}
	}
	for _, d := range m.Messages {
		t := &Template{templateData: d, Name: strings.TrimSuffix(string(d.Act)+"/"+string(d.To)+"/"+d.As, "/")}
		room, _, _ := strings.Cut(string(d.Act), ".")
		t.guarded = slices.Contains(m.Guarded, room)
		if err := b.add(t); err != nil {
			return nil, fmt.Errorf("notify: %s: %w", t.Name, err)
		}
	}
	for _, room := range m.Guarded {
		if !slices.ContainsFunc(b.templates, func(t *Template) bool { return t.guarded && strings.HasPrefix(string(t.Act), room+".") }) {
			return nil, fmt.Errorf("notify: guarded: there is no message of %s", room)
		}
	}
	b.silent, b.rooms = m.Silent, m.Rooms
	if err := b.carries(files); err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return b, b.whole()
}

// whole checks that whatever happens in the rooms that concern a person either makes a
// message or says why it makes none.
func (b *book) whole() error {
	for a, why := range b.silent {
		if a.Words() == "" || why == "" || len(b.byAct[a]) > 0 {
			return fmt.Errorf("notify: silent: %s is no act, has no reason, or has a message", a)
		}
	}
	for _, a := range journal.Acts() {
		room, _, _ := strings.Cut(string(a), ".")
		if slices.Contains(b.rooms, room) && len(b.byAct[a]) == 0 && b.silent[a] == "" {
			return fmt.Errorf("notify: %s (%s) has no message: add one, or say in silent why nobody is told", a, a.Words())
		}
	}
	return nil
}

func (b *book) compileBoth(zh, en wording) (map[string]texts, error) {
	out := map[string]texts{}
	for lang, w := range map[string]wording{Chinese: zh, English: en} {
		var t texts
		for _, x := range []struct {
			into  *text
			words string
		}{{&t.read, w.Read}, {&t.say, w.Say}, {&t.discreet, w.Discreet}} {
			var err error
			if *x.into, err = compile(x.words, b.params); err != nil {
				return nil, fmt.Errorf("%s: %w", lang, err)
			}
		}
		out[lang] = t
	}
	return out, nil
}

// add checks a message and enters it.
func (b *book) add(t *Template) error {
	for _, a := range append([]journal.Act{t.Act}, t.Ends...) {
		if a.Words() == "" {
			return fmt.Errorf("there is no act %s", a)
		}
	}
	u, known := b.chains.Urgencies[t.Urgency]
	switch {
	case b.byName[t.Name] != nil:
		return fmt.Errorf("it is there twice")
	case !known:
		return fmt.Errorf("there is no urgency %s", t.Urgency)
	case !slices.Contains([]Audience{Elder, Family, Staff}, t.To):
		return fmt.Errorf("there is no audience %s", t.To)
	case t.To == Family != (t.Receiver == "agent" || t.Receiver == "kin") || t.To != Family && t.Receiver != "":
		return fmt.Errorf("receiver is for family: agent or kin")
	case t.To == Staff != (len(t.Roles) > 0):
		return fmt.Errorf("roles are for staff")
	case !slices.Contains([]string{"", "request", "grant", "consent", "session"}, t.About), !slices.Contains([]string{"", "other", "asked", "helper"}, t.By):
		return fmt.Errorf("about or by is not known")
	case len(t.Ends) > 0 && (t.About == "") != t.Anything, len(t.Ends) == 0 && t.Anything:
		// Else an act about another matter would silence this one.
		return fmt.Errorf("what settles it is about the same thing (about), or is said to settle it whatever it is about (anything)")
	case t.Answer && (t.To != Elder || t.About == "" || len(t.Ends) == 0 || u.Quiet):
		return fmt.Errorf("what asks the elder for an answer says about what, what settles it, and is not given up quietly")
	}
	for _, r := range t.Roles {
		if !slices.Contains(staff.Roles, r) {
			return fmt.Errorf("there is no role %s", r)
		}
	}
	var err error
	if t.words, err = b.compileBoth(t.Zh, t.En); err != nil {
		return err
	}
	if err := b.fits(t, u); err != nil {
		return err
	}
	b.templates, b.byName[t.Name] = append(b.templates, t), t
	b.byAct[t.Act] = append(b.byAct[t.Act], t)
	for _, a := range t.Ends {
		b.ends[a] = append(b.ends[a], t)
	}
	return nil
}

// fits checks that all words are there, and within what each carrier can take at
// their longest.
func (b *book) fits(t *Template, u urgencyData) error {
	for lang, w := range t.words {
		if len(w.read) == 0 || t.To != Staff && len(w.say) == 0 || t.Private != (len(w.discreet) > 0) {
			return fmt.Errorf("%s: words to read, to say, and if it is private discreet ones are needed", lang)
		}
		over := b.folded[lang].longest(b.params) + len([]rune(b.chains.Signature))
		for _, carrier := range u.Order {
			c := b.chains.Carriers[carrier]
			for _, x := range b.saidBy(carrier, c, w, lang) {
				if n := x.longest(b.params) + over; n > c.limit(lang) {
					return fmt.Errorf("%s: at its longest it has %d characters, and %s takes %d", lang, n, carrier, c.limit(lang))
				}
			}
		}
	}
	return nil
}

// saidBy lists which texts of a message a carrier may have to bring.
func (b *book) saidBy(carrier string, c carrierData, w texts, lang string) []text {
	switch {
	case carrier == CarrierFamily:
		return []text{b.passOn[lang].read}
	case c.Says:
		return []text{w.say, w.discreet}
	}
	return []text{w.read, w.discreet}
}

// say returns the words of a message for one carrier.
func (b *book) say(t *Template, carrier, lang string, discreet bool, v Values) string {
	w, ok := t.words[lang]
	if !ok {
		lang = Chinese
		w = t.words[lang]
	}
	c := b.chains.Carriers[carrier]
	if carrier == CarrierFamily && t.To == Elder {
		w = b.passOn[lang]
	}
	x := w.read
	if c.Says && len(w.say) > 0 {
		x = w.say
	}
	if discreet && len(w.discreet) > 0 {
		x = w.discreet
	}
	dst := make([]byte, 0, 320)
	if v["times"] != "" {
		dst = b.folded[lang].append(dst, v)
	}
	return string(x.append(dst, v))
}
