package api_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"yinqiao/civic"
)

// sample is a right request for each operation: what the paths name, the bodies,
// and who may send it.
type sample struct {
	ids    map[string]string
	bodies map[string]map[string]any
	of     map[string]string // the token by an operation or its first word, the clerk's when there is none
	clerk  string
}

// moreSamples are what the files of single nouns add, by init: one place for
// each noun.
var moreSamples []func(w *world, s *sample)

// sample collects the samples for the elder, a draft and a case.
func (w *world) sample(draft, request string) sample {
	w.t.Helper()
	s := sample{clerk: w.tokens["clerk"],
		ids: map[string]string{"person": string(w.elder), "draft": draft, "request": request, "grant": w.grant, "service": "report-post", "division": "140105"},
		bodies: map[string]map[string]any{
			"sessions-create": {"login": "clerk", "password": password},
			"people-search":   {"text": "王秀英"},
			"people-register": {"name": "钱新来", "division": "140105001", "credentials": []any{map[string]any{"kind": "senior_card", "number": "SN0000000001"}}},
			"people-twins":    {"name": "钱新来", "division": "140105001", "credentials": []any{map[string]any{"kind": "senior_card", "number": "SN0000000001"}}},
			"people-open":     {"reason": "本人来窗口办事"},
			"people-grant":    {"agent": w.stranger, "relation": "邻居", "services": []any{"report-post"}},
			"drafts-start":    {"service": "report-post", "person": w.elder},
			"drafts-answer":   {"rev": 1, "answers": map[string]any{"note": []any{"请放门口"}}},
			"numbers-find":    {"number": civic.NewNumber()},
			"cases-resolve":   {"outcome": "已寄出"},
			"cases-confirm":   {"solved": true},
		},
		of: map[string]string{},
	}
	for _, more := range moreSamples {
		more(w, &s)
	}
	return s
}

// token is the session of somebody who may send the sample of an operation.
func (s sample) token(o op) string {
	noun, _, _ := strings.Cut(o.id, "-")
	for _, name := range []string{o.id, noun} {
		if t, ok := s.of[name]; ok {
			return t
		}
	}
	return s.clerk
}

// inDivision are the operations that ask for a division in the query.
func inDivision(o op) bool {
	return strings.HasPrefix(o.id, "services-") || o.id == "disputes-list" || o.id == "merges-list" || o.id == "places-near"
}

// path fills in the IDs and what queries need.
func (s sample) path(o op) string {
	p := inBraces.ReplaceAllStringFunc(o.path, func(in string) string {
		if id := s.ids[strings.Trim(in, "{}")]; id != "" {
			return id
		}
		return "none"
	})
	if inDivision(o) {
		p += "?division=140105"
	}
	return p
}

// body is nil for operations that take none.
func (s sample) body(t *testing.T, o op) any {
	t.Helper()
	b, ok := s.bodies[o.id]
	if ok != o.hasBody {
		t.Fatalf("%s: the samples of this test are out of date: add it to the file of its noun, in a func of moreSamples", o.id)
	}
	if !ok {
		return nil
	}
	return maps.Clone(b)
}

// ctx is that of the test, for what a sample makes.
func (w *world) ctx() context.Context { return context.WithoutCancel(w.t.Context()) }

// optional lists the fields of an operation's body that a right request may
// leave out, as the served document has them.
func (w *world) optional(o op) []string {
	w.t.Helper()
	var d doc
	w.ok(json.Unmarshal(w.get("/api/openapi.json").Body.Bytes(), &d))
	var out []string
	for _, c := range d.Paths[o.path][strings.ToLower(o.method)].RequestBody.Content {
		schema := c.Schema
		if ref, ok := schema["$ref"].(string); ok {
			schema = d.Comps.Schemas[ref[strings.LastIndex(ref, "/")+1:]]
		}
		required, _ := schema["required"].([]any)
		fields, _ := schema["properties"].(map[string]any)
		for name := range fields {
			if !slices.Contains(required, any(name)) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}
