package api

import (
	"context"
	"net/http"
	"time"

	"yinqiao/civic"
	"yinqiao/people"
)

func (s *server) settling() {
	both := []civic.Kind{civic.NotFound, civic.Conflict}
	handle(s, route{id: "disputes-list", method: http.MethodGet, path: "/disputes", tag: tagPeople,
		summary: "重号：两位老人用了同一个号码", more: "限在这个区划能处理重号的人员。先报的在前。"}, s.disputes)
	handle(s, route{id: "disputes-settle", method: http.MethodPost, path: "/disputes/{dispute}/settle", tag: tagPeople, kinds: both,
		summary: "定下号码是谁的", more: "要管得着失去号码的那位老人的住处。"}, s.settle)
	handle(s, route{id: "merges-list", method: http.MethodGet, path: "/merges", tag: tagPeople, summary: "还能撤销的合并"}, s.merges)
	handle(s, route{id: "merges-preview", method: http.MethodPost, path: "/merges/preview", tag: tagPeople, kinds: both,
		summary: "合并以前并排看一看", more: "refused 不为空就是不能合并，写明了为什么。"}, s.previewMerge)
	handle(s, route{id: "merges-create", method: http.MethodPost, path: "/merges", tag: tagPeople, status: http.StatusCreated, kinds: both,
		summary: "把一个人的两份登记合成一份", more: "要管得着两份登记的住处。什么也不删，期限以内可以撤销。"}, s.merge)
	handle(s, route{id: "merges-undo", method: http.MethodPost, path: "/merges/{merge}/undo", tag: tagPeople, kinds: both, summary: "撤销一次合并"}, s.unmerge)
}

// Dispute is a number that two persons bring.
type Dispute struct {
	ID       string                `json:"id"`
	Kind     people.CredentialKind `json:"kind"`
	Holder   Match                 `json:"holder" doc:"先登记的"`
	Claimant Match                 `json:"claimant" doc:"后登记的"`
	RaisedAt time.Time             `json:"raised_at"`
}

// Disputes are those that wait for somebody to decide.
type Disputes struct {
	Disputes []Dispute `json:"disputes"`
}

func (s *server) disputes(ctx context.Context, in *InDivision) (*struct{ Body Disputes }, error) {
	ds, err := s.People.Disputes(ctx, actorOf(ctx), in.Division)
	if err != nil {
		return nil, err
	}
	out := Disputes{Disputes: make([]Dispute, len(ds))}
	for i, d := range ds {
		out.Disputes[i] = Dispute{d.ID, d.Kind, matchOf(d.Holder), matchOf(d.Claimant), shownTime(d.RaisedAt)}
	}
	return &struct{ Body Disputes }{out}, nil
}

type settleIn struct {
	Dispute string `path:"dispute" maxLength:"64" doc:"重号的编号"`
	Body    struct {
		Winner string `json:"winner" enum:"holder,claimant" doc:"holder 是先登记的，claimant 是后登记的"`
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"为什么这样定，不要写号码"`
	}
}

func (s *server) settle(ctx context.Context, in *settleIn) (*struct{}, error) {
	return nil, s.People.Settle(ctx, actorOf(ctx), in.Dispute, in.Body.Winner, in.Body.Reason)
}

// Twins name two registrations that are of one person.
type Twins struct {
	Keep civic.PersonID `json:"keep" minLength:"1" maxLength:"64" doc:"留下的那一份"`
	Drop civic.PersonID `json:"drop" minLength:"1" maxLength:"64" doc:"并进去的那一份"`
}

// Side is one of two registrations, masked.
type Side struct {
	Match
	Birthday string       `json:"birthday"`
	Cards    []Credential `json:"cards"`
	Matters  int          `json:"matters" doc:"办过和正在办的事有几件"`
	Grants   int          `json:"grants" doc:"给出和得到的委托有几份"`
}

// MergePreview is what a merge would join.
type MergePreview struct {
	Keep    Side   `json:"keep"`
	Drop    Side   `json:"drop"`
	Refused string `json:"refused,omitempty" doc:"为什么不能合并"`
}

func (s *server) previewMerge(ctx context.Context, in *struct{ Body Twins }) (*struct{ Body MergePreview }, error) {
	p, err := s.People.PreviewMerge(ctx, actorOf(ctx), in.Body.Keep, in.Body.Drop)
	if err != nil {
		return nil, err
	}
	out := MergePreview{Keep: sideOf(p.Keep), Drop: sideOf(p.Drop)}
	if p.Refused != nil {
		out.Refused = p.Refused.Say
	}
	return &struct{ Body MergePreview }{out}, nil
}

func sideOf(s people.Side) Side {
	out := Side{Match: matchOf(s.Match), Birthday: s.BirthDay, Cards: []Credential{}, Matters: s.Matters, Grants: s.Grants}
	for _, c := range s.Cards {
		out.Cards = append(out.Cards, credentialOf(c))
	}
	return out
}

type mergeIn struct {
	Body struct {
		Twins
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"凭什么说是同一个人，不要写号码"`
	}
}

// MergeDone is a merge that was done.
type MergeDone struct {
	Merge string `json:"merge"`
}

func (s *server) merge(ctx context.Context, in *mergeIn) (*struct{ Body MergeDone }, error) {
	id, err := s.People.Merge(ctx, actorOf(ctx), in.Body.Keep, in.Body.Drop, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &struct{ Body MergeDone }{MergeDone{id}}, nil
}

// Merged is a merge that may still be undone.
type Merged struct {
	ID       string    `json:"id"`
	Kept     Match     `json:"kept"`
	Dropped  Match     `json:"dropped"`
	Reason   string    `json:"reason"`
	MergedAt time.Time `json:"merged_at"`
	Until    time.Time `json:"until" doc:"到什么时候为止可以撤销"`
}

// Merges are those that may still be undone.
type Merges struct {
	Merges []Merged `json:"merges"`
}

func (s *server) merges(ctx context.Context, in *InDivision) (*struct{ Body Merges }, error) {
	ms, err := s.People.Merges(ctx, actorOf(ctx), in.Division)
	if err != nil {
		return nil, err
	}
	out := Merges{Merges: make([]Merged, len(ms))}
	for i, m := range ms {
		out.Merges[i] = Merged{m.ID, matchOf(m.Kept), matchOf(m.Dropped), m.Reason, shownTime(m.MergedAt), shownTime(m.Until)}
	}
	return &struct{ Body Merges }{out}, nil
}

type unmergeIn struct {
	Merge string `path:"merge" maxLength:"64" doc:"合并的编号"`
	Body  struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"为什么撤销，不要写号码"`
	}
}

func (s *server) unmerge(ctx context.Context, in *unmergeIn) (*struct{}, error) {
	return nil, s.People.Unmerge(ctx, actorOf(ctx), in.Merge, in.Body.Reason)
}
