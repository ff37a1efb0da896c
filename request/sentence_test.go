package request_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/request"
)

// aboutNobody are the beginnings of acts that are never about one person who is
// served: places, accounts, lists, devices, the platform's own work.
var aboutNobody = []string{"service.", "place.", "office.", "staff.", "device.", "duty.", "roster.", "retention.", "booking.resource", "booking.week", "booking.day", "booking.published", "booking.places", "booking.released", "booking.owner", "booking.list", "booking.allotted", "call.numbers_forgotten", "seat.", "journal.", "installation.", "bench.", "test.", "absence.", "carrier.", "eligibility.brought", "eligibility.tried",
	"people.keyed", "people.card_typed", "people.missed", "people.checked", "people.lookups_spent", "number.typed", "person.shut", "finding.",
	"policy.", "ledger.", "task.", "target.", "meeting.", "practice."}

var (
	sentenceAt  = time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC)
	sentenceDay = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	daughter    = request.Doer{Kind: civic.PartyPerson, Words: "女儿李*兰"}
	elder       = request.Doer{Kind: civic.PartyPerson, Words: "您", Me: true}
	hao         = request.Doer{Kind: civic.PartyStaff, Words: "窗口人员郝春燕"}
	full        = map[string]string{"事": "代寄检查报告", "单位": "人民医院", "什么": "社保卡", "理由": "本人来窗口办事。", "谁": "女儿李*兰", "范围": "什么事都能办", "证件": "输入了证件号码", "填写": "“寄到哪里”由女儿李*兰填写"}
)

func TestEveryActThatCanBeAboutAPersonReadsAsASentence(t *testing.T) {
	t.Parallel()
	odd := regexp.MustCompile(`[A-Za-z_{}<>%]|，，|，。|。.|：。|您您|替您替|一件事：`)
	situations := []request.Told{
		{Operator: elder, Basis: civic.BasisOwn, Channel: civic.ChannelElder},
		{Operator: daughter, Basis: civic.BasisGrant, Channel: civic.ChannelFamily},
		{Operator: daughter, Basis: civic.BasisGuardian, Channel: civic.ChannelPhone},
		{Operator: hao, Basis: civic.BasisRole, Channel: civic.ChannelDesk},
		{Operator: hao, Agent: daughter, Basis: civic.BasisGrant, Channel: civic.ChannelDesk},
		{Operator: hao, Agent: daughter, Basis: civic.BasisPresented, Channel: civic.ChannelField},
		{Operator: elder, For: "张*英", Basis: civic.BasisGrant, Channel: civic.ChannelFamily},
		{Operator: request.Doer{Kind: civic.PartyPerson, Words: "张*英"}, For: "张*英", Basis: civic.BasisOwn, Channel: civic.ChannelElder},
		{Operator: request.Doer{Kind: civic.PartyDevice, Words: "自助机（一楼大厅）"}, Channel: civic.ChannelKiosk},
		{Operator: request.Doer{Kind: civic.PartySystem, Words: "系统"}, Channel: civic.ChannelSystem},
	}
	for _, act := range journal.Acts() {
		if slices.ContainsFunc(aboutNobody, func(p string) bool { return strings.HasPrefix(string(act), p) }) {
			continue
		}
		if !slices.Contains(request.Phrased(), act) {
			t.Errorf("%s (%s) has no sentence: add one to phrases, or say in aboutNobody that it is about nobody", act, act.Words())
			continue
		}
		for _, s := range situations {
			for _, you := range []string{"您", "老人"} {
				for _, d := range []map[string]string{nil, full} {
					s.Act, s.At, s.Now, s.You, s.Detail = act, sentenceAt, sentenceDay, you, d
					got := request.Sentence(s)
					if odd.MatchString(got) || !strings.HasSuffix(got, "。") || !strings.HasPrefix(got, "11月23日上午9点05分，") || len([]rune(got)) < 18 {
						t.Errorf("%s reads badly: %s", act, got)
					}
					if you == "老人" && strings.Contains(got, "您") {
						t.Errorf("%s calls somebody else 您: %s", act, got)
					}
				}
			}
		}
	}
	for _, act := range request.Phrased() {
		if act.Words() == "" {
			t.Errorf("%s has a sentence and does not exist", act)
		}
	}
}

func TestASentenceSaysWhenWhoForWhomWhatAndWhy(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]request.Told{
		"11月23日上午9点05分，女儿李*兰用您的委托，替您交了代寄检查报告。":                   {Act: "request.submitted", Operator: daughter, Basis: civic.BasisGrant, Channel: civic.ChannelFamily},
		"11月23日上午9点05分，您自己在网页上交了代寄检查报告。":                         {Act: "request.submitted", Operator: elder, Basis: civic.BasisOwn, Channel: civic.ChannelElder},
		"11月23日上午9点05分，女儿李*兰用您的委托，请窗口人员郝春燕替您交了代寄检查报告。":           {Act: "request.submitted", Operator: hao, Agent: daughter, Basis: civic.BasisGrant, Channel: civic.ChannelDesk},
		"11月23日上午9点05分，窗口人员郝春燕看过您的资料，理由：本人来窗口办事。":                {Act: "person.opened", Operator: hao, Basis: civic.BasisRole, Channel: civic.ChannelDesk},
		"11月23日上午9点05分，女儿李*兰来办事，窗口人员郝春燕看过您的资料，理由：本人来窗口办事。":       {Act: "person.opened", Operator: hao, Agent: daughter, Basis: civic.BasisPresented, Channel: civic.ChannelDesk},
		"11月23日上午9点05分，窗口人员郝春燕在紧急情况下看过您的资料，理由：本人来窗口办事，这一次会有人复核。": {Act: "glass.broken", Operator: hao, Basis: civic.BasisGlass, Channel: civic.ChannelDesk},
		"11月23日上午9点05分，您用张*英的委托，替张*英交了代寄检查报告。":                   {Act: "request.submitted", Operator: elder, For: "张*英", Basis: civic.BasisGrant, Channel: civic.ChannelFamily},
		"11月23日上午9点05分，您的代寄检查报告过了办理期限，单位还没有办好。":                  {Act: "case.overdue", Operator: request.Doer{Kind: civic.PartySystem, Words: "系统"}},
		"11月23日上午9点05分，自助机（一楼大厅）读了您的卡。":                          {Act: "card.read", Operator: request.Doer{Kind: civic.PartyDevice, Words: "自助机（一楼大厅）"}},
	} {
		s.At, s.Now, s.You = sentenceAt, sentenceDay, "您"
		s.Detail = map[string]string{"事": full["事"], "理由": full["理由"]}
		if got := request.Sentence(s); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	old := request.Told{At: sentenceAt.AddDate(-1, 0, 0), Now: sentenceDay, You: "您", Act: "card.lost", Operator: elder, Channel: civic.ChannelPhone}
	if got := request.Sentence(old); got != "2025年11月23日上午9点05分，您自己在电话里挂失了卡。" {
		t.Error(got)
	}
}
