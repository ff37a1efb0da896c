package people

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
)

var queryDay = time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC)

func TestAQueryIsTakenApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]query{
		"wgy45":           {Letter: "wgy", From: "1945", To: "1946"},
		"wgy 1945 坞城":     {Letter: "wgy", From: "1945", To: "1946", Words: []string{"坞城"}},
		"王桂英45年":          {Words: []string{"王桂英"}, From: "1945", To: "1946"},
		"阿依古丽·买买提":        {Words: []string{"阿依古丽买买提"}},
		"阿依古丽 买买提":        {Words: []string{"阿依古丽", "买买提"}},
		"阿Q":              {Letter: "q", Words: []string{"阿"}, Whole: "阿q"},
		"12002x":          {Six: "12002X"},
		"120021 王":        {Six: "120021", Words: []string{"王"}},
		"lǚ xiù yīng":     {Letter: "lvxiuying"},
		"Xi'an Wang":      {Letter: "xianwang"},
		"王 12":            {Words: []string{"王"}, From: "2012", To: "2013"},
		"王 19450815":      {Words: []string{"王"}, From: "1945-08-15", To: "1945-08-15~"},
		"〇𠅤㛃":             {Words: []string{"〇𠅤㛃"}},
		"1945年生 王桂英 柳湾社区": {From: "1945", To: "1946", Words: []string{"王桂英", "柳湾社区"}},
	} {
		got, ok := parseQuery(civic.Fold(text), queryDay)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %t; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "%", "王_", "<script>", "1", "123", "12345", "1234567", "99999999", "1799 王", "45 46", "王\x00"} {
		if got, ok := parseQuery(text, queryDay); ok {
			t.Errorf("%q was understood as %+v", text, got)
		}
	}
}

func FuzzAQueryIsUnderstoodOrNot(f *testing.F) {
	for _, s := range []string{"wgy45 坞城", "王 1945 柳湾", "12002x", "lǚ xiù-yīng", "阿Q·买买提", "〇𠅤", "45年生", "\xff", "e\u0301", "1 2 3", "x", "00000x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, ok := parseQuery(civic.Fold(s), queryDay)
		if !ok {
			return
		}
		for _, r := range q.readings() {
			if r.letters && strings.ContainsFunc(r.name, func(c rune) bool { return c >= 'A' && c <= 'Z' || c == ' ' }) {
				t.Errorf("%q: letters %q", s, r.name)
			}
			if (r.from == "") != (r.to == "") || r.from > r.to {
				t.Errorf("%q: born in %q to %q", s, r.from, r.to)
			}
			if strings.Contains(r.name+r.place, " ") {
				t.Errorf("%q: %+v", s, r)
			}
		}
		if utf8.ValidString(s) && q.narrow() == "" {
			t.Errorf("%q: no hint", s)
		}
	})
}
