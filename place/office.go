package place

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// The acts of this room.
var (
	ActOfficeOpened    = journal.Define("office.opened", "设立了单位")
	ActDivisionsLoaded = journal.Define("place.divisions_loaded", "载入了行政区划")
)

// Office is a place with people in it who serve: a window, a hospital's
// department, a community station, a bureau.
type Office struct {
	ID       civic.OfficeID
	Kind     string
	Name     string
	Division civic.Division
	Address  string // in words that a taxi driver understands
	Phone    string // public
	Hours    string
}

var (
	errNoOffice  = civic.E(civic.NotFound, "office.unknown", "没有找到这个单位。")
	errBadOffice = civic.E(civic.Invalid, "office.form", "单位要有名称、种类和所在的行政区划；每一项最多120个字。").On("office-name")
)

// Service opens and finds offices.
type Service struct{ j *journal.Journal }

// New makes the service.
func New(j *journal.Journal) *Service { return &Service{j} }

// textMost bounds each text of an office, in characters.
const textMost = 120

func tooLong(o Office) bool {
	return slices.ContainsFunc([]string{o.Name, o.Kind, string(o.Division), o.Address, o.Phone, o.Hours}, func(t string) bool {
		return utf8.RuneCountInString(t) > textMost
	})
}

// Open enters an office. It needs staff.manage in its division.
func (s *Service) Open(ctx context.Context, actor civic.Actor, o Office) (civic.OfficeID, error) {
	if o.Name == "" || o.Kind == "" || o.Division == "" || tooLong(o) {
		return "", errBadOffice
	}
	o.ID = civic.OfficeID(db.NewID())
	err := s.j.Write(ctx, actor, func(tx *journal.Tx) error {
		auth, err := tx.Authorise(civic.Need{Permission: civic.MayManageStaff, Division: o.Division})
		if err != nil {
			return err
		}
		if err := tx.InsertRows("office", []string{"id", "kind", "name", "division", "address", "phone", "hours"},
			[][]any{{o.ID, o.Kind, o.Name, o.Division, o.Address, o.Phone, o.Hours}}); err != nil {
			if db.IsForeignKey(err) {
				return errBadOffice
			}
			return err
		}
		return tx.Record(auth, journal.Event{Act: ActOfficeOpened, Detail: map[string]string{"name": o.Name, "kind": o.Kind},
			About: []journal.About{{ID: string(o.ID), Kind: "office", Role: "object"}}})
	})
	if err != nil {
		return "", err
	}
	return o.ID, nil
}

const officeColumns = `id, kind, name, division, address, phone, hours`

// Read reads one office.
func Read(q db.Q, id civic.OfficeID) (Office, error) {
	var o Office
	err := q.Get(&o, `SELECT `+officeColumns+` FROM office WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		err = errNoOffice
	}
	return o, err
}

// OfKind lists the offices of one kind in a division and below, by division and
// name.
func OfKind(q db.Q, kind string, in civic.Division) ([]Office, error) {
	var os []Office
	err := q.Select(&os, `SELECT `+officeColumns+` FROM office WHERE kind = $1 AND division >= $2 AND division < $3 ORDER BY division, name, id LIMIT 500`,
		kind, in, string(in)+"~")
	return os, err
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
