package notify

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	_ "yinqiao/engine/casework" // their acts are named in the data
	_ "yinqiao/rights"
)

func TestARequestIsSignedAsTheGatewaysOwnExample(t *testing.T) {
	t.Parallel()
	g := &Aliyun{Setting: GatewaySetting{Secret: "testSecret"}}
	q := url.Values{}
	for k, v := range map[string]string{"AccessKeyId": "testId", "Action": "SendSms", "Format": "XML", "OutId": "123", "PhoneNumbers": "15300000001", "RegionId": "cn-hangzhou",
		"SignName": "阿里云短信测试专用", "SignatureMethod": "HMAC-SHA1", "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466", "SignatureVersion": "1.0",
		"TemplateCode": "SMS_71390007", "TemplateParam": `{"customer":"test"}`, "Timestamp": "2017-07-12T02:42:19Z", "Version": "2017-05-25"} {
		q.Set(k, v)
	}
	if got := g.sign(http.MethodGet, q); got != "zJDF+Lrzhj/ThnlvIToysFRq6t4=" {
		t.Error(got)
	}
}

func TestTheDataAreRefusedWhenAWordOrAnActIsWrong(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := data.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	messages, chains := read("data/messages.yaml"), read("data/chains.yaml")
	try := func(old, new string) (err error) {
		t.Helper()
		if !strings.Contains(messages+chains, old) {
			t.Fatalf("the data have no %q", old)
		}
		defer func() {
			if p := recover(); p != nil && err == nil {
				t.Errorf("%s: panicked with %v", new, p)
			}
		}()
		_, err = open(fstest.MapFS{"data/messages.yaml": {Data: []byte(strings.Replace(messages, old, new, 1))}, "data/chains.yaml": {Data: []byte(strings.Replace(chains, old, new, 1))},
			"data/english.yaml": must(data.ReadFile("data/english.yaml"))})
		return err
	}
	if err := try("version: 1", "version: 1"); err != nil {
		t.Fatal(err)
	}
	for old, new := range map[string]string{
		"act: case.resolved":                    "act: case.solved",
		"  case.seen: 只是进度\n":                   "",
		"  case.seen: 只是进度":                     "  case.resolved: 只是进度",
		"ends: [case.confirmed, case.reopened]": "ends: [case.confirmd]",
		"    anything: true\n":                  "",
		"    about: session\n":                  "",
		"{who}您好，您办的「{service}」，{office}说办好了。": "{whom}您好，{office}说办好了。",
		"service: 20":                  "service: 200",
		"urgency: answer":              "urgency: soon",
		"receiver: agent":              "receiver: everybody",
		"roles: [administrator]":       "roles: [king]",
		"order: [sms, tv]":             "order: [sms, pigeon]",
		`decent: ["08:00", "20:00"]`:   `decent: ["20:00", "08:00"]`,
		"enough: human, over: 60":      "enough: nobody, over: 60",
		"first: [voice], never: [sms]": "first: [drum]",
	} {
		if err := try(old, new); err == nil {
			t.Errorf("%q was taken for %q", new, old)
		}
	}
}

// A value that an act does not carry would be a hole in what somebody is told.
func TestAValueThatTheActDoesNotCarryIsRefusedByFileLineAndField(t *testing.T) {
	t.Parallel()
	b, err := data.ReadFile(messagesFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ old, new, field, says string }{
		{"您有两份登记，已经合成一份。要是您没有登记过两次，请打{phone}", "您有两份登记，在{office}合成一份，请打{phone}", "zh.read", "person.merged does not carry {office}"},
		{"it was registered that you may act for {elder}. It waits", "it was registered by {what} for {elder}. It waits", "en.read", "grant.given does not carry {what}"},
		{"的家里人意见不一致，委托都先停下了。请单独", "的家里人和{agent}意见不一致，委托都先停下了。请单独", "zh.read", "grant.disputed does not carry {agent}"},
		{"when: {whose: own}", "when: {who: own}", "when", "contact.ended does not carry who"},
		{"    when: {side: holder}", "    about: grant", "about", "card.disputed is not about a grant"},
		{"您的家人{elder}有一件", "您的家人{who}有一件", "pass_on.zh.read", "not {who}"},
		{"（共{times}件）", "（{code}）", "folded.zh", "not {code}"},
	} {
		text := string(b)
		at := strings.Index(text, x.old)
		if at < 0 {
			t.Fatalf("the data have no %q", x.old)
		}
		line := 1 + strings.Count(text[:at], "\n")
		_, err := open(fstest.MapFS{messagesFile: {Data: []byte(strings.Replace(text, x.old, x.new, 1))}, "data/chains.yaml": must(data.ReadFile("data/chains.yaml")), "data/english.yaml": must(data.ReadFile("data/english.yaml"))})
		if err == nil {
			t.Errorf("%s was taken", x.new)
			continue
		}
		want := fmt.Sprintf("%s:%d: ", messagesFile, line)
		if said := err.Error(); !strings.Contains(said, want) || !strings.Contains(said, x.field+": ") || !strings.Contains(said, x.says) {
			t.Errorf("%s: it says %q, want %q %s: %s", x.new, said, want, x.field, x.says)
		}
	}
}

func must(b []byte, err error) *fstest.MapFile {
	if err != nil {
		panic(err)
	}
	return &fstest.MapFile{Data: b}
}

func BenchmarkRender(b *testing.B) {
	bk, err := open(data)
	if err != nil {
		b.Fatal(err)
	}
	t := bk.byName["case.resolved/elder"]
	v := Values{"who": "王奶奶", "service": "代寄检查报告", "office": "小店区人民医院", "phone": "95128", "number": "4821 6037 15"}
	for b.Loop() {
		bk.say(t, CarrierSMS, Chinese, false, v)
	}
}

func FuzzReports(f *testing.F) {
	f.Add([]byte(`[{"out_id":"1","biz_id":"2","success":true}]`))
	f.Add([]byte(`{"msgGroup":"G1","reportStatus":"CM:0000","errorCode":"DELIVRD"}`))
	f.Add([]byte(`[{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte) ([]Report, error){(&Aliyun{}).ReadReports, (&MAS{}).ReadReports} {
			if rs, err := read(b); err != nil && len(rs) > 0 {
				t.Errorf("%d reports of what is none", len(rs))
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add("{who}您好")
	f.Add("{")
	f.Add("a}b")
	f.Fuzz(func(t *testing.T, s string) {
		x, err := compile(s, map[string]int{"who": 3})
		if err == nil && x.render(Values{"who": "{who}"}) != s {
			t.Errorf("%q became %q", s, x.render(Values{"who": "{who}"}))
		}
	})
}

func TestDaysAndTimesAreSaidInEnglishAndNoOtherTextIsTakenForOne(t *testing.T) {
	t.Parallel()
	for zh, en := range map[string]string{
		"11月30日 星期一下午2点30分": "Mon 30 Nov, 2:30 pm", "1月1日 星期五凌晨0点05分": "Fri 1 Jan, 12:05 am", "2月28日 星期日中午12点": "Sun 28 Feb, 12 pm",
		"9月7日 星期六上午9点": "Sat 7 Sep, 9 am", "12月31日 星期四晚上8点": "Thu 31 Dec, 8 pm", "2027年3月1日": "1 Mar 2027", "3月1日": "1 Mar",
		"13月1日": "", "身份证": "", "11月30日的会": "", "": "",
	} {
		if got := englishTime(zh); got != en {
			t.Errorf("%s: %q", zh, got)
		}
	}
}
