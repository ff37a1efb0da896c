package catalog_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"yinqiao/catalog"
)

func TestWhatAServiceMakesIsHeldToTheServicesThatThereAre(t *testing.T) {
	t.Parallel()
	child := strings.Replace(example, "try-out", "child", 1)
	for name, c := range map[string]struct{ makes, child, want string }{
		"what fits":                          {"{service: child, when: {key: sort, in: [a]}, answers: {where: where, sort: sort, note: note}, fixed: {film: 'yes'}}", child, ""},
		"one of the release":                 {"{service: household, fixed: {what: death}}", child, ""},
		"a service that there is not":        {"{service: nobody}", child, "「nobody」，没有这项服务"},
		"itself":                             {"{service: try-out}", child, "转成了一圈"},
		"a circle":                           {"{service: child}", child + "makes: [{service: try-out}]\n", "转成了一圈"},
		"a question that it does not ask":    {"{service: child, answers: {age: note}}", child, "没有问「age」"},
		"an answer that was not asked":       {"{service: child, answers: {note: age}}", child, "「age」，这项服务没有问过"},
		"an answer of another kind":          {"{service: child, answers: {note: sort}}", child, "接不了「sort」的回答"},
		"an option that it does not have":    {"{service: child, answers: {sort: sort}}", strings.Replace(child, "code: b", "code: c", 1), "接不了「sort」的回答"},
		"a code that it does not have":       {"{service: child, fixed: {sort: z}}", child, "「z」，不是「child」的「sort」的选项"},
		"a condition on what nobody asked":   {"{service: child, when: {key: age, in: [a]}}", child, "提到了「age」"},
		"a condition that can't be met":      {"{service: child, when: {key: sort, in: [z]}}", child, "「z」不是「sort」的选项"},
		"one that lives elsewhere":           {"{service: child}", strings.Replace(child, `["14", "33"]`, `["51"]`, 1), "在这些地方都不办"},
		"an office that is not carried over": {"{service: child, answers: {note: note}}", strings.Replace(child, "office_kind: hospital", "office_from: where", 1), "要把「where」带过去"},
	} {
		files := fstest.MapFS{"a.yaml": {Data: []byte(example + "makes: [" + c.makes + "]\n")}, "b.yaml": {Data: []byte(c.child)}}
		_, remarks, err := catalog.Review(files)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, r := range remarks {
			if !r.Warning {
				said = append(said, r.String())
			}
		}
		all := strings.Join(said, "\n")
		if c.want == "" && all != "" || !strings.Contains(all, c.want) {
			t.Errorf("%s: %q, want %q", name, all, c.want)
		}
		if _, err := catalog.Load(files); (err == nil) != (c.want == "") {
			t.Errorf("%s: loaded with %v", name, err)
		}
	}
}
