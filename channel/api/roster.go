package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/civic"
	"yinqiao/people"
)

const tagRoster = "名单"

func (s *server) rosters() {
	kinds := []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "rosters-list", method: http.MethodGet, path: "/divisions/{division}/rosters", tag: tagRoster,
		summary: "一个地方最近导入的名单", more: "限能导入名单的工作人员。最多一百份，新的在前。"}, s.listRosters)
	handle(s, route{id: "rosters-bring", method: http.MethodPost, path: "/rosters", tag: tagRoster, status: http.StatusCreated,
		summary: "上传一份名单，先不登记", more: "CSV 文字，第一行是表头。更大的名单请在工作台上传文件。"}, s.bringRoster)
	handle(s, route{id: "rosters-get", method: http.MethodGet, path: "/rosters/{roster}", tag: tagRoster, kinds: kinds[:1],
		summary: "一份名单办到了哪里，哪些行不对", more: "最多列出一百行要看一看的。行的内容不在里面。"}, s.getRoster)
	handle(s, route{id: "rosters-check", method: http.MethodPost, path: "/rosters/{roster}/check", tag: tagRoster, kinds: kinds,
		summary: "指明每一列是什么，检查每一行", more: "在后台检查，不登记任何人。"}, s.checkRoster)
	handle(s, route{id: "rosters-enter", method: http.MethodPost, path: "/rosters/{roster}/enter", tag: tagRoster, kinds: kinds,
		summary: "登记检查过的人", more: "在后台登记；停下以后再来一次就接着登记。"}, s.enterRoster)
	handle(s, route{id: "rosters-stop", method: http.MethodPost, path: "/rosters/{roster}/stop", tag: tagRoster, kinds: kinds,
		summary: "停下登记"}, s.stopRoster)
	handle(s, route{id: "rosters-undo", method: http.MethodPost, path: "/rosters/{roster}/undo", tag: tagRoster, kinds: kinds,
		summary: "撤回按名单登记、还没有办过事的人"}, s.undoRoster)
}

// Roster is one list as it stands.
type Roster struct {
	Roster   string         `json:"roster"`
	File     string         `json:"file"`
	Division civic.Division `json:"division"`
	State    string         `json:"state" enum:"read,checking,checked,entering,stopped,entered,undoing,undone"`
	Lines    int            `json:"lines" doc:"不空的行数"`
	Columns  []string       `json:"columns" doc:"每一列当作什么，空的不用"`
	Counts   map[string]int `json:"counts,omitempty" doc:"各种结果的行数"`
	Rows     []RosterRow    `json:"rows,omitempty"`
	At       time.Time      `json:"at"`
	Forget   time.Time      `json:"forget" doc:"原始内容到这时删掉"`
}

// RosterRow is a row that somebody should look at.
type RosterRow struct {
	Row   int             `json:"row" doc:"表格里的行号"`
	State string          `json:"state" enum:"bad,alike,used"`
	Found []RosterFinding `json:"found"`
}

// RosterFinding is what is wrong with a cell.
type RosterFinding struct {
	Column string `json:"column"`
	Say    string `json:"say"`
}

func rosterOf(v people.Roster) Roster {
	out := Roster{Roster: v.ID, File: v.File, Division: v.Division, State: v.State, Lines: v.Lines, Columns: v.Columns, Counts: v.Count,
		At: v.At.In(civic.Shanghai), Forget: v.Forget.In(civic.Shanghai)}
	for _, r := range v.Rows {
		row := RosterRow{Row: r.N, State: r.State, Found: []RosterFinding{}}
		for _, f := range r.Found {
			row.Found = append(row.Found, RosterFinding{f.Title(), f.Say})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// OnRoster is the path of everything that is about one list.
type OnRoster struct {
	Roster string `path:"roster" maxLength:"64" doc:"名单的编号"`
}

// Rosters are lists.
type Rosters struct {
	Rosters []Roster `json:"rosters"`
}

type listRostersIn struct {
	Division civic.Division `path:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105" example:"140105"`
}

func (s *server) listRosters(ctx context.Context, in *listRostersIn) (*struct{ Body Rosters }, error) {
	list, err := s.People.Rosters(ctx, actorOf(ctx), in.Division)
	if err != nil {
		return nil, err
	}
	out := Rosters{Rosters: make([]Roster, len(list))}
	for i, v := range list {
		out.Rosters[i] = rosterOf(v)
	}
	return &struct{ Body Rosters }{out}, nil
}

type bringRosterIn struct {
	Body struct {
		File     string         `json:"file" minLength:"1" maxLength:"200" doc:"名单的名称"`
		Division civic.Division `json:"division" pattern:"^[0-9]{2,12}$" patternDescription:"2到12位行政区划代码，例如 140105001" doc:"名单上的人住在哪里" example:"140105001"`
		Text     string         `json:"text" minLength:"1" maxLength:"1000000" doc:"CSV，第一行是表头"`
	}
}

func (s *server) bringRoster(ctx context.Context, in *bringRosterIn) (*struct{ Body Roster }, error) {
	id, err := s.People.BringRoster(ctx, actorOf(ctx), people.RosterFile{Name: in.Body.File, Division: in.Body.Division, Bytes: []byte(in.Body.Text)})
	if err != nil {
		return nil, err
	}
	return s.getRoster(ctx, &OnRoster{id})
}

func (s *server) getRoster(ctx context.Context, in *OnRoster) (*struct{ Body Roster }, error) {
	v, err := s.People.Roster(ctx, actorOf(ctx), in.Roster)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Roster }{rosterOf(v)}, nil
}

// RosterColumn is what one column of a list holds, "" for nothing.
type RosterColumn string

// Schema implements huma.SchemaProvider.
func (RosterColumn) Schema(huma.Registry) *huma.Schema {
	most := 40
	return &huma.Schema{Type: huma.TypeString, MaxLength: &most}
}

type checkRosterIn struct {
	OnRoster
	Body struct {
		Columns []RosterColumn `json:"columns" minItems:"1" maxItems:"60" doc:"按列的次序：name、resident_id、senior_card、social_security、sex、birth、street、village、address、phone、whose，用不着的写空"`
	}
}

func (s *server) checkRoster(ctx context.Context, in *checkRosterIn) (*struct{ Body Roster }, error) {
	columns := make([]string, len(in.Body.Columns))
	for i, c := range in.Body.Columns {
		columns[i] = string(c)
	}
	if err := s.People.CheckRoster(ctx, actorOf(ctx), in.Roster, columns); err != nil {
		return nil, err
	}
	return s.getRoster(ctx, &in.OnRoster)
}

type enterRosterIn struct {
	OnRoster
	Body struct {
		Alike bool `json:"alike,omitempty" doc:"拿不准的人也登记：已经核对过，不是同一位"`
	}
}

func (s *server) enterRoster(ctx context.Context, in *enterRosterIn) (*struct{ Body Roster }, error) {
	if err := s.People.EnterRoster(ctx, actorOf(ctx), in.Roster, in.Body.Alike); err != nil {
		return nil, err
	}
	return s.getRoster(ctx, &in.OnRoster)
}

func (s *server) stopRoster(ctx context.Context, in *OnRoster) (*struct{ Body Roster }, error) {
	if err := s.People.StopRoster(ctx, actorOf(ctx), in.Roster); err != nil {
		return nil, err
	}
	return s.getRoster(ctx, in)
}

func (s *server) undoRoster(ctx context.Context, in *OnRoster) (*struct{ Body Roster }, error) {
	if err := s.People.UndoRoster(ctx, actorOf(ctx), in.Roster); err != nil {
		return nil, err
	}
	return s.getRoster(ctx, in)
}
