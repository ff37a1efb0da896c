package phone

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/people"
	"yinqiao/speech"
)

// news tells a caller what is theirs to know, before anything is offered: what they have booked
// for today or tomorrow goes into the greeting, and what offices have answered they may
// hear, one after another, and say whether it is solved. Only where the phone is nobody else's: a number is no proof, and
// whoever else has it learns nothing. more is that the caller goes on to the menu, which begins with lead.
func (t *talk) news(ctx context.Context, who people.Caller, lead string) (_ string, more bool, err error) {
	if !who.Private {
		return lead, true, nil
	}
	type matters struct {
		waiting []casework.Item
		coming  []booking.Item
	}
	m, err := patiently(ctx, t, func(ctx context.Context) (m matters, err error) {
		if m.waiting, err = t.voice.Casework.Waiting(ctx, who.Actor(), who.Person); err == nil {
			m.coming, err = t.voice.Booking.Coming(ctx, who.Actor(), who.Person)
		}
		return m, err
	})
	if err != nil {
		return lead, true, nil // they called for something else, as far as we know
	}
	if len(m.coming) > 0 && m.coming[0].StartsAt.Sub(t.voice.Now()) < time.Duration(rules.RemindHours)*time.Hour {
		lead += "提醒您，您约好了" + m.coming[0].When + "，" + strings.Join([]string{m.coming[0].Where, m.coming[0].What}, "，") + "。"
	}
	said := slices.DeleteFunc(m.waiting, func(c casework.Item) bool { return c.State != casework.Resolved })
	if len(said) == 0 {
		return lead, true, nil
	}
	what := "您办的" + said[0].Title + "，有答复了。"
	if len(said) > 1 {
		what = fmt.Sprintf("您办的事，有%d件有答复了。", len(said))
	}
	key, err := t.ask(ctx, lead+what+"听答复，请按1。办别的事，请按2。"+help, "12", speech.Style{})
	if err != nil || key == '2' {
		return "", true, err
	}
	more, err = t.answers(ctx, who, said)
	return "", more, err
}

// answers reads what offices have answered, as many at once as one remembers; the next where the caller wants to hear
// more.
func (t *talk) answers(ctx context.Context, who people.Caller, said []casework.Item) (more bool, err error) {
	last := ""
	for i, c := range said {
		if err := t.sayWhole(ctx, last, speech.Style{}); err != nil { // of the one before
			return false, err
		}
		last = ""
		if i > 0 && i%rules.AnswersMost == 0 {
			key, err := t.ask(ctx, fmt.Sprintf("还有%d件有答复。接着听，请按1。先听到这里，请按2。", len(said)-i)+help, "12", speech.Style{})
			if err != nil {
				return false, err
			}
			if key == '2' {
				break
			}
		}
		lead := ""
		if len(said) > 1 {
			lead = fmt.Sprintf("第%d件，%s。", i+1, c.Title)
		}
		if last, err = t.answer(ctx, who, c, lead); err != nil {
			return false, err
		}
	}
	return t.finish(ctx, last, "")
}

// answer reads what an office has answered, twice and slowly, and takes the caller's word on it; then is what happens
// next, in words.
func (t *talk) answer(ctx context.Context, who people.Caller, c casework.Item, lead string) (then string, err error) {
	f, err := patiently(ctx, t, func(ctx context.Context) (*casework.File, error) {
		return t.voice.Casework.Read(ctx, who.Actor(), c.Request)
	})
	if err != nil {
		return "", t.refused(ctx, err)
	}
	said := strings.TrimRight(f.Outcome, "。 ") + "。"
	t.end.Service = c.Service
	if err := t.say(ctx, lead+f.Office.Name+"答复说，"+said+"再说一遍。", speech.Slow); err != nil {
		return "", err
	}
	key, err := t.ask(ctx, said+"这件事办好了吗？办好了，请按1。没有办好，请按2。"+help, "12", speech.Slow)
	if err != nil {
		return "", err
	}
	if _, err := patiently(ctx, t, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, t.voice.Casework.Confirm(ctx, who.Actor(), c.Request, key == '1')
	}); err != nil {
		return "", t.refused(ctx, err)
	}
	t.end.Request = c.Request
	t.noteMeant()
	if key == '2' {
		return "已经告诉单位没有办好，请他们重新办，有消息再告诉您。" + spoken(f.Number), nil
	}
	return "好的，记下了。", nil
}
