// Package ruledata reads the versioned data by which rooms work: thresholds, limits,
// lists with a source, embedded in the release beside the code that uses them.
package ruledata

import (
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"
)

// Must reads an embedded YAML file into T, and asks T whether it is right where T can say so
// (Validate). The files are the release's own: a wrong or misspelt one stops the program at
// its start, and every test before that.
func Must[T any](files fs.FS, name string) T {
	var out T
	b, err := fs.ReadFile(files, name)
	if err == nil {
		err = yaml.UnmarshalWithOptions(b, &out, yaml.Strict())
	}
	if v, ok := any(&out).(interface{ Validate() error }); err == nil && ok {
		err = v.Validate()
	}
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return out
}
