package request

import (
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
)

// Due is when a case of a service is overdue that is opened, or opened again, now:
// after its days, or at the end of its last working day, Asia/Shanghai.
func Due(c *catalog.Casework, now time.Time) time.Time {
	if c.DueWorkingDays == 0 {
		return now.AddDate(0, 0, c.DueDays)
	}
	day := now.In(civic.Shanghai)
	for left := c.DueWorkingDays; left > 0; {
		day = day.AddDate(0, 0, 1)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			left--
		}
	}
	return day.UTC()
}
