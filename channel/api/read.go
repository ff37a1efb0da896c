package api

import (
	"context"
	"net/http"

	"yinqiao/civic"
	"yinqiao/grant"
	"yinqiao/people"
)

const tagDevice = "设备"

// byDevice are the operations for which a device bears its own token; no session of a
// person or of staff does for them.
var byDevice = map[string]bool{"reads-create": true, "checkins-create": true}

func (s *server) devices() {
	handle(s, route{id: "reads-create", method: http.MethodPost, path: "/reads", tag: tagDevice, kinds: []civic.Kind{civic.Conflict, civic.Exhausted},
		summary: "读卡器读到了一张卡(SX1、ZJ1.1)", more: "Authorization: Bearer 里放读卡器登记时得到的令牌。每放一次卡用一个新的 Idempotency-Key，重发时不变。" +
			"回答说这是一张什么卡、下一步怎么办，从不说出姓名。"}, s.presentCard)
}

// deviceActor is the device that bears a token.
func (s *server) deviceActor(ctx context.Context, token string) (civic.Actor, error) {
	d, err := s.Staff.ByToken(ctx, token)
	if err != nil {
		return civic.Actor{}, err
	}
	return civic.Actor{Operator: civic.Party{Kind: civic.PartyDevice, ID: d.ID}, Channel: civic.ChannelAPI, Device: d.ID}, nil
}

type readIn struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"128" doc:"每放一次卡一个新的随机串；重发时不变"`
	Body struct {
		Kind    people.CredentialKind `json:"kind,omitempty" maxLength:"40" doc:"卡的种类，读卡器知道的话"`
		Number  string                `json:"number" minLength:"1" maxLength:"60" doc:"卡号；不会保存"`
		Name    string                `json:"name,omitempty" maxLength:"60" doc:"芯片里的姓名，用来核对"`
		Issued  string                `json:"issued,omitempty" maxLength:"10" doc:"芯片里的起始日期，2021-05-01"`
		Expires string                `json:"expires,omitempty" maxLength:"10" doc:"芯片里的截止日期；长期有效的不写"`
	}
}

// Read says what a card is.
type Read struct {
	Card  grant.Verdict `json:"card" enum:"fine,unknown,lost,old,expired,died,doubt"`
	Words string        `json:"words" doc:"说给工作人员听：这是什么卡，下一步怎么办"`
}

func (s *server) presentCard(ctx context.Context, in *readIn) (*struct{ Body Read }, error) {
	v, err := s.Grant.PresentCard(ctx, actorOf(ctx), grant.CardRead{Key: in.Key, Kind: in.Body.Kind, Number: in.Body.Number, Name: in.Body.Name,
		Issued: in.Body.Issued, Expires: in.Body.Expires})
	if err != nil {
		return nil, under("body", err)
	}
	return &struct{ Body Read }{Read{v, v.Words()}}, nil
}
