package ledger

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"time"

	"yinqiao/civic"
)

// pdfTool is the program that gets the text out of a pdf. It belongs to Debian's
// package poppler-utils.
const pdfTool = "pdftotext"

// pdfTime bounds how long it may take over one file.
const pdfTime = 60 * time.Second

// fromPDF lets a program read the text. Its lines are those of the pages.
func fromPDF(ctx context.Context, tool string, b []byte) (*source, error) {
	path, err := exec.LookPath(tool)
	if err != nil {
		return nil, civic.E(civic.Unavailable, "ledger.pdf_tool_missing",
			"这台机器上没有读PDF的程序pdftotext。请管理员安装poppler-utils，或者把文件另存为docx或txt后再导入。").Because(err)
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	var out, wrong bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "-layout", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(b)
	cmd.Stdout = &limited{w: &out, left: 2 * maxText}
	cmd.Stderr = &limited{w: &wrong, left: 4096}
	cmd.WaitDelay = 2 * time.Second
	err = cmd.Run()
	switch said := strings.ToLower(wrong.String()); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.Len() >= 2*maxText:
		return nil, errLongText
	case err != nil && (strings.Contains(said, "password") || strings.Contains(said, "encrypt")):
		return nil, errEncrypted.Because(err)
	case err != nil:
		return nil, errBroken.Because(err)
	}
	text, ok := decode(out.Bytes())
	if !ok || strings.TrimSpace(text) == "" {
		return nil, errNoText
	}
	return bounded(fromText(text))
}

// limited takes so many bytes and drops the rest.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	n := min(len(b), l.left)
	l.left -= n
	if _, err := l.w.Write(b[:n]); err != nil {
		return 0, err
	}
	return len(b), nil
}
