package desk

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/sheet"
)

func (f face) weekRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/week", Do: f.week},
		{Pattern: "GET /desk/week/list.xlsx", Do: f.weekList},
		{Pattern: "GET /desk/week/list.csv", Do: f.weekList},
		{Pattern: "GET /desk/week/sheet", Do: f.weekSheet},
		{Pattern: "GET /desk/week/template.xlsx", Do: f.weekTemplate},
		{Pattern: "GET /desk/week/template.csv", Do: f.weekTemplate},
		{Pattern: "POST /desk/week/check", Do: f.onWeek(f.checkWeek), Page: "/desk/week/sheet", Bytes: booking.SheetBytes()},
		{Pattern: "POST /desk/week/publish", Do: f.onWeek(f.publishWeek), Page: "/desk/week/sheet", Bytes: 3 * booking.SheetBytes()}, // in a form a sign takes up to three
		{Pattern: "POST /desk/week/day", Do: f.setWeekDay},
		{Pattern: "GET /desk/times/{time}", Do: f.time},
		{Pattern: "GET /desk/times/{time}/list.xlsx", Do: f.timeList},
		{Pattern: "GET /desk/times/{time}/list.csv", Do: f.timeList},
		{Pattern: "POST /desk/times/{time}/places", Do: f.setPlaces},
		{Pattern: "POST /desk/times/{time}/release", Do: f.releasePool},
		{Pattern: "GET /desk/roll/list.xlsx", Do: f.rollList},
		{Pattern: "GET /desk/roll/list.csv", Do: f.rollList},
	}
}

// sendTable sends a list as a file, as the address ends.
func sendTable(w http.ResponseWriter, r *http.Request, rows [][]string, name string) error {
	workbook := strings.HasSuffix(r.URL.Path, ".xlsx")
	b, err := sheet.Make(rows, workbook)
	if err != nil {
		return err
	}
	return sendSheet(w, b, workbook, name)
}

// week is the manager's view of a week: what can be booked, and what became of it.
func (f face) week(w http.ResponseWriter, r *http.Request) error {
	return f.showWeek(w, r, nil)
}

func (f face) showWeek(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, _, err := f.frame(r, "一周的号")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	g, err := f.Booking.Week(r.Context(), a, r.URL.Query().Get("day"), r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	return f.RenderAs(w, r, status, weekPage(fr, g, r))
}

func (f face) weekList(w http.ResponseWriter, r *http.Request) error {
	g, err := f.Booking.Week(r.Context(), f.actor(r), r.URL.Query().Get("day"), r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	return sendTable(w, r, g.Table(), "week-"+g.Days[0])
}

func (f face) rollList(w http.ResponseWriter, r *http.Request) error {
	d, err := f.Booking.Day(r.Context(), f.actor(r), r.URL.Query().Get("day"))
	if err != nil {
		return err
	}
	return sendTable(w, r, d.Table(), "bookings-"+d.Day)
}

func (f face) timeList(w http.ResponseWriter, r *http.Request) error {
	x, err := f.Booking.At(r.Context(), f.actor(r), r.PathValue("time"))
	if err != nil {
		return err
	}
	return sendTable(w, r, x.Table(), "bookings-"+x.Day)
}

// keeps is the frame for whoever keeps the sessions of their office.
func (f face) keeps(r *http.Request, title string) (kit.Frame, civic.Actor, civic.OfficeID, error) {
	fr, a, m, err := f.frame(r, title)
	if err != nil {
		return fr, a, "", err
	}
	if _, may := m.May(civic.MayKeepSessions); !may {
		return fr, a, "", civic.E(civic.Denied, "grant.role", "您的岗位不能排号。").Accepting("请找本单位的负责人排号")
	}
	fr.Back = "/desk/week"
	return fr, a, m.Office, nil
}

// nextMonday is from when a new week usually holds.
func nextMonday(now time.Time) string {
	now = now.In(civic.Shanghai)
	return now.AddDate(0, 0, 7-(int(now.Weekday())+6)%7).Format(time.DateOnly)
}

func (f face) weekSheet(w http.ResponseWriter, r *http.Request) error {
	fr, _, _, err := f.keeps(r, "用表格放号")
	if err != nil {
		return err
	}
	return f.Render(w, r, weekSheetPage(fr, nextMonday(f.Now()), false))
}

func (f face) weekTemplate(w http.ResponseWriter, r *http.Request) error {
	_, a, office, err := f.keeps(r, "")
	if err != nil {
		return err
	}
	since, workbook := r.URL.Query().Get("since"), strings.HasSuffix(r.URL.Path, ".xlsx")
	if since == "" {
		since = nextMonday(f.Now())
	}
	b, err := f.Booking.WeekSheet(r.Context(), a, office, since, workbook)
	if err != nil {
		return err
	}
	return sendSheet(w, b, workbook, "week-from-"+since)
}

// broughtWeek is the week in a form: a file, or the rows that were looked at.
func broughtWeek(r *http.Request, office civic.OfficeID) (booking.WeekFile, error) {
	_, b, err := kit.Brought(r)
	return booking.WeekFile{Office: office, Since: kit.Field(r, "since"), Once: r.PostFormValue("once") == "1", Bytes: b}, err
}

// onWeek does something with a week that is brought, and shows what it would do where that
// is not done.
func (f face) onWeek(do func(w http.ResponseWriter, r *http.Request, fr kit.Frame, a civic.Actor, in booking.WeekFile) error) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fr, a, office, err := f.keeps(r, "用表格放号")
		if err != nil {
			return err
		}
		in, err := broughtWeek(r, office)
		if err == nil {
			err = do(w, r, fr, a, in)
		}
		if civic.Is(err, civic.Conflict) || civic.Is(err, civic.Invalid) {
			fr.Wrong = []*civic.Error{civic.As(err)}
			return f.showWeekDraft(w, r, kit.Status(err), fr, a, in)
		}
		return err
	}
}

func (f face) checkWeek(w http.ResponseWriter, r *http.Request, fr kit.Frame, a civic.Actor, in booking.WeekFile) error {
	return f.showWeekDraft(w, r, http.StatusOK, fr, a, in)
}

// showWeekDraft shows what a sheet would do, or what is wrong with it.
func (f face) showWeekDraft(w http.ResponseWriter, r *http.Request, status int, fr kit.Frame, a civic.Actor, in booking.WeekFile) error {
	d, err := f.Booking.CheckWeek(r.Context(), a, in)
	if civic.Is(err, civic.Invalid) {
		fr.Wrong = []*civic.Error{civic.As(err)}
		return f.RenderAs(w, r, kit.Status(err), weekSheetPage(fr, in.Since, in.Once))
	}
	if err != nil {
		return err
	}
	if len(d.Wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return f.RenderAs(w, r, status, weekDraftPage(fr, d, cmp.Or(r.PostFormValue("pasted"), d.Text)))
}

func (f face) publishWeek(w http.ResponseWriter, r *http.Request, fr kit.Frame, a civic.Actor, in booking.WeekFile) error {
	p, err := f.Booking.PublishWeek(r.Context(), a, in, r.PostFormValue("seen"))
	if err != nil {
		return err
	}
	fr.Title = "放好了"
	return f.Render(w, r, weekDonePage(fr, in.Since, p))
}

func (f face) setWeekDay(w http.ResponseWriter, r *http.Request) error {
	_, a, office, err := f.keeps(r, "")
	if err != nil {
		return err
	}
	weekday, err := strconv.Atoi(r.PostFormValue("weekday"))
	if err != nil {
		weekday = booking.NoDay
	}
	day := kit.Field(r, "day")
	err = f.Booking.SetDay(r.Context(), a, office, r.PostFormValue("resource"), day, weekday, r.PostFormValue("reason"))
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) {
		return f.showWeek(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, weekPath("/desk/week", day, r.URL.Query().Get("department")))
}

// time is one session: what became of its places, and who has booked it.
func (f face) time(w http.ResponseWriter, r *http.Request) error {
	return f.showTime(w, r, nil)
}

func (f face) showTime(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, m, err := f.frame(r, "一个时间的号")
	if err != nil {
		return err
	}
	status := fr.Shows(wrong)
	x, err := f.Booking.At(r.Context(), a, r.PathValue("time"))
	if err != nil {
		return err
	}
	fr.Back = "/desk/week?day=" + x.Day
	return f.RenderAs(w, r, status, timePage(fr, x, works(m), r))
}

// onTime shows a session again after an act on it, with what was wrong.
func (f face) onTime(w http.ResponseWriter, r *http.Request, err error) error {
	if civic.Is(err, civic.Invalid) || civic.Is(err, civic.Conflict) || civic.As(err) != nil && civic.As(err).Code == "booking.shares" {
		return f.showTime(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/times/"+r.PathValue("time"))
}

func (f face) setPlaces(w http.ResponseWriter, r *http.Request) error {
	_, a, office, err := f.keeps(r, "")
	if err != nil {
		return err
	}
	places, err := strconv.Atoi(kit.Field(r, "places"))
	if err != nil {
		places = -1 // no number: refused by the verb, with what to write
	}
	return f.onTime(w, r, f.Booking.SetPlaces(r.Context(), a, office, r.PathValue("time"), places, r.PostFormValue("reason")))
}

func (f face) releasePool(w http.ResponseWriter, r *http.Request) error {
	_, a, office, err := f.keeps(r, "")
	if err != nil {
		return err
	}
	return f.onTime(w, r, f.Booking.ReleaseNow(r.Context(), a, office, r.PathValue("time"), r.PostFormValue("pool"), r.PostFormValue("reason")))
}
