package desk

import (
	"net/http"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/ledger/task"
)

func (f face) meetingRoutes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /desk/meetings", Do: f.meetings},
		{Pattern: "POST /desk/meetings", Do: f.holdMeeting, Bytes: task.FileBytes()},
		{Pattern: "GET /desk/meetings/{meeting}", Do: f.meeting},
		{Pattern: "POST /desk/meetings/{meeting}/decide", Do: f.decideMeeting},
	}
}

// meetingsView is the meetings of a joint conference.
type meetingsView struct {
	book
	List []task.Meeting
	Old  *http.Request
}

func (f face) meetings(w http.ResponseWriter, r *http.Request) error {
	return f.showMeetings(w, r, nil)
}

func (f face) showMeetings(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "联席会议")
	if err != nil {
		return err
	}
	v := meetingsView{book: b, Old: r}
	if v.List, err = f.Ledger.Meetings(r.Context(), a, b.At); err != nil {
		return err
	}
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, meetingsPage(fr, v))
}

func (f face) holdMeeting(w http.ResponseWriter, r *http.Request) error {
	fs, err := uploads(r)
	if err != nil {
		return err
	}
	id, err := f.Ledger.Hold(r.Context(), f.actor(r), task.Minutes{Division: civic.Division(kit.Field(r, "division")), Title: kit.Field(r, "title"), HeldOn: kit.Field(r, "day"), Minutes: kit.Field(r, "minutes"), Files: fs})
	if civic.Is(err, civic.Invalid) {
		return f.showMeetings(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/meetings/"+id)
}

// meetingView is one meeting.
type meetingView struct {
	book
	task.Meeting
	Measures []task.Measure
	Old      *http.Request
}

func (f face) meeting(w http.ResponseWriter, r *http.Request) error {
	return f.showMeeting(w, r, nil)
}

func (f face) showMeeting(w http.ResponseWriter, r *http.Request, wrong error) error {
	fr, a, b, err := f.book(r, "联席会议")
	if err != nil {
		return err
	}
	v := meetingView{book: b, Old: r}
	if v.Meeting, err = f.Ledger.Meeting(r.Context(), a, r.PathValue("meeting")); err != nil {
		return err
	}
	_, v.MayKeep = b.Member.MayIn(civic.MayKeepLedger, v.Division)
	if v.MayKeep {
		if v.Measures, err = f.Ledger.Measures(r.Context(), a, v.Division); err != nil {
			return err
		}
	}
	fr.Title, fr.Back = v.Title, "/desk/meetings"
	status := fr.Shows(wrong)
	return f.RenderAs(w, r, status, meetingPage(fr, v))
}

func (f face) decideMeeting(w http.ResponseWriter, r *http.Request) error {
	err := f.Ledger.Decide(r.Context(), f.actor(r), r.PathValue("meeting"), task.Decision{Division: civic.Division(kit.Field(r, "division")), Unit: kit.Field(r, "unit"), Words: kit.Field(r, "words"), Due: kit.Field(r, "until"), Measure: kit.Field(r, "measure")})
	if civic.Is(err, civic.Invalid) {
		return f.showMeeting(w, r, err)
	}
	if err != nil {
		return err
	}
	return kit.Go(w, r, "/desk/meetings/"+r.PathValue("meeting"))
}
