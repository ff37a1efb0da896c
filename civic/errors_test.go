package civic_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"yinqiao/civic"
)

func TestAnErrorKeepsItsKindOnItsWayUp(t *testing.T) {
	t.Parallel()
	cause := errors.New("pq: something with a name in it")
	for k := civic.Internal; k <= civic.Unavailable; k++ {
		base := civic.E(k, "room.code", "请再试一次。")
		for name, err := range map[string]error{
			"itself": base, "on a field": base.On("phone"), "with a cause": base.Because(cause), "accepting": base.Accepting("证件"),
			"all": base.On("phone").Because(cause).Accepting("证件"), "wrapped": fmt.Errorf("outer: %w", base.Because(cause)), "joined": errors.Join(cause, base),
			"within another": base.Because(civic.E(civic.Conflict, "inner", "里面")),
		} {
			if !civic.Is(err, k) || civic.KindOf(err) != k || civic.As(err).Code != "room.code" || civic.As(err).Say != "请再试一次。" {
				t.Errorf("%s %s: %+v", k, name, civic.As(err))
			}
			for other := civic.Internal; other <= civic.Unavailable; other++ {
				if other != k && civic.Is(err, other) {
					t.Errorf("%s %s is also %s", k, name, other)
				}
			}
		}
		if err := base.Because(cause); !errors.Is(err, cause) || err == base || base.Err != nil {
			t.Error("the cause is lost, or the original was changed")
		}
		if e := base.On("phone").Accepting("证件"); e.Field != "phone" || e.Accept != "证件" || base.Field != "" || base.Accept != "" {
			t.Errorf("%+v of %+v", e, base)
		}
	}
}

func TestAnUnknownErrorTellsNothing(t *testing.T) {
	t.Parallel()
	secret := errors.New("pq: duplicate key 110105194912310021")
	for err, kind := range map[error]civic.Kind{secret: civic.Internal, context.DeadlineExceeded: civic.Unavailable, context.Canceled: civic.Unavailable, fmt.Errorf("x: %w", context.Canceled): civic.Unavailable} {
		e := civic.As(err)
		if e.Kind != kind || e.Say == "" || e.Say == err.Error() || !errors.Is(e, err) {
			t.Errorf("%v: %+v", err, e)
		}
	}
	if civic.Is(nil, civic.Internal) {
		t.Error("no error is one")
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	want := []string{"internal", "invalid", "not_found", "denied", "conflict", "exhausted", "unavailable", "kind(7)"}
	for k, name := range want {
		if got := civic.Kind(k).String(); got != name {
			t.Errorf("%d is %q, want %q", k, got, name)
		}
	}
	if got := civic.E(civic.Denied, "a.b", "…").Because(errors.New("why")).Error(); got != "denied a.b: why" {
		t.Errorf("the log says %q", got)
	}
	if got := civic.E(civic.Denied, "a.b", "…").Error(); got != "denied a.b" {
		t.Errorf("the log says %q", got)
	}
}
