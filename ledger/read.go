package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"yinqiao/civic"
)

// What a file may weigh. A plan has some dozens of pages; its pictures may make
// the file large, its text never is.
const (
	MaxFile     = 64 << 20  // bytes of a file
	maxUnpacked = 256 << 20 // bytes that an archive may claim to hold
	maxPart     = 32 << 20  // bytes of one part of an archive that is read
	maxPage     = 16 << 20  // bytes of a text or a saved page, with all its scripts
	maxText     = 2 << 20   // bytes of text in the end
	maxRatio    = 200       // how many times larger than packed that part may be
)

func bad(code, say string) *civic.Error { return civic.E(civic.Invalid, "ledger."+code, say) }

// What files can't be read, and what to do then.
var (
	errTooLarge  = bad("file_too_large", "文件超过64MB，太大了。请去掉里面的图片，或者只导出文字后再导入。")
	errLongText  = bad("text_too_long", "文件里的文字太多，不像一份政策文件。请只导入方案本身。")
	errBomb      = bad("file_unpacks_too_large", "这个压缩文件解开后大得不正常，为安全起见没有读。请用办公软件打开后另存一份再导入。")
	errEmpty     = bad("file_empty", "文件是空的。请检查选对了没有，再导入一次。")
	errNoText    = bad("file_without_text", "文件里没有读到文字，可能是扫描件。请找文字版，或先做文字识别再导入。")
	errBinary    = bad("file_not_text", "这不是能读的文字文件。请导入docx、html、pdf或txt格式的方案。")
	errEncrypted = bad("file_encrypted", "这个文件加了密码。请用办公软件打开、取消密码并另存后再导入。")
	errOldWord   = bad("file_old_word", "这是旧版Word的doc文件。请用办公软件打开，另存为docx后再导入。")
	errOldOffice = bad("file_old_office", "这是旧版Office文件，或者加了密码。请用办公软件打开，取消密码并另存为docx后再导入。")
	errNotWord   = bad("file_not_word", "这个压缩文件里没有Word正文。请导入docx格式的方案，不要导入表格、压缩包或版式文件。")
	errBroken    = bad("file_broken", "文件不完整或已损坏。请重新下载或另存一份后再导入。")
	errRTF       = bad("file_rtf", "这是rtf文件。请用办公软件打开，另存为docx后再导入。")
	errMHTML     = bad("file_mhtml", "这是单个文件的网页存档。请在浏览器里另存为“网页，仅HTML”后再导入。")
)

// ReadFile reads a policy document from a file. Besides the errors of Read it
// returns NotFound when there is no such file.
func ReadFile(ctx context.Context, path string) (*Policy, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, civic.E(civic.NotFound, "ledger.file_missing", "没有找到这个文件，或者没有权限打开。请检查路径后再试。").Because(err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, civic.E(civic.Invalid, "ledger.file_is_folder", "这是文件夹。请指明里面的一个文件。")
	}
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, errBroken.Because(err)
	}
	return Read(ctx, filepath.Base(path), b)
}

// Read reads a policy document: text in UTF-8, UTF-16 with a byte order mark or
// GB18030, docx, a saved html page, or pdf where pdftotext is installed. What it
// is, is told from its bytes; name only helps with the words of an error.
//
// Errors are Invalid for what can't be read as it is, and say what to do; they
// are Unavailable when pdftotext is missing or the context has ended. A document
// that has no measures is no error: the reading's warnings say so.
func Read(ctx context.Context, name string, b []byte) (*Policy, error) {
	p, _, err := ReadWithText(ctx, name, b)
	return p, err
}

// known is an error that says what to do; what else went wrong is ours.
func known(ctx context.Context, err error) error {
	var say *civic.Error
	if ctx.Err() != nil || !errors.As(err, &say) {
		return civic.As(err)
	}
	return err
}

// ReadWithText is Read, with the document's text line by line, for a person who checks the
// reading beside it.
func ReadWithText(ctx context.Context, name string, b []byte) (*Policy, []string, error) {
	s, err := extract(ctx, name, b)
	if err != nil {
		return nil, nil, known(ctx, err)
	}
	var lines []string
	for _, l := range s.lines {
		lines = append(lines, l.text)
	}
	for _, t := range s.tables {
		lines = append(lines, t.lines()...)
	}
	p, err := parse(ctx, s)
	if err != nil {
		return nil, nil, civic.As(err)
	}
	return p, lines, nil
}

// Parse reads a policy document from its text. It never fails: what it can't
// read is in the warnings.
func Parse(text string) *Policy {
	p, _ := parse(context.Background(), fromText(text))
	return p
}

// extract finds out what the bytes are and gets the lines from them.
func extract(ctx context.Context, name string, b []byte) (*source, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch head := b[:min(len(b), 1024)]; {
	case len(b) > MaxFile:
		return nil, errTooLarge
	case len(bytes.TrimSpace(head)) == 0 && len(bytes.TrimSpace(b)) == 0:
		return nil, errEmpty
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")), bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		return nil, oldOffice(b, name)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return fromDocx(ctx, b)
	case bytes.HasPrefix(head, []byte("%PDF-")) || bytes.Contains(head, []byte("\n%PDF-")):
		return fromPDF(ctx, pdfTool, b)
	case bytes.HasPrefix(b, []byte(`{\rtf`)):
		return nil, errRTF
	}
	if len(b) > maxPage {
		if _, ok := decode(b[:1<<20]); !ok {
			return nil, errBinary
		}
		return nil, errLongText
	}
	text, ok := decode(b)
	switch {
	case !ok:
		return nil, errBinary
	case strings.TrimSpace(text) == "":
		return nil, errEmpty
	case looksLikeMHTML(text):
		return nil, errMHTML
	case looksLikeHTML(text):
		return fromHTML(ctx, b, text)
	}
	return bounded(fromText(text))
}

// bounded refuses a source with more text than a document has.
func bounded(s *source) (*source, error) {
	n := 0
	for _, l := range s.lines {
		n += len(l.text)
	}
	if n > maxText {
		return nil, errLongText
	}
	return s, nil
}

// oldOffice tells an encrypted docx from an old Word file: both are OLE files,
// and name their streams in UTF-16.
func oldOffice(b []byte, name string) error {
	wide := func(s string) []byte { return []byte(strings.Join(strings.Split(s, ""), "\x00")) }
	switch {
	case bytes.Contains(b, wide("EncryptedPackage")):
		return errEncrypted
	case bytes.Contains(b, wide("WordDocument")), strings.EqualFold(filepath.Ext(name), ".doc"):
		return errOldWord
	}
	return errOldOffice
}

var (
	htmlStart  = regexp.MustCompile(`(?i)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|table|p)\b`)
	mhtmlStart = regexp.MustCompile(`(?i)^(?:from:|mime-version:|snapshot-content-location:)`)
)

func looksLikeHTML(s string) bool { return htmlStart.MatchString(s[:min(len(s), 8000)]) }

func looksLikeMHTML(s string) bool {
	head := strings.ToLower(s[:min(len(s), 2000)])
	return mhtmlStart.MatchString(head) && strings.Contains(head, "multipart/related")
}

// parse reads a source.
func parse(ctx context.Context, src *source) (*Policy, error) {
	p := &Policy{Status: InForce, Truncated: false}
	src.strip()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := src.join()
	end, tail := s.tail()
	root := s.build(p, end)
	front := s.text[:end]
	if len(root.kids) > 0 {
		front = s.text[:root.kids[0].off]
	}
	p.facts(src, s.clean(0, len(front)), tail)
	r := &reader{p: p, s: s}
	if len(p.IssuedOn) >= 4 {
		r.year = smallInt(p.IssuedOn[:4])
	}
	if err := r.measures(ctx, root); err != nil {
		return nil, err
	}
	for _, t := range src.tables {
		r.tableMeasures(t)
	}
	r.close(src, end, tail)
	p.fill()
	return p, nil
}

// close looks at how the document ends, and at what is missing in all of it.
func (r *reader) close(src *source, end int, tail []line) {
	p := r.p
	for _, b := range src.banner {
		p.warn(at(b.no, src.unit, b.text), "原文在这里被截断，后面的内容没有提供。")
	}
	text := strings.TrimRight(r.s.text[:end], "\n\v ")
	cut := src.truncated
	if text != "" && !cut && len(src.tables) == 0 && len(tail) == 0 && len(r.leaves) > 0 && !ends(text) && !strings.HasSuffix(text, "）") {
		cut = true
		p.warn(r.s.place(max(0, len(text)-3*12)), "正文在句子中间结束，可能被截断。")
	}
	if p.Truncated = cut; cut && len(r.leaves) > 0 {
		l := r.leaves[len(r.leaves)-1]
		m := p.Measures[len(r.leaves)-1]
		if a := m.Actions[len(m.Actions)-1]; !ends(text) || len(a.Units) == 0 {
			say := "第%s条没有完整：原文在这里中断。"
			if len(a.Units) == 0 && !a.OpenEnded {
				say = "第%s条没有完整：原文在这里中断，没有读到责任单位。"
			}
			p.warn(r.s.place(l.off), say, m.Ref)
		}
	}
	with := 0
	for _, m := range p.Measures {
		for _, a := range m.Actions {
			if len(a.Units) > 0 || a.OpenEnded {
				with++
				break
			}
		}
	}
	switch {
	case len(p.Measures) == 0:
		p.warn("全文", "没有读到任何措施。请检查这是不是方案正文。")
	case with == 0:
		p.warn("全文", "没有读到任何责任单位。")
	case with < len(p.Measures):
		for i, m := range p.Measures {
			if len(m.Actions) == 1 && len(m.Actions[0].Units) == 0 && !m.Actions[0].OpenEnded && i < len(r.leaves) && !(cut && i == len(r.leaves)-1) {
				p.warn(r.s.place(r.leaves[i].off), "第%s条没有读到责任单位。", m.Ref)
			}
		}
	}
	if r.onward >= 0 {
		r.checkLeads()
	}
}

// checkLeads says where a rule on leads was not to be applied.
func (r *reader) checkLeads() {
	for i, l := range r.leaves {
		if l.off >= r.onward {
			return
		}
		for _, a := range r.p.Measures[i].Actions {
			if len(a.Units) > 1 && l.stop < r.onward {
				r.p.warn(r.s.place(l.off), "%s", fmt.Sprintf("第%s条在牵头单位的说明之前，没有标牵头单位。", r.p.Measures[i].Ref))
				break
			}
		}
	}
}
