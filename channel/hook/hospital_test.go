package hook_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yinqiao/channel/hook"
	"yinqiao/engine/booking/external"
)

// ear keeps what it hears.
type ear struct {
	heard []string
	fails bool
}

func (e *ear) Hear(_ context.Context, system string, all []external.Answer) error {
	if e.fails {
		return errors.New("the database is away, 13900000000 was lost")
	}
	for _, a := range all {
		e.heard = append(e.heard, system+" "+a.Key+" "+string(a.State))
	}
	return nil
}

func TestOnlyTheHospitalItselfBringsAnswers(t *testing.T) {
	t.Parallel()
	e, mux, logged := &ear{}, http.NewServeMux(), &strings.Builder{}
	hook.MountHospitals(mux, e, map[string]string{"first": "right", "mute": ""}, slog.New(slog.NewTextHandler(logged, nil)))
	post := func(system, user, password, body string) int {
		r := httptest.NewRequest("POST", "/hooks/bookings/"+system, strings.NewReader(body))
		r.SetBasicAuth(user, password)
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec.Code
	}
	good := `[{"key":"a.1","state":"confirmed"},{"key":"b.1","state":"refused"}]`
	for _, c := range []struct {
		system, user, password, body string
		want                         int
	}{
		{"first", "first", "wrong", good, 401}, {"first", "other", "right", good, 401}, {"none", "none", "", good, 401}, {"mute", "mute", "", good, 401},
		{"first", "first", "right", "<xml>", 400}, {"first", "first", "right", `[{"key":"a.1","state":"perhaps"}]`, 400},
		{"first", "first", "right", "[" + strings.Repeat(`{"key":"a","state":"pending"},`, 500) + `{"key":"a","state":"pending"}]`, 400},
		{"first", "first", "right", strings.Repeat(" ", 1<<20+1), 413},
		{"first", "first", "right", good, 204}, {"first", "first", "right", `{"key":"a.1","state":"cancelled"}`, 204},
	} {
		if got := post(c.system, c.user, c.password, c.body); got != c.want {
			t.Errorf("%s as %s: %d, want %d", c.system, c.user, got, c.want)
		}
	}
	if got := strings.Join(e.heard, ", "); got != "first a.1 confirmed, first b.1 refused, first a.1 cancelled" {
		t.Errorf("heard: %s", got)
	}
	e.fails = true
	if got := post("first", "first", "right", good); got != 503 || strings.Contains(logged.String(), "13900000000") {
		t.Errorf("%d, logged %s", got, logged)
	}
}
