package catalog

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"yinqiao/ruledata"
)

//go:embed clauses.yaml
var clauseFile embed.FS

var clauses = ruledata.Must[struct {
	Source  string              `yaml:"source"`
	Version string              `yaml:"version"`
	Clauses map[string][]string `yaml:"clauses"` // of each plan, by its code
}](clauseFile, "clauses.yaml").Clauses

// Clauses lists the clauses of a plan that services may cite: SX14. Nothing for a
// plan that is not known.
func Clauses(plan string) []string { return slices.Clone(clauses[plan]) }

// knownClause reports whether there is such a clause in one of the plans.
func knownClause(c string) bool {
	for _, list := range clauses {
		if slices.Contains(list, c) {
			return true
		}
	}
	return false
}

func (d *Definition) checkClauses(bad complain) {
	if len(d.Clauses) == 0 {
		bad("clauses", "要写明这项服务落实的是哪一条，例如 ZJ3.1")
	}
	for i, c := range d.Clauses {
		if !knownClause(c) {
			bad(fmt.Sprintf("clauses[%d]", i), "写的是「%s」，两份方案里没有这一条；山西的有：%s；浙江的有：%s", c, strings.Join(clauses["SX"], "、"), strings.Join(clauses["ZJ"], "、"))
		}
	}
}
