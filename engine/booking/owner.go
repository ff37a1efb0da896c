package booking

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking/external"
	"yinqiao/journal"
	"yinqiao/ruledata"
	"yinqiao/sheet"
)

// The ways to own the truth of places.
const (
	WayOurs      = "ours"      // what is here is so
	WayAllotted  = "allotted"  // a hospital gives places by its list; within them what is here is so
	WayConfirmed = "confirmed" // each booking is locked here and confirmed by the hospital's own register
)

// External is a hospital's own register of places. Both calls may be repeated, and what was
// cancelled is never confirmed. An error says nothing of what became of the call.
type External interface {
	Confirm(ctx context.Context, k external.Ask) (external.Answer, error)
	Cancel(ctx context.Context, key string) (external.Answer, error)
}

// Owner says who owns the truth of an office's places, or of one resource's.
type Owner struct {
	Office   civic.OfficeID
	Resource string // "" for all; a resource's own word goes before the office's
	Way      string
	System   string // the connection; as the installation names it
	Code     string // by which they know the resource

	KeepCode bool `db:"-"` // SetOwner leaves the code as it is
}

var hospitalRules = ruledata.Must[struct {
	Version int `yaml:"version"`
	Answer  struct {
		Minutes       int    `yaml:"minutes"`
		LateMinutes   int    `yaml:"late_minutes"`
		BeforeMinutes int    `yaml:"before_minutes"`
		LeastMinutes  int    `yaml:"least_minutes"`
		Source        string `yaml:"source"`
	} `yaml:"answer"`
	Ask struct {
		CallSeconds  int    `yaml:"call_seconds"`
		AgainSeconds []int  `yaml:"again_seconds"`
		PollSeconds  int    `yaml:"poll_seconds"`
		RestAfter    int    `yaml:"rest_after"`
		RestSeconds  int    `yaml:"rest_seconds"`
		Source       string `yaml:"source"`
	} `yaml:"ask"`
	List struct {
		sheet.Limits `yaml:",inline"`
		Days         int    `yaml:"days"`
		Source       string `yaml:"source"`
	} `yaml:"list"`
	Columns map[string][]string         `yaml:"columns"`
	States  map[external.State][]string `yaml:"states"`
}](files, "data/hospital.yaml")

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Asks gives the engine the registers of hospitals, by the names of their connections.
func (s *Service) Asks(systems map[string]External) { s.outside.systems = systems }

// Systems lists the registers that are connected.
func (s *Service) Systems() []string { return slices.Sorted(maps.Keys(s.outside.systems)) }

// owner says who owns the truth of a session's places.
func owner(q db.Q, x Session) (Owner, error) {
	var o Owner
	err := q.Get(&o, `SELECT office, resource, way, system, code FROM booking_owner WHERE office = $1 AND resource IN ('', $2) ORDER BY resource DESC LIMIT 1`, x.Office, x.Resource)
	if errors.Is(err, db.ErrNoRows) {
		return Owner{Office: x.Office, Way: WayOurs}, nil
	}
	return o, err
}

// asks reports whether bookings have to be confirmed by a hospital.
func (o Owner) asks() bool { return o.Way == WayConfirmed }

var (
	errWay      = civic.E(civic.Invalid, "booking.way", "请选号由谁管：自己管、医院分给一部分、还是每个都要医院确认。").On("way")
	errNoSystem = civic.E(civic.Invalid, "booking.system", "没有连接这家医院的系统。请先请管理员在服务器上接好，再选这一种。").On("system")
)

// Owners are who owns the truth of the places of an office.
type Owners struct {
	List      []Owner    // the office's own word first, then of those who differ
	Resources []Resource // all that can be booked there, as it is listed
}

// Of is what holds by the own word of a resource, or ("") of the office.
func (o Owners) Of(resource string) Owner {
	i := slices.IndexFunc(o.List, func(x Owner) bool { return x.Resource == resource })
	if i < 0 {
		return Owner{Way: WayOurs}
	}
	return o.List[i]
}

// Owners lists who owns the truth of the places of an office, and for what it can be set.
// It needs booking.keep at the office.
func (s *Service) Owners(ctx context.Context, actor civic.Actor, office civic.OfficeID) (Owners, error) {
	var out Owners
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MayKeepSessions, Office: office, Look: true}); err != nil {
			return err
		}
		if err := v.Select(&out.List, `SELECT office, resource, way, system, code FROM booking_owner WHERE office = $1 ORDER BY resource LIMIT $2`, office, resourcesMost+1); err != nil {
			return err
		}
		var err error
		out.Resources, err = activeOf(v, office)
		return err
	})
	if err != nil {
		return Owners{}, err
	}
	return out, nil
}

// SetOwner says from now on who owns the truth of an office's places, or of one
// resource's. What is booked already stays as it is. It needs booking.keep at the office.
func (s *Service) SetOwner(ctx context.Context, actor civic.Actor, o Owner) error {
	switch {
	case o.Way != WayOurs && o.Way != WayAllotted && o.Way != WayConfirmed, len([]rune(o.Code)) > wordsMost:
		return errWay
	case o.Way != WayConfirmed:
		o.System = ""
	case s.outside.systems[o.System] == nil:
		return errNoSystem
	}
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, _, err := s.keeper(tx, o.Office)
		if err != nil {
			return err
		}
		if o.Resource != "" {
			if _, err := readResource(tx, o.Office, o.Resource); err != nil {
				return err
			}
		}
		code := `excluded.code`
		if o.KeepCode { // not read before: somebody else may be setting it
			code = `booking_owner.code`
		}
		n, err := tx.Exec(`INSERT INTO booking_owner (office, resource, way, system, code) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (office, resource) DO UPDATE
			SET way = excluded.way, system = excluded.system, code = `+code+`
			WHERE booking_owner.way <> excluded.way OR booking_owner.system <> excluded.system OR booking_owner.code <> `+code,
			o.Office, o.Resource, o.Way, o.System, o.Code)
		if err != nil {
			return err
		}
		if n == 0 {
			return journal.ErrUnchanged
		}
		return tx.Record(auth, journal.Event{Act: ActOwner, Detail: map[string]string{"way": o.Way, "system": o.System, "resource": o.Resource}, About: about(o.Office, "office", string(o.Office))})
	})
}
