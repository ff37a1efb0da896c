package place

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
)

func TestEveryRuleHasItsClauseItsWordsAndAFunction(t *testing.T) {
	t.Parallel()
	for _, r := range ruled.Rules {
		if r.Code == "" || len(r.Clauses) == 0 || r.Days < 1 || r.Title == "" || r.Duty == "" || r.Clears == "" || r.Owner == "" || r.Force != civic.Must && r.Force != civic.Encouraged {
			t.Errorf("%+v", r)
		}
		if r.Check != counters && judges[r.Check] == nil {
			t.Errorf("%s: no check %q", r.Code, r.Check)
		}
		if (r.Check == counters) != (r.Matter != "") {
			t.Errorf("%s: matter %q", r.Code, r.Matter)
		}
		for _, k := range r.Kinds {
			if _, ok := KindOf(k); !ok {
				t.Errorf("%s: kind %q", r.Code, k)
			}
		}
		for _, f := range r.Features {
			if !knownFeature(f) {
				t.Errorf("%s: feature %q", r.Code, f)
			}
		}
	}
	matters := 0
	for _, r := range ruled.Rules {
		if r.Check == counters {
			matters++
		}
	}
	if matters != 9 { // 医疗、社保、民政、金融、电信、邮政、信访、出入境、生活缴费
		t.Errorf("counters for %d matters, want the nine of SX15", matters)
	}
}

// ruleOf is a line of the data by its code.
func ruleOf(t *testing.T, code string) rule {
	t.Helper()
	i := slices.IndexFunc(ruled.Rules, func(r rule) bool { return r.Code == code })
	if i < 0 {
		t.Fatalf("no rule %s", code)
	}
	return ruled.Rules[i]
}

func TestWhatBreaksARuleAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, civic.Shanghai)
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	window := func(kind WindowKind, name, serves, state string) Window {
		return Window{Kind: kind, Name: name, Serves: serves, State: state}
	}
	has := func(f string, there bool) map[string]bool { return map[string]bool{f: there} }
	whole := Office{Name: "这里", Phone: "0351-0660120", Address: "一号路"}
	for _, c := range []struct {
		rule, what string
		sight
		wrong string // a part of what is said, "" where nothing is wrong
	}{
		{"station-manned", "nothing is known", sight{}, ""},
		{"station-manned", "said to have none", sight{has: has("manned", false)}, "没有人工窗口"},
		{"station-manned", "said to have some", sight{has: has("manned", true)}, ""},
		{"station-manned", "one is open", sight{windows: []Window{window(Manned, "1号", "售票", "closed"), window(Manned, "2号", "退票", "open")}}, ""},
		{"station-manned", "all are shut", sight{has: has("manned", true), windows: []Window{window(Manned, "1号", "售票", "closed")}}, "没有开着的"},
		{"station-manned", "the last was taken away", sight{has: has("manned", true), windows: []Window{window(Manned, "1号", "售票", "ended")}}, "1号（撤了）"},
		{"station-manned", "shut until later", sight{windows: []Window{{Kind: Manned, Name: "1号", State: "closed", Until: &later}}}, "没有开着的"},
		{"station-manned", "shut until an hour ago", sight{windows: []Window{{Kind: Manned, Name: "1号", State: "closed", Until: &before}}}, ""},
		{"station-manned", "only a machine", sight{windows: []Window{window(Machine, "自助机", "", "open")}}, ""},
		{"hospital-register", "another window is open", sight{windows: []Window{window(Manned, "1号", "挂号", "closed"), window(Manned, "2号", "缴费", "open")}}, "挂号"},
		{"hospital-register", "a window for everything is open", sight{windows: []Window{window(Manned, "1号", "挂号", "closed"), window(Manned, "综合窗口", "什么都办", "open")}}, ""},
		{"hospital-print", "only a machine prints", sight{windows: []Window{window(Manned, "1号", "挂号", "open"), window(Machine, "自助机", "打印报告", "open")}}, "只有自助机"},
		{"hospital-print", "nobody has said who prints", sight{windows: []Window{window(Manned, "1号", "挂号", "open")}}, ""},
		{"cash", "said to take none", sight{has: has("cash", false)}, "不收现金"},
		{"cash", "the way to pay in cash is shut", sight{has: has("cash", true), windows: []Window{window(Payment, "收现金", "", "closed")}}, "不收现金"},
		{"cash", "cash is taken", sight{windows: []Window{window(Payment, "收现金", "", "open")}}, ""},
		{"online-only", "two ways, both by phone", sight{windows: []Window{window(Payment, "微信", "", "open"), window(Payment, "手机扫码", "", "open"), window(Payment, "收现金", "", "closed")}}, "微信、手机扫码"},
		{"online-only", "a card beside it", sight{windows: []Window{window(Payment, "微信", "", "open"), window(Payment, "刷银行卡", "", "open")}}, ""},
		{"online-only", "no way is open", sight{windows: []Window{window(Payment, "微信", "", "closed")}}, ""},
		{"code-only", "every gate", sight{windows: []Window{window(Gate, "东门", "扫码进", "open"), window(Gate, "西门", "凭码", "open")}}, "东门、西门"},
		{"code-only", "one takes the ID card", sight{windows: []Window{window(Gate, "东门", "扫码进", "open"), window(Gate, "西门", "刷身份证", "open")}}, ""},
		{"code-only", "that one is shut", sight{windows: []Window{window(Gate, "东门", "扫码进", "open"), window(Gate, "西门", "刷身份证", "closed")}}, "东门"},
		{"code-only", "a gate that says that no code is needed", sight{windows: []Window{window(Gate, "东门", "不用扫码", "open")}}, ""},
		{"code-only", "said to need one", sight{has: has("without_code", false)}, "进不去"},
		{"venue-manned", "no booking is needed", sight{has: has("without_booking", true), windows: []Window{window(Manned, "1号", "票", "closed")}}, ""},
		{"venue-manned", "booking, and no window", sight{has: has("without_booking", false), windows: []Window{window(Manned, "1号", "票", "closed")}}, "要预约"},
		{"venue-phone", "booking, and no phone", sight{has: map[string]bool{"without_booking": false, "phone_booking": false}}, "打电话"},
		{"station-comfort", "one of three is there", sight{has: map[string]bool{"priority_window": false, "waiting_area": true, "green_lane": false}}, ""},
		{"station-comfort", "one of three is not known", sight{has: map[string]bool{"priority_window": false, "green_lane": false}}, ""},
		{"station-comfort", "none of three", sight{has: map[string]bool{"priority_window": false, "waiting_area": false, "green_lane": false}}, "等候区"},
		{"place-found", "all is said", sight{}, ""},
		{"place-found", "no phone", sight{Office: Office{Name: "这里", Address: "一号路"}}, "电话"},
		{"place-found", "no way there", sight{Office: Office{Name: "这里", Phone: "0351-0660120"}}, "怎么找"},
	} {
		if c.Name == "" {
			c.Office = whole
		}
		c.at = now
		r := ruleOf(t, c.rule)
		said := judges[r.Check](r, c.sight)
		if (said == "") != (c.wrong == "") || !strings.Contains(said, c.wrong) || said != "" && !strings.HasSuffix(said, "。") {
			t.Errorf("%s, %s: %q, want %q", c.rule, c.what, said, c.wrong)
		}
	}
}
