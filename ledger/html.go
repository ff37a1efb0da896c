package ledger

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var charsetGBK = regexp.MustCompile(`(?i)charset\s*=\s*["']?\s*(?:gbk|gb2312|gb18030)`)

// fromHTML reads a page that was saved from a site. The document is where most
// of the page's Chinese characters are; what stands around it serves only for
// the facts that sites list (文号、成文日期).
func fromHTML(ctx context.Context, raw []byte, text string) (*source, error) {
	if charsetGBK.Match(raw[:min(len(raw), 4096)]) {
		if b, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err == nil {
			if s := string(b); readable(s) {
				text = s
			}
		}
	}
	doc, err := goquery.NewDocumentFromReader(stopping{ctx, bytes.NewReader([]byte(text))})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errBroken.Because(err)
	}
	p := htmlPage{s: &source{unit: "段", title: fold(pageTitle(doc))}}
	doc.Find("script,style,noscript,template,iframe,select,button,input,textarea,svg,head").Remove()
	body := doc.Find("body").First()
	if body.Length() == 0 {
		return nil, errNoText
	}
	main := densest(body.Nodes[0])
	p.around = true
	p.walk(body.Nodes[0], main)
	p.flush()
	p.around = false
	p.walk(main, nil)
	p.flush()
	if len(p.s.lines) == 0 && len(p.s.tables) == 0 {
		return nil, errNoText
	}
	return bounded(p.s)
}

// pageTitle is what the page says its title is, without the name of the site.
func pageTitle(doc *goquery.Document) string {
	if t := doc.Find(`meta[name="ArticleTitle"]`).AttrOr("content", ""); t != "" {
		return t
	}
	if t := strings.TrimSpace(doc.Find("h1").First().Text()); t != "" {
		return t
	}
	t, _, _ := strings.Cut(doc.Find("title").First().Text(), "_")
	return t
}

// densest goes down from the body as long as one child has most of the text.
func densest(body *html.Node) *html.Node {
	count := map[*html.Node]int{}
	var order []*html.Node
	for stack := []*html.Node{body}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		order = append(order, n)
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			stack = append(stack, c)
		}
	}
	for i := len(order) - 1; i >= 0; i-- { // children before parents
		n := order[i]
		if n.Type == html.TextNode {
			for _, r := range n.Data {
				if unicode.Is(unicode.Han, r) {
					count[n]++
				}
			}
		}
		if n.Parent != nil {
			count[n.Parent] += count[n]
		}
	}
	at := body
	for {
		var best *html.Node
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && (best == nil || count[c] > count[best]) {
				best = c
			}
		}
		if best == nil || count[best]*10 < count[body]*7 || !holds(best) {
			return at
		}
		at = best
	}
}

// holds reports whether an element holds paragraphs rather than being one.
func holds(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Center, atom.Form:
		return true
	}
	return false
}

// htmlPage walks through a page.
type htmlPage struct {
	s      *source
	text   strings.Builder
	no     int
	around bool // what is read stands around the document
}

// blocks end a paragraph.
var blocks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Br: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Tr: true, atom.Td: true, atom.Th: true, atom.Table: true, atom.Section: true, atom.Article: true, atom.Center: true,
	atom.Blockquote: true, atom.Pre: true, atom.Hr: true, atom.Header: true, atom.Footer: true, atom.Nav: true, atom.Dd: true, atom.Dt: true, atom.Main: true, atom.Form: true}

// walk goes through what is shown, except below the node without.
func (p *htmlPage) walk(n, without *html.Node) {
	if n == without {
		return
	}
	switch {
	case n.Type == html.TextNode:
		p.text.WriteString(strings.NewReplacer("\n", " ", "\r", " ", "\f", " ", "\v", " ").Replace(n.Data))
		return
	case n.Type == html.ElementNode && n.DataAtom == atom.Table && !p.around:
		p.flush()
		t := p.table(n)
		p.s.addTable(t, func() int { p.no++; return p.no })
		return
	case hidden(n):
		return
	}
	if blocks[n.DataAtom] {
		p.flush()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, without)
	}
	if blocks[n.DataAtom] {
		p.flush()
	}
}

func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "style" && strings.Contains(strings.ReplaceAll(strings.ToLower(a.Val), " ", ""), "display:none") || a.Key == "hidden" {
			return true
		}
	}
	return false
}

// flush ends a line.
func (p *htmlPage) flush() {
	raw := p.text.String()
	p.text.Reset()
	text := fold(raw)
	if text == "" {
		return
	}
	if p.around {
		p.s.aside = append(p.s.aside, text)
		return
	}
	p.no++
	p.s.lines = append(p.s.lines, line{text: text, no: p.no, indent: indented(raw)})
}

// table reads the rows of a table as a grid, with merged cells repeated.
func (p *htmlPage) table(n *html.Node) table {
	var t table
	type carried struct {
		cell cell
		rows int
	}
	var down []carried // per column, a cell that goes on below
	goquery.NewDocumentFromNode(n).Find("tr").Each(func(_ int, tr *goquery.Selection) {
		if closestTable(tr.Nodes[0]) != n || len(t.rows) > 5000 {
			return
		}
		r := row{no: len(t.rows) + 1}
		fill := func() {
			for len(r.cells) < len(down) && down[len(r.cells)].rows > 0 {
				down[len(r.cells)].rows--
				c := down[len(r.cells)].cell
				c.more = true
				r.cells = append(r.cells, c)
			}
		}
		tr.Children().Each(func(_ int, td *goquery.Selection) {
			if !td.Is("td,th") {
				return
			}
			fill()
			c := cell{text: cellText(td.Nodes[0])}
			rows, cols := spanOf(td, "rowspan"), spanOf(td, "colspan")
			for i := 0; i < cols && len(r.cells) < 60; i++ {
				for len(down) <= len(r.cells) {
					down = append(down, carried{})
				}
				down[len(r.cells)] = carried{c, rows - 1}
				r.cells = append(r.cells, c)
			}
		})
		fill()
		t.rows = append(t.rows, r)
	})
	return t
}

func closestTable(n *html.Node) *html.Node {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Table {
			return n
		}
	}
	return nil
}

func spanOf(s *goquery.Selection, name string) int {
	return min(max(smallInt(s.AttrOr(name, "1")), 1), 1000)
}

// cellText is the text of a cell, with its paragraphs apart.
func cellText(n *html.Node) string {
	inner := htmlPage{s: &source{}}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		inner.words(c)
	}
	inner.flush()
	var out []string
	for _, l := range inner.s.lines {
		out = append(out, l.text)
	}
	return strings.Join(out, "\n")
}

// words reads the text below a node, whatever it is.
func (p *htmlPage) words(n *html.Node) {
	if n.Type == html.TextNode {
		p.text.WriteString(strings.Join(strings.Fields(n.Data), " "))
		return
	}
	if blocks[n.DataAtom] {
		p.flush()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.words(c)
	}
	if blocks[n.DataAtom] {
		p.flush()
	}
}
