package ledger

import (
	"context"
	"fmt"
	"html"
	"math/rand"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

// facts is what must not depend on how a document is printed.
func facts(p *Policy) string {
	return fmt.Sprintln(p.Title, p.Number, p.Issuer, p.IssuedOn, p.Status, p.Truncated) + readFacts(p)
}

// paragraphsOf are the paragraphs of a document as the importer joined them.
func paragraphsOf(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := fromText(string(b))
	s.strip()
	return strings.FieldsFunc(s.join().text, func(r rune) bool { return r == paragraph || r == perhaps })
}

func TestBothPlansReadTheSameHoweverTheyArePrinted(t *testing.T) {
	t.Parallel()
	for code := range plans {
		path := policyFile(t, code)
		paras := paragraphsOf(t, path)
		want := facts(readPlan(t, code))
		banner := ""
		if code == "ZJ" {
			banner = "\n预览已结束，完整报告链接和二维码如下：\nhttps://docs.example/1\n"
		}
		check := func(how, text string) {
			t.Helper()
			p, err := Read(context.Background(), how, []byte(text+banner))
			if err != nil {
				t.Fatalf("%s %s: %v", code, how, err)
			}
			if got := facts(p); got != want {
				t.Errorf("%s %s: %s\nwarnings %v", code, how, diff(want, got), p.Warnings)
			}
		}
		check("paragraphs", strings.Join(paras, "\n"))
		check("blank lines", strings.Join(paras, "\r\n\r\n"))
		check("indented", "　　"+strings.Join(paras, "\n　　"))
		check("one line", strings.Join(paras, ""))
		seeds := 5
		if os.Getenv("YINQIAO_SLOW") != "" {
			seeds = 200
		}
		for seed := range seeds {
			rnd := rand.New(rand.NewSource(int64(seed)))
			for _, way := range []string{"wrapped", "broken"} {
				width := 20 + rnd.Intn(40)
				var lines []string
				for _, para := range paras {
					r := []rune(para)
					for len(r) > width {
						n := width
						if way == "broken" && runes(para) > 60 { // titles stay whole
							n = 9 + rnd.Intn(width)
						}
						lines, r = append(lines, string(r[:min(n, len(r))])), r[min(n, len(r)):]
					}
					lines = append(lines, string(r))
				}
				check(fmt.Sprintf("%s at %d, seed %d", way, width, seed), mixed(strings.Join(lines, "\n"), rnd))
			}
		}
		gbk, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Join(paras, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if banner == "" {
			check("gb18030", gbk)
			body, page := "", ""
			for _, p := range paras {
				body += para(html.EscapeString(p))
				page += "<p>" + html.EscapeString(p) + "</p>"
			}
			check("docx", string(wordFile(t, body, nil)))
			check("html", "<!doctype html><html><head><title>x</title></head><body><div>"+page+"</div></body></html>")
		}
	}
}

func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b && len(out) < 6 {
			out = append(out, "\n  want "+a+"\n  got  "+b)
		}
	}
	return strings.Join(out, "")
}

// soup is what documents are made of, in any order.
var soup = []string{"一、", "二、", "（一）", "（二）", "1.", "2.", "（1）", "①", "第一章", "。", "，", "；", "：", "、", "（", "）", "《", "》", "“", "”", "\n", "\n\n", "\f", "\t", "　　", " ",
	"责任单位：", "牵头单位：", "配合单位：", "省民政厅", "省财政厅", "各市、县（市、区）政府", "等相关部门", "和", "牵头", "负责", "按职责分工负责", "列第一位的为牵头单位，下同",
	"2021年底前", "2021年3月底前", "年内", "到2025年", "至少", "不超过", "85%", "200个", "以上", "全覆盖", "三分之二", "百分之五", "95128", "5G", "二级以上",
	"鼓励", "探索", "应", "总体要求", "保障措施", "附件", "抄送：", "省政府办公厅", "2021年3月10日", "云政办发〔2021〕3号", "关于印发", "方案", "的通知", "征求意见稿", "预览已结束", "- 3 -", "12", "http://a.example/",
	"序号\t任务\t责任单位\t时限\n", "1\t修路\t省交通厅\t2024年\n", "a", "\x00", "\xff", "😀", "〇", "两", "十"}

func TestAnySoupOfWordsIsReadSoundly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(soup), 0, 120).Draw(r, "words"), "")
		p := Parse(text)
		sound(t, p)
		if t.Failed() {
			r.Fatalf("%q", text)
		}
	})
}
