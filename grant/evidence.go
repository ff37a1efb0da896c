package grant

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
	"yinqiao/people"
	"yinqiao/staff"
)

// ScanMost is the largest scan, in bytes.
const ScanMost = 1 << 20

// Evidence is what a grant is given on. Which parts are asked for, the way of
// giving says.
type Evidence struct {
	Scan        []byte // a JPEG, PNG or PDF of the paper
	Witness     string // the witness's name
	WitnessRole string // one of Witnesses
	ReadBack    string // not "": the grant was read to the person by phone, and they said yes
}

var (
	errScan     = civic.E(civic.Invalid, "grant.scan", "请附上委托书的扫描件：照片（jpg、png）或 pdf，不超过1兆。").On("scan")
	errWitness  = civic.E(civic.Invalid, "grant.witness", "请写明见证人的姓名和身份；身份从列出的里面选。见证人不能是受托人自己，也不能是录入的工作人员。").On("witness")
	errReadBack = civic.E(civic.Invalid, "grant.read_back", "请先把委托念给老人听，老人说对了再勾选。").On("read-back")
	errCardHere = civic.E(civic.Invalid, "grant.card", "当面委托要看着老人的证件办。请把证件放到读卡器上，或输入证件的整个号码，重新打开老人的资料。").On("how")
	errNoScan   = civic.E(civic.NotFound, "grant.no_scan", "这份委托没有扫描件。")
)

// meets checks the evidence against what the way of giving asks for, and drops
// what it does not.
func (e *Evidence) meets(w Way) error {
	if w.needs("scan") {
		if media(e.Scan) == "" {
			return errScan
		}
	} else {
		e.Scan = nil
	}
	e.Witness, e.WitnessRole = civic.FoldWords(e.Witness), civic.FoldWords(e.WitnessRole)
	if w.needs("witness") {
		if _, err := people.CleanName(e.Witness); err != nil || !slices.Contains(given.Witnesses, e.WitnessRole) {
			return errWitness
		}
	} else {
		e.Witness, e.WitnessRole = "", ""
	}
	if w.needs("read_back") {
		if e.ReadBack == "" || utf8.RuneCountInString(e.ReadBack) > 500 {
			return errReadBack
		}
	} else {
		e.ReadBack = ""
	}
	return nil
}

// impartial checks that the witness is neither whoever gets the grant nor the clerk
// who takes it down.
func (s *Service) impartial(tx *journal.Tx, g Grant) error {
	if g.Evidence.Witness == "" {
		return nil
	}
	m, err := staff.Read(tx, tx.Actor.Staff())
	if err != nil {
		return err
	}
	names := []string{m.Name}
	if g.AgentKind == "person" {
		agent, err := people.Resolve(tx, g.Agent)
		if err != nil {
			return err
		}
		var own []string
		ids := agent.Selves()
		if err := tx.Select(&own, `SELECT name FROM person WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
			return err
		}
		names = append(names, own...)
	}
	for _, n := range names {
		if relationOf(n) == relationOf(g.Evidence.Witness) {
			return errWitness
		}
	}
	return nil
}

// media tells by its content what a scan is, or "" if it is nothing that we take.
func media(scan []byte) string {
	if len(scan) > ScanMost {
		return ""
	}
	return civic.MediaOf(scan)
}

func evidenceOf(id, kind string) string { return "grant.evidence/" + id + "/" + kind }

// keepEvidence stores what a grant is given on, sealed.
func (s *Service) keepEvidence(tx *journal.Tx, auth civic.Authority, g Grant) error {
	if !auth.Valid() {
		return errors.New("grant: keeping evidence needs an authority")
	}
	var rows [][]any
	keep := func(kind, media string, plain []byte) error {
		if len(plain) == 0 {
			return nil
		}
		sealed, err := s.v.Seal(plain, evidenceOf(g.ID, kind))
		rows = append(rows, []any{g.Person, g.ID, kind, media, sealed})
		return err
	}
	e := g.Evidence
	var witness []byte
	if e.Witness != "" {
		var err error
		if witness, err = json.Marshal([]string{e.Witness, e.WitnessRole}); err != nil {
			return err
		}
	}
	if err := errors.Join(keep("scan", media(e.Scan), e.Scan), keep("witness", "", witness), keep("read_back", "", []byte(e.ReadBack)), keep("document", "", []byte(g.document))); err != nil {
		return err
	}
	return tx.InsertRows("grant_evidence", []string{"person", "grant_id", "kind", "media", "sealed"}, rows)
}

// Scan is the scanned paper of a grant.
type Scan struct {
	Media string
	Bytes []byte
}

// Scan reads the scanned paper of a grant: for the person, for staff who have opened them,
// and of a guardianship for whoever settles matters where they live. It leaves a trace.
// NotFound if the grant has none.
func (s *Service) Scan(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) (Scan, error) {
	var out Scan
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if civic.Is(err, civic.Denied) && actor.Staff() != "" {
			auth, err = s.reads(tx, person, id, err)
		}
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours
		}
		ids := auth.Selves()
		var row struct {
			Media  string
			Sealed []byte
		}
		err = tx.Get(&row, `SELECT media, sealed FROM grant_evidence WHERE grant_id = $1 AND kind = 'scan' AND person IN `+db.In(2, len(ids)),
			append([]any{id}, db.Args(ids)...)...)
		if errors.Is(err, db.ErrNoRows) {
			return errNoScan
		}
		if err != nil {
			return err
		}
		b, err := s.v.Open(row.Sealed, evidenceOf(id, "scan"))
		if err != nil {
			return err
		}
		out = Scan{row.Media, b}
		return tx.Record(auth, journal.Event{Act: ActEvidenceSeen, About: []journal.About{{ID: id, Kind: "grant", Role: "object"}}})
	})
	if err != nil {
		return Scan{}, err
	}
	return out, nil
}

// reads is the authority of whoever settles matters to read the document of a guardianship;
// refusal for any other paper.
func (s *Service) reads(tx *journal.Tx, person civic.PersonID, id string, refusal error) (civic.Authority, error) {
	self, auth, err := s.settler(tx, person)
	if err != nil {
		return auth, refusal
	}
	g, err := one(tx, self, id)
	if err != nil {
		return auth, err
	}
	if g.Kind != "guardian" {
		return auth, refusal
	}
	return over(auth.Basis(), auth.Ref(), person, self, self.Division, ""), nil
}

// Paper is what a grant was given on, in words, for a receipt or a settler.
type Paper struct {
	Agent
	Lasts    string // until when, in words
	May      string // for what, in words
	Witness  string // name and role, "" without one
	ReadBack string
	Document string // of a guardian
	Scanned  bool
	Note     string // what was said when it was held
	Says     string // the sentence that is read to the person
}

// Paper reads one grant with what it was given on: for the person, and for staff
// who have opened them.
func (s *Service) Paper(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) (Paper, error) {
	var out Paper
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours
		}
		self, err := people.Resolve(v, person)
		if err != nil {
			return err
		}
		g, err := one(v, self, id)
		if err != nil {
			return err
		}
		out, err = s.paper(v, auth, g)
		return err
	})
	if err != nil {
		return Paper{}, err
	}
	return out, nil
}

func (s *Service) paper(q db.Q, auth civic.Authority, g Grant) (Paper, error) {
	p := Paper{Agent: Agent{Grant: g}}
	if !auth.Over(g.Person) {
		return p, errors.New("grant: reading evidence needs an authority over its person")
	}
	var err error
	if p.Name, err = s.agentTo(q, auth, g); err != nil {
		return p, err
	}
	if p.May, err = s.may(q, g.Services); err != nil {
		return p, err
	}
	p.Lasts, p.Says = lasts(g), says(g, p.Name, p.May)
	var rows []struct {
		Kind   string
		Sealed []byte
	}
	if err := q.Select(&rows, `SELECT kind, sealed FROM grant_evidence WHERE person = $1 AND grant_id = $2 AND kind <> 'scan' ORDER BY kind`, g.Person, g.ID); err != nil {
		return p, err
	}
	var n int
	if err := q.Get(&n, `SELECT COUNT(*) FROM grant_evidence WHERE person = $1 AND grant_id = $2 AND kind = 'scan'`, g.Person, g.ID); err != nil {
		return p, err
	}
	p.Scanned = n > 0
	for _, r := range rows {
		b, err := s.v.Open(r.Sealed, evidenceOf(g.ID, r.Kind))
		if err != nil {
			return p, err
		}
		switch r.Kind {
		case "witness":
			var w []string
			if err := json.Unmarshal(b, &w); err != nil {
				return p, err
			}
			p.Witness = strings.Join(w, "，")
		case "read_back":
			p.ReadBack = string(b)
		case "document":
			p.Document = string(b)
		}
	}
	p.Note, err = s.note(q, g)
	return p, err
}

func noteOf(id string) string { return "grant.note/" + id }

// note reads what was said when a grant was held.
func (s *Service) note(q db.Q, g Grant) (string, error) {
	var sealed []byte
	err := q.Get(&sealed, `SELECT note FROM proxy_grant WHERE person = $1 AND id = $2`, g.Person, g.ID)
	if err != nil || sealed == nil {
		return "", err
	}
	b, err := s.v.Open(sealed, noteOf(string(g.Person)))
	return string(b), err
}
