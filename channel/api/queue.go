package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/casework"
)

// queues are the work of an office as a whole: how it stands, who is there, and what
// is in nobody's hands.
func (s *server) queues() {
	handle(s, route{id: "queue-get", method: http.MethodGet, path: "/queue", tag: tagCase,
		summary: "本单位的事各有多少件", more: "限承办单位的工作人员。数到999件为止。"}, s.queueStanding)
	handle(s, route{id: "queue-colleagues", method: http.MethodGet, path: "/queue/colleagues", tag: tagCase, summary: "本单位在岗、能办事的同事"}, s.colleagues)
	handle(s, route{id: "queue-hand-over", method: http.MethodPost, path: "/queue/hand-over", tag: tagCase, summary: "把手上的事全部交给一位同事"}, s.handOver)
	handle(s, route{id: "queue-batch", method: http.MethodPost, path: "/queue/batch", tag: tagCase,
		summary: "好几件事一起接、放回或者交给同事", more: "一次最多一百件。每件单独办，办不成的写明原因。"}, s.batch)
	handle(s, route{id: "absences-list", method: http.MethodGet, path: "/absences", tag: tagCase, summary: "本单位谁不在、谁代班"}, s.listAbsences)
	handle(s, route{id: "absences-create", method: http.MethodPost, path: "/absences", tag: tagCase, status: http.StatusCreated, summary: "登记谁不在、谁代班"}, s.createAbsence)
	handle(s, route{id: "absences-delete", method: http.MethodDelete, path: "/absences/{absence}", tag: tagCase, kinds: []civic.Kind{civic.NotFound}, summary: "提前回岗"}, s.endAbsence)
	handle(s, route{id: "strays-list", method: http.MethodGet, path: "/strays", tag: tagCase,
		summary: "没有人办的事：承办单位里没有人在系统里办事", more: "限管理员，在自己的辖区里。"}, s.listStrays)
	handle(s, route{id: "strays-redirect", method: http.MethodPost, path: "/strays/{request}/redirect", tag: tagCase, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "把没有人办的事转给别的单位"}, s.redirectStray)
}

// QueueStanding is how an office stands.
type QueueStanding struct {
	Count    map[casework.View]int `json:"count" doc:"每个列表有几件"`
	Services map[string]string     `json:"services" doc:"没办完的事是哪些服务，名称"`
	Skills   []string              `json:"skills" doc:"没办完的事要会什么"`
}

func (s *server) queueStanding(ctx context.Context, _ *struct{}) (*struct{ Body QueueStanding }, error) {
	st, err := s.Casework.Stands(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body QueueStanding }{QueueStanding{st.Count, st.Services, append([]string{}, st.Skills...)}}, nil
}

// Colleague is somebody of the same office.
type Colleague struct {
	ID   civic.StaffID `json:"id"`
	Name string        `json:"name"`
}

// Colleagues are those of the same office who are there.
type Colleagues struct {
	Colleagues []Colleague `json:"colleagues"`
}

func (s *server) colleagues(ctx context.Context, _ *struct{}) (*struct{ Body Colleagues }, error) {
	list, err := s.Casework.Colleagues(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := Colleagues{make([]Colleague, len(list))}
	for i, c := range list {
		out.Colleagues[i] = Colleague(c)
	}
	return &struct{ Body Colleagues }{out}, nil
}

type handOverIn struct {
	Body struct {
		To civic.StaffID `json:"to" minLength:"1" maxLength:"64" doc:"同事的编号"`
	}
}

// Moved says how many cases changed hands.
type Moved struct {
	Moved int `json:"moved" doc:"交出去几件"`
}

func (s *server) handOver(ctx context.Context, in *handOverIn) (*struct{ Body Moved }, error) {
	n, err := s.Casework.HandOver(ctx, actorOf(ctx), in.Body.To)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Moved }{Moved{n}}, nil
}

type batchIn struct {
	Body struct {
		Step     string        `json:"step" enum:"take,release,assign"`
		Requests RequestIDs    `json:"requests" doc:"这些事的编号"`
		To       civic.StaffID `json:"to,omitempty" maxLength:"64" doc:"assign 时，交给哪位同事"`
	}
}

// BatchResult is what became of one case of a batch.
type BatchResult struct {
	Request civic.RequestID `json:"request"`
	Done    bool            `json:"done"`
	Code    string          `json:"code,omitempty"`
	Why     string          `json:"why,omitempty" doc:"没有办成的原因"`
}

// BatchResults are those of a batch, in its order.
type BatchResults struct {
	Results []BatchResult `json:"results"`
}

func (s *server) batch(ctx context.Context, in *batchIn) (*struct{ Body BatchResults }, error) {
	a := actorOf(ctx)
	out, err := casework.Batch(in.Body.Requests, func(id civic.RequestID) error {
		switch in.Body.Step {
		case "take":
			return s.Casework.Take(ctx, a, id)
		case "release":
			return s.Casework.Release(ctx, a, id)
		}
		return s.Casework.Assign(ctx, a, id, in.Body.To)
	})
	if err != nil {
		return nil, err
	}
	res := BatchResults{make([]BatchResult, len(out))}
	refused := error(nil)
	for i, o := range out {
		res.Results[i] = BatchResult{Request: o.Request, Done: o.Err == nil}
		if o.Err == nil {
			continue
		}
		e := civic.As(o.Err)
		if e.Kind == civic.Internal || e.Kind == civic.Unavailable {
			return nil, o.Err
		}
		if e.Code == "grant.role" || e.Code == "grant.staff_only" {
			refused = o.Err // of the caller, not of the case
		}
		res.Results[i].Code, res.Results[i].Why = e.Code, e.Say
	}
	if refused != nil {
		return nil, refused
	}
	return &struct{ Body BatchResults }{res}, nil
}

// Absence is a time in which somebody is away.
type Absence struct {
	ID    string        `json:"id"`
	Staff civic.StaffID `json:"staff"`
	Name  string        `json:"name"`
	Cover civic.StaffID `json:"cover"`
	By    string        `json:"cover_name"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until"`
}

// Absences are those of an office.
type Absences struct {
	Absences []Absence `json:"absences"`
}

func (s *server) listAbsences(ctx context.Context, _ *struct{}) (*struct{ Body Absences }, error) {
	list, err := s.Casework.Absences(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := Absences{make([]Absence, len(list))}
	for i, a := range list {
		out.Absences[i] = Absence{a.ID, a.Staff, a.Name, a.Cover, a.CoverName, a.FromAt.In(civic.Shanghai), a.UntilAt.In(civic.Shanghai)}
	}
	return &struct{ Body Absences }{out}, nil
}

type absenceIn struct {
	Body struct {
		Staff civic.StaffID `json:"staff" minLength:"1" maxLength:"64" doc:"谁不在"`
		Cover civic.StaffID `json:"cover" minLength:"1" maxLength:"64" doc:"谁代班"`
		From  time.Time     `json:"from"`
		Until time.Time     `json:"until"`
	}
}

// AbsenceID names an absence.
type AbsenceID struct {
	ID string `json:"id"`
}

func (s *server) createAbsence(ctx context.Context, in *absenceIn) (*struct{ Body AbsenceID }, error) {
	id, err := s.Casework.Away(ctx, actorOf(ctx), casework.Absence{Staff: in.Body.Staff, Cover: in.Body.Cover, FromAt: in.Body.From, UntilAt: in.Body.Until})
	if err != nil {
		return nil, err
	}
	return &struct{ Body AbsenceID }{AbsenceID{id}}, nil
}

type onAbsence struct {
	Absence string `path:"absence" maxLength:"64"`
}

func (s *server) endAbsence(ctx context.Context, in *onAbsence) (*struct{}, error) {
	return nil, s.Casework.Back(ctx, actorOf(ctx), in.Absence)
}

// Stray is a case at an office where nobody works.
type Stray struct {
	Case
	Office     civic.OfficeID `json:"office"`
	OfficeName string         `json:"office_name"`
}

// Strays are the cases that are in nobody's hands, and the papers and sums.
type Strays struct {
	Cases  []Stray      `json:"cases"`
	Things []StrayThing `json:"things" doc:"没有人的单位保管着的材料和钱"`
}

// StrayThing is a paper or a sum that an office answers for where nobody works.
type StrayThing struct {
	Thing
	Case       Case           `json:"case"`
	Office     civic.OfficeID `json:"office"`
	OfficeName string         `json:"office_name"`
}

func (s *server) listStrays(ctx context.Context, _ *struct{}) (*struct{ Body Strays }, error) {
	list, err := s.Casework.Strays(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := Strays{make([]Stray, len(list.Cases)), make([]StrayThing, len(list.Things))}
	for i, u := range list.Things {
		out.Things[i] = StrayThing{thingOf(u.Thing), casesOf([]casework.Item{u.Item})[0], u.Keeper(), u.OfficeName}
	}
	for i, x := range list.Cases {
		out.Cases[i] = Stray{casesOf([]casework.Item{x.Item})[0], x.Office, x.OfficeName}
	}
	return &struct{ Body Strays }{out}, nil
}

func (s *server) redirectStray(ctx context.Context, in *transferIn) (*struct{}, error) {
	return nil, s.Casework.Redirect(ctx, actorOf(ctx), in.Request, in.Body.Office, in.Body.Reason)
}
