package place

import (
	"context"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActOfficeOpened    = journal.Define("office.opened", "设立了单位")
	ActDivisionsLoaded = journal.Define("place.divisions_loaded", "载入了行政区划")
	ActDetailsChanged  = journal.Define("place.details_changed", "改了地点的资料")
	ActHoursChanged    = journal.Define("place.hours_changed", "改了开门时间")
	ActDaySet          = journal.Define("place.day_set", "改了某一天的开门时间")
	ActDayDropped      = journal.Define("place.day_dropped", "某一天照平常开门")
	ActFeatureChanged  = journal.Define("place.feature_changed", "改了地点有没有某样服务")
	ActWindowAdded     = journal.Define("place.window_added", "添了一个窗口")
	ActWindowOpened    = journal.Define("place.window_opened", "开了窗口")
	ActWindowClosed    = journal.Define("place.window_closed", "关了窗口")
	ActWindowEnded     = journal.Define("place.window_ended", "撤了窗口")
	ActShut            = journal.Define("place.shut", "这个地方不再对外办事")
	ActReopened        = journal.Define("place.reopened", "这个地方重新对外办事")
)

// Acts lists the acts after which a place may keep or break a rule that it kept or
// broke before: what people meet there has changed.
func Acts() []journal.Act {
	return []journal.Act{ActOfficeOpened, ActDetailsChanged, ActHoursChanged, ActDaySet, ActDayDropped, ActFeatureChanged,
		ActWindowAdded, ActWindowOpened, ActWindowClosed, ActWindowEnded, ActShut, ActReopened}
}

// CountyActs lists those of Acts after which a county as a whole may have a counter or
// lack one.
func CountyActs() []journal.Act { return []journal.Act{ActOfficeOpened, ActShut, ActReopened} }

// Point is a place on earth in degrees by WGS-84. The zero Point is not known.
// Maps made in China show GCJ-02, which lies some hundred metres beside.
type Point struct{ Lat, Lon float64 }

// Known reports whether there are coordinates.
func (p Point) Known() bool { return p != Point{} }

// Office is a place where people are served: a window, a hospital, a bureau, and
// also a station, a shop or a park. A case needs one with staff.
type Office struct {
	ID       civic.OfficeID
	Kind     string // a code of kinds.yaml
	Name     string
	Division civic.Division
	Village  string // village or residents' community, by name
	Address  string // in words that a taxi driver understands
	Landmark string // how to find it, in words
	Phone    string // public
	Hours    string // as on the door; ParseHours reads what can be reckoned with
	At       Point
	Services string // names of services of the catalogue that it does, between blanks
	Can      string // what else can be done here, in words
	Cannot   string // what can't, and where it can
	Shut     string // why it serves the public no more, "" while it does
}

var (
	errNoOffice  = civic.E(civic.NotFound, "office.unknown", "没有找到这个单位。")
	errBadOffice = civic.E(civic.Invalid, "office.form", "单位要有名称、种类和所在的行政区划；每一项最多200个字。").On("office-name")
	errKind      = civic.E(civic.Invalid, "office.kind", "没有这种单位，请从单子里选种类。").On("kind")
	errPoint     = civic.E(civic.Invalid, "place.point", "经纬度要写成 37.786230 和 112.560820 这样，按国际通用的 WGS-84 坐标，中国境内。").On("lat")
	errServices  = civic.E(civic.Invalid, "place.services", "能办的服务没有写对，请从单子里选。").On("services")
	errLong      = civic.E(civic.Invalid, "place.long", "写得太长了，请缩短一些，每项最多200字。")
)

// Service opens, keeps and finds places.
type Service struct{ j *journal.Journal }

// New makes the service.
func New(j *journal.Journal) *Service { return &Service{j} }

// wordsMost bounds each text of a place.
const wordsMost = 200

var serviceNames = regexp.MustCompile(`^([a-z][a-z0-9-]*( [a-z][a-z0-9-]*)*)?$`)

func (o *Office) check() error {
	for _, s := range []*string{&o.Name, &o.Kind, &o.Village, &o.Address, &o.Landmark, &o.Phone, &o.Hours, &o.Can, &o.Cannot} {
		if *s = strings.TrimSpace(*s); len([]rune(*s)) > wordsMost+100 {
			return errLong
		}
	}
	o.Services = strings.Join(strings.Fields(o.Services), " ")
	_, known := KindOf(o.Kind)
	switch {
	case o.Name == "" || o.Kind == "" || o.Division == "":
		return errBadOffice
	case !known:
		return errKind
	case len(o.Services) > 2000 || !serviceNames.MatchString(o.Services):
		return errServices
	case o.At.Known() && !(o.At.Lat > 3 && o.At.Lat < 54 && o.At.Lon > 73 && o.At.Lon < 136): // also when it is no number
		return errPoint
	}
	if h, err := ParseHours(o.Hours); err == nil {
		o.Hours = h.String()
	}
	return nil
}

// Open enters a place. It needs staff.manage in its division.
func (s *Service) Open(ctx context.Context, actor civic.Actor, o Office) (civic.OfficeID, error) {
	if err := o.check(); err != nil {
		return "", err
	}
	o.ID = civic.OfficeID(db.NewID())
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: o.Division})
		if err != nil {
			return err
		}
		lat, lon := o.At.columns()
		if err := tx.InsertRows("office", []string{"id", "kind", "name", "division", "village", "address", "landmark", "phone", "hours", "lat", "lon", "cell", "services", "can", "cannot"},
			[][]any{{o.ID, o.Kind, o.Name, o.Division, o.Village, o.Address, o.Landmark, o.Phone, o.Hours, lat, lon, o.At.cell(), o.Services, o.Can, o.Cannot}}); err != nil {
			if db.IsForeignKey(err) {
				return errBadOffice
			}
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActOfficeOpened, Detail: map[string]string{"name": o.Name, "kind": o.Kind, "division": string(o.Division)}, About: about(o.ID)})
	})
	if err != nil {
		return "", err
	}
	return o.ID, nil
}

func about(id civic.OfficeID) []journal.About {
	return []journal.About{{ID: string(id), Kind: "office", Role: "object"}}
}

// authoriser is a write or a look.
type authoriser interface {
	Authorise(civic.Need) (civic.Authority, error)
}

// keep authorises who keeps a place's data: its own staff whose role includes it,
// or who manages its division.
func keep(by authoriser, q db.Q, id civic.OfficeID) (civic.Authority, Office, error) {
	auth, err := by.Authorise(civic.Need{Permission: civic.MayKeepPlace, Office: id})
	if err != nil && !civic.Is(err, civic.Denied) {
		return auth, Office{}, err
	}
	o, errO := Read(q, id)
	if err == nil || civic.Is(errO, civic.Internal) || civic.Is(errO, civic.Unavailable) {
		return auth, o, errO
	}
	if errO == nil {
		if manager, e := by.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: o.Division}); e == nil {
			return manager, o, nil
		}
	}
	return auth, o, err // who may not learns no more than that
}

// Keeping is Show for who may change what is known of the place. Denied to others.
func (s *Service) Keeping(ctx context.Context, actor civic.Actor, id civic.OfficeID) (Card, error) {
	var c Card
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		_, _, err := keep(v, v, id)
		if err == nil {
			c, err = Standing(v, id, v.Now)
		}
		return err
	})
	return c, err
}

// Describe changes what people are told of a place: address, landmark, village,
// phone, coordinates, what can be done. ID names the place; its name, kind, division
// and hours stay.
func (s *Service) Describe(ctx context.Context, actor civic.Actor, o Office) error {
	return s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, was, err := keep(tx, tx, o.ID)
		if err != nil {
			return err
		}
		o.Name, o.Kind, o.Division, o.Hours, o.Shut = was.Name, was.Kind, was.Division, was.Hours, was.Shut
		if err := o.check(); err != nil {
			return err
		}
		if o == was {
			return journal.ErrUnchanged
		}
		lat, lon := o.At.columns()
		if _, err := tx.Exec(`UPDATE office SET village = $1, address = $2, landmark = $3, phone = $4, lat = $5, lon = $6, cell = $7, services = $8, can = $9, cannot = $10 WHERE id = $11`,
			o.Village, o.Address, o.Landmark, o.Phone, lat, lon, o.At.cell(), o.Services, o.Can, o.Cannot, o.ID); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDetailsChanged, Detail: map[string]string{"name": o.Name}, About: about(o.ID)})
	})
}

// officeRow is a place as it lies in its row.
type officeRow struct {
	ID                                civic.OfficeID
	Kind, Name                        string
	Division                          civic.Division
	Village, Address, Landmark, Phone string
	Hours                             string
	Lat, Lon                          *float64
	Services, Can, Cannot, Shut       string
}

const officeColumns = `id, kind, name, division, village, address, landmark, phone, hours, lat, lon, services, can, cannot, shut`

func (r officeRow) office() Office {
	o := Office{r.ID, r.Kind, r.Name, r.Division, r.Village, r.Address, r.Landmark, r.Phone, r.Hours, Point{}, r.Services, r.Can, r.Cannot, r.Shut}
	if r.Lat != nil && r.Lon != nil {
		o.At = Point{*r.Lat, *r.Lon}
	}
	return o
}

// Hold keeps others from what is decided for a whole office until the write ends. An
// office that there is not holds nobody up.
func Hold(tx *journal.Tx, id civic.OfficeID) error {
	_, err := tx.Exec(`UPDATE office SET name = name WHERE id = $1`, id)
	return err
}

// Read reads one place.
func Read(q db.Q, id civic.OfficeID) (Office, error) {
	var r officeRow
	err := q.Get(&r, `SELECT `+officeColumns+` FROM office WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoOffice
	}
	return r.office(), err
}

// OfKind lists the places of one kind in a division and below that serve the public,
// by division and name.
func OfKind(q db.Q, kind string, in civic.Division) ([]Office, error) {
	var rs []officeRow
	err := q.Select(&rs, `SELECT `+officeColumns+` FROM office WHERE kind = $1 AND division >= $2 AND division < $3 AND shut = '' ORDER BY division, name, id LIMIT 500`,
		kind, in, string(in)+"~")
	return offices(rs), err
}

func offices(rs []officeRow) []Office {
	out := make([]Office, len(rs))
	for i, r := range rs {
		out[i] = r.office()
	}
	return out
}

// LoadDivisions enters the embedded divisions that the database lacks, once. A
// release that brings new ones adds them.
func (s *Service) LoadDivisions(ctx context.Context) error {
	lack, err := s.lacking(ctx)
	if err != nil || len(lack) == 0 {
		return err
	}
	err = s.j.Write(ctx, civic.System("start"), func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{})
		if err != nil {
			return err
		}
		rows := make([][]any, len(lack))
		for i, d := range lack {
			rows[i] = []any{d.Code, d.Name, d.Parent, d.Level}
		}
		if err := tx.InsertRows("division", []string{"code", "name", "parent", "level"}, rows); err != nil {
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActDivisionsLoaded})
	})
	if db.IsUnique(err) {
		return nil // another replica, starting at the same moment, was faster
	}
	return err
}

// lacking lists the embedded divisions that are not in the database.
func (s *Service) lacking(ctx context.Context) ([]Division, error) {
	var codes []civic.Division
	err := s.j.Look(ctx, civic.System("start"), func(v *journal.View) error {
		return v.Select(&codes, `SELECT code FROM division ORDER BY code`)
	})
	return slices.DeleteFunc(Divisions(), func(d Division) bool {
		_, there := slices.BinarySearch(codes, d.Code)
		return there
	}), err
}

// Card is a place as people are told of it.
type Card struct {
	Office
	Table    Timetable
	Status   Status // at the time that was asked about
	Features []Has
	Windows  []Window
	Ahead    []DayPlan // today and the two weeks after it
}

// Office reads one place, shut ones too. What places there are is public. NotFound if
// there is none.
func (s *Service) Office(ctx context.Context, id civic.OfficeID) (Office, error) {
	var o Office
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		var err error
		o, err = Read(v, id)
		return err
	})
	return o, err
}

// Show reads all that people are told of a place. What places there are is public.
func (s *Service) Show(ctx context.Context, id civic.OfficeID) (Card, error) {
	var c Card
	err := s.j.Look(ctx, civic.System("place"), func(v *journal.View) error {
		var err error
		c, err = Standing(v, id, v.Now)
		return err
	})
	return c, err
}

// aheadDays is how many days a place's own page shows.
const aheadDays = 15

// Standing reads how a place stands at a time: its hours, windows and features.
// Rules and engines judge a place by it. NotFound if there is none.
func Standing(q db.Q, id civic.OfficeID, at time.Time) (Card, error) {
	o, err := Read(q, id)
	if err != nil {
		return Card{}, err
	}
	tables, err := timetables(q, []civic.OfficeID{id}, at)
	if err != nil {
		return Card{}, err
	}
	c := Card{Office: o, Table: tables[id]}
	c.Status = OpenAt(c.Table, at)
	if c.Table.Known {
		c.Ahead = c.Table.Ahead(at, aheadDays)
	}
	if c.Features, err = featuresOf(q, id); err != nil {
		return c, err
	}
	c.Windows, err = Windows(q, id)
	return c, err
}

// columns are the coordinates for their columns, null when unknown.
func (p Point) columns() (lat, lon *float64) {
	if !p.Known() || math.IsNaN(p.Lat) || math.IsNaN(p.Lon) {
		return nil, nil
	}
	return &p.Lat, &p.Lon
}

// Names returns the names of places, for a list.
func Names(q db.Q, ids []civic.OfficeID) (map[civic.OfficeID]string, error) {
	out := map[civic.OfficeID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID   civic.OfficeID
		Name string
	}
	if err := q.Select(&rows, `SELECT id, name FROM office WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}
