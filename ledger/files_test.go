package ledger

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yinqiao/civic"
)

const shortPlan = `云泽省银龄便利行动方案
一、重点任务
（一）留窗口。至少保留一个人工窗口。（责任单位：省民政厅、省财政厅）
（二）接电话。接通率达到95%以上。（省大数据局牵头；省财政厅配合，2024年6月底前完成）
`

const shortOutline = `
云泽省银龄便利行动方案||||in_force|cut=false
[一(一)] task must 一、重点任务 / 留窗口
  - 省民政厅 省财政厅 {>=1个}
[一(二)] task must 一、重点任务 / 接电话
  - 省大数据局* 省财政厅 2024-06-30 {>=95%}
`

func reads(t *testing.T, name string, b []byte, want string) *Policy {
	t.Helper()
	p, err := Read(context.Background(), name, b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	readsAs(t, p, want)
	return p
}

func TestTextsInEveryEncodingReadTheSame(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(shortPlan)
	if err != nil {
		t.Fatal(err)
	}
	gb18030, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Replace(shortPlan, "留窗口。", "留窗口。㐂㛃。", 1))
	if err != nil {
		t.Fatal(err)
	}
	wide := func(o binary.AppendByteOrder, bom []byte) []byte {
		for _, u := range utf16.Encode([]rune(shortPlan)) {
			bom = o.AppendUint16(bom, u)
		}
		return bom
	}
	for name, b := range map[string][]byte{
		"utf-8": []byte(shortPlan), "utf-8 with mark": []byte("\ufeff" + shortPlan), "gbk": []byte(gbk), "gb18030": []byte(gb18030),
		"utf-16le": wide(binary.LittleEndian, []byte{0xff, 0xfe}), "utf-16be": wide(binary.BigEndian, []byte{0xfe, 0xff}),
		"windows": []byte(strings.ReplaceAll(shortPlan, "\n", "\r\n")), "old mac": []byte(strings.ReplaceAll(shortPlan, "\n", "\r")),
		"cut within a character": append([]byte(shortPlan), "后"[:2]...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reads(t, "plan.txt", b, shortOutline)
		})
	}
}

// wordFile makes a docx of parts. Paragraphs are given as XML.
func wordFile(t testing.TB, body string, more map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`}
	for n, s := range more {
		parts[n] = s
	}
	for n, s := range parts {
		f, err := z.Create(n)
		if err == nil {
			_, err = f.Write([]byte(s))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func para(texts ...string) string {
	out := "<w:p>"
	for _, s := range texts {
		out += `<w:r><w:t xml:space="preserve">` + s + `</w:t></w:r>`
	}
	return out + "</w:p>"
}

func numbered(id string, level int, s string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%s"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, level, id, s)
}

func TestAWordFileReadsLikeItsText(t *testing.T) {
	t.Parallel()
	body := ""
	for _, l := range strings.Split(strings.TrimSpace(shortPlan), "\n") {
		r := []rune(l)
		body += para(string(r[:len(r)/2]), string(r[len(r)/2:])) // Word cuts its runs anywhere
	}
	body += `<w:p><w:del><w:r><w:delText>删去的话</w:delText><w:t>删去</w:t></w:r></w:del></w:p>`
	p := reads(t, "plan.docx", wordFile(t, body, nil), shortOutline)
	if p.Warnings[0].At == "" || strings.Contains(p.Measures[1].Text, "删去") {
		t.Error(p.Warnings, p.Measures[1])
	}
}

func TestNumbersThatWordCountsAreWrittenOut(t *testing.T) {
	t.Parallel()
	numbering := `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>` +
		`<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>`
	body := para("云泽省银龄便利行动方案") + numbered("3", 0, "重点任务") + numbered("3", 1, "留窗口。至少保留一个人工窗口。（责任单位：省民政厅、省财政厅）") +
		numbered("3", 1, "接电话。接通率达到95%以上。（省大数据局牵头；省财政厅配合，2024年6月底前完成）")
	reads(t, "plan.docx", wordFile(t, body, map[string]string{"word/numbering.xml": numbering}), shortOutline)
	lost := reads(t, "plan.docx", wordFile(t, body, map[string]string{"word/numbering.xml": "<broken"}), "\n云泽省银龄便利行动方案||||in_force|cut=false\n")
	warnsOf(t, lost, "没有读到任何措施")
}

func tc(props, s string) string {
	return "<w:tc><w:tcPr>" + props + "</w:tcPr>" + para(s) + "</w:tc>"
}

func TestRowsOfATableInAWordFileAreMeasures(t *testing.T) {
	t.Parallel()
	row := func(cells ...string) string { return "<w:tr>" + strings.Join(cells, "") + "</w:tr>" }
	begin, more := `<w:vMerge w:val="restart"/>`, `<w:vMerge/>`
	table := "<w:tbl>" +
		row(tc("", "序号"), tc("", "重点任务"), tc("", "牵头单位"), tc("", "配合单位"), tc("", "完成时限")) +
		row(tc(`<w:gridSpan w:val="5"/>`, "一、出行")) +
		row(tc("", "1"), tc("", "新增候车座椅200张"), tc(begin, "省交通厅"), tc("", "省财政厅等部门"), tc("", "2023年底前")) +
		row(tc("", "2"), tc("", "鼓励夜间班车"), tc(more, ""), tc("", ""), tc("", "2024年6月")) +
		row(tc(`<w:gridSpan w:val="5"/>`, "二、保障措施")) +
		row(tc("", "3"), tc("", "每年至少检查两次"), tc("", "省民政厅"), tc("", "各市县政府"), tc("", "长期坚持")) + "</w:tbl>"
	reads(t, "表.docx", wordFile(t, para("云泽省助老任务分工表")+table, nil), `
云泽省助老任务分工表||||in_force|cut=false
[1] task must 一、出行 / 
  - 省交通厅* 省财政厅 + 2023-12-31 {=200张}
[2] task encouraged 一、出行 / 
  - 省交通厅* 2024-06-30
[3] safeguard must 二、保障措施 / 
  - 省民政厅* 各市县政府 {>=2次}
`)
}

const savedPage = `<!DOCTYPE html><html><head><meta charset="%s"><title>云泽省银龄便利行动方案_云泽省人民政府</title><style>p{}</style></head><body>
<div class="nav"><a href="/">首页</a> &gt; <a>政策文件</a></div>
<table class="facts"><tr><td>发文字号：</td><td>云泽政办发〔2024〕5号</td></tr><tr><td>成文日期：2024-01-09</td><td>发文机关：云泽省人民政府办公厅</td></tr></table>
<div class="main"><h1>云泽省银龄便利行动方案</h1><div class="text">
<p style="text-indent:2em">一、重点任务</p>
<p>　　（一）留窗口。<span>至少保留</span><span>一个人工窗口</span>。（责任单位：省民政厅、省财政厅）<br>　　（二）接电话。接通率达到95%%以上。（省大数据局牵头；
省财政厅配合，2024年6月底前完成）</p>
<p style="display:none">三、看不见的话</p><script>var a = "（三）";</script>
%s</div></div>
<div>版权所有：云泽省人民政府 云ICP备0001号</div></body></html>`

func TestASavedPageReadsLikeItsText(t *testing.T) {
	t.Parallel()
	want := strings.Replace(shortOutline, "||||", "|云泽政办发〔2024〕5号|云泽省人民政府办公厅|2024-01-09|", 1)
	page := fmt.Sprintf(savedPage, "utf-8", "")
	reads(t, "page.html", []byte(page), want)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(fmt.Sprintf(savedPage, "gb2312", ""))
	if err != nil {
		t.Fatal(err)
	}
	reads(t, "page.htm", []byte(gbk), want)
}

func TestRowsOfATableOnAPageAreMeasures(t *testing.T) {
	t.Parallel()
	table := `<table><tr><th>序号</th><th>工作任务</th><th>具体措施</th><th>责任单位</th><th>完成时限</th></tr>
<tr><td>1</td><td rowspan="2">方便出行</td><td>增设候车椅80把</td><td>市交通局<br>市财政局</td><td>2024年9月底</td></tr>
<tr><td>2</td><td>推动网约车一键呼叫</td><td>市交通局等部门</td><td></td></tr></table>`
	reads(t, "page.html", []byte(fmt.Sprintf(savedPage, "utf-8", table)), strings.Replace(shortOutline, "||||", "|云泽政办发〔2024〕5号|云泽省人民政府办公厅|2024-01-09|", 1)+`[表1-1] task must  / 方便出行
  - 市交通局 市财政局 2024-09-30 {=80把}
[表1-2] task encouraged  / 方便出行
  - 市交通局 +
`)
}

// oleFile is the beginning of an old Office file that names a stream.
func oleFile(stream string) []byte {
	b := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	for _, u := range utf16.Encode([]rune(stream)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return append(b, make([]byte, 600)...)
}

func TestAFileThatCannotBeReadSaysWhatToDo(t *testing.T) {
	t.Parallel()
	bomb := wordFile(t, strings.Repeat(para("零"), 1<<20), nil)
	lying := bytes.ReplaceAll(wordFile(t, para("一"), nil), []byte("word/document.xml"), []byte("word/settings.xml"))
	encrypted := wordFile(t, para("一、任务"), nil)
	for i := 0; i+10 < len(encrypted); i++ { // set the flag of encryption in every header
		if s := string(encrypted[i : i+4]); s == "PK\x03\x04" {
			encrypted[i+6] |= 1
		} else if s == "PK\x01\x02" {
			encrypted[i+8] |= 1
		}
	}
	for name, c := range map[string]struct {
		b    []byte
		code string
	}{
		"空.txt":       {nil, "ledger.file_empty"},
		"空白.txt":      {[]byte(" \n\t\n"), "ledger.file_empty"},
		"加密.docx":     {oleFile("EncryptedPackage"), "ledger.file_encrypted"},
		"压缩加密.docx":   {encrypted, "ledger.file_encrypted"},
		"旧.doc":       {oleFile("WordDocument"), "ledger.file_old_word"},
		"旧表.xls":      {oleFile("Workbook"), "ledger.file_old_office"},
		"图.png":       {append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), bytes.Repeat([]byte{0, 1, 2, 250}, 500)...), "ledger.file_not_text"},
		"乱码.txt":      {bytes.Repeat([]byte("\xfd\x81\xff\x00"), 300), "ledger.file_not_text"},
		"表格.xlsx":     {lying, "ledger.file_not_word"},
		"断.docx":      {wordFile(t, para("一、任务"), nil)[:200], "ledger.file_broken"},
		"坏.docx":      {wordFile(t, "<w:p><w:r></w:p>&", nil), "ledger.file_broken"},
		"无字.docx":     {wordFile(t, "<w:p/>", nil), "ledger.file_without_text"},
		"炸弹.docx":     {bomb, "ledger.file_unpacks_too_large"},
		"文.rtf":       {[]byte(`{\rtf1\ansi hello}`), "ledger.file_rtf"},
		"页.mhtml":     {[]byte("From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n"), "ledger.file_mhtml"},
		"空页.html":     {[]byte("<html><body><img src=x></body></html>"), "ledger.file_without_text"},
		"大.txt":       {make([]byte, MaxFile+1), "ledger.file_too_large"},
		"长.txt":       {bytes.Repeat([]byte("长长的话。\n"), maxPage/16+1), "ledger.text_too_long"},
		"也长.txt":      {bytes.Repeat([]byte("长长的话。\n"), maxText/15+1), "ledger.text_too_long"},
		"大而且是字节.bin":  {bytes.Repeat([]byte{1, 2, 3, 0}, maxPage/3), "ledger.file_not_text"},
		"自称很大.docx":   {claiming(t), "ledger.file_unpacks_too_large"},
		"没有正文的.pdf":   {[]byte("%PDF-1.7\n%broken"), ""},
		"只有半个标签.html": {[]byte("<html>"), "ledger.file_without_text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			p, err := Read(context.Background(), name, c.b)
			if err == nil {
				t.Fatalf("it was read: %+v", p)
			}
			var e *civic.Error
			if !errors.As(err, &e) || c.code != "" && (e.Code != c.code || e.Kind != civic.Invalid) || !strings.HasSuffix(e.Say, "。") || strings.ContainsAny(e.Say, ",;()") {
				t.Errorf("%v: %+v", err, e)
			}
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// claiming is an archive whose directory claims more than it may hold.
func claiming(t *testing.T) []byte {
	b := wordFile(t, para("一"), nil)
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[at+24:], 1<<30)
	return b
}

func TestReadingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, b := range map[string][]byte{"a.txt": []byte(shortPlan), "a.docx": wordFile(t, para("一、任务"), nil), "a.html": []byte(savedPage)} {
		if _, err := Read(ctx, name, b); !civic.Is(err, civic.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileOnDiskIsFoundOrSaidToBeMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "方案.txt")
	if err := os.WriteFile(path, []byte(shortPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := ReadFile(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	readsAs(t, p, shortOutline)
	if _, err := ReadFile(context.Background(), filepath.Join(dir, "没有.txt")); !civic.Is(err, civic.NotFound) {
		t.Error(err)
	}
	if _, err := ReadFile(context.Background(), dir); !civic.Is(err, civic.Invalid) {
		t.Error(err)
	}
	big := filepath.Join(dir, "大.bin")
	f, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(200<<20+1), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(context.Background(), big); !civic.Is(err, civic.Invalid) || civic.As(err).Code != "ledger.file_too_large" {
		t.Error(err)
	}
}

// tool writes a program that stands in for pdftotext.
func tool(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pdftotext")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPDFIsReadByItsProgramOrSaysThatItIsMissing(t *testing.T) {
	t.Parallel()
	pdf := []byte("%PDF-1.4\n")
	_, err := fromPDF(context.Background(), "no-such-program-here", pdf)
	if !civic.Is(err, civic.Unavailable) || !strings.Contains(civic.As(err).Say, "poppler-utils") {
		t.Error(err)
	}
	ctx := context.Background()
	s, err := fromPDF(ctx, tool(t, "cat <<'END'\n"+shortPlan+"\fEND\n"), pdf)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(ctx, s)
	if err != nil || len(p.Measures) != 2 {
		t.Error(err, p)
	}
	for script, code := range map[string]string{
		"echo 'Command Line Error: Incorrect password' >&2; exit 1": "ledger.file_encrypted",
		"echo 'Syntax Error' >&2; exit 1":                           "ledger.file_broken",
		"printf '\\f\\n'":                                           "ledger.file_without_text",
	} {
		if _, err := fromPDF(ctx, tool(t, script), pdf); civic.As(err).Code != code {
			t.Errorf("%s: %v", script, err)
		}
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := fromPDF(short, tool(t, "exec sleep 20"), pdf); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
