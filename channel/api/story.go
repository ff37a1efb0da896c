package api

import (
	"context"

	"yinqiao/request"
)

// StoryLine tells one act in words.
type StoryLine struct {
	ID      string       `json:"id"`
	Says    string       `json:"says" doc:"一句话，可以念给老人听" example:"11月23日上午9点05分，女儿李*兰用您的委托，替您交了代寄检查报告。"`
	Part    request.Only `json:"part,omitempty" enum:"acted,seen,grants" doc:"acted 替老人办的，seen 看过老人资料的，grants 委托的变化"`
	Own     bool         `json:"own,omitempty" doc:"是老人自己做的"`
	At      string       `json:"at"`
	What    string       `json:"what"`
	Who     string       `json:"who" doc:"谁操作的"`
	Asked   string       `json:"asked,omitempty" doc:"谁要求的"`
	Why     string       `json:"why" doc:"凭什么"`
	Channel string       `json:"channel"`
}

// Story is a page of what happened, newest first.
type Story struct {
	Lines []StoryLine `json:"lines"`
	Next  string      `json:"next,omitempty" doc:"还有更早的：下次写在 before 里"`
}

type storyIn struct {
	OnPerson
	Before string       `query:"before" maxLength:"36" doc:"上一页的 next；不写就从最新的开始"`
	Only   request.Only `query:"only" maxLength:"6" enum:"acted,seen,grants" doc:"只要一部分：acted 替老人办的，seen 看过老人资料的，grants 委托的变化；不写是全部"`
}

func (s *server) story(ctx context.Context, in *storyIn) (*struct{ Body Story }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	page, err := s.Requests.Story(ctx, a, id, request.StoryAsk{Before: in.Before, Only: in.Only})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Story }{Story{storyOf(page.Lines), page.Next}}, nil
}

func storyOf(lines []request.StoryLine) []StoryLine {
	out := make([]StoryLine, len(lines))
	for i, l := range lines {
		out[i] = StoryLine(l)
	}
	return out
}
