package booking

import "time"

// RankOf is by when somebody is called who was ready at a time, and by how many minutes
// that is before.
func RankOf(age int, tags []string, ready time.Time) (time.Time, int) {
	f := goesFirst(age, tags)
	return f.rank(ready), f.Minutes
}

// ReadSheet is the weekly sessions of each row of a sheet.
func ReadSheet(b []byte) ([][]Template, []Wrong, error) {
	rows, wrong, err := readSheet(b)
	var out [][]Template
	for _, r := range rows {
		var ts []Template
		for _, d := range r.days {
			ts = append(ts, Template{d, r.from, r.to, r.places, r.holidays})
		}
		out = append(out, ts)
	}
	return out, wrong, err
}
