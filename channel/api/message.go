package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/civic"
	"yinqiao/notify"
)

// messages are what a person was told, by which ways they do not want to be, and what
// hands have to tell people.
func (s *server) messages() {
	nf := []civic.Kind{civic.NotFound}
	own := "限本人、受委托的家人和打开了资料的工作人员。"
	handle(s, route{id: "messages-list", method: http.MethodGet, path: "/people/{person}/messages", tag: tagMessage, kinds: nf,
		summary: "告诉过这个人什么", more: own + "最近五十条，新的在前。口令不会再给一遍。"}, s.listMessages)
	handle(s, route{id: "messages-heard", method: http.MethodPost, path: "/people/{person}/messages/{message}/heard", tag: tagMessage, kinds: []civic.Kind{civic.NotFound, civic.Conflict},
		summary: "说一条消息知道了，不用再换别的办法去找", more: own + "answer 为真的，要去回答那件事本身：光知道了还不算。代办的人不能替老人说。"}, s.heardMessage)
	handle(s, route{id: "messages-ways", method: http.MethodGet, path: "/people/{person}/messages/ways", tag: tagMessage, kinds: nf,
		summary: "有哪些通知的办法，哪些不要用", more: own}, s.messageWays)
	handle(s, route{id: "messages-refuse", method: http.MethodPut, path: "/people/{person}/messages/ways", tag: tagMessage, kinds: nf,
		summary: "说不要用哪些办法通知", more: own + "人命关天的事，还是会用各种办法。代办的人不能替老人选。"}, s.refuseWays)
	staffOnly := "限能给老人办事的工作人员，辖区里的。"
	handle(s, route{id: "tasks-list", method: http.MethodGet, path: "/tasks/{carrier}", tag: tagMessage,
		summary: "要由人去告诉老人的事", more: staffOnly + "desk 是给自己的提醒。最多一百件，旧的在前，名字遮住中间的字。"}, s.listTasks)
	handle(s, route{id: "tasks-see", method: http.MethodGet, path: "/tasks/{carrier}/{person}/{task}", tag: tagMessage, kinds: nf,
		summary: "去告诉老人要说的话、电话或住址", more: staffOnly + "看过会记下来，老人看得到。"}, s.seeTask)
	handle(s, route{id: "tasks-tick", method: http.MethodPost, path: "/tasks/{carrier}/{person}/{task}", tag: tagMessage, kinds: nf,
		summary: "告诉了，还是没有找到人", more: staffOnly + "没有找到人，会马上换别的办法去找。"}, s.tickTask)
	s.carriers()
}

// Message is what a person was told.
type Message struct {
	ID     string         `json:"id"`
	Person civic.PersonID `json:"person" doc:"说的是谁的事：本人，或者托他办事的老人"`
	About  string         `json:"about,omitempty" doc:"哪件事、哪份委托"`
	Words  string         `json:"words" doc:"可以念给老人听"`
	At     time.Time      `json:"at"`
	Open   bool           `json:"open" doc:"还没有人说知道了"`
	Answer bool           `json:"answer" doc:"要本人回答的"`
}

// Messages are what a person was told, newest first.
type Messages struct {
	Messages []Message `json:"messages"`
}

func (s *server) listMessages(ctx context.Context, in *OnPerson) (*struct{ Body Messages }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	list, err := s.Notify.Inbox(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Messages{Messages: make([]Message, len(list))}
	for i, l := range list {
		out.Messages[i] = Message{l.ID, l.Person, l.About, l.Words, shownTime(l.MadeAt), l.Open, l.Answer}
	}
	return &struct{ Body Messages }{out}, nil
}

// OnMessage names a message in a path.
type OnMessage struct {
	OnPerson
	Message string `path:"message" maxLength:"64" doc:"消息的编号"`
}

func (s *server) heardMessage(ctx context.Context, in *OnMessage) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.Notify.Heard(ctx, a, id, in.Message)
}

// MessageWay is a way of being told.
type MessageWay struct {
	Code  string `json:"code"`
	Words string `json:"words"`
	No    bool   `json:"no" doc:"说了不要用"`
}

// MessageWays are all of them.
type MessageWays struct {
	Ways []MessageWay `json:"ways"`
}

func (s *server) messageWays(ctx context.Context, in *OnPerson) (*struct{ Body MessageWays }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	list, err := s.Notify.Ways(ctx, a, id)
	if err != nil {
		return nil, err
	}
	var out MessageWays
	for _, w := range list {
		out.Ways = append(out.Ways, MessageWay{w.Code, w.Words, w.No})
	}
	return &struct{ Body MessageWays }{out}, nil
}

// wayCode is a way of being told.
type wayCode string

// Schema implements huma.SchemaProvider.
func (wayCode) Schema(huma.Registry) *huma.Schema {
	most := 10
	return &huma.Schema{Type: huma.TypeString, MaxLength: &most, Pattern: `^[a-z]+$`, PatternDescription: "ways 里的 code"}
}

type refuseIn struct {
	OnPerson
	Body struct {
		No []wayCode `json:"no" maxItems:"10" doc:"不要用的办法，照 ways 里的 code 写；都可以用就写空的" example:"[\"sms\"]"`
	}
}

func (s *server) refuseWays(ctx context.Context, in *refuseIn) (*struct{ Body MessageWays }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	no := make([]string, len(in.Body.No))
	for i, c := range in.Body.No {
		no[i] = string(c)
	}
	if err := s.Notify.Refuse(ctx, a, id, no); err != nil {
		return nil, under("body", err)
	}
	return s.messageWays(ctx, &in.OnPerson)
}

// Task is something that somebody has to tell.
type Task struct {
	ID       string         `json:"id"`
	Person   civic.PersonID `json:"person"`
	Who      string         `json:"who" doc:"遮住中间的字"`
	Division civic.Division `json:"division"`
	For      string         `json:"for,omitempty" doc:"派给了谁"`
	Words    string         `json:"words"`
	Urgent   bool           `json:"urgent" doc:"人命关天，先办"`
	At       time.Time      `json:"at"`
}

// Tasks are a list of staff.
type Tasks struct {
	Tasks []Task `json:"tasks"`
}

func taskOf(t notify.Task) Task {
	return Task{t.ID, t.Person, t.Who, t.Division, t.MadeFor, t.Words, t.Urgent, shownTime(t.MadeAt)}
}

// OnCarrier names a carrier in a path.
type OnCarrier struct {
	Carrier string `path:"carrier" maxLength:"10" enum:"voice,door,paper,desk" doc:"voice 打电话，door 上门，paper 打印寄送，desk 给自己的提醒"`
}

func (s *server) listTasks(ctx context.Context, in *OnCarrier) (*struct{ Body Tasks }, error) {
	list, err := s.Notify.Tasks(ctx, actorOf(ctx), in.Carrier)
	if err != nil {
		return nil, err
	}
	out := Tasks{Tasks: make([]Task, len(list))}
	for i, t := range list {
		out.Tasks[i] = taskOf(t)
	}
	return &struct{ Body Tasks }{out}, nil
}

// OnTask names a task in a path.
type OnTask struct {
	OnCarrier
	Person civic.PersonID `path:"person" maxLength:"64" doc:"老人的编号"`
	Task   string         `path:"task" maxLength:"64" doc:"这件要去说的事的编号"`
}

// TaskDetail is a task with what it takes to do it.
type TaskDetail struct {
	Task
	Polite  string `json:"polite" doc:"怎么称呼"`
	Lives   string `json:"lives,omitempty" doc:"上门、寄送：住址"`
	Number  string `json:"number,omitempty" doc:"要打的电话"`
	Answers string `json:"answers,omitempty" doc:"接电话的可能是谁"`
	Own     bool   `json:"own" doc:"电话只归老人自己用"`
	Ask     string `json:"ask,omitempty" doc:"接电话的不是老人本人，只说这句"`
	Grant   string `json:"grant,omitempty" doc:"要老人回答的委托：用 grants-answer 记下老人怎么说"`
}

func (s *server) seeTask(ctx context.Context, in *OnTask) (*struct{ Body TaskDetail }, error) {
	d, err := s.Notify.See(ctx, actorOf(ctx), in.Person, in.Task)
	if err != nil {
		return nil, err
	}
	out := TaskDetail{Task: taskOf(d.Task), Polite: d.Polite, Lives: d.Lives, Number: d.Number, Answers: d.Answers, Own: d.Own, Ask: d.Ask, Grant: d.Answer}
	return &struct{ Body TaskDetail }{out}, nil
}

type tickIn struct {
	OnTask
	Body struct {
		Outcome string `json:"outcome" enum:"told,absent,gone" doc:"told 告诉老人了（打印好送出了），absent 没有找到人，gone 号码或地址不对"`
	}
}

func (s *server) tickTask(ctx context.Context, in *tickIn) (*struct{}, error) {
	return nil, s.Notify.Tick(ctx, actorOf(ctx), in.Person, in.Task, in.Body.Outcome)
}
