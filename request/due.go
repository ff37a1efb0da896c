package request

import (
	"time"

	"yinqiao/catalog"
	"yinqiao/place"
)

// Due is when a case of a service is overdue that is opened, or opened again, now:
// after its days, or at the same time of day on its last working day.
func Due(c *catalog.Casework, now time.Time) time.Time {
	if c.DueWorkingDays == 0 {
		return now.AddDate(0, 0, c.DueDays)
	}
	return place.AddWorkingDays(now, c.DueWorkingDays).UTC()
}
