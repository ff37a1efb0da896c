package phone

import (
	"context"
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
// whoever else has it learns nothing.
func (t *talk) news(ctx context.Context, who people.Caller, lead string) (string, error) {
	if !who.Private {
		return lead, nil
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
		return lead, nil // they called for something else, as far as we know
	}
	if len(m.coming) > 0 && m.coming[0].StartsAt.Sub(t.voice.Now()) < time.Duration(rules.RemindHours)*time.Hour {
		lead += "提醒您，您约好了" + m.coming[0].When + "，" + strings.Join([]string{m.coming[0].Where, m.coming[0].What}, "，") + "。"
	}
	for _, c := range m.waiting {
		if c.State != casework.Resolved {
			continue
		}
		key, err := t.ask(ctx, lead+"您办的"+c.Title+"，有答复了。听答复，请按1。办别的事，请按2。"+help, "12", speech.Style{})
		if err != nil {
			return "", err
		}
		if key == '1' {
			return "", t.answer(ctx, who, c)
		}
		return "", nil
	}
	return lead, nil
}

// answer reads what an office has answered, twice and slowly, and takes the caller's word on it.
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
	t.end.Request = c.Request
	if key == '2' {
		return t.say(ctx, "已经告诉单位没有办好，请他们重新办，有消息再告诉您。"+goodbye, speech.Style{})
	}
	return t.say(ctx, "好的，记下了。"+goodbye, speech.Style{})
}
