package api_test

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"yinqiao/db"
	"yinqiao/db/dbtest"
)

// onePixel is the smallest picture that is one.
var onePixel = base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"))

func init() {
	moreSamples = append(moreSamples, func(w *world, s *sample) {
		s.of["held"], s.of["standings"], s.of["deaths"], s.of["guardians"] = w.tokens["admin"], w.tokens["admin"], w.tokens["admin"], w.tokens["admin"]
		maps.Copy(s.bodies, map[string]map[string]any{
			"asks-create":       {"card": withCheck(elderID), "name": "王秀英", "relation": "邻居", "services": []any{"report-post"}},
			"grants-answer":     {"outcome": "unreached"},
			"grants-freeze":     {"reason": "意见不一致"},
			"grants-settle":     {"resume": true},
			"deaths-report":     {"day": "2026-11-20", "source": "certificate"},
			"deaths-withdraw":   {"reason": "登记错了"},
			"guardians-appoint": {"guardian": w.stranger, "document": "区法院的判决书", "scan": onePixel},
		})
	})
}

func TestARelativeAsksTheElderAgreesAQuarrelFreezesAndIsSettled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		nephew, elder := w.session(w.stranger), w.session(w.elder)
		ask := map[string]any{"card": withCheck(elderID), "name": "王秀英", "relation": "侄子", "services": []any{"report-post"}, "ends": "2027-05-01T00:00:00+08:00"}
		wrong := maps.Clone(ask)
		wrong["name"] = "王秀芳"
		w.do(nephew, "POST", "/asks", wrong).problem(t, 404, "")
		asked := w.do(nephew, "POST", "/asks", ask).want(t, 201)
		if asked.text("name") != "王*英" || asked.text("person") != string(w.elder) {
			t.Errorf("asked %s", asked.raw)
		}
		w.do(nephew, "POST", "/drafts", map[string]any{"service": "report-post", "person": w.elder}, "Idempotency-Key", "nephew-key-1").problem(t, 403, "grant.none")
		agents := w.do(elder, "GET", "/people/me/agents", nil).want(t, 200).list("agents")
		i := slices.IndexFunc(agents, func(a map[string]any) bool { return a["state"] == "asked" && a["untold"] == true })
		if i < 0 {
			t.Fatalf("nobody asked: %v", agents)
		}
		at := "/people/me/grants/" + agents[i]["grant"].(string)
		if paper := w.do(elder, "GET", at, nil).want(t, 200); !strings.Contains(paper.text("says"), "同意吗") || paper.text("how") != "家人在网页上请求的" {
			t.Errorf("paper %s", paper.raw)
		}
		w.do(nephew, "POST", strings.Replace(at, "me", string(w.elder), 1)+"/answer", map[string]any{"outcome": "agreed"}).problem(t, 403, "grant.none")
		w.do(elder, "POST", at+"/answer", map[string]any{"outcome": "agreed"}).want(t, 204)
		draft := w.draft(nephew, w.elder)

		daughter := w.session(w.daughter)
		w.do(daughter, "POST", "/people/"+string(w.elder)+"/grants/freeze", map[string]any{"reason": "侄子不该管钱"}).want(t, 204)
		w.do(nephew, "PATCH", "/drafts/"+draft.text("id"), map[string]any{"rev": draft.rev(), "answers": w.answers(nil)}).problem(t, 404, "draft.unknown")
		held := w.do(w.tokens["admin"], "GET", "/grants/held", nil).want(t, 200).list("grants")
		if len(held) != 2 || held[0]["held"] == "" {
			t.Errorf("held %v", held)
		}
		w.do(daughter, "POST", "/people/"+string(w.elder)+"/grants/"+w.grant+"/settle", map[string]any{"resume": true}).want(t, 403)
		w.do(elder, "POST", at+"/settle", map[string]any{"resume": true}).want(t, 204)
		w.do(elder, "POST", at+"/settle", map[string]any{"resume": true}).problem(t, 404, "grant.settled")
		w.do(nephew, "PATCH", "/drafts/"+draft.text("id"), map[string]any{"rev": draft.rev(), "answers": w.answers(nil)}).want(t, 200)
		w.do(elder, "POST", "/people/me/grants/"+w.grant+"/settle", map[string]any{"resume": false}).want(t, 204)
		w.do(daughter, "GET", "/people/"+string(w.elder), nil).problem(t, 403, "grant.none")
	})
}

func TestAScannedPaperIsGivenShownAndBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk, at := w.tokens["clerk"], "/people/"+string(w.elder)+"/grants"
		w.open("clerk", w.elder, nil)
		body := map[string]any{"agent": w.stranger, "relation": "邻居", "services": []any{"report-post"}, "how": "paper", "ends": "2027-05-01T00:00:00+08:00"}
		w.do(clerk, "POST", at, body).problem(t, 422, "grant.scan")
		body["scan"] = base64.StdEncoding.EncodeToString([]byte("GIF89a"))
		w.do(clerk, "POST", at, body).problem(t, 422, "grant.scan")
		body["scan"] = strings.Repeat("A", 2<<20)
		w.do(clerk, "POST", at, body).problem(t, 413, "")
		body["scan"] = onePixel
		id := w.do(clerk, "POST", at, body).want(t, 201).text("grant")
		paper := w.do(clerk, "GET", at+"/"+id, nil).want(t, 200)
		if paper.body["scanned"] != true || paper.body["untold"] != true {
			t.Errorf("paper %s", paper.raw)
		}
		scan := w.do(w.session(w.elder), "GET", "/people/me/grants/"+id+"/scan", nil).want(t, 200)
		if scan.text("bytes") != onePixel || scan.text("media") != "image/png" {
			t.Errorf("scan %.100s", scan.raw)
		}
		w.do(w.session(w.stranger), "GET", at+"/"+id+"/scan", nil).want(t, 403)
	})
}

func TestADeathAndAGuardianAreEnteredAndTakenBackByWhoeverSettles(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		admin, at := w.tokens["admin"], "/people/"+string(w.elder)
		daughter, elder := w.session(w.daughter), w.session(w.elder)
		w.do(w.tokens["clerk"], "POST", at+"/death", map[string]any{"day": "2026-11-20", "source": "certificate"}).problem(t, 403, "grant.role")
		w.do(admin, "POST", at+"/death", map[string]any{"day": "2026-11-20", "source": "certificate"}).want(t, 204)
		if st := w.do(admin, "GET", at+"/standing", nil).want(t, 200); st.text("died") != "2026-11-20" || st.text("name") != "王*英" {
			t.Errorf("standing %s", st.raw)
		}
		w.do(daughter, "POST", "/drafts", map[string]any{"service": "cash-refusal", "person": w.elder}, "Idempotency-Key", "death-key-1").want(t, 403)
		w.do(admin, "POST", at+"/death/withdraw", map[string]any{"reason": "同名，登记错了"}).want(t, 204)
		w.do(daughter, "POST", "/drafts", map[string]any{"service": "cash-refusal", "person": w.elder}, "Idempotency-Key", "alive-key-1").want(t, 201)

		id := w.do(admin, "POST", at+"/guardians", map[string]any{"guardian": w.stranger, "document": "区法院的判决书", "scan": onePixel}).want(t, 201).text("grant")
		w.do(admin, "POST", at+"/guardians/"+id+"/confirm", nil).problem(t, 403, "guardian.own_entry")
		if st := w.do(admin, "GET", at+"/standing", nil).want(t, 200); st.body["ward"] != false {
			t.Errorf("standing %s", st.raw)
		}
		second := w.tokens["second"]
		w.do(second, "POST", at+"/guardians/"+id+"/confirm", nil).problem(t, 403, "guardian.unread")
		w.do(second, "GET", at+"/grants/"+id+"/scan", nil).want(t, 200)
		w.do(second, "POST", at+"/guardians/"+id+"/confirm", nil).want(t, 204)
		if st := w.do(admin, "GET", at+"/standing", nil).want(t, 200); st.body["ward"] != true || len(st.list("agents")) != 2 {
			t.Errorf("standing %s", st.raw)
		}
		w.do(daughter, "POST", "/drafts", map[string]any{"service": "cash-refusal", "person": w.elder}, "Idempotency-Key", "ward-key-1").want(t, 403)
		guardian := w.session(w.stranger)
		w.do(guardian, "POST", at+"/grants/"+w.grant+"/settle", map[string]any{"resume": true}).want(t, 204)
		w.do(daughter, "POST", "/drafts", map[string]any{"service": "cash-refusal", "person": w.elder}, "Idempotency-Key", "ward-key-2").want(t, 201)
		w.do(elder, "DELETE", at+"/guardians/"+id, nil).want(t, 403)
		w.do(admin, "DELETE", at+"/guardians/"+id, nil).want(t, 204)
		w.do(guardian, "GET", at, nil).problem(t, 403, "grant.none")
	})
}
