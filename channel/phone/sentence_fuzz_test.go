package phone_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"yinqiao/channel/phone"
)

func FuzzNothingIsLostBetweenSentences(f *testing.F) {
	for _, s := range []string{"", "您好。", "您好。医院挂号，请按1。", "哪一次？\n好！", "\n\n", "没有句号", "。。"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		all := phone.Sentences(text)
		if strings.Join(all, "") != text {
			t.Fatalf("%q is cut into %q", text, all)
		}
		for _, s := range all {
			if s == "" || !utf8.ValidString(s) {
				t.Fatalf("%q is cut into %q", text, all)
			}
		}
	})
}
