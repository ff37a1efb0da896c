package place

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"yinqiao/civic"
)

// The levels of a division.
const (
	LevelProvince = 1
	LevelCity     = 2
	LevelCounty   = 3
	LevelStreet   = 4 // street, town or township
)

// Division is one administrative division. Parent is empty for a province.
type Division struct {
	Code   civic.Division
	Name   string
	Parent civic.Division
	Level  int
}

// divisionsCSV is made by tools/divisions; data/README.md names its source.
//
//go:embed data/divisions.csv
var divisionsCSV string

// builtIn parses the embedded file once. A file that can't be read is a broken
// build, not a state to run in, hence the panic; a test reads it first.
var builtIn = sync.OnceValue(func() []Division {
	all, err := parseDivisions(divisionsCSV)
	if err != nil {
		panic("place: data/divisions.csv: " + err.Error())
	}
	return all
})

// Divisions returns the divisions that are built in, sorted by code, so that a
// parent comes before its children. The slice is the caller's own.
func Divisions() []Division { return slices.Clone(builtIn()) }

var divisionNames = sync.OnceValue(func() map[civic.Division]string {
	m := map[civic.Division]string{}
	for _, d := range builtIn() {
		m[d.Code] = d.Name
	}
	return m
})

// DivisionName is a division's own name, without those round it; "" if there is none.
func DivisionName(code civic.Division) string { return divisionNames()[code] }

// codeDigits is the length of a code at each level.
var codeDigits = [...]int{LevelProvince: 2, LevelCity: 4, LevelCounty: 6, LevelStreet: 9}

// parseDivisions reads the columns code, name, parent and level, and refuses a
// list in which a row's parent doesn't stand above it: the rows are inserted in
// this order under a foreign key.
func parseDivisions(text string) ([]Division, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = 4
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) == 0 || !slices.Equal(records[0], []string{"code", "name", "parent", "level"}) {
		return nil, fmt.Errorf("the first line does not name the columns")
	}
	all := make([]Division, 0, len(records)-1)
	seen := map[civic.Division]bool{"": true} // the parent of a province
	for _, rec := range records[1:] {
		d, err := parseDivision(rec)
		switch {
		case err != nil:
			return nil, err
		case seen[d.Code]:
			return nil, fmt.Errorf("%s appears twice", d.Code)
		case !seen[d.Parent]:
			return nil, fmt.Errorf("%s stands before its parent %q", d.Code, d.Parent)
		}
		seen[d.Code] = true
		all = append(all, d)
	}
	return all, nil
}

// parseDivision reads one line and checks it by itself: the code fits the level
// and begins with the parent's.
func parseDivision(rec []string) (Division, error) {
	level, err := strconv.Atoi(rec[3])
	if err != nil || level < LevelProvince || level > LevelStreet {
		return Division{}, fmt.Errorf("%s: level %q", rec[0], rec[3])
	}
	d := Division{Code: civic.Division(rec[0]), Name: rec[1], Parent: civic.Division(rec[2]), Level: level}
	parent := ""
	if level > LevelProvince {
		parent = rec[0][:min(len(rec[0]), codeDigits[level-1])]
	}
	if len(rec[0]) != codeDigits[level] || rec[2] != parent || rec[1] == "" {
		return Division{}, fmt.Errorf("%q does not fit level %d under %q", rec[0], level, rec[2])
	}
	return d, nil
}
