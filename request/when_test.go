package request_test

import (
	"strings"
	"testing"
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/request"
)

// The clock of these tests stands at Monday 23 November 2026, 9:05 in Shanghai.
func TestADayIsReadAsPeopleSayIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-24": "2026-11-24", "2026年11月24日": "2026-11-24", "2026/11/24": "2026-11-24", "11月24日": "2026-11-24", "１１月２４号": "2026-11-24",
		"十一月二十四号": "2026-11-24", "24号": "2026-11-24", "3号": "2026-12-03", "明天": "2026-11-24", "后天": "2026-11-25", "大后天": "2026-11-26", "今天": "2026-11-23",
		"周三": "2026-11-25", "星期日": "2026-11-29", "礼拜天": "2026-11-29", "下周一": "2026-11-30", "下个星期三": "2026-12-02", "下下周五": "2026-12-11",
		"1月2日": "2027-01-02", "这周三": "2026-11-25",
	} {
		code, shown, err := answer(t, catalog.Question{Kind: catalog.When, Ahead: &catalog.Ahead{From: 0, To: 60, By: "day"}}, text)
		if err != nil || code != want || !strings.Contains(shown, "星期") {
			t.Errorf("%s: %s %s, %v; want %s", text, code, shown, err, want)
		}
	}
	for text, want := range map[string]string{"昨天": "2026-11-22", "前天": "2026-11-21", "20号": "2026-11-20", "30号": "2026-10-30", "12月31日": "2025-12-31", "周日": "2026-11-29"} {
		code, _, err := answer(t, catalog.Question{Kind: catalog.When, Ahead: &catalog.Ahead{From: -365, To: 0, By: "day"}}, text)
		if text == "周日" {
			if err == nil {
				t.Errorf("%s is still to come: %s", text, code)
			}
		} else if err != nil || code != want {
			t.Errorf("%s: %s, %v; want %s", text, code, err, want)
		}
	}
}

func TestATimeIsReadAsPeopleSayIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"明天上午九点半": "2026-11-24T09:30", "明天9:30": "2026-11-24T09:30", "今天下午3点": "2026-11-23T15:00", "后天晚上八点一刻": "2026-11-25T20:15", "明早8点": "2026-11-24T08:00",
		"今晚7点": "2026-11-23T19:00", "24号中午12点": "2026-11-24T12:00", "24号中午十一点半": "2026-11-24T11:30", "2026-11-24T15:30": "2026-11-24T15:30", "周三下午两点四十五分": "2026-11-25T14:45",
	} {
		code, shown, err := answer(t, catalog.Question{Kind: catalog.When, Ahead: &catalog.Ahead{To: 30, By: "time"}}, text)
		if err != nil || code != want || !strings.Contains(shown, "点") {
			t.Errorf("%s: %s %s, %v; want %s", text, code, shown, err, want)
		}
	}
	for text, want := range map[string]string{"明天上午": "2026-11-24/am", "明天下午3点": "2026-11-24/pm", "周三 傍晚": "2026-11-25/pm", "2026-11-24/am": "2026-11-24/am"} {
		code, _, err := answer(t, catalog.Question{Kind: catalog.When, Ahead: &catalog.Ahead{To: 30, By: "half"}}, text)
		if err != nil || code != want {
			t.Errorf("%s: %s, %v; want %s", text, code, err, want)
		}
	}
}

func TestWhatIsNoDayOrOutOfRangeIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	for text, q := range map[string]catalog.Ahead{
		"不知道": {To: 30, By: "day"}, "2月30日": {To: 365, By: "day"}, "13月1日": {To: 30, By: "day"}, "昨天": {To: 30, By: "day"}, "2027-11-24": {To: 30, By: "day"},
		"明天": {To: 30, By: "time"}, "明天25点": {To: 30, By: "time"}, "今天上午8点": {To: 30, By: "time"}, "明天 什么时候": {To: 30, By: "half"}, "四十号": {To: 30, By: "day"},
	} {
		_, _, err := answer(t, catalog.Question{Kind: catalog.When, Ahead: &q}, text)
		if !civic.Is(err, civic.Invalid) || !strings.HasSuffix(civic.As(err).Say, "。") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestARoundIsTakenOutAndTheOthersMoveUp(t *testing.T) {
	t.Parallel()
	d := define(t, catalog.Question{Key: "med", Kind: catalog.Group, Most: 3, More: "还有吗?", Items: []catalog.Question{{Key: "name", Kind: catalog.Text, Ask: "药名?", Label: "药名"}}})
	a := request.Answers{}
	for _, kv := range [][2]string{{"med.0.more", "yes"}, {"med.1.name", "甲"}, {"med.1.more", "yes"}, {"med.2.name", "乙"}, {"med.2.more", "yes"}, {"med.3.name", "丙"}} {
		a, _ = put(t, d, a, nil, kv[0], kv[1])
	}
	if s := request.Next(d, a, facts(nil)); len(s.Review) != 3 {
		t.Fatalf("%+v", s)
	}
	out, _, err := request.RemoveRound(d, a, "med", 2)
	if err != nil || len(out["med.3.name"]) != 0 || out["med.1.name"][0].Shown != "甲" || out["med.2.name"][0].Shown != "丙" {
		t.Fatalf("%v, %v", out, err)
	}
	if s := request.Next(d, out, facts(nil)); len(s.Review) != 2 {
		t.Errorf("what is left does not read back as two: %+v", s)
	}
	for n := 2; n >= 1; n-- {
		if out, _, err = request.RemoveRound(d, out, "med", n); err != nil {
			t.Fatal(err)
		}
	}
	if s := request.Next(d, out, facts(nil)); len(s.Review) != 0 || s.Review == nil {
		t.Errorf("nothing is left: %+v", s)
	}
	if _, _, err := request.RemoveRound(d, out, "med", 1); err == nil {
		t.Error("a round that is not there was taken out")
	}
}

func TestAHalfDayIsOfferedOnlyWhileItIsNotOver(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{"09:05": "2026-11-23/am", "11:59": "2026-11-23/am", "12:00": "2026-11-23/pm", "17:59": "2026-11-23/pm", "18:00": "2026-11-24/am", "20:52": "2026-11-24/am"} {
		now, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+at, civic.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		d := define(t, catalog.Question{Key: "day", Kind: catalog.When, Ahead: &catalog.Ahead{To: 7, By: "half"}})
		form, _ := request.Form(d, request.Answers{}, request.Facts{Now: now})
		if got := form[0].Options[0].Code; got != want {
			t.Errorf("at %s the first that is offered is %s, want %s", at, got, want)
		}
		_, _, err = request.Put(d, request.Answers{}, request.Facts{Now: now}, "day", []string{"今天下午"}, civic.ChannelDesk)
		if over := want == "2026-11-24/am"; over != (civic.As(err) != nil && civic.As(err).Code == "answer.past") {
			t.Errorf("at %s 今天下午 typed: %v", at, err)
		}
	}
}
