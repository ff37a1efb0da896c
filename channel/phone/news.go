package phone

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yinqiao/engine/booking"
	"yinqiao/engine/casework"
	"yinqiao/people"
	"yinqiao/speech"
)

// news tells a caller what is theirs to know, before anything is offered: what they have booked
// for today or tomorrow goes into the greeting, and what an office has answered they may
// hear, and say whether it is solved. Only where the phone is nobody else's: a number is no proof, and
// whoever else has it learns nothing. heard when they have heard all answers; else they are offered the menu, with a lead.
func (t *talk) news(ctx context.Context, who people.Caller, lead string) (after string, heard bool, err error) {
	if !who.Private {
		return lead, false, nil
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
		return lead, false, nil // they called for something else, as far as we know
	}
	if len(m.coming) > 0 && m.coming[0].StartsAt.Sub(t.voice.Now()) < time.Duration(rules.RemindHours)*time.Hour {
		lead += "提醒您，您约好了" + m.coming[0].When + "，" + strings.Join([]string{m.coming[0].Where, m.coming[0].What}, "，") + "。"
	}
	var new []casework.Item
	for _, c := range m.waiting {
		if c.State == casework.Resolved {
			new = append(new, c)
		}
	}
	for len(new) > 0 {
		next := new[:min(len(new), rules.AnswersMost)]
		key, err := t.ask(ctx, lead+announced(next, len(new)-len(next))+help, "12", speech.Style{})
		if err != nil || key == '2' {
			return "", false, err
		}
		for _, c := range next {
			if err := t.answer(ctx, who, c); err != nil {
				return "", false, err
			}
		}
		lead, heard, new = "", true, new[len(next):]
	}
	return lead, heard, nil
}

// announced says what has been answered, by what was called for, and how many answers come after those.
func announced(all []casework.Item, more int) string {
	titles := make([]string, len(all))
	for i, c := range all {
		titles[i] = c.Title
	}
	text := "您办的" + strings.Join(titles, "，") + "，有答复了。"
	if more > 0 {
		text += fmt.Sprintf("另外还有%d件。", more)
	}
	return text + "听答复，请按1。办别的事，请按2。"
}

// answer reads what an office has answered, twice and slowly, and takes the caller's word on it. What happens next is said whole.
func (t *talk) answer(ctx context.Context, who people.Caller, c casework.Item) error {
	f, err := patiently(ctx, t, func(ctx context.Context) (*casework.File, error) {
		return t.voice.Casework.Read(ctx, who.Actor(), c.Request)
	})
	if err != nil {
		return t.refused(ctx, err)
	}
	said := strings.TrimRight(f.Outcome, "。 ") + "。"
	t.end.Service = c.Service
	if err := t.say(ctx, f.Office.Name+"答复说，"+said+"再说一遍。", speech.Slow); err != nil {
		return err
	}
	key, err := t.ask(ctx, said+"这件事办好了吗？办好了，请按1。没有办好，请按2。"+help, "12", speech.Slow)
	if err != nil {
		return err
	}
	if _, err := patiently(ctx, t, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, t.voice.Casework.Confirm(ctx, who.Actor(), c.Request, key == '1')
	}); err != nil {
		return t.refused(ctx, err)
	}
	t.end.Request, t.end.Number = c.Request, c.Number
	t.noteMeant()
	if key == '1' {
		return t.sayOut(ctx, "好的，记下了。", speech.Style{})
	}
	return t.sayOut(ctx, "已经告诉单位没有办好，请他们重新办，有消息再告诉您。"+spoken(c.Number), speech.Slow)
}
