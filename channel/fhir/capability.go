package fhir

import (
	"net/http"
	"strings"

	"yinqiao/civic"
)

// CapabilityStatement says what this server can do.
type CapabilityStatement struct {
	head
	Status         string     `json:"status"`
	Date           string     `json:"date"`
	Kind           string     `json:"kind"`
	Software       software   `json:"software"`
	Implementation implements `json:"implementation"`
	FHIRVersion    string     `json:"fhirVersion"`
	Format         []string   `json:"format"`
	PatchFormat    []string   `json:"patchFormat"`
	Rest           []rest     `json:"rest"`
}

type software struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type implements struct {
	Description string `json:"description"`
	URL         string `json:"url"`
}

type rest struct {
	Mode     string         `json:"mode"`
	Security security       `json:"security"`
	Resource []restResource `json:"resource"`
}

type security struct {
	Description string `json:"description"`
}

type restResource struct {
	Type          string        `json:"type"`
	Documentation string        `json:"documentation,omitempty"`
	Interaction   []interaction `json:"interaction"`
	Versioning    string        `json:"versioning"`
	SearchInclude []string      `json:"searchInclude,omitempty"`
	SearchParam   []searchParam `json:"searchParam"`
}

type interaction struct {
	Code string `json:"code"`
}

type searchParam struct {
	Name          string `json:"name"`
	Type          string `json:"type"`
	Documentation string `json:"documentation,omitempty"`
}

// metadata is open: a program learns from it how to sign in.
func (s *server) metadata(c *call) (answer, error) {
	out := &CapabilityStatement{head: head{ResourceType: "CapabilityStatement"}, Status: "active", Date: s.Now().In(civic.Shanghai).Format("2006-01-02"), Kind: "instance",
		Software: software{"银桥 Yinqiao", s.Version}, Implementation: implements{"医院、场馆和课程的时间与预约", c.base}, FHIRVersion: "4.0.1",
		Format: []string{"application/fhir+json", "json"}, PatchFormat: []string{"application/json-patch+json"}}
	r := rest{Mode: "server", Security: security{"先用 POST /api/v1/sessions 登录，把得到的 token 放在 Authorization: Bearer 里。"}}
	for _, k := range kinds() {
		x := restResource{Type: k.name, Interaction: []interaction{{"read"}, {"search-type"}}, Versioning: "no-version"}
		if k.name == typeAppointment {
			x.Interaction = append(x.Interaction, interaction{"create"}, interaction{"update"}, interaction{"patch"})
			x.Versioning = "versioned"
			x.Documentation = "update 和 patch 只能取消。If-Match 写读到的版本，别人先办过就是 412。"
		}
		for _, i := range k.includes {
			x.SearchInclude = append(x.SearchInclude, i.name)
		}
		if k.sorts != nil {
			x.Documentation += "_sort 可以写 " + strings.Join(k.sorts, "、") + "。"
		}
		for _, p := range k.params {
			x.SearchParam = append(x.SearchParam, searchParam{p.name, p.typ, p.words})
		}
		r.Resource = append(r.Resource, x)
	}
	out.Rest = []rest{r}
	return answer{http.StatusOK, out}, nil
}
