package booking

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yinqiao/civic"
	"yinqiao/engine/booking/external"
	"yinqiao/sheet"
)

// listed is one line of a hospital's list.
type listed struct {
	line                 int
	key, number, ref     string // ref as it stands there, to be compared and not kept
	day                  string // YYYY-MM-DD
	from, until          int    // minutes after midnight; -1 where it is not said
	department, resource string
	state                external.State
	places               int
}

// what says which place a line is of, in the list's own words.
func (l listed) what() string {
	parts := []string{l.day}
	if l.from >= 0 {
		parts = append(parts, fmt.Sprintf("%d:%02d", l.from/60, l.from%60))
	}
	return strings.TrimSpace(strings.Join(append(parts, l.department, l.resource), " "))
}

// readListed reads a hospital's list. need names the columns without which it is none.
// Invalid names the line and what is wrong in it.
func readListed(b []byte, need ...string) ([]listed, error) {
	lines, err := sheet.Read(b, hospitalRules.List.Limits)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, sheet.ErrEmpty
	}
	at, head := headed(lines)
	for _, n := range need {
		if _, ok := at[n]; !ok {
			return nil, civic.E(civic.Invalid, "booking.list", "单子里没有「"+hospitalRules.Columns[n][0]+"」这一列。请在表头写上这个名字，再交一次。").On("file")
		}
	}
	var out []listed
	for _, x := range lines[head+1:] {
		l, err := readLine(x, at)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, sheet.ErrEmpty
	}
	return out, nil
}

// headed finds the row of headings, and the columns by what they hold.
func headed(lines []sheet.Line) (map[string]int, int) {
	best, row := map[string]int{}, 0
	for i, x := range lines[:min(len(lines), sheet.HeadsWithin)] {
		at := map[string]int{}
		for c, cell := range x.Cells {
			for name, words := range hospitalRules.Columns {
				if _, twice := at[name]; !twice && slices.Contains(words, strings.TrimSpace(civic.Fold(cell))) {
					at[name] = c
				}
			}
		}
		if len(at) > len(best) {
			best, row = at, i
		}
	}
	return best, row
}

func readLine(x sheet.Line, at map[string]int) (listed, error) {
	cell := func(name string) string {
		if c, ok := at[name]; ok && c < len(x.Cells) {
			return strings.TrimSpace(x.Cells[c])
		}
		return ""
	}
	wrong := func(name string) error {
		return civic.E(civic.Invalid, "booking.list", fmt.Sprintf("第%d行的「%s」看不懂。请改好这一格，再交一次。", x.N, hospitalRules.Columns[name][0])).On("file")
	}
	l := listed{line: x.N, key: cell("key"), number: digitsOf(cell("number")), ref: cell("ref"), department: shortly(cell("department")), resource: shortly(cell("resource")), from: -1, until: -1}
	var err error
	if l.day, err = sheet.Day(cell("day")); err != nil || l.day == "" && cell("day") != "" {
		return l, wrong("day")
	}
	for _, m := range []struct {
		name string
		to   *int
	}{{"time", &l.from}, {"until", &l.until}} {
		if c := cell(m.name); c != "" {
			var ok bool
			if *m.to, ok = clockCell(beginning(c)); !ok {
				return l, wrong(m.name)
			}
		}
	}
	if c := cell("state"); c != "" {
		for state, words := range hospitalRules.States {
			if slices.Contains(words, civic.Fold(c)) {
				l.state = state
			}
		}
		if l.state == "" {
			return l, wrong("state")
		}
	}
	if c := cell("places"); c != "" {
		if l.places, err = strconv.Atoi(c); err != nil || l.places < 0 || l.places > placesMost {
			return l, wrong("places")
		}
	}
	return l, nil
}

// beginning is the first of two times in a cell: of 14:00-17:00, 14:00.
func beginning(s string) string {
	s = civic.Fold(s)
	if i := strings.IndexAny(s, "-—–~至到"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, civic.Fold(s))
}

// span is from which to which day lines go.
func span(all []listed) (from, to string) {
	for _, l := range all {
		if l.day != "" {
			if from == "" || l.day < from {
				from = l.day
			}
			to = max(to, l.day)
		}
	}
	return from, to
}
