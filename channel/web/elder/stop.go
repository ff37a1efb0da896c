package elder

import (
	"net/http"
	"slices"

	"yinqiao/channel/web/kit"
	"yinqiao/civic"
	"yinqiao/grant"
)

func (f face) stops() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /elder/agents/{grant}/revoke", Do: f.askRevoke},
		{Pattern: "POST /elder/agents/{grant}/revoke", Do: f.revoke},
		{Pattern: "GET /elder/freeze", Do: f.askFreeze},
		{Pattern: "POST /elder/freeze", Do: f.freeze},
		{Pattern: "GET /elder/stopped/{what}", Do: f.stopped},
	}
}

// stopping is one end of somebody's acting for somebody: what is asked before, and
// what is said after.
type stopping struct {
	Asks  string
	Means []string
	Does  string
	At    string

	Done, Now, Again, AgainAt string
}

// ends are what is said after each end.
var ends = map[string]stopping{
	"one": {Done: "已经停掉了", Now: "从现在起，这个人不能再替您办事。替您办过什么，您还看得到。", Again: "停错了，重新请家人代办", AgainAt: "/elder/give"},
	"all": {Done: "都先停下了", Now: "从现在起，家里人谁都不能替您办事。要让谁接着代办，在「谁能替我办」里恢复。", Again: "看看谁能替我办", AgainAt: "/elder/agents"},
	"own": {Done: "您不再替老人办事了", Now: "从现在起，您看不到老人的资料，也不能替老人办。要再替老人办，请老人重新委托。"},
	"her": {Done: "都先停下了", Now: "从现在起，家里人谁都不能替老人办事，您也不能。要让谁接着代办，等老人说了算。"},
}

// ofAgent is what is said after, to whoever acts for another.
var ofAgent = map[string]string{"one": "own", "all": "her"}

func (f face) askRevoke(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "停掉委托")
	if err != nil {
		return err
	}
	list, err := f.Grant.Agents(r.Context(), a, a.Subject)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(g grant.Agent) bool { return g.ID == r.PathValue("grant") })
	if i < 0 {
		return kit.Go(w, r, "/elder/agents") // it has ended
	}
	g := list[i]
	v := stopping{At: "/elder/agents/" + g.ID + "/revoke", Does: "停掉", Asks: "要停掉" + g.Name + "（您的" + g.Relation + "）代办吗？",
		Means: []string{"停掉以后，马上就不能替您办事了。", "以后要代办，还可以再委托。"}}
	if fr.Acting != "" {
		fr.Title = "不再替老人办"
		v.Asks, v.Does = "不再替"+fr.Acting+"办事了，对吗？", "对，不办了"
		v.Means = []string{"您马上就看不到老人的资料，也不能替老人办事了。", "以后要再办，请老人重新委托。"}
	}
	fr.Back = "/elder/agents"
	return f.Render(w, r, stopPage(fr, v))
}

func (f face) revoke(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Grant.Revoke(r.Context(), a, a.Subject, r.PathValue("grant")); err != nil {
		return err
	}
	return f.ended(w, r, a, "one")
}

func (f face) askFreeze(w http.ResponseWriter, r *http.Request) error {
	fr, a, _, err := f.frame(r, "先都停下")
	if err != nil {
		return err
	}
	fr.Back = "/elder/agents"
	v := stopping{At: "/elder/freeze", Asks: "先都停下，对吗？", Does: "都停下", Means: []string{"停下以后，家里人谁都不能替您办事。", "要让谁接着代办，您再一个一个恢复。"}}
	if a.Channel == civic.ChannelFamily {
		v.Means = []string{"停下以后，家里人谁都不能替老人办事，您也不能。", "要让谁接着代办，等老人说了算。"}
	}
	return f.Render(w, r, stopPage(fr, v))
}

func (f face) freeze(w http.ResponseWriter, r *http.Request) error {
	a := f.actor(r)
	if err := f.Grant.Dispute(r.Context(), a, a.Subject, "在网页上说：家里人意见不一致"); err != nil {
		return err
	}
	return f.ended(w, r, a, "all")
}

// ended leads to what is said after; an agent is themselves again, since their own
// grant has ended too.
func (f face) ended(w http.ResponseWriter, r *http.Request, a civic.Actor, what string) error {
	if a.Channel == civic.ChannelFamily {
		f.Sessions.Remove(r.Context(), "as")
		what = ofAgent[what]
	}
	return kit.Go(w, r, "/elder/stopped/"+what)
}

func (f face) stopped(w http.ResponseWriter, r *http.Request) error {
	v, ok := ends[r.PathValue("what")]
	if !ok {
		return kit.Go(w, r, "/elder/agents")
	}
	fr, _, _, err := f.frame(r, v.Done)
	if err != nil {
		return err
	}
	return f.Render(w, r, stoppedPage(fr, v))
}
