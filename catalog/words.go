package catalog

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"yinqiao/ruledata"
)

// wordRules are what an 80-year-old does not understand, as data.
type wordRules struct {
	Source  string            `yaml:"source"`
	Version string            `yaml:"version"`
	Long    map[string]int    `yaml:"long"`   // characters by field
	Jargon  map[string]string `yaml:"jargon"` // word → what to say instead
	Latin   []string          `yaml:"latin"`  // letters that people know
	Fields  map[string]string `yaml:"fields"` // field of a definition → what it is called
}

//go:embed words.yaml
var wordFile embed.FS

var words = ruledata.Must[wordRules](wordFile, "words.yaml")

var latin = regexp.MustCompile(`[A-Za-zＡ-Ｚａ-ｚ]+`)

// unclear lists what is right in form but hard to hear or read: words too long to
// say, letters, jargon without a gloss. The definition may go live with it.
func (d *Definition) unclear() []fault {
	var found []fault
	look := func(path, field, text string) {
		text = strings.TrimSpace(text)
		if most := words.Long[field]; most > 0 && utf8.RuneCountInString(text) > most {
			found = append(found, fault{"$." + path, said("有%d个字，超过%d个字念出来就难听明白", utf8.RuneCountInString(text), most)})
		}
		rest := text
		for _, known := range words.Latin {
			rest = strings.ReplaceAll(rest, known, "")
		}
		if w := latin.FindString(rest); w != "" {
			found = append(found, fault{"$." + path, said("「%s」是外文字母，请用中文说", w)})
		}
		for word, say := range words.Jargon {
			// A gloss behind the word, in brackets, makes it clear.
			if strings.Contains(strings.ReplaceAll(text, word+"（", ""), word) {
				found = append(found, fault{"$." + path, said("「%s」是公文里的话，请说「%s」，或者在后面用括号解释", word, say)})
			}
		}
	}
	for _, x := range []struct{ field, text string }{{"title", d.Title}, {"say", d.Say}, {"who", d.Who}, {"bring", d.Bring}, {"takes", d.Takes}, {"fee", d.Fee}} {
		look(x.field, x.field, x.text)
	}
	eachText("questions", d.Questions, look)
	return found
}

// eachText shows every text of questions that a person reads or hears.
func eachText(path string, qs []Question, look func(path, field, text string)) {
	for i := range qs {
		q := &qs[i]
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, x := range []struct{ field, text string }{{"ask", q.Ask}, {"say", q.Say}, {"label", q.Label}, {"hint", q.Hint}, {"more", q.More}, {"yes", q.Yes}, {"no", q.No}} {
			look(at+"."+x.field, x.field, x.text)
		}
		for j, o := range q.Options {
			look(fmt.Sprintf("%s.options[%d].text", at, j), "text", o.Text)
			look(fmt.Sprintf("%s.options[%d].hint", at, j), "hint", o.Hint)
		}
		eachText(at+".items", q.Items, look)
	}
}
