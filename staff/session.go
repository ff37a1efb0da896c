package staff

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// Sessions remembers who is signed in, on the server. Web pages carry the token
// in a cookie, programs as a bearer token; the database holds only its hash.
type Sessions struct {
	*scs.SessionManager
	now civic.Clock
}

// sessionLife is how long a sign-in lasts without use. It is long: an older
// person who is signed out must come to the window again (R6).
const (
	sessionLife = 30 * 24 * time.Hour
	sessionStep = 24 * time.Hour // use prolongs it this often, not at every page
)

// NewSessions makes the store. secure marks the cookie for HTTPS only.
func NewSessions(j *journal.Journal, secure bool) *Sessions {
	m := scs.New()
	m.Store = &sessionStore{j}
	m.Codec = sessionCodec{}
	m.HashTokenInStore = true
	m.Lifetime = sessionLife
	m.Cookie.Name = "yinqiao"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	return &Sessions{m, j.Now}
}

// Enter signs a party in. The token is drawn anew, so that one planted before
// signing in is worth nothing.
func (s *Sessions) Enter(ctx context.Context, p civic.Party) error {
	if err := s.RenewToken(ctx); err != nil {
		return err
	}
	s.Put(ctx, "kind", string(p.Kind))
	s.Put(ctx, "id", p.ID)
	s.Remove(ctx, "device")
	s.Remove(ctx, stored) // the new token is not in the store yet
	s.SetDeadline(ctx, s.now().Add(sessionLife))
	s.Put(ctx, "at", s.now().Unix())
	return nil
}

// Renew goes on with a sign-in under a new token, after all others of the party were
// ended. How long it lasts in all does not change.
func (s *Sessions) Renew(ctx context.Context, p civic.Party) error {
	at := s.GetInt64(ctx, "at")
	if err := s.Enter(ctx, p); err != nil {
		return err
	}
	s.Put(ctx, "at", at)
	return nil
}

// EnterOn signs a member of staff in on an enrolled phone. The session is bound to
// the device, and good on the pages of the field alone.
func (s *Sessions) EnterOn(ctx context.Context, id civic.StaffID, device string) error {
	if err := s.Enter(ctx, civic.Party{Kind: civic.PartyStaff, ID: string(id)}); err != nil {
		return err
	}
	s.Put(ctx, "device", device)
	s.Put(ctx, "used", s.now().Unix())
	return nil
}

// WhoOn returns who is signed in on a phone, and on which, or none: also none when the
// phone lay unused for a while, so that whoever picks it up must know its PIN.
func (s *Sessions) WhoOn(ctx context.Context) (civic.Party, string) {
	device := s.GetString(ctx, "device")
	if device == "" {
		return civic.Party{}, ""
	}
	switch idle := s.now().Sub(time.Unix(s.GetInt64(ctx, "used"), 0)); {
	case idle >= minutes(limits.PhoneIdle):
		return civic.Party{}, ""
	case idle >= time.Minute: // noted at most so often
		s.Put(ctx, "used", s.now().Unix())
	}
	return s.who(ctx), device
}

// Who returns the party that is signed in elsewhere than on a phone, or none. To ask is to use the session,
// which prolongs a person's.
func (s *Sessions) Who(ctx context.Context) civic.Party {
	if s.GetString(ctx, "device") != "" {
		return civic.Party{}
	}
	return s.who(ctx)
}

func (s *Sessions) who(ctx context.Context) civic.Party {
	p := civic.Party{Kind: civic.PartyKind(s.GetString(ctx, "kind")), ID: s.GetString(ctx, "id")}
	switch p.Kind {
	case civic.PartyStaff:
		if s.now().Sub(time.Unix(s.GetInt64(ctx, "at"), 0)) > time.Duration(limits.StaffHours)*time.Hour {
			return civic.Party{}
		}
	case civic.PartyPerson:
		end := time.Unix(s.GetInt64(ctx, "at"), 0).AddDate(0, 0, limits.PersonDays)
		if !s.now().Before(end) {
			return civic.Party{}
		}
		s.goesOn(ctx)
	case civic.PartyDevice: // until it is taken out of use
		s.goesOn(ctx)
	}
	return p
}

// goesOn lets a session that is used last on.
func (s *Sessions) goesOn(ctx context.Context) {
	if until := s.now().Add(sessionLife); until.Sub(s.Deadline(ctx)) > sessionStep {
		s.SetDeadline(ctx, until)
	}
}

// Leave signs out.
func (s *Sessions) Leave(ctx context.Context) error { return s.Destroy(ctx) }

// sessionStore keeps sessions in either database.
type sessionStore struct{ j *journal.Journal }

var errCtx = errors.New("staff: the session store needs a context")

func (st *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := st.j.Look(ctx, civic.System("session"), func(v *journal.View) error {
		return v.Get(&data, `SELECT data FROM sign_session WHERE token = $1 AND expires > $2`, token, v.Now)
	})
	if errors.Is(err, db.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (st *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return st.j.Scratch(ctx, civic.System("session"), func(tx *journal.Scratch) error {
		if _, err := tx.Exec(`DELETE FROM sign_session WHERE expires <= $1`, tx.Now); err != nil {
			return err
		}
		party, device, was := named(b)
		if was { // ended meanwhile, it stays so
			_, err := tx.Exec(`UPDATE sign_session SET data = $1, expires = $2, party = $3, device = $4 WHERE token = $5`, b, expiry, party, device, token)
			return err
		}
		_, err := tx.Exec(`INSERT INTO sign_session (token, data, expires, party, device) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires, party = excluded.party, device = excluded.device`, token, b, expiry, party, device)
		return err
	})
}

// stored marks, in memory and in what is written next, a session that was read from
// the store. Such a one is never inserted: a request that was under way while the
// session was ended would bring it back.
const stored = "stored"

// sessionCodec marks what it reads.
type sessionCodec struct{ scs.GobCodec }

func (c sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	deadline, values, err := c.GobCodec.Decode(b)
	if err == nil {
		if values == nil {
			values = map[string]any{}
		}
		values[stored] = true
	}
	return deadline, values, err
}

// named reads of a session whose it is, on which device, and whether it was stored.
func named(b []byte) (party, device string, was bool) {
	_, values, err := scs.GobCodec{}.Decode(b)
	if err != nil {
		return "", "", false
	}
	text := func(key string) string { t, _ := values[key].(string); return t }
	if kind := text("kind"); kind != "" {
		party = partyKey(civic.Party{Kind: civic.PartyKind(kind), ID: text("id")})
	}
	was, _ = values[stored].(bool)
	return party, text("device"), was
}

func partyKey(p civic.Party) string { return string(p.Kind) + ":" + p.ID }

func (st *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return st.j.Scratch(ctx, civic.System("session"), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`DELETE FROM sign_session WHERE token = $1`, token)
		return err
	})
}

func (st *sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errCtx }
func (st *sessionStore) Commit(string, []byte, time.Time) error { return errCtx }
func (st *sessionStore) Delete(string) error                    { return errCtx }
