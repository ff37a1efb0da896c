package external_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yinqiao/engine/booking/external"
	"yinqiao/engine/booking/external/sim"
)

func serve(t *testing.T, h http.Handler) *external.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return external.Setting{Name: "h", URL: srv.URL, Key: "yinqiao", Secret: "right"}.Open()
}

func TestARegisterConfirmsOnceHoweverOftenItIsAskedAndNeverWhatWasCancelled(t *testing.T) {
	t.Parallel()
	h := &sim.Hospital{Key: "yinqiao", Secret: "right", Most: 1}
	c, ctx := serve(t, h), t.Context()
	at := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	confirm := func(key string) external.State {
		t.Helper()
		a, err := c.Confirm(ctx, external.Ask{Key: key, Resource: "李医生", StartsAt: at})
		if err != nil || a.Key != key || a.Ref == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		return a.State
	}
	cancel := func(key string) external.State {
		t.Helper()
		a, err := c.Cancel(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		return a.State
	}
	for i, step := range []struct {
		got, want external.State
	}{{confirm("a.1"), external.Confirmed}, {confirm("a.1"), external.Confirmed}, {confirm("b.1"), external.Refused}, {cancel("a.1"), external.Cancelled},
		{cancel("a.1"), external.Cancelled}, {confirm("a.1"), external.Cancelled}, {confirm("c/1"), external.Confirmed}, {cancel("d.1"), external.Cancelled}, {confirm("d.1"), external.Cancelled}} {
		if step.got != step.want {
			t.Errorf("step %d: %s, want %s", i, step.got, step.want)
		}
	}
}

func TestWhatIsNoAnswerIsAnErrorThatTellsNothingSecret(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"another key": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"key":"other","state":"confirmed"}`))
		},
		"no state":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"key":"k"}`)) },
		"a page":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`<html>`)) },
		"a refusal": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) },
		"another place": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"without an end": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		c := serve(t, h)
		a, err := c.Confirm(context.Background(), external.Ask{Key: "k"})
		if err == nil || a.State != "" || strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "right") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	wrong := serve(t, &sim.Hospital{Key: "yinqiao", Secret: "another"})
	if _, err := wrong.Confirm(context.Background(), external.Ask{Key: "k"}); err == nil {
		t.Error("a wrong password was taken")
	}
}

func TestSettingsHaveTheirSecretsInFilesAndGoToStrangersByHTTPSOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("a.secret", "one\n")
	write("b.secret", "two\n")
	good := "hospitals:\n  - {name: a, url: \"https://h.example.cn/yinqiao/\", key: yq, secret_file: a.secret, answer_secret_file: b.secret}\n  - {name: b, url: \"http://127.0.0.1:9\", key: yq, secret_file: a.secret}\n"
	all, err := external.ReadSettings(write("good.yaml", good))
	if err != nil || len(all) != 2 || all[0].Secret != "one" || all[0].AnswerSecret != "two" || all[0].URL != "https://h.example.cn/yinqiao" {
		t.Fatalf("%+v, %v", all, err)
	}
	for name, text := range map[string]string{
		"http to a stranger": strings.Replace(good, "https:", "http:", 1), "twice": strings.Replace(good, "name: b", "name: a", 1), "no key": strings.Replace(good, "key: yq, ", "", 1),
		"a slash": strings.Replace(good, "name: a", "name: a/b", 1), "misspelt": strings.Replace(good, "url:", "uri:", 1), "no such file": strings.Replace(good, "b.secret", "c.secret", 1),
		"no scheme": strings.Replace(good, "https://", "", 1),
	} {
		if _, err := external.ReadSettings(write("bad.yaml", text)); err == nil || strings.Contains(err.Error(), "one") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAnswersAreReadOrRefused(f *testing.F) {
	for _, s := range []string{`[{"key":"a.1","state":"confirmed","ref":"H1"}]`, `{"key":"a.1","state":"refused","words":"停诊","full":true}`, `[]`, ``, `{`, `[{"key":"","state":"confirmed"}]`,
		`[{"key":"a","state":"perhaps"}]`, `null`, `[null]`, `{"key":"a","state":"pending"},{"key":"b","state":"pending"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all, err := external.ReadAnswers([]byte(s))
		if err != nil && all != nil {
			t.Fatalf("%q: both %+v and %v", s, all, err)
		}
		for _, a := range all {
			if a.Key == "" || !a.State.Known() || len([]rune(a.Ref)) > 60 || len([]rune(a.Words)) > 60 {
				t.Fatalf("%q: %+v", s, a)
			}
		}
	})
}
