package grant

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/vault"
	"yinqiao/journal"
	"yinqiao/people"
)

// The acts of this room.
var (
	ActOpened       = journal.Define("person.opened", "工作人员打开了资料")
	ActGiven        = journal.Define("grant.given", "委托他人代办")
	ActRevoked      = journal.Define("grant.revoked", "停止了委托")
	ActCodeIssued   = journal.Define("access.issued", "窗口开出了登录口令")
	ActCodeRedeemed = journal.Define("access.redeemed", "用口令登录")
)

// Service gives and ends grants, opens people at desks and signs people in by a
// code from the window.
type Service struct {
	j *journal.Journal
	v *vault.Vault
	p *people.Service
}

// New makes the service.
func New(j *journal.Journal, v *vault.Vault, p *people.Service) *Service { return &Service{j, v, p} }

// Opening bounds. An opening is short, since whoever holds it reads a person's
// data.
const (
	OpenFor = 30 * time.Minute
	codeFor = 30 * time.Minute
)

// Opening says how a person was opened at a desk.
type Opening struct {
	Basis  civic.Basis
	Agent  civic.PersonID // who came for them, if somebody did
	Reason string
	Until  time.Time
}

var (
	errReason = civic.E(civic.Invalid, "opening.reason", "请写明为什么要打开这位老人的资料,例如:本人来窗口代寄报告。").On("reason")
	errNumber = civic.E(civic.Invalid, "text.number", "这里请不要写证件号、卡号或电话,写事情就行。")
	errCode   = civic.E(civic.Denied, "access.code", "口令不对,或者已经用过、过了30分钟。请到窗口再开一张。")
	errGrant  = civic.E(civic.Invalid, "grant.form", "委托要写明受托人、关系和起止日期,结束要晚于开始。")
	errNoSuch = civic.E(civic.NotFound, "grant.unknown", "没有这份委托,或者已经停止了。")
)

// Open lets the member of staff at the controls read and act for a person for a
// short time. Their role must cover the person's home, or the person's card must be
// in their hand (presented), which the member declares and the journal keeps.
func (s *Service) Open(ctx context.Context, actor civic.Actor, person civic.PersonID, presented bool, reason string, agent civic.PersonID) error {
	reason = civic.Fold(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 100 {
		return errReason
	}
	if civic.HoldsNumber(reason) {
		return errNumber.On("reason")
	}
	if agent == person {
		agent = ""
	}
	if agent != "" {
		actor.Agent = civic.Party{Kind: civic.PartyPerson, ID: string(agent)}
	}
	if actor.Operator.None() {
		return errNobody // before anything is read, so that who exists is not told
	}
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		home, err := people.Home(tx, person)
		if err != nil {
			return err
		}
		need := civic.Need{Permission: civic.MayServePeople, Division: home}
		basis := civic.BasisRole
		if presented {
			need.Division, basis = "", civic.BasisPresented
		}
		auth, err := tx.Authorise(need)
		if err != nil {
			return err
		}
		auth = civic.Mint(basis, auth.Ref(), person, auth.Division(), auth.Office())
		if agent != "" {
			if _, err := live(tx, tx.Now, person, agent, ""); errors.Is(err, db.ErrNoRows) {
				return errAgent
			} else if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`INSERT INTO opening (person, staff, basis, reason, agent, until) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (person, staff) DO UPDATE SET basis = excluded.basis, reason = excluded.reason, agent = excluded.agent, until = excluded.until`,
			person, actor.Operator.ID, basis, reason, agent, tx.Now.Add(OpenFor)); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActOpened, Detail: map[string]string{"reason": reason, "basis": string(basis)}})
	})
}

// Opened returns the live opening that the member of staff at the controls has
// of a person. Denied if there is none.
func (s *Service) Opened(ctx context.Context, actor civic.Actor, person civic.PersonID) (Opening, error) {
	var o Opening
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true}); err != nil {
			return err
		}
		err := v.Get(&o, `SELECT basis, agent, reason, until FROM opening WHERE person = $1 AND staff = $2`, person, actor.Operator.ID)
		if errors.Is(err, db.ErrNoRows) {
			err = errNotOpen
		}
		return err
	})
	return o, err
}

// Grant is a person's permission for another to act for them.
type Grant struct {
	ID       string
	Person   civic.PersonID
	Agent    civic.PersonID
	Relation string
	Services string // "*" or names between blanks
	Starts   time.Time
	Ends     *time.Time
	GivenHow string
}

const grantColumns = `id, person, agent, relation, services, starts, ends, given_how`

// Give records a grant that the person gives: themselves, or before a member of
// staff who has opened them.
func (s *Service) Give(ctx context.Context, actor civic.Actor, g Grant) (string, error) {
	g.ID = db.NewID()
	g.Services = strings.Join(strings.Fields(g.Services), " ")
	if g.Person == "" || g.Agent == "" || g.Agent == g.Person || g.Relation == "" || utf8.RuneCountInString(g.Relation) > 20 ||
		!servicesFit(g.Services) || g.Ends != nil && !g.Ends.After(g.Starts) {
		return "", errGrant
	}
	if civic.HoldsNumber(g.Relation) || civic.HoldsNumber(g.GivenHow) {
		return "", errNumber.On("relation")
	}
	err := s.j.Write(ctx, actor.For(g.Person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: g.Person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			return errNotYours // an agent can't pass the permission on
		}
		if _, err := people.Home(tx, g.Agent); err != nil {
			return err
		}
		if err := tx.InsertRows("proxy_grant", []string{"person", "id", "agent", "relation", "services", "starts", "ends", "given_how", "state"},
			[][]any{{g.Person, g.ID, g.Agent, g.Relation, g.Services, g.Starts, g.Ends, g.GivenHow, "active"}}); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActGiven, Detail: map[string]string{"relation": g.Relation, "services": g.Services, "how": g.GivenHow},
			About: []journal.About{{ID: string(g.Agent), Kind: "person", Role: "agent"}, {ID: g.ID, Kind: "grant", Role: "object"}}})
	})
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

// servicesFit reports whether the list is "*" or some names of services between
// blanks. It is kept in the journal, so that it may not hold numbers of people.
func servicesFit(list string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789- "
	return list == "*" || list != "" && len(list) <= 1000 && strings.Trim(list, letters) == "" && !civic.HoldsNumber(list)
}

// Revoke ends a grant at once, also for pages that the agent has open. An agent
// may lay down their own grant, never another's.
func (s *Service) Revoke(ctx context.Context, actor civic.Actor, person civic.PersonID, id string) error {
	return s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant {
			var own int
			if err := tx.Get(&own, `SELECT COUNT(*) FROM proxy_grant a JOIN proxy_grant b ON b.person = a.person AND b.agent = a.agent
				WHERE a.person = $1 AND a.id = $2 AND b.id = $3`, person, id, auth.Ref()); err != nil {
				return err
			}
			if own == 0 {
				return errNotYours
			}
		}
		n, err := tx.Exec(`UPDATE proxy_grant SET state = 'revoked' WHERE person = $1 AND id = $2 AND state = 'active'`, person, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoSuch
		}
		return tx.Record(auth, journal.Event{Act: ActRevoked, About: []journal.About{{ID: id, Kind: "grant", Role: "object"}}})
	})
}

// IssueCode makes a code that signs the person in once within half an hour. It
// is printed on a slip at the window, for a person the clerk has opened.
func (s *Service) IssueCode(ctx context.Context, actor civic.Actor, person civic.PersonID) (string, error) {
	var code string
	err := s.j.Write(ctx, actor.For(person), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople})
		if err != nil {
			return err
		}
		if auth.Basis() == civic.BasisGrant || auth.Basis() == civic.BasisOwn {
			return errStaffOnly // a code that a child holds would not be the elder's own sign-in
		}
		if code, err = s.newCode(tx, person); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeIssued})
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// newCode draws codes until one was never used before.
func (s *Service) newCode(tx *journal.Tx, person civic.PersonID) (string, error) {
	for range 20 {
		n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
		if err != nil {
			return "", err
		}
		code := fmt.Sprintf("%08d", n)
		got, err := tx.Exec(`INSERT INTO access_code (hash, person, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, s.v.Index("access", code), person, tx.Now.Add(codeFor))
		if err != nil || got == 1 {
			return code, err
		}
	}
	return "", errors.New("grant: no free code in twenty draws")
}

// RedeemCode signs a person in by a code from the window. Denied if it is
// wrong, used or too old. Callers limit the rate of tries.
func (s *Service) RedeemCode(ctx context.Context, code string, channel civic.Channel) (civic.PersonID, error) {
	code = civic.Digits(code)
	if len(code) != 8 {
		return "", errCode
	}
	hash := s.v.Index("access", code)
	var person civic.PersonID
	sys := civic.System("sign-in")
	sys.Channel = channel
	err := s.j.Write(ctx, sys, func(tx *journal.Tx) error {
		n, err := tx.Exec(`UPDATE access_code SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires > $1`, tx.Now, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errCode
		}
		if err := tx.Get(&person, `SELECT person FROM access_code WHERE hash = $1`, hash); err != nil {
			return err
		}
		home, err := people.Home(tx, person)
		if err != nil {
			return err
		}
		auth, err := tx.Authorise(civic.Need{Person: person, Division: home})
		if err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActCodeRedeemed, About: []journal.About{{ID: string(person), Kind: "person", Role: "subject"}}})
	})
	return person, err
}

// Agent is somebody who holds a live grant of a person, as a clerk sees them.
type Agent struct {
	Grant
	Name string // masked
}

// Agents lists who may act for a person: for the person, for staff who have
// opened them, and for staff whose role covers their home and who are about to.
func (s *Service) Agents(ctx context.Context, actor civic.Actor, person civic.PersonID) ([]Agent, error) {
	var out []Agent
	err := s.j.Look(ctx, actor.For(person), func(v *journal.View) error {
		_, err := v.Authorise(civic.Need{Person: person, Permission: civic.MayServePeople, Look: true})
		if civic.As(err).Code == errNotOpen.Code && err != nil {
			home, homeErr := people.Home(v, person)
			if homeErr != nil {
				return homeErr
			}
			_, err = v.Authorise(civic.Need{Permission: civic.MayServePeople, Division: home, Look: true})
		}
		if err != nil {
			return err
		}
		var gs []Grant
		if err := v.Select(&gs, `SELECT `+grantColumns+` FROM proxy_grant WHERE person = $1 AND state = 'active'
			AND starts <= $2 AND (ends IS NULL OR ends > $2) ORDER BY id`, person, v.Now); err != nil {
			return err
		}
		for _, g := range gs {
			m, err := s.p.Name(v, civic.Authority{}, g.Agent)
			if err != nil {
				return err
			}
			out = append(out, Agent{g, m})
		}
		return nil
	})
	return out, err
}

// Elder is somebody for whom the person at the controls may act.
type Elder struct {
	Person   civic.PersonID
	Name     string
	Relation string
}

// Elders lists for whom the person at the controls may act now.
func (s *Service) Elders(ctx context.Context, actor civic.Actor) ([]Elder, error) {
	var out []Elder
	me := actor.Person()
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Person: me, Look: true}); err != nil {
			return err
		}
		return v.Select(&out, `SELECT DISTINCT g.person, p.name, g.relation FROM proxy_grant g JOIN person p ON p.id = g.person
			WHERE g.agent = $1 AND g.state = 'active' AND g.starts <= $2 AND (g.ends IS NULL OR g.ends > $2) ORDER BY p.name, g.person`, me, v.Now)
	})
	return out, err
}
