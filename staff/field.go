package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

var (
	errCode    = civic.E(civic.Denied, "field.code", "登记码不对，或者已经用过、过了时间。请管理员再发一个。").On("code")
	errPINForm = civic.E(civic.Invalid, "field.pin_form", "密码要6位数字，不能用123456、000000这样连着或重复的，也不要用生日。").On("pin")
	errPIN     = civic.E(civic.Denied, "field.pin", "密码不对，请再试一次。连续输错几次，手机会锁上。").On("pin")
	errLocked  = civic.E(civic.Denied, "field.locked", "密码输错太多次，这部手机已经锁上。请管理员再发一个登记码，重新登记。").On("pin").
			Accepting("请管理员再发一个登记码")
)

// oldestBirth is the first year that a member of staff may be born in.
const oldestBirth = 1930

// codeDraws bounds how often a code that is taken is drawn again.
const codeDraws = 20

// DrawCode draws the code of eight digits with which a member enrols a phone, once,
// within a quarter of an hour. It needs staff.manage over the member; a member at a
// desk draws one for themselves. It is also how a locked phone is opened again.
func (s *Service) DrawCode(ctx context.Context, actor civic.Actor, id civic.StaffID) (string, error) {
	var code string
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := s.mayDraw(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM enrol_code WHERE staff = $1 AND used_at IS NULL`, id); err != nil {
			return err
		}
		for range codeDraws {
			n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
			if err != nil {
				return err
			}
			code = fmt.Sprintf("%08d", n)
			got, err := tx.Exec(`INSERT INTO enrol_code (hash, staff, drawn_by, expires) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				s.v.Index("enrol", code), id, actor.Operator.ID, tx.Now.Add(minutes(limits.EnrolMinutes)))
			if err != nil {
				return err
			}
			if got == 1 {
				return tx.Record(auth, journal.Event{Act: ActCodeDrawn, About: about(id)})
			}
		}
		return errors.New("staff: no free code")
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

func (s *Service) mayDraw(tx *journal.Tx, id civic.StaffID) (civic.Authority, error) {
	if tx.Actor.Staff() == id && id != "" && tx.Actor.Channel == civic.ChannelDesk {
		m, err := Read(tx, id)
		if err != nil {
			_, refused := tx.Authorise(civic.Need{Permission: civic.MayFindPeople})
			if refused != nil {
				return civic.Authority{}, refused
			}
			return civic.Authority{}, err
		}
		if _, finds := m.May(civic.MayFindPeople); finds {
			return tx.Authorise(civic.Need{Permission: civic.MayFindPeople, Office: m.Office})
		}
	}
	_, auth, err := managed(tx.Authorise, tx, id)
	return auth, err
}

// anyOf is some permission that a member has, for what concerns themselves alone.
func anyOf(m Member) civic.Permission {
	for _, p := range m.Roles {
		if ps := allowed[p.Role]; len(ps) > 0 {
			return ps[0]
		}
	}
	return civic.MayFindPeople
}

// Enrol makes the phone at the other end a member's, by the code that was drawn for
// them. It returns the token that the phone keeps. A phone that the member had before
// is out of use. Callers limit the rate of tries.
func (s *Service) Enrol(ctx context.Context, code, pin string) (Device, string, error) {
	pin = civic.Digits(pin)
	if !goodPIN(pin, s.j.Now()) {
		return Device{}, "", errPINForm
	}
	hash := s.v.Index("enrol", civic.Digits(code))
	d := Device{ID: db.NewID(), Kind: Phone, State: "active"}
	token, secret := newToken(d.ID)
	sealed := s.cost.hash(pin)
	sys := civic.System("enrol")
	sys.Channel = civic.ChannelField
	err := s.j.Write(ctx, sys, func(tx *journal.Tx) error {
		n, err := tx.Exec(`UPDATE enrol_code SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires > $1`, tx.Now, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errCode
		}
		if err := tx.Get(&d.Staff, `SELECT staff FROM enrol_code WHERE hash = $1`, hash); err != nil {
			return err
		}
		m, err := Read(tx, d.Staff)
		if civic.Is(err, civic.NotFound) {
			return errCode
		}
		if err != nil {
			return err
		}
		d.Name, d.Office, d.CreatedAt = m.Name+"的手机", m.Office, tx.Now
		auth, err := tx.Authorise(civic.Need{Division: m.Division, Office: m.Office})
		if err != nil {
			return err
		}
		var old []Device
		if err := tx.Select(&old, `SELECT `+deviceColumns+` FROM device WHERE staff = $1 AND state = 'active'`, d.Staff); err != nil {
			return err
		}
		for _, o := range old {
			if err := revoke(tx, auth, o); err != nil {
				return err
			}
		}
		return insertDevice(tx, auth, d, secret, sealed)
	})
	if err != nil {
		return Device{}, "", err
	}
	return d, token, nil
}

// goodPIN reports whether a PIN is six digits that are neither one digit, nor a row,
// nor a pattern of two or three, nor a date of birth.
func goodPIN(pin string, now time.Time) bool {
	if len(pin) != 6 || strings.Trim(pin, "0123456789") != "" {
		return false
	}
	if pin[:3] == pin[3:] || pin[:2] == pin[2:4] && pin[:2] == pin[4:] {
		return false
	}
	up, down := true, true
	for i := 1; i < len(pin); i++ {
		up = up && (pin[i]-pin[i-1] == 1 || pin[i-1] == '9' && pin[i] == '0')
		down = down && (pin[i-1]-pin[i] == 1 || pin[i-1] == '0' && pin[i] == '9')
	}
	if up || down {
		return false
	}
	for _, layout := range []string{"060102", "020106"} { // a year of two digits is any year
		if _, err := time.Parse(layout, pin); err == nil {
			return false
		}
	}
	at, err := time.Parse("200601", pin)
	return err != nil || at.Year() < oldestBirth || at.After(now)
}

// SignInByPIN signs a member in on their enrolled phone. Denied if the phone is none,
// if the PIN is wrong, and, until it is enrolled again, after too many wrong ones.
func (s *Service) SignInByPIN(ctx context.Context, token, pin string) (Device, error) {
	var d Device
	var hash string
	sys := civic.System("sign-in")
	sys.Channel = civic.ChannelField
	err := s.j.Look(ctx, sys, func(v *journal.View) error {
		var err error
		if d, hash, err = byToken(v, token); err == nil && d.Kind != Phone {
			err = errDeviceGone
		}
		return err
	})
	if err != nil {
		return Device{}, err
	}
	if err := s.try(ctx, d.ID); err != nil {
		return Device{}, err
	}
	right := passwordMatches(hash, civic.Digits(pin))
	err = s.j.Write(ctx, sys, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Office: d.Office})
		if err != nil {
			return err
		}
		ev := journal.Event{Act: ActPINFailed, About: append(about(d.Staff), journal.About{ID: d.ID, Kind: "device", Role: "object"})}
		if right {
			// Read again: it may have been revoked while the PIN was compared.
			if _, err := ReadDevice(tx, d.ID); err != nil {
				return errDeviceGone
			}
			if _, err := Read(tx, d.Staff); err != nil {
				return errDeviceGone
			}
			if _, err := tx.Exec(`UPDATE device_seen SET tries = 0, at = $1 WHERE device = $2`, tx.Now, d.ID); err != nil {
				return err
			}
			ev.Act = ActSignedIn
		} else if locked, err := locked(tx, d.ID); err != nil {
			return err
		} else if locked { // whoever guesses may have it open
			if _, err := tx.Exec(`DELETE FROM sign_session WHERE device = $1`, d.ID); err != nil {
				return err
			}
		}
		return tx.Record(auth, ev)
	})
	if err != nil {
		return Device{}, err
	}
	if !right {
		return Device{}, errPIN
	}
	return d, nil
}

// try counts a try before it is judged, so that many at once are no way round.
func (s *Service) try(ctx context.Context, id string) error {
	return s.j.Scratch(ctx, civic.System("sign-in"), func(tx *journal.Scratch) error {
		if _, err := tx.Exec(`INSERT INTO device_seen (device, at, tries) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING`, id, tx.Now); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE device_seen SET tries = tries + 1, at = $1 WHERE device = $2 AND tries < $3`, tx.Now, id, limits.PINTries)
		if err == nil && n == 0 {
			err = errLocked
		}
		return err
	})
}

// locked reports whether too many wrong PINs were tried on a phone.
func locked(q db.Q, device string) (bool, error) {
	var n int
	err := q.Get(&n, `SELECT COUNT(*) FROM device_seen WHERE device = $1 AND tries >= $2`, device, limits.PINTries)
	return n > 0, err
}

// Bound reports whether a phone in use, and not locked, belongs to the member: what the judge asks of
// every act from the field.
func Bound(q db.Q, device string, id civic.StaffID) (bool, error) {
	d, err := ReadDevice(q, device)
	if civic.Is(err, civic.NotFound) {
		return false, nil
	}
	if err != nil || d.Kind != Phone || d.Staff != id {
		return false, err
	}
	shut, err := locked(q, device)
	return !shut, err
}

// OnPhone reads the member of staff of a session on a phone. Denied if the phone was
// revoked or is not theirs.
func (s *Service) OnPhone(ctx context.Context, actor civic.Actor) (Member, error) {
	var m Member
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if err := v.SignedIn(); err != nil {
			return err
		}
		ok, err := Bound(v, actor.Device, actor.Staff())
		if err != nil {
			return err
		}
		if !ok {
			return errDeviceGone
		}
		m, err = Read(v, actor.Staff())
		return err
	})
	return m, err
}
