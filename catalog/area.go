package catalog

import (
	"embed"

	"yinqiao/db"
	"yinqiao/ruledata"
)

// Area is a group of services that a grant may name as a whole.
type Area struct {
	Code  string `yaml:"code"`
	Words string `yaml:"words"`
}

//go:embed groups.yaml
var groupFile embed.FS

var groups = ruledata.Must[struct {
	Source  string `yaml:"source"`
	Version string `yaml:"version"`
	Groups  []Area `yaml:"groups"`
}](groupFile, "groups.yaml").Groups

// Areas lists the groups of services.
func Areas() []Area { return append([]Area(nil), groups...) }

// GroupWords names a group, "" if there is none of that code.
func (s *Service) GroupWords(code string) string { return groupWords(code) }

func groupWords(code string) string {
	for _, g := range groups {
		if g.Code == code {
			return g.Words
		}
	}
	return ""
}

// Scope is what the judge must know of a service when an act rests on a grant.
type Scope struct {
	Group string
	After bool // may go on when the person has died
}

// Scope tells a service's group by its newest version, the zero Scope if there is
// no such service.
func (s *Service) Scope(q db.Q, service string) (Scope, error) {
	var hashes []string
	if err := q.Select(&hashes, `SELECT hash FROM service_definition WHERE service = $1 ORDER BY version DESC LIMIT 1`, service); err != nil || len(hashes) == 0 {
		return Scope{}, err
	}
	d, err := s.Version(q, hashes[0])
	if err != nil {
		return Scope{}, err
	}
	return Scope{d.Group, d.AfterDeath}, nil
}
