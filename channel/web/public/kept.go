package public

import (
	"net/http"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
)

// keptDays is how many days back the proof of a place goes; it looks a week ahead.
const keptDays = 30

// kept shows what became of the places that an office kept.
func (f face) kept(w http.ResponseWriter, r *http.Request) error {
	now := f.Now().In(civic.Shanghai)
	p, err := f.Booking.Prove(r.Context(), civic.OfficeID(r.PathValue("place")), now.AddDate(0, 0, -keptDays).Format(time.DateOnly), now.AddDate(0, 0, 7).Format(time.DateOnly))
	if err != nil {
		return err
	}
	fr := f.frame(r, p.Office.Name+"预留的号")
	fr.Back = "/places/" + string(p.Office.ID)
	return f.Render(w, r, keptPage(fr, p, kit.Moment(f.Now())))
}
