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

// serviceSchema is the schema of all answers of a service.
func serviceSchema(d *catalog.Definition) Schema { return Schema(request.SchemaOf(d)) }

// openSchema is the schema of the questions that are open in a draft.
func openSchema(ask []request.Prompt) Schema { return Schema(request.SchemaOfOpen(ask)) }

// serviceName is the stable name of a service, or * for all.
type serviceName string

// Schema implements huma.SchemaProvider.
func (serviceName) Schema(huma.Registry) *huma.Schema {
	most := 40
	return &huma.Schema{Type: huma.TypeString, MaxLength: &most, Pattern: `^(\*|@?[a-z0-9-]+)$`, PatternDescription: "服务的名字、@ 加一类服务的名字，或 *"}
}
