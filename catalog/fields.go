package catalog

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// extra are the fields of a question that only some kinds take, with the kinds.
var extra = map[string][]Kind{
	"options": {Choice}, "source": {Choice, Address, Place, Session, Person}, "max": {Text, Address, Place, Person}, "yes": {YesNo}, "no": {YesNo},
	"least": {Number, Group}, "most": {Number, Group}, "unit": {Number}, "ahead": {When}, "items": {Group}, "more": {Group},
}

// fieldsAt says what may be written in the place of a field that there is not: the
// fields of what it is in, and of a question those of its kind.
func fieldsAt(body ast.Node, at *token.Token) string {
	in, kind, ok := around(body, reflect.TypeFor[Definition](), at)
	if !ok {
		return ""
	}
	var names []string
	for _, f := range yamlFields(in) {
		kinds := extra[f.name]
		if in == reflect.TypeFor[Question]() && slices.Contains(Kinds, kind) && len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		names = append(names, f.name)
	}
	whose := "这里"
	if in == reflect.TypeFor[Question]() && slices.Contains(Kinds, kind) {
		whose = string(kind) + " 这种问题"
	}
	return "。" + whose + "能写的有：" + strings.Join(names, "、")
}

type yamlField struct {
	name string
	of   reflect.Type // what is inside it
}

func yamlFields(t reflect.Type) []yamlField {
	var out []yamlField
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		of := t.Field(i).Type
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		out = append(out, yamlField{name, of})
	}
	return out
}

// around finds the type whose field the token names, and the kind that is written
// beside it.
func around(n ast.Node, t reflect.Type, at *token.Token) (in reflect.Type, kind Kind, ok bool) {
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, v := range n.Values {
			if in, kind, ok = around(v, t, at); ok {
				return in, kind, ok
			}
		}
	case *ast.MappingNode:
		if t.Kind() != reflect.Struct {
			return nil, "", false
		}
		for _, v := range n.Values {
			name := v.Key.GetToken().Value
			if name == "kind" {
				kind = Kind(v.Value.GetToken().Value)
			}
			if v.Key.GetToken().Position.Offset == at.Position.Offset {
				ok = true
			}
		}
		if ok {
			return t, kind, true
		}
		for _, v := range n.Values {
			for _, f := range yamlFields(t) {
				if f.name != v.Key.GetToken().Value {
					continue
				}
				if in, kind, ok := around(v.Value, f.of, at); ok {
					return in, kind, ok
				}
			}
		}
	}
	return nil, "", false
}
