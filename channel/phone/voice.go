package phone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/engine/booking"
	"yinqiao/engine/calls"
	"yinqiao/engine/casework"
	"yinqiao/people"
	"yinqiao/request"
	"yinqiao/speech"
)

// Voice leads callers through services.
type Voice struct {
	Speech   Sayer
	People   *people.Service
	Catalog  *catalog.Service
	Requests *request.Service
	Casework *casework.Service
	Booking  *booking.Service
	Now      civic.Clock
	Division civic.Division // where whoever is not known is taken to live
}

// End is how far a dialogue came. A human goes on where Human says why.
type End struct {
	Person  civic.PersonID // who called, if they said so
	Service string         // what they called for
	Draft   civic.DraftID  // what was begun, to go on with
	Request civic.RequestID
	Number  civic.Number // of what was handed in
	Keys    bool         // a key was pressed
	Human   string
}

const (
	hello      = "您好，这里是老年人服务热线。"
	goodbye    = "谢谢您的来电，再见。"
	connecting = "请稍等，正在给您接工作人员。"
)

// From is the number that calls, "" if it is withheld, and whose it is.
type From struct {
	Number  string
	Callers []people.Caller
	Found   bool // Callers are those whose number it is: false where they are still to be looked up
}

// Notes is told how far a dialogue has come, while it goes on.
type Notes interface {
	Known(c people.Caller)
	Speaks(skill string)
	Meant(service, group string, draft civic.DraftID, request civic.RequestID, keys bool)
}

// Lead speaks with a caller from their greeting to the number of their matter, or to where a
// human goes on. The error is that the call is over, or what broke; End says how far they came, and
// notes is told on the way.
func (v *Voice) Lead(ctx context.Context, set Handset, from From, notes Notes) (End, error) {
	t := &talk{voice: v, set: set, from: from, end: &End{}, notes: notes}
	err := t.lead(ctx)
	t.noteMeant()
	return t.ended(err)
}

// ended is how far the dialogue came: that a human goes on is no error, unless what broke is ours.
func (t *talk) ended(err error) (End, error) {
	var h human
	if errors.As(err, &h) {
		t.end.Human = h.why
		if h.why != WhyBroken {
			err = nil
		}
	}
	return *t.end, err
}

func (t *talk) lead(ctx context.Context) error {
	who, lead, err := t.who(ctx)
	if err != nil {
		return err
	}
	t.end.Person = who.Person
	if who.Person != "" {
		t.notes.Known(who)
		heard := false
		if lead, heard, err = t.news(ctx, who, lead); err != nil {
			return err
		}
		if heard { // what they called for, mostly
			if more, err := t.farewell(ctx, "", ""); !more {
				return err
			}
		}
	}
	for {
		if more, err := t.matter(ctx, who, lead); !more {
			return err
		}
		lead = "" // they know who speaks
	}
}

// matter leads through what the caller chooses of the menu; more when they want something else after it.
func (t *talk) matter(ctx context.Context, who people.Caller, lead string) (more bool, err error) {
	def, err := t.menu(ctx, who, lead)
	if err != nil {
		return false, err
	}
	done := *t.end
	t.end.Service, t.group, t.others = def.Service, def.Group, false
	t.end.Draft, t.end.Request, t.end.Number = "", "", "" // what a human goes on with, or calls back for, is this one
	t.noteMeant()
	if who.Person == "" {
		return false, human{WhyNone} // a colleague asks who they are, and knows what they call for
	}
	if more, err = t.serve(ctx, who, def); err != nil && t.end.Request == "" && !errors.As(err, new(human)) {
		t.end.Request, t.end.Number = done.Request, done.Number // who hangs up over a second matter had the first done
	}
	return more, err
}

func (t *talk) noteMeant() {
	t.notes.Meant(t.end.Service, t.group, t.end.Draft, t.end.Request, t.end.Keys)
}

// who finds out who calls, and asks where several share a number. The greeting is what the
// menu begins with, so that whoever knows it by heart need not hear it out.
func (t *talk) who(ctx context.Context) (who people.Caller, greeting string, err error) {
	callers := t.from.Callers
	if !t.from.Found {
		if callers, err = patiently(ctx, t, func(ctx context.Context) ([]people.Caller, error) { return t.voice.People.Callers(ctx, t.from.Number) }); err != nil {
			return who, "", errors.Join(human{WhyBroken}, err)
		}
	}
	switch {
	case len(callers) == 0 || len(callers) > rules.CallersMost:
		return people.Caller{Division: t.voice.Division}, hello, nil
	case len(callers) == 1:
		return callers[0], callers[0].Polite + "，" + hello, nil
	}
	words := make([]string, len(callers))
	for i, c := range callers {
		words[i] = c.Polite
	}
	n, _, err := t.choose(ctx, list(hello+"请问您是哪一位？", words))
	if err != nil {
		return who, "", err
	}
	return callers[n], "", nil
}

// menu offers the services of the telephone's menu where the caller lives.
func (t *talk) menu(ctx context.Context, who people.Caller, lead string) (*catalog.Definition, error) {
	all, err := patiently(ctx, t, func(ctx context.Context) ([]*catalog.Definition, error) {
		return t.voice.Catalog.List(ctx, who.Division, civic.ChannelPhone)
	})
	if err != nil {
		return nil, errors.Join(human{WhyBroken}, err)
	}
	return t.offer(ctx, who, lead, all)
}

// offer offers those of some services that their definitions put into the menu.
func (t *talk) offer(ctx context.Context, who people.Caller, lead string, all []*catalog.Definition) (*catalog.Definition, error) {
	menu := catalog.Menu(all)
	if len(menu) == 0 {
		return nil, human{WhyNone}
	}
	words := make([]string, len(menu))
	for i, d := range menu {
		words[i] = d.Title
	}
	n, _, err := t.choose(ctx, list(lead, words), t.dialect(who)...)
	if err != nil {
		return nil, err
	}
	return menu[n], nil
}

// dialect is the way to a human who speaks as people do where the caller lives, for whoever has not told us
// how they speak: of the others it is known without a key.
func (t *talk) dialect(who people.Caller) []way {
	skill := calls.Dialect(who.Division)
	if skill == "" || who.Speaks != "" {
		return nil
	}
	return []way{{rules.DialectKey[0], "想说本地话", func() error {
		t.notes.Speaks(skill)
		return human{WhyAsked}
	}}}
}

// serve leads through one service: its questions, the read-back, the number; more when the caller wants something else
// after it.
func (t *talk) serve(ctx context.Context, who people.Caller, def *catalog.Definition) (more bool, err error) {
	actor := who.Actor()
	t.public = !who.Private
	view, err := patiently(ctx, t, func(ctx context.Context) (*request.View, error) {
		return t.voice.Requests.Start(ctx, actor, def.Service, who.Person, "")
	})
	if err != nil {
		return false, t.refused(ctx, err)
	}
	t.end.Draft = view.ID
	t.noteMeant()
	for {
		if view.Step.Human != "" {
			if err := t.say(ctx, view.Step.Human, speech.Style{}); err != nil {
				return false, err
			}
			return false, human{WhyNone}
		}
		now := view
		if len(view.Step.Ask) > 0 {
			view, err = t.question(ctx, actor, view)
		} else {
			key := byte(0)
			if key, err = t.ask(ctx, t.readBack(view), "12", speech.Style{}); err == nil && key == '1' {
				return t.handIn(ctx, actor, view)
			}
			if err == nil {
				view, err = t.change(ctx, actor, view)
			}
		}
		if errors.Is(err, request.ErrSubmitted) { // by their family, or at a window: it is done, and no error
			return t.handIn(ctx, actor, now)
		}
		if err != nil {
			return false, err
		}
	}
}

// change has the caller choose which answer is wrong, and give another; what depended on it is asked again. What only
// words can answer is a human's.
func (t *talk) change(ctx context.Context, actor civic.Actor, view *request.View) (*request.View, error) {
	var words []string
	var prompts []request.Prompt
	for _, l := range view.Step.Review {
		if i := slices.IndexFunc(view.Form, func(p request.Prompt) bool { return p.Key == l.Key }); i >= 0 {
			words, prompts = append(words, "改"+l.Label), append(prompts, view.Form[i])
		}
	}
	n, _, err := t.choose(ctx, list("要改哪一样？", words))
	if err != nil {
		return nil, err
	}
	t.others = true // last time's answers were what they did not want
	return t.reply(ctx, actor, view, prompts[n])
}

// handIn hands in what was read back and is right.
func (t *talk) handIn(ctx context.Context, actor civic.Actor, view *request.View) (more bool, err error) {
	hand := func(ctx context.Context) (request.Receipt, error) {
		return t.voice.Requests.Submit(ctx, actor, view.ID, view.Rev)
	}
	rc, err := patiently(ctx, t, hand)
	if err != nil && ctx.Err() == nil && unsure(err) {
		rc, err = patiently(ctx, t, hand) // what was handed in and not told is answered by its receipt
	}
	if err != nil {
		return false, t.refused(ctx, err)
	}
	t.end.Request, t.end.Number, t.end.Draft = rc.Request, rc.Number, "" // nothing is left to go on with
	t.noteMeant()
	return t.farewell(ctx, "已经办好了。"+spoken(rc.Number), rc.Def.Takes)
}

// unsure reports whether something may have been done all the same: its answer was lost, or did not come in time.
func unsure(err error) bool { return db.Away(err) || civic.As(err).Kind == civic.Internal }

// other is how the caller is offered another matter.
const other = "还要办别的事，请按1。"

// farewell says what the caller is to remember, offers them another matter, and says goodbye; more when they want one. What is to be
// remembered no key stops before it was said once: 0 still is a human, and any key but 1 has it said again.
func (t *talk) farewell(ctx context.Context, words, after string) (more bool, err error) {
	say := t.sayOut
	for range rules.AgainMost {
		t.set.Forget()
		if err := say(ctx, words, speech.Slow); err != nil {
			return false, err
		}
		if err := say(ctx, after, speech.Style{}); err != nil {
			return false, err
		}
		say = t.say
		if err := t.say(ctx, other+again, speech.Style{}); err != nil {
			return false, err
		}
		switch key, err := t.set.Key(ctx, seconds(rules.RestSeconds)); {
		case err != nil:
			return false, err
		case key == '0':
			return false, human{WhyAsked}
		case key == '1':
			return true, nil
		case key == 0:
			return false, t.say(ctx, goodbye, speech.Style{})
		}
	}
	t.set.Forget()
	return false, t.say(ctx, goodbye, speech.Style{})
}

// refused says why something can't be done, in the words that a page would show, and brings
// the caller to a human.
func (t *talk) refused(ctx context.Context, err error) error {
	e := civic.As(err)
	if e.Kind == civic.Internal {
		return errors.Join(human{WhyBroken}, err)
	}
	if err := t.say(ctx, e.Say, speech.Style{}); err != nil {
		return err
	}
	return human{WhyNone}
}

// question asks what is next, all of last time's answers at once where they may still fit, and
// puts the answer. One that has gone meanwhile is told, and the question comes again.
func (t *talk) question(ctx context.Context, actor civic.Actor, view *request.View) (*request.View, error) {
	if len(view.Same) > 0 && !t.others && !t.public {
		given, err := t.same(ctx, view)
		if err != nil {
			return nil, err
		}
		if given != nil {
			return t.put(ctx, actor, view, given)
		}
	}
	return t.reply(ctx, actor, view, view.Step.Ask[0])
}

// reply asks one question, and puts the answer.
func (t *talk) reply(ctx context.Context, actor civic.Actor, view *request.View, p request.Prompt) (*request.View, error) {
	own := t.own(p)
	if t.public {
		p = discreet(p)
	}
	_, k, err := t.choose(ctx, func(from int) request.Menu { return request.Speak(p, from, own...) })
	if err != nil {
		return nil, err
	}
	return t.put(ctx, actor, view, map[string][]string{p.Key: k.Texts})
}

// discreet is a question without what is known of the person: who calls from a phone that others
// have too may be any of them.
func discreet(p request.Prompt) request.Prompt {
	p.Offered = nil
	if p.Kind == catalog.Address {
		p.Options = slices.Clone(p.Options)
		for i := range p.Options {
			p.Options[i].Text = registered
			if len(p.Options) > 1 {
				p.Options[i].Text = fmt.Sprintf("登记的第%d个地址", i+1)
			}
		}
	}
	return p
}

// registered is what an address is called that is not said.
const registered = "登记的地址"

// own is what only the line knows: the phone that is asked for is the one that calls.
func (t *talk) own(p request.Prompt) []request.Key {
	n, err := people.CleanPhone(t.from.Number)
	if p.Kind != catalog.Phone || err != nil {
		return nil
	}
	return []request.Key{{Words: "就打您现在用的这个电话", Texts: []string{n}}}
}

// same offers the answers of last time; nil when the caller wants others.
func (t *talk) same(ctx context.Context, view *request.View) (map[string][]string, error) {
	given, words := map[string][]string{}, []string{}
	for _, k := range view.Same {
		given[k.Key] = []string{k.Code}
		words = append(words, k.Shown)
	}
	key, err := t.ask(ctx, "还和上次一样吗？"+strings.Join(words, "，")+"。和上次一样，请按1。换别的，请按2。"+help, "12", speech.Style{})
	if err != nil || key == '2' {
		t.others = true
		return nil, err
	}
	return given, nil
}

// put gives answers. What was not taken is told, and what stands now is what is gone on with.
func (t *talk) put(ctx context.Context, actor civic.Actor, view *request.View, given map[string][]string) (*request.View, error) {
	type answered struct {
		view  *request.View
		wrong error
	}
	a, err := patiently(ctx, t, func(ctx context.Context) (answered, error) {
		next, err := t.voice.Requests.Answer(ctx, actor, view.ID, view.Rev, given)
		if next != nil && next.Rev != view.Rev {
			return answered{next, err}, nil
		}
		return answered{next, err}, err
	})
	switch {
	case errors.Is(err, request.ErrSubmitted):
		return nil, err
	case err != nil:
		return nil, t.refused(ctx, err)
	case a.wrong != nil:
		return a.view, t.say(ctx, civic.As(a.wrong).Say, speech.Style{})
	}
	return a.view, nil
}

// readBack is what was answered in one sentence each, and what confirms it.
func (t *talk) readBack(view *request.View) string {
	var b strings.Builder
	b.WriteString("您要办的是" + view.Def.Title + "。")
	for _, l := range view.Step.Review {
		shown := l.Shown
		if t.public && slices.ContainsFunc(view.Form, func(p request.Prompt) bool { return p.Key == l.Key && p.Kind == catalog.Address }) {
			shown = registered
		}
		b.WriteString(l.Label + "，" + shown + "。")
	}
	b.WriteString("对，请按1。不对，要改，请按2。" + help)
	return b.String()
}
