package api_test

import (
	"context"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
	"yinqiao/place"
)

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.of["findings"], s.of["findings-ask"] = w.tokens["admin"], w.tokens["super"]
		list := w.do(w.tokens["super"], "GET", "/divisions/140105/findings", nil).want(w.t, 200).list("findings")
		s.ids["finding"], _ = list[0]["finding"].(string)
		s.bodies["findings-answer"] = map[string]any{"words": "下周补上。"}
		s.bodies["findings-ask"] = map[string]any{"words": "什么时候能做到？"}
	})
}

func TestAProgramReadsWhatIsNotMetAndTheOwnerAnswers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, sys := context.Background(), civic.System("test")
		station, err := w.rooms.Place.Open(ctx, sys, place.Office{Kind: "railway_station", Name: "南站", Division: "140105", Address: "广场", Phone: "0351-0660120"})
		w.ok(err)
		window, err := w.rooms.Place.AddWindow(ctx, sys, station, place.Window{Name: "爱心窗口", Serves: "售票", Kind: place.Manned})
		w.ok(err)
		at := "/divisions/140105/findings?rule=station-manned"
		if n := len(w.do(w.tokens["super"], "GET", at, nil).want(t, 200).list("findings")); n != 0 {
			t.Fatalf("%d findings", n)
		}
		w.ok(w.rooms.Place.CloseWindow(ctx, sys, station, window, "人手不够", nil))
		f := w.do(w.tokens["super"], "GET", at, nil).want(t, 200).list("findings")[0]
		if f["clauses"].([]any)[0] != "ZJ2.3" || f["force"] != "must" || f["place"] != "南站" || f["wanted"] != true || f["owners"].([]any)[0] != "管理员 职员ADMIN" {
			t.Errorf("%v", f)
		}
		one := "/findings/" + f["finding"].(string)
		w.do(w.tokens["super"], "POST", one+"/answer", map[string]any{"words": "马上开。"}).problem(t, 403, "grant.role")
		w.do(w.tokens["far"], "GET", one, nil).problem(t, 403, "")
		w.do(w.tokens["admin"], "POST", one+"/answer", map[string]any{"words": "电话13800138000"}).problem(t, 422, "finding.words")
		if a := w.do(w.tokens["admin"], "POST", one+"/answer", map[string]any{"words": "马上开。"}).want(t, 200); a.text("answer") != "马上开。" {
			t.Error(a.raw)
		}
		w.ok(w.rooms.Place.OpenWindow(ctx, sys, station, window))
		if a := w.do(w.tokens["super"], "GET", one, nil).want(t, 200); a.text("cleared") == "" {
			t.Error(a.raw)
		}
		w.do(w.tokens["admin"], "POST", one+"/answer", map[string]any{"words": "开了。"}).problem(t, 409, "finding.cleared")
	})
}
