package api

import (
	"context"
	"time"

	"yinqiao/civic"
	"yinqiao/engine/booking"
)

type resourceIn struct {
	AtPlace
	Body struct {
		Kind       string        `json:"kind" maxLength:"60" doc:"clinic、venue、class，和服务定义里写的一样"`
		Department string        `json:"department,omitempty" maxLength:"60"`
		Name       string        `json:"name" maxLength:"60"`
		About      string        `json:"about,omitempty" maxLength:"60"`
		Plan       string        `json:"plan" maxLength:"60" doc:"号源方案的名字"`
		Staff      civic.StaffID `json:"staff,omitempty" maxLength:"64" doc:"医生自己的账号"`
		Individual bool          `json:"individual,omitempty" doc:"就是名字里的这一位，不是几个人轮班的门诊，也不是场馆或课程；有账号的都算"`
		Ahead      int           `json:"ahead" minimum:"0" maximum:"366" doc:"提前几天放号"`
		Opens      int           `json:"opens,omitempty" minimum:"0" maximum:"1439" doc:"放号那天的第几分钟"`
	}
}

// AddedResource names what was entered.
type AddedResource struct {
	Resource string `json:"resource"`
}

func (s *server) addResource(ctx context.Context, in *resourceIn) (*struct{ Body AddedResource }, error) {
	b := in.Body
	id, err := s.Booking.Add(ctx, actorOf(ctx), booking.Resource{Office: in.Place, Kind: b.Kind, Department: b.Department, Name: b.Name, About: b.About,
		Plan: b.Plan, Staff: b.Staff, Individual: b.Individual, Ahead: b.Ahead, Opens: b.Opens}, nil)
	if err != nil {
		return nil, err
	}
	return &struct{ Body AddedResource }{AddedResource{id}}, nil
}

type weekIn struct {
	AtPlace
	Resource string `path:"resource" maxLength:"64"`
	Body     struct {
		Since string `json:"since" format:"date" doc:"从哪一天起"`
		Week  []struct {
			Weekday  int  `json:"weekday" minimum:"0" maximum:"6" doc:"0是星期日"`
			From     int  `json:"from" minimum:"0" maximum:"1440" doc:"一天里的第几分钟"`
			To       int  `json:"to" minimum:"0" maximum:"1440"`
			Places   int  `json:"places" minimum:"1" maximum:"5000"`
			Holidays bool `json:"holidays,omitempty" doc:"法定节假日也来"`
		} `json:"week" maxItems:"100"`
	}
}

func (s *server) setWeek(ctx context.Context, in *weekIn) (*struct{}, error) {
	week := make([]booking.Template, len(in.Body.Week))
	for i, t := range in.Body.Week {
		week[i] = booking.Template{Weekday: time.Weekday(t.Weekday), From: t.From, To: t.To, Places: t.Places, Holidays: t.Holidays}
	}
	return nil, s.Booking.SetWeek(ctx, actorOf(ctx), in.Place, in.Resource, in.Body.Since, week)
}

type dayIn struct {
	AtPlace
	Body struct {
		Resource string `json:"resource,omitempty" maxLength:"64" doc:"不写就是整个单位"`
		Day      string `json:"day" format:"date"`
		Weekday  int    `json:"weekday" minimum:"-2" maximum:"6" doc:"按星期几来；-1是停，-2是照常，停了的重新开"`
		Reason   string `json:"reason" maxLength:"200"`
	}
}

func (s *server) setDay(ctx context.Context, in *dayIn) (*struct{}, error) {
	b := in.Body
	return nil, s.Booking.SetDay(ctx, actorOf(ctx), in.Place, b.Resource, b.Day, b.Weekday, b.Reason)
}

type publishIn struct {
	AtPlace
	Body struct {
		Until string `json:"until" format:"date" doc:"放到哪一天，含这一天"`
	}
}

// PublishedTimes says what was made.
type PublishedTimes struct {
	Resources int `json:"resources"`
	Times     int `json:"times"`
	Places    int `json:"places"`
}

func publishedTimes(p booking.Published, err error) (*struct{ Body PublishedTimes }, error) {
	if err != nil {
		return nil, err
	}
	return &struct{ Body PublishedTimes }{PublishedTimes{p.Resources, p.Sessions, p.Places}}, nil
}

func (s *server) publish(ctx context.Context, in *publishIn) (*struct{ Body PublishedTimes }, error) {
	return publishedTimes(s.Booking.Publish(ctx, actorOf(ctx), in.Place, in.Body.Until, nil))
}

// OnTime is the path of everything that is about one session.
type OnTime struct {
	AtPlace
	Time string `path:"time" maxLength:"64" doc:"时间的编号"`
}

type placesIn struct {
	OnTime
	Body struct {
		Places int    `json:"places" minimum:"0" maximum:"5000"`
		Reason string `json:"reason" maxLength:"200"`
	}
}

func (s *server) setPlaces(ctx context.Context, in *placesIn) (*struct{}, error) {
	return nil, s.Booking.SetPlaces(ctx, actorOf(ctx), in.Place, in.Time, in.Body.Places, in.Body.Reason)
}

type releaseIn struct {
	OnTime
	Body struct {
		Pool   string `json:"pool" maxLength:"60"`
		Reason string `json:"reason" maxLength:"200"`
	}
}

func (s *server) releaseNow(ctx context.Context, in *releaseIn) (*struct{}, error) {
	return nil, s.Booking.ReleaseNow(ctx, actorOf(ctx), in.Place, in.Time, in.Body.Pool, in.Body.Reason)
}
