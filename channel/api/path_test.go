package api_test

import (
	"slices"
	"strings"
	"testing"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/db/dbtest"
)

func TestAMatterGoesTheWholeWayFromTheWindowToTheEldersWord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk, doctor := w.tokens["clerk"], w.tokens["doctor"]

		found := w.do(clerk, "POST", "/people/search", map[string]any{"text": withCheck(elderID)}).want(t, 200).list("matches")
		if len(found) != 1 || found[0]["name"] != "王*英" || found[0]["birth"] != "1946" {
			t.Fatalf("found %v", found)
		}
		p := civic.PersonID(found[0]["person"].(string))
		w.do(clerk, "GET", "/people/"+string(p), nil).problem(t, 403, "grant.not_open")
		w.open("clerk", p, nil)
		profile := w.do(clerk, "GET", "/people/"+string(p), nil).want(t, 200)
		if profile.text("name") != "王秀英" || profile.list("contacts")[0]["tail"] != "0317" {
			t.Errorf("profile %s", profile.raw)
		}

		draft := w.draft(clerk, p)
		if n := len(draft.list("questions")); draft.text("step") != "ask" || n == 0 || draft.text("grouped") == draft.text("number") {
			t.Errorf("draft %s", draft.raw)
		}
		if opts := draft.list("questions")[0]["options"].([]any); len(opts) != 1 {
			t.Errorf("hospitals offered: %v", opts)
		}
		full := w.fill(clerk, draft)
		if full.text("step") != "review" || len(full.list("review")) != 5 {
			t.Errorf("review %s", full.raw)
		}
		receipt := w.do(clerk, "POST", "/drafts/"+draft.text("id")+"/submit", nil).want(t, 200)
		if receipt.text("number") != draft.text("number") || receipt.text("fee") == "" || receipt.text("takes") == "" || receipt.text("title") != "代寄检查报告" {
			t.Errorf("receipt %s", receipt.raw)
		}
		number := w.do(clerk, "POST", "/numbers/find", map[string]any{"number": fullWidth(receipt.text("grouped"))}).want(t, 200)
		if number.text("kind") != "request" || number.text("id") != receipt.text("request") {
			t.Errorf("number %s", number.raw)
		}

		id := "/cases/" + receipt.text("request")
		queue := w.do(doctor, "GET", "/cases", nil).want(t, 200).list("cases")
		if len(queue) != 1 || queue[0]["who"] != "王*英" || queue[0]["state"] != "open" {
			t.Fatalf("queue %v", queue)
		}
		w.do(doctor, "POST", id+"/take", nil).want(t, 204)
		w.do(clerk, "POST", id+"/confirm", map[string]any{"solved": true}).problem(t, 409, "case.not_resolved")
		w.do(doctor, "POST", id+"/resolve", map[string]any{"outcome": "已寄出，两份报告"}).want(t, 204)

		elder := w.session(w.elder)
		w.do(elder, "POST", id+"/confirm", map[string]any{"solved": false}).want(t, 204)
		w.do(doctor, "POST", id+"/take", nil).want(t, 204)
		w.do(doctor, "POST", id+"/resolve", map[string]any{"outcome": "重新寄出"}).want(t, 204)
		w.do(elder, "POST", id+"/confirm", map[string]any{"solved": true}).want(t, 204)
		file := w.do(elder, "GET", id, nil).want(t, 200)
		if file.text("state") != "confirmed" || file.text("outcome") != "重新寄出" || len(file.list("story")) < 7 {
			t.Errorf("file %s", file.raw)
		}
		if n := len(w.do(doctor, "GET", "/cases?done=true", nil).want(t, 200).list("cases")); n != 1 {
			t.Errorf("%d done", n)
		}

		for _, secret := range append(planted, password) {
			if strings.Contains(w.seen.String(), secret) {
				t.Errorf("an answer holds %s", secret)
			}
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
		if strings.Contains(w.log.String(), courierPhone) {
			t.Error("the log holds an answer")
		}
	})
}

func TestAnElderDoesTheirOwnBusinessAndSeesWhoDidWhat(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		elder := w.session(w.elder)
		me := w.do(elder, "GET", "/me", nil).want(t, 200)
		if me.text("kind") != "person" || me.text("id") != string(w.elder) || me.text("name") != "王秀英" {
			t.Errorf("me %s", me.raw)
		}
		draft := w.do(elder, "POST", "/drafts", map[string]any{"service": "report-post"}, "Idempotency-Key", "my-own-key-1").want(t, 201)
		w.fill(elder, draft)
		w.do(elder, "POST", "/drafts/"+draft.text("id")+"/submit", nil).want(t, 200)
		w.do(elder, "GET", "/people/me", nil).want(t, 200)
		if rs := w.do(elder, "GET", "/people/me/requests", nil).want(t, 200).list("requests"); len(rs) != 1 || rs[0]["draft"] != false {
			t.Errorf("requests %v", rs)
		}
		story := w.do(elder, "GET", "/people/me/story", nil).want(t, 200)
		for _, what := range []string{"工作人员打开了资料（本人来窗口办事）", "窗口开出了登录口令", "提交了申请", "本人办理", "系统接口"} {
			if !strings.Contains(story.raw, what) {
				t.Errorf("the story lacks %s: %s", what, story.raw)
			}
		}
		if as := w.do(elder, "GET", "/people/me/agents", nil).want(t, 200).list("agents"); len(as) != 1 || as[0]["name"] != "李小红" {
			t.Errorf("agents %v", as)
		}
		w.do(elder, "GET", "/people/"+string(w.stranger), nil).problem(t, 403, "grant.none")
		w.do(elder, "POST", "/people/search", map[string]any{"text": "赵"}).problem(t, 403, "grant.staff_only")
		w.do(elder, "POST", "/people/me/access-codes", nil).problem(t, 403, "")
		w.do(elder, "DELETE", "/sessions", nil).want(t, 204)
		w.do(elder, "GET", "/me", nil).problem(t, 401, "sign_in")
	})
}

func TestADaughterActsUntilHerGrantIsRevokedAndNotAMomentLonger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		daughter, elder := w.session(w.daughter), w.session(w.elder)
		elders := w.do(daughter, "GET", "/me", nil).want(t, 200).list("elders")
		if len(elders) != 1 || elders[0]["person"] != string(w.elder) {
			t.Fatalf("elders %v", elders)
		}
		w.submitted(daughter, w.elder)
		w.do(daughter, "POST", "/people/"+string(w.elder)+"/grants", map[string]any{"agent": w.stranger, "relation": "邻居", "services": []string{"*"}}).problem(t, 403, "grant.none")

		open := w.draft(daughter, w.elder)
		w.do(elder, "DELETE", "/people/me/grants/"+w.grant, nil).want(t, 204)
		at := "/drafts/" + open.text("id")
		w.do(daughter, "PATCH", at, map[string]any{"rev": open.rev(), "answers": w.answers(nil)}).problem(t, 404, "draft.unknown")
		w.do(daughter, "GET", at, nil).problem(t, 404, "draft.unknown")
		w.do(daughter, "POST", at+"/submit", nil).problem(t, 404, "draft.unknown")
		w.do(daughter, "GET", "/people/"+string(w.elder), nil).problem(t, 403, "grant.none")
		w.do(elder, "DELETE", "/people/me/grants/"+w.grant, nil).problem(t, 404, "grant.unknown")

		narrow := w.do(elder, "POST", "/people/me/grants", map[string]any{"agent": w.daughter, "relation": "女儿", "services": []string{"cash-refusal"}}).want(t, 201)
		if narrow.text("grant") == "" {
			t.Error("no grant")
		}
		w.do(daughter, "GET", at, nil).problem(t, 404, "draft.unknown")
		w.do(daughter, "POST", "/drafts", map[string]any{"service": "cash-refusal", "person": w.elder}, "Idempotency-Key", "daughter-1").want(t, 201)
	})
}

func TestWhatBeginsForADaughterAtTheWindowKeepsHerAsTheOneWhoAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		clerk := w.tokens["clerk"]
		at := "/people/" + string(w.elder) + "/open"
		came := map[string]any{"agent": w.daughter, "reason": "女儿来代办"}
		w.do(clerk, "POST", at, came).problem(t, 403, "opening.agent_card") // nobody saw hers
		w.do(clerk, "POST", "/people/search", map[string]any{"text": w.number(w.daughter)}).want(t, 200)
		w.do(clerk, "POST", at, came).want(t, 200)
		body := map[string]any{"service": "report-post", "person": w.elder}
		draft := w.do(clerk, "POST", "/drafts", body, "Idempotency-Key", "window-key-1").want(t, 201)
		w.fill(clerk, draft)
		id := w.do(clerk, "POST", "/drafts/"+draft.text("id")+"/submit", nil).want(t, 200).text("request")
		story := w.do(clerk, "GET", "/cases/"+id, nil).want(t, 200).list("story")
		asked := slices.ContainsFunc(story, func(l map[string]any) bool {
			return l["what"] == "提交了申请" && l["asked"] == "李*红" && l["why"] == "老人的委托"
		})
		if !asked {
			t.Errorf("the story does not say that the daughter asked: %v", story)
		}

		second := w.draft(clerk, w.elder)
		codes := "/people/" + string(w.elder) + "/access-codes"
		w.do(clerk, "POST", codes, nil).problem(t, 403, "grant.staff_only") // a daughter may not sign in as her mother
		w.open("doctor", w.elder, map[string]any{"presented": true})
		elder := w.signIn(map[string]any{"access_code": w.do(w.tokens["doctor"], "POST", codes, nil).want(t, 201).text("code")})
		w.do(elder, "DELETE", "/people/me/grants/"+w.grant, nil).want(t, 204)
		w.do(clerk, "PATCH", "/drafts/"+second.text("id"), map[string]any{"rev": second.rev(), "answers": w.answers(nil)}).problem(t, 403, "grant.agent")
		w.do(clerk, "POST", "/drafts/"+second.text("id")+"/submit", nil).problem(t, 403, "grant.agent")
	})
}

func TestTheSameKeyMakesOneDraftAndTwoSubmitsOneRequest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		elder := w.session(w.elder)
		body := map[string]any{"service": "report-post"}
		one := w.do(elder, "POST", "/drafts", body, "Idempotency-Key", "same-key-1").want(t, 201)
		two := w.do(elder, "POST", "/drafts", body, "Idempotency-Key", "same-key-1").want(t, 201)
		if one.text("id") != two.text("id") || one.text("number") != two.text("number") {
			t.Errorf("two drafts: %s, %s", one.text("id"), two.text("id"))
		}
		w.do(elder, "POST", "/drafts", map[string]any{"service": "cash-refusal"}, "Idempotency-Key", "same-key-1").problem(t, 409, "idempotency.key")
		w.do(elder, "POST", "/drafts", body).problem(t, 422, "body.form")
		w.fill(elder, one)
		at := "/drafts/" + one.text("id")
		a, b := w.do(elder, "POST", at+"/submit", nil).want(t, 200), w.do(elder, "POST", at+"/submit", nil).want(t, 200)
		if a.raw != b.raw {
			t.Errorf("two receipts: %s, %s", a.raw, b.raw)
		}
		if rs := w.do(elder, "GET", "/people/me/requests", nil).list("requests"); len(rs) != 1 {
			t.Errorf("%d requests", len(rs))
		}
		w.do(elder, "PATCH", at, map[string]any{"rev": 2, "answers": w.answers(nil)}).problem(t, 409, "draft.submitted")
	})
}

func TestAWrongAnswerIsNamedByItsQuestionAndTheRightOnesStay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		elder := w.session(w.elder)
		draft := w.draft(elder, w.elder)
		at := "/drafts/" + draft.text("id")
		bad := w.do(elder, "PATCH", at, map[string]any{"rev": draft.rev(), "answers": w.answers(map[string][]string{
			"phone": {"一二三"}, "report": {"letter"}, "nonsense": {"x"}, "to": {fullWidth("12号楼")}})})
		bad.problem(t, 422, "answer.wrong")
		want := []string{"body.answers.nonsense", "body.answers.phone", "body.answers.report"}
		if got := bad.locations(); !slices.Equal(got, want) {
			t.Errorf("locations %v, want %v", got, want)
		}
		now := w.do(elder, "GET", at, nil).want(t, 200)
		answers, _ := now.body["answers"].(map[string]any)
		if now.text("step") != "ask" || answers["to"] == nil || answers["phone"] != nil {
			t.Errorf("draft %s", now.raw)
		}
		to := answers["to"].([]any)[0].(map[string]any)
		if to["text"] != "12号楼" {
			t.Errorf("an answer in one's own words can't be sent again: %v", to)
		}
		w.do(elder, "PATCH", at, map[string]any{"rev": draft.rev(), "answers": w.answers(nil)}).problem(t, 409, "draft.rev")
		w.do(elder, "POST", at+"/submit", nil).problem(t, 422, "request.incomplete")
		w.do(elder, "PATCH", at, map[string]any{"rev": now.rev(), "answers": w.answers(map[string][]string{"phone": {fullWidth(courierPhone)}})}).want(t, 200)
		w.do(elder, "POST", at+"/submit", nil).want(t, 200)
	})
}

// fullWidth writes digits as an older person's input method does.
func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + 0xFF10
		}
		return r
	}, s)
}
