package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yinqiao/civic"
)

func TestADefinitionDroppedIntoTheFolderGoesLiveAndABrokenOneIsNamed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var log bytes.Buffer
	a, err := Open(ctx, Config{Dir: t.TempDir()}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile("../catalog/data/phone-lesson.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := &servicesFolder{a, t.TempDir(), map[string]bool{}}
	put := func(name string, changes ...string) {
		t.Helper()
		text := strings.NewReplacer("service: phone-lesson", "service: calligraphy", "title: 请人教我用手机", "title: 学写毛笔字").Replace(string(good))
		text = strings.NewReplacer(changes...).Replace(text)
		if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	title := func(ch civic.Channel) string {
		t.Helper()
		ds, err := a.Catalog.List(ctx, "140105001", ch)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if d.Service == "calligraphy" {
				return d.Title
			}
		}
		return ""
	}
	f.look(ctx)
	put("a.yaml")
	put("b.yaml", "service: calligraphy", "service: digital-only", "channels: [desk, ", "channels: [")
	f.look(ctx)
	f.look(ctx)
	for _, ch := range []civic.Channel{civic.ChannelDesk, civic.ChannelElder, civic.ChannelAPI, civic.ChannelPhone} {
		if title(ch) != "学写毛笔字" {
			t.Errorf("it is not live on %s", ch)
		}
	}
	if n := strings.Count(log.String(), "b.yaml:9: channels（渠道）：没有窗口"); n != 1 {
		t.Errorf("the broken file is named %d times in\n%s", n, log.String())
	}
	put("a.yaml", "version: 2", "version: 3", "title: 学写毛笔字", "title: 一起写毛笔字")
	f.look(ctx)
	if got := title(civic.ChannelElder); got != "一起写毛笔字" {
		t.Errorf("the new version is not live: %q", got)
	}
}
