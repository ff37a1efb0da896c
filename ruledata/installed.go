package ruledata

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// Installed reads a YAML file that an installation brings. secret reads what lies in a file of
// its own, beside that one or where its name says, "" for no name. What is wrong is said with
// the file's name and never with a secret.
func Installed(file string, into any) (secret func(name string) (string, error), err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return func(name string) (string, error) {
		if name == "" {
			return "", nil
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		b, err := os.ReadFile(name)
		return strings.TrimSpace(string(b)), err
	}, nil
}
