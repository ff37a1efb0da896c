package api

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/sheet"
)

// TimePool is what became of the places of one pool of a session.
type TimePool struct {
	Pool     string     `json:"pool"`
	Words    string     `json:"words"`
	Kept     bool       `json:"kept" doc:"是不是给不用手机的人留的"`
	Places   int        `json:"places"`
	Used     int        `json:"used" doc:"该用的人用了多少"`
	Released int        `json:"released" doc:"到时间放出来，别人用了多少"`
	Borrowed int        `json:"borrowed" doc:"借给别人用了多少"`
	Held     int        `json:"held" doc:"有人正在选"`
	Unused   int        `json:"unused"`
	At       *time.Time `json:"release_at,omitempty" doc:"什么时候放出来"`
	Why      string     `json:"why,omitempty"`
}

// WeekTime is one session of a week.
type WeekTime struct {
	ID       string     `json:"id"`
	StartsAt time.Time  `json:"starts_at"`
	EndsAt   time.Time  `json:"ends_at"`
	Stopped  string     `json:"stopped,omitempty" doc:"停了的，为什么"`
	Pools    []TimePool `json:"pools"`
	Waiting  int        `json:"waiting" doc:"候补的人数"`
}

// WeekRow is what can be booked, with its sessions of the week.
type WeekRow struct {
	Resource   string     `json:"resource"`
	Department string     `json:"department,omitempty"`
	Name       string     `json:"name"`
	Times      []WeekTime `json:"times"`
}

// Week is a week of an office.
type Week struct {
	Place string    `json:"place"`
	Days  []string  `json:"days" doc:"从星期一起"`
	Rows  []WeekRow `json:"rows"`
	Cut   bool      `json:"cut,omitempty" doc:"太多了，没有列全；请一个科室一个科室地看"`
}

func weekTime(c booking.Cell) WeekTime {
	out := WeekTime{ID: c.ID, StartsAt: c.StartsAt.In(civic.Shanghai), EndsAt: c.EndsAt.In(civic.Shanghai), Waiting: c.Waits, Pools: make([]TimePool, len(c.Bars))}
	if c.State != "open" {
		out.Stopped = c.Reason
	}
	for i, b := range c.Bars {
		out.Pools[i] = TimePool{b.Pool, b.Words, b.Kept, b.Quota, b.Own, b.Released, b.Borrowed, b.Held, b.Unused(), b.ReleaseAt, b.Why}
	}
	return out
}

type gridIn struct {
	Day        string `query:"day" maxLength:"10" doc:"哪一周里的一天，不写就是今天"`
	Department string `query:"department" maxLength:"60" doc:"只要一个科室；不写就是都要"`
}

type onDayIn struct {
	Day string `query:"day" maxLength:"10" doc:"不写就是今天"`
}

func (s *server) week(ctx context.Context, in *gridIn) (*struct{ Body Week }, error) {
	g, err := s.Booking.Week(ctx, actorOf(ctx), in.Day, in.Department)
	if err != nil {
		return nil, err
	}
	out := Week{Place: g.Office.Name, Days: g.Days[:], Cut: g.Cut, Rows: make([]WeekRow, len(g.Rows))}
	for i, r := range g.Rows {
		out.Rows[i] = WeekRow{Resource: r.ID, Department: r.Department, Name: r.Name, Times: []WeekTime{}}
		for _, cells := range r.Days {
			for _, c := range cells {
				out.Rows[i].Times = append(out.Rows[i].Times, weekTime(c))
			}
		}
	}
	return &struct{ Body Week }{out}, nil
}

// TimeFile is a session with who has booked it.
type TimeFile struct {
	WeekTime
	Department string       `json:"department,omitempty"`
	Name       string       `json:"name"`
	Bookings   []BookedItem `json:"bookings"`
}

type timeIn struct {
	Time string `path:"time" maxLength:"64" doc:"时间的编号"`
}

func (s *server) getTime(ctx context.Context, in *timeIn) (*struct{ Body TimeFile }, error) {
	f, err := s.Booking.At(ctx, actorOf(ctx), in.Time)
	if err != nil {
		return nil, err
	}
	out := TimeFile{WeekTime: weekTime(f.Cell), Department: f.Resource.Department, Name: f.Resource.Name, Bookings: make([]BookedItem, len(f.Items))}
	for i, it := range f.Items {
		out.Bookings[i] = bookedItem(it)
	}
	return &struct{ Body TimeFile }{out}, nil
}

// DayTally counts a day of an office.
type DayTally struct {
	Day      string `json:"day"`
	Booked   int    `json:"booked"`
	Arrived  int    `json:"arrived"`
	Missed   int    `json:"missed" doc:"没有来"`
	Due      int    `json:"due" doc:"还没来"`
	Waiting  int    `json:"waiting" doc:"在等叫号"`
	Window   int    `json:"window" doc:"在窗口约的"`
	Kept     int    `json:"kept" doc:"留给不用手机的人的号"`
	KeptUsed int    `json:"kept_used" doc:"其中该用的人用了的"`
	Called   int    `json:"called" doc:"叫过号的人"`
	WaitP50  int    `json:"wait_p50" doc:"一半人等的秒数不超过"`
	WaitP90  int    `json:"wait_p90" doc:"十个里九个等的秒数不超过"`
}

func (s *server) dayTally(ctx context.Context, in *onDayIn) (*struct{ Body DayTally }, error) {
	d, err := s.Booking.Day(ctx, actorOf(ctx), in.Day)
	if err != nil {
		return nil, err
	}
	t := d.Tally
	return &struct{ Body DayTally }{DayTally{d.Day, t.Booked, t.Arrived, t.Missed, t.Due, t.Waiting, t.Window, t.Kept, t.KeptUsed, t.Called, int(t.P50.Seconds()), int(t.P90.Seconds())}}, nil
}

// SheetFile is a list in a file.
type SheetFile struct {
	Name  string `json:"name"`
	Bytes []byte `json:"bytes" doc:"base64"`
}

func sheetFile(name, form string, b []byte) *struct{ Body SheetFile } {
	return &struct{ Body SheetFile }{SheetFile{name + "." + form, b}}
}

type listIn struct {
	List string `path:"which" enum:"day,week,time" maxLength:"4" doc:"哪一张单子：day 是一天谁约了，week 是一周的号，time 是一个时间谁约了"`
	Day  string `query:"day" maxLength:"10" doc:"哪一天，或者哪一周里的一天；不写就是今天"`
	Time string `query:"time" maxLength:"64" doc:"which 写 time 时，时间的编号"`
	Form string `query:"form" enum:"xlsx,csv" maxLength:"4" default:"xlsx"`

	Department string `query:"department" maxLength:"60" doc:"which 写 week 时，只要一个科室"`
}

func (s *server) list(ctx context.Context, in *listIn) (*struct{ Body SheetFile }, error) {
	var rows [][]string
	switch in.List {
	case "week":
		g, err := s.Booking.Week(ctx, actorOf(ctx), in.Day, in.Department)
		if err != nil {
			return nil, err
		}
		rows = g.Table()
	case "time":
		f, err := s.Booking.At(ctx, actorOf(ctx), in.Time)
		if err != nil {
			return nil, err
		}
		rows = f.Table()
	default:
		d, err := s.Booking.Day(ctx, actorOf(ctx), in.Day)
		if err != nil {
			return nil, err
		}
		rows = d.Table()
	}
	b, err := sheet.Make(rows, in.Form == "xlsx")
	if err != nil {
		return nil, err
	}
	return sheetFile(in.List, in.Form, b), nil
}

type templateIn struct {
	AtPlace
	Since string `query:"since" maxLength:"10" doc:"从哪一天起，不写就是今天"`
	Form  string `query:"form" enum:"xlsx,csv" maxLength:"4" default:"xlsx"`
}

func (s *server) weekTemplate(ctx context.Context, in *templateIn) (*struct{ Body SheetFile }, error) {
	b, err := s.Booking.WeekSheet(ctx, actorOf(ctx), in.Place, s.days(in.Since, 0), in.Form == "xlsx")
	if err != nil {
		return nil, err
	}
	return sheetFile("week", in.Form, b), nil
}

// BroughtWeek is a week in a sheet.
type BroughtWeek struct {
	Since string `json:"since" format:"date" doc:"从哪一天起"`
	Once  bool   `json:"once,omitempty" doc:"只七天，以后照旧"`
	Bytes []byte `json:"bytes" maxLength:"700000" doc:"表格，xlsx 或 csv，base64，原文不超过0.5兆"`
}

func (b BroughtWeek) file(place civic.OfficeID) booking.WeekFile {
	return booking.WeekFile{Office: place, Since: b.Since, Once: b.Once, Bytes: b.Bytes}
}

type checkWeekIn struct {
	AtPlace
	Body BroughtWeek
}

// SheetWrong is what is wrong with a cell.
type SheetWrong struct {
	Row    int    `json:"row" doc:"表格里的行号"`
	Column string `json:"column"`
	Say    string `json:"say"`
}

// WeekChange is what changes for one doctor, hall or class.
type WeekChange struct {
	Resource   string   `json:"resource,omitempty" doc:"新添的没有"`
	Department string   `json:"department,omitempty"`
	Name       string   `json:"name"`
	Gone       []string `json:"gone" doc:"去掉的"`
	Come       []string `json:"come" doc:"加上的"`
	Stay       int      `json:"stay" doc:"已经有人约了、不动的次数"`
}

// WeekDraft says what publishing would do.
type WeekDraft struct {
	Seen    string       `json:"seen" doc:"发布时照样交回来；看过以后又有改动的，会被拒绝"`
	Same    int          `json:"same" doc:"和现在一样的"`
	Changes []WeekChange `json:"changes"`
	Wrong   []SheetWrong `json:"wrong" doc:"要改的地方；有一处就不能发布"`
}

func (s *server) checkWeek(ctx context.Context, in *checkWeekIn) (*struct{ Body WeekDraft }, error) {
	d, err := s.Booking.CheckWeek(ctx, actorOf(ctx), in.Body.file(in.Place))
	if err != nil {
		return nil, err
	}
	out := WeekDraft{Seen: d.Seen, Same: d.Same, Changes: make([]WeekChange, len(d.Changes)), Wrong: make([]SheetWrong, len(d.Wrong))}
	for i, c := range d.Changes {
		out.Changes[i] = WeekChange{c.Resource.ID, c.Resource.Department, c.Resource.Name, weekWords(c.Gone()), weekWords(c.Come()), c.Stay}
	}
	for i, w := range d.Wrong {
		out.Wrong[i] = SheetWrong(w)
	}
	return &struct{ Body WeekDraft }{out}, nil
}

func weekWords(ts []booking.Template) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Words()
	}
	return out
}

type publishWeekIn struct {
	AtPlace
	Body struct {
		BroughtWeek
		Seen string `json:"seen" maxLength:"64" doc:"检查时得到的"`
	}
}

func (s *server) publishWeek(ctx context.Context, in *publishWeekIn) (*struct{ Body PublishedTimes }, error) {
	return publishedTimes(s.Booking.PublishWeek(ctx, actorOf(ctx), in.Body.file(in.Place), in.Body.Seen))
}
