package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/engine/casework"
	"yinqiao/request"
)

// Schema is a JSON Schema (2020-12), by which a program can build a form or check
// what it is about to send.
type Schema map[string]any

// Schema implements huma.SchemaProvider.
func (Schema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "JSON Schema(2020-12),说明 answers 怎么写"}
}

const dialect = "https://json-schema.org/draft/2020-12/schema"

// Bounds of what may be sent as an answer. The question's own, narrower bound is
// the dialogue's business.
const (
	textsMost = 10
	textMost  = 2000
)

// Texts are what a person gave as the answer to one question.
type Texts []string

// Schema implements huma.SchemaProvider.
func (Texts) Schema(r huma.Registry) *huma.Schema {
	items, most := textsMost, textMost
	text := r.Schema(reflect.TypeFor[string](), true, "")
	text.MaxLength = &most
	return &huma.Schema{Type: huma.TypeArray, Items: text, MaxItems: &items}
}

// RequestIDs name the cases of a batch.
type RequestIDs []civic.RequestID

// Schema implements huma.SchemaProvider.
func (RequestIDs) Schema(r huma.Registry) *huma.Schema {
	least, most, long := 1, casework.BatchMost, 64
	text := r.Schema(reflect.TypeFor[string](), true, "")
	text.MaxLength = &long
	return &huma.Schema{Type: huma.TypeArray, Items: text, MinItems: &least, MaxItems: &most}
}

// serviceSchema is the schema of all answers of a service. A question with a
// condition is required only where the condition holds.
func serviceSchema(d *catalog.Definition) Schema {
	props, required, rules := Schema{}, []string{}, []Schema{}
	rounds := Schema{}
	for i := range d.Questions {
		q := &d.Questions[i]
		options := q.Options
		if q.Kind == catalog.YesNo {
			options = yesNo(q)
		}
		if q.Kind == catalog.Group { // which rounds there are is known in a draft only
			more := q.MoreAfter(0)
			rounds[`^`+q.Key+`\.[0-9]+\.`+catalog.MoreKey+`$`] = answerSchema(&more, yesNo(&more))
			for j := range q.Items {
				rounds[`^`+q.Key+`\.[0-9]+\.`+q.Items[j].Key+`$`] = answerSchema(&q.Items[j], q.Items[j].Options)
			}
			continue
		}
		props[q.Key] = answerSchema(q, options)
		switch {
		case q.Optional:
		case q.When == nil:
			required = append(required, q.Key)
		default:
			rules = append(rules, Schema{"if": condSchema(q.When), "then": Schema{"required": []string{q.Key}}})
		}
	}
	out := answersSchema(props, required)
	out["title"] = d.Title
	if len(rounds) > 0 {
		out["patternProperties"] = rounds
	}
	if len(rules) > 0 {
		out["allOf"] = rules
	}
	return out
}

// openSchema is the schema of the questions that are open in a draft.
func openSchema(ask []request.Prompt) Schema {
	props, required := Schema{}, []string{}
	for _, p := range ask {
		props[p.Key] = answerSchema(p.Question, p.Options)
		if !p.Optional {
			required = append(required, p.Key)
		}
	}
	return answersSchema(props, required)
}

func answersSchema(props Schema, required []string) Schema {
	out := Schema{"$schema": dialect, "type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// answerSchema is the schema of one question: a list of at most one text.
func answerSchema(q *catalog.Question, options []catalog.Option) Schema {
	least := 1
	if q.Optional {
		least = 0
	}
	out := Schema{"type": "array", "minItems": least, "maxItems": 1, "title": q.Label, "description": q.Ask, "items": itemSchema(q, options)}
	if q.Hint != "" {
		out["description"] = q.Ask + q.Hint
	}
	if q.Source != "" && options == nil {
		out["x-source"] = q.Source // known in a draft only
	}
	return out
}

func itemSchema(q *catalog.Question, options []catalog.Option) Schema {
	var of []Schema
	for _, o := range options {
		c := Schema{"const": o.Code, "title": o.Text}
		if o.Hint != "" {
			c["description"] = o.Hint
		}
		of = append(of, c)
	}
	text := Schema{"type": "string", "minLength": least(q)}
	switch q.Kind {
	case catalog.Choice, catalog.YesNo, catalog.Session, catalog.Document:
		if of == nil {
			return text
		}
		return Schema{"oneOf": of}
	case catalog.Amount:
		text["description"] = "元，最多两位小数，例如 12.50"
		text["maxLength"] = 30
	case catalog.Phone:
		text["description"] = "手机11位，或带区号的座机"
		text["maxLength"] = 40
	default:
		text["maxLength"] = 200
		if q.Max > 0 {
			text["maxLength"] = q.Max
		}
	}
	if of == nil {
		return text
	}
	return Schema{"anyOf": append(of, text)} // an offered one, or another in words
}

func least(q *catalog.Question) int {
	if q.Optional {
		return 0
	}
	return 1
}

func yesNo(q *catalog.Question) []catalog.Option {
	out := []catalog.Option{{Code: "yes", Text: "是"}, {Code: "no", Text: "不是"}}
	if q.Yes != "" {
		out[0].Text = q.Yes
	}
	if q.No != "" {
		out[1].Text = q.No
	}
	return out
}

// condSchema says a condition on other answers as a schema of all answers.
func condSchema(c *catalog.Cond) Schema {
	var out Schema
	switch {
	case c.Key != "":
		out = Schema{"properties": Schema{c.Key: Schema{"contains": Schema{"enum": c.In}}}, "required": []string{c.Key}}
	case len(c.All) > 0:
		out = Schema{"allOf": condSchemas(c.All)}
	default:
		out = Schema{"anyOf": condSchemas(c.Any)}
	}
	if c.Not {
		return Schema{"not": out}
	}
	return out
}

func condSchemas(cs []catalog.Cond) []Schema {
	out := make([]Schema, len(cs))
	for i := range cs {
		out[i] = condSchema(&cs[i])
	}
	return out
}

// serviceName is the stable name of a service, or * for all.
type serviceName string

// Schema implements huma.SchemaProvider.
func (serviceName) Schema(huma.Registry) *huma.Schema {
	most := 40
	return &huma.Schema{Type: huma.TypeString, MaxLength: &most, Pattern: `^(\*|@?[a-z0-9-]+)$`, PatternDescription: "服务的名字、@ 加一类服务的名字，或 *"}
}
