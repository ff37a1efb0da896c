package api

import (
	"context"
	"net/http"

	"yinqiao/civic"
	"yinqiao/people"
)

func (s *server) names() {
	nf := []civic.Kind{civic.NotFound}
	handle(s, route{id: "people-names", method: http.MethodGet, path: "/people/{person}/names", tag: tagPeople, kinds: nf,
		summary: "一位老人的名字怎么念、还有什么别的名字", more: "限本人、全权代办的家人和打开了资料的工作人员。"}, s.getNames)
	handle(s, route{id: "people-reading", method: http.MethodPut, path: "/people/{person}/reading", tag: tagPeople, kinds: nf,
		summary: "登记名字怎么念，以后按这个读音找人、念名字", more: "写空的，就是按字典念。"}, s.setReading)
	handle(s, route{id: "people-name-add", method: http.MethodPost, path: "/people/{person}/names", tag: tagPeople, status: http.StatusCreated, kinds: []civic.Kind{civic.NotFound, civic.Conflict, civic.Exhausted},
		summary: "登记一个别的名字：曾用名、小名、民族名", more: "登记以后按这个名字也能找到人。最多十个。"}, s.addName)
	handle(s, route{id: "people-name-end", method: http.MethodDelete, path: "/people/{person}/names/{name}", tag: tagPeople, kinds: nf, summary: "停用一个别的名字"}, s.endName)
}

// SecondName is another name by which a person is known.
type SecondName struct {
	ID      string         `json:"id"`
	Name    string         `json:"name"`
	Use     people.NameUse `json:"use"`
	Words   string         `json:"words" doc:"是什么名字"`
	Reading string         `json:"reading,omitempty" doc:"怎么念"`
}

// Names are how a person's name is read, and their second names.
type Names struct {
	Reading string       `json:"reading" doc:"名字怎么念，本人说的；空的是没有登记" example:"zeng1 gui4 ying1"`
	Names   []SecondName `json:"names"`
}

func (s *server) getNames(ctx context.Context, in *OnPerson) (*struct{ Body Names }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	reading, names, err := s.People.Names(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := Names{Reading: reading, Names: []SecondName{}}
	for _, n := range names {
		out.Names = append(out.Names, SecondName{n.ID, n.Name, n.Use, n.Use.Words(), n.Reading})
	}
	return &struct{ Body Names }{out}, nil
}

type readingIn struct {
	OnPerson
	Body struct {
		Reading string `json:"reading" maxLength:"300" doc:"姓名怎么念，一个字一个拼音，中间空格" example:"zeng1 gui4 ying1"`
	}
}

func (s *server) setReading(ctx context.Context, in *readingIn) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.SetReading(ctx, a, id, in.Body.Reading)
}

type nameIn struct {
	OnPerson
	Body struct {
		Name    string         `json:"name" minLength:"1" maxLength:"60"`
		Use     people.NameUse `json:"use" enum:"former,pet,ethnic,other" doc:"former 曾用名，pet 小名，ethnic 民族名"`
		Reading string         `json:"reading,omitempty" maxLength:"300" doc:"怎么念"`
	}
}

func (s *server) addName(ctx context.Context, in *nameIn) (*struct{ Body Made }, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	b := in.Body
	made, err := s.People.AddName(ctx, a, id, people.SecondName{Name: b.Name, Use: b.Use, Reading: b.Reading})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Made }{Made{made}}, nil
}

type onName struct {
	OnPerson
	Name string `path:"name" maxLength:"64" doc:"这个名字的编号"`
}

func (s *server) endName(ctx context.Context, in *onName) (*struct{}, error) {
	id, a, err := s.about(ctx, in.Person)
	if err != nil {
		return nil, err
	}
	return nil, s.People.EndName(ctx, a, id, in.Name)
}
