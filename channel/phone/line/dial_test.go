package line_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"yinqiao/channel/phone/line"
	"yinqiao/channel/phone/phonetest"
)

// opened is a line whose trunk is a telephone.
func opened(t *testing.T, c line.Config) (*line.Line, *phonetest.Phone) {
	t.Helper()
	trunk := phonetest.New(t, "trunk")
	c.Out.Addr = trunk.Addr()
	if c.Out.From == "" {
		c.Out.From = "95128"
	}
	return openLine(t, c, func(ctx context.Context, c *line.Call) {
		_ = c.Answer()
		<-ctx.Done()
	}), trunk
}

// dialled calls and says how it went.
func dialled(ctx context.Context, l *line.Line, to string) (<-chan *line.Call, <-chan error) {
	calls, errs := make(chan *line.Call, 1), make(chan error, 1)
	go func() {
		c, err := l.Dial(ctx, to)
		if err != nil {
			errs <- err
			return
		}
		calls <- c
	}()
	return calls, errs
}

func TestWhomTheLineCallsHearsItAndIsHeardPressingKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]line.Config{"open": {}, "who we are is asked": {Out: line.Out{User: "yq", Password: "s3cret"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, trunk := opened(t, c)
			if c.Out.User != "" {
				trunk.Demand(c.Out.User, c.Out.Password)
			}
			calls, errs := dialled(t.Context(), l, "13800001234")
			bell := trunk.Rings(5 * time.Second)
			if bell.From != "95128" || bell.To != "13800001234" {
				t.Errorf("it rings from %s to %s", bell.From, bell.To)
			}
			there := bell.Answer()
			var here *line.Call
			select {
			case here = <-calls:
			case err := <-errs:
				t.Fatal(err)
			}
			prompt := phonetest.Tone(440, 500*time.Millisecond)
			if err := here.Play(t.Context(), prompt); err != nil {
				t.Fatal(err)
			}
			there.Hears(prompt, 5*time.Second)
			there.Press('1')
			if k, err := here.Key(t.Context(), 5*time.Second); k != '1' || err != nil {
				t.Error(k, err)
			}
			if answer := there.Reinvite("sendonly"); answer == "" {
				t.Error("who was called could not put the call on hold")
			}
			here.Hangup()
			there.Ended(5 * time.Second)
		})
	}
}

func TestWhoWasCalledMayHangUp(t *testing.T) {
	t.Parallel()
	l, trunk := opened(t, line.Config{})
	calls, _ := dialled(t.Context(), l, "13800001234")
	there := trunk.Rings(5 * time.Second).Answer()
	here := <-calls
	there.Hangup()
	<-here.Done()
	if err := here.Play(t.Context(), phonetest.Tone(440, time.Second)); !errors.Is(err, line.ErrOver) {
		t.Error(err)
	}
}

func TestWhyACallWasNotAnsweredIsTold(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]error{486: line.ErrBusy, 600: line.ErrBusy, 480: line.ErrNoAnswer, 408: line.ErrNoAnswer, 603: line.ErrRefused, 403: line.ErrRefused,
		404: line.ErrNoNumber, 503: line.ErrTrunk, 407: line.ErrTrunk} {
		l, trunk := opened(t, line.Config{})
		_, errs := dialled(t.Context(), l, "13800001234")
		trunk.Rings(5*time.Second).Refuse(code, "No")
		if err := <-errs; !errors.Is(err, want) {
			t.Errorf("%d: %v, not %v", code, err, want)
		}
	}
}

func TestACallThatNobodyAnswersIsTakenBack(t *testing.T) {
	t.Parallel()
	l, trunk := opened(t, line.Config{})
	ctx, cancel := context.WithDeadlineCause(t.Context(), time.Now().Add(time.Hour), nil)
	_, errs := dialled(ctx, l, "13800001234")
	bell := trunk.Rings(5 * time.Second)
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	bell.TakenBack(5 * time.Second)

	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, errs = dialled(ctx, l, "13800001234")
	bell = trunk.Rings(5 * time.Second)
	if err := <-errs; !errors.Is(err, line.ErrNoAnswer) {
		t.Error(err)
	}
	bell.TakenBack(5 * time.Second)
}

func TestALineWithoutATrunkCallsNobodyAndNoNumberIsNone(t *testing.T) {
	t.Parallel()
	l := openLine(t, line.Config{}, nil)
	if _, err := l.Dial(t.Context(), "13800001234"); !errors.Is(err, line.ErrTrunk) {
		t.Error(err)
	}
	l, _ = opened(t, line.Config{})
	for _, n := range []string{"", "12", "1380000;ext=1", "1@evil.example", "sip:1", "١٢٣", "123456789012345678901", "+8613800001234"} {
		if _, err := l.Dial(t.Context(), n); !errors.Is(err, line.ErrNoNumber) {
			t.Errorf("%q: %v", n, err)
		}
	}
}

func TestNobodyWhoCallsCanHaveTheLineCallOthers(t *testing.T) {
	t.Parallel()
	outside := phonetest.New(t, "13900009999")
	l, trunk := opened(t, line.Config{Numbers: []string{"95128"}})
	if code := refusal(t, l.Addr(), "13800000001", "13900009999"); code != 404 {
		t.Errorf("a call to an outside number was told %d", code)
	}
	// A call that is sent on: the line follows nobody.
	_, errs := dialled(t.Context(), l, "13800001234")
	there := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "13900009999", Host: "127.0.0.1", Port: int(outside.Addr().Port())}}
	trunk.Rings(5*time.Second).Refuse(302, "Moved Temporarily", &there)
	if err := <-errs; !errors.Is(err, line.ErrRefused) {
		t.Error(err)
	}
	// A caller who would have themselves connected on.
	c, err := phonetest.New(t, "13800000002").Dial(l.Addr(), "95128", phonetest.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	if code := c.Refer("sip:13900009999@" + outside.Addr().String()); code != 405 {
		t.Errorf("REFER was told %d", code)
	}
	c.Hangup()
	if outside.Rung() || trunk.Rung() {
		t.Error("the line called somebody")
	}
}
