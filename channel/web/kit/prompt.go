package kit

import (
	"slices"

	"yinqiao/catalog"
	"yinqiao/request"
)

// IsOption reports whether the code is among a question's options.
func IsOption(p request.Prompt, code string) bool {
	return slices.ContainsFunc(p.Options, func(o catalog.Option) bool { return o.Code == code })
}

// InField is what a question's field holds: what was typed and not accepted, else
// the answer that was given, in its own words or as the code of an option.
func InField(p request.Prompt, typed string) string {
	switch {
	case typed != "":
		return typed
	case len(p.Given) != 1:
		return ""
	case p.Given[0].Code == "~":
		return p.Given[0].Shown
	}
	return p.Given[0].Code
}

// InOwnWords is InField for the field beside the options.
func InOwnWords(p request.Prompt, typed string) string {
	if in := InField(p, typed); !IsOption(p, in) {
		return in
	}
	return ""
}
