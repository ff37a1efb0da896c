package kit

import (
	"encoding/json"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/rights"
)

// SendCopy sends a copy of everything about a person as a file. Its name says
// nothing of whom it is.
func SendCopy(w http.ResponseWriter, c *rights.Copy) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	_, _ = w.Write(b) // the visitor has gone
	return nil
}

// DateOf says a day that is written YYYY-MM-DD; anything else stays as it is.
func DateOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2006年1月2日")
}

// Date says a day with its year: 2026年11月23日.
func Date(t time.Time) string { return t.In(civic.Shanghai).Format("2006年1月2日") }
