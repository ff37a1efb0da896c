package phone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/request"
	"yinqiao/speech"
)

// Handset is what a dialogue speaks to: a call, or what a test puts in its place.
type Handset interface {
	// Play plays a sound to its end, or until a key is pressed; not at all when one was.
	Play(ctx context.Context, p speech.PCM) error
	// PlayOut plays a sound to its end, whatever is pressed meanwhile.
	PlayOut(ctx context.Context, p speech.PCM) error
	// Key waits for a key; 0 as a byte when none was pressed in time.
	Key(ctx context.Context, wait time.Duration) (byte, error)
	// Forget drops keys that nobody asked for.
	Forget()
}

// Sayer turns texts into sound.
type Sayer interface {
	Say(ctx context.Context, req speech.Request) (speech.Clip, error)
}

// secretly has everything said as a secret: a code is kept on no disk and told to no other machine.
type secretly struct{ Sayer }

// Say implements Sayer.
func (s secretly) Say(ctx context.Context, req speech.Request) (speech.Clip, error) {
	req.Secret = true
	return s.Sayer.Say(ctx, req)
}

// human is the end of what keys can do: from here on a colleague speaks with the caller.
type human struct{ why string }

func (h human) Error() string { return "phone: a human goes on: " + h.why }

// The reasons why a human goes on.
const (
	WhyAsked  = "asked"  // the caller pressed 0
	WhySilent = "silent" // nothing, or nothing that means anything, was pressed twice
	WhyWords  = "words"  // keys can't answer it
	WhyNone   = "none"   // nothing is offered by phone, or nothing can be chosen
	WhyBroken = "broken" // something on our side does not work
)

// talk is one caller being led.
type talk struct {
	voice *Voice
	set   Handset
	from  From
	end   *End
	notes Notes

	group  string // of the service
	others bool   // they want other answers than last time
	public bool   // the phone is not theirs alone: what is theirs to know is not said
}

// say speaks a text, sentence by sentence, while the next is made. A voice that fails is no
// reason to hang up: a human goes on.
func (t *talk) say(ctx context.Context, text string, style speech.Style) error {
	return speak(ctx, t.voice.Speech, t.set.Play, text, style)
}

// sayOut says what has to be heard, whatever is pressed meanwhile. A key that was is no answer to what comes after
// it, but 0 is still a human.
func (t *talk) sayOut(ctx context.Context, text string, style speech.Style) error {
	if err := speak(ctx, t.voice.Speech, t.set.PlayOut, text, style); err != nil {
		return err
	}
	for {
		switch key, err := t.set.Key(ctx, 0); {
		case err != nil:
			return err
		case key == 0:
			return nil
		case key == '0':
			return human{WhyAsked}
		}
	}
}

type sound struct {
	pcm speech.PCM
	err error
}

// speak plays a text, sentence by sentence.
func speak(ctx context.Context, say Sayer, play func(ctx context.Context, p speech.PCM) error, text string, style speech.Style) error {
	all := sentences(text)
	if len(all) == 0 {
		return nil
	}
	make1 := func(i int) <-chan sound {
		out := make(chan sound, 1)
		go func() {
			p, err := render(ctx, say, all[i], style)
			out <- sound{p, err}
		}()
		return out
	}
	next := make1(0)
	for i := range all {
		s := <-next
		if i+1 < len(all) {
			next = make1(i + 1)
		}
		if s.err != nil {
			return errors.Join(human{WhyBroken}, s.err)
		}
		if err := play(ctx, s.pcm); err != nil {
			return err
		}
	}
	return nil
}

// sentences cuts a text behind its stops. Each is a sound of its own, so that what is said
// often has been made before, or recorded.
func sentences(text string) []string {
	var out []string
	rest := text
	for rest != "" {
		i := strings.IndexAny(rest, "。？！\n")
		if i < 0 {
			return append(out, rest)
		}
		i += len("。")
		if rest[i-len("。")] == '\n' {
			i -= len("。") - 1
		}
		out, rest = append(out, rest[:i]), rest[i:]
	}
	return out
}

// render is a sentence as the line plays it, with the silence that follows it.
func render(ctx context.Context, say Sayer, text string, style speech.Style) (speech.PCM, error) {
	clip, err := say.Say(ctx, speech.Request{Text: text, Style: style, Format: speech.Phone})
	if err != nil {
		if civic.As(err).Code == speech.NothingToSay {
			return speech.PCM{Rate: 8000}, nil // a stop after a stop
		}
		return speech.PCM{}, err
	}
	p, err := speech.DecodeWAV(clip.Data)
	if err != nil {
		return speech.PCM{}, err
	}
	pause := milliseconds(rules.PauseMS)
	if strings.Contains(text, "请按") {
		pause = milliseconds(rules.OptionPauseMS)
	}
	p.Samples = append(p.Samples, make([]int16, int(pause*time.Duration(p.Rate)/time.Second))...)
	return p, nil
}

// ask asks for one of some keys. 0 is a human, * hears it again, and who presses nothing or
// something else is asked once more before a human comes: nobody is hung up on.
func (t *talk) ask(ctx context.Context, text, keys string, style speech.Style) (byte, error) {
	lost, heard := 0, 0
	t.set.Forget()
	for {
		if err := t.say(ctx, text, style); err != nil {
			return 0, err
		}
		key, err := t.set.Key(ctx, seconds(rules.WaitSeconds))
		if err != nil {
			return 0, err
		}
		t.end.Keys = t.end.Keys || key != 0
		switch {
		case key == '0':
			return 0, human{WhyAsked}
		case key != 0 && strings.IndexByte(keys, key) >= 0:
			return key, nil
		case key == '*':
			if heard++; heard > rules.AgainMost {
				return 0, human{WhySilent}
			}
			continue
		}
		if lost++; lost == 2 {
			return 0, human{WhySilent}
		}
	}
}

// What questions end with.
const (
	help  = "找人帮忙，请按0。"
	again = "再听一遍，请按星号键。"
)

// way is a key beside the choices of a menu, and the end that it leads to.
type way struct {
	key   byte
	words string
	then  func() error
}

// choose offers the choices of a menu, as many at once as one remembers, and returns which was
// chosen, by its place and what it means.
func (t *talk) choose(ctx context.Context, menu func(from int) request.Menu, beside ...way) (int, request.Key, error) {
	for from := 0; ; {
		m := menu(from)
		if len(m.Keys) == 0 {
			return 0, request.Key{}, human{WhyWords}
		}
		text, keys := m.Say, "123456789"[:len(m.Keys)]
		for _, w := range beside {
			text += fmt.Sprintf("%s，请按%c。", w.words, w.key)
			keys += string(w.key)
		}
		key, err := t.ask(ctx, text, keys, speech.Style{})
		if err != nil {
			return 0, request.Key{}, err
		}
		for _, w := range beside {
			if w.key == key {
				return 0, request.Key{}, w.then()
			}
		}
		n := int(key - '1')
		if !m.Keys[n].More {
			return from + n, m.Keys[n], nil
		}
		from = m.Next
	}
}

// list is a menu of things by their words, with what is said before it, once.
func list(lead string, words []string) func(from int) request.Menu {
	all := make([]request.Key, len(words))
	for i, w := range words {
		all[i] = request.Key{Words: w}
	}
	return func(from int) request.Menu {
		if from > 0 {
			lead = ""
		}
		m := request.Offer(lead, all, from)
		m.Say += again
		return m
	}
}

// patiently does something that may take long or fail for a moment, as a database does that is
// restarted: the caller is asked to wait once, and what may be done again is done again.
func patiently[T any](ctx context.Context, t *talk, do func(ctx context.Context) (T, error)) (T, error) {
	type result struct {
		out T
		err error
	}
	tries, cancel := context.WithTimeout(ctx, seconds(rules.RetrySeconds))
	defer cancel()
	told := false
	tell := func() {
		if !told {
			told = true
			_ = t.say(ctx, "请稍等。", speech.Style{}) // whoever is gone is found out by what follows
		}
	}
	for {
		done := make(chan result, 1)
		go func() {
			out, err := do(tries)
			done <- result{out, err}
		}()
		var r result
		slow := time.NewTimer(seconds(rules.PatienceSeconds))
		select {
		case r = <-done:
		case <-slow.C:
			tell()
			r = <-done
		}
		slow.Stop()
		if r.err == nil || !db.Away(r.err) || tries.Err() != nil {
			return r.out, r.err
		}
		tell()
		select {
		case <-tries.Done():
			return r.out, r.err
		case <-time.After(milliseconds(rules.PauseMS)):
		}
	}
}

// spoken is a number twice, in its groups.
func spoken(n civic.Number) string {
	return fmt.Sprintf("办事号码是%s。再说一遍，%s。", n.Grouped(), n.Grouped())
}
