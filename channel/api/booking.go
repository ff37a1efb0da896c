package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/request"
)

// tagBooking groups the operations on sessions and bookings.
const tagBooking = "预约"

func (s *server) bookings() {
	gone := []civic.Kind{civic.NotFound, civic.Conflict}
	full := append(gone, civic.Exhausted)
	handle(s, route{id: "times-free", method: http.MethodGet, path: "/places/{place}/times", tag: tagBooking, kinds: []civic.Kind{civic.NotFound},
		summary: "一个地方还有哪些时间可以约(SX7)", more: "不用登录。最多五百个。"}, s.freeTimes)
	handle(s, route{id: "times-kept", method: http.MethodGet, path: "/places/{place}/kept", tag: tagBooking, kinds: []civic.Kind{civic.NotFound},
		summary: "预留的号留了多少、用了多少、放出来多少、为什么(SX7,SX12)", more: "不用登录。最多三个月。"}, s.keptTimes)
	handle(s, route{id: "bookings-create", method: http.MethodPost, path: "/bookings", tag: tagBooking, kinds: full, status: http.StatusCreated,
		summary: "替一个人直接约好", more: "给柜台、护士站和别的系统用，不用一问一答。同一个时间约第二次会被拒绝。"}, s.book)
	handle(s, route{id: "bookings-extra", method: http.MethodPost, path: "/bookings/extra", tag: tagBooking, kinds: gone, status: http.StatusCreated,
		summary: "医生加一个号，写明为什么"}, s.extraPlace)
	handle(s, route{id: "bookings-choices", method: http.MethodGet, path: "/bookings/{booking}/choices", tag: tagBooking, kinds: gone[:1],
		summary: "一次预约能改到哪些时间", more: "同一位医生、同一个馆或同一门课的在前，同一个科别人的在后。"}, s.choices)
	handle(s, route{id: "bookings-restore", method: http.MethodPost, path: "/bookings/{booking}/restore", tag: tagBooking, kinds: full,
		summary: "恢复刚取消的预约", more: "取消以后十分钟里，号还在的。"}, s.onBooking(s.Booking.Restore))
	handle(s, route{id: "times-full", method: http.MethodGet, path: "/people/{person}/full/{service}/{place}", tag: tagBooking, kinds: gone[:1],
		summary: "一个人约不到、可以排队等候的时间"}, s.fullTimes)
	handle(s, route{id: "waits-list", method: http.MethodGet, path: "/people/{person}/waits", tag: tagBooking, kinds: gone[:1],
		summary: "一个人在等的时间，有号了没有"}, s.waits)
	handle(s, route{id: "waits-take", method: http.MethodPost, path: "/waits/take", tag: tagBooking, kinds: full, status: http.StatusCreated,
		summary: "要候补留着的号"}, s.takeOffer)
	handle(s, route{id: "checkins-create", method: http.MethodPost, path: "/checkins", tag: tagDevice, kinds: gone,
		summary: "来的人在自助机上刷卡取号(SX8)", more: "Authorization: Bearer 里放自助机登记时得到的令牌。刷过了再刷，还是同一个号。"}, s.checkIn)
	handle(s, route{id: "week-get", method: http.MethodGet, path: "/week", tag: tagBooking,
		summary: "本单位一周的号，每个号池用了多少"}, s.week)
	handle(s, route{id: "day-get", method: http.MethodGet, path: "/day", tag: tagBooking,
		summary: "本单位一天的数：来了、没来、预留号用了多少、等了多久"}, s.dayTally)
	handle(s, route{id: "times-get", method: http.MethodGet, path: "/times/{time}", tag: tagBooking, kinds: gone[:1],
		summary: "本单位一个时间的号和谁约了"}, s.getTime)
	handle(s, route{id: "lists-get", method: http.MethodGet, path: "/lists/{which}", tag: tagBooking, kinds: gone[:1],
		summary: "把单子导出成表格", more: "名字遮住中间的字，号码都是文字，没有公式。"}, s.list)
	handle(s, route{id: "weeks-template", method: http.MethodGet, path: "/places/{place}/sheet", tag: tagBooking, kinds: gone[:1],
		summary: "下载现在每周的号，改好再交"}, s.weekTemplate)
	handle(s, route{id: "weeks-check", method: http.MethodPost, path: "/places/{place}/sheet/check", tag: tagBooking, kinds: gone[:1],
		summary: "看一看一张表会改什么，哪里不对", more: "什么也不改。"}, s.checkWeek)
	handle(s, route{id: "weeks-publish", method: http.MethodPost, path: "/places/{place}/sheet", tag: tagBooking, kinds: gone,
		summary: "照一张表放号", more: "一次全改好，有一处不对就都不改。已经有人约的不动。"}, s.publishWeek)
	handle(s, route{id: "bookings-get", method: http.MethodGet, path: "/bookings/{booking}", tag: tagBooking, kinds: gone[:1],
		summary: "一次预约", more: "限本人、能替老人办事的人和这个单位的工作人员。"}, s.getBooking)
	handle(s, route{id: "bookings-cancel", method: http.MethodPost, path: "/bookings/{booking}/cancel", tag: tagBooking, kinds: gone,
		summary: "取消预约", more: "空出来的号马上给候补的人。"}, s.onBooking(s.Booking.Cancel))
	handle(s, route{id: "bookings-change", method: http.MethodPost, path: "/bookings/{booking}/change", tag: tagBooking, kinds: full,
		summary: "换一个时间", more: "先占上新的，再放掉旧的。"}, s.changeBooking)
	handle(s, route{id: "bookings-arrive", method: http.MethodPost, path: "/bookings/{booking}/arrive", tag: tagBooking, kinds: gone,
		summary: "单位记下人来了"}, s.onBooking(s.Booking.Arrive))
	handle(s, route{id: "lines-list", method: http.MethodGet, path: "/lines", tag: tagBooking,
		summary: "本单位今天谁在等、叫到谁了(SX8)", more: "名字遮住中间的字，按叫的先后。"}, s.lines)
	handle(s, route{id: "lines-next", method: http.MethodPost, path: "/lines/{resource}/next", tag: tagBooking, kinds: gone,
		summary: "叫下一位到一个诊室或窗口", more: "同一个房间里上一位就算办完了。没有人等是 409。"}, s.callNext)
	handle(s, route{id: "bookings-call", method: http.MethodPost, path: "/bookings/{booking}/call", tag: tagBooking, kinds: gone,
		summary: "叫到了没有来，再叫一遍"}, s.onBooking(s.Booking.CallAgain))
	handle(s, route{id: "bookings-pass", method: http.MethodPost, path: "/bookings/{booking}/pass", tag: tagBooking, kinds: gone,
		summary: "叫了不在，过号"}, s.onBooking(s.Booking.Pass))
	handle(s, route{id: "bookings-return", method: http.MethodPost, path: "/bookings/{booking}/return", tag: tagBooking, kinds: gone,
		summary: "过号的人回来了，或者检查完回来了，重新排", more: "检查回来的优先。"}, s.onBooking(s.Booking.Return))
	handle(s, route{id: "bookings-miss", method: http.MethodPost, path: "/bookings/{booking}/miss", tag: tagBooking, kinds: gone,
		summary: "单位记下人没有来"}, s.onBooking(s.Booking.Miss))
	handle(s, route{id: "bookings-coming", method: http.MethodGet, path: "/people/{person}/bookings", tag: tagBooking, kinds: gone[:1],
		summary: "一个人约好了还没去的"}, s.coming)
	handle(s, route{id: "bookings-roll", method: http.MethodGet, path: "/bookings", tag: tagBooking,
		summary: "本单位某一天谁约了", more: "名字遮住中间的字。不写日子就是今天。"}, s.roll)
	s.hospital()
	handle(s, route{id: "waits-create", method: http.MethodPost, path: "/waits", tag: tagBooking, kinds: full,
		summary: "约满的时间排候补", more: "有号了给他留着，并告诉他。"}, s.wait)
	handle(s, route{id: "waits-leave", method: http.MethodPost, path: "/waits/leave", tag: tagBooking, kinds: gone,
		summary: "不再候补"}, s.leaveWait)
	handle(s, route{id: "resources-create", method: http.MethodPost, path: "/places/{place}/resources", tag: tagBooking, kinds: gone, status: http.StatusCreated,
		summary: "登记可以约的医生、场馆或课程(SX7,SX12)", more: "号源方案写名字(clinic、expert、venue、class)。预留的比例不够条款要求的，会被拒绝并说明条款。"}, s.addResource)
	handle(s, route{id: "resources-week", method: http.MethodPost, path: "/places/{place}/resources/{resource}/week", tag: tagBooking, kinds: gone,
		summary: "排每周的号"}, s.setWeek)
	handle(s, route{id: "resources-day", method: http.MethodPost, path: "/places/{place}/days", tag: tagBooking, kinds: gone,
		summary: "某一天停，或者按另一个星期几来", more: "停的那一天，已经约好的人会收到通知。"}, s.setDay)
	handle(s, route{id: "resources-publish", method: http.MethodPost, path: "/places/{place}/publish", tag: tagBooking, kinds: gone,
		summary: "放号放到某一天", more: "可以重复，已经有的不动。"}, s.publish)
	handle(s, route{id: "times-places", method: http.MethodPost, path: "/places/{place}/times/{time}/places", tag: tagBooking, kinds: gone,
		summary: "改一个时间的号数"}, s.setPlaces)
	handle(s, route{id: "times-release", method: http.MethodPost, path: "/places/{place}/times/{time}/release", tag: tagBooking, kinds: gone,
		summary: "提前放出一个号池没有用的号", more: "给不用手机的人留的号，开始以前不能提前放。"}, s.releaseNow)
}

// AtPlace is the path of everything that is about one place.
type AtPlace struct {
	Place civic.OfficeID `path:"place" maxLength:"64" doc:"地点的编号"`
}

// FreeTime is one session with what is left of it.
type FreeTime struct {
	ID         string    `json:"id"`
	What       string    `json:"what" doc:"医生、场馆或课程"`
	About      string    `json:"about,omitempty"`
	Department string    `json:"department,omitempty"`
	Resource   string    `json:"resource"`
	When       string    `json:"when" doc:"说给人听的时间"`
	StartsAt   time.Time `json:"starts_at"`
	EndsAt     time.Time `json:"ends_at"`
	Open       int       `json:"open" doc:"现在谁都能约的号"`
	Kept       int       `json:"kept" doc:"给窗口、电话和老年人留着、还没有用的号"`
}

type freeIn struct {
	AtPlace
	Kind string `query:"kind" maxLength:"60" doc:"种类，例如 clinic；不写就是都要"`
	From string `query:"from" maxLength:"10" doc:"从哪一天起，不写就是今天"`
	To   string `query:"to" maxLength:"10" doc:"到哪一天，不写就是一周以后"`
}

// FreeTimes are the sessions of a place.
type FreeTimes struct {
	Times []FreeTime `json:"times"`
}

func (s *server) freeTimes(ctx context.Context, in *freeIn) (*struct{ Body FreeTimes }, error) {
	list, err := s.Booking.Free(ctx, in.Place, in.Kind, s.days(in.From, 0), s.days(in.To, 7))
	if err != nil {
		return nil, err
	}
	out := FreeTimes{Times: make([]FreeTime, len(list))}
	for i, f := range list {
		out.Times[i] = FreeTime{f.ID, f.What, f.About, f.Department, f.Resource, f.When, f.StartsAt.In(civic.Shanghai), f.EndsAt.In(civic.Shanghai), f.Open, f.Kept}
	}
	return &struct{ Body FreeTimes }{out}, nil
}

// KeptPool is what became of the places of one pool.
type KeptPool struct {
	What     string `json:"what"`
	Pool     string `json:"pool"`
	Words    string `json:"words"`
	Kept     bool   `json:"kept" doc:"是不是给不用手机的人留的"`
	Places   int    `json:"places" doc:"一共多少个号"`
	Used     int    `json:"used" doc:"该用的人用了多少"`
	Lent     int    `json:"lent" doc:"到时间放出来，别人用了多少"`
	Released int    `json:"released" doc:"到时间还没有用、放出来多少"`
	Unused   int    `json:"unused" doc:"没有人用，或者现在还在"`
	Why      string `json:"why,omitempty" doc:"为什么放出来"`
}

type keptIn struct {
	AtPlace
	From string `query:"from" maxLength:"10" doc:"从哪一天起，不写就是今天"`
	To   string `query:"to" maxLength:"10" doc:"到哪一天，不写就是一周以后"`
}

// Kept is the proof of a place.
type Kept struct {
	Place string     `json:"place"`
	Duty  string     `json:"duty,omitempty" doc:"哪一条要求留"`
	From  string     `json:"from"`
	To    string     `json:"to"`
	Pools []KeptPool `json:"pools"`
}

func (s *server) keptTimes(ctx context.Context, in *keptIn) (*struct{ Body Kept }, error) {
	p, err := s.Booking.Prove(ctx, in.Place, s.days(in.From, 0), s.days(in.To, 7))
	if err != nil {
		return nil, err
	}
	out := Kept{Place: p.Office.Name, Duty: p.Duty, From: p.From, To: p.To, Pools: make([]KeptPool, len(p.Rows))}
	for i, r := range p.Rows {
		out.Pools[i] = KeptPool{r.What, r.Pool, r.Words, r.Kept, r.Quota, r.Own, r.Lent, r.Released, r.Unused, r.Why}
	}
	return &struct{ Body Kept }{out}, nil
}

// days is a day that was given, or so many days from today.
func (s *server) days(given string, ahead int) string {
	if given != "" {
		return given
	}
	return s.Now().In(civic.Shanghai).AddDate(0, 0, ahead).Format(time.DateOnly)
}

// OrderBody asks for a place for somebody.
type OrderBody struct {
	Service string         `json:"service" maxLength:"40" doc:"哪件事，例如 hospital-register"`
	Person  civic.PersonID `json:"person" maxLength:"64" doc:"为谁"`
	Time    string         `json:"time" maxLength:"64" doc:"时间的编号"`
}

func (o OrderBody) order() booking.Order {
	return booking.Order{Service: o.Service, Person: o.Person, Session: o.Time}
}

type orderIn struct{ Body OrderBody }

// BookedPlace is the receipt of a booking.
type BookedPlace struct {
	Booking civic.RequestID `json:"booking"`
	Number  civic.Number    `json:"number"`
	Grouped string          `json:"grouped" doc:"分组的号码，好念"`
}

func bookedPlace(rc request.Receipt, err error) (*struct{ Body BookedPlace }, error) {
	if err != nil {
		return nil, err
	}
	return &struct{ Body BookedPlace }{BookedPlace{rc.Request, rc.Number, rc.Number.Grouped()}}, nil
}

func (s *server) book(ctx context.Context, in *orderIn) (*struct{ Body BookedPlace }, error) {
	return bookedPlace(s.Booking.Book(ctx, actorOf(ctx), in.Body.order()))
}

type extraIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"128" doc:"每加一个号一个新的随机串；重发时不变，就不会加两个"`
	Body struct {
		OrderBody
		Reason string `json:"reason" maxLength:"200" doc:"为什么加，老人看得懂"`
	}
}

func (s *server) extraPlace(ctx context.Context, in *extraIn) (*struct{ Body BookedPlace }, error) {
	o := in.Body.order()
	o.Key = in.Key
	return bookedPlace(s.Booking.Extra(ctx, actorOf(ctx), o, in.Body.Reason))
}

// OnBooking is the path of everything that is about one booking.
type OnBooking struct {
	Booking civic.RequestID `path:"booking" maxLength:"64" doc:"预约的编号"`
}

// BookedItem is one booking in a list.
type BookedItem struct {
	Booking  civic.RequestID `json:"booking"`
	Number   civic.Number    `json:"number"`
	Grouped  string          `json:"grouped"`
	Title    string          `json:"title"`
	What     string          `json:"what"`
	Where    string          `json:"where"`
	Who      string          `json:"who" doc:"遮住中间的字"`
	When     string          `json:"when"`
	StartsAt time.Time       `json:"starts_at"`
	State    booking.State   `json:"state" enum:"booked,arrived,missed,cancelled,called_off"`
	Hospital booking.Theirs  `json:"hospital,omitempty" enum:",asked,late,confirmed" doc:"医院自己的系统怎么说：待确认、过了时间还没有答复、确认了；不写就是不用问医院"`
	Words    string          `json:"words"`
}

func bookedItem(it booking.Item) BookedItem {
	return BookedItem{it.ID, it.Number, it.Number.Grouped(), it.Title, it.What, it.Where, it.Who, it.When, it.StartsAt.In(civic.Shanghai), it.State, it.Booking.Theirs, it.Booking.Words()}
}

// BookedFile is a booking with all that its reader may know.
type BookedFile struct {
	BookedItem
	Person     civic.PersonID `json:"person"`
	Place      civic.OfficeID `json:"place"`
	Time       string         `json:"time" doc:"时间的编号"`
	Department string         `json:"department,omitempty"`
	Pool       string         `json:"pool" doc:"用的是哪个号池的号"`
	Cause      booking.Cause  `json:"cause" enum:"own,released,borrowed,extra"`
	Reason     string         `json:"reason,omitempty"`
	Story      []StoryLine    `json:"story"`
	MayCancel  bool           `json:"may_cancel"`
}

func (s *server) getBooking(ctx context.Context, in *OnBooking) (*struct{ Body BookedFile }, error) {
	f, err := s.Booking.Read(ctx, actorOf(ctx), in.Booking)
	if err != nil {
		return nil, err
	}
	out := BookedFile{BookedItem: bookedItem(booking.Item{Booking: f.Booking, Title: f.Title, What: f.Resource.Name, Where: f.Office.Name, Who: f.Who.Name, When: f.When}),
		Person: f.Person, Place: f.Booking.Office, Time: f.Booking.Session, Department: f.Booking.Department, Pool: f.Pool, Cause: f.Cause, Reason: f.Reason,
		Story: make([]StoryLine, len(f.Story)), MayCancel: f.MaySay && f.State == booking.Booked}
	for i, l := range f.Story {
		out.Story[i] = StoryLine(l)
	}
	return &struct{ Body BookedFile }{out}, nil
}

// onBooking is an act that takes a booking and nothing else.
func (s *server) onBooking(do func(context.Context, civic.Actor, civic.RequestID) error) func(context.Context, *OnBooking) (*struct{}, error) {
	return func(ctx context.Context, in *OnBooking) (*struct{}, error) {
		return nil, do(ctx, actorOf(ctx), in.Booking)
	}
}

type changeIn struct {
	OnBooking
	Body struct {
		Time string `json:"time" maxLength:"64" doc:"换到哪个时间"`
	}
}

func (s *server) changeBooking(ctx context.Context, in *changeIn) (*struct{}, error) {
	return nil, s.Booking.Change(ctx, actorOf(ctx), in.Booking, in.Body.Time)
}

// BookedList is a list of bookings.
type BookedList struct {
	Bookings []BookedItem `json:"bookings"`
}

func bookedList(items []booking.Item, err error) (*struct{ Body BookedList }, error) {
	if err != nil {
		return nil, err
	}
	out := BookedList{Bookings: make([]BookedItem, len(items))}
	for i, it := range items {
		out.Bookings[i] = bookedItem(it)
	}
	return &struct{ Body BookedList }{out}, nil
}

func (s *server) coming(ctx context.Context, in *OnPerson) (*struct{ Body BookedList }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return bookedList(s.Booking.Coming(ctx, a, id))
}

type rollIn struct {
	Day string `query:"day" maxLength:"10" doc:"不写就是今天"`
}

func (s *server) roll(ctx context.Context, in *rollIn) (*struct{ Body BookedList }, error) {
	return bookedList(s.Booking.Roll(ctx, actorOf(ctx), in.Day))
}

func (s *server) wait(ctx context.Context, in *orderIn) (*struct{}, error) {
	return nil, s.Booking.Wait(ctx, actorOf(ctx), in.Body.order())
}

func (s *server) leaveWait(ctx context.Context, in *orderIn) (*struct{}, error) {
	return nil, s.Booking.Leave(ctx, actorOf(ctx), in.Body.order())
}
