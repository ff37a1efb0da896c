package request_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"yinqiao/catalog"
	"yinqiao/request"
)

// compile reads a schema as any program's validator does, and holds it to the meta-schema.
func compile(t rapid.TB, s request.Schema) *jsonschema.Schema {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("service.json", doc); err != nil {
		t.Fatal(err)
	}
	out, err := c.Compile("service.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return out
}

// plain is a value as it comes out of JSON.
func plain(t rapid.TB, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a person answered on a page is what the schema of the service lets a program
// send, whatever the definition; a code that nobody offers and a key that is no question
// are not.
func TestWhatWasAnsweredFitsTheSchemaByAPublicValidator(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := define(t, anyQuestions(t)...)
		opts := anyOptions(t)
		if len(opts["offices:hospital"]) == 0 {
			opts["offices:hospital"] = options(1)
		}
		s := compile(t, request.SchemaOf(d))
		w := &wishes{t, map[string][]string{}}
		a, _ := byPage(t, d, opts, w)
		sent := map[string][]string{}
		for key := range a {
			if sent[key] = w.given[key]; sent[key] == nil {
				sent[key] = []string{} // left out
			}
		}
		if err := s.Validate(plain(t, sent)); err != nil {
			t.Fatalf("%v: %v", sent, err)
		}
		sent["no-question"] = []string{"1"}
		if s.Validate(plain(t, sent)) == nil {
			t.Fatal("a key that is no question fits")
		}
		delete(sent, "no-question")
		for key := range sent {
			q := d.Question(key)
			if strings.Contains(key, ".") || q.Kind != catalog.YesNo && (q.Kind != catalog.Choice || q.Source != "") {
				continue
			}
			sent[key] = []string{"nobody offers this"}
			if s.Validate(plain(t, sent)) == nil {
				t.Fatalf("%s: a code that nobody offers fits", key)
			}
			break
		}
	})
}

func TestTheSchemaOfEveryServiceOfThisReleaseIsOne(t *testing.T) {
	t.Parallel()
	all, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if compile(t, request.SchemaOf(d)).Validate(plain(t, map[string][]string{})) == nil && len(d.Questions) > 0 && !d.Questions[0].Optional && d.Questions[0].Kind != catalog.Group {
			t.Errorf("%s: no answer at all fits", d.Service)
		}
	}
}
