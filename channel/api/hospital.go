package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
	"yinqiao/engine/booking/external"
)

// hospital is what a hospital that confirms by itself has not answered, and its lists.
func (s *server) hospital() {
	gone := []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "hospital-awaiting", method: http.MethodGet, path: "/hospital/asks", tag: tagBooking,
		summary: "本单位等医院确认的号(待医院确认)", more: "最急的在前，名字遮住中间的字。"}, s.awaiting)
	handle(s, route{id: "hospital-answer", method: http.MethodPost, path: "/hospital/asks/{ask}/answer", tag: tagBooking, kinds: gone,
		summary: "记下医院在电话里怎么说", more: "不行要写为什么。号退了的，马上给老人留最近的时间。"}, s.answerFor)
	handle(s, route{id: "hospital-again", method: http.MethodPost, path: "/hospital/asks/{ask}/again", tag: tagBooking, kinds: gone,
		summary: "马上再问一次医院"}, s.askAgain)
	handle(s, route{id: "hospital-owners", method: http.MethodGet, path: "/places/{place}/owners", tag: tagBooking, kinds: gone[:1],
		summary: "号由谁管", more: "不写的就是自己管。某一位医生自己的一条，先于整个单位的。"}, s.owners)
	handle(s, route{id: "hospital-owner", method: http.MethodPost, path: "/places/{place}/owners", tag: tagBooking, kinds: gone,
		summary: "改号由谁管", more: "ours：自己管；allotted：医院分给一部分；confirmed：每个都要医院的系统确认，system 是安装时接好的名字。已经约好的不变。"}, s.setOwner)
	handle(s, route{id: "hospital-allot", method: http.MethodPost, path: "/places/{place}/allotments", tag: tagBooking, kinds: gone,
		summary: "按医院分号的单子定号数", more: "CSV，表头要有科室、医生、就诊日期、就诊时间、结束时间、号数。单子上没有的时间不变；比已经约出去的少的，约好的都留着，行号写在 short 里。"}, s.allot)
	handle(s, route{id: "hospital-compare", method: http.MethodPost, path: "/places/{place}/lists", tag: tagBooking, kinds: gone, status: http.StatusCreated,
		summary: "和医院的单子对账", more: "CSV，表头要有就诊日期、状态，和凭证号、预约号码、医院单号里的一个。单子上的姓名、证件号不会保存。"}, s.compareList)
	handle(s, route{id: "hospital-lists", method: http.MethodGet, path: "/places/{place}/lists", tag: tagBooking, kinds: gone[:1],
		summary: "最近对过的单子"}, s.hospitalLists)
	handle(s, route{id: "hospital-list", method: http.MethodGet, path: "/places/{place}/lists/{list}", tag: tagBooking, kinds: gone[:1],
		summary: "一张单子和我们哪里不一样"}, s.hospitalList)
	handle(s, route{id: "hospital-settle", method: http.MethodPost, path: "/places/{place}/differences/{difference}", tag: tagBooking, kinds: gone,
		summary: "处理不一样的一条，写明为什么"}, s.settleDifference)
}

// AwaitedPlace is a place that a hospital has not answered yet.
type AwaitedPlace struct {
	BookedItem
	Ask   string     `json:"ask"`
	Doing string     `json:"doing" doc:"要医院做什么"`
	Gone  bool       `json:"gone" doc:"我们已经不要了，等医院退掉"`
	Since time.Time  `json:"since"`
	Until *time.Time `json:"until,omitempty" doc:"最晚等到什么时候"`
	Tried int        `json:"tried" doc:"发了几次"`
	Note  string     `json:"note,omitempty" doc:"最近一次问的情况"`
}

// AwaitedPlaces are the places that a hospital has not answered yet.
type AwaitedPlaces struct {
	Asks []AwaitedPlace `json:"asks"`
}

func (s *server) awaiting(ctx context.Context, _ *struct{}) (*struct{ Body AwaitedPlaces }, error) {
	list, err := s.Booking.Awaiting(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := AwaitedPlaces{Asks: make([]AwaitedPlace, len(list))}
	for i, p := range list {
		out.Asks[i] = AwaitedPlace{bookedItem(p.Item), p.Key, p.Doing(), p.Gone, p.Since.In(civic.Shanghai), p.Until, p.Tried, p.Word}
	}
	return &struct{ Body AwaitedPlaces }{out}, nil
}

// OnAsk is the path of what a hospital is asked.
type OnAsk struct {
	Ask string `path:"ask" maxLength:"100"`
}

type hospitalAnswerIn struct {
	OnAsk
	Body struct {
		Yes    bool   `json:"yes" doc:"医院说有这个号"`
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"没有的，写为什么，老人看得懂"`
	}
}

func (s *server) answerFor(ctx context.Context, in *hospitalAnswerIn) (*struct{}, error) {
	return nil, s.Booking.AnswerFor(ctx, actorOf(ctx), in.Ask, in.Body.Yes, in.Body.Reason)
}

func (s *server) askAgain(ctx context.Context, in *OnAsk) (*struct{}, error) {
	return nil, s.Booking.AskAgain(ctx, actorOf(ctx), in.Ask)
}

// PlaceOwner says who owns the truth of places.
type PlaceOwner struct {
	Resource string `json:"resource,omitempty" maxLength:"64" doc:"医生、场馆或课程；不写就是整个单位"`
	Way      string `json:"way" enum:"ours,allotted,confirmed"`
	System   string `json:"system,omitempty" maxLength:"60" doc:"医院系统的连接名"`
	Code     string `json:"code,omitempty" maxLength:"60" doc:"医院那边叫什么"`
}

// PlaceOwners are who owns the truth of an office's places.
type PlaceOwners struct {
	Owners []PlaceOwner `json:"owners"`
}

func (s *server) owners(ctx context.Context, in *AtPlace) (*struct{ Body PlaceOwners }, error) {
	all, err := s.Booking.Owners(ctx, actorOf(ctx), in.Place)
	if err != nil {
		return nil, err
	}
	out := PlaceOwners{Owners: make([]PlaceOwner, len(all.List))}
	for i, o := range all.List {
		out.Owners[i] = PlaceOwner{o.Resource, o.Way, o.System, o.Code}
	}
	return &struct{ Body PlaceOwners }{out}, nil
}

type ownerIn struct {
	AtPlace
	Body PlaceOwner
}

func (s *server) setOwner(ctx context.Context, in *ownerIn) (*struct{}, error) {
	b := in.Body
	return nil, s.Booking.SetOwner(ctx, actorOf(ctx), booking.Owner{Office: in.Place, Resource: b.Resource, Way: b.Way, System: b.System, Code: b.Code})
}

type hospitalTextIn struct {
	AtPlace
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000000" doc:"CSV，连表头"`
	}
}

// ComparedList names a list that was held against ours.
type ComparedList struct {
	List string `json:"list"`
}

func (s *server) compareList(ctx context.Context, in *hospitalTextIn) (*struct{ Body ComparedList }, error) {
	id, err := s.Booking.Compare(ctx, actorOf(ctx), in.Place, []byte(in.Body.Text))
	if err != nil {
		return nil, err
	}
	return &struct{ Body ComparedList }{ComparedList{id}}, nil
}

// HospitalList is a hospital's list, held against ours.
type HospitalList struct {
	List  string               `json:"list"`
	From  string               `json:"from" format:"date"`
	To    string               `json:"to" format:"date"`
	Lines int                  `json:"lines"`
	Same  int                  `json:"same" doc:"和我们一样的行数"`
	Open  int                  `json:"open" doc:"还没有处理的条数"`
	Rows  []HospitalDifference `json:"rows,omitempty"`
}

// HospitalDifference is one row in which the lists differ.
type HospitalDifference struct {
	Difference string          `json:"difference"`
	Line       int             `json:"line,omitempty" doc:"单子第几行；不写就是单子上没有"`
	Kind       string          `json:"kind" enum:"ours,theirs,state" doc:"只有我们有、只有医院有、状态不一样"`
	Booking    civic.RequestID `json:"booking,omitempty"`
	Ref        string          `json:"ref,omitempty" doc:"医院单号"`
	What       string          `json:"what" doc:"单子上写的"`
	Said       external.State  `json:"said,omitempty" doc:"单子上的状态"`
	Here       string          `json:"here,omitempty" doc:"我们这里的情况"`
	Words      string          `json:"words" doc:"哪里不一样"`
	State      string          `json:"state" enum:"open,settled"`
	Reason     string          `json:"reason,omitempty"`
}

func hospitalList(l booking.List) HospitalList {
	out := HospitalList{List: l.ID, From: l.FromDay, To: l.ToDay, Lines: l.Lines, Same: l.Same, Open: l.Open}
	for _, d := range l.Rows {
		out.Rows = append(out.Rows, HospitalDifference{d.ID, d.Line, d.Kind, d.Request, d.Ref, d.What, d.Said, d.Words, d.Says(), d.State, d.Reason})
	}
	return out
}

// HospitalLists are the last lists of an office.
type HospitalLists struct {
	Lists []HospitalList `json:"lists"`
}

func (s *server) hospitalLists(ctx context.Context, in *AtPlace) (*struct{ Body HospitalLists }, error) {
	list, err := s.Booking.Lists(ctx, actorOf(ctx), in.Place)
	if err != nil {
		return nil, err
	}
	out := HospitalLists{Lists: make([]HospitalList, len(list))}
	for i, l := range list {
		out.Lists[i] = hospitalList(l)
	}
	return &struct{ Body HospitalLists }{out}, nil
}

type hospitalListIn struct {
	AtPlace
	List string `path:"list" maxLength:"64"`
}

func (s *server) hospitalList(ctx context.Context, in *hospitalListIn) (*struct{ Body HospitalList }, error) {
	l, err := s.Booking.ReadList(ctx, actorOf(ctx), in.Place, in.List)
	if err != nil {
		return nil, err
	}
	return &struct{ Body HospitalList }{hospitalList(l)}, nil
}

type settleDifferenceIn struct {
	AtPlace
	Difference string `path:"difference" maxLength:"64"`
	Body       struct {
		How    string `json:"how" enum:"theirs,ours" doc:"照医院的，还是照我们的"`
		Reason string `json:"reason" maxLength:"200"`
	}
}

func (s *server) settleDifference(ctx context.Context, in *settleDifferenceIn) (*struct{}, error) {
	return nil, s.Booking.SettleDifference(ctx, actorOf(ctx), in.Place, in.Difference, in.Body.How, in.Body.Reason)
}

// AllottedPlaces says what became of a list of places that a hospital gave.
type AllottedPlaces struct {
	Lines   int   `json:"lines"`
	Made    int   `json:"made" doc:"新增的时间"`
	Changed int   `json:"changed" doc:"号数改了的时间"`
	Short   []int `json:"short,omitempty" doc:"给的号比已经约出去的少的行"`
}

func (s *server) allot(ctx context.Context, in *hospitalTextIn) (*struct{ Body AllottedPlaces }, error) {
	a, err := s.Booking.Allot(ctx, actorOf(ctx), in.Place, []byte(in.Body.Text))
	if err != nil {
		return nil, err
	}
	return &struct{ Body AllottedPlaces }{AllottedPlaces(a)}, nil
}
