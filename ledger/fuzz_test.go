package ledger

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"yinqiao/civic"
)

// sound checks what holds of any reading.
func sound(t *testing.T, p *Policy) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range p.Measures {
		if m.Ref == "" || seen[m.Ref] || strength(m.Force) == 0 || m.Kind != Task && m.Kind != Safeguard || len(m.Actions) == 0 {
			t.Errorf("measure %+v", m)
		}
		seen[m.Ref] = true
		for _, a := range m.Actions {
			dayOK(t, a.Deadline)
			for _, u := range a.Units {
				if u.Name == "" || runes(u.Name) > 40 || !utf8.ValidString(u.Name) {
					t.Errorf("unit %q", u.Name)
				}
			}
		}
	}
	for _, g := range p.Goals {
		dayOK(t, g.Deadline)
	}
	dayOK(t, p.IssuedOn)
	for _, w := range p.Warnings {
		if w.At == "" || w.Text == "" || !utf8.ValidString(w.At) {
			t.Errorf("warning %+v", w)
		}
	}
	for _, f := range []string{"json", "text"} {
		if b, err := Render(p, f); err != nil || len(b) == 0 {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func dayOK(t *testing.T, day string) {
	t.Helper()
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		t.Errorf("day %q", day)
	}
}

// worst are texts made to be slow or to trip.
func worst(n int) map[string]string {
	r := func(s string) string { return strings.Repeat(s, n/len(s)+1) }
	return map[string]string{
		"opening":       r("（"),
		"closing":       r("）"),
		"nested":        r("（") + r("）"),
		"labels":        r("（责任单位："),
		"groups":        "一、做事。" + r("做一件事。（责任单位：省民政厅）"),
		"headings":      r("一、事"),
		"lines":         r("一、事\n"),
		"ones":          r("1."),
		"items":         r("1.事。2.事。"),
		"digits":        "一、事。建设" + r("1"),
		"counts":        "一、事。建设" + r("1个"),
		"shares":        "一、事。达到" + r("5%"),
		"years":         "一、事。" + r("2021年底前"),
		"months":        "一、事。" + r("2021年3月底前，到2022年"),
		"numerals":      "一、事。新增" + r("一百二十"),
		"units":         "一、事。（责任单位：" + r("省民政厅、"),
		"and":           "一、事。（责任单位：" + r("省民政厅和"),
		"bare":          "一、事。" + r("省民政厅负责。"),
		"no stop":       "一、事。" + r("省民政厅、"),
		"roles":         "一、事。（" + r("牵头负责配合") + "）",
		"local":         "一、事。（责任单位：" + r("各市、县（市、区）"),
		"blank lines":   r("\n"),
		"blank":         r("　 "),
		"feeds":         r("\f1\n"),
		"pages":         r("- 1 -\n"),
		"quotes":        r("“"),
		"titles":        r("《方案"),
		"codes":         r("政办发〔2021〕"),
		"table":         "任务\t责任单位\t时限\n" + r("事\t省民政厅\t2021年\n"),
		"wide table":    r("任务\t责任单位\t"),
		"attachments":   r("附件：1.事\n2.事\n"),
		"copies":        "一、事。做。\n" + r("抄送：省委\n"),
		"lead rule":     "一、事。" + r("列第一位的为牵头单位，下同"),
		"forces":        "一、事。" + r("积极大力重点"),
		"invalid bytes": r("\xff\xfe一"),
		"bold commas":   "一、事。" + r("，"),
		"all at once":   strings.Repeat("一、事。（一）做事。1.建设10个站，达到85%以上。（省民政厅牵头；省财政厅配合，2021年底前完成）\n", n/150),
	}
}

func TestNoTextTakesLongToRead(t *testing.T) {
	t.Parallel()
	size := 10_000
	if os.Getenv("YINQIAO_SLOW") != "" {
		size = 500_000
	}
	for name, text := range worst(size) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			sound(t, Parse(text))
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("%d bytes took %v", len(text), d)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range worst(300) {
		f.Add(text)
	}
	f.Add(shortPlan)
	f.Add(oneLine)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			t.Skip()
		}
		start := time.Now()
		sound(t, Parse(text))
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%d bytes took %v", len(text), d)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(shortPlan))
	f.Add([]byte(fmt.Sprintf(savedPage, "utf-8", "")))
	f.Add(wordFile(f, para("一、任务")+"<w:tbl><w:tr>"+tc("", "任务")+tc("", "责任单位")+"</w:tr></w:tbl>", nil))
	f.Add(oleFile("WordDocument"))
	f.Add([]byte("\xff\xfeN\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			t.Skip()
		}
		p, err := Read(context.Background(), "x.txt", b)
		if err != nil {
			if k := civic.KindOf(err); k != civic.Invalid && k != civic.Unavailable {
				t.Errorf("%v", err)
			}
			return
		}
		sound(t, p)
	})
}

// FuzzWordFile feeds the reader of document.xml itself: what fuzzing does to a
// packed file seldom unpacks.
func FuzzWordFile(f *testing.F) {
	f.Add(para("一、任务")+numbered("1", 0, "事"), `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>`)
	f.Add("<w:tbl><w:tr>"+tc(`<w:vMerge/>`, "任务")+tc(`<w:gridSpan w:val="99"/>`, "责任单位")+"</w:tr></w:tbl>", "")
	f.Fuzz(func(t *testing.T, body, numbers string) {
		if len(body)+len(numbers) > 1<<16 {
			t.Skip()
		}
		d := docx{s: &source{unit: "段"}, numbering: readNumbering([]byte(numbers))}
		if d.read(context.Background(), []byte("<d>"+body+"</d>")) != nil {
			return
		}
		if p, err := parse(context.Background(), d.s); err == nil {
			sound(t, p)
		}
	})
}
