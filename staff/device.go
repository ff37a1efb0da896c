package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// DeviceKind is one kind of device.
type DeviceKind string

// The kinds of device.
const (
	Reader   DeviceKind = "reader" // 读卡器: a card reader with its bridge
	Phone    DeviceKind = "phone"  // 手机: of one member of staff
	GateLine DeviceKind = "gate"   // 闸机
	Kiosk    DeviceKind = "kiosk"  // 自助机
	TV       DeviceKind = "tv"     // 电视
)

// DeviceKinds are those that an administrator enrols; phones are enrolled by the
// member who has them in hand, with a code.
var DeviceKinds = []DeviceKind{Reader, GateLine, Kiosk, TV}

var deviceWords = map[DeviceKind]string{Reader: "读卡器", Phone: "工作手机", GateLine: "闸机", Kiosk: "自助机", TV: "电视"}

// Words names the kind.
func (k DeviceKind) Words() string { return deviceWords[k] }

// Device is one enrolled device.
type Device struct {
	ID        string
	Kind      DeviceKind
	Name      string
	Office    civic.OfficeID
	Staff     civic.StaffID // of a phone
	State     string        // active or revoked
	CreatedAt time.Time
	Seen      *time.Time // when it was last heard of
	Locked    bool       // a phone after too many wrong PINs
}

var (
	errDevice     = civic.E(civic.Invalid, "device.form", "设备要写明种类、名称（最多30个字）和所在的单位。").On("device-name")
	errNoDevice   = civic.E(civic.NotFound, "device.unknown", "没有这台设备，或者已经停用。")
	errDeviceGone = civic.E(civic.Denied, "device.revoked", "这台设备没有登记，或者已经停用。请找本单位管理员重新登记。").
			Accepting("请管理员重新登记这台设备")
	errDeviceBusy = civic.E(civic.Exhausted, "device.busy", "这台设备发得太快了，请过一分钟再试。")
)

// hashToken is how a token is kept: it is random, so that a plain hash is enough.
func hashToken(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// newToken draws a device's token: its ID, a point, and what only it knows.
func newToken(id string) (token, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails on a supported system
	secret := base64.RawURLEncoding.EncodeToString(b)
	return id + "." + secret, hashToken(secret)
}

// EnrolDevice enters a device and returns its token, which is shown once. It needs
// staff.manage where the office is.
func (s *Service) EnrolDevice(ctx context.Context, actor civic.Actor, d Device) (Device, string, error) {
	d.ID, d.State, d.Staff, d.Name = db.NewID(), "active", "", civic.FoldWords(d.Name)
	if n := utf8.RuneCountInString(d.Name); n == 0 || n > 30 || !slices.Contains(DeviceKinds, d.Kind) || civic.HoldsNumber(d.Name) {
		return Device{}, "", errDevice
	}
	token, hash := newToken(d.ID)
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := manageOffice(tx.Authorise, tx, d.Office)
		if err != nil {
			return err
		}
		d.CreatedAt = tx.Now
		return insertDevice(tx, auth, d, hash, "")
	})
	if err != nil {
		return Device{}, "", err
	}
	return d, token, nil
}

func insertDevice(tx *journal.Tx, auth civic.Authority, d Device, hash, pin string) error {
	if err := tx.InsertRows("device", []string{"id", "kind", "name", "office", "staff", "token", "pin", "state", "created_at"},
		[][]any{{d.ID, d.Kind, d.Name, d.Office, d.Staff, hash, pin, "active", tx.Now}}); err != nil {
		return err
	}
	ab := []journal.About{{ID: d.ID, Kind: "device", Role: "object"}, {ID: string(d.Office), Kind: "office", Role: "object"}}
	if d.Staff != "" {
		ab = append(ab, about(d.Staff)...)
	}
	return tx.Record(auth, journal.Event{Act: ActEnrolled, Detail: map[string]string{"kind": string(d.Kind)}, About: ab})
}

// manageOffice asks for staff.manage in the division of an office.
func manageOffice(may authorise, q db.Q, office civic.OfficeID) (civic.Authority, error) {
	if auth, err := may(civic.Need{Permission: civic.MayManageStaff}); err != nil {
		return auth, err
	}
	d, err := officeDivision(q, office)
	if err != nil {
		return civic.Authority{}, err
	}
	return manage(may, d)
}

func officeDivision(q db.Q, office civic.OfficeID) (civic.Division, error) {
	var d civic.Division
	err := q.Get(&d, `SELECT division FROM office WHERE id = $1`, office)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoOffice
	}
	return d, err
}

const deviceColumns = `id, kind, name, office, staff, state, created_at`

// DevicesMost bounds a list of devices.
const DevicesMost = 200

// Devices lists the devices of an office, those in use first. It needs
// staff.manage where the office is.
func (s *Service) Devices(ctx context.Context, actor civic.Actor, office civic.OfficeID) ([]Device, error) {
	var out []Device
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := manageOffice(v.Authorise, v, office); err != nil {
			return err
		}
		if err := v.Select(&out, `SELECT `+deviceColumns+` FROM device WHERE office = $1 ORDER BY state, id DESC LIMIT $2`, office, DevicesMost); err != nil {
			return err
		}
		return seen(v, out)
	})
	return out, err
}

// seen adds when devices were last heard of.
func seen(q db.Q, ds []Device) error {
	if len(ds) == 0 {
		return nil
	}
	var ids []string
	for _, d := range ds {
		ids = append(ids, d.ID)
	}
	var rows []struct {
		Device string
		At     time.Time
		Tries  int
	}
	if err := q.Select(&rows, `SELECT device, at, tries FROM device_seen WHERE device IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return err
	}
	for _, r := range rows {
		if i := slices.Index(ids, r.Device); i >= 0 {
			ds[i].Seen, ds[i].Locked = &r.At, r.Tries >= limits.PINTries
		}
	}
	return nil
}

// Readers lists the card readers of the office of the member of staff at the
// controls, to choose which one stands on the desk.
func (s *Service) Readers(ctx context.Context, actor civic.Actor) ([]Device, error) {
	var out []Device
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MayFindPeople, Look: true})
		if err != nil {
			return err
		}
		return v.Select(&out, `SELECT `+deviceColumns+` FROM device WHERE office = $1 AND state = 'active' AND kind = 'reader' ORDER BY name, id LIMIT $2`, auth.Office(), DevicesMost)
	})
	return out, err
}

// ReadDevice reads a device in use. NotFound if there is none or it was revoked.
func ReadDevice(q db.Q, id string) (Device, error) {
	var d Device
	err := q.Get(&d, `SELECT `+deviceColumns+` FROM device WHERE id = $1 AND state = 'active'`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoDevice
	}
	return d, err
}

// RevokeDevice takes a device out of use, at once. It needs staff.manage where its
// office is; a member revokes their own phone themselves.
func (s *Service) RevokeDevice(ctx context.Context, actor civic.Actor, id string) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		if err := tx.SignedIn(); err != nil {
			return err
		}
		d, err := ReadDevice(tx, id)
		if err != nil {
			return err
		}
		auth, err := manageOffice(tx.Authorise, tx, d.Office)
		if err != nil && d.Staff != "" && d.Staff == actor.Staff() {
			auth, err = tx.Authorise(civic.Need{Office: d.Office, Permission: civic.MayFindPeople})
		}
		if err != nil {
			return err
		}
		return revoke(tx, auth, d)
	})
}

func revoke(tx *journal.Tx, auth civic.Authority, d Device) error {
	n, err := tx.Exec(`UPDATE device SET state = 'revoked', revoked_at = $1 WHERE id = $2 AND state = 'active'`, tx.Now, d.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNoDevice
	}
	if _, err := tx.Exec(`DELETE FROM sign_session WHERE device = $1`, d.ID); err != nil {
		return err
	}
	return tx.Record(auth, journal.Event{Act: ActRevoked, Detail: map[string]string{"kind": string(d.Kind)},
		About: []journal.About{{ID: d.ID, Kind: "device", Role: "object"}, {ID: string(d.Office), Kind: "office", Role: "object"}}})
}

// ByToken says which device bears a token, and notes that it was heard of. Denied
// if the token is none, or of a device that was revoked.
func (s *Service) ByToken(ctx context.Context, token string) (Device, error) {
	var d Device
	err := s.j.Look(ctx, civic.System("device"), func(v *journal.View) error {
		var err error
		d, _, err = byToken(v, token)
		return err
	})
	if err != nil {
		return Device{}, err
	}
	return d, s.noteSeen(ctx, d.ID)
}

func byToken(q db.Q, token string) (d Device, pin string, err error) {
	id, secret, ok := strings.Cut(token, ".")
	if !ok || len(token) > 200 {
		return d, "", errDeviceGone
	}
	var row struct {
		Device
		Token, Pin string
	}
	err = q.Get(&row, `SELECT `+deviceColumns+`, token, pin FROM device WHERE id = $1 AND state = 'active'`, id)
	if errors.Is(err, db.ErrNoRows) {
		return d, "", errDeviceGone
	}
	if err != nil {
		return d, "", err
	}
	if subtle.ConstantTimeCompare([]byte(row.Token), []byte(hashToken(secret))) != 1 {
		return d, "", errDeviceGone
	}
	return row.Device, row.Pin, nil
}

// noteSeen notes that a device was heard of, at most once a minute.
func (s *Service) noteSeen(ctx context.Context, id string) error {
	now := s.j.Now()
	var n int
	err := s.j.Look(ctx, civic.System("device"), func(v *journal.View) error {
		return v.Get(&n, `SELECT COUNT(*) FROM device_seen WHERE device = $1 AND at > $2`, id, now.Add(-time.Duration(limits.SeenSeconds)*time.Second))
	})
	if err != nil || n > 0 {
		return err
	}
	return s.j.Scratch(ctx, civic.System("device"), func(tx *journal.Scratch) error {
		_, err := tx.Exec(`INSERT INTO device_seen (device, at, tries) VALUES ($1, $2, 0) ON CONFLICT (device) DO UPDATE SET at = excluded.at`, id, tx.Now)
		return err
	})
}

// Within refuses a device that sends more than its share. n is how often it was
// heard of within the last minute.
func Within(n int) error {
	if n >= limits.ReadsPerMinute {
		return errDeviceBusy
	}
	return nil
}
