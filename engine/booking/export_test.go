package booking

import "time"

// RankOf is by when somebody is called who was ready at a time, and by how many minutes
// that is before.
func RankOf(age int, tags []string, ready time.Time) (time.Time, int) {
	f := goesFirst(age, tags)
	return f.rank(ready), f.Minutes
}
