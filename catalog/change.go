package catalog

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Changes says in words what a version changes of another: what people are told, how it
// is handled, which questions came, went or ask otherwise. Empty if nothing that people
// notice changes.
func Changes(from, to *Definition) []string {
	var out []string
	said := func(what, was, is string) {
		if was != is {
			out = append(out, fmt.Sprintf("%s：原来「%s」，改成「%s」", what, was, is))
		}
	}
	said("名称", from.Title, to.Title)
	said("说明", from.Say, to.Say)
	said("谁能办", from.Who, to.Who)
	said("带什么", from.Bring, to.Bring)
	said("要多久", from.Takes, to.Takes)
	said("多少钱", from.Fee, to.Fee)
	said("怎么付", from.PayWords(), to.PayWords())
	said("条款", strings.Join(from.Clauses, "、"), strings.Join(to.Clauses, "、"))
	if from.Proxy != to.Proxy {
		out = append(out, map[bool]string{true: "可以由家人代办了", false: "不能由家人代办了"}[to.Proxy])
	}
	if !slices.Equal(from.Channels, to.Channels) {
		out = append(out, "能从哪里办改了")
	}
	if !reflect.DeepEqual(from.Casework, to.Casework) {
		out = append(out, "由谁办、多久办完改了")
	}
	if !reflect.DeepEqual(from.Makes, to.Makes) {
		out = append(out, "一起办哪些别的事改了")
	}
	return append(out, questionChanges(from.Questions, to.Questions)...)
}

func questionChanges(from, to []Question) []string {
	var out []string
	find := func(qs []Question, key string) int {
		return slices.IndexFunc(qs, func(q Question) bool { return q.Key == key })
	}
	for _, q := range from {
		if find(to, q.Key) < 0 {
			out = append(out, "不再问「"+q.Ask+"」")
		}
	}
	for i, q := range to {
		at := find(from, q.Key)
		switch {
		case at < 0:
			out = append(out, fmt.Sprintf("第%d问是新的：「%s」", i+1, q.Ask))
		case from[at].Ask != q.Ask:
			out = append(out, fmt.Sprintf("原来问「%s」，现在问「%s」", from[at].Ask, q.Ask))
		case !reflect.DeepEqual(from[at], q):
			out = append(out, "「"+q.Ask+"」的选项、条件或说明改了")
		}
	}
	if kept := keysIn(from, to); !slices.Equal(kept, keysIn(to, from)) {
		out = append(out, "问的先后改了")
	}
	return out
}

// keysIn lists the questions of a that b has too, in the order of a.
func keysIn(a, b []Question) []string {
	var out []string
	for _, q := range a {
		if slices.ContainsFunc(b, func(x Question) bool { return x.Key == q.Key }) {
			out = append(out, q.Key)
		}
	}
	return out
}
