package grant

import (
	"context"
	"strings"

	"yinqiao/civic"
	"yinqiao/people"
	"yinqiao/staff"
)

// tokenMost is longer than any token.
const tokenMost = 200

// Token reads the bearer token out of an Authorization header (RFC 6750), "" if there
// is none that could be one.
func Token(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > tokenMost || civic.Garbled(token) {
		return ""
	}
	return strings.TrimSpace(token)
}

// Bearer finds out who is signed in by the token in an Authorization header, for the
// channels of programs. A person who was merged after signing in is their root. The
// context carries the session. Denied as of nobody when no one is signed in.
func Bearer(ctx context.Context, sessions *staff.Sessions, p *people.Service, authorization string) (context.Context, civic.Party, error) {
	inner, err := sessions.Load(ctx, Token(authorization))
	if err != nil {
		return ctx, civic.Party{}, err
	}
	who := sessions.Who(inner)
	if who.None() {
		return ctx, civic.Party{}, Nobody()
	}
	if who.Kind == civic.PartyPerson {
		root, err := p.Root(inner, civic.PersonID(who.ID))
		if err != nil {
			return ctx, civic.Party{}, err
		}
		who.ID = string(root)
	}
	return inner, who, nil
}

// Nobody is the judge's own refusal of nobody, so that it is worded once.
func Nobody() error { return errNobody }
