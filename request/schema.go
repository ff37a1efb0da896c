package request

import "yinqiao/catalog"

// Schema is a JSON Schema (2020-12), by which a program can build a form or check
// what it is about to send.
type Schema = map[string]any

const dialect = "https://json-schema.org/draft/2020-12/schema"

// SchemaOf is the JSON Schema of all answers of a service. A question with a
// condition is required only where the condition holds.
func SchemaOf(d *catalog.Definition) Schema {
	props, required, rules := Schema{}, []string{}, []Schema{}
	rounds := Schema{}
	for i := range d.Questions {
		q := &d.Questions[i]
		options := q.Options
		if q.Kind == catalog.YesNo {
			options = YesNo(q)
		}
		if q.Kind == catalog.Group { // which rounds there are is known in a draft only
			more := q.MoreAfter(0)
			rounds[`^`+q.Key+`\.[0-9]+\.`+catalog.MoreKey+`$`] = answerSchema(&more, YesNo(&more))
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
		case !tellable(d, q.When):
			// By which of the other answers it is asked is known in a draft only.
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

// SchemaOfOpen is the JSON schema of the questions that are open in a draft.
func SchemaOfOpen(ask []Prompt) Schema {
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

// tellable reports whether a condition can be said of what is sent alone: it looks only
// at questions whose codes the definition lists. What is said in words has a code that is
// not sent.
func tellable(d *catalog.Definition, c *catalog.Cond) bool {
	for _, k := range c.Keys() {
		if q := d.Question(k); q == nil || !q.Kind.Closed() || q.Source != "" {
			return false
		}
	}
	return true
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
